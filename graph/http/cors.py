"""Pages of other hosts (CORS): those on an explicit list may call, without cookies."""

from typing import Final

from starlette.datastructures import Headers
from starlette.middleware.cors import CORSMiddleware
from starlette.responses import Response

from graph.refusal import HttpRefusal

REQUEST_HEADERS: Final = (
    "Authorization",
    "Content-Type",
    "GraphQL-Require-Preflight",
    "Apollo-Require-Preflight",
    "X-Apollo-Operation-Name",
)
RESPONSE_HEADERS: Final = ("X-Request-Id", "Retry-After", "X-Postledger-Checkpoint")


class Cors(CORSMiddleware):
    """Starlette's middleware, which refuses in JSON as everything here does."""

    def preflight_response(self, request_headers: Headers) -> Response:
        """The answer to a browser that asks before it sends."""
        response = super().preflight_response(request_headers)
        if response.status_code == 200:  # noqa: PLR2004 (Starlette's yes)
            return response
        if self.is_allowed_origin(request_headers["origin"]):
            message = f"Pages of other hosts send GET and POST, with {', '.join(REQUEST_HEADERS)}."
        else:
            message = "Pages of this origin may not call. POSTLEDGER_CORS_ORIGINS lists who may."
        return HttpRefusal(403, "FORBIDDEN", message, headers={"Vary": "CallOrigin"}).response()
