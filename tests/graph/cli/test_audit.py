"""`postledger audit`: an auditor can check what it prints without the service."""

import asyncio
import fcntl

import pytest

from tests.support.desk import Desk
from tests.support.edge.shell import Shell
from tests.support.trail.tampering import tamper


async def _save_settings(desk: Desk) -> None:
    await desk.save({"smtpHost": "mail.example.com"})


def test_one_event_is_printed_with_its_proof(shell: Shell) -> None:
    """`audit proof` prints the event, and `audit verify` proves it with the verifier key."""
    shell.ask(_save_settings)
    printed = shell.run("audit", "proof", "3")
    key = shell.run("audit", "checkpoint").stderr.split()[-1]
    file = shell.folder / "event.tlog-proof"
    file.write_text(printed.stdout)
    proven = shell.run("audit", "verify", str(file), "--key", key)
    unproven = shell.run("audit", "verify", str(file))

    assert (0, 0, 2) == (printed.exit_code, proven.exit_code, unproven.exit_code), proven.output
    assert '"after":"mail.example.com"' in proven.output


def test_an_event_that_is_not_there_has_no_proof(shell: Shell) -> None:
    """The command fails with one sentence and exit status 2."""
    shell.ask(_save_settings)
    found = [shell.run("audit", "proof", number) for number in ("4", str(10**20))]

    assert [2, 2] == [each.exit_code for each in found]
    assert all("There is no event" in each.stderr for each in found)


def test_what_was_not_proven_is_reported(shell: Shell) -> None:
    """Without a key and the signer's memory, the report names what could not be proven."""
    shell.ask(_save_settings)
    (shell.storage.data_directory / "signer.memory").unlink()
    printed = shell.run("audit", "checkpoint")
    key = printed.stderr.split()[-1]
    known = shell.run("audit", "verify", "--key", key)
    (shell.storage.data_directory / "signer.memory").unlink()
    unknown = shell.run("audit", "verify")

    assert (0, 0) == (known.exit_code, unknown.exit_code), unknown.output
    assert 5 == len(printed.stdout.splitlines())
    assert "the signer's memory is missing" in printed.stderr
    assert "whose key signed it" in unknown.output
    assert "the signer's\nmemory is missing" in unknown.output
    assert "whose key signed it" not in known.output
    assert "memory is missing" not in known.output


def test_a_trail_that_can_continue_is_not_ended(shell: Shell) -> None:
    """Only `--anyway` ends it, and never without a reason."""
    shell.ask(_save_settings)
    refused = shell.run("audit", "reopen", "--reason", "a mistake")
    unexplained = shell.run("audit", "reopen", "--anyway", "--reason", " ")
    before = shell.run("audit", "checkpoint").stdout
    done = shell.run("audit", "reopen", "--anyway", "--reason", "moved to another machine")
    after = shell.run("audit", "checkpoint").stdout
    (shell.folder / "before").write_text(before)
    old = shell.run("audit", "verify", "--checkpoint", str(shell.folder / "before"))

    assert [2, 2, 0] == [each.exit_code for each in (refused, unexplained, done)], done.output
    assert "The trail can continue" in refused.stderr
    assert "Say why" in unexplained.stderr
    origin = before.partition("\n")[0]
    assert origin != after.partition("\n")[0]
    assert 1 == old.exit_code
    assert (
        f"that trail has ended: check its export, made with --archive {origin[-36:]}" in old.output
    )


def test_a_trail_is_not_ended_while_a_service_runs(shell: Shell) -> None:
    """The embedded database has one user at a time, so the command is refused."""
    shell.ask(_save_settings)
    if shell.storage.database_url is not None and "postgresql" in shell.storage.database_url:
        pytest.skip("only SQLite has a lock file")
    with (shell.storage.data_directory / "postledger.lock").open("a") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        refused = shell.run("audit", "reopen", "--anyway", "--reason", "a mistake")

    assert 2 == refused.exit_code, refused.output
    assert "Another Postledger service" in refused.stderr


def test_a_trail_that_was_tampered_with_is_not_exported(shell: Shell) -> None:
    """An export would add an event to it, so it is refused with one sentence."""
    shell.ask(_save_settings)
    asyncio.run(
        tamper(
            shell.storage.database_url or "",
            "DELETE FROM audit_event",
            "DELETE FROM audit_node",
            "DELETE FROM audit_checkpoint",
        )
    )
    refused = shell.run("audit", "export", "--output", str(shell.folder / "trail.zip"))

    assert (2, "") == (refused.exit_code, refused.stdout), refused.output
    assert "changed outside the service" in refused.stderr
    assert 1 == refused.stderr.count("\n")


def test_a_kept_checkpoint_is_read_like_the_offline_verifier_reads_it(shell: Shell) -> None:
    """A byte order mark, text after it, and a size before the key are accepted."""
    shell.ask(_save_settings)
    printed = shell.run("audit", "checkpoint")
    key = f"0 {printed.stderr.split()[-1]}"
    file = shell.folder / "kept"
    for kept in (f"\ufeff{printed.stdout}", f"{printed.stdout}\nand more\n"):
        file.write_text(kept, encoding="utf-8")
        found = shell.run("audit", "verify", "--checkpoint", str(file), "--key", key)

        assert 0 == found.exit_code, found.output


@pytest.mark.parametrize("kept", ["", "origin\n3\n", "2026-11-27 [info] started\n", "\x00\xff"])
def test_a_file_without_a_checkpoint_is_no_finding(shell: Shell, kept: str) -> None:
    """The command fails with one sentence and the status for what could not be checked."""
    shell.ask(_save_settings)
    file = shell.folder / "kept"
    file.write_text(kept, encoding="latin-1")
    found = shell.run("audit", "verify", "--checkpoint", str(file))

    assert (2, "") == (found.exit_code, found.stdout)
    assert "contains no checkpoint" in found.stderr


def test_a_truncated_checkpoint_is_no_finding(shell: Shell) -> None:
    """It can no longer be checked, so the exit status is 2."""
    shell.ask(_save_settings)
    file = shell.folder / "kept"
    file.write_text(shell.run("audit", "checkpoint").stdout[:-9], encoding="utf-8")
    found = shell.run("audit", "verify", "--checkpoint", str(file))

    assert 2 == found.exit_code, found.output


def test_an_export_is_not_verified_quickly(shell: Shell) -> None:
    """`--quick` has no effect on an export, so it is refused instead of ignored."""
    found = shell.run("audit", "verify", "trail.zip", "--quick")

    assert 2 == found.exit_code
    assert "an export is always verified completely" in found.stderr


def test_a_checkpoint_from_before_the_known_key(shell: Shell) -> None:
    """It could not be checked with the new key alone; with the older key, it is intact."""
    shell.ask(_save_settings)
    early = shell.run("audit", "checkpoint")
    file = shell.folder / "kept"
    file.write_text(early.stdout)
    old = early.stderr.split()[-1]
    keys = {"POSTLEDGER_SIGNING_KEY": ",".join(("A" * 43 + "=", *shell.storage.signing_keys))}
    rotated = shell.run("audit", "rotate-key", **keys)
    new = rotated.stdout.splitlines()[1]
    command = ("audit", "verify", "--checkpoint", str(file))
    unproven = shell.run(*command, "--key", new, **keys)
    proven = shell.run(*command, "--key", new, "--key", old, **keys)

    assert (2, 0) == (unproven.exit_code, proven.exit_code), rotated.output + unproven.output
    assert "COULD NOT CHECK: whose key signed" in unproven.stdout
    assert "NOT PROVEN INTACT" in unproven.stdout
