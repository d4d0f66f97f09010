"""The fields of the settings page: their defaults and limits are those that a save applies."""

import pytest

from tests.support.desk import Desk, Json

pytestmark = pytest.mark.anyio

QUERY = """{ emailSettingsFields {
  field label default secret minimum maximum maxLength maxItems
} }"""
GROUP = {"tokenUrl": "https://login.example.com/token", "clientId": "postledger"}


async def _fields(desk: Desk) -> list[Json]:
    found: list[Json] = (await desk.ask(QUERY)).data["emailSettingsFields"]
    return found


def _input(path: list[str], value: object) -> Json:
    if path[0] == "oauth2":
        return {"oauth2": {**GROUP, path[1]: value}}
    return {path[0]: value}


async def test_the_defaults_are_in_force_at_first(desk: Desk) -> None:
    """A first save of nothing has the default of every field."""
    fields = await _fields(desk)
    state = await desk.save({})

    for each in fields:
        path, default = each["field"], each["default"]
        if each["secret"] or path[0] == "oauth2":
            assert None is default
        elif path == ["clientCertificate"]:
            assert (None, []) == (default, state["clientCertificate"])
        elif path[0] in state:
            assert state[path[0]] == default, path
    assert None is state["oauth2"]
    assert {587, 30, True, "AUTO", "OFF"} <= {
        each["default"] for each in fields if not isinstance(each["default"], list)
    }


async def test_what_exceeds_a_limit_is_refused(desk: Desk) -> None:
    """A number and a length are refused just beyond their limits, and numbers accepted at them."""
    limited = 0
    for each in await _fields(desk):
        path, beyond, within = each["field"], [], []
        if each["maximum"] is not None:
            beyond = [each["minimum"] - 1, each["maximum"] + 1]
            within = [each["minimum"], each["maximum"]]
        if each["maxLength"] is not None:
            beyond = ["a" * (each["maxLength"] + 1)]
        if each["maxItems"] is not None:
            beyond = [["x"] * (each["maxItems"] + 1)]
        for value in beyond:
            given = {"set": value} if each["secret"] else value
            problems = await desk.check(_input(path, given))
            limited += 1
            assert path in [each["field"][: len(path)] for each in problems], (path, problems)
        for value in within:
            problems = await desk.check(_input(path, value))
            assert "ERROR" not in [each["severity"] for each in problems]

    assert 19 == limited
