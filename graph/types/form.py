"""The fields of the settings page as clients read them: labels, defaults and limits."""

import strawberry

from graph.types.base.scalars import Json
from service.values import FormField


@strawberry.type(
    description="What a form needs to know of a field of the settings. An input beyond a limit is "
    "refused; within the limits, other rules apply, which `checkEmailSettings` checks."
)
class EmailSettingsField:
    """A field."""

    field: list[str] = strawberry.field(
        description='The path of the input field, such as `["smtpPort"]` or `["oauth2", '
        '"tokenUrl"]`.'
    )
    label: str = strawberry.field(
        description="What messages call the field, in English, such as `SMTP Port`."
    )
    default: Json | None = strawberry.field(
        description="The value that is in force until another one is saved, of the type that the "
        "input field has. Null if the field is not set by default."
    )
    secret: bool = strawberry.field(
        description="Whether the field is a secret, which can be set and never read."
    )
    minimum: int | None = strawberry.field(
        description="The lowest number. Null if the field is not a number."
    )
    maximum: int | None = strawberry.field(
        description="The highest number. Null if the field is not a number."
    )
    max_length: int | None = strawberry.field(
        description="The most characters of the text. Null if the field is not a free text."
    )
    max_items: int | None = strawberry.field(
        description="The most items of the list. Null if the field is not a list."
    )

    @classmethod
    def of(cls, field: FormField) -> "EmailSettingsField":
        """Builds it from the service's `FormField`."""
        limits = field.limits
        return cls(
            field=list(field.path),
            label=field.label,
            default=None if field.default is None else Json(field.default),
            secret=field.is_secret,
            minimum=limits.minimum,
            maximum=limits.maximum,
            max_length=limits.max_length,
            max_items=limits.max_items,
        )
