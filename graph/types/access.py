"""Who is asking, as clients read it."""

import strawberry

from graph.enums import Permission, Role
from graph.types.common import Actor
from service.caller import ROLE_PERMISSIONS, Caller


@strawberry.type(description="You: the bearer of the access token that came with the request.")
class Viewer:
    """The caller."""

    actor: Actor = strawberry.field(description="As which the trail knows you.")
    role: Role = strawberry.field(description="Your token's role.")
    permissions: list[Permission] = strawberry.field(description="What the role permits.")

    @classmethod
    def of(cls, caller: Caller) -> "Viewer":
        """From a caller of the service."""
        permitted = ROLE_PERMISSIONS[caller.role]
        return cls(
            actor=Actor.of(caller.actor),
            role=caller.role,
            permissions=[each for each in Permission if each in permitted],
        )
