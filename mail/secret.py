"""A secret in memory: it hides itself wherever a value could be shown."""

from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Secret:
    """A password or client secret, exactly as given: never trimmed, never shown.

    `repr` and `str` show nothing, not even a length. `reveal` is called in three places only:
    where the secret is sent to its server, where it is sealed for storage, and where what a server
    says is searched for it.
    """

    _value: str = field(repr=False)

    def reveal(self) -> str:
        """The secret itself."""
        return self._value

    def __bool__(self) -> bool:
        """Whether it holds anything: an empty one stands for none."""
        return bool(self._value)

    def __str__(self) -> str:
        return "Secret()"
