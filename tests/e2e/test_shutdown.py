"""Shutdown: the service finishes the requests that it has begun, and then ends."""

import json
import signal
import socket
from concurrent.futures import ThreadPoolExecutor
from typing import Final
from urllib.parse import urlsplit

import httpx2
import pytest
from websockets.exceptions import ConnectionClosed
from websockets.frames import CloseCode
from websockets.sync.client import connect
from websockets.typing import Subprotocol

from tests.e2e.conftest import MakeInstallation
from tests.e2e.mail_server import MailServer
from tests.e2e.operations import SAVE, TEST, TRAIL, events
from tests.e2e.processes import DEADLINE, eventually


@pytest.mark.parametrize("how", [signal.SIGTERM, signal.SIGINT])
def test_a_test_email_under_way_finishes(
    make_installation: MakeInstallation, mail_server: MailServer, how: signal.Signals
) -> None:
    """A signal ends the service only after a running request has its answer."""
    installation = make_installation("sqlite")
    with installation.serving() as service, ThreadPoolExecutor(1) as caller:
        service.client.ask(SAVE, settings=mail_server.settings, expectedRevision=0)
        with mail_server.holding():
            call = caller.submit(service.client.ask, TEST, input={"recipient": "ada@example.net"})
            mail_server.wait_for_mails(1)
            service.process.send(how)
            eventually(lambda: not _listens(service.client.address), "it takes no more requests")
        test = call.result().data["sendTestEmail"]["testEmail"]
        status = service.process.wait()

    assert (0, "ACCEPTED") == (status, test["outcome"])
    assert "closed interrupted tests" not in service.process.stderr.text


def test_a_test_email_that_takes_too_long_is_abandoned(
    make_installation: MakeInstallation, mail_server: MailServer
) -> None:
    """After the grace period, a test whose message was sent already is closed as UNCERTAIN."""
    installation = make_installation("sqlite")
    with (
        installation.serving(POSTLEDGER_SHUTDOWN_GRACE_SECONDS="0.2") as service,
        ThreadPoolExecutor(1) as caller,
    ):
        service.client.ask(SAVE, settings=mail_server.settings, expectedRevision=0)
        with mail_server.holding():
            call = caller.submit(service.client.ask, TEST, input={"recipient": "ada@example.net"})
            mail_server.wait_for_mails(1)
            status = service.process.stop()
        call.exception()
    with installation.serving() as service:
        recorded = events(service.client.ask(TRAIL, first=1).data)

    assert 0 == status
    assert [("TEST_EMAIL_FINISHED", "UNKNOWN")] == [
        (event["action"], event["outcome"]) for event in recorded
    ]
    assert '"test_outcome":"UNCERTAIN"' in recorded[0]["body"]


FOLLOW: Final = "subscription { emailSettingsChanged { revision } }"


def test_subscribers_do_not_delay_the_end(make_installation: MakeInstallation) -> None:
    """Subscribers are disconnected at once, without a message that their subscription completed."""
    installation = make_installation("sqlite")
    with installation.serving(POSTLEDGER_SHUTDOWN_GRACE_SECONDS="600") as service:
        client = service.client
        headers = {"Authorization": f"Bearer {client.token}", "Accept": "text/event-stream"}
        with (
            connect(
                client.address.replace("http", "ws"),
                subprotocols=[Subprotocol("graphql-transport-ws")],
                additional_headers=headers,
            ) as socket,
            httpx2.Client(timeout=DEADLINE) as http,
            http.stream("POST", client.address, json={"query": FOLLOW}, headers=headers) as events,
        ):
            socket.send('{"type": "connection_init"}')
            socket.recv()
            socket.send(json.dumps({"id": "1", "type": "subscribe", "payload": {"query": FOLLOW}}))
            status = service.process.stop()
            received = events.read()
            with pytest.raises(ConnectionClosed):
                socket.recv()

    assert (0, b"") == (status, received)
    assert CloseCode.SERVICE_RESTART == socket.close_code
    assert "internal error" not in service.process.stderr.text


def _listens(address: str) -> bool:
    parts = urlsplit(address)
    with socket.socket() as probe:
        return probe.connect_ex((parts.hostname or "", parts.port or 0)) == 0
