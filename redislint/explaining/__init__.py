"""Explaining what users paste: rule names, directives, error messages and whole logs."""
