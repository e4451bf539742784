"""Clients that no constructor shows: settings and helpers of frameworks, one module a family."""
