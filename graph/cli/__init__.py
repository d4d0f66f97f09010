"""graph/cli: to be described."""
