"""What went wrong, as the session saw it; the words for it are found in `diagnosis`."""

from dataclasses import dataclass

from mail.report.codes import Code
from mail.report.reply import Reply


@dataclass(frozen=True, slots=True)
class Failure:
    """One failure: its code, the reply that said so if one did, and what fills the sentence."""

    code: Code
    reply: Reply | None = None
    detail: str = ""

    @property
    def words(self) -> str:
        """The server's own words, or what was found instead of them."""
        return self.detail or (self.reply.text if self.reply else "")


class StageFailed(Exception):  # noqa: N818 - it is an outcome on its way up, not an error
    """Carries a failure out of a stage; `attempt` turns it into a report."""

    def __init__(self, code: Code, reply: Reply | None = None, detail: str = "") -> None:
        super().__init__(code.value)
        self.failure = Failure(code, reply, detail)
