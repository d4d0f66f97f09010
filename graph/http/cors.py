"""Pages on other hosts (CORS): listed origins may call the API, without cookies."""

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
    """Starlette's middleware, except that it refuses in JSON, like every other refusal."""

    def preflight_response(self, request_headers: Headers) -> Response:
        """Answers a browser's preflight request."""
        response = super().preflight_response(request_headers)
        if response.status_code == 200:  # noqa: PLR2004 (allowed by Starlette)
            return response
        if self.is_allowed_origin(request_headers["origin"]):
            message = (
                f"Pages on other hosts may use GET and POST with {', '.join(REQUEST_HEADERS)}."
            )
        else:
            message = (
                "Pages of this origin may not call. POSTLEDGER_CORS_ORIGINS lists the allowed ones."
            )
        return HttpRefusal(403, "FORBIDDEN", message, headers={"Vary": "Origin"}).response()
