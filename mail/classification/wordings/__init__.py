"""The rows of the table, by what is refused. `classify` says in which order they are tried.

- The connection and the client: `tls`, `client`. The sign-in: `accounts`, `signing_in`.
- The envelope and the message: `sender`, `recipient`, `message`.
- Fixed phrases of one service or program: `services`. Replies that quote another server:
  `callouts`.
- What decides if no wording is known: `fallback`.
"""
