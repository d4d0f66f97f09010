"""Ending: what is under way finishes, and then the service goes."""

import signal
import socket
from concurrent.futures import ThreadPoolExecutor
from urllib.parse import urlsplit

import pytest

from tests.e2e.conftest import MakeInstallation
from tests.e2e.mail_server import MailServer
from tests.e2e.operations import SAVE, TEST, TRAIL, events
from tests.e2e.processes import eventually


@pytest.mark.parametrize("how", [signal.SIGTERM, signal.SIGINT])
def test_a_test_email_under_way_finishes(
    make_installation: MakeInstallation, mail_server: MailServer, how: signal.Signals
) -> None:
    """A signal ends the service, but not before the request has its answer."""
    installation = make_installation("sqlite")
    with installation.serving() as service, ThreadPoolExecutor(1) as caller:
        service.client.ask(SAVE, settings=mail_server.settings, expectedRevision=0)
        with mail_server.holding():
            asked = caller.submit(service.client.ask, TEST, input={"recipient": "ada@example.net"})
            mail_server.wait_for_mails(1)
            service.process.send(how)
            eventually(lambda: not _listens(service.client.address), "it takes no more requests")
        test = asked.result().data["sendTestEmail"]["testEmail"]
        status = service.process.wait()

    assert (0, "ACCEPTED") == (status, test["outcome"])
    assert "closed interrupted tests" not in service.process.stderr.text


def test_a_test_email_that_takes_too_long_is_given_up(
    make_installation: MakeInstallation, mail_server: MailServer
) -> None:
    """Once the grace is over the test is closed as UNCERTAIN: the message was out already."""
    installation = make_installation("sqlite")
    with (
        installation.serving(POSTLEDGER_SHUTDOWN_GRACE_SECONDS="0.2") as service,
        ThreadPoolExecutor(1) as caller,
    ):
        service.client.ask(SAVE, settings=mail_server.settings, expectedRevision=0)
        with mail_server.holding():
            asked = caller.submit(service.client.ask, TEST, input={"recipient": "ada@example.net"})
            mail_server.wait_for_mails(1)
            status = service.process.stop()
        asked.exception()
    with installation.serving() as service:
        told = events(service.client.ask(TRAIL, first=1).data)

    assert 0 == status
    assert [("TEST_EMAIL_FINISHED", "UNKNOWN")] == [
        (event["action"], event["outcome"]) for event in told
    ]
    assert '"test_outcome":"UNCERTAIN"' in told[0]["body"]


def _listens(address: str) -> bool:
    parts = urlsplit(address)
    with socket.socket() as probe:
        return probe.connect_ex((parts.hostname or "", parts.port or 0)) == 0
