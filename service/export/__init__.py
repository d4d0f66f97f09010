"""service/export: to be described."""
