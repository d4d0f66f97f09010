"""audit/c2sp: to be described."""
