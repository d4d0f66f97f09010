"""What went wrong in a session. `diagnosis` turns it into a sentence."""

from dataclasses import dataclass, replace
from typing import Self

from mail.account import SaslMechanism
from mail.report.codes import Code
from mail.report.reply import Reply


@dataclass(frozen=True, slots=True)
class Failure:
    """One failure: its code, the server's reply if there was one, and the diagnosis's detail.

    `detail` may contain what a server sent, so secrets are hidden in it before it is shown. `words`
    are Postledger's own and come before it; they are shown as they are. `silent` says that the
    server did not answer before the timeout, although the connection was open. `tried` are the
    mechanisms that were tried for signing in. `cause` says which of several causes the code has
    here, if suggestions depend on it.
    """

    code: Code
    reply: Reply | None = None
    detail: str = ""
    words: str = ""
    silent: bool = False
    tried: tuple[SaslMechanism, ...] = ()
    cause: Code | None = None

    @property
    def text(self) -> str:
        """The words and the detail; without both, the text of the server's reply."""
        given = ": ".join(part for part in (self.words, self.detail) if part)
        return given or (self.reply.text if self.reply else "")

    def by(self, mechanism: SaslMechanism) -> "Failure":
        """Returns the failure of signing in by `mechanism`."""
        return replace(self, tried=(mechanism,))

    def after(self, earlier: "Failure") -> "Failure":
        """Returns the failure of a sign-in that followed `earlier`."""
        return replace(self, tried=(*earlier.tried, *self.tried))


class StageFailed(Exception):  # noqa: N818 - an expected outcome, not an error
    """Carries a failure out of a stage; `attempt` turns it into a report.

    An exception, although failures are expected: it ends a stage from any depth of its calls.
    """

    def __init__(
        self,
        code: Code,
        reply: Reply | None = None,
        detail: str = "",
        *,
        words: str = "",
        cause: Code | None = None,
    ) -> None:
        super().__init__(code.value)
        self.failure = Failure(code, reply, detail, words, cause=cause)

    @classmethod
    def of(cls, failure: Failure) -> Self:
        """Returns the exception that carries `failure`."""
        failed = cls(failure.code)
        failed.failure = failure
        return failed
