"""Listing, creating and revoking access tokens."""

from typing import Annotated

import strawberry

from graph.api.permissions import Requires
from graph.errors import coded
from graph.types.access import (
    TOKEN_CURSOR,
    AccessTokenConnection,
    AccessTokenType,
    CreateAccessTokenInput,
    CreateAccessTokenResult,
    created_member,
)
from graph.types.base.context import Info
from graph.types.base.ids import key_of
from graph.types.base.paging import After, Before, First, Last, page_request
from service.access import TokenNotFound, create_token, page_of_tokens, revoke_token
from service.process import Permission


@strawberry.type(description="The queries on access tokens.")
class AccessQueries:
    """The query root's fields for access tokens."""

    @strawberry.field(
        description="The access tokens, newest first, including expired and revoked ones.",
        extensions=[Requires(Permission.MANAGE_TOKENS)],
    )
    async def access_tokens(
        self,
        info: Info,
        first: First = None,
        after: After = None,
        last: Last = None,
        before: Before = None,
    ) -> AccessTokenConnection:
        """Returns a page of the access tokens."""
        page = page_request(TOKEN_CURSOR, first, after, last, before)
        return AccessTokenConnection.of(await page_of_tokens(info.context.runtime, page))


@strawberry.type(description="The mutations on access tokens.")
class AccessMutations:
    """The mutation root's fields for access tokens."""

    @strawberry.mutation(
        description="Creates an access token. The audit event records the token's name, role and "
        "expiry, never the token itself.",
        extensions=[Requires(Permission.MANAGE_TOKENS)],
    )
    async def create_access_token(
        self,
        info: Info,
        input: Annotated[
            CreateAccessTokenInput, strawberry.argument(description="The access token to create.")
        ],
    ) -> CreateAccessTokenResult:
        """Creates an access token."""
        context = info.context
        result = await create_token(
            context.runtime, context.caller, input.name, input.role, input.expires_at
        )
        return created_member(result)

    @strawberry.mutation(
        description="Revokes an access token at once and closes its open connections. Revoking it "
        "again changes nothing. You may revoke your own token.",
        extensions=[Requires(Permission.MANAGE_TOKENS)],
    )
    async def revoke_access_token(
        self,
        info: Info,
        id: Annotated[strawberry.ID, strawberry.argument(description="The access token's ID.")],
    ) -> AccessTokenType:
        """Revokes an access token."""
        context = info.context
        key = key_of(id, "AccessToken") or ""
        token = await revoke_token(context.runtime, context.caller, key)
        if isinstance(token, TokenNotFound):
            raise coded("NOT_FOUND", "There is no access token with this id.")
        return AccessTokenType.of(token)
