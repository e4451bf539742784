"""The command line; one module a command. Nothing is imported here: start-up is felt."""
