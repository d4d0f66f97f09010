"""db/schema: to be described."""
