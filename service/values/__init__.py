"""service/values: to be described."""
