"""Stored secrets are numbered, sealed at one length, and hidden wherever a value is shown."""

import copy
import json
import logging
import traceback
from dataclasses import asdict
from typing import Final

import pytest
from hypothesis import given, settings

from db.keyring import EncryptionKey, Keyring, Sealed, Unreadable, fingerprint
from mail.account import Account, OAuth2
from mail.secret import Secret
from service.settings.draft import Draft
from service.settings.secrets import check_secret
from service.values.patch import SettingsPatch
from service.values.secret_names import MAX_SECRET, SecretName
from service.values.settings_values import NOTHING_SAVED
from tests.support.desk import Desk
from tests.support.strategies import secrets

pytestmark = pytest.mark.anyio

HIDDEN: Final = "correct-horse-battery"
prove = settings(max_examples=100, deadline=None, derandomize=True, database=None)


async def test_equal_numbers_mean_equal_values(desk: Desk) -> None:
    """A value that is entered again gets its old number; a new value gets the next number."""
    given = ["a", "b", "a", "c", "b", "A", " a", "á", "a\u0301"]
    versions = []
    for password in given:
        state = await desk.save({"smtpPassword": {"set": password}})
        versions.append(state["smtpPassword"]["version"])
        await desk.save({"smtpPassword": {"clear": True}})

    assert [1, 2, 1, 3, 2, 4, 5, 6, 7] == versions


async def test_each_secret_has_its_own_numbers(desk: Desk) -> None:
    """Two secrets with the same value have independent numbers and different fingerprints."""
    oauth2 = {"tokenUrl": "https://login.example.com/token", "clientId": "x"}
    states = [
        await desk.save(
            {
                "smtpPassword": {"set": password},
                "oauth2": {**oauth2, "clientSecret": {"set": client_secret}},
            }
        )
        for password, client_secret in (("a", "b"), ("b", "b"), ("b", "a"))
    ]
    rows = await desk.sql("SELECT fingerprint FROM secret_fingerprint")

    assert [1, 2, 2] == [state["smtpPassword"]["version"] for state in states]
    assert [1, 1, 2] == [state["oauth2"]["clientSecret"]["version"] for state in states]
    assert 4 == len(set(rows))


async def test_a_stored_secret_hides_its_length(desk: Desk) -> None:
    """Secrets from one character to four thousand bytes have the same length when sealed."""
    lengths = set()
    for password in ("x", "password", "é" * 500, "𝄞" * MAX_SECRET):
        await desk.save({"smtpPassword": {"set": password}})
        rows = await desk.sql("SELECT ciphertext FROM stored_secret")
        lengths |= {len(bytes(row[0])) for row in rows if isinstance(row[0], bytes | memoryview)}

    # 4,100 bytes, and the tag of 16 bytes.
    assert {4_116} == lengths


async def test_a_nonce_is_never_used_again(desk: Desk) -> None:
    """Sealing the same password for the same destination again gives a new nonce and ciphertext."""
    seen: list[tuple[object, ...]] = []
    for _ in range(5):
        await desk.save({"smtpPassword": {"set": "same"}})
        seen += await desk.sql(
            "SELECT nonce, ciphertext FROM stored_secret WHERE name = 'smtpPassword'"
        )

    assert 5 == len({nonce for nonce, _ in seen})
    assert 5 == len({ciphertext for _, ciphertext in seen})


async def test_a_cleared_secret_is_gone(desk: Desk) -> None:
    """A cleared secret is deleted; only its fingerprint stays, which keeps its number."""
    await desk.save({"smtpPassword": {"set": "x"}})
    await desk.save({"smtpPassword": {"clear": True}})

    names = [row[0] for row in await desk.sql("SELECT name FROM stored_secret")]
    assert ["fingerprintKey"] == names


@prove
@given(secrets())
def test_a_sealed_secret_opens_only_with_its_key_and_associated_data(secret: str) -> None:
    """It does not open with another key, other associated data, or any bit changed."""
    keyring = Keyring([EncryptionKey(b"k" * 32)])
    sealed = keyring.seal(secret.encode(), b"here")
    flipped = bytes([sealed.ciphertext[0] ^ 1]) + sealed.ciphertext[1:]

    assert secret.encode() == keyring.open(sealed, b"here")
    assert (
        Keyring([EncryptionKey(b"o" * 32), EncryptionKey(b"k" * 32)]).open(sealed, b"here")
        == secret.encode()
    )
    assert Unreadable(sealed.key_id) == keyring.open(sealed, b"there")
    assert Unreadable(sealed.key_id) == Keyring([EncryptionKey(b"o" * 32)]).open(sealed, b"here")
    for changed in (
        Sealed(sealed.key_id, sealed.nonce, flipped),
        Sealed(sealed.key_id, b"x" * 12, sealed.ciphertext),
        Sealed(sealed.key_id, sealed.nonce, sealed.ciphertext[:-1]),
    ):
        assert Unreadable(sealed.key_id) == keyring.open(changed, b"here")


@prove
@given(secrets(), secrets())
def test_a_fingerprint_is_useless_without_its_key(one: str, other: str) -> None:
    """Equal values have equal fingerprints under one key, and others under another key."""
    first = fingerprint(b"k" * 32, one.encode())

    assert (one == other) == (first == fingerprint(b"k" * 32, other.encode()))
    assert first != fingerprint(b"o" * 32, one.encode())


@prove
@given(secrets())
def test_every_password_is_accepted_as_it_is(secret: str) -> None:
    """Blanks at the ends, quotes, emoji and combining letters are part of a password."""
    assert None is check_secret(Secret(secret))


@pytest.mark.parametrize(
    "secret",
    [
        pytest.param("a\0b", id="nul"),
        pytest.param("a\rb", id="cr"),
        pytest.param("ab\n", id="lf-at-the-end"),
        pytest.param("\ud83d", id="half-a-character"),
        pytest.param("x" * (MAX_SECRET + 1), id="too-long"),
    ],
)
def test_a_password_that_cannot_be_sent_is_refused(secret: str) -> None:
    """The reason does not repeat the password, and nothing is cut off to make it fit."""
    invalid = check_secret(Secret(secret))

    assert invalid is not None
    assert secret not in invalid.message


def test_a_secret_hides_itself() -> None:
    """A secret is hidden when printed, logged, formatted, copied, nested or in a traceback."""
    secret = Secret(HIDDEN)
    oauth2 = OAuth2("https://login.example.com/token", "x", secret)
    shown = [
        repr(secret),
        str(secret),
        f"{secret} {secret!r} {secret!s:>40}",
        "%s %r" % (secret, secret),  # noqa: UP031 (as old code does)
        repr([secret, {"x": secret}]),
        repr(copy.deepcopy(secret)),
        repr(SettingsPatch(smtp_password=secret, oauth2_client_secret=secret)),
        repr(Account("mail.example.com", 25, password=secret, oauth2=oauth2, client_key=secret)),
        repr(Draft(NOTHING_SAVED, {SecretName.SMTP_PASSWORD: secret}, frozenset())),
        logging.LogRecord("x", 1, "x", 1, "%s %r", (secret, secret), None).getMessage(),
        repr(EncryptionKey(HIDDEN.encode())),
        repr(Sealed("id", HIDDEN.encode(), HIDDEN.encode())),
    ]
    shown.append("".join(traceback.TracebackException.from_exception(ValueError(secret)).format()))

    for text in shown:
        assert HIDDEN not in text
    assert len({repr(Secret("x" * length)) for length in (0, 1, 100)}) == 1
    with pytest.raises(TypeError):
        json.dumps(secret)
    assert not hasattr(secret, "__dict__")
    assert Secret(HIDDEN) == secret
    assert HIDDEN == secret.reveal()
    assert [False, True] == [bool(Secret("")), bool(Secret(" "))]
    assert ["_value"] == list(asdict(secret))
