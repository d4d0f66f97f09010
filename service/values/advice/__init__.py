"""Warnings about settings that can be saved, but are incomplete, risky or unlikely to work.

- All of them, in their order: `review`. What they examine: `situation`.
- The rules: `addresses`, `connection`, `sign_in`, `provider`, `oauth2`, `client` (certificates).
- What pasting left in names and secrets: `leftovers`, with its warnings in `pasted`.
- The suggestion that sets a field: `suggested`.
"""
