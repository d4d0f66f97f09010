"""Liveness and readiness, which decide whether the service receives calls."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy import text

from graph.app import compose
from service.operate.health import CHECK_SECONDS, CHECKS
from service.operate.startup import open_runtime
from service.process.keys import GivenKeys, new_key
from service.process.runtime import Runtime
from service.process.signing import SourceKeys
from service.process.storage import DATABASE_FILE, Storage
from tests.support.breakable import Breakable, breakable
from tests.support.edge.world import World, codes, configured, open_world

pytestmark = pytest.mark.anyio

SAVE = """mutation { createAccessToken(input: {name: "x", role: VIEWER}) { __typename } }"""


async def _ready(world: World) -> tuple[int, set[str]]:
    """The status of the readiness check, and the names of the checks that failed."""
    response = await world.client.get("/health/ready")
    live = await world.client.get("/health/live")
    checks: dict[str, str] = response.json()["checks"]

    assert CHECKS.keys() == checks.keys()
    assert (200, {"status": "ok", "checks": {}}) == (live.status_code, live.json())
    return response.status_code, {name for name, found in checks.items() if found != "ok"}


async def test_ready(world: World) -> None:
    """A service that has everything it needs is ready, and says so without a token."""
    assert (200, set()) == await _ready(world)


async def _without_key(runtime: Runtime) -> Runtime:
    return replace(runtime, keys=GivenKeys(()))


async def _without_signing_key(runtime: Runtime) -> Runtime:
    runtime.trail._signers = {}
    runtime.trail.keys = SourceKeys(GivenKeys((new_key(),)))
    return runtime


async def _with_migrations_missing(runtime: Runtime) -> Runtime:
    async with runtime.database.transaction() as session:
        connection = await session.connection()
        await connection.execute(text("UPDATE alembic_version SET version_num = '0001'"))
    return runtime


async def _without_head(runtime: Runtime) -> Runtime:
    async with runtime.database.transaction() as session:
        connection = await session.connection()
        await connection.execute(text("ALTER TABLE audit_head RENAME TO audit_head_away"))
    return runtime


@pytest.mark.parametrize(
    ("spoil", "failed"),
    [
        pytest.param(_without_key, "encryptionKey", id="no encryption key"),
        pytest.param(_without_signing_key, "signer", id="another signing key"),
        pytest.param(_without_head, "signer", id="no head to sign"),
        pytest.param(_with_migrations_missing, "migrations", id="older tables"),
    ],
)
async def test_a_missing_part_is_named(
    runtime: Runtime,
    tmp_path: Path,
    spoil: Callable[[Runtime], Awaitable[Runtime]],
    failed: str,
) -> None:
    """A failed part is reported with 503 and its name, and the process is still live."""
    spoilt = await spoil(runtime)
    app = compose(configured(tmp_path), spoilt)
    async with open_world(app, runtime, roles=()) as world:
        found = await _ready(world)

    assert (503, {failed}) == found


@pytest.mark.parametrize("exchanged", [False, True], ids=["removed", "exchanged"])
async def test_a_file_that_is_gone(
    world: World,
    tmp_path: Path,
    exchanged: bool,  # noqa: FBT001 (a table's column)
) -> None:
    """If the file was removed or replaced, changes are refused, and the service is not ready."""
    file = tmp_path / "data" / DATABASE_FILE
    away = file.rename(file.with_suffix(".away"))
    if exchanged:
        file.write_bytes(away.read_bytes())
    found = await _ready(world)
    refused = await world.ask(SAVE)
    file.unlink(missing_ok=True)
    away.rename(file)
    again = await _ready(world)
    saved = await world.ask(SAVE)

    assert 503 == found[0]
    assert "database" in found[1]
    assert ["INTERNAL_SERVER_ERROR"] == codes(refused)
    assert (200, set()) == again
    assert "errors" not in saved


@pytest.fixture
async def way(postgresql_url: str) -> AsyncIterator[Breakable]:
    """A connection to a PostgreSQL database that can be broken."""
    async with breakable(postgresql_url) as opened:
        yield opened


@pytest.mark.parametrize("silent", [False, True], ids=["refused", "silent"])
async def test_a_database_outage(
    way: Breakable,
    tmp_path: Path,
    silent: bool,  # noqa: FBT001 (a table's column)
) -> None:
    """The readiness check answers in time during an outage, and recovers with the database."""
    keys = (new_key(),)
    async with open_runtime(Storage(tmp_path / "data", way.url, keys, keys)) as runtime:
        app = compose(configured(tmp_path), runtime)
        async with open_world(app, runtime) as world:
            before = await _ready(world)
            if silent:
                way.hang()
            else:
                await way.refuse()
            async with asyncio.timeout(CHECK_SECONDS + 1):
                away = await _ready(world)
            await way.repair()
            after = await _ready(world)

    assert (200, set()) == before == after
    assert (503, {"database", "migrations", "signer"}) == away
