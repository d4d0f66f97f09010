"""Decides what a server's refusal means, by its words and codes.

- What is compared: `observation`, which removes everything that a server only repeats (`words`).
- One row of the table: `wording`. The rows, by what is refused: `tls`, `client`, `accounts`,
  `signing_in`, `sender`, `recipient`, `message`. Replies that quote another server: `callouts`.
  Fixed phrases of one service or program: `services`.
- What decides if no row matches: `fallback`. The decision: `classify`.
"""
