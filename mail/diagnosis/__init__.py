"""mail/diagnosis: to be described."""
