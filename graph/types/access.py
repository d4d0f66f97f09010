"""Who is asking, and the access tokens, as clients read them."""

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


@strawberry.type(description="You: the bearer of the access token that came with the request.")
class Viewer:
    """The caller."""

    actor: ActorType = strawberry.field(description="As which the trail knows you.")
    role: Role = strawberry.field(description="Your token's role.")
    permissions: list[Permission] = strawberry.field(description="What the role permits.")

    @classmethod
    def of(cls, caller: Caller) -> "Viewer":
        """From a caller of the service."""
        permitted = ROLE_PERMISSIONS[caller.role]
        return cls(
            actor=ActorType.of(caller.actor),
            role=caller.role,
            permissions=[each for each in Permission if each in permitted],
        )


@strawberry.type(
    name="AccessToken",
    description="An access token. The token itself is shown once, when it is made.",
)
class AccessTokenType(Node):
    """A token."""

    name: str = strawberry.field(description="Whose it is, for the trail.")
    role: Role = strawberry.field(description="What it may do.")
    created_at: datetime = strawberry.field(description="When it was made.")
    created_by: ActorType = strawberry.field(description="Who made it.")
    expires_at: datetime | None = strawberry.field(
        description="When it ends by itself; null: never."
    )
    last_used_at: datetime | None = strawberry.field(
        description="When it was last used, to the minute; null: never."
    )
    revoked_at: datetime | None = strawberry.field(
        description="When it was ended; null where it was not."
    )

    @classmethod
    def of(cls, token: AccessToken) -> "AccessTokenType":
        """From a token of the service."""
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


@strawberry.type(description="A token in a page.")
class AccessTokenEdge:
    """An edge."""

    node: AccessTokenType = strawberry.field(description="The token.")
    cursor: str = strawberry.field(description="Its place in the list.")


@strawberry.type(description="A page of the tokens, newest first.")
class AccessTokenConnection:
    """A connection."""

    edges: list[AccessTokenEdge] = strawberry.field(description="The tokens with their cursors.")
    page_info: PageInfo = strawberry.field(description="Whether the list goes on.")

    @classmethod
    def of(cls, page: Page[AccessToken]) -> "AccessTokenConnection":
        """From a page of the service."""
        cursors = [cursor(TOKEN_CURSOR, each.number) for each in page.items]
        return cls(
            edges=[
                AccessTokenEdge(node=AccessTokenType.of(each), cursor=at)
                for each, at in zip(page.items, cursors, strict=True)
            ],
            page_info=page_info(page, cursors),
        )


@strawberry.input(
    description='A token to make. Example: `{name: "Monitoring", role: VIEWER, '
    'expiresAt: "2027-11-23T00:00:00Z"}`.'
)
class CreateAccessTokenInput:
    """A token to make."""

    name: str = strawberry.field(
        description="Whose it is, for the trail; 1 to 100 characters. `Monitoring`."
    )
    role: Role = strawberry.field(description="What it may do.")
    expires_at: datetime | None = strawberry.field(
        default=None, description="When it ends by itself; left out: never."
    )


@strawberry.type(description="The token was made.")
class CreateAccessTokenSuccess:
    """A new token."""

    access_token: AccessTokenType = strawberry.field(description="What is kept of it.")
    token: str = strawberry.field(
        description="The token itself. Shown this once; only its hash is kept."
    )


@strawberry.type(description="No token can be made like this.")
class InvalidTokenError(UserError):
    """Why not."""

    field: list[str] = strawberry.field(description="The input field it is about, as a path.")


CreateAccessTokenResult: TypeAlias = Annotated[
    CreateAccessTokenSuccess | InvalidTokenError,
    strawberry.union("CreateAccessTokenResult", description="What became of it."),
]


def created_member(result: CreatedToken | InvalidToken) -> CreateAccessTokenResult:
    """The member of the union that a result is."""
    if isinstance(result, CreatedToken):
        return CreateAccessTokenSuccess(
            access_token=AccessTokenType.of(result.token), token=result.text
        )
    return InvalidTokenError(code="INVALID_TOKEN", message=result.message, field=[result.field])
