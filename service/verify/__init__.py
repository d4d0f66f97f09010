"""service/verify: to be described."""
