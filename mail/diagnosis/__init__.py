"""From a failure to its cause, in one sentence, with what would fix it.

- What is known when an attempt has failed: `case`.
- What a server's reply means: `replies`. The sentence: `diagnosis`. What to change: `suggestions`.
"""
