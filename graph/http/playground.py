"""The playground: one page and its assets, built from `web/` together with the package.

Everything is served from this package's own folder, and nothing from another host. People type
access tokens and passwords into the page, so its Content-Security-Policy (W3C CSP Level 3) allows
only files that the build made.
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

which needs the npm registry once. An installed package always contains it.
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
        "style-src 'self' 'unsafe-inline'; "  # the editor sets colors with style elements
        "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
    ),
}
_ASSET_HEADERS: Final = _COMMON_HEADERS | {
    # The name contains the content's hash.
    "Cache-Control": "public, max-age=31536000, immutable",
    # A worker follows the policy of its own file, not that of the page.
    "Content-Security-Policy": "default-src 'none'; script-src 'self'",
}
# Not `mimetypes`: its table depends on the machine, and with `nosniff` a wrong type is fatal.
_MEDIA_TYPES: Final = {
    ".css": "text/css",
    ".js": "text/javascript",
    ".svg": "image/svg+xml",
    ".ttf": "font/ttf",
    ".woff": "font/woff",
    ".woff2": "font/woff2",
}


def playground_page(request: Request) -> Response:  # noqa: ARG001 (an endpoint takes a request)
    """Returns the page, never cached; 404 with a text that says what to run if it was not built."""
    page = STATIC / "index.html"
    if not page.is_file():
        return PlainTextResponse(_NOT_BUILT, status_code=404, headers={"Cache-Control": "no-store"})
    return FileResponse(page, media_type="text/html", headers=_PAGE_HEADERS)


def playground_asset(request: Request) -> Response:
    """Returns the asset that the path names, which browsers cache; 404 for any other name."""
    # Looked up in the folder's listing, so that no spelling of a name leads out of the folder.
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
"""The route of the assets. It must precede every route that matches the same paths."""
