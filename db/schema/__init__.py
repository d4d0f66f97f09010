"""Compares a database's schema with the schema of a fresh database.

The owner of a database can drop a guard, or add a trigger, rule, view, operator or cast that
changes what the service's statements do. Checks of single objects would miss the kinds that their
author did not think of. So verification compares everything, and names what differs
(docs/decisions.md).

A schema is a dictionary: an object's name, such as `index of test_email: test_email_key`, and its
definition in one line.

- The schema of a fresh database, from `sqlite.txt` or `postgresql.txt`: `expected`.
- The schema that a database has now: `actual`, by `sqlite`, or by `postgresql` and `interference`.
- Whether the indexes match their tables: `indexes`, `word_index`.
"""
