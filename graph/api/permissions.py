"""Which permission a field needs, said where the field is defined."""

from collections.abc import Awaitable, Callable
from inspect import isawaitable
from typing import Any

from strawberry.extensions import FieldExtension

from graph.errors import coded
from graph.types.base.context import Info
from service.process import Permission


def require(info: Info, permission: Permission) -> None:
    """Refuses with FORBIDDEN where the caller's role does not have a permission."""
    caller = info.context.caller
    if not permits(info, permission):
        raise coded(
            "FORBIDDEN",
            f"This needs the permission {permission}; your token's role is {caller.role}.",
        )


def permits(info: Info, permission: Permission) -> bool:
    """Whether the caller's role has a permission; where not, the field is noted for the trail."""
    permitted = info.context.caller.may(permission)
    if not permitted:
        info.context.denied.add(info.field_name)
    return permitted


class Requires(FieldExtension):
    """Lets a field be resolved only for callers whose role has a permission."""

    def __init__(self, permission: Permission) -> None:
        self.permission = permission

    async def resolve_async(
        self,
        next_: Callable[..., Awaitable[Any] | Any],
        source: Any,  # noqa: ANN401 (whatever the parent type is)
        info: Info,
        **kwargs: Any,  # noqa: ANN401 (the field's own arguments)
    ) -> Any:  # noqa: ANN401 (whatever the field gives)
        """Resolves the field, or refuses with FORBIDDEN."""
        require(info, self.permission)
        value = next_(source, info, **kwargs)
        return await value if isawaitable(value) else value
