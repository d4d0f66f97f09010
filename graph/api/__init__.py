"""graph/api: to be described."""
