"""mail/network: to be described."""
