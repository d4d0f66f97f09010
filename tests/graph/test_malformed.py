"""Whatever comes over the wire, the service answers for it, lets go of it, and goes on."""

from itertools import islice
from pathlib import Path
from random import Random
from urllib.parse import urlsplit

import pytest

from graph.app import compose
from graph.errors import ERROR_CODES
from service.caller import Role
from service.runtime import Runtime
from tests.graph.malformed import Got, Sent, requests, send
from tests.graph.world import configured, listening, open_world

pytestmark = pytest.mark.anyio

COUNT = 300


def complaint(sent: Sent, got: Got) -> str | None:
    """What is wrong with an answer; None where nothing is."""
    if got.timed_out:
        return "the connection was left hanging"
    if got.status is None:
        return None
    if got.status >= 500:
        return f"status {got.status}"
    unread = got.body.startswith(b"Invalid HTTP request received")
    known = got.codes is not None and set(got.codes) <= ERROR_CODES.keys()
    if got.status >= 400 and sent.method != b"HEAD" and not unread and not known:
        return f"an error without a code: {got.status} {got.body[:200]!r}"
    return None


async def test_malformed_requests(runtime: Runtime, tmp_path: Path) -> None:
    """No failure of the service, no connection left hanging, no error without a code."""
    config = configured(tmp_path, calls_per_minute=0, bad_tokens_per_minute=0)
    app = compose(config, runtime)
    wrong = []
    async with open_world(app, runtime) as world, listening(app) as address:
        port = urlsplit(address).port or 0
        token = world.tokens[Role.VIEWER].text
        for sent in islice(requests(Random(4711), token), COUNT):  # noqa: S311 (not for secrets)
            got = await send("127.0.0.1", port, sent)
            wrong += [(found, sent) for found in [complaint(sent, got)] if found is not None]
        after = await world.ask("{ viewer { role } }")

    assert [] == wrong
    assert "errors" not in after
