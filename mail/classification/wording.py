"""One row of the table: a wording of known servers, and what it means."""

import functools
import re
from dataclasses import dataclass, field

from mail.classification.observation import Family, Observation
from mail.report.codes import Code
from mail.report.report import StageName

_MAX_GAP_WORDS = 6
_GAPS = {"…": f"(?:[^ ]+ ){{0,{_MAX_GAP_WORDS}}}", "*": "(?:[^ ]+ )*"}

SIGNING_IN = frozenset({StageName.AUTHENTICATE})
SENDING = frozenset({StageName.MAIL_FROM, StageName.RCPT_TO, StageName.DATA})
DELIVERING = frozenset({StageName.RCPT_TO, StageName.DATA})
INTRODUCING = frozenset({StageName.GREETING, StageName.EHLO})
ANY_STAGE = frozenset({StageName.TLS}) | INTRODUCING | SIGNING_IN | SENDING


@dataclass(frozen=True, slots=True)
class Wording:
    """A row. It matches if all its conditions do; an empty condition always does.

    Attributes:
        code: what the refusal means.
        phrases: one of them must be among the words. In a phrase, `a|b` is either word, and `…` is
            up to six words, and `*` any number of words.
        enhanced: one of them must be the enhanced status code, without its class: `7.8`.
        replies: one of them must begin the reply code: `5`, `535`.
        families: only these servers use the wording with this meaning.
        stages: the stages in which the wording has this meaning.
        username_set: whether a username must be set.
        secured: whether the connection must be secured.
        by_token: whether the sign-in must use an access token.
        source: where the wording is documented, or which program sends it.
        examples: real replies that match, each with its code and, if it matters, its stage before
            a colon and a blank: `AUTHENTICATE: 535 5.7.8 …`.
    """

    code: Code
    phrases: tuple[str, ...] = ()
    enhanced: tuple[str, ...] = ()
    replies: tuple[str, ...] = ()
    families: frozenset[Family] = frozenset()
    stages: frozenset[StageName] = ANY_STAGE
    username_set: bool | None = None
    secured: bool | None = None
    by_token: bool | None = None
    source: str = field(kw_only=True)
    examples: tuple[str, ...] = field(kw_only=True)

    def matches(self, seen: Observation) -> bool:
        """Returns whether the row is about what was seen."""
        return (
            seen.stage in self.stages
            and (not self.families or seen.family in self.families)
            and _agrees(self.username_set, actual=seen.username_set)
            and _agrees(self.secured, actual=seen.secured)
            and _agrees(self.by_token, actual=seen.by_token)
            and (not self.replies or str(seen.code).startswith(self.replies))
            and (not self.enhanced or seen.enhanced in self.enhanced)
            and (not self.phrases or any(contains(seen.words, each) for each in self.phrases))
        )


def _agrees(wanted: bool | None, *, actual: bool) -> bool:  # noqa: FBT001 - a condition
    return wanted is None or wanted == actual


def contains(words: str, phrase: str) -> bool:
    """Returns whether `words` contain `phrase`."""
    return _compiled(phrase).search(f" {words} ") is not None


@functools.cache
def _compiled(phrase: str) -> re.Pattern[str]:
    pattern = " "
    for part in phrase.split():
        pattern += _GAPS.get(part, f"(?:{part}) ")
    return re.compile(pattern)
