"""Which permission a field requires, declared where the field is defined."""

from collections.abc import Awaitable, Callable
from inspect import isawaitable
from typing import Any

from strawberry.extensions import FieldExtension
from strawberry.types.base import StrawberryOptional
from strawberry.types.field import StrawberryField

from graph.errors import coded
from graph.types.base.context import Info
from service.process import Permission


def require(info: Info, permission: Permission) -> None:
    """Checks that the caller's role has a permission.

    Raises:
        GraphQLError: FORBIDDEN, if it does not.
    """
    caller = info.context.caller
    if not permits(info, permission):
        raise coded(
            "FORBIDDEN",
            f"This requires the permission {permission}; your role is {caller.role}.",
        )


def permits(info: Info, permission: Permission) -> bool:
    """Returns whether the caller's role has a permission; a denial is noted for the audit trail."""
    permitted = info.context.caller.may(permission)
    if not permitted:
        info.context.denied.add(info.field_name)
    return permitted


class Requires(FieldExtension):
    """Resolves a field only for callers whose role has a permission.

    It makes the field nullable: a denied field that cannot be null would make the whole answer
    null, and with it the fields that the caller may read.
    """

    def __init__(self, permission: Permission) -> None:
        self.permission = permission

    def apply(self, field: StrawberryField) -> None:
        """Makes the field nullable, and says so in its description."""
        if not isinstance(field.type, StrawberryOptional):
            field.type = StrawberryOptional(field.type)
        field.description = (
            f"{field.description} Requires {self.permission}: without it, null with the error "
            "FORBIDDEN."
        )

    async def resolve_async(
        self,
        next_: Callable[..., Awaitable[Any] | Any],
        source: Any,  # noqa: ANN401 (any parent type's value)
        info: Info,
        **kwargs: Any,  # noqa: ANN401 (the field's own arguments)
    ) -> Any:  # noqa: ANN401 (any field's value)
        """Resolves the field, or refuses it with FORBIDDEN."""
        require(info, self.permission)
        value = next_(source, info, **kwargs)
        return await value if isawaitable(value) else value
