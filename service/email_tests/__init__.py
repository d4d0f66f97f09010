"""service/email_tests: to be described."""
