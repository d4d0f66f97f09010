"""audit/verify: to be described."""
