"""The examples of the classification's table as replies that can be classified."""

from mail.classification.classify import TABLE
from mail.classification.observation import Circumstances, Family
from mail.classification.wording import Wording
from mail.report.reply import Reply
from mail.report.report import StageName

EXAMPLES = tuple((wording, example) for wording in TABLE for example in wording.examples)
_HOSTS = {
    Family.GOOGLE: "smtp.gmail.com",
    Family.MICROSOFT: "smtp.office365.com",
    Family.YAHOO: "smtp.mail.yahoo.com",
    Family.ZOHO: "smtp.zoho.com",
}


def reply_of(example: str) -> Reply:
    """Returns the reply of an example."""
    lines = example.partition(": ")[2].split("\n")
    texts = tuple(line[4:] for line in lines)
    return Reply(int(lines[0][:3]), texts, "\n".join(texts))


def circumstances_of(
    wording: Wording, example: str, *, stage: StageName | None = None
) -> Circumstances:
    """Returns circumstances that the row requires, in the example's stage or in `stage`."""
    family = next(iter(wording.families), None)
    return Circumstances(
        stage=stage or StageName(example.partition(": ")[0]),
        host=_HOSTS[family] if family else "mx.example.org",
        username_set=wording.username_set is not False,
        secured=wording.secured is not False,
        by_token=wording.by_token is True,
    )
