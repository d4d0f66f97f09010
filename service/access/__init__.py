"""service/access: to be described."""
