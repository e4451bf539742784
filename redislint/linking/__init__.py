"""Links between the facts of all files: who runs, mounts, depends on and talks to whom."""
