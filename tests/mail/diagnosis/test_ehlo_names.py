"""Which EHLO name is suggested after a server refused the name that was sent."""

import pytest

from mail.account import Account
from mail.diagnosis.failure_context import FailureContext
from mail.diagnosis.suggestions import suggestions_for
from mail.report.codes import Code
from mail.report.failure import Failure
from mail.report.report import StageName
from tests.support.mail.world import NOON


@pytest.mark.parametrize(
    ("sender", "suggested"),
    [
        ("ada@example.org", "example.org"),
        ("ops@[192.0.2.1]", None),
        ("root@localhost", None),
    ],
)
def test_the_domain_of_the_sender_is_suggested_if_it_is_a_full_name(
    sender: str, suggested: str | None
) -> None:
    """A name without a dot, or the address of another machine, would be refused as well."""
    context = FailureContext(
        stage=StageName.EHLO,
        account=Account("mail.example.com", 587),
        now=NOON,
        sender=sender,
        ehlo_name="[127.0.0.1]",
        machine_name=None,
    )
    (suggestion,) = suggestions_for(Failure(Code.EHLO_NAME_REFUSED), context)

    assert (("ehloHostname",), suggested) == (suggestion.field, suggestion.value)
