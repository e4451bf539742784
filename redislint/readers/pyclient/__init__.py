"""How Python programs make clients of Redis: names, values, constructions, calls on clients.

scopes.py collects who binds which name; evaluate.py follows expressions to `Thing`s without ever
running code; construct.py reads constructors; build.py makes subjects of them; uses.py reads what
is called on the clients; settings.py reads Django, Channels, Celery, Flask and RQ settings.
"""
