"""`postledger audit`: what is printed for an auditor can be checked where there is no service."""

from tests.graph.shell import Shell
from tests.service.desk import Desk


async def _live(desk: Desk) -> None:
    await desk.save({"smtpHost": "mail.example.com"})


def test_one_event_is_printed_with_its_proof(shell: Shell) -> None:
    """By the command, and checked by the command, with the key that goes with a checkpoint."""
    shell.ask(_live)
    printed = shell.run("audit", "proof", "3")
    key = shell.run("audit", "checkpoint").stderr.split()[-1]
    file = shell.folder / "event.tlog-proof"
    file.write_text(printed.stdout)
    proven = shell.run("audit", "verify", str(file), "--key", key)
    unproven = shell.run("audit", "verify", str(file))

    assert (0, 0, 2) == (printed.exit_code, proven.exit_code, unproven.exit_code), proven.output
    assert '"after":"mail.example.com"' in proven.output


def test_an_event_that_is_not_there_has_no_proof(shell: Shell) -> None:
    """One sentence, and the status for what could not be done."""
    shell.ask(_live)
    found = [shell.run("audit", "proof", number) for number in ("4", str(10**20))]

    assert [2, 2] == [each.exit_code for each in found]
    assert all("There is no event" in each.stderr for each in found)
