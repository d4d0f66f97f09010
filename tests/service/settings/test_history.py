"""Sequences of updates and restores: the history of the settings always matches the trail."""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Final

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from mail.account import OAuth2
from mail.secret import Secret
from service.process.caller import COMMAND_LINE
from service.process.storage import Storage
from service.settings.current import (
    NotVerified,
    RevisionConflict,
    SettingsUpdate,
    email_settings,
    update_email_settings,
)
from service.settings.draft import InvalidSettings, SecretReentryRequired
from service.settings.revisions import (
    RevisionNotFound,
    SettingsRestore,
    compare_revisions,
    email_settings_revision,
    restore_email_settings,
)
from service.settings.saving import SettingsUpdated
from service.values.changes import apply, compare
from service.values.patch import SettingsPatch
from service.values.secret_names import SecretName
from service.values.settings_values import NOTHING_SAVED, SettingsValues
from tests.support.certificates import certificate
from tests.support.client_certificates import key, key_pem, made
from tests.support.desk import THOROUGH, Desk, open_desk

EXAMPLES: Final = 500 if THOROUGH else 12
_NONE: Final[st.SearchStrategy[Any]] = st.none()


def _patch(fields: dict[str, Any]) -> SettingsPatch:
    plain = {name: value for name, value in fields.items() if name != "oauth2"}
    if "oauth2" not in fields:
        return SettingsPatch(**plain)
    oauth2 = fields["oauth2"]
    return SettingsPatch(
        **plain,
        oauth2_token_url=oauth2 and oauth2.token_url,
        oauth2_client_id=oauth2 and oauth2.client_id,
        oauth2_client_secret=oauth2 and oauth2.client_secret,
    )


_PATCHES: Final = st.fixed_dictionaries(
    {},
    optional={
        "smtp_host": _NONE | st.sampled_from(["a.example.com", "b.example.com", "no host"]),
        "smtp_port": _NONE | st.sampled_from([25, 587, 0]),
        "smtp_username": _NONE | st.sampled_from(["ada", "eve"]),
        "smtp_password": _NONE | st.sampled_from([Secret("one"), Secret("two"), Secret("\n")]),
        "default_from_display_name": _NONE | st.sampled_from(["One", "Two", "\0"]),
        "trusted_certificates": _NONE | st.sampled_from([(certificate(),), ("x",)]),
        "client_certificate": _NONE | st.sampled_from([made(), made("other"), "x"]),
        "client_key": _NONE
        | st.sampled_from([Secret(key_pem(key())), Secret(key_pem(key("other"))), Secret("x")]),
        "oauth2": _NONE
        | st.builds(
            OAuth2,
            token_url=st.sampled_from(["https://login.example.com/token", ""]),
            client_id=st.just("x"),
            client_secret=st.sampled_from([None, Secret("three")]),
        ),
        "timeout_seconds": _NONE | st.integers(0, 5),
    },
).map(_patch)
# How many revisions the caller is behind: mostly none.
_BEHIND: Final = st.sampled_from([0, 0, 0, 0, 1, -1])
_UPDATES: Final = st.tuples(
    st.just("update"), _PATCHES, _BEHIND, st.sampled_from([None, None, None, "no such test"])
)
_RESTORES: Final = st.tuples(st.just("restore"), st.integers(1, 40), _BEHIND, st.none())
_REFUSALS: Final = (InvalidSettings, SecretReentryRequired, NotVerified, RevisionNotFound)


def test_history_always_matches_the_trail(storage: Storage) -> None:
    """Each revision has its own event, after any sequence of updates and restores.

    A refusal leaves one event and nothing else. A conflict, or a save that changes nothing, leaves
    nothing.
    """
    with asyncio.Runner() as runner, _opened(runner, storage) as desk:

        @settings(
            max_examples=EXAMPLES,
            deadline=None,
            derandomize=True,
            database=None,
            suppress_health_check=list(HealthCheck),
        )
        @given(st.lists(_UPDATES | _RESTORES, min_size=1, max_size=12))
        def prove(steps: list[tuple[str, Any, int, str | None]]) -> None:
            for step in steps:
                runner.run(_step(desk, *step))

        prove()
        runner.run(_changes_lead_to_each_revision(desk))


@contextmanager
def _opened(runner: asyncio.Runner, storage: Storage) -> Iterator[Desk]:
    opening = open_desk(storage)
    yield runner.run(opening.__aenter__())
    runner.run(opening.__aexit__(None, None, None))


async def _step(desk: Desk, kind: str, requested: Any, behind: int, verified: str | None) -> None:  # noqa: ANN401 (a patch or a number)
    before, events = await desk.whole(), await _events(desk)
    expected = before - behind
    if kind == "update":
        update = SettingsUpdate(requested, expected, "Because.", verified)
        result: object = await update_email_settings(desk.runtime, COMMAND_LINE, update)
    else:
        restore = SettingsRestore(requested, expected, "Because.")
        result = await restore_email_settings(desk.runtime, COMMAND_LINE, restore)
    revisions, recorded = await desk.whole() - before, await _events(desk) - events

    if isinstance(result, SettingsUpdated) and result.event is not None:
        assert (1, 1) == (revisions, recorded)
        assert result.event.event.changes == result.changes
        assert result.changes or before == 0
        if kind == "restore":
            await _equals_revision(desk, requested)
    elif isinstance(result, _REFUSALS):
        assert (0, 1) == (revisions, recorded)
    else:
        assert isinstance(result, SettingsUpdated | RevisionConflict)
        assert (0, 0) == (revisions, recorded)


async def _equals_revision(desk: Desk, number: int) -> None:
    """Checks that the settings in force equal an earlier revision, except for secrets."""
    now = await email_settings(desk.runtime)
    then = await email_settings_revision(desk.runtime, number)
    assert now is not None
    assert then is not None

    assert _plain(then.values) == _plain(now.values)


def _plain(values: SettingsValues) -> SettingsValues:
    return values.with_values({name.version_attribute: None for name in SecretName})


async def _events(desk: Desk) -> int:
    return int(str((await desk.sql("SELECT COUNT(*) FROM audit_event"))[0][0]))


async def _changes_lead_to_each_revision(desk: Desk) -> None:
    """Checks that applying the changes one after another gives the values of each revision."""
    values = NOTHING_SAVED
    last = await desk.whole()
    assert last > 1
    for number in range(1, last + 1):
        changes = await compare_revisions(desk.runtime, number - 1, number)
        state = await email_settings_revision(desk.runtime, number)
        assert isinstance(changes, tuple)
        assert state is not None
        values = apply(changes, values)

        assert () == tuple(each for each in compare(values, state.values) if not each.redacted)


@pytest.mark.anyio
async def test_concurrent_saves_and_tests_keep_their_order(desk: Desk) -> None:
    """With many concurrent callers, the trail has no gap and each revision its own event."""

    async def save(number: int) -> None:
        await desk.update({"timeoutSeconds": 1 + number})

    async def read(_: int) -> None:
        await desk.settings()

    async def test(_: int) -> None:
        await desk.test(depth="CONNECT")

    await asyncio.gather(*[work(number) for number in range(6) for work in (save, read, test)])

    assert await desk.whole() >= 1
    rows = await desk.sql("SELECT seq FROM audit_event ORDER BY seq")
    assert list(range(len(rows))) == [row[0] for row in rows]
