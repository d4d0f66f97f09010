"""service/settings: to be described."""
