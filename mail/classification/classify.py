"""Decides what a refusal means: the first matching row of the table."""

from mail.classification.observation import Circumstances, observe
from mail.classification.wordings.accounts import ACCOUNTS, POLICIES
from mail.classification.wordings.callouts import CALLOUTS
from mail.classification.wordings.client import CLIENT, HELO, REPUTATION
from mail.classification.wordings.fallback import ENHANCED, REPLY_CODES
from mail.classification.wordings.message import AUTHENTICITY, CONTENT, GREYLISTING, QUOTA
from mail.classification.wordings.recipient import KNOWN_BY_CODE, RECIPIENT, RELAYING, SANDBOX
from mail.classification.wordings.sender import ALIASES, SENDER
from mail.classification.wordings.services import SERVICES
from mail.classification.wordings.signing_in import MECHANISMS, PASSWORDS, REQUIRED
from mail.classification.wordings.tls import TLS
from mail.report.codes import Code
from mail.report.reply import Reply

TABLE = (
    *CALLOUTS,
    *KNOWN_BY_CODE,
    *SERVICES,
    *TLS,
    *HELO,
    *POLICIES,
    *ACCOUNTS,
    *PASSWORDS,
    *MECHANISMS,
    *GREYLISTING,
    *AUTHENTICITY,
    *REPUTATION,
    *SANDBOX,
    *ALIASES,
    *RELAYING,
    *REQUIRED,
    *QUOTA,
    *SENDER,
    *CLIENT,
    *RECIPIENT,
    *CONTENT,
    *ENHANCED,
    *REPLY_CODES,
)
"""The rows in the order in which they are tried: what was refused first, then general rows."""


def classify(reply: Reply, circumstances: Circumstances) -> Code:
    """Returns the diagnosis code of a reply that refuses something.

    Returns REPLY_SENSELESS for a reply that is no refusal, such as 354 to MAIL FROM.
    """
    seen = observe(reply, circumstances)
    matching = (wording.code for wording in TABLE if wording.matches(seen))
    return next(matching, Code.REPLY_SENSELESS)
