"""`postledger audit export`: what is asked for, whole or not at all, with its checkpoint."""

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
"""The forms that do not hold their checkpoint."""


def lines(path: Path) -> list[Json]:
    """The events of an export."""
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]


def named(folder: Path, pattern: str) -> list[Path]:
    """The files of such a name."""
    return list(folder.glob(pattern))


def test_every_condition_can_be_given(shell: Shell) -> None:
    """Those of `auditEvents`, each by an option, some repeated; the export's event tells them."""
    shell.apply("smtpPort = 2525\n")
    shell.apply("smtpPort = 0\n")
    denied, whole = shell.folder / "denied", shell.folder / "whole"
    conditions = (
        *("--outcome", "DENIED", "--outcome", "FAILED", "--revision", "1"),
        *("--field", "smtpPort", "--since", "2020-01-01", "--until", "2120-01-01"),
    )
    some = shell.run("audit", "export", "--format", "jsonl", "--output", str(denied), *conditions)
    none = ("--action", "AUDIT_EXPORTED", "--correlation-id", "c", "--actor-id", "a", "--text", "t")
    shell.run("audit", "export", "--format", "csv", "--output", str(shell.folder / "none"), *none)
    shell.run("audit", "export", "--format", "jsonl", "--output", str(whole))
    first, second = (json.loads(each["detail"]["filter"]) for each in lines(whole)[-3:-1])

    assert 0 == some.exit_code, some.output
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
def test_an_ended_trail_comes_whole(shell: Shell, beside: tuple[str, str]) -> None:
    """What would be left out is not left out in silence, and nothing is written."""
    output = shell.folder / "ended"
    done = shell.run("audit", "export", "--archive", "x", *beside, "--output", str(output))

    assert 2 == done.exit_code
    assert "an ended trail comes whole" in done.output
    assert [] == named(shell.folder, "ended*")


@pytest.mark.parametrize("kind", OTHERS)
def test_the_checkpoint_stands_beside_the_file(shell: Shell, kind: str) -> None:
    """The signed note that the trail had when it was exported, as any other copy of it."""
    output = shell.folder / "trail"
    done = shell.run("audit", "export", "--format", kind, "--output", str(output))
    known = shell.run("audit", "checkpoint", "--size", "1").stdout

    assert 0 == done.exit_code, done.output
    assert f"Its checkpoint is {output}.checkpoint." in done.stdout
    assert known == (shell.folder / "trail.checkpoint").read_text(encoding="utf-8")


def test_a_bundle_holds_its_checkpoint(shell: Shell) -> None:
    """So nothing is written beside it."""
    output = shell.folder / "trail.zip"
    shell.run("audit", "export", "--output", str(output))

    assert [output] == named(shell.folder, "trail.zip*")
    with zipfile.ZipFile(output) as bundle:
        assert "checkpoint" in bundle.namelist()


@pytest.mark.parametrize("there", ["trail", "trail.checkpoint"])
def test_what_is_there_already_is_left_alone(shell: Shell, there: str) -> None:
    """Either file: the sentence names it, and nothing is written or recorded."""
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
    """By the rule of the other doors: nothing is opened, written or recorded."""
    output = shell.folder / "trail"
    done = shell.run("audit", "export", "--output", str(output), *options)

    assert 2 == done.exit_code
    assert words in done.stderr
    assert not output.exists()
    assert [] == shell.events()


@pytest.mark.anyio
@pytest.mark.parametrize("kind", [ExportFormat.BUNDLE, ExportFormat.CSV])
@pytest.mark.parametrize(
    ("failure", "told"),
    [
        pytest.param(KeyboardInterrupt(), KeyboardInterrupt, id="interrupted"),
        pytest.param(CancelledError(), CancelledError, id="cancelled"),
        pytest.param(RuntimeError(), RuntimeError, id="broken"),
        pytest.param(OSError(errno.ENOSPC, "No space left"), CannotStartError, id="full"),
    ],
)
async def test_no_part_is_left_behind(
    runtime: Runtime,
    tmp_path: Path,
    kind: ExportFormat,
    failure: BaseException,
    told: type[BaseException],
) -> None:
    """Whatever ends an export early, nobody finds a file to take for the whole."""

    def fail(_done: int, _total: int) -> None:
        raise failure

    with pytest.raises(told):
        await write_export(runtime, tmp_path / "trail", kind, EventFilter(), fail)

    assert [] == named(tmp_path, "trail*")


@pytest.mark.parametrize(
    ("command", "drawn"), [(("export", "--output", "trail"), "2/2"), (("verify",), "1/1")]
)
def test_a_terminal_shows_how_far_it_is(
    shell: Shell, monkeypatch: pytest.MonkeyPatch, command: tuple[str, ...], drawn: str
) -> None:
    """A bar with the events done and their number; in a file or a pipe there is none."""
    monkeypatch.chdir(shell.folder)
    shell.apply("smtpPort = 2525\n")
    on_terminal = shell.run("audit", *command, FORCE_COLOR="1", COLUMNS="100")
    (shell.folder / "trail").unlink(missing_ok=True)
    elsewhere = shell.run("audit", *command)

    assert 0 == on_terminal.exit_code, on_terminal.output
    assert "events" in on_terminal.stderr
    assert drawn in on_terminal.stderr
    assert "" == elsewhere.stderr
