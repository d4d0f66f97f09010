"""mail/report: to be described."""
