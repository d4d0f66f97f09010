"""Where a refused value of a variable is, as data that a form can use."""

import pytest

from tests.support.edge.world import World

pytestmark = pytest.mark.anyio

SAVE = (
    "mutation Save($input: UpdateEmailSettingsInput!) "
    "{ updateEmailSettings(input: $input) { __typename } }"
)
PAGE = "query Page($first: Int = 5) { auditEvents(first: $first) { pageInfo { hasNextPage } } }"


@pytest.mark.parametrize(
    ("settings", "path"),
    [
        pytest.param({"smtpPort": "587"}, ["smtpPort"], id="a number as text"),
        pytest.param({"smtpHost": 7}, ["smtpHost"], id="a text as number"),
        pytest.param({"tlsMode": "tls"}, ["tlsMode"], id="a member that does not exist"),
        pytest.param(
            {"trustedCertificates": ["a", 7]}, ["trustedCertificates", 1], id="an item of a list"
        ),
        pytest.param(
            {"oauth2": {"tokenUrl": "x", "clientId": 1}}, ["oauth2", "clientId"], id="in a group"
        ),
        pytest.param({"oauth2": {"tokenUrl": "x"}}, ["oauth2"], id="a required field is missing"),
        pytest.param({"smtpPassword": "secret"}, ["smtpPassword"], id="a text as an object"),
        pytest.param(
            {"smtpPassword": {"set": "secret", "clear": None}}, ["smtpPassword"], id="two of one"
        ),
        pytest.param({"smtpPassword": {}}, ["smtpPassword"], id="none of one"),
        pytest.param({"smtpPassword": {"set": None}}, ["smtpPassword", "set"], id="null of one"),
        pytest.param({"smtpPassword": {"set": 7}}, ["smtpPassword", "set"], id="a secret"),
        pytest.param({"secret: .a[1]": 7}, [], id="a field that does not exist"),
    ],
)
async def test_a_value(world: World, settings: object, path: list[str | int]) -> None:
    """The path begins with the variable, and leads to the refused value by names and indexes."""
    answer = await world.ask(SAVE, input={"expectedRevision": 0, "settings": settings})

    assert [("BAD_USER_INPUT", ["input", "settings", *path])] == [
        (each["extensions"]["code"], each["extensions"]["inputPath"]) for each in answer["errors"]
    ]
    assert "secret" not in str(answer).replace("A secret is a string", "")


async def test_every_value(world: World) -> None:
    """Each of several refused values has its own error with its own path."""
    answer = await world.ask(SAVE, input={"settings": {"smtpPort": "x", "timeoutSeconds": "y"}})

    assert [
        ["input"],
        ["input", "settings", "smtpPort"],
        ["input", "settings", "timeoutSeconds"],
    ] == sorted(each["extensions"]["inputPath"] for each in answer["errors"])


async def test_the_variable_itself(world: World) -> None:
    """A variable that is wrong as a whole, or missing, is its own path."""
    wrong = await world.ask(PAGE, first="x")
    missing = await world.ask(SAVE)

    assert [["first"]] == [each["extensions"]["inputPath"] for each in wrong["errors"]]
    assert [["input"]] == [each["extensions"]["inputPath"] for each in missing["errors"]]


async def test_other_errors(world: World) -> None:
    """An error about something else has no input path."""
    answer = await world.ask(PAGE, first=101)

    assert ["BAD_USER_INPUT"] == [each["extensions"]["code"] for each in answer["errors"]]
    assert "inputPath" not in answer["errors"][0]["extensions"]
