"""Clients in Java and Kotlin: one evaluator of their shared tree, one interpreter a library."""
