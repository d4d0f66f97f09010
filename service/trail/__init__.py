"""service/trail: to be described."""
