"""A small SMTP server in a thread: where a real server relays to, or asks for an address.

It is not a `ScriptedServer`, because the real server needs its port before any test runs, while a
`ScriptedServer` belongs to the event loop of one test.
"""

import contextlib
import socketserver
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Final

UNKNOWN: Final = "550 5.1.1 <{address}>: Recipient address rejected: User unknown"


@dataclass(slots=True)
class Backend:
    """What the server accepts, and the messages that it received."""

    refused: frozenset[str] = frozenset()
    port: int = 0
    messages: list[bytes] = field(default_factory=list)

    def reply_to(self, line: str) -> str:
        """Returns the reply to a command."""
        verb, _, rest = line.partition(" ")
        address = rest.partition("<")[2].partition(">")[0]
        if verb.upper() == "RCPT" and address in self.refused:
            return UNKNOWN.format(address=address)
        replies = {
            "EHLO": "250-backend.example.org\r\n250 ENHANCEDSTATUSCODES",
            "DATA": "354 Go ahead",
            "QUIT": "221 2.0.0 Bye",
        }
        return replies.get(verb.upper(), "250 2.0.0 Ok")


class _Session(socketserver.StreamRequestHandler):
    backend: Backend

    def handle(self) -> None:
        self._say("220 backend.example.org ESMTP")
        for line in self.rfile:
            command = line.decode("utf-8", "replace").rstrip("\r\n")
            reply = self.backend.reply_to(command)
            self._say(reply)
            if reply.startswith("354"):
                self.backend.messages.append(self._message())
                self._say("250 2.0.0 Ok: queued as 4XyZ")
            if reply.startswith("221"):
                return

    def _say(self, line: str) -> None:
        self.wfile.write(f"{line}\r\n".encode())

    def _message(self) -> bytes:
        return b"".join(iter(self.rfile.readline, b".\r\n"))


@contextlib.contextmanager
def serving_backend(refused: frozenset[str] = frozenset()) -> Iterator[Backend]:
    """Serves on a free port of 127.0.0.1."""
    backend = Backend(refused)
    handler = type("Session", (_Session,), {"backend": backend})
    with in_thread(socketserver.ThreadingTCPServer(("127.0.0.1", 0), handler)) as port:
        backend.port = port
        yield backend


@contextlib.contextmanager
def in_thread(server: socketserver.TCPServer) -> Iterator[int]:
    """Serves in a thread until the end of the block, and yields the port."""
    with server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
        thread.start()
        try:
            yield server.server_address[1]
        finally:
            server.shutdown()
            thread.join()
