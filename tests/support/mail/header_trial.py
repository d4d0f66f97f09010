"""A trial of the header writer: many awkward names and addresses, read back by the strict parser.

It needs only the standard library and what `mail.message` imports, so that every supported Python
can run it: `python -m tests.support.mail.header_trial 10000`.
"""

import random
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final

from mail.message import OutgoingMessage, Purpose, compose, from_header
from tests.support.mail.strict_parser import (
    Field,
    ReadMailbox,
    long_lines,
    read_fields,
    read_mailboxes,
    read_message_id,
)

NOON: Final = datetime(2026, 11, 23, 12, tzinfo=UTC)
PURPOSE: Final = Purpose("Ada", NOON, revision=3, unsaved=False, server="mx.example.org:587")
RECIPIENT: Final = '"ada lovelace"@[192.0.2.1]'

AWKWARD_NAMES: Final = (
    None,
    "Ada",
    "Research, Development and Engineering of the Example Company, Ltd <ceo@example.net>",
    '"quoted"',
    "'quoted'",
    'back\\slash and "quote"',
    "\\",
    '"',
    "\\" * 90,
    '"' * 90,
    "(comment) a, b; c: <d@example.net>",
    "x" * 71,
    "x" * 72,
    "x" * 73,
    "x" * 255,
    "x " * 127 + "x",
    "a," + " b" * 120,
    "two  blanks   three",
    " before",
    "after ",
    " ",
    "a.b",
    "ada@example.org",
    "=?utf-8?q?not",
    "?= x =?",
    "é" * 25,
    "é" * 26,
    "é" * 255,
    "é  é " * 30,
    "Ünïcode, " * 12,
    "e\u0301" * 60,
    "👩🏽‍💻" * 30,
    "😀" * 255,
    "שלום, עולם " * 20,
    "\u202eevil\u202c",
    "Служба поддержки пользователей и администраторов",
    "日本語の表示名" * 20,
    "tab\u00a0nbsp\u200bzwsp\ufeff",
)
AWKWARD_ADDRESSES: Final = (
    "a@example.org",
    "ada+tag=x@mail.example.org",
    '"john doe"@example.org',
    '"john  \\"d\\" \\\\ doe"@example.org',
    '"a@b,c <d>"@example.org',
    "ops@[192.0.2.1]",
    "ops@[IPv6:2001:db8::1]",
    "root@localhost",
    "noreply@corp.local",
    "почта@bücher.example",
    '"почта отдел"@example.org',
    "é@example.org",
    "l" * 64 + "@" + "d" * 8 + ".example.org",
    "l" * 64 + "@" + ".".join(["d" * 60] * 3) + ".example",
)
_LETTERS: Final = (
    'abcdefghijklmnopqrstuvwxyz ABC 0123456789   ,,;:.""\'()<>@[]\\\\=?_-!#$%&*+/^`{|}~'
    "éüßøñ\u0301\u0308שםעربΩжя日本語한글\u00a0\u00ad\u200b\u200d\u200f\u202e\ufe0f😀👩🏽💻🏳️‍🌈"
)


@dataclass(frozen=True, slots=True)
class Trial:
    """What is entered as the sender of a message."""

    name: str | None
    address: str


def trials(count: int) -> Iterator[Trial]:
    """Makes the trials, always the same for a count: first the awkward ones, then random ones."""
    fixed = [Trial(name, address) for address in AWKWARD_ADDRESSES for name in AWKWARD_NAMES]
    yield from fixed[:count]
    source = random.Random(5322)  # noqa: S311 (not for secrets)
    for _ in range(max(0, count - len(fixed))):
        size = source.choice((source.randint(1, 12), source.randint(1, 90), source.randint(1, 255)))
        letters = _LETTERS[:80] if source.random() < 0.5 else _LETTERS
        name = "".join(source.choices(letters, k=size))
        if "?=" in name[name.find("=?") + 2 :] and "=?" in name:
            name = name.replace("?", "!")  # the look of an encoded word is refused
        yield Trial(name, source.choice(AWKWARD_ADDRESSES))


def faults(trial: Trial) -> list[str]:
    """Returns what is wrong with the header of a trial, as it is shown and as it is sent."""
    local, _, domain = trial.address.rpartition("@")
    address = f"{local}@{domain.replace('bücher', 'xn--bcher-kva')}"
    fields = _sent(trial)
    read = read_mailboxes(fields["From"].folded)
    shown = from_header(trial.name, trial.address)
    expectations = {
        "one mailbox": ([ReadMailbox(trial.name, address)], read),
        "as shown": (shown, fields["From"].unfolded),
        "shown reads the same": (read, read_mailboxes(shown)),
        "recipient": ([ReadMailbox(None, RECIPIENT)], read_mailboxes(fields["To"].folded)),
        "reply": ([ReadMailbox(None, address)], read_mailboxes(fields["Reply-To"].folded)),
        "id": (
            f"<f00@{address.rpartition('@')[2]}>",
            read_message_id(fields["Message-ID"].folded),
        ),
        "subject": ("Postledger test email", fields["Subject"].unfolded),
        "long lines": ([], [line for field in fields.values() for line in long_lines(field)]),
    }
    return [
        f"{what}: expected {expected!r}, but was {actual!r}"
        for what, (expected, actual) in expectations.items()
        if expected != actual
    ]


def _sent(trial: Trial) -> dict[str, Field]:
    message = compose(
        display_name=trial.name,
        sender=trial.address,
        recipient=RECIPIENT,
        reply_to=trial.address,
        purpose=PURPOSE,
        sent_at=NOON,
        token="f00",
    )
    # Only the header is tried: writing the bodies would take most of the time.
    message.set_payload("")
    content = OutgoingMessage(trial.address, RECIPIENT, message).content()
    return {field.name: field for field in read_fields(content)}


def main(count: int) -> int:
    """Tries `count` names, prints the first faults, and returns 1 if there were any."""
    found = [(trial, fault) for trial in trials(count) for fault in faults(trial)]
    for trial, fault in found[:5]:
        print(f"{trial!r}\n  {fault}")  # noqa: T201 (the output)
    print(f"{count} names on Python {sys.version.split()[0]}: {len(found)} faults")  # noqa: T201
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main(int(sys.argv[1])))
