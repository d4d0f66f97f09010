"""The playground in a browser, with a running service."""

import json
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from graph.http.playground import STATIC
from tests.e2e.browser import CHROMIUM, Page, open_page
from tests.e2e.conftest import MakeInstallation
from tests.e2e.installation import Installation, Service
from tests.e2e.mail_server import MailServer
from tests.e2e.operations import SAVE, TEST
from tests.e2e.playground import open_playground, response, run, sign_in
from tests.support.canary import CANARY, leaks
from tests.support.needs import need

pytestmark = pytest.mark.anyio

PROGRESS = """
subscription Progress {
  testEmailProgress(id: "%s") { outcome stages { name outcome } }
}
"""


@pytest.fixture(scope="module", autouse=True)
def machine() -> None:
    """A machine with a browser and the built pages."""
    need(CHROMIUM, "no `chromium` on the PATH")
    need((STATIC / "index.html").is_file(), "no pages; `./dev pages` builds them")


@pytest.fixture(scope="module")
def served(make_installation: MakeInstallation) -> Iterator[tuple[Installation, Service]]:
    """A running service, and its installation."""
    installation = make_installation("sqlite")
    with installation.serving() as service:
        yield installation, service


@pytest.fixture
def service(served: tuple[Installation, Service]) -> Service:
    """The running service."""
    return served[1]


@asynccontextmanager
async def playground(service: Service, profile: Path) -> AsyncIterator[Page]:
    """Opens a page with the playground."""
    async with open_page(profile) as page:
        await open_playground(page, service.client.address)
        yield page


async def test_opens_with_examples(service: Service, tmp_path: Path) -> None:
    """The page opens with a tab for each example, without an error on the console."""
    async with playground(service, tmp_path) as page:
        tabs = await page.evaluate(
            "[...document.querySelectorAll('.graphiql-tab-button')].map(tab => tab.textContent)"
        )
        title = await page.evaluate("document.title")

        assert ["Read", "Change", "Test", "History", "Verify"] == tabs
        assert "Postledger playground" == title
        assert [] == page.complaints


async def test_refused_token(service: Service, tmp_path: Path) -> None:
    """For a token that the service does not know, the page shows the service's own message."""
    async with playground(service, tmp_path) as page:
        await sign_in(page, "wrong")

        await page.wait_for("document.querySelector('.token-bar .refused')")
        message = await page.evaluate("document.querySelector('.token-bar .refused').textContent")

        assert message.startswith("Send a valid access token")


async def test_query_mutation_subscription(
    served: tuple[Installation, Service], mail_server: MailServer, tmp_path: Path
) -> None:
    """All three kinds of operation work, and no token or password leaves the page's memory."""
    installation, service = served
    token = service.client.token or ""
    async with playground(service, tmp_path) as page:
        await sign_in(page, token)
        await page.wait_for(
            "document.querySelector('[role=status]').textContent.startsWith('Signed in as First')"
        )

        await run(page, "query { viewer { role } }")
        queried = await response(page, "role")
        saving = {"settings": mail_server.settings, "expectedRevision": 0}
        await run(page, SAVE, json.dumps(saving))
        saved = await response(page, "updateEmailSettings")
        await run(page, TEST, json.dumps({"input": {"recipient": "ada@example.net"}}))
        tested = await response(page, "sendTestEmail")
        test = tested["data"]["sendTestEmail"]["testEmail"]
        await run(page, PROGRESS % test["id"], "{}")
        followed = await response(page, "testEmailProgress")
        await page.wait_for("!document.querySelector('.graphiql-spinner')")

        kept = await everything_kept(page)
        hosts = {address.split("/")[2] for address in page.requests if "://" in address}
        here = await page.evaluate("location.host")
        # The search finds secrets that are leaked on purpose.
        await page.evaluate(f"void (localStorage.leak = {json.dumps(CANARY)})")
        await page.evaluate(f"void history.replaceState(null, '', '?{token}')")
        leaked = await everything_kept(page)

    assert {"data": {"viewer": {"role": "ADMINISTRATOR"}}} == queried
    assert "UpdateEmailSettingsSuccess" == saved["data"]["updateEmailSettings"]["__typename"]
    assert ["ACCEPTED", "ACCEPTED"] == [
        test["outcome"],
        followed["data"]["testEmailProgress"]["outcome"],
    ]
    mail_server.wait_for_mails(1)
    assert [] == page.complaints
    assert {here} == hosts
    assert [] == leaks(token, kept)
    for place in (kept, installation.written(), installation.stored()):
        assert [] == leaks(CANARY, place)
    assert leaks(CANARY, leaked)
    assert leaks(token, leaked)


async def everything_kept(page: Page) -> bytes:
    """Returns everything that the page stored, and every URL that it requested."""
    kept: str = await page.evaluate(EVERYTHING_KEPT)
    return "\n".join((kept, *page.requests)).encode()


# GraphiQL stores half a second after the last edit, so this waits longer than that.
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
