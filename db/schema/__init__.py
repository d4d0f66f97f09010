"""Comparing a database's schema with a fresh one's, given in `sqlite.txt` and `postgresql.txt`.

- As it should be: `expected`. As it is: `standing`, by `sqlite` or `postgresql` and `beside`.
- Whether the indexes match their tables: `indexes`, `words`.
"""
