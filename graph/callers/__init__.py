"""graph/callers: to be described."""
