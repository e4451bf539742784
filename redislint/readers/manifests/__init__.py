"""What the readers of manifests share: which libraries matter, and how versions are found."""
