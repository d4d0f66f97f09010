"""Exports: recorded, streamed, and verifiable offline."""

import csv
import io
import json
import subprocess
import sys
import zipfile
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from audit.event import SYSTEM, AuditAction, AuditOutcome, Event
from audit.trail.appending import append
from audit.trail.history import EventFilter
from audit.trail.proofs import SignedCheckpoint
from service.export.bundle import BundleWriter
from service.export.live import ExportFormat, begin_export
from service.export.sources import LiveTrail
from service.process.caller import COMMAND_LINE
from service.process.runtime import Runtime
from service.trail.reading import audit_checkpoint, audit_event
from service.trail.tiles import LogFile, log_checkpoint, log_tile
from tests.support.trail.events import START, at, write

pytestmark = pytest.mark.anyio


async def exported(
    runtime: Runtime, kind: ExportFormat, wanted: EventFilter | None = None
) -> bytes:
    """Returns the bytes of an export."""
    found = await begin_export(runtime, COMMAND_LINE, kind, wanted)
    return b"".join([chunk async for chunk in found.chunks()])


def checked(bundle: Path, *arguments: str) -> tuple[int, str]:
    """Runs the bundle's own verifier with the standard library alone; returns status and output."""
    folder = bundle.with_suffix("")
    with zipfile.ZipFile(bundle) as file:
        file.extract("verify.py", folder)
    done = subprocess.run(  # noqa: S603 (our own program)
        [sys.executable, "-I", "-S", str(folder / "verify.py"), *arguments, str(bundle)],
        check=False,
        capture_output=True,
        text=True,
    )
    return done.returncode, done.stdout + done.stderr


async def test_a_bundle_is_intact_offline(runtime: Runtime, tmp_path: Path) -> None:
    """A bundle verifies with a key and a checkpoint from elsewhere, and contains its own event."""
    await write(runtime.database, 300)
    early = await audit_checkpoint(runtime, 200)
    bundle = tmp_path / "trail.zip"
    bundle.write_bytes(await exported(runtime, ExportFormat.BUNDLE))
    assert isinstance(early, SignedCheckpoint)
    (tmp_path / "early").write_text(early.note)
    status, output = checked(
        bundle, "--key", early.verifier_key, "--checkpoint", str(tmp_path / "early")
    )

    assert (0, True) == (status, "INTACT: 301 events" in output), output


async def test_a_filtered_bundle_proves_what_it_shows(runtime: Runtime, tmp_path: Path) -> None:
    """A filtered bundle proves each event in it, but not that no event was left out."""
    await write(runtime.database, 12)
    bundle = tmp_path / "part.zip"
    bundle.write_bytes(
        await exported(
            runtime,
            ExportFormat.BUNDLE,
            EventFilter(text="number 7", outcomes=(AuditOutcome.DENIED,)),
        )
    )
    status, output = checked(bundle)

    assert 2 == status
    assert "each event in this export is in the tree of the bundle's checkpoint" in output
    with zipfile.ZipFile(bundle) as file:
        assert 1 == len(file.read("entries.jsonl").splitlines())
        expected = {"outcomes": ["DENIED"], "text": "number 7"}
        assert expected == json.loads(file.read("filter"))


async def test_an_export_is_an_event(runtime: Runtime) -> None:
    """An export is recorded with its format and filter, in the export's own last event."""
    await write(runtime.database, 2)
    lines = (await exported(runtime, ExportFormat.JSONL)).splitlines()
    recorded = await audit_event(runtime, 2)

    assert recorded is not None
    assert AuditAction.AUDIT_EXPORTED == recorded.event.action
    assert {"format": "jsonl", "filter": None} == recorded.event.detail
    assert recorded.body.encode() == lines[-1]
    assert 3 == len(lines)


@pytest.mark.parametrize("kind", ExportFormat)
@pytest.mark.parametrize(
    ("wanted", "steps"),
    [
        pytest.param(EventFilter(), [6, 6], id="whole"),
        pytest.param(EventFilter(outcomes=(AuditOutcome.DENIED,)), [5, 6], id="filtered"),
        pytest.param(EventFilter(revision=9), [6], id="none-fits"),
    ],
)
async def test_an_export_reports_its_progress(
    runtime: Runtime, kind: ExportFormat, wanted: EventFilter, steps: list[int]
) -> None:
    """Progress counts the trail's events, because the number of matching ones is not known."""
    await write(runtime.database, 5)
    reported: list[tuple[int, int]] = []
    found = await begin_export(runtime, COMMAND_LINE, kind, wanted)
    async for _ in found.chunks(lambda done, total: reported.append((done, total))):
        pass

    assert [(done, 6) for done in steps] == reported


async def test_a_bundle_that_breaks_off_is_closed(runtime: Runtime) -> None:
    """A bundle whose export fails is closed at once, not later by the interpreter."""
    found = await begin_export(runtime, COMMAND_LINE, ExportFormat.BUNDLE)
    writer = BundleWriter(LiveTrail(runtime.database), found.checkpoint, None)

    async def events() -> AsyncIterator[bytes]:
        yield b"{}"
        raise OSError("gone")

    with pytest.raises(OSError, match="gone"):
        _ = [chunk async for chunk in writer.write(events())]

    assert writer._zip.fp is None


async def test_a_spreadsheet_finds_no_formula(runtime: Runtime) -> None:
    """A cell that a spreadsheet would run as a formula gets an apostrophe in front."""
    event = Event(
        AuditAction.ACCESS_DENIED,
        AuditOutcome.DENIED,
        SYSTEM,
        "x",
        reason='=HYPERLINK("http://evil.example")',
        error_code="-1+1",
    )
    async with runtime.database.transaction() as session:
        await append(session, event, at(START))
    rows = list(csv.DictReader(io.StringIO((await exported(runtime, ExportFormat.CSV)).decode())))

    assert '\'=HYPERLINK("http://evil.example")' == rows[0]["reason"]
    assert "'-1+1" == rows[0]["error_code"]
    assert ["0", "1"] == [row["sequence"] for row in rows]


async def test_a_siem_gets_entity_management(runtime: Runtime) -> None:
    """A SIEM gets events of class 3004, with their sequence numbers and leaf hashes."""
    await write(runtime.database, 1)
    first, second = map(json.loads, (await exported(runtime, ExportFormat.OCSF)).splitlines())
    recorded = await audit_event(runtime, 0)

    assert recorded is not None
    assert (3004, 300403, 2) == (first["class_uid"], first["type_uid"], first["status_id"])
    assert (0, recorded.leaf) == (first["metadata"]["sequence"], first["metadata"]["uid"])
    assert (300402, "1.5.0") == (second["type_uid"], second["metadata"]["version"])


async def test_the_log_is_served_as_tiles(runtime: Runtime) -> None:
    """Full and partial tiles, entries and the checkpoint are served by the paths of tlog-tiles."""
    await write(runtime.database, 260)
    recorded = [await audit_event(runtime, seq) for seq in (0, 256)]
    leaves = [bytes.fromhex(each.leaf) for each in recorded if each is not None]
    full = await log_tile(runtime, "tile/0/000")
    part = await log_tile(runtime, "tile/0/001.p/4")
    above = await log_tile(runtime, "tile/1/000.p/1")
    entries = await log_tile(runtime, "tile/entries/001.p/1")
    checkpoint = await log_checkpoint(runtime)

    assert isinstance(full, LogFile)
    assert isinstance(part, LogFile)
    assert isinstance(above, LogFile)
    assert isinstance(entries, LogFile)
    assert isinstance(checkpoint, LogFile)
    assert leaves == [full.content[:32], part.content[:32]]
    assert (256 * 32, 4 * 32, 32) == (len(full.content), len(part.content), len(above.content))
    assert recorded[1] is not None
    body = recorded[1].body.encode()
    assert len(body).to_bytes(2, "big") + body == entries.content
    assert b"\n260\n" in checkpoint.content


@pytest.mark.parametrize(
    "path", ["tile/0/000", "tile/0/0", "tile/9/000.p/1", "tile/entries/000.p/9", "tile/x", "tile/"]
)
async def test_a_tile_that_is_not_there_is_not_served(runtime: Runtime, path: str) -> None:
    """A tile beyond the trail's end, or a path in another spelling, is not served."""
    await write(runtime.database, 3)

    assert await log_tile(runtime, path) is None
