"""The playground in a browser: one page and its assets, built from `web/` with the package.

Everything comes from this package's own folder and from no other host. The page is where a person
types access tokens and passwords, so its Content-Security-Policy (W3C CSP Level 3) lets nothing in
that the build did not make.
"""

from pathlib import Path
from typing import Final

from starlette.requests import Request
from starlette.responses import FileResponse, PlainTextResponse, Response
from starlette.routing import Route

from graph.refusal import HttpRefusal

STATIC: Final = Path(__file__).parents[1] / "static"
ASSETS_PATH: Final = "/graphql/assets"

_NOT_BUILT: Final = """\
The playground has not been built.

The GraphQL API at this address works without it. To build the page in a clone, run

    ./dev pages

which needs the npm registry once. An installed package always has it.
"""

_COMMON_HEADERS: Final = {
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Resource-Policy": "same-origin",
}
_PAGE_HEADERS: Final = _COMMON_HEADERS | {
    "Cache-Control": "no-store",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Content-Security-Policy": (
        "default-src 'none'; script-src 'self'; worker-src 'self'; connect-src 'self'; "
        "img-src 'self' data:; font-src 'self'; "
        "style-src 'self' 'unsafe-inline'; "  # the editor writes its colours as style elements
        "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
    ),
}
_ASSET_HEADERS: Final = _COMMON_HEADERS | {
    # The name has the content's hash in it.
    "Cache-Control": "public, max-age=31536000, immutable",
    # A worker is bound by the policy of its own file, not by the page's.
    "Content-Security-Policy": "default-src 'none'; script-src 'self'",
}
# Not `mimetypes`: what it knows depends on the machine, and `nosniff` makes a wrong answer fatal.
_MEDIA_TYPES: Final = {
    ".css": "text/css",
    ".js": "text/javascript",
    ".svg": "image/svg+xml",
    ".ttf": "font/ttf",
    ".woff": "font/woff",
    ".woff2": "font/woff2",
}


def playground_page(request: Request) -> Response:  # noqa: ARG001  # an endpoint, whatever it asks
    """The page, never cached; where it was not built, 404 and a text that says what to run."""
    page = STATIC / "index.html"
    if not page.is_file():
        return PlainTextResponse(_NOT_BUILT, status_code=404, headers={"Cache-Control": "no-store"})
    return FileResponse(page, media_type="text/html", headers=_PAGE_HEADERS)


def playground_asset(request: Request) -> Response:
    """The file that the path's `name` names, to be kept by the browser for ever; 404 if none."""
    # Looked up among the names that are there, so that no spelling leads out of the folder.
    folder = STATIC / ASSETS_PATH.strip("/")
    assets = {path.name: path for path in folder.iterdir()} if folder.is_dir() else {}
    asset = assets.get(request.path_params["name"])
    if asset is None:
        return HttpRefusal(404, "NOT_FOUND", "There is no such file.").response()
    return FileResponse(
        asset,
        media_type=_MEDIA_TYPES.get(asset.suffix, "application/octet-stream"),
        headers=_ASSET_HEADERS,
    )


ASSET_ROUTE: Final = Route(f"{ASSETS_PATH}/{{name}}", playground_asset, methods=["GET"])
"""Serves `playground_asset`; to stand before any route that would take the same path."""
