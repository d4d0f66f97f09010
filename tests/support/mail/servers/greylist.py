"""A policy service for Postfix that greylists: it refuses the first attempt of each sender."""

import contextlib
import socketserver
from collections.abc import Iterator

from tests.support.mail.servers.backend import in_thread

WORDS = "Greylisted, see http://postgrey.schweikert.ch/help/example.net.html"


class _Policy(socketserver.StreamRequestHandler):
    """Answers requests as in https://www.postfix.org/SMTPD_POLICY_README.html."""

    seen: set[tuple[str, str]]

    def handle(self) -> None:
        attributes: dict[str, str] = {}
        for line in self.rfile:
            name, separator, value = line.decode().rstrip("\n").partition("=")
            if separator:
                attributes[name] = value
                continue
            pair = attributes.get("sender", ""), attributes.get("recipient", "")
            action = "DUNNO" if pair in self.seen else f"DEFER_IF_PERMIT {WORDS}"
            self.seen.add(pair)
            self.wfile.write(f"action={action}\n\n".encode())
            attributes = {}


@contextlib.contextmanager
def greylisting() -> Iterator[int]:
    """Serves on a free port of 127.0.0.1, and yields the port."""
    handler = type("Policy", (_Policy,), {"seen": set()})
    with in_thread(socketserver.ThreadingTCPServer(("127.0.0.1", 0), handler)) as port:
        yield port
