"""audit/standalone: to be described."""
