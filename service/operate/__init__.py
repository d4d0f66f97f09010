"""service/operate: to be described."""
