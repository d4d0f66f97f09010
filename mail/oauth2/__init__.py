"""mail/oauth2: to be described."""
