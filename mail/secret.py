"""A secret in memory that hides itself when it is printed or logged."""

from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Secret:
    """A password, client secret or private key, which is never shown.

    `repr` and `str` show nothing, not even the length. `reveal` is called only to send the secret
    to its server, to seal it for storage, and to search for it in what a server sends.
    """

    _value: str = field(repr=False)

    def reveal(self) -> str:
        """Returns the secret in plain text."""
        return self._value

    def __bool__(self) -> bool:
        """Returns whether the secret is not empty; an empty secret means that none is set."""
        return bool(self._value)

    def __str__(self) -> str:
        return "Secret()"
