"""A service that is killed while it sends a test email."""

import json
import signal
from concurrent.futures import ThreadPoolExecutor

import httpx2
import pytest

from tests.e2e.installation import Installation
from tests.e2e.mail_server import MailServer
from tests.e2e.operations import SAVE, TEST, TRAIL, events


def test_the_next_start_closes_what_a_crash_left_open(
    installation: Installation, mail_server: MailServer
) -> None:
    """The next start closes a test that a crash left open as INTERRUPTED: its result is unknown."""
    with installation.serving() as service, ThreadPoolExecutor(1) as caller:
        service.client.ask(SAVE, settings=mail_server.settings, expectedRevision=0)
        with mail_server.holding():
            call = caller.submit(service.client.ask, TEST, input={"recipient": "ada@example.net"})
            mail_server.wait_for_mails(1)
            status = service.process.stop(signal.SIGKILL)
        with pytest.raises(httpx2.TransportError):
            call.result()
    with installation.serving() as service:
        recorded = events(service.client.ask(TRAIL, first=100).data)
        service.process.stderr.wait_for(rf"({recorded[-1]['correlationId']})")
        again = service.client.ask(TEST, input={"recipient": "ada@example.net"}).data
        read = service.client.ask("{ testEmails(first: 2) { edges { node { outcome } } } }").data
    requested, finished = recorded[-2:]
    outcomes = [edge["node"]["outcome"] for edge in read["testEmails"]["edges"]]

    assert -signal.SIGKILL == status
    assert ("TEST_EMAIL_REQUESTED", "SUCCEEDED") == (requested["action"], requested["outcome"])
    assert ("TEST_EMAIL_FINISHED", "UNKNOWN") == (finished["action"], finished["outcome"])
    assert "SYSTEM" == finished["actor"]["kind"]
    assert requested["correlationId"] == finished["correlationId"]
    assert "INTERRUPTED" == json.loads(finished["body"])["detail"]["test_outcome"]
    assert "ACCEPTED" == again["sendTestEmail"]["testEmail"]["outcome"]
    assert ["ACCEPTED", "INTERRUPTED"] == outcomes
