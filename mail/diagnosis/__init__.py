"""Explains why an attempt failed, and suggests what would fix it.

- What is known when an attempt has failed: `failure_context`.
- The sentence: `diagnosis`. What to change: `suggestions`, never to what is `present`; for the
  certificate `certificate_suggestions`, and for the sign-in mechanism `mechanisms`.
"""
