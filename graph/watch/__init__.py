"""graph/watch: to be described."""
