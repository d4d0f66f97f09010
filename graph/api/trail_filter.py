"""The filter of the audit trail, and the service's value that it becomes."""

from datetime import datetime

import strawberry

from graph.errors import bad_input
from graph.types.base.enums import AuditAction, AuditOutcome
from service.trail import EventFilter, UnfitFilter, fit_filter


@strawberry.input(
    description="Which audit events to return. An event must meet every condition; a list is met "
    "by any of its values. A list takes at most 100 values, and an empty list is no condition. "
    'Example: `{actions: [EMAIL_SETTINGS_UPDATED], text: "example.com"}`.'
)
class AuditEventFilter:
    """A filter."""

    actions: list[AuditAction] | None = strawberry.field(
        default=None, description="Events with one of these actions."
    )
    outcomes: list[AuditOutcome] | None = strawberry.field(
        default=None, description="Events with one of these outcomes."
    )
    actor_ids: list[str] | None = strawberry.field(
        default=None, description="Events of one of these actors, by the actor's `id`."
    )
    fields: list[list[str]] | None = strawberry.field(
        default=None,
        description="Events that changed one of these fields, or were refused because of one. A "
        'field is a path. Example: `[["smtpHost"], ["oauth2", "tokenUrl"]]`.',
    )
    revision: int | None = strawberry.field(
        default=None, description="Events that created this settings revision, or were about it."
    )
    correlation_id: strawberry.ID | None = strawberry.field(
        default=None, description="Events with this correlation ID."
    )
    since: datetime | None = strawberry.field(
        default=None, description="Events at this date and time, or later."
    )
    until: datetime | None = strawberry.field(
        default=None, description="Events before this date and time."
    )
    text: str | None = strawberry.field(
        default=None,
        description="Events that contain all of these words in their actor, reason, fields, "
        "values or error code. Only whole words match, in upper or lower case; `mail*` matches "
        "words that begin with `mail`.",
    )

    def wanted(self) -> EventFilter:
        """Returns the filter as the service's `EventFilter`.

        Raises:
            GraphQLError: BAD_USER_INPUT, if a value is invalid.
        """
        given = EventFilter(
            actions=tuple(self.actions or ()),
            outcomes=tuple(self.outcomes or ()),
            actor_ids=tuple(self.actor_ids or ()),
            fields=tuple(map(_name, self.fields or ())),
            revision=self.revision,
            correlation_id=self.correlation_id,
            since=self.since,
            until=self.until,
            text=self.text,
        )
        fit = fit_filter(given)
        if isinstance(fit, UnfitFilter):
            raise bad_input(fit.message)
        return fit


def _name(path: list[str]) -> str:
    """Returns a field's name in the trail. No name of a field contains a dot."""
    if not path or any("." in step for step in path):
        raise bad_input("fields takes paths, each a list of names without dots.")
    return ".".join(path)
