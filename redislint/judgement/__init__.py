"""What the real servers say of a configuration, and what they make of it."""
