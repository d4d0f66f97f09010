"""What every mechanism provides: its initial response, its responses, and its checks."""

from abc import ABC, abstractmethod

from mail.report.codes import Code


class SaslClient(ABC):
    """The client's side of one mechanism. Its responses are already encoded in base64."""

    initial: bytes | None = None
    """The initial response, which is sent with AUTH; None if the server speaks first."""

    secrets: tuple[bytes, ...] = ()
    """What the responses so far contain that must never be shown, before any encoding.

    Besides passwords and tokens, these are proofs and nonces, with which the password could be
    guessed. A name is not a secret, or the From address could not be shown.
    """

    status: str = ""
    """The error in the mechanism's own words, safe to show; empty if the server gave none."""

    @property
    def refusal(self) -> Code | None:
        """What `status` means, if it says more than the server's final reply."""
        return None

    @abstractmethod
    async def respond(self, challenge: str) -> bytes:
        """Returns the response to a challenge.

        Raises UnanswerableError if the challenge is not valid, and StageFailed if the mechanism
        refuses to continue.
        """

    def check_accepted(self, text: str) -> None:  # noqa: B027 - few mechanisms have anything to check
        """Checks the text of the reply that accepts the sign-in.

        Raises StageFailed if the mechanism requires a proof from the server and has not received
        it.
        """
