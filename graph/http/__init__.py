"""graph/http: to be described."""
