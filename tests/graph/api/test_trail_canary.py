"""The canary in the trail: no body, column, export, tile, checkpoint or file holds a password."""

import base64
import csv
import io
import secrets
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import text

from audit.c2sp.tiles import EntryBundle, hash_tiles
from audit.trail.proofs import SignedCheckpoint
from db.engine.database import Database
from service.export.live import ExportFormat, begin_export
from service.process.caller import COMMAND_LINE, Role
from service.process.runtime import Runtime
from service.process.storage import Storage
from service.trail.reading import audit_checkpoint
from service.trail.tiles import log_checkpoint, log_proof, log_tile
from service.verify.trail import TrailVerification, verify_trail
from tests.support.canary import CANARY, files_below, leaks, values_in
from tests.support.client_certificates import key, key_pem, made
from tests.support.desk import Desk, open_desk
from tests.support.edge.shell import Shell
from tests.support.edge.world import configured
from tests.support.logs import logging_to_text
from tests.support.recorder import Recorder, recording
from tests.support.threads import beside

pytestmark = pytest.mark.anyio

PASSWORD = f"{CANARY}{secrets.token_hex(8)}"
"""Unique to this test: PostgreSQL's files contain what other tests leak on purpose."""

KEY_LINE = key_pem(key()).splitlines()[2]
"""A line of the client key that contains most of its secret number."""

EVERYTHING = """{ auditEvents(first: 100) { edges { node {
  id sequence occurredAt action outcome errorCode reason revision correlationId body leafHash
  actor { id displayName } client { ipAddress userAgent requestId operationName }
  changes { field before after redacted } testEmail { outcome transcript { line } }
} } } }"""


@pytest.fixture
def log(tmp_path: Path) -> Iterator[io.StringIO]:
    """The service's log at debug level."""
    with logging_to_text(configured(tmp_path, log_level="debug", log_format="json")) as written:
        yield written


async def test_the_trail_discloses_no_password(
    storage: Storage, log: io.StringIO, tmp_path: Path
) -> None:
    """After saves, tests, refusals and a restore, no way to read the trail shows the password."""
    async with open_desk(storage) as desk, recording() as recorder:
        await _live(desk, recorder)
        places = await _read(desk)
        commands = await beside(_by_command, Shell(storage, tmp_path))
        database = desk.runtime.database
        places |= commands | {
            "log": log.getvalue().encode(),
            "rows": await values_in(database.engine),
            "files": files_below(tmp_path) + await _files_of_postgresql(database),
        }
        # A password that is leaked on purpose is found in what is read, and on the disk.
        await desk.save({"defaultFromDisplayName": PASSWORD})
        leaked = await _read(desk)
        on_disk = files_below(tmp_path) + await _files_of_postgresql(database)

    for secret in (PASSWORD, KEY_LINE):
        assert {} == {
            place: forms for place, found in places.items() if (forms := leaks(secret, found))
        }
    assert all(places.values()), [place for place, found in places.items() if not found]
    assert {"GraphQL", "bundle", "jsonl", "csv", "ocsf", "entries", "proofs"} <= {
        place for place, found in leaked.items() if leaks(PASSWORD, found)
    }
    assert leaks(PASSWORD, on_disk)


async def _live(desk: Desk, recorder: Recorder) -> None:
    given = {"smtpPassword": {"set": PASSWORD}}
    settings = {
        "smtpHost": "127.0.0.1",
        "smtpPort": recorder.port,
        "enableSecureConnection": False,
        "smtpUsername": "postledger",
        "defaultFromAddress": "postledger@example.org",
    }
    await desk.save({**settings, **given})
    await desk.save({"clientCertificate": made(), "clientKey": {"set": key_pem(key())}})
    await desk.update({"clientCertificate": key_pem(key())})
    await desk.update({"clientCertificate": made("other")})
    await desk.test(recipient="ada@example.net")
    await desk.test(settings={**given, "timeoutSeconds": 5}, depth="AUTHENTICATE")
    await desk.save({"smtpPassword": {"set": PASSWORD + "x"}})
    await desk.update({**given, "smtpPort": 0}, reason="a try")
    await desk.update({"smtpHost": "127.0.0.2"})
    await desk.restore(1)
    await desk.save({"smtpPassword": {"clear": True}})
    await desk.ask("{ auditEvents { edges { cursor } } }", role=Role.VIEWER)


async def _read(desk: Desk) -> dict[str, bytes]:
    """Returns everything that the trail publishes, by the way in which it is read."""
    runtime = desk.runtime
    found = {"GraphQL": (await desk.ask(EVERYTHING)).raw}
    for kind in ExportFormat:
        export = await begin_export(runtime, COMMAND_LINE, kind)
        found[kind.value] = _unpacked(b"".join([chunk async for chunk in export.chunks()]))
    newest = await audit_checkpoint(runtime)
    assert isinstance(newest, SignedCheckpoint)
    size = newest.checkpoint.size
    checkpoint = await log_checkpoint(runtime)
    assert checkpoint is not None
    found["checkpoint"] = checkpoint.content
    found["tiles"] = await _tiles(runtime, [tile.path for tile in hash_tiles(size)])
    found["entries"] = await _tiles(runtime, [EntryBundle(0, size).path])
    proofs = [await log_proof(runtime, sequence) for sequence in range(size)]
    found["proofs"] = b"".join(_proof(each.content) for each in proofs if each is not None)
    verified = await verify_trail(runtime)
    assert isinstance(verified, TrailVerification)
    assert verified.intact
    return found


def _proof(data: bytes) -> bytes:
    """Returns a proof's bytes, and its decoded base64."""
    return data + base64.b64decode(data.split(b"\n")[1].removeprefix(b"extra "))


def _unpacked(data: bytes) -> bytes:
    """Returns an export's bytes: for a zip, those of each file; for a table, the cells as well."""
    if data.startswith(b"sequence,"):
        rows = csv.reader(io.StringIO(data.decode()))
        return data + "\n".join(cell for row in rows for cell in row).encode()
    if not zipfile.is_zipfile(io.BytesIO(data)):
        return data
    with zipfile.ZipFile(io.BytesIO(data)) as bundle:
        return b"\n".join(bundle.read(name) for name in bundle.namelist())


async def _tiles(runtime: Runtime, paths: list[str]) -> bytes:
    files = [await log_tile(runtime, path) for path in paths]
    return b"".join(file.content for file in files if file is not None)


def _by_command(shell: Shell) -> dict[str, bytes]:
    output = shell.folder / "by-command.jsonl"
    results = {
        "audit verify": shell.run("audit", "verify"),
        "audit checkpoint": shell.run("audit", "checkpoint"),
        "audit export": shell.run("audit", "export", "--format", "jsonl", "--output", str(output)),
    }
    assert {0} == {result.exit_code for result in results.values()}, results
    written = {name: result.output.encode() for name, result in results.items()}
    return written | {"exported by command": output.read_bytes()}


async def _files_of_postgresql(database: Database) -> bytes:
    """Returns the server's own files, its write-ahead log included; none on SQLite."""
    if database.kind == "sqlite":
        return b""
    async with database.engine.connect() as connection:
        autocommit = await connection.execution_options(isolation_level="AUTOCOMMIT")
        await autocommit.execute(text("CHECKPOINT"))
        folder = (await autocommit.execute(text("SHOW data_directory"))).scalar_one()
        number = (
            await autocommit.execute(
                text("SELECT oid FROM pg_database WHERE datname = current_database()")
            )
        ).scalar_one()
    data = Path(folder)
    return files_below(data / "base" / str(number)) + files_below(data / "pg_wal")
