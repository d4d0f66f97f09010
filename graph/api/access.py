"""Reading, making and ending access tokens."""

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


@strawberry.type(description="What can be read of access tokens.")
class AccessQueries:
    """The part of the root of reading that is about tokens."""

    @strawberry.field(
        description="The access tokens, newest first; expired and revoked ones as well.",
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
        """The tokens."""
        page = page_request(TOKEN_CURSOR, first, after, last, before)
        return AccessTokenConnection.of(await page_of_tokens(info.context.runtime, page))


@strawberry.type(description="What can be done with access tokens.")
class AccessMutations:
    """The part of the root of changing that is about tokens."""

    @strawberry.mutation(
        description="Makes an access token. Its event in the trail tells its name, role and "
        "expiry, never the token.",
        extensions=[Requires(Permission.MANAGE_TOKENS)],
    )
    async def create_access_token(
        self,
        info: Info,
        input: Annotated[CreateAccessTokenInput, strawberry.argument(description="The token.")],
    ) -> CreateAccessTokenResult:
        """Makes a token."""
        context = info.context
        result = await create_token(
            context.runtime, context.caller, input.name, input.role, input.expires_at
        )
        return created_member(result)

    @strawberry.mutation(
        description="Ends an access token at once, with the connections that it holds open. One "
        "that has ended stays as it is. You may end your own.",
        extensions=[Requires(Permission.MANAGE_TOKENS)],
    )
    async def revoke_access_token(
        self,
        info: Info,
        id: Annotated[strawberry.ID, strawberry.argument(description="The token's id.")],
    ) -> AccessTokenType:
        """Ends a token."""
        context = info.context
        key = key_of(id, "AccessToken") or ""
        token = await revoke_token(context.runtime, context.caller, key)
        if isinstance(token, TokenNotFound):
            raise coded("NOT_FOUND", "There is no access token with this id.")
        return AccessTokenType.of(token)
