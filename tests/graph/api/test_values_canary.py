"""A password in the place of any value in the schema is never repeated by the service."""

import io
import json
import logging
from collections.abc import AsyncIterator, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

import pytest
from graphql import get_named_type

from graph.api.schema import schema
from graph.app import compose
from service.process.runtime import Runtime
from tests.support.canary import CANARY, leaks
from tests.support.edge.positions import (
    Asked,
    Name,
    Position,
    Value,
    by_literals,
    by_variables,
    positions,
)
from tests.support.edge.quiet import QUIET
from tests.support.edge.sockets import EVENTS, Streams, say
from tests.support.edge.world import GRAPHQL, World, configured, listening, open_world

pytestmark = pytest.mark.anyio

WORD: Final = "hunter2hunter2"
"""A password that can be written without quotes."""

VALUES: Final[dict[str, Value]] = {
    "text": CANARY,
    "list": [CANARY],
    "object": {"smtpPassword": {"set": CANARY}},
    "list of objects": [{"set": CANARY}],
    "number in a list": [[1, CANARY]],
}
BY_VARIABLES: Final = {**VALUES, "key": {CANARY: 1}}
BY_LITERALS: Final = {**VALUES, "word": Name(WORD), "word in an object": {"set": Name(WORD)}}
SILENT: Final = "Subscription.auditEventAppended"
"""It answers nothing to a valid argument, and never ends."""


def _is_taken(position: Position, value: Value) -> bool:
    """Returns whether the value could be valid in that place."""
    item = value[0] if isinstance(value, list) else value
    texts = {"String", "ID", "Secret"}
    return isinstance(item, str) and str(get_named_type(position.kind)) in texts


def _all() -> Iterator[tuple[Position, Asked]]:
    """Yields operations with every value in every place, by variables and as literals."""
    places = {each.place: each for each in positions(schema.core) if each.root_field != SILENT}
    silent = [each for each in positions(schema.core) if each.root_field == SILENT]
    for position in (*places.values(), *silent):
        for values, write in ((BY_VARIABLES, by_variables), (BY_LITERALS, by_literals)):
            for value in values.values():
                if position.root_field != SILENT or not _is_taken(position, value):
                    yield position, write(schema.core, position, value)


def _one_of_each() -> list[Asked]:
    """Returns the operations for one place of each type: enough for another transport."""
    places: dict[tuple[str, str], Position] = {}
    operations = []
    for position, each in _all():
        if places.setdefault((position.root, str(position.kind)), position) is position:
            operations.append(each)
    return operations


@dataclass(frozen=True, slots=True)
class Answered:
    """An operation and its answer."""

    asked: Asked
    raw: bytes


def complaints(answers: Sequence[Answered], log: io.StringIO) -> list[object]:
    """Returns the answers that repeat a password, and the forms in which the log does."""
    wrong: list[object] = []
    for secret in (CANARY, WORD):
        wrong += [f"log: {form}" for form in leaks(secret, log.getvalue().encode())]
        if leaks(secret, b"\n".join(each.raw for each in answers)):
            wrong += [each for each in answers if leaks(secret, each.raw)]
    return wrong


@pytest.fixture
async def world(
    runtime: Runtime, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> AsyncIterator[World]:
    """A service that connects to nothing and has no rate limit."""
    # The tests' own clients log what they send.
    for name in ("httpx2", "websockets.client"):
        monkeypatch.setattr(logging.getLogger(name), "disabled", True)
    quiet = replace(runtime, mail_tools=QUIET)
    config = configured(tmp_path, calls_per_minute=0)
    async with open_world(compose(config, quiet), quiet) as opened:
        yield opened


async def _posted(world: World, asked: Asked, accept: str = GRAPHQL) -> Answered:
    body = {"query": asked.query, "variables": asked.variables}
    return Answered(asked, (await world.post(body, accept=accept)).content)


async def test_over_post(world: World, log: io.StringIO) -> None:
    """With a password in any place, no answer and no log line repeats it."""
    answers = [await _posted(world, asked) for _, asked in _all()]
    answered = b"\n".join(each.raw for each in answers)

    assert [] == complaints(answers, log)
    assert b"INTERNAL_SERVER_ERROR" not in answered
    # Some operations reached a resolver, and others a type.
    assert b'"data":{' in answered
    assert b"BAD_USER_INPUT" in answered


async def test_over_get(world: World, log: io.StringIO) -> None:
    """A password in a URL is not logged or repeated."""
    answers = []
    for asked in _one_of_each():
        query = {"query": asked.query, "variables": json.dumps(asked.variables)}
        headers = {**world.headers(), "GraphQL-Require-Preflight": "1"}
        response = await world.client.get("/graphql", params=query, headers=headers)
        answers.append(Answered(asked, response.content))

    assert [] == complaints(answers, log)


async def test_over_server_sent_events(world: World, log: io.StringIO) -> None:
    """A password in a request for an event stream is not repeated."""
    answers = [await _posted(world, asked, EVENTS) for asked in _one_of_each()]

    assert [] == complaints(answers, log)
    assert all(b"event: complete" in each.raw for each in answers)


async def test_over_a_socket(world: World, log: io.StringIO) -> None:
    """A password in a WebSocket message is not repeated."""
    answers = []
    async with listening(world.app) as address, Streams(address, world).introduced() as socket:
        for number, asked in enumerate(_one_of_each()):
            payload = {"query": asked.query, "variables": asked.variables}
            await say(socket, {"id": str(number), "type": "subscribe", "payload": payload})
            message = str(await socket.recv())
            answers.append(Answered(asked, message.encode()))
            if json.loads(message)["type"] == "next":
                assert "complete" == json.loads(await socket.recv())["type"]

    assert [] == complaints(answers, log)


async def test_the_search_finds_what_is_repeated(world: World, log: io.StringIO) -> None:
    """An answer that repeats a password on purpose is found, and so is a log line."""
    query = "mutation($n: String!) { createAccessToken(input: {name: $n, role: VIEWER}) "
    query += "{ ... on CreateAccessTokenSuccess { accessToken { name } } } }"
    answer = await _posted(world, Asked(query, {"n": CANARY}))
    logging.getLogger("some.library").debug("refused %s", WORD)
    found = complaints([answer], log)

    assert answer in found
    assert "log: raw" in found
