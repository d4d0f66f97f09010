"""Explains why an attempt failed, and suggests what would fix it.

- What is known when an attempt has failed: `failure_context`.
- What a server's reply means: `replies`. The sentence: `diagnosis`. What to change: `suggestions`.
"""
