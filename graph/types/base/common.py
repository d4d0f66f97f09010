"""Types that several others use: nodes, actors, changes, suggestions, certificates, user errors."""

from datetime import datetime

import strawberry

from graph.types.base.enums import ActorKind
from service.process import Actor
from service.trail import Change
from service.values import CertificateFacts, Suggestion


@strawberry.interface(description="Something that has a global id and can be fetched by it.")
class Node:
    """Relay's Node."""

    id: strawberry.ID = strawberry.field(description="Opaque and stable.")


@strawberry.interface(
    description="An outcome that a client should expect and handle.",
)
class UserError:
    """The common part of the error members of unions."""

    code: str = strawberry.field(description="Stable, UPPER_SNAKE_CASE.")
    message: str = strawberry.field(description="One sentence for people.")


@strawberry.type(
    name="Actor",
    description="Who did it, as known then: a later rename or removal changes nothing here.",
)
class ActorType:
    """An actor."""

    kind: ActorKind = strawberry.field(description="What acted.")
    id: str | None = strawberry.field(
        description="The access token's id, or the person's at the identity provider; else null."
    )
    display_name: str = strawberry.field(description="The name it had then.")

    @classmethod
    def of(cls, actor: Actor) -> "ActorType":
        """From an actor of the service."""
        return cls(kind=actor.kind, id=actor.id, display_name=actor.name)


@strawberry.type(
    description="One field's before and after. A secret's are never shown: `redacted` is true and "
    "both say which version it was, such as `[redacted, version 3]`."
)
class FieldChange:
    """A change."""

    field: str = strawberry.field(description="The field, such as `smtpHost` or `oauth2.tokenUrl`.")
    before: str | None = strawberry.field(
        description="Its value before, as text; null where it was not set."
    )
    after: str | None = strawberry.field(
        description="Its value afterwards, as text; null where it is not set."
    )
    redacted: bool = strawberry.field(description="Whether the values are a secret's.")

    @classmethod
    def of(cls, change: Change) -> "FieldChange":
        """From a change of the service."""
        return cls(
            field=change.field,
            before=change.before,
            after=change.after,
            redacted=change.redacted,
        )


@strawberry.type(
    name="Suggestion", description="A change that would mend it: put `value` into `field`."
)
class SuggestionType:
    """A suggestion."""

    message: str = strawberry.field(description="What to do, in words.")
    field: list[str] | None = strawberry.field(
        description="The input field to change, as a path; null where no one field would do."
    )
    value: str | None = strawberry.field(
        description="What to put there, as text; null where only you can know it."
    )
    help_url: str | None = strawberry.field(description="Where to read more.")

    @classmethod
    def of(cls, suggestion: Suggestion) -> "SuggestionType":
        """From a suggestion of the service."""
        return cls(
            message=suggestion.message,
            field=None if suggestion.field is None else list(suggestion.field),
            value=suggestion.value,
            help_url=suggestion.help_url,
        )


@strawberry.type(description="An X.509 certificate.")
class Certificate:
    """A certificate."""

    subject: str = strawberry.field(
        description="Whose it is (RFC 4514), such as `CN=mail.example.com`."
    )
    issuer: str = strawberry.field(description="Who signed it.")
    dns_names: list[str] = strawberry.field(description="The hosts that it is valid for.")
    not_before: datetime = strawberry.field(description="It is valid from here on.")
    not_after: datetime = strawberry.field(description="It is valid until then.")
    sha256: str = strawberry.field(description="Its fingerprint, hexadecimal.")
    pem: str = strawberry.field(description="The certificate itself, as PEM.")

    @classmethod
    def of(cls, facts: CertificateFacts) -> "Certificate":
        """From a certificate's facts."""
        return cls(
            subject=facts.subject,
            issuer=facts.issuer,
            dns_names=list(facts.dns_names),
            not_before=facts.not_before,
            not_after=facts.not_after,
            sha256=facts.sha256,
            pem=facts.pem,
        )
