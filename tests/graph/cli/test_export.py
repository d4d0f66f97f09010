"""`postledger audit export`: the requested events, complete or not at all, with a checkpoint."""

import errno
import json
import zipfile
from asyncio import CancelledError
from pathlib import Path
from typing import Final

import pytest

from audit.trail.history import EventFilter
from graph.cli.export import write_export
from service.export.live import ExportFormat
from service.process.runtime import Runtime
from service.process.storage import CannotStartError
from tests.support.desk import Json
from tests.support.edge.shell import Shell

OTHERS: Final = ("jsonl", "csv", "ocsf")
"""The formats that do not contain their checkpoint."""


def lines(path: Path) -> list[Json]:
    """The events of an export."""
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]


def named(folder: Path, pattern: str) -> list[Path]:
    """The files whose name matches a pattern."""
    return list(folder.glob(pattern))


def test_every_condition_can_be_given(shell: Shell) -> None:
    """The options are the conditions of `auditEvents`, and the export's event records them."""
    shell.apply("smtpPort = 2525\n")
    shell.apply("smtpPort = 0\n")
    denied, whole = shell.folder / "denied", shell.folder / "whole"
    conditions = (
        *("--outcome", "DENIED", "--outcome", "FAILED", "--revision", "1"),
        *("--field", "smtpPort", "--since", "2020-01-01", "--until", "2120-01-01"),
    )
    done = shell.run("audit", "export", "--format", "jsonl", "--output", str(denied), *conditions)
    none = ("--action", "AUDIT_EXPORTED", "--correlation-id", "c", "--actor-id", "a", "--text", "t")
    shell.run("audit", "export", "--format", "csv", "--output", str(shell.folder / "none"), *none)
    shell.run("audit", "export", "--format", "jsonl", "--output", str(whole))
    first, second = (json.loads(each["detail"]["filter"]) for each in lines(whole)[-3:-1])

    assert 0 == done.exit_code, done.output
    assert ["EMAIL_SETTINGS_CHANGE_REFUSED"] == [each["action"] for each in lines(denied)]
    assert {"outcomes", "revision", "fields", "since", "until"} == first.keys()
    assert (["DENIED", "FAILED"], 1) == (first["outcomes"], first["revision"])
    assert {
        "actions": ["AUDIT_EXPORTED"],
        "actor_ids": ["a"],
        "correlation_id": "c",
        "text": "t",
    } == second


@pytest.mark.parametrize("beside", [("--format", "csv"), ("--revision", "1"), ("--text", "t")])
def test_an_ended_trail_is_exported_completely(shell: Shell, beside: tuple[str, str]) -> None:
    """Conditions and other formats are refused instead of ignored, and nothing is written."""
    output = shell.folder / "ended"
    done = shell.run("audit", "export", "--archive", "x", *beside, "--output", str(output))

    assert 2 == done.exit_code
    assert "an ended trail is exported completely" in done.output
    assert [] == named(shell.folder, "ended*")


@pytest.mark.parametrize("kind", OTHERS)
def test_the_checkpoint_is_written_beside_the_file(shell: Shell, kind: str) -> None:
    """It is the signed note that the trail had when it was exported."""
    output = shell.folder / "trail"
    done = shell.run("audit", "export", "--format", kind, "--output", str(output))
    known = shell.run("audit", "checkpoint", "--size", "1").stdout

    assert 0 == done.exit_code, done.output
    assert f"Wrote its checkpoint to {output}.checkpoint." in done.stdout
    assert known == (shell.folder / "trail.checkpoint").read_text(encoding="utf-8")


def test_a_bundle_contains_its_checkpoint(shell: Shell) -> None:
    """No second file is written beside a bundle."""
    output = shell.folder / "trail.zip"
    shell.run("audit", "export", "--output", str(output))

    assert [output] == named(shell.folder, "trail.zip*")
    with zipfile.ZipFile(output) as bundle:
        assert "checkpoint" in bundle.namelist()


@pytest.mark.parametrize("there", ["trail", "trail.checkpoint"])
def test_an_existing_file_is_not_overwritten(shell: Shell, there: str) -> None:
    """The sentence names the existing file, and nothing is written or recorded."""
    (shell.folder / there).write_text("mine")
    output = str(shell.folder / "trail")
    done = shell.run("audit", "export", "--format", "csv", "--output", output)

    assert 2 == done.exit_code
    assert f"Cannot write {shell.folder / there}: File exists." in done.stderr
    assert [shell.folder / there] == named(shell.folder, "trail*")
    assert "mine" == (shell.folder / there).read_text()
    assert [] == shell.events()


@pytest.mark.parametrize(
    ("options", "words"),
    [
        pytest.param(["--actor-id", "x"] * 101, "actorIds takes at most 100", id="many"),
        pytest.param(["--revision", "-1"], "revision must be between 0 and", id="revision"),
        pytest.param(["--text", "\udcff"], "text holds a character", id="no-text"),
    ],
)
def test_an_unfit_filter_is_refused(shell: Shell, options: list[str], words: str) -> None:
    """The rules are those of the API, and nothing is opened, written or recorded."""
    output = shell.folder / "trail"
    done = shell.run("audit", "export", "--output", str(output), *options)

    assert 2 == done.exit_code
    assert words in done.stderr
    assert not output.exists()
    assert [] == shell.events()


@pytest.mark.anyio
@pytest.mark.parametrize("kind", [ExportFormat.BUNDLE, ExportFormat.CSV])
@pytest.mark.parametrize(
    ("failure", "raised"),
    [
        pytest.param(KeyboardInterrupt(), KeyboardInterrupt, id="interrupted"),
        pytest.param(CancelledError(), CancelledError, id="canceled"),
        pytest.param(RuntimeError(), RuntimeError, id="broken"),
        pytest.param(OSError(errno.ENOSPC, "No space left"), CannotStartError, id="full"),
    ],
)
async def test_no_partial_file_remains(
    runtime: Runtime,
    tmp_path: Path,
    kind: ExportFormat,
    failure: BaseException,
    raised: type[BaseException],
) -> None:
    """An export that ends early leaves no file that could be mistaken for a complete one."""

    def fail(_done: int, _total: int) -> None:
        raise failure

    with pytest.raises(raised):
        await write_export(runtime, tmp_path / "trail", kind, EventFilter(), fail)

    assert [] == named(tmp_path, "trail*")


@pytest.mark.parametrize(
    ("command", "drawn"), [(("export", "--output", "trail"), "2/2"), (("verify",), "1/1")]
)
def test_a_terminal_shows_the_progress(
    shell: Shell, monkeypatch: pytest.MonkeyPatch, command: tuple[str, ...], drawn: str
) -> None:
    """A terminal shows a bar with the number of events; a file or a pipe gets none."""
    monkeypatch.chdir(shell.folder)
    shell.apply("smtpPort = 2525\n")
    on_terminal = shell.run("audit", *command, FORCE_COLOR="1", COLUMNS="100")
    (shell.folder / "trail").unlink(missing_ok=True)
    piped = shell.run("audit", *command)

    assert 0 == on_terminal.exit_code, on_terminal.output
    assert "events" in on_terminal.stderr
    assert drawn in on_terminal.stderr
    assert "" == piped.stderr
