"""service/process: to be described."""
