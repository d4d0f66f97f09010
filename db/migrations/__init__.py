"""The schema's migrations, for both databases."""
