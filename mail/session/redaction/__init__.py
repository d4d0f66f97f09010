"""Keeps secrets out of everything that a server sends.

- Which words of a text to hide: `redactor`. The encodings of a secret: `forms`.
- Texts without blanks and case: `folding`. Secrets in one line or split over several: `search`.
"""

from mail.session.redaction.redactor import REDACTED, Redactor

__all__ = ["REDACTED", "Redactor"]
