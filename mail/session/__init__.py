"""mail/session: to be described."""
