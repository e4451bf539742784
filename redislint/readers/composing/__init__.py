"""The parts of a compose file: the files that make a service, its command, ports, mounts, limits."""
