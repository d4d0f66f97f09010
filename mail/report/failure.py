"""What went wrong in a session. `diagnosis` turns it into a sentence."""

from dataclasses import dataclass

from mail.report.codes import Code
from mail.report.reply import Reply


@dataclass(frozen=True, slots=True)
class Failure:
    """One failure: its code, the server's reply if there was one, and the diagnosis's detail."""

    code: Code
    reply: Reply | None = None
    detail: str = ""

    @property
    def text(self) -> str:
        """The detail of the failure; without one, the text of the server's reply."""
        return self.detail or (self.reply.text if self.reply else "")


class StageFailed(Exception):  # noqa: N818 - an expected outcome, not an error
    """Carries a failure out of a stage; `attempt` turns it into a report.

    An exception, although failures are expected: it ends a stage from any depth of its calls.
    """

    def __init__(self, code: Code, reply: Reply | None = None, detail: str = "") -> None:
        super().__init__(code.value)
        self.failure = Failure(code, reply, detail)
