"""graph/ws: to be described."""
