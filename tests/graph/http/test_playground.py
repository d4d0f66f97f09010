"""The playground's page and assets, built or not."""

from pathlib import Path

import pytest
from starlette.applications import Starlette
from starlette.routing import Route
from starlette.testclient import TestClient

from graph.http import playground
from tests.support.edge.world import codes

SECRET = "not-for-the-browser"


@pytest.fixture
def static(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty folder instead of the built pages, with a file outside of it."""
    (tmp_path / "secret.txt").write_text(SECRET)
    folder = tmp_path / "static"
    monkeypatch.setattr(playground, "STATIC", folder)
    return folder


@pytest.fixture
def built(static: Path) -> Path:
    """The same folder with a page and an asset in it."""
    assets = static / "graphql" / "assets"
    assets.mkdir(parents=True)
    (static / "index.html").write_text("<title>Playground</title>")
    (assets / "index-abc.js").write_text("export {}")
    return static


@pytest.fixture
def client() -> TestClient:
    """A client of a service that has only the playground."""
    routes = [playground.ASSET_ROUTE, Route("/graphql", playground.playground_page)]
    return TestClient(Starlette(routes=routes))


@pytest.mark.usefixtures("built")
def test_page(client: TestClient) -> None:
    """The page is never cached, and its policy allows only scripts from the service."""
    response = client.get("/graphql")
    policy = dict(
        directive.split(" ", 1)
        for directive in response.headers["Content-Security-Policy"].split("; ")
    )

    assert 200 == response.status_code
    assert "<title>Playground</title>" == response.text
    assert "text/html; charset=utf-8" == response.headers["Content-Type"]
    assert "no-store" == response.headers["Cache-Control"]
    assert "nosniff" == response.headers["X-Content-Type-Options"]
    assert {
        "default-src": "'none'",
        "script-src": "'self'",
        "worker-src": "'self'",
        "connect-src": "'self'",
        "img-src": "'self' data:",
        "font-src": "'self'",
        "style-src": "'self' 'unsafe-inline'",
        "base-uri": "'none'",
        "form-action": "'none'",
        "frame-ancestors": "'none'",
    } == policy


@pytest.mark.usefixtures("built")
def test_asset(client: TestClient) -> None:
    """Browsers may cache an asset permanently, and a worker created from it may load nothing."""
    response = client.get("/graphql/assets/index-abc.js")

    assert 200 == response.status_code
    assert "export {}" == response.text
    assert "text/javascript; charset=utf-8" == response.headers["Content-Type"]
    assert "public, max-age=31536000, immutable" == response.headers["Cache-Control"]
    assert "default-src 'none'; script-src 'self'" == response.headers["Content-Security-Policy"]


@pytest.mark.usefixtures("built")
@pytest.mark.parametrize(
    "name",
    [
        pytest.param("missing.js", id="unknown"),
        pytest.param("", id="folder"),
        pytest.param("%2e%2e", id="parent, encoded"),
        pytest.param("..%2f..%2f..%2fsecret.txt", id="slashes, encoded"),
        pytest.param("..%5c..%5c..%5csecret.txt", id="backslashes, encoded"),
        pytest.param("index-abc.js%00", id="null byte"),
    ],
)
def test_no_other_file(client: TestClient, name: str) -> None:
    """No name leads to a file other than an asset."""
    response = client.get(f"/graphql/assets/{name}")

    assert 404 == response.status_code
    assert SECRET not in response.text


@pytest.mark.usefixtures("static")
def test_not_built(client: TestClient) -> None:
    """If the page was not built, the answer is a plain text that says what to run."""
    response = client.get("/graphql")

    assert 404 == response.status_code
    assert "text/plain; charset=utf-8" == response.headers["Content-Type"]
    assert "./dev pages" in response.text


@pytest.mark.usefixtures("static")
def test_asset_not_built(client: TestClient) -> None:
    """A missing asset is refused like every unknown path."""
    response = client.get("/graphql/assets/index-abc.js")

    assert 404 == response.status_code
    assert ["NOT_FOUND"] == codes(response.json())
