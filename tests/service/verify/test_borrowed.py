"""Rights and settings that were borrowed: changed in the database, used, and put back.

The service signed an event for everything that was done meanwhile. Earlier events contradict it, so
a verification finds it although the tables are as before.
"""

import hashlib
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Final

import pytest

from audit.event import Client
from audit.trail.appending import Clock
from mail.report.report import EmailTestDepth
from service.access.tokens import CreatedToken, authenticate, create_token, revoke_token
from service.email_tests.request import EmailTestRequest
from service.email_tests.sending import EmailTestStarted, cancel_test_email, send_test_email
from service.operate.startup import open_runtime
from service.process.caller import COMMAND_LINE, Caller, Role
from service.process.runtime import Runtime
from service.process.storage import Storage
from service.settings.current import SettingsUpdate, update_email_settings
from service.settings.saving import SettingsUpdated
from service.trail.reopen import reopen_trail
from service.values.patch import SettingsPatch
from service.verify.trail import TrailVerification, verify_trail
from tests.support.recorder import recording
from tests.support.trail.events import START, at
from tests.support.trail.opened import NAME
from tests.support.trail.tampering import tamper

pytestmark = pytest.mark.anyio

TEXT: Final = "plg_" + "A" * 43
HASH: Final = hashlib.sha256(TEXT.encode()).hexdigest()
HERE: Final = Client("127.0.0.1", "peer", "tests", "request", None)


@dataclass(frozen=True, slots=True)
class Borrowed:
    """Which token is used, and the statements that change it before and restore it after."""

    name: str
    before: str
    after: str


TOKENS: Final = {
    "never created": Borrowed(
        "x",
        "INSERT INTO access_token "
        "(id, number, name, role, token_hash, created_at, actor_kind, actor_name) "
        f"VALUES ('x', 99, 'Alice', 'ADMINISTRATOR', '{HASH}', 'x', 'SYSTEM', 'x')",
        "DELETE FROM access_token WHERE id = 'x'",
    ),
    "a viewer's": Borrowed(
        "views",
        "UPDATE access_token SET role = 'ADMINISTRATOR' WHERE name = 'views'",
        "UPDATE access_token SET role = 'VIEWER' WHERE name = 'views'",
    ),
    "another's name": Borrowed(
        "manages",
        "UPDATE access_token SET name = 'Alice' WHERE name = 'manages'",
        "UPDATE access_token SET name = 'manages' WHERE name = 'Alice'",
    ),
    "revoked": Borrowed(
        "was revoked",
        "UPDATE access_token SET revoked_at = NULL, created_at = created_at || revoked_at "
        "WHERE name = 'was revoked'",
        "UPDATE access_token SET revoked_at = substr(created_at, 28), "
        "created_at = substr(created_at, 1, 27) WHERE name = 'was revoked'",
    ),
    "expired": Borrowed(
        "has expired",
        "UPDATE access_token SET expires_at = replace(expires_at, '2026', '2036') "
        "WHERE name = 'has expired'",
        "UPDATE access_token SET expires_at = replace(expires_at, '2036', '2026') "
        "WHERE name = 'has expired'",
    ),
}


async def _tokens(runtime: Runtime) -> dict[str, str]:
    """Creates a token of each kind; returns their texts by their names."""
    texts = {}
    for name, role, hours in (
        ("views", Role.VIEWER, None),
        ("manages", Role.ADMINISTRATOR, None),
        ("was revoked", Role.ADMINISTRATOR, None),
        ("has expired", Role.ADMINISTRATOR, 1),
    ):
        until = None if hours is None else START + timedelta(hours=hours)
        made = await create_token(runtime, COMMAND_LINE, name, role, until)
        assert isinstance(made, CreatedToken)
        texts[name] = made.text
        if name == "was revoked":
            await revoke_token(runtime, COMMAND_LINE, made.token.id)
    return texts


@asynccontextmanager
async def _opened(storage: Storage, clock: Clock) -> AsyncIterator[Runtime]:
    async with open_runtime(storage) as runtime:
        yield replace(runtime, clock=clock)


async def _save(runtime: Runtime, text: str, revision: int = 0) -> None:
    caller = await authenticate(runtime, text, HERE)
    assert isinstance(caller, Caller)
    patch = SettingsPatch(smtp_host=f"mail{revision}.example.com")
    saved = await update_email_settings(runtime, caller, SettingsUpdate(patch, revision, "by me"))
    assert isinstance(saved, SettingsUpdated)


async def _found(runtime: Runtime) -> list[tuple[str, int | None]]:
    result = await verify_trail(runtime)
    assert isinstance(result, TrailVerification)
    return [(each.code, each.seq) for each in result.findings]


@pytest.mark.parametrize("again", [False, True], ids=["", "after-reopening"])
@pytest.mark.parametrize("name", TOKENS)
async def test_a_borrowed_token_is_found_by_what_it_did(
    storage: Storage,
    name: str,
    again: bool,  # noqa: FBT001 (a table's column)
) -> None:
    """An event is found if its token was never created, had another role or name, or had ended."""
    borrowed = TOKENS[name]
    url = storage.database_url or ""
    async with _opened(storage, at(START)) as runtime:
        texts = await _tokens(runtime)
        if again:
            await reopen_trail(runtime, COMMAND_LINE, "the disk broke", NAME)
    async with _opened(storage, at(START + timedelta(hours=2))) as runtime:
        await tamper(url, borrowed.before)
        await _save(runtime, texts.get(borrowed.name, TEXT))
        await tamper(url, borrowed.after, "UPDATE access_token SET last_used_at = NULL")

        assert [("TOKENS_DIFFER", 1 if again else 5)] == await _found(runtime)


@pytest.mark.parametrize("again", [False, True], ids=["", "after-reopening"])
async def test_what_valid_tokens_did_is_intact(
    storage: Storage,
    again: bool,  # noqa: FBT001 (a table's column)
) -> None:
    """A token may be used up to its end, also by a slow clock or a call that began just before."""
    async with _opened(storage, at(START)) as runtime:
        texts = await _tokens(runtime)
        if again:
            await reopen_trail(runtime, COMMAND_LINE, "the disk broke", NAME)
        await _save(runtime, texts["has expired"])
        caller = await authenticate(runtime, texts["has expired"], HERE)
        assert isinstance(caller, Caller)
    last = START + timedelta(minutes=59)
    async with _opened(storage, at(START + timedelta(hours=3))) as ahead:
        await _save(ahead, texts["manages"], 1)
        await _save(replace(ahead, clock=at(last)), texts["has expired"], 2)
    async with _opened(storage, at(START + timedelta(hours=1, minutes=4))) as runtime:
        patch = SettingsPatch(smtp_host="late.example.com")
        await update_email_settings(runtime, caller, SettingsUpdate(patch, 3, "just in time"))

        assert [] == await _found(runtime)


async def test_a_test_that_outlives_its_token_is_intact(storage: Storage) -> None:
    """A test that ends after its requester's token was revoked may still name the token."""
    async with _opened(storage, at(START)) as runtime, recording(None) as silent:
        made = await create_token(runtime, COMMAND_LINE, "asks", Role.ADMINISTRATOR)
        assert isinstance(made, CreatedToken)
        caller = await authenticate(runtime, made.text, HERE)
        assert isinstance(caller, Caller)
        slow = SettingsPatch(smtp_host="127.0.0.1", smtp_port=silent.port, timeout_seconds=1)
        request = EmailTestRequest(patch=slow, depth=EmailTestDepth.CONNECT, wait=False)
        later = _Moving()
        moving = replace(runtime, clock=later)
        begun = await send_test_email(moving, caller, request)
        assert isinstance(begun, EmailTestStarted)
        await revoke_token(moving, COMMAND_LINE, made.token.id)
        later.now += timedelta(hours=1)
        await runtime.tests.join(begun.test_email.id)

        assert [] == await _found(moving)


async def test_a_test_that_another_cancels_is_intact(storage: Storage) -> None:
    """A canceled test names who canceled it, even if their token is revoked just then."""
    async with open_runtime(storage) as runtime, recording(None) as silent:
        callers = []
        for name in ("asks", "cancels"):
            made = await create_token(runtime, COMMAND_LINE, name, Role.ADMINISTRATOR)
            assert isinstance(made, CreatedToken)
            caller = await authenticate(runtime, made.text, HERE)
            assert isinstance(caller, Caller)
            callers.append(caller)
        slow = SettingsPatch(smtp_host="127.0.0.1", smtp_port=silent.port)
        request = EmailTestRequest(patch=slow, depth=EmailTestDepth.CONNECT, wait=False)
        begun = await send_test_email(runtime, callers[0], request)
        assert isinstance(begun, EmailTestStarted)
        await revoke_token(runtime, COMMAND_LINE, callers[1].actor.id or "")
        await cancel_test_email(runtime, callers[1], begun.test_email.id)

        assert [] == await _found(runtime)


class _Moving:
    """A clock that the test sets."""

    def __init__(self) -> None:
        self.now = START

    def __call__(self) -> datetime:
        """Returns the time that was set."""
        return self.now


@pytest.mark.parametrize("again", [False, True], ids=["", "after-reopening"])
@pytest.mark.parametrize(
    ("change", "back"),
    [
        pytest.param("smtp_host = '127.0.0.2'", "smtp_host = '127.0.0.1'", id="host"),
        pytest.param("smtp_port = 2", "smtp_port = 1", id="port"),
    ],
)
async def test_borrowed_settings_are_found_by_a_test(
    storage: Storage,
    change: str,
    back: str,
    again: bool,  # noqa: FBT001 (a table's column)
) -> None:
    """A test that used a host or port that no event recorded is found."""
    url = storage.database_url or ""
    test = EmailTestRequest(depth=EmailTestDepth.CONNECT)
    async with open_runtime(storage) as runtime:
        patch = SettingsPatch(smtp_host="127.0.0.1", smtp_port=1)
        await update_email_settings(runtime, COMMAND_LINE, SettingsUpdate(patch, 0))
        if again:
            await reopen_trail(runtime, COMMAND_LINE, "the disk broke", NAME)
        await send_test_email(runtime, COMMAND_LINE, test)
        before = await _found(runtime)
        await tamper(url, f"UPDATE email_settings_revision SET {change}")
        await send_test_email(runtime, COMMAND_LINE, test)
        await tamper(url, f"UPDATE email_settings_revision SET {back}")

        assert ([], [("TESTS_DIFFER", 3)]) == (before, await _found(runtime))


async def test_a_borrowed_revision_is_found_by_a_test(storage: Storage) -> None:
    """A test of unsaved changes is found if it names a revision that was not in force."""
    url = storage.database_url or ""
    patch = SettingsPatch(smtp_host="127.0.0.1", smtp_port=1)
    async with open_runtime(storage) as runtime:
        await update_email_settings(runtime, COMMAND_LINE, SettingsUpdate(patch, 0))
        await tamper(url, "UPDATE email_settings SET revision = 0")
        test = EmailTestRequest(patch=patch, depth=EmailTestDepth.CONNECT)
        await send_test_email(runtime, COMMAND_LINE, test)
        await tamper(url, "UPDATE email_settings SET revision = 1")

        assert [("TESTS_DIFFER", 1)] == await _found(runtime)
