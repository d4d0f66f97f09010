"""A service with a GraphQL client in this process: the whole app on the test's database."""

import json
import os
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Final, TypeAlias

import httpx2
from sqlalchemy import text
from starlette.applications import Starlette

from graph.app import compose
from graph.config import Config
from service.access.tokens import CreatedToken, create_token
from service.operate.startup import open_runtime
from service.process.caller import COMMAND_LINE, Role
from service.process.email_test_limits import EmailTestLimits
from service.process.keys import KeyFile, KeySource
from service.process.runtime import Runtime
from service.process.storage import Storage
from tests.support import documents

THOROUGH: Final = "POSTLEDGER_THOROUGH" in os.environ
"""Whether to run many more generated inputs, which takes minutes."""

MANY: Final = 100_000
NOON: Final = datetime(2026, 11, 23, 12, tzinfo=UTC)
Json: TypeAlias = dict[str, Any]


class Clock:
    """A clock that a test controls; it advances a millisecond each time it is read."""

    def __init__(self) -> None:
        self.now = NOON

    def __call__(self) -> datetime:
        """Returns the time."""
        self.now += timedelta(milliseconds=1)
        return self.now


@dataclass(frozen=True, slots=True)
class Answer:
    """A response: its HTTP status, and its JSON."""

    status: int
    raw: bytes
    body: Json

    @property
    def data(self) -> Json:
        """The data; the test fails if there were errors."""
        assert "errors" not in self.body, self.body["errors"]
        data: Json = self.body["data"]
        return data

    @property
    def codes(self) -> list[str]:
        """The codes of the errors."""
        return [error["extensions"]["code"] for error in self.body.get("errors", [])]


@dataclass(slots=True)
class Desk:
    """A client of the service. `answers` are all responses, as they were sent."""

    runtime: Runtime
    clock: Clock
    http: httpx2.AsyncClient
    tokens: Mapping[Role, str]
    answers: list[Answer] = field(default_factory=list)

    async def post(self, body: object, role: Role = Role.ADMINISTRATOR) -> Answer:
        """Sends a request with this body."""
        headers = {
            "Authorization": f"Bearer {self.tokens[role]}",
            "Content-Type": "application/json",
        }
        # In ASCII, because lone surrogates can be sent only if they are escaped.
        content = json.dumps(body).encode()
        response = await self.http.post("/graphql", content=content, headers=headers)
        answer = Answer(response.status_code, response.content, response.json())
        self.answers.append(answer)
        return answer

    async def ask(
        self,
        query: str,
        variables: Mapping[str, object] | None = None,
        role: Role = Role.ADMINISTRATOR,
    ) -> Answer:
        """Executes a GraphQL operation."""
        return await self.post({"query": query, "variables": variables or {}}, role)

    async def update(self, settings: Json, **rest: object) -> Json:
        """Changes the settings; `expectedRevision` is the revision in force unless given."""
        change = {"expectedRevision": await self.revision(), "settings": settings, **rest}
        answer = await self.ask(documents.UPDATE, {"input": change})
        result: Json = answer.data["updateEmailSettings"]
        return result

    async def save(self, settings: Json, **rest: object) -> Json:
        """Changes the settings, checks that they were saved, and returns the new state."""
        result = await self.update(settings, **rest)
        assert "UpdateEmailSettingsSuccess" == result["__typename"], result
        state: Json = result["emailSettings"]
        return state

    async def restore(self, revision: int, **rest: object) -> Json:
        """Restores an earlier revision."""
        change = {
            "revision": revision,
            "expectedRevision": await self.revision(),
            "reason": "It worked then.",
            **rest,
        }
        answer = await self.ask(documents.RESTORE, {"input": change})
        result: Json = answer.data["restoreEmailSettings"]
        return result

    async def test(self, **input: object) -> Json:  # noqa: A002 (the argument's name in the schema)
        """Sends a test email."""
        result: Json = (await self.ask(documents.TEST, {"input": input})).data["sendTestEmail"]
        return result

    async def check(self, settings: Json) -> list[Json]:
        """Checks settings without saving them, and returns their problems."""
        answer = await self.ask(documents.CHECK, {"settings": settings})
        problems: list[Json] = answer.data["checkEmailSettings"]
        return problems

    async def settings(self, **arguments: object) -> Json | None:
        """Returns the settings in force, or those of the `revision` or `at` in the arguments."""
        answer = await self.ask(documents.SETTINGS, arguments)
        state: Json | None = answer.data["emailSettings"]
        return state

    async def revision(self) -> int:
        """Returns the revision in force, or 0 if nothing was saved."""
        state = (await self.ask("{ emailSettings { revision } }")).data["emailSettings"]
        return 0 if state is None else int(state["revision"])

    async def events(self) -> list[Json]:
        """Returns the newest events of the trail, oldest first, without events of tokens."""
        nodes = (await self.ask(documents.TRAIL)).data["auditEvents"]["edges"]
        events = [edge["node"] for edge in reversed(nodes)]
        return [event for event in events if not event["action"].startswith("ACCESS_")]

    async def sql(self, statement: str, **values: object) -> Sequence[tuple[object, ...]]:
        """Executes SQL as someone who bypasses the service and accesses its database."""
        database = self.runtime.database
        opening = database.reading if statement.startswith("SELECT") else database.transaction
        async with opening() as session:
            connection = await session.connection()
            done = await connection.execute(text(statement), values)
            return [tuple(row) for row in done.all()] if done.returns_rows else []

    async def whole(self) -> int:
        """Returns the revision in force, after checking that every revision has its event."""
        rows = await self.sql(_WHOLE)
        (head, revisions, events, paired) = (int(str(each)) for each in rows[0])
        assert head == revisions == events == paired
        return head


_WHOLE: Final = """SELECT
  (SELECT revision FROM email_settings),
  (SELECT COUNT(*) FROM email_settings_revision),
  (SELECT COUNT(*) FROM audit_event
    WHERE action IN ('EMAIL_SETTINGS_UPDATED', 'EMAIL_SETTINGS_RESTORED')),
  (SELECT COUNT(*) FROM audit_event e JOIN email_settings_revision r
    ON e.seq = r.audit_seq AND e.revision = r.revision AND e.ts = r.created_at
    AND (e.action = 'EMAIL_SETTINGS_RESTORED') = (r.restored_from IS NOT NULL)
    AND e.outcome = 'SUCCEEDED')
"""


@asynccontextmanager
async def open_desk(storage: Storage, keys: KeySource | None = None) -> AsyncIterator[Desk]:
    """Opens a service on a storage. By default, its keys are in a file in the data directory."""
    async with open_runtime(storage) as opened:
        clock = Clock()
        runtime = replace(
            opened,
            keys=keys or key_file(storage.data_directory),
            clock=clock,
            test_limits=EmailTestLimits(per_actor=MANY, overall=MANY, running=MANY),
        )
        tokens = {}
        for role in Role:
            created = await create_token(runtime, COMMAND_LINE, f"The {role.lower()}", role)
            assert isinstance(created, CreatedToken)
            tokens[role] = created.text
        transport = httpx2.ASGITransport(app=_app(runtime, storage.data_directory))
        async with httpx2.AsyncClient(transport=transport, base_url="http://postledger") as http:
            yield Desk(runtime, clock, http, tokens)


def key_file(data: Path) -> KeyFile:
    """Returns the key file of a data directory; creates it if it is missing."""
    file = KeyFile(data / "encryption.keys")
    file.create()
    return file


def _app(runtime: Runtime, data: Path) -> Starlette:
    """Composes the app with a rate limit that no test reaches."""
    values: Json = {"data_directory": data, "calls_per_minute": MANY}
    return compose(Config(**values), runtime)
