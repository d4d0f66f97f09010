"""graph/operation: to be described."""
