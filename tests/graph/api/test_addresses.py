"""Addresses that only a company's own servers accept, from the settings to the server."""

from typing import Final

import pytest

from tests.support.desk import Desk, Json
from tests.support.mail.strict_parser import (
    ReadMailbox,
    read_fields,
    read_mailboxes,
    read_message_id,
)
from tests.support.recorder import Recorder, recording

pytestmark = pytest.mark.anyio

NAME: Final = "Research, Development and Engineering of the Example Company, Ltd <ceo@example.net>"


def _settings(recorder: Recorder, **more: object) -> Json:
    return {
        "smtpHost": "127.0.0.1",
        "smtpPort": recorder.port,
        "enableSecureConnection": False,
        **more,
    }


def _codes(problems: list[Json]) -> set[tuple[str, str]]:
    return {(each["code"], ".".join(each["field"])) for each in problems}


@pytest.mark.parametrize(
    ("address", "public"),
    [
        ("noreply@corp.local", False),
        ("root@localhost", False),
        ("ada@relay", False),
        ("ada@mail.test", False),
        ("ada@nas.home.arpa", False),
        ("ada@mail.internal", False),
        ("ops@[192.0.2.1]", False),
        ("ops@[IPv6:2001:db8::1]", False),
        ('"john doe"@example.com', True),
        ('"a@b, <c>"@example.com', True),
        ("ops@[8.8.8.8]", True),
    ],
)
async def test_an_unusual_address_works(desk: Desk, address: str, *, public: bool) -> None:
    """The address is saved, read, checked and sent as it is, with a warning unless it is public."""
    async with recording() as recorder:
        settings = _settings(
            recorder,
            defaultFromAddress=address,
            defaultFromDisplayName=NAME,
            replyToAddress=address,
        )
        checked = _codes(await desk.check(settings))
        state = await desk.save(settings)
        result = await desk.test(recipient=address)
        heard = bytes(recorder.heard)

    warned = {
        ("ADDRESS_NOT_PUBLIC", "defaultFromAddress"),
        ("ADDRESS_NOT_PUBLIC", "replyToAddress"),
    }
    assert (set() if public else warned) == checked & warned
    assert (set() if public else warned) == _codes(state["problems"]) & warned
    assert address == state["defaultFromAddress"]
    assert "ACCEPTED" == result["testEmail"]["outcome"], result
    assert f"MAIL FROM:<{address}>\r\nRCPT TO:<{address}>\r\n".encode() in heard
    fields = {each.name: each for each in read_fields(heard.partition(b"DATA\r\n")[2])}
    assert state["fromHeader"] == fields["From"].unfolded
    assert [ReadMailbox(NAME, address)] == read_mailboxes(fields["From"].folded)
    assert [ReadMailbox(None, address)] == read_mailboxes(fields["To"].folded)
    assert [ReadMailbox(None, address)] == read_mailboxes(fields["Reply-To"].folded)
    message_id = read_message_id(fields["Message-ID"].folded)
    assert message_id == result["testEmail"]["messageId"]
    assert message_id.endswith(f"@{address.rpartition('@')[2]}>")


async def test_an_address_with_a_name_is_refused_with_suggestions(desk: Desk) -> None:
    """The address and the name are suggested for their fields, and both can then be saved."""
    given = {"defaultFromAddress": "Example <noreply@example.com>"}
    result = await desk.update(given)
    checked = await desk.check(given)
    suggested = {
        each["suggestion"]["field"][0]: each["suggestion"]["value"] for each in result["problems"]
    }
    recipient = await desk.test(recipient="Ada <mailto:ada@example.org>", settings=suggested)
    state = await desk.save(suggested)

    assert result["problems"] == checked
    assert {
        "defaultFromAddress": "noreply@example.com",
        "defaultFromDisplayName": "Example",
    } == suggested
    assert "Example <noreply@example.com>" == state["fromHeader"]
    assert ["ada@example.org"] == [
        each["suggestion"]["value"]
        for each in recipient["problems"]
        if each["code"] == "RECIPIENT_INVALID"
    ]
