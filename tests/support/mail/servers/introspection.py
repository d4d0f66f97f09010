"""The endpoint of an OAuth2 server that checks tokens for a mail server (RFC 7662)."""

import contextlib
import json
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs

from tests.support.mail.servers.backend import in_thread


class _Introspection(BaseHTTPRequestHandler):
    token: str
    username: str

    def do_POST(self) -> None:
        form = parse_qs(self.rfile.read(int(self.headers["Content-Length"])).decode())
        active = form.get("token") == [self.token]
        answer = {"active": active, **({"username": self.username} if active else {})}
        body = json.dumps(answer).encode()
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        """Logs nothing: the output of a test is for its failures."""


@contextlib.contextmanager
def introspecting(token: str, username: str) -> Iterator[int]:
    """Serves on a free port of 127.0.0.1, and yields the port. One token is active."""
    members = {"token": token, "username": username}
    handler = type("Introspection", (_Introspection,), members)
    with in_thread(ThreadingHTTPServer(("127.0.0.1", 0), handler)) as port:
        yield port
