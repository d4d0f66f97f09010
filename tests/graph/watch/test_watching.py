"""Metrics and the schema's text, as operators and tools read them."""

from pathlib import Path

import pytest

from graph.api.schema import printed_schema
from graph.app import compose
from graph.watch.metrics import MAX_NAMES, OTHER, Metrics
from graph.watch.observe import FinishedOperation, Observers
from service.process.runtime import Runtime
from tests.support.edge.world import World, codes, configured, open_world

pytestmark = pytest.mark.anyio

CANARY = "correct-horse-4711"
LEAK = f'mutation Leak {{ updateEmailSettings(input: {{settings: {{smtpPassword: {{set: "{CANARY}"}}}}, expectedRevision: 0}}) {{ __typename }} }}'  # noqa: E501


async def test_schema(world: World) -> None:
    """Tools can download the text of the schema that is served."""
    response = await world.client.get("/schema.graphql")

    assert printed_schema() == response.text


async def test_metrics(runtime: Runtime, tmp_path: Path) -> None:
    """Operations, refusals, the trail and the settings are counted, by name and outcome."""
    metrics = Metrics()
    await metrics.start(runtime)
    app = compose(configured(tmp_path), runtime, metrics=metrics, observers=Observers((metrics,)))
    async with open_world(app, runtime) as world:
        await world.ask("query Who { viewer { role } }")
        await world.ask("query Wrong { auditEvents(first: 101) { edges { cursor } } }")
        await world.ask("{ nothing }")
        await world.ask("{ viewer { role } }", role=None)
        await world.ask(LEAK)
        response = await world.client.get("/metrics", headers=world.headers())
    lines = response.text.splitlines()

    assert {
        'postledger_operations_total{kind="query",operation="Who",outcome="OK"} 1.0',
        'postledger_operations_total{kind="query",operation="Wrong",outcome="BAD_USER_INPUT"} 1.0',
        'postledger_operations_total{kind="mutation",operation="Leak",outcome="OK"} 1.0',
        'postledger_refused_calls_total{code="GRAPHQL_VALIDATION_FAILED"} 1.0',
        'postledger_refused_calls_total{code="UNAUTHENTICATED"} 1.0',
        "postledger_trail_events 4.0",
        "postledger_settings_revision 1.0",
        'postledger_settings_verification{state="UNTESTED"} 1.0',
        'postledger_settings_verification{state="PASSED"} 0.0',
    } <= set(lines)
    assert CANARY not in response.text


async def test_metrics_need_a_token(world: World, runtime: Runtime, tmp_path: Path) -> None:
    """Metrics contain names, so they require a token unless the operator configures otherwise."""
    refused = await world.client.get("/metrics")
    app = compose(configured(tmp_path, metrics_without_token=True), runtime)
    async with open_world(app, runtime) as opened:
        shown = await opened.client.get("/metrics")

    assert (401, ["UNAUTHENTICATED"]) == (refused.status_code, codes(refused.json()))
    assert 200 == shown.status_code


async def test_the_number_of_names_is_limited(runtime: Runtime) -> None:
    """However many operation names clients invent, the metrics stay small."""
    metrics = Metrics()
    for number in range(MAX_NAMES + 5):
        metrics.operation(FinishedOperation("query", f"name{number}", "", [], 0, 0.1, "id"))
    metrics.operation(FinishedOperation("query", "x" * 1000, "", [], 0, 0.1, "id"))
    text = (await metrics.write(runtime)).decode()

    assert f'operation="{OTHER}",outcome="OK"}} 6.0' in text
    assert "xxx" not in text
