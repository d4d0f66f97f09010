"""db/queries: to be described."""
