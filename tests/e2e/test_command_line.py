"""The command line, used during a running service."""

import base64
import contextlib
import re
from pathlib import Path

from tests.e2e.client import Client
from tests.e2e.conftest import on_sqlite
from tests.e2e.installation import Installation, Service
from tests.e2e.operations import READ, TRAIL, events
from tests.support.root import ROOT


def _id_of(installation: Installation, name: str) -> str:
    listed = installation.run("token", "list").stdout
    (line,) = (line for line in listed.splitlines() if name in line)
    found = re.search(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", line)
    if found is None:
        raise AssertionError(listed)
    return found.group()


def test_a_revoked_token_is_refused_at_once(shared: tuple[Installation, Service]) -> None:
    """A running service refuses a token from the first request after its revocation."""
    installation, service = shared
    created = installation.run("token", "create", "--name", "To be revoked", "--role", "auditor")
    client = service.client.bearing(created.stdout.strip())
    before = client.ask(READ)
    token_id = _id_of(installation, "To be revoked")
    revoked = installation.run("token", "revoke", token_id)
    after = client.ask(READ)
    recorded = events(service.client.ask(TRAIL, first=2).data)

    assert ([], ["UNAUTHENTICATED"]) == (before.codes, after.codes)
    assert (0, "Revoked.\n") == (revoked.status, revoked.stdout)
    assert [
        ("ACCESS_TOKEN_CREATED", "COMMAND_LINE"),
        ("ACCESS_TOKEN_REVOKED", "COMMAND_LINE"),
    ] == [(event["action"], event["actor"]["kind"]) for event in recorded]
    assert created.stdout.strip().encode() not in installation.answered() + installation.stored()


def test_an_unknown_token_cannot_be_revoked(tmp_path: Path) -> None:
    """Revoking an unknown token fails with one sentence and status 2, even before a first start."""
    data = {"POSTLEDGER_DATA_DIRECTORY": str(tmp_path / "data")}
    done = Installation(tmp_path, None, data).run("token", "revoke", "unknown")

    assert (2, "", "postledger: There is no token with the id unknown.\n") == (
        done.status,
        done.stdout,
        done.stderr,
    )


@on_sqlite
def test_upgrading_twice_changes_nothing(shared: tuple[Installation, Service]) -> None:
    """`db upgrade` may be run at any time, also during a running service."""
    installation, service = shared
    done = installation.run("db", "upgrade")

    assert (0, "The database is up to date.\n") == (done.status, done.stdout)
    assert [] == service.client.ask(READ).codes


def test_the_schema_is_printed(tmp_path: Path) -> None:
    """`schema` needs neither a database nor a token, and prints the committed schema."""
    done = Installation(tmp_path, None, {}).run("schema")

    assert (ROOT / "schema.graphql").read_text(encoding="utf-8") == done.stdout
    assert [] == list(tmp_path.iterdir())


def test_every_generated_key_is_different(tmp_path: Path, on_postgresql: dict[str, str]) -> None:
    """`keys generate` prints 32 random bytes in base64."""
    key = Installation(tmp_path, None, {}).run("keys", "generate").stdout

    assert 32 == len(base64.b64decode(key))
    assert on_postgresql["POSTLEDGER_ENCRYPTION_KEYS"] != key.strip()


def test_only_the_first_start_shows_a_token(shared: tuple[Installation, Service]) -> None:
    """The first administrator's token is printed once, and works."""
    installation, service = shared
    with contextlib.closing(Client(service.client.address, installation.token)) as client:
        viewer = client.ask("{ viewer { role } }").data["viewer"]

    assert "ADMINISTRATOR" == viewer["role"]
    assert 1 == service.process.stdout.text.count("plg_")
