"""db/engine: to be described."""
