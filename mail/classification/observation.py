"""What a refusal is classified by: its stage, its codes, its words, and who refused whom."""

from dataclasses import dataclass
from enum import StrEnum

from mail.classification.words import words_in
from mail.providers.lookup import provider_of_host
from mail.report.reply import Reply
from mail.report.report import StageName


@dataclass(frozen=True, slots=True)
class Circumstances:
    """What is known about the session in which the server refused something.

    `banner` is the text of the server's greeting. `by_token` is true for a sign-in with an access
    token. `username_set` is whether the settings contain a username.
    """

    stage: StageName
    host: str = ""
    banner: str = ""
    username_set: bool = True
    secured: bool = True
    by_token: bool = False


class Family(StrEnum):
    """A server program, or a provider whose wordings only its own servers use."""

    GOOGLE = "GOOGLE"
    MICROSOFT = "MICROSOFT"
    YAHOO = "YAHOO"
    ZOHO = "ZOHO"
    POSTFIX = "POSTFIX"
    EXIM = "EXIM"


_BY_PROVIDER = {
    "gmail": Family.GOOGLE,
    "google-workspace-relay": Family.GOOGLE,
    "microsoft-365": Family.MICROSOFT,
    "outlook-com": Family.MICROSOFT,
    "yahoo": Family.YAHOO,
    "zoho": Family.ZOHO,
}
_BY_BANNER = {
    "gsmtp": Family.GOOGLE,
    "microsoft": Family.MICROSOFT,
    "postfix": Family.POSTFIX,
    "exim": Family.EXIM,
}


@dataclass(frozen=True, slots=True)
class Observation:
    """A refusal without anything that the server only repeats.

    `enhanced` is the enhanced status code (RFC 3463) without its class, such as `7.8`, and empty if
    the reply has none. `words` are as `words_in` returns them.
    """

    stage: StageName
    code: int
    enhanced: str
    words: str
    family: Family | None
    username_set: bool = True
    secured: bool = True
    by_token: bool = False

    @property
    def temporary(self) -> bool:
        """Whether the server says that a later attempt may succeed (4yz)."""
        return self.code // 100 == 4  # noqa: PLR2004 - the first digit is the meaning


def observe(reply: Reply, circumstances: Circumstances) -> Observation:
    """Returns what `reply` is classified by."""
    words = words_in(reply.raw or reply.text)
    return Observation(
        stage=circumstances.stage,
        code=reply.code,
        enhanced=(reply.enhanced or "").partition(".")[2],
        words=words,
        family=_family(circumstances, words),
        username_set=circumstances.username_set,
        secured=circumstances.secured,
        by_token=circumstances.by_token,
    )


def _family(circumstances: Circumstances, words: str) -> Family | None:
    """Returns the family of the configured host, or of the greeting. Google also signs replies."""
    provider = provider_of_host(circumstances.host)
    if provider is not None:
        return _BY_PROVIDER.get(provider.id)
    own = words_in(circumstances.banner).split()
    for name, family in _BY_BANNER.items():
        if name in own:
            return family
    return Family.GOOGLE if words.endswith("gsmtp") else None
