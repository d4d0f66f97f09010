"""audit/trail: to be described."""
