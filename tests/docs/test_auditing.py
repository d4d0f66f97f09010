"""What `docs/auditing.md` says is true, and its commands work."""

import re
import shutil
import subprocess
from collections.abc import Sequence
from pathlib import Path
from typing import Final

import pytest

from audit.c2sp.checkpoint import Checkpoint, sign_checkpoint
from audit.c2sp.note_keys import Signer
from audit.c2sp.tree import leaf_hash
from audit.standalone import joined
from audit.trail.proofs import SignedCheckpoint
from audit.verify.findings import MEANINGS
from service.access.tokens import CreatedToken, create_token
from service.export.live import ExportFormat, begin_export
from service.process.caller import COMMAND_LINE, Role
from service.process.runtime import Runtime
from service.trail.reading import audit_checkpoint
from service.trail.tiles import log_proof
from tests.docs.tables import differences, row
from tests.support.needs import need
from tests.support.root import ROOT

DOCUMENT = "docs/auditing.md"


def test_every_finding_is_documented() -> None:
    """The table has every code that a verification may find, with the code's own meaning."""
    expected = [row(f"`{code}`", meaning) for code, meaning in MEANINGS.items()]

    assert [] == differences(DOCUMENT, "Findings", expected)


def test_every_finding_of_the_bundle_is_documented() -> None:
    """The same table has every code that `verify.py` may print offline."""
    codes = set(re.findall(r'\.add\(\s*"([A-Z_]+)"', joined()))

    assert set() == codes - MEANINGS.keys()
    assert len(codes) > 10


def _script(containing: str, language: str = "sh") -> str:
    text = (ROOT / DOCUMENT).read_text(encoding="utf-8")
    scripts: list[str] = re.findall(rf"```{language}\n(.*?)```", text, re.DOTALL)
    return next(each for each in scripts if containing in each)


def _run(script: str, folder: Path, **variables: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(  # noqa: S603 (the document's own commands)
        ["/bin/sh", "-ec", script],
        cwd=folder,
        env={"PATH": "/usr/local/bin:/usr/bin:/bin", "LC_ALL": "C.UTF-8", **variables},
        capture_output=True,
        text=True,
        check=False,
    )


_OLD: Final = Signer.from_seed("audit.example/1", bytes(range(32)))
_NEW: Final = Signer.from_seed("audit.example/1", b"n" * 32)


def _give_checkpoint(
    folder: Path, *, forged: bool = False, signer: Signer = _OLD, by: Sequence[Signer] = (_OLD,)
) -> str:
    """Writes the files that the programs read; returns the text that was signed."""
    checkpoint = Checkpoint("audit.example/1", 3, bytes(32))
    note = sign_checkpoint(checkpoint, *by)
    (folder / "checkpoint").write_text(note.replace("\n3\n", "\n4\n") if forged else note)
    (folder / "verifier-key").write_text(f"{signer.verifier}\n")
    return checkpoint.body


@pytest.mark.parametrize("forged", [False, True], ids=["genuine", "forged"])
def test_openssl_verifies_a_checkpoint(tmp_path: Path, forged: bool) -> None:  # noqa: FBT001 (a row of the table)
    """The document's commands accept a genuine checkpoint, and reject a changed one."""
    need(shutil.which("openssl"), "openssl is not installed")
    _give_checkpoint(tmp_path, forged=forged)
    done = _run(_script("openssl"), tmp_path)

    assert forged == (done.returncode != 0), done.stderr + done.stdout


@pytest.mark.parametrize("signer", [_OLD, _NEW], ids=["old", "new"])
@pytest.mark.parametrize("forged", [False, True], ids=["genuine", "forged"])
def test_openssl_verifies_a_checkpoint_by_two_keys(
    tmp_path: Path,
    signer: Signer,
    forged: bool,  # noqa: FBT001 (a row of the table)
) -> None:
    """At a change of keys, either key verifies the checkpoint, whichever signed first."""
    need(shutil.which("openssl"), "openssl is not installed")
    _give_checkpoint(tmp_path, forged=forged, signer=signer, by=(_NEW, _OLD))
    done = _run(_script("openssl"), tmp_path)

    assert forged == (done.returncode != 0), done.stderr + done.stdout


def test_openssl_finds_no_signature_by_another_key(tmp_path: Path) -> None:
    """A key that did not sign proves nothing."""
    need(shutil.which("openssl"), "openssl is not installed")
    _give_checkpoint(tmp_path, signer=_NEW)
    done = _run(_script("openssl"), tmp_path)

    assert 0 != done.returncode


GO_SOURCES: Final = Path("/usr/share/gocode")
"""Debian's folder for the sources of Go packages (`golang-golang-x-mod-dev`)."""


def test_go_verifies_a_checkpoint(tmp_path: Path) -> None:
    """The document's program prints what was signed, and rejects a changed checkpoint."""
    need(shutil.which("go"), "Go is not installed")
    note = GO_SOURCES / "src/golang.org/x/mod/sumdb/note"
    need(note.is_dir(), "Go's package golang.org/x/mod is not installed")
    (tmp_path / "check.go").write_text(_script("sumdb/note", "go"))
    built = _run(
        "go build -o check check.go",
        tmp_path,
        GO111MODULE="off",
        GOPATH=str(GO_SOURCES),
        GOCACHE=str(tmp_path / "cache"),
        CGO_ENABLED="0",
    )
    assert 0 == built.returncode, built.stderr
    signed = _give_checkpoint(tmp_path)
    true = _run("./check", tmp_path)
    _give_checkpoint(tmp_path, forged=True)
    forged = _run("./check", tmp_path)

    assert (0, signed) == (true.returncode, true.stdout)
    assert 1 == forged.returncode
    assert "invalid signature" in forged.stderr


@pytest.mark.anyio
async def test_an_export_and_an_event_are_checked_offline(runtime: Runtime, tmp_path: Path) -> None:
    """The document's commands verify an export and an event's proof from the service."""
    created = await create_token(runtime, COMMAND_LINE, "a token", Role.VIEWER)
    signed = await audit_checkpoint(runtime)
    export = await begin_export(runtime, COMMAND_LINE, ExportFormat.BUNDLE)
    proof = await log_proof(runtime, 0)
    assert isinstance(created, CreatedToken)
    assert isinstance(signed, SignedCheckpoint)
    assert proof is not None
    (tmp_path / "trail.zip").write_bytes(b"".join([chunk async for chunk in export.chunks()]))
    (tmp_path / "my-checkpoint.txt").write_text(signed.note)
    (tmp_path / "event.tlog-proof").write_bytes(proof.content)
    whole = _run(_script("zipfile"), tmp_path, key=signed.verifier_key)
    shutil.copy(tmp_path / "trail" / "verify.py", tmp_path)
    one = _run(_script("tlog-proof"), tmp_path, key=signed.verifier_key)

    assert (0, True) == (whole.returncode, "INTACT" in whole.stdout), whole.stdout + whole.stderr
    assert (0, True) == (one.returncode, created.token.id in one.stdout), one.stdout + one.stderr


def test_sha256sum_gives_the_leaf_hash(tmp_path: Path) -> None:
    """An event's leaf hash can be computed with the system's own tools."""
    body = '{"reason":"Zażółć 100% \\\\n"}'
    done = _run(_script("sha256sum"), tmp_path, body=body)

    assert leaf_hash(body.encode()).hex() == done.stdout.split()[0]
