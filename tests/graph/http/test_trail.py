"""The trail over plain HTTP: who may read it, and how others are refused."""

import base64
import contextlib
import io
from pathlib import Path
from typing import Any

import pytest

from audit.standalone import run_verifier
from service.process.caller import Role
from tests.support.edge.world import World, codes

pytestmark = pytest.mark.anyio


@pytest.mark.parametrize(
    ("role", "path", "status", "media_type"),
    [
        pytest.param(Role.AUDITOR, "/audit/export", 200, "application/zip", id="bundle"),
        pytest.param(
            Role.AUDITOR,
            "/audit/export?format=jsonl&actions=ACCESS_TOKEN_CREATED&since=2020-01-01T00:00:00Z",
            200,
            "application/jsonl",
            id="filtered",
        ),
        pytest.param(
            Role.ADMINISTRATOR, "/audit/log/checkpoint", 200, "text/plain; charset=utf-8", id="log"
        ),
        pytest.param(
            Role.AUDITOR, "/audit/log/tile/0/000.p/1", 200, "application/octet-stream", id="tile"
        ),
        pytest.param(
            Role.AUDITOR, "/audit/export?archive=x", 404, "application/json", id="no-archive"
        ),
        pytest.param(
            Role.AUDITOR,
            "/audit/export?archive=x&format=csv",
            400,
            "application/json",
            id="archive-and-more",
        ),
        pytest.param(Role.AUDITOR, "/audit/log/tile/7/000", 404, "application/json", id="no-tile"),
        pytest.param(
            Role.AUDITOR,
            "/audit/log/proof/1.tlog-proof",
            200,
            "text/plain; charset=utf-8",
            id="proof",
        ),
        pytest.param(
            Role.AUDITOR,
            f"/audit/log/proof/{10**30}.tlog-proof",
            404,
            "application/json",
            id="no-event",
        ),
        pytest.param(
            Role.VIEWER, "/audit/log/proof/1.tlog-proof", 403, "application/json", id="not-proven"
        ),
        pytest.param(Role.VIEWER, "/audit/export", 403, "application/json", id="viewer"),
        pytest.param(Role.VIEWER, "/audit/log/checkpoint", 403, "application/json", id="seen"),
        pytest.param(
            Role.AUDITOR, "/audit/export?format=pdf", 400, "application/json", id="no-format"
        ),
        pytest.param(
            Role.AUDITOR, "/audit/export?since=2020-01-01", 400, "application/json", id="no-offset"
        ),
        pytest.param(
            Role.AUDITOR, "/audit/export?filter=x", 400, "application/json", id="no-parameter"
        ),
    ],
)
async def test_who_gets_what(
    world: World, role: Role, path: str, status: int, media_type: str
) -> None:
    """A role that may read the trail gets every path; every refusal is JSON with a code."""
    answer = await world.client.get(path, headers=world.headers(role))

    assert (status, media_type) == (answer.status_code, answer.headers["Content-Type"])


async def test_a_token_is_required(world: World) -> None:
    """Even a checkpoint requires a token."""
    answer = await world.client.get("/audit/log/checkpoint")

    assert 401 == answer.status_code
    assert "UNAUTHENTICATED" == answer.json()["errors"][0]["extensions"]["code"]


async def newest(world: World) -> dict[str, Any]:
    """The newest checkpoint, as GraphQL returns it."""
    answer = await world.ask("{ auditCheckpoint { size note } }")
    checkpoint: dict[str, Any] = answer["data"]["auditCheckpoint"]
    return checkpoint


@pytest.mark.parametrize("kind", ["bundle", "jsonl", "csv", "ocsf"])
async def test_every_export_carries_its_checkpoint(world: World, kind: str) -> None:
    """Every export has the signed note of its trail in a header."""
    path = f"/audit/export?format={kind}&text=nothing"
    answer = await world.client.get(path, headers=world.headers())
    note = base64.b64decode(answer.headers["X-Postledger-Checkpoint"], validate=True).decode()

    assert await newest(world) == {"size": 4, "note": note}


@pytest.mark.parametrize("method", ["HEAD", "POST"])
@pytest.mark.parametrize("role", [None, Role.AUDITOR])
async def test_an_export_needs_get(world: World, method: str, role: Role | None) -> None:
    """HEAD and POST are refused, and not recorded as an export."""
    before = await newest(world)
    answer = await world.client.request(method, "/audit/export", headers=world.headers(role))

    assert (405, "GET") == (answer.status_code, answer.headers["Allow"])
    assert "application/json" == answer.headers["Content-Type"]
    # An answer to HEAD has no body.
    assert "" == answer.text if method == "HEAD" else "METHOD_NOT_ALLOWED" in answer.text
    assert before == await newest(world)


VERIFY = (
    "query($known: String) { auditVerification(knownCheckpoint: $known) "
    "{ intact eventsChecked findings { code } } }"
)


async def test_proofs_and_verification_over_graphql(world: World) -> None:
    """An older checkpoint is proven consistent, and the trail is verified against it."""
    early = await world.ask("{ auditCheckpoint(size: 1) { note size rootHash verifierKey } }")
    known = early["data"]["auditCheckpoint"]["note"]
    proofs = await world.ask(
        "{ auditInclusionProof(sequence: 1) { path leafHash checkpoint { size } } "
        "auditConsistencyProof(from: 1) { path from { size } to { size } } auditAnchors { name } }"
    )
    verified = await world.ask(VERIFY, known=known)
    foreign = await world.ask(VERIFY, known=known.replace("/", "-other/", 1))

    assert {"size": 3} == proofs["data"]["auditInclusionProof"]["checkpoint"]
    assert {"size": 1} == proofs["data"]["auditConsistencyProof"]["from"]
    assert {"intact": True, "eventsChecked": 3, "findings": []} == verified["data"][
        "auditVerification"
    ]
    assert [{"code": "ORIGIN_MISMATCH"}] == foreign["data"]["auditVerification"]["findings"]


async def test_one_event_is_proven_offline(world: World, tmp_path: Path) -> None:
    """HTTP and GraphQL return the same proof, which `verify.py` accepts without the service."""
    path = "/audit/log/proof/1.tlog-proof"
    fetched = await world.client.get(path, headers=world.headers(Role.AUDITOR))
    answer = await world.ask(
        "{ auditInclusionProof(sequence: 1) { tlogProof checkpoint { verifierKey } } }"
    )
    proof = answer["data"]["auditInclusionProof"]
    file = tmp_path / "event.tlog-proof"
    file.write_text(fetched.text)
    printed = io.StringIO()
    with contextlib.redirect_stdout(printed):
        status = run_verifier(["--key", proof["checkpoint"]["verifierKey"], str(file)])

    assert fetched.text == proof["tlogProof"]
    assert 0 == status, printed.getvalue()
    assert '"action":"ACCESS_TOKEN_CREATED"' in printed.getvalue()


async def test_a_size_beyond_the_trail(world: World) -> None:
    """A checkpoint that does not exist yet is BAD_USER_INPUT, not an internal error."""
    answer = await world.ask("{ auditCheckpoint(size: 99) { size } }")

    assert ["BAD_USER_INPUT"] == codes(answer)
