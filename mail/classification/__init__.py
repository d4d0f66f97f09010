"""Decides what a server's refusal means, by its words and codes.

- What is compared: `observation`, which removes everything that a server only repeats (`words`).
- One row of the table: `wording`. All rows, by what is refused: `wordings`.
- The decision, by the first row that matches: `classify`.
"""
