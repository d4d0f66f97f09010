"""Damage: whatever the database contains, a verification ends with findings, not with an error."""

import io
import zipfile
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError, OperationalError
from typer.testing import CliRunner

from audit.standalone.findings import Findings
from audit.trail.appending import append
from audit.trail.proofs import SignedCheckpoint
from audit.verify.findings import reading
from db.engine.damage import apart, is_damage
from db.engine.database import Database
from graph.cli.main import app
from service.export.live import ExportFormat, begin_export
from service.operate.startup import open_closed_trail, open_runtime
from service.operate.statistics import figures
from service.process.caller import COMMAND_LINE, Role
from service.process.runtime import Runtime
from service.process.storage import CannotStartError, Storage
from service.trail.reading import audit_checkpoint
from service.trail.tiles import log_tile
from service.verify.trail import TrailVerification, VerificationRequest, verify_trail
from tests.support.inprocess import Edge
from tests.support.threads import beside
from tests.support.trail.events import START, an_event, at, write
from tests.support.trail.living import live
from tests.support.trail.tampering import sqlite_file, tamper
from tests.support.trail.verifiers import by_bundle, by_graphql, variables

pytestmark = pytest.mark.anyio


async def found_after(storage: Storage, statement: str) -> tuple[list[str], str]:
    """Returns the codes that are found over GraphQL, and what the command prints."""
    async with open_runtime(storage) as runtime:
        await live(runtime)
        await write(runtime.database, 3)
    # Dropping a table drops its guards, too.
    guards_too = not statement.startswith("DROP")
    await tamper(storage.database_url or "", statement, guards_too=guards_too)
    async with open_closed_trail(storage) as runtime:
        codes = await by_graphql(runtime, None)
    done = await beside(CliRunner().invoke, app, ["audit", "verify"], env=variables(storage))

    assert (1, None) == (done.exit_code, _failure(done.exception)), done.output
    return codes, done.output


def _failure(exception: BaseException | None) -> BaseException | None:
    return None if isinstance(exception, SystemExit) else exception


def _body(change: str, seq: int = 4) -> str:
    return f"UPDATE audit_event SET body = {change} WHERE seq = {seq}"


_PAGE_BYTES = 4_096

ON_BOTH = {
    "no detail": (
        _body("""replace(body, '"detail":{}', '"detail":[]')""", seq=3),
        "MALFORMED_EVENT",
    ),
    "a number for a name": (
        _body("""replace(body, '"name":"Command line"', '"name":5')"""),
        "MALFORMED_EVENT",
    ),
    "far too long a body": (_body(f"body || '{' ' * 99_999}'"), "NOT_CANONICAL"),
    "a part too many": (_body("""replace(body, '"v":1', '"v":1,"w":1')"""), "MALFORMED_EVENT"),
    "an unknown action": (
        _body("replace(body, 'EMAIL_SETTINGS_UPDATED', 'SOMETHING_ELSE')"),
        "MALFORMED_EVENT",
    ),
    "no mode of TLS": ("UPDATE email_settings_revision SET tls_mode = 'NONE'", "UNREADABLE"),
    "no list of certificates": (
        "UPDATE email_settings_revision SET trusted_certificates = '{'",
        "UNREADABLE",
    ),
    "a text for a list of certificates": (
        """UPDATE email_settings_revision SET trusted_certificates = '""'""",
        "UNREADABLE",
    ),
    "certificates too deep": (
        f"UPDATE email_settings_revision SET trusted_certificates = '{'[' * 9_999}'",
        "UNREADABLE",
    ),
    "no name of the trail": ("UPDATE audit_head SET origin = NULL", "ORIGIN_MISMATCH"),
    "no record of the end": ("DELETE FROM audit_head", "UNREADABLE"),
    "no record of the settings": ("DELETE FROM email_settings", "UNREADABLE"),
    "no checkpoints": ("DROP TABLE audit_checkpoint", "UNREADABLE"),
    "no archive": ("DROP TABLE audit_archive", "UNREADABLE"),
    "no test emails": ("DROP TABLE test_email", "UNREADABLE"),
}

ON_SQLITE = {
    "a body of bytes": (_body("CAST(body AS BLOB)"), "MALFORMED_EVENT"),
    "a body that is no text": (
        _body("CAST(replace(body, 'mail', x'ff') AS TEXT)"),
        "LEAF_MISMATCH",
    ),
    "a hash of bytes": ("UPDATE audit_event SET leaf = x'00' WHERE seq = 4", "LEAF_MISMATCH"),
    "a node of text": ("UPDATE audit_node SET hash = 'x' WHERE level = 1", "TREE_DIFFERS"),
    "a note of bytes": (
        "UPDATE audit_checkpoint SET note = CAST(note AS BLOB) WHERE size = 4",
        "CHECKPOINT_MALFORMED",
    ),
    "a key of bytes": (
        "UPDATE audit_key SET verifier_key = CAST(verifier_key AS BLOB)",
        "UNREADABLE",
    ),
    "no search": ("DROP TABLE audit_search", "UNREADABLE"),
    "no index of the search": ("DROP TABLE audit_search_words", "UNREADABLE"),
}


@pytest.mark.parametrize("name", ON_BOTH)
async def test_damage_is_a_finding(storage: Storage, name: str) -> None:
    """Values of other types, missing rows and missing tables are findings."""
    statement, code = ON_BOTH[name]
    codes, printed = await found_after(storage, statement)

    assert code in codes
    assert code in printed


@pytest.mark.parametrize("name", ON_SQLITE)
async def test_damage_is_a_finding_on_sqlite(sqlite_storage: Storage, name: str) -> None:
    """SQLite stores values of any type in any column; wrong ones are findings."""
    statement, code = ON_SQLITE[name]
    codes, printed = await found_after(sqlite_storage, statement)

    assert code in codes
    assert code in printed


def _break_a_page(file: Path, byte: bytes) -> None:
    """Makes the first page that is full of a byte refer to a next page that does not exist."""
    data = bytearray(file.read_bytes())
    place = data.index(byte * 4_000) // _PAGE_BYTES * _PAGE_BYTES
    data[place : place + 4] = (2**31 - 1).to_bytes(4)
    file.write_bytes(data)


@pytest.mark.parametrize("quick", [False, True], ids=["whole", "quick"])
async def test_an_event_that_cannot_be_read_hides_no_other(
    sqlite_storage: Storage,
    quick: bool,  # noqa: FBT001 (a table's column)
) -> None:
    """An unreadable event is named, and all others are checked."""
    async with open_runtime(sqlite_storage) as runtime:
        await write(runtime.database, 2)
        async with runtime.database.transaction() as session:
            long = an_event(2, reason="A" * 20_000)
            await append(session, long, at(START + timedelta(seconds=2)))
        await write(runtime.database, 2, first=3)
        newest = await audit_checkpoint(runtime)
    assert isinstance(newest, SignedCheckpoint)
    _break_a_page(sqlite_file(sqlite_storage.database_url or ""), b"A")
    request = VerificationRequest(((newest.note, "your checkpoint"),), quick=quick)
    async with open_closed_trail(sqlite_storage) as runtime:
        found = await verify_trail(runtime, request)
    assert isinstance(found, TrailVerification)

    codes = {each.code: each.seq for each in found.findings}
    assert 5 == found.events_checked
    assert 2 == codes["UNREADABLE"] == codes["LEAF_MISMATCH"]
    assert not {"SHORTER_THAN_CHECKPOINT", "SEQUENCE_GAP", "SEQUENCE_ORDER"} & codes.keys()
    assert "CHECKPOINT_MISMATCH" in codes


@pytest.mark.parametrize(
    ("statement", "tile"),
    [
        pytest.param("UPDATE audit_node SET hash = {blob:00} WHERE idx = 1", "tile/0/000.p/5"),
        pytest.param("DELETE FROM audit_node WHERE idx = 1", "tile/0/000.p/5"),
        pytest.param("DELETE FROM audit_event WHERE seq = 1", "tile/entries/000.p/5"),
    ],
    ids=["a node of another length", "no node", "no event"],
)
async def test_a_damaged_tree_does_not_stop_an_export(
    storage: Storage, tmp_path: Path, statement: str, tile: str
) -> None:
    """A damaged tile is neither exported nor served; the bundle's verifier finds missing events."""
    async with open_runtime(storage) as runtime:
        await write(runtime.database, 5)
    await tamper(storage.database_url or "", statement)
    async with open_runtime(storage) as runtime:
        export = await begin_export(runtime, COMMAND_LINE, ExportFormat.BUNDLE)
        bundle = b"".join([chunk async for chunk in export.chunks()])
        served = await log_tile(runtime, tile)
    (tmp_path / "trail.zip").write_bytes(bundle)
    found = await by_bundle(tmp_path / "trail.zip", None)

    assert served is None
    assert ("SEQUENCE_GAP" in found) == ("audit_event" in statement)


@pytest.mark.parametrize("name", ["an unknown action", "a number for a name", "no detail"])
async def test_one_unreadable_event_hides_no_other(storage: Storage, name: str) -> None:
    """An unreadable event is shown as it is stored, in the history and in every export."""
    statement, _ = ON_BOTH[name]
    async with open_runtime(storage) as runtime:
        await live(runtime)
    await tamper(storage.database_url or "", statement)
    async with open_runtime(storage) as runtime:
        answer = await Edge(runtime, Role.AUDITOR).ask(
            "{ auditEvents(first: 50) { edges { node { sequence action body } } } }"
        )
        shown = [each["node"] for each in answer["auditEvents"]["edges"]]
        kinds = (ExportFormat.JSONL, ExportFormat.CSV, ExportFormat.OCSF, ExportFormat.BUNDLE)
        lines = [await _lines(runtime, kind) for kind in kinds]

    unreadable = [each for each in shown if each["action"] == "UNREADABLE"]
    assert 8 == len(shown)
    assert [3 if "seq = 3" in statement else 4] == [each["sequence"] for each in unreadable]
    assert unreadable[0]["body"].startswith('{"action":')
    # Each export contains the events of the exports before it and its own; the CSV has a header.
    assert [9, 11, 11, 12] == lines


async def test_an_unreadable_end_of_a_test_is_not_counted(storage: Storage) -> None:
    """The figures for monitoring leave out an end of a test that cannot be read."""
    async with open_runtime(storage) as runtime:
        await live(runtime)
        await write(runtime.database, 1)
        before = await figures(runtime, 0)
    await tamper(storage.database_url or "", _body("""replace(body, '"FAILED"', '"ODD"')""", seq=7))
    async with open_runtime(storage) as runtime:
        after = await figures(runtime, 0)

    assert (1, 0) == (len(before.ended), len(after.ended))


async def _lines(runtime: Runtime, kind: ExportFormat) -> int:
    export = await begin_export(runtime, COMMAND_LINE, kind)
    data = b"".join([chunk async for chunk in export.chunks()])
    if kind is ExportFormat.BUNDLE:
        data = zipfile.ZipFile(io.BytesIO(data)).read("entries.jsonl")
    return len(data.splitlines())


def test_a_lost_connection_is_not_damage() -> None:
    """A lost connection says nothing about the trail, so it is an error and not a finding."""
    findings = Findings()
    gone = DBAPIError("SELECT 1", None, OSError("gone"), connection_invalidated=True)

    with pytest.raises(DBAPIError), reading(findings, "the events"):
        raise gone
    assert {} == findings


async def test_what_may_pass_is_not_damage(database: Database) -> None:
    """A missing table is damage; a lock or a timeout is not."""
    async with database.reading() as session:
        with pytest.raises(DBAPIError) as gone:
            async with apart(session):
                await (await session.connection()).execute(text("SELECT 1 FROM nothing"))
        # The transaction can go on, also on PostgreSQL.
        await (await session.connection()).execute(text("SELECT 1"))
    busy = await _busy(database)

    assert (True, False) == (is_damage(gone.value), is_damage(busy))


async def _busy(database: Database) -> DBAPIError:
    attempt = _locked if database.kind == "sqlite" else _too_slow
    with pytest.raises(DBAPIError) as busy:
        await attempt(database)
    return busy.value


async def _locked(database: Database) -> None:
    async with database.transaction() as first, database.engine.connect() as second:
        await (await first.connection()).execute(text("DELETE FROM test_email"))
        await second.execute(text("PRAGMA busy_timeout = 1"))
        await second.execute(text("DELETE FROM test_email"))


async def _too_slow(database: Database) -> None:
    async with database.reading() as session:
        connection = await session.connection()
        await connection.execute(text("SET LOCAL statement_timeout = 1"))
        await connection.execute(text("SELECT pg_sleep(5)"))


async def test_a_missing_table_hides_nothing_else(storage: Storage) -> None:
    """The tables that can be read are still compared with the trail."""
    async with open_runtime(storage) as runtime:
        await live(runtime)
    await tamper(
        storage.database_url or "",
        "DROP TABLE access_token",
        "UPDATE test_email SET outcome = 'ACCEPTED'",
    )
    async with open_closed_trail(storage) as runtime:
        codes = await by_graphql(runtime, None)

    assert {"UNREADABLE", "TESTS_DIFFER"} <= set(codes)


async def test_an_outage_in_the_middle_ends_a_command(storage: Storage) -> None:
    """An outage during a command ends it with an error message, not with findings."""
    async with open_runtime(storage):
        pass
    with pytest.raises(CannotStartError, match=r"The database failed: .*gone"):
        async with open_closed_trail(storage, as_it_is=True):
            raise OperationalError("SELECT 1", None, OSError("gone"))
