"""The caller and the access tokens as clients read them."""

from datetime import datetime
from typing import Annotated, TypeAlias

import strawberry

from graph.types.base.common import ActorType, Node, UserError
from graph.types.base.enums import Permission, Role
from graph.types.base.ids import write_id
from graph.types.base.paging import PageInfo, cursor, page_info
from service.access import AccessToken, CreatedToken, InvalidToken
from service.process import ROLE_PERMISSIONS, Caller, Page

TOKEN_CURSOR = "AccessToken.v1"  # noqa: S105 (a list's name)


@strawberry.type(
    description="The authenticated caller: the token that was sent with the request identifies it."
)
class Viewer:
    """The authenticated caller."""

    actor: ActorType = strawberry.field(
        description="The actor that the audit trail records for what the caller does."
    )
    role: Role = strawberry.field(description="The caller's role.")
    permissions: list[Permission] = strawberry.field(
        description="The permissions that the role grants."
    )

    @classmethod
    def of(cls, caller: Caller) -> "Viewer":
        """Builds it from the service's `Caller`."""
        permitted = ROLE_PERMISSIONS[caller.role]
        return cls(
            actor=ActorType.of(caller.actor),
            role=caller.role,
            permissions=[each for each in Permission if each in permitted],
        )


@strawberry.type(
    name="AccessToken",
    description="An access token, which authenticates a caller. The token itself is shown only "
    "once, when it is created.",
)
class AccessTokenType(Node):
    """An access token."""

    name: str = strawberry.field(
        description="The token's name, which the audit trail shows as the actor's. Example: "
        "`Monitoring`."
    )
    role: Role = strawberry.field(description="The role that the token grants.")
    created_at: datetime = strawberry.field(
        description="The date and time when the token was created."
    )
    created_by: ActorType = strawberry.field(description="The actor who created the token.")
    expires_at: datetime | None = strawberry.field(
        description="The date and time when the token expires. Null if it never expires."
    )
    last_used_at: datetime | None = strawberry.field(
        description="The date and time of the token's last use, updated at most once a minute. "
        "Null if it was never used."
    )
    revoked_at: datetime | None = strawberry.field(
        description="The date and time when the token was revoked. Null if it was not revoked."
    )

    @classmethod
    def of(cls, token: AccessToken) -> "AccessTokenType":
        """Builds it from the service's `AccessToken`."""
        return cls(
            id=strawberry.ID(write_id("AccessToken", token.id)),
            name=token.name,
            role=token.role,
            created_at=token.created_at,
            created_by=ActorType.of(token.created_by),
            expires_at=token.expires_at,
            last_used_at=token.last_used_at,
            revoked_at=token.revoked_at,
        )


@strawberry.type(description="An access token in a page, with its cursor.")
class AccessTokenEdge:
    """An edge."""

    node: AccessTokenType = strawberry.field(description="The access token.")
    cursor: str = strawberry.field(
        description="The item's cursor, for the arguments `after` and `before`."
    )


@strawberry.type(description="A page of access tokens, newest first.")
class AccessTokenConnection:
    """A connection."""

    edges: list[AccessTokenEdge] = strawberry.field(
        description="The access tokens on this page, with their cursors."
    )
    page_info: PageInfo = strawberry.field(
        description="Whether there are more pages, and the cursors to fetch them with."
    )

    @classmethod
    def of(cls, page: Page[AccessToken]) -> "AccessTokenConnection":
        """Builds it from a page of the service's access tokens."""
        cursors = [cursor(TOKEN_CURSOR, each.number) for each in page.items]
        return cls(
            edges=[
                AccessTokenEdge(node=AccessTokenType.of(each), cursor=at)
                for each, at in zip(page.items, cursors, strict=True)
            ],
            page_info=page_info(page, cursors),
        )


@strawberry.input(
    description='An access token to create. Example: `{name: "Monitoring", role: VIEWER, '
    'expiresAt: "2027-11-23T00:00:00Z"}`.'
)
class CreateAccessTokenInput:
    """An access token to create."""

    name: str = strawberry.field(
        description="The token's name, 1 to 100 characters. The audit trail shows it as the "
        "actor's name."
    )
    role: Role = strawberry.field(description="The role that the token grants.")
    expires_at: datetime | None = strawberry.field(
        default=None,
        description="When the token expires, which must be in the future. If omitted, it never "
        "expires.",
    )


@strawberry.type(description="The access token was created.")
class CreateAccessTokenSuccess:
    """A new access token."""

    access_token: AccessTokenType = strawberry.field(
        description="The new token's details, as `accessTokens` lists them."
    )
    token: str = strawberry.field(
        description="The token itself, `plg_…`. It is shown only this once: the service stores "
        "only its hash."
    )


@strawberry.type(description="The access token was not created because an input value is invalid.")
class InvalidTokenError(UserError):
    """An invalid input value."""

    field: list[str] = strawberry.field(
        description='The path of the invalid input field, such as `["name"]`.'
    )


CreateAccessTokenResult: TypeAlias = Annotated[
    CreateAccessTokenSuccess | InvalidTokenError,
    strawberry.union("CreateAccessTokenResult", description="The outcome of `createAccessToken`."),
]


def created_member(result: CreatedToken | InvalidToken) -> CreateAccessTokenResult:
    """Returns the union's member for a result of the service."""
    if isinstance(result, CreatedToken):
        return CreateAccessTokenSuccess(
            access_token=AccessTokenType.of(result.token), token=result.text
        )
    return InvalidTokenError(code="INVALID_TOKEN", message=result.message, field=[result.field])
