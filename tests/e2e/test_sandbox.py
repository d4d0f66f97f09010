"""The sandbox: a newcomer sees a test email arrive without a mail server of their own."""

from pathlib import Path

from tests.e2e.conftest import MakeInstallation
from tests.e2e.mail_server import Mail
from tests.e2e.operations import READ, TEST


def test_a_test_email_arrives_and_is_printed(make_installation: MakeInstallation) -> None:
    """With `--sandbox`, settings exist at once, and their messages are kept and printed.

    Starting the sandbox later leaves saved settings unchanged.
    """
    installation = make_installation("sqlite")
    with installation.serving("--sandbox", "--sandbox-port", "0") as service:
        port = service.process.stdout.wait_for(r"localhost, port (\d+)")
        settings = service.client.ask(READ).data["emailSettings"]
        tested = service.client.ask(TEST, input={"recipient": "you@example.com"}).data
        path = service.process.stdout.wait_for(r"mail arrived: (\S+)")
        service.process.stdout.wait_for(r"(To: you@example.com)")
    with installation.serving("--sandbox", "--sandbox-port", "0") as service:
        service.process.stdout.wait_for(r"(sandbox's mail server listens)")
        later = service.client.ask(READ).data["emailSettings"]
    test = tested["sendTestEmail"]["testEmail"]
    message = Mail(None, (), Path(path).read_bytes()).message

    assert (1, "localhost", int(port)) == (
        settings["revision"],
        settings["smtpHost"],
        settings["smtpPort"],
    )
    assert "ACCEPTED" == test["outcome"]
    assert test["messageId"] == message["Message-ID"]
    assert settings["fromHeader"] == message["From"]
    assert (1, settings["smtpPort"]) == (later["revision"], later["smtpPort"])
