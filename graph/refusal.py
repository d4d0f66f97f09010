"""The refusal of a request before it becomes a GraphQL operation, and its HTTP response."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from starlette.responses import JSONResponse, Response


@dataclass(frozen=True, slots=True)
class HttpRefusal:
    """The reason, for programs (`code`, from `graph.errors.ERROR_CODES`) and people (`message`)."""

    status: int
    code: str
    message: str
    headers: Mapping[str, str] = field(default_factory=dict)
    extensions: Mapping[str, str | int] = field(default_factory=dict)

    @property
    def error(self) -> dict[str, object]:
        """The refusal as a GraphQL error."""
        return {"message": self.message, "extensions": {"code": self.code, **self.extensions}}

    def response(self, media_type: str = "application/json") -> Response:
        """Returns the HTTP response."""
        return JSONResponse(
            {"errors": [self.error]},
            status_code=self.status,
            headers=dict(self.headers),
            media_type=media_type,
        )


def internal_error(request_id: str) -> HttpRefusal:
    """Returns status 500: the service failed, and its log has the details under the same id."""
    return HttpRefusal(
        500,
        "INTERNAL_SERVER_ERROR",
        f"Internal server error. The service's log has the details under {request_id}.",
        extensions={"correlationId": request_id},
    )


def bad_request(message: str) -> HttpRefusal:
    """Returns status 400: the request does not follow GraphQL over HTTP."""
    return HttpRefusal(400, "BAD_REQUEST", message)
