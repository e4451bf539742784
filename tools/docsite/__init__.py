"""Turns the project's pages, knowledge and real output into the source of the documentation site."""
