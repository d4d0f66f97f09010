"""Types that other types share: nodes, actors, changes, suggestions, certificates, user errors."""

from datetime import datetime

import strawberry

from graph.types.base.enums import ActorKind
from graph.types.base.scalars import Json
from service.process import Actor
from service.trail import Change
from service.values import CertificateFacts, Suggestion, plain_change, plain_suggestion


def _json(value: object) -> Json | None:
    return None if value is None else Json(value)


@strawberry.interface(
    description="An object with a global ID, by which the query `node` fetches it."
)
class Node:
    """Relay's Node."""

    id: strawberry.ID = strawberry.field(
        description="The object's global ID. It is opaque and never changes."
    )


@strawberry.interface(
    description="A failure that a client should expect and handle.",
)
class UserError:
    """The common fields of the errors in result unions."""

    code: str = strawberry.field(
        description="A stable code in UPPER_SNAKE_CASE, by which programs recognize the error."
    )
    message: str = strawberry.field(description="What went wrong, in one sentence for people.")


@strawberry.type(
    name="Actor",
    description="Who did something, as recorded at that time. Later renames and removals do not "
    "change it.",
)
class ActorType:
    """An actor."""

    kind: ActorKind = strawberry.field(description="What kind of actor it is.")
    id: str | None = strawberry.field(
        description="The access token's UUID, or the person's `sub` at the identity provider. "
        "Null for other kinds. `AuditEventFilter.actorIds` takes this ID."
    )
    display_name: str = strawberry.field(description="The actor's name at that time.")

    @classmethod
    def of(cls, actor: Actor) -> "ActorType":
        """Builds it from the service's `Actor`."""
        return cls(kind=actor.kind, id=actor.id, display_name=actor.name)


@strawberry.type(
    description="A field's values before and after a change. A secret's values are never shown: "
    "`redacted` is true, and both values are the numbers of versions (`SecretStatus.version`)."
)
class FieldChange:
    """A change."""

    field: list[str] = strawberry.field(
        description='The path of the field, such as `["smtpHost"]` or `["oauth2", "tokenUrl"]`.'
    )
    before: Json | None = strawberry.field(
        description="The value before the change, of the type that the input field has: a string, "
        "a number, a boolean or a list. Null if the field was not set."
    )
    after: Json | None = strawberry.field(
        description="The value after the change, of the same type. Null if the field is not set."
    )
    redacted: bool = strawberry.field(
        description="Whether the field is a secret, so that its values are not shown."
    )

    @classmethod
    def of(cls, change: Change) -> "FieldChange":
        """Builds it from the service's `Change`."""
        before, after = plain_change(change)
        return cls(
            field=change.field.split("."),
            before=_json(before),
            after=_json(after),
            redacted=change.redacted,
        )


@strawberry.type(
    name="Suggestion", description="A change that fixes a problem: put `value` into `field`."
)
class SuggestionType:
    """A suggestion."""

    message: str = strawberry.field(description="What to do, in plain words.")
    field: list[str] | None = strawberry.field(
        description='The path of the input field to change, such as `["smtpPort"]`. Null if no '
        "single field fixes the problem."
    )
    value: Json | None = strawberry.field(
        description="The value to put into the field, of the type that the input field has, so it "
        "can be sent as it is. Null if only the administrator can know it."
    )
    help_url: str | None = strawberry.field(
        description="The URL of a page that explains more. Null if there is no such page."
    )

    @classmethod
    def of(cls, suggestion: Suggestion) -> "SuggestionType":
        """Builds it from the service's `Suggestion`."""
        return cls(
            message=suggestion.message,
            field=None if suggestion.field is None else list(suggestion.field),
            value=_json(plain_suggestion(suggestion)),
            help_url=suggestion.help_url,
        )


@strawberry.type(description="An X.509 certificate.")
class Certificate:
    """A certificate."""

    subject: str = strawberry.field(
        description="The subject (RFC 4514), such as `CN=mail.example.com`."
    )
    issuer: str = strawberry.field(
        description="The issuer (RFC 4514), such as `CN=Example CA,O=Example`."
    )
    dns_names: list[str] = strawberry.field(
        description="The host names that the certificate is valid for."
    )
    not_before: datetime = strawberry.field(
        description="The date and time from which the certificate is valid."
    )
    not_after: datetime = strawberry.field(
        description="The date and time until which the certificate is valid."
    )
    sha256: str = strawberry.field(
        description="The certificate's SHA-256 fingerprint, in lowercase hexadecimal."
    )
    pem: str = strawberry.field(description="The certificate itself, in PEM.")

    @classmethod
    def of(cls, facts: CertificateFacts) -> "Certificate":
        """Builds it from the service's `CertificateFacts`."""
        return cls(
            subject=facts.subject,
            issuer=facts.issuer,
            dns_names=list(facts.dns_names),
            not_before=facts.not_before,
            not_after=facts.not_after,
            sha256=facts.sha256,
            pem=facts.pem,
        )
