"""The three ways to verify a trail: the command, GraphQL, and a bundle's own program."""

import contextlib
import io
from pathlib import Path
from typing import Final

from typer.testing import CliRunner

from audit.standalone import run_verifier
from audit.trail.history import EventFilter
from audit.trail.proofs import SignedCheckpoint
from graph.cli.main import app
from service.export.live import Export, ExportFormat
from service.process.caller import Role
from service.process.runtime import Runtime
from service.process.storage import Storage
from service.trail.reading import audit_checkpoint
from tests.support.inprocess import Edge
from tests.support.threads import beside

VERIFY: Final = """query($known: String) {
  auditVerification(knownCheckpoint: $known) { intact findings { code sequence message } }
}"""


async def by_graphql(runtime: Runtime, known: str | None) -> list[str]:
    """Returns the codes that `auditVerification` finds."""
    answer = await Edge(runtime, Role.AUDITOR).ask(VERIFY, known=known)
    findings = answer["auditVerification"]["findings"]
    assert answer["auditVerification"]["intact"] == (not findings)
    return [each["code"] for each in findings]


async def by_command(storage: Storage, folder: Path, known: str | None) -> list[str]:
    """Returns the codes that the command prints, and checks its exit status."""
    arguments = ["audit", "verify"]
    if known is not None:
        (folder / "known").write_text(known)
        arguments += ["--checkpoint", str(folder / "known")]
    done = await beside(CliRunner().invoke, app, arguments, env=variables(storage))
    found = _codes(done.output)

    assert (1 if found else 0) == done.exit_code, done.output
    return found


def _codes(printed: str) -> list[str]:
    first = [line.split(":")[0].split(" at ")[0] for line in printed.splitlines()]
    return [code for code in first if (code.isupper() and "_" in code) or code == "UNREADABLE"]


def variables(storage: Storage) -> dict[str, str]:
    """Returns the environment variables with which commands use a storage."""
    keys = ",".join(storage.signing_keys)
    return {
        "POSTLEDGER_DATA_DIRECTORY": str(storage.data_directory),
        "POSTLEDGER_DATABASE_URL": storage.database_url or "",
        "POSTLEDGER_ENCRYPTION_KEYS": keys,
        "POSTLEDGER_SIGNING_KEY": keys,
    }


async def exported(runtime: Runtime, folder: Path) -> Path:
    """Writes a bundle of the attacked trail, as the service would export it."""
    newest = await audit_checkpoint(runtime)
    assert isinstance(newest, SignedCheckpoint)
    path = folder / "attacked.zip"
    export = Export(ExportFormat.BUNDLE, EventFilter(), newest, runtime)
    path.write_bytes(b"".join([chunk async for chunk in export.chunks()]))
    return path


async def by_bundle(bundle: Path, known: Path | None = None) -> list[str]:
    """Returns the codes that the bundle's program finds."""
    arguments = [] if known is None else ["--checkpoint", str(known)]
    printed = io.StringIO()
    with contextlib.redirect_stdout(printed):
        status = run_verifier([*arguments, str(bundle)])
    found = _codes(printed.getvalue())

    assert (1 if found else 0) == status, printed.getvalue()
    return found
