"""The connection to the database.

- The engine and its transactions: `database`. SQLite's file: `database_file`.
- An outage or damage: `outages`, `damage`. Which processes are alive: `presence`.
"""
