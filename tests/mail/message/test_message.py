from dataclasses import replace
from datetime import UTC, datetime
from email import message_from_bytes, policy
from email.message import EmailMessage

import pytest

from mail.message.message import Purpose, compose, from_header
from mail.message.outgoing import OutgoingMessage

NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)
PURPOSE = Purpose("Ada <Lovelace>", NOON, revision=3, unsaved=False, server="mx.example.org:587")


def composed(
    name: str | None = "Postledger",
    sender: str = "system@example.org",
    recipient: str = "ada@example.net",
    reply_to: str | None = None,
    purpose: Purpose = PURPOSE,
) -> EmailMessage:
    """Composes a test email."""
    return compose(
        display_name=name,
        sender=sender,
        reply_to=reply_to,
        recipient=recipient,
        purpose=purpose,
        sent_at=NOON,
        token="f00",
    )


def read_back(message: EmailMessage) -> EmailMessage:
    """Returns the message as a recipient parses it from its bytes."""
    content = OutgoingMessage("system@example.org", "ada@example.net", message).content()
    return message_from_bytes(content, policy=policy.SMTPUTF8)


def test_headers() -> None:
    """The test email has the headers that an automatic message should have."""
    message = read_back(composed())

    assert {
        "From": "Postledger <system@example.org>",
        "To": "ada@example.net",
        "Subject": "Postledger test email",
        "Date": "Mon, 23 Nov 2026 12:00:00 +0000",
        "Message-ID": "<f00@example.org>",
        "Auto-Submitted": "auto-generated",
        "X-Auto-Response-Suppress": "All",
    }.items() <= {name: str(value) for name, value in message.items()}.items()


def test_replies_go_where_the_settings_say() -> None:
    """The message has a Reply-To header only if a reply address is set."""
    answered = read_back(composed(reply_to="help@bücher.example"))

    assert "help@xn--bcher-kva.example" == str(answered["Reply-To"])
    assert "Reply-To" not in read_back(composed())


def test_an_international_reply_address_needs_smtputf8() -> None:
    """A non-ASCII address in a header requires SMTPUTF8, as in the envelope."""
    message = composed(reply_to="справка@example.org")

    assert OutgoingMessage("system@example.org", "ada@example.net", message).needs_utf8
    assert "справка@example.org" == str(read_back(message)["Reply-To"])


@pytest.mark.parametrize("kind", ["plain", "html"])
def test_says_what_it_is(kind: str) -> None:
    """Text and HTML both name the requester, the time, settings, server and checkpoint."""
    unsaved = replace(PURPOSE, unsaved=True, checkpoint="origin\n7\nroot=\n")
    body = read_back(composed(purpose=unsaved)).get_body((kind,))

    assert body is not None
    text = body.get_content()
    who = "Ada <Lovelace>" if kind == "plain" else "Ada &lt;Lovelace&gt;"
    for fact in (
        who,
        "2026-11-23T12:00:00+00:00",
        "unsaved changes to revision 3",
        "mx.example.org:587",
        "origin\n7\nroot=\n",
    ):
        assert fact in text.replace("\r\n", "\n")


def test_needs_no_extension_of_the_server() -> None:
    """The message is ASCII and needs no 8BITMIME, even with international names."""
    purpose = replace(PURPOSE, requested_by="Ада Лавлейс")
    message = composed("Служба", "system@bücher.example", purpose=purpose)
    content = OutgoingMessage("system@bücher.example", "ada@example.net", message).content()

    assert content.isascii()
    assert max(map(len, content.split(b"\r\n"))) <= 998


def test_international_address() -> None:
    """A non-ASCII address is written in UTF-8 (RFC 6532), with its domain as A-labels."""
    message = composed("Служба", "почта@bücher.example")
    outgoing = OutgoingMessage("почта@bücher.example", "ada@example.net", message)

    assert "почта@xn--bcher-kva.example".encode() in outgoing.content()
    assert outgoing.needs_utf8


@pytest.mark.parametrize(
    ("name", "address", "header"),
    [
        pytest.param(None, "a@example.org", "a@example.org", id="bare"),
        pytest.param("Postledger", "a@example.org", "Postledger <a@example.org>", id="plain"),
        pytest.param("Ops, Ltd.", "a@example.org", '"Ops, Ltd." <a@example.org>', id="quoted"),
        pytest.param(
            "Büro", "a@example.org", "=?utf-8?q?B=C3=BCro?= <a@example.org>", id="encoded"
        ),
        pytest.param("A", "a@bücher.example", "A <a@xn--bcher-kva.example>", id="idn"),
        pytest.param("A", "ü@example.org", "A <ü@example.org>", id="international"),
        pytest.param("A", '"a b"@example.org', 'A <"a b"@example.org>', id="quoted-local-part"),
    ],
)
def test_from_header(name: str | None, address: str, header: str) -> None:
    """The previewed From header is the header of the message, in one line."""
    assert header == from_header(name, address)


def test_long_from_header_is_one_line() -> None:
    """The header's value has no line break, even with a long name."""
    header = from_header("x" * 90 + " " + "ü" * 90, "a@example.org")

    assert "\n" not in header
    assert header.endswith("<a@example.org>")


@pytest.mark.parametrize(
    ("name", "address"),
    [
        pytest.param("A\r\nBcc: eve@example.com", "a@example.org", id="name"),
        pytest.param("A", "a@example.org\r\nBcc: eve@example.com", id="domain"),
        pytest.param("A", "a\n@example.org", id="local-part"),
        pytest.param("A", '"a\r\nb"@example.org', id="quoted"),
        pytest.param("A\0", "a@example.org", id="nul"),
        pytest.param("A", "a@example.org, eve@example.com", id="two"),
        pytest.param("A", "ada", id="no-domain"),
        pytest.param("A", "a@", id="empty-domain"),
    ],
)
def test_no_second_header(name: str, address: str) -> None:
    """No value can add a line break or a second address to a header."""
    with pytest.raises(ValueError, match=r".+"):
        from_header(name, address)
