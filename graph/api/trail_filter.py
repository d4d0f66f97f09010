"""The filter of the trail, and the service's value that it becomes."""

from datetime import datetime

import strawberry

from graph.errors import bad_input
from graph.types.base.enums import AuditAction, AuditOutcome
from service.trail import EventFilter, UnfitFilter, fit_filter


@strawberry.input(
    description="All given conditions must hold; within a list, any. An empty list is no "
    "condition, and one takes at most 100 values. Example: "
    '`{actions: [EMAIL_SETTINGS_UPDATED], text: "example.com"}`.'
)
class AuditEventFilter:
    """A filter."""

    actions: list[AuditAction] | None = strawberry.field(
        default=None, description="What was done or tried."
    )
    outcomes: list[AuditOutcome] | None = strawberry.field(default=None, description="How it went.")
    actor_ids: list[str] | None = strawberry.field(
        default=None, description="Who did it: `actor.id` of an event."
    )
    fields: list[str] | None = strawberry.field(
        default=None,
        description="Which fields were changed, or would have been: `smtpHost`, `oauth2.tokenUrl`.",
    )
    revision: int | None = strawberry.field(
        default=None, description="The settings revision that it made, or was about."
    )
    correlation_id: strawberry.ID | None = strawberry.field(
        default=None, description="The undertaking that it belongs to."
    )
    since: datetime | None = strawberry.field(
        default=None, description="At this instant or after it."
    )
    until: datetime | None = strawberry.field(default=None, description="Before this instant.")
    text: str | None = strawberry.field(
        default=None,
        description="Words of which an event has all, in its actor, reason, fields, values or "
        "error code. Whole words, in any case; `mail*` is every word that begins so.",
    )

    def wanted(self) -> EventFilter:
        """As the service's value.

        Raises:
            GraphQLError: BAD_USER_INPUT, for what cannot be taken.
        """
        given = EventFilter(
            actions=tuple(self.actions or ()),
            outcomes=tuple(self.outcomes or ()),
            actor_ids=tuple(self.actor_ids or ()),
            fields=tuple(self.fields or ()),
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
