"""What an authority says about one certificate."""

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class NotRevoked:
    """The authority vouches for the certificate. `source` is OCSP or CRL."""

    source: str


@dataclass(frozen=True, slots=True)
class Revoked:
    """The authority revoked the certificate."""

    source: str
    at: datetime
    reason: str | None = None

    @property
    def words(self) -> str:
        """When and why, for a diagnosis."""
        reason = f", reason: {self.reason}" if self.reason else ""
        return f"was revoked on {self.at:%Y-%m-%d %H:%M} UTC ({self.source}){reason}"


@dataclass(frozen=True, slots=True)
class NotChecked:
    """No trustworthy answer. `unreachable` says whether a firewall may be the cause."""

    why: str
    unreachable: bool = False


Status = NotRevoked | Revoked | NotChecked
