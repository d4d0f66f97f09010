"""mail/sasl: to be described."""
