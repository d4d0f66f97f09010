"""Trusted documents: identified by an id, and if configured, the only documents that run."""

import json
from hashlib import sha256
from pathlib import Path

import pytest

from graph.app import compose
from graph.operation.trusted_documents import load_trusted_documents
from service.process.runtime import Runtime
from service.process.storage import CannotStartError
from tests.support.edge.world import World, codes, configured, open_world

KNOWN = "query Known { __typename }"
HASH = sha256(KNOWN.encode()).hexdigest()


def _persisted(digest: str) -> dict[str, object]:
    return {"extensions": {"persistedQuery": {"version": 1, "sha256Hash": digest}}}


@pytest.mark.anyio
@pytest.mark.parametrize(
    ("body", "expected"),
    [
        pytest.param({"documentId": "known"}, [], id="by its name"),
        pytest.param({"documentId": f"sha256:{HASH}"}, [], id="by its hash"),
        pytest.param(_persisted(HASH), [], id="as Apollo does"),
        pytest.param({"query": KNOWN}, [], id="by its text"),
        pytest.param({"documentId": "other"}, ["PERSISTED_QUERY_NOT_FOUND"], id="unknown name"),
        pytest.param({"query": "{ __typename }"}, ["PERSISTED_QUERY_NOT_FOUND"], id="another text"),
        pytest.param(
            {"query": "{ __typename }", **_persisted(sha256(b"{ __typename }").hexdigest())},
            ["PERSISTED_QUERY_NOT_FOUND"],
            id="registering one",
        ),
    ],
)
async def test_only_known_documents(
    runtime: Runtime, tmp_path: Path, body: dict[str, object], expected: list[str]
) -> None:
    """With a manifest, only its documents run, by id, by hash or by text."""
    manifest = tmp_path / "documents.json"
    manifest.write_text(json.dumps({"known": KNOWN}))
    config = configured(tmp_path, trusted_documents=manifest)
    async with open_world(compose(config, runtime), runtime) as world:
        answer = (await world.post(body)).json()

    assert expected == codes(answer)
    assert ("data" in answer) is not bool(expected)


@pytest.mark.anyio
@pytest.mark.parametrize(
    ("body", "expected"),
    [
        pytest.param({"query": KNOWN, **_persisted(HASH)}, [], id="text and its hash"),
        pytest.param({"query": KNOWN, **_persisted("0" * 64)}, ["BAD_REQUEST"], id="another hash"),
        pytest.param(_persisted(HASH), ["PERSISTED_QUERY_NOT_FOUND"], id="the hash alone"),
    ],
)
async def test_without_a_manifest(
    world: World, body: dict[str, object], expected: list[str]
) -> None:
    """Apollo's clients, which send the hash first, are asked to send the text."""
    assert expected == codes((await world.post(body)).json())


@pytest.mark.parametrize(
    "content",
    [
        pytest.param("{", id="not JSON"),
        pytest.param("[]", id="not an object"),
        pytest.param('{"a": 1}', id="not texts"),
    ],
)
def test_bad_manifest(tmp_path: Path, content: str) -> None:
    """An invalid manifest stops the start with a message that names the variable."""
    path = tmp_path / "documents.json"
    path.write_text(content)

    with pytest.raises(CannotStartError, match="POSTLEDGER_TRUSTED_DOCUMENTS"):
        load_trusted_documents(path)
