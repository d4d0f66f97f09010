"""The canary: a password sent through every path of the settings, and searched for everywhere."""

import asyncio
import io
import json
import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any, Final

import pytest
from typer.testing import CliRunner

from db.keyring import EncryptionKey, Keyring, Sealed
from graph.cli.main import app
from service.process.storage import Storage
from tests.support import documents
from tests.support.canary import CANARY, files_below, leaks, values_in
from tests.support.client_certificates import key, key_pem, made
from tests.support.desk import Desk, Json, open_desk
from tests.support.recorder import Recorder, echoing, recording
from tests.support.threads import beside

pytestmark = pytest.mark.anyio

CLIENT_KEY: Final = key_pem(key())
KEY_LINES: Final = tuple(line for line in CLIENT_KEY.splitlines()[1:-1] if len(line) > 20)
"""The lines of the client key: a leak of any of them is a leak of the key."""
CLIENT_SECRET: Final = CANARY[::-1]
"""The other secret, with the same awkward characters in another order."""


async def test_no_path_lets_a_secret_out(
    storage: Storage, log: io.StringIO, tmp_path: Path
) -> None:
    """No response, log line, database file, row or command output contains a secret."""
    async with open_desk(storage) as desk, recording() as recorder:
        await _drive(desk, recorder)
        output = await _by_command(storage, tmp_path)
        answered = b"\n".join(answer.raw for answer in desk.answers)
        found = {
            "answers": answered,
            "log": log.getvalue().encode(),
            "command": output,
            "rows": await values_in(desk.runtime.database.engine),
            # Read while the database is open, so that the write-ahead log is included.
            "files": files_below(tmp_path),
        }

        assert b"SQLite format 3" in found["files"] or storage.database_url is not None
        assert b"INTERNAL_SERVER_ERROR" in answered
        assert b"internal error" in found["log"]
        for place, text in found.items():
            assert [] == leaks(CANARY, text), place
            assert [] == leaks(CLIENT_SECRET, text), place
            for line in KEY_LINES:
                assert [] == leaks(line, text), place
        # The password did reach the mail server.
        assert recorder.connections > 1


class _BrokenKeyring(Keyring):
    def seal(self, plaintext: bytes, associated: bytes) -> Sealed:
        raise OSError(f"no randomness for {len(plaintext) + len(associated)} bytes")


class _BrokenKeys:
    def current(self) -> Keyring:
        return _BrokenKeyring([EncryptionKey(b"k" * 32)])


async def test_a_traceback_shows_no_values(storage: Storage, log: io.StringIO) -> None:
    """If sealing fails, the secret is on the stack, but not in the log."""
    async with open_desk(storage, _BrokenKeys()) as desk:
        given = {"settings": {"smtpPassword": {"set": CANARY}}, "expectedRevision": 0}
        answer = await desk.ask(documents.UPDATE, {"input": given})

        assert ["INTERNAL_SERVER_ERROR"] == answer.codes
        assert "no randomness" in log.getvalue()
        assert [] == leaks(CANARY, log.getvalue().encode() + answer.raw)
        assert 0 == await desk.whole()


async def test_the_search_finds_a_leak(storage: Storage, log: io.StringIO, tmp_path: Path) -> None:
    """A password that is leaked on purpose is found in each of the places."""
    async with open_desk(storage) as desk:
        await desk.save({"smtpUsername": CANARY})
        logging.getLogger("some.library").debug("signing in with %s", CANARY)

        assert "JSON, ASCII" in leaks(CANARY, desk.answers[-1].raw)
        assert "JSON, ASCII" in leaks(CANARY, log.getvalue().encode())
        assert "raw" in leaks(CANARY, await values_in(desk.runtime.database.engine))
        if desk.runtime.database.kind == "sqlite":
            assert "raw" in leaks(CANARY, files_below(tmp_path))


async def _drive(desk: Desk, recorder: Recorder) -> None:
    """Takes every path of a secret over GraphQL."""
    await _save_and_send(desk, recorder)
    await _be_refused(desk)
    await _put_it_in_wrong_places(desk)
    await _fail_inside(desk)
    await _read_everything(desk)


def _settings(recorder: Recorder) -> Json:
    return {
        "smtpHost": "127.0.0.1",
        "smtpPort": recorder.port,
        "enableSecureConnection": False,
        "smtpUsername": "postledger",
        "smtpPassword": {"set": CANARY},
        "clientCertificate": made(),
        "clientKey": {"set": CLIENT_KEY},
        "defaultFromAddress": "postledger@example.org",
    }


async def _save_and_send(desk: Desk, recorder: Recorder) -> None:
    await desk.save(_settings(recorder))
    for mechanism in ("PLAIN", "LOGIN", "NTLM", "CRAM_MD5", "AUTO"):
        change = {"authMechanism": mechanism, "smtpPassword": {"set": CANARY}}
        await desk.save(change)
        await desk.test(recipient="ada@example.net")
    unsaved = {"timeoutSeconds": 1, "smtpPassword": {"set": CANARY}}
    for reply in (None, echoing):
        recorder.reply = reply
        await desk.test(settings=unsaved, depth="AUTHENTICATE")
        await desk.test(depth="AUTHENTICATE", settings={"timeoutSeconds": 1})
    async with _echoing_token_endpoint() as url:
        oauth2 = {"tokenUrl": url, "clientId": "x", "clientSecret": {"set": CLIENT_SECRET}}
        given = {"oauth2": oauth2, "authMechanism": "XOAUTH2", "smtpPassword": {"set": CANARY}}
        await desk.save(given)
        answer = await desk.test(depth="AUTHENTICATE")
        assert "TOKEN" == answer["testEmail"]["stages"][0]["name"]


@asynccontextmanager
async def _echoing_token_endpoint() -> AsyncIterator[str]:
    """A token endpoint that refuses each request and repeats it in its answer."""

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = await reader.readuntil(b"\r\n\r\n")
        length = int(head.lower().partition(b"content-length:")[2].split()[0])
        body = (head + await reader.readexactly(length)).decode()
        answer = json.dumps({"error": "invalid_client", "error_description": body}).encode()
        writer.write(b"HTTP/1.1 400 Bad\r\nContent-Type: application/json\r\n")
        writer.write(b"Content-Length: %d\r\nConnection: close\r\n\r\n%s" % (len(answer), answer))
        await writer.drain()
        writer.close()

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    async with server:
        yield f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/token"


async def _be_refused(desk: Desk) -> None:
    given = {"smtpPassword": {"set": CANARY}}
    await desk.check(given)
    for wrong in (
        {"clientCertificate": CLIENT_KEY},
        {"clientCertificate": made() + CLIENT_KEY},
        {"clientCertificate": CLIENT_KEY.replace("\n", " ")},
        {"trustedCertificates": [CLIENT_KEY]},
        {"clientCertificate": made("other"), "clientKey": {"set": CLIENT_KEY}},
        {"clientKey": {"set": CLIENT_KEY + key_pem(key("other"))}},
        {"clientKey": {"set": CLIENT_KEY.replace("M", "N", 1)}},
        {"clientKey": {"set": CLIENT_KEY * 20}},
    ):
        await desk.check(wrong)
        await desk.update(wrong)
        await desk.test(settings=wrong, depth="CONNECT")
    await desk.test(settings={"clientKey": {"set": CLIENT_KEY}}, depth="CONNECT")
    await desk.check({**given, "smtpHost": "smtp.gmail.com", "smtpUsername": "ada@gmail.com"})
    await desk.check({"smtpHost": "other.example.com"})
    await desk.update({"smtpPort": 0, "smtpPassword": {"set": CANARY + "\n"}})
    await desk.update(given, expectedRevision=1)
    await desk.update(given, verifiedByTestEmail="VGVzdEVtYWlsOng=")
    await desk.update({"smtpHost": "other.example.com"})
    await desk.restore(1)
    await desk.restore(99)
    await desk.test(settings={**given, "smtpHost": None}, depth="CONNECT")


async def _put_it_in_wrong_places(desk: Desk) -> None:
    wrong: list[Any] = [
        {"smtpPassword": CANARY},
        {"smtpPassword": [CANARY]},
        {"smtpPassword": {"set": [CANARY]}},
        {"smtpPassword": {"set": {"set": CANARY}}},
        {"smtpPassword": {"set": CANARY, "clear": CANARY}},
        {"smtpPassword": {"clear": CANARY}},
        {"smtpPassword": {CANARY: CANARY}},
        {"smtpPort": CANARY},
        {"enableSecureConnection": CANARY},
        {"tlsMode": CANARY},
        {"trustedCertificates": [[CANARY]]},
        {"clientKey": CLIENT_KEY},
        {"clientKey": {"set": [CLIENT_KEY]}},
        {"clientCertificate": [[CLIENT_KEY]]},
        {"revocationCheck": CLIENT_KEY},
        {"oauth2": CANARY},
        {"oauth2": {"tokenUrl": [CANARY], "clientId": "x"}},
        {CANARY: 1},
        CANARY,
        [CANARY],
    ]
    for settings in wrong:
        change = {"settings": settings, "expectedRevision": 1}
        assert (await desk.ask(documents.UPDATE, {"input": change})).codes
        assert (await desk.ask(documents.CHECK, {"settings": settings})).codes
        assert (await desk.ask(documents.TEST, {"input": {"settings": settings}})).codes
    literal = json.dumps(CANARY, ensure_ascii=False)
    for inside in (
        f"smtpPassword: {literal}",
        f"smtpPassword: {{set: [{literal}]}}",
        f"smtpPassword: {{set: {literal}, clear: true}}",
        f"smtpPassword: {{set: {literal}",
        f"smtpPassword: {{set: {literal[:-1]}",
        f"smtpPassword: {{set: {CANARY}}}",
        f"smtpPort: {literal}",
        f"tlsMode: {literal}",
        f"{literal}: 1",
    ):
        settings = f"settings: {{{inside}}}, expectedRevision: 1"
        query = f"mutation {{ updateEmailSettings(input: {{{settings}}}) {{ __typename }} }}"
        assert (await desk.ask(query)).codes, inside
    assert (await desk.ask(CANARY)).codes
    assert (await desk.ask(documents.UPDATE, {"input": CANARY})).codes
    assert (await desk.post({"query": CANARY, "variables": CANARY})).codes
    assert (await desk.post(CANARY)).codes


async def _fail_inside(desk: Desk) -> None:
    """Causes failures that no caller can cause: the log gets a traceback, the caller an id."""
    settings = {
        "timeoutSeconds": 77,
        "smtpPassword": {"set": CANARY},
        "clientKey": {"set": CLIENT_KEY},
    }
    change = {"settings": settings, "expectedRevision": await desk.whole()}
    for table in ("stored_secret", "secret_fingerprint", "audit_head", "email_settings"):
        await desk.sql(f"ALTER TABLE {table} RENAME TO {table}_away")
        answers = [
            await desk.ask(documents.UPDATE, {"input": change}),
            await desk.ask(documents.TEST, {"input": {"settings": settings, "depth": "CONNECT"}}),
        ]
        await desk.sql(f"ALTER TABLE {table}_away RENAME TO {table}")

        assert [["INTERNAL_SERVER_ERROR"]] * 2 == [answer.codes for answer in answers], table


async def _read_everything(desk: Desk) -> None:
    await desk.settings()
    await desk.settings(revision=1)
    await desk.settings(at="2100-01-01T00:00:00Z")
    await desk.ask(documents.REVISIONS, {"first": 20})
    await desk.ask(documents.COMPARE, {"from": 0, "to": await desk.whole()})
    await desk.events()


async def _by_command(storage: Storage, tmp_path: Path) -> bytes:
    """Sends the same secret to the command line: in the environment, and in the wrong places."""
    file, wrong, broken = (tmp_path / name for name in ("s.toml", "wrong.toml", "broken.json"))
    file.write_text('smtpHost = "127.0.0.9"\n')
    wrong.write_text(f"smtpPassword = {json.dumps('x' + CANARY[4:6])}\n")
    broken.write_text('{"smtpHost": ')
    url = storage.database_url or ""
    environment = {
        "POSTLEDGER_DATA_DIRECTORY": str(storage.data_directory),
        "POSTLEDGER_DATABASE_URL": url,
        "POSTLEDGER_ENCRYPTION_KEYS": ",".join(storage.encryption_keys),
        "POSTLEDGER_SIGNING_KEY": ",".join(storage.signing_keys),
        "POSTLEDGER_SETTINGS_SMTP_PASSWORD": CANARY,
        "POSTLEDGER_SETTINGS_CLIENT_KEY": CLIENT_KEY,
    }
    output = b""
    for arguments in (
        ["settings", "apply", "--dry-run", str(file)],
        ["settings", "apply", str(file)],
        ["settings", "apply", str(wrong)],
        ["settings", "apply", str(broken)],
        ["settings", "show"],
        ["settings", "show", "--json"],
        ["keys", "rotate"],
    ):
        done = await beside(CliRunner().invoke, app, arguments, env=environment)
        assert done.exit_code in {0, 1, 2}, done.output
        output += done.output.encode()
    return output
