"""mail/providers: to be described."""
