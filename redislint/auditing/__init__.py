"""Auditing running servers: dumps, the connection, conditions, and the rules on what is live."""
