"""A request that is refused before it is a GraphQL operation, and how HTTP says so."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from starlette.responses import JSONResponse, Response


@dataclass(frozen=True, slots=True)
class HttpRefusal:
    """Why, for programs (`code`, one of `graph.errors.ERROR_CODES`) and for people (`message`)."""

    status: int
    code: str
    message: str
    headers: Mapping[str, str] = field(default_factory=dict)
    extensions: Mapping[str, str | int] = field(default_factory=dict)

    @property
    def error(self) -> dict[str, object]:
        """The error as GraphQL writes one."""
        return {"message": self.message, "extensions": {"code": self.code, **self.extensions}}

    def response(self, media_type: str = "application/json") -> Response:
        """The HTTP response."""
        return JSONResponse(
            {"errors": [self.error]},
            status_code=self.status,
            headers=dict(self.headers),
            media_type=media_type,
        )


def internal_error(request_id: str) -> HttpRefusal:
    """500: the service failed; its log tells more under the same id."""
    return HttpRefusal(
        500,
        "INTERNAL_SERVER_ERROR",
        f"Something went wrong here, not with you. The service's log has it under {request_id}.",
        extensions={"correlationId": request_id},
    )


def bad_request(message: str) -> HttpRefusal:
    """400: not a request of GraphQL over HTTP."""
    return HttpRefusal(400, "BAD_REQUEST", message)
