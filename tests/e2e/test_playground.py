"""The playground as a person meets it: in a browser, with a service behind it."""

import asyncio
import json
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
import strawberry
import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route, WebSocketRoute
from strawberry.asgi import GraphQL

from graph.playground import ASSET_ROUTE, STATIC, playground_page
from tests.e2e.browser import CHROMIUM, Page, open_page

pytestmark = [
    pytest.mark.anyio,
    pytest.mark.skipif(CHROMIUM is None, reason="no `chromium` on the PATH"),
    pytest.mark.skipif(
        not (STATIC / "index.html").is_file(), reason="no pages; `./dev pages` builds them"
    ),
]

TOKEN = "token-3f9a1c"
PASSWORD = "password-77b0e2"


@strawberry.type
class Actor:
    """Who asks."""

    display_name: str


@strawberry.type
class Viewer:
    """Who asks, and as what."""

    role: str
    actor: Actor


def _check_token(info: strawberry.Info) -> None:
    sent = info.context["request"].headers.get("authorization")
    over_websocket = info.context.get("connection_params", {}).get("Authorization")
    if f"Bearer {TOKEN}" not in {sent, over_websocket}:
        raise PermissionError("A token is needed.")


@strawberry.type
class Query:
    """What can be read."""

    @strawberry.field
    def viewer(self, info: strawberry.Info) -> Viewer:
        """Whom the token names."""
        _check_token(info)
        return Viewer(role="ADMINISTRATOR", actor=Actor(display_name="Ada"))


@strawberry.type
class Mutation:
    """What can be changed."""

    @strawberry.mutation
    def rename(self, info: strawberry.Info, name: str, password: str) -> str:
        """Take a new name."""
        _check_token(info)
        return f"{name} ({len(password)})"


@strawberry.type
class Subscription:
    """What can be followed."""

    @strawberry.subscription
    async def countdown(self, info: strawberry.Info, start: int) -> AsyncIterator[int]:
        """Count down to 0, and end."""
        _check_token(info)
        for number in range(start, -1, -1):
            yield number


class Endpoint(GraphQL[None, None]):
    """The API, with our page where Strawberry has its own."""

    async def render_graphql_ide(self, request: Request) -> Response:
        """The page under test."""
        return playground_page(request)


@asynccontextmanager
async def serve() -> AsyncIterator[str]:
    """The address of a service with the playground."""
    endpoint = Endpoint(strawberry.Schema(Query, Mutation, Subscription))
    routes = [
        ASSET_ROUTE,
        Route("/graphql", endpoint),
        WebSocketRoute("/graphql", endpoint),
    ]
    server = uvicorn.Server(uvicorn.Config(Starlette(routes=routes), log_level="error"))
    with socket.create_server(("127.0.0.1", 0)) as listener:
        running = asyncio.create_task(server.serve(sockets=[listener]))
        try:
            yield f"http://127.0.0.1:{listener.getsockname()[1]}"
        finally:
            server.should_exit = True
            await running


@asynccontextmanager
async def open_playground(profile: Path) -> AsyncIterator[Page]:
    """A page that has just opened the playground."""
    async with serve() as origin, open_page(profile) as page:
        await page.command("Page.navigate", url=f"{origin}/graphql")
        await page.wait_for("document.querySelector('.graphiql-query-editor .view-lines')")
        yield page


async def sign_in(page: Page, token: str) -> None:
    """Give the token to the page, as a person would."""
    await page.click("[aria-label='Access token']")
    await page.write(token)
    await page.press("Enter", 13)


async def run(page: Page, operation: str, variables: str | None = None) -> None:
    """Write an operation, and variables if there are any, into their editors and run it."""
    if variables is not None:
        await fill(page, ".graphiql-editor-tool .graphiql-editor", variables)
    await fill(page, ".graphiql-query-editor .graphiql-editor", operation)
    await page.press("Enter", 13, control=True)


async def fill(page: Page, editor: str, text: str) -> None:
    """Replace what an editor holds.

    Through the editor's own interface: it closes quotes and braces after whoever types.
    """
    await page.click(editor)
    focused = "__MONACO.editor.getEditors().find(editor => editor.hasTextFocus())"
    await page.wait_for(focused)
    await page.evaluate(f"{focused}.setValue({json.dumps(text)})")


RESPONSE = (
    "__MONACO.editor.getModels().find(model => model.uri.path.endsWith('response.json')).getValue()"
)


async def response(page: Page, part: str) -> object:
    """What the response editor shows, once `part` is in it."""
    await page.wait_for(f"{RESPONSE}.includes({json.dumps(part)})")
    return json.loads(await page.evaluate(RESPONSE))


async def test_opens_with_examples(tmp_path: Path) -> None:
    """The page opens with one tab for each thing to try, and has asked nobody anything yet."""
    async with open_playground(tmp_path) as page:
        tabs = await page.evaluate(
            "[...document.querySelectorAll('.graphiql-tab-button')].map(tab => tab.textContent)"
        )
        title = await page.evaluate("document.title")

        assert ["Read", "Change", "Test", "History", "Verify"] == tabs
        assert "Postledger playground" == title
        assert [] == page.complaints


async def test_refused_token(tmp_path: Path) -> None:
    """A token that the service does not know is said to be refused, in the service's words."""
    async with open_playground(tmp_path) as page:
        await sign_in(page, "wrong")

        await page.wait_for("document.querySelector('.token-bar .refused')")
        said = await page.evaluate("document.querySelector('.token-bar .refused').textContent")

        assert "A token is needed." == said


async def test_query_mutation_subscription(tmp_path: Path) -> None:
    """All three kinds of operation work, and no token or variable leaves the page's memory."""
    async with open_playground(tmp_path) as page:
        await sign_in(page, TOKEN)
        await page.wait_for(
            "document.querySelector('[role=status]').textContent.startsWith('Signed in as Ada')"
        )

        await run(page, "query { viewer { role } }")
        queried = await response(page, "role")
        await run(
            page,
            'mutation Rename($password: String!) { rename(name: "Eve", password: $password) }',
            json.dumps({"password": PASSWORD}),
        )
        mutated = await response(page, "rename")
        await run(page, "subscription { countdown(start: 3) }")
        ended = await response(page, '"countdown": 0')
        await page.wait_for("!document.querySelector('.graphiql-spinner')")

        kept = await page.evaluate(EVERYTHING_KEPT)
        hosts = {address.split("/")[2] for address in page.requests if "://" in address}
        here = await page.evaluate("location.host")

        assert {"data": {"viewer": {"role": "ADMINISTRATOR"}}} == queried
        assert {"data": {"rename": f"Eve ({len(PASSWORD)})"}} == mutated
        assert {"data": {"countdown": 0}} == ended
        assert [] == page.complaints
        assert {here} == hosts
        assert [] == [secret for secret in (TOKEN, PASSWORD) if secret in kept]


# GraphiQL stores half a second after the last edit: a longer timer set now fires after that one.
EVERYTHING_KEPT = """
new Promise(done => setTimeout(done, 1000)).then(async () => JSON.stringify({
  address: location.href,
  visited: performance.getEntries().map(entry => entry.name),
  local: {...localStorage},
  session: {...sessionStorage},
  cookies: document.cookie,
  databases: await indexedDB.databases(),
  caches: await caches.keys(),
}))
"""
