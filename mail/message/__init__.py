"""mail/message: to be described."""
