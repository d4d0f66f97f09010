"""A field of the settings: its name, its rule, and how its value is read and written."""

import json
from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, Final, TypeAlias

from mail.report import Suggestion

Value: TypeAlias = str | int | bool | tuple[str, ...] | None
"""A field's value; None if it is not set."""

Cell: TypeAlias = str | int | bool | None
"""A value in a column of the database."""

Plain: TypeAlias = "str | int | bool | list[str] | dict[str, Plain] | None"
"""A value in a settings file."""


class InvalidFileError(Exception):
    """A settings file contains something that is not a setting, or a value of the wrong type."""


def write_value(value: Value) -> str | None:
    """Writes a value as text: `true` or `false`, digits, or certificates one after another."""
    match value:
        case None:
            return None
        case bool():
            return "true" if value else "false"
        case tuple():
            return "".join(value) or None
        case _:
            return str(value)


class ValueKind(ABC):
    """How values of one type are read and written as text, in a file, and in the database."""

    @abstractmethod
    def read(self, text: str) -> Value:
        """Reads a value from the text that `write_value` wrote."""

    @abstractmethod
    def from_file(self, name: str, value: object) -> Value:
        """Reads a field's value from a settings file.

        Raises:
            InvalidFileError: the value has the wrong type.
        """

    def to_file(self, value: Value) -> Plain:
        """Returns the value as it is written in a settings file."""
        return list(value) if isinstance(value, tuple) else value

    def from_cell(self, cell: Cell) -> Value:
        """Reads a value from the database.

        Raises:
            ValueError: the cell's value is not of this kind.
        """
        return cell

    def to_cell(self, value: Value) -> Cell:
        """Returns the value as it is stored in the database."""
        return json.dumps(value) if isinstance(value, tuple) else value

    def cell_text(self, cell: Cell) -> str | None:
        """Returns the text of a cell's value, as `write_value` writes it."""
        return write_value(self.from_cell(cell))


class _Text(ValueKind):
    def read(self, text: str) -> Value:
        return text

    def from_file(self, name: str, value: object) -> Value:
        if isinstance(value, str):
            return value
        raise InvalidFileError(f"{name} must be a string.")


class _Number(ValueKind):
    def read(self, text: str) -> Value:
        return int(text)

    def from_file(self, name: str, value: object) -> Value:
        if isinstance(value, int) and not isinstance(value, bool):
            return value
        raise InvalidFileError(f"{name} must be a whole number.")


class _Flag(ValueKind):
    def read(self, text: str) -> Value:
        return text != "false"

    def from_file(self, name: str, value: object) -> Value:
        if isinstance(value, bool):
            return value
        raise InvalidFileError(f"{name} must be true or false.")

    def from_cell(self, cell: Cell) -> Value:
        return bool(cell)


@dataclass(frozen=True, slots=True)
class Choice(ValueKind):
    """The kind of a field whose value is a member of an enum."""

    of: type[StrEnum]

    def read(self, text: str) -> Value:
        """Reads a member by its value; raises ValueError if no member has it."""
        return self.of(text)

    def from_file(self, name: str, value: object) -> Value:
        """Reads a member by its value."""
        for member in self.of:
            if value == member.value:
                return member
        raise InvalidFileError(f"{name} must be one of {', '.join(self.of)}.")

    def from_cell(self, cell: Cell) -> Value:
        """Reads a member by its value; raises ValueError if no member has it."""
        return self.of(str(cell))

    def to_cell(self, value: Value) -> Cell:
        """Returns the member's value."""
        return str(value)

    def cell_text(self, cell: Cell) -> str | None:
        """Returns the cell unchanged; verification checks that it is a member's value."""
        return str(cell)


_PEM_END: Final = "-----END CERTIFICATE-----\n"


class _Certificates(ValueKind):
    def read(self, text: str) -> Value:
        return tuple(part + _PEM_END for part in text.split(_PEM_END) if part)

    def from_file(self, name: str, value: object) -> Value:
        if isinstance(value, list) and all(isinstance(each, str) for each in value):
            return tuple(value)
        raise InvalidFileError(f"{name} must be a list of strings.")

    def from_cell(self, cell: Cell) -> Value:
        kept = json.loads(str(cell))
        found = self.read("".join(kept)) if isinstance(kept, list) else None
        if not isinstance(found, tuple) or [*found] != kept:
            raise ValueError("the saved certificates are not a list of certificates")
        return found


TEXT: Final = _Text()
NUMBER: Final = _Number()
FLAG: Final = _Flag()
CERTIFICATES: Final = _Certificates()


@dataclass(frozen=True, slots=True)
class Invalid:
    """Why a value breaks its field's rule.

    `code` is set if it is not the field's own code; `place` is the value's index in a list; `path`
    is set if the problem belongs to another field.
    """

    message: str
    suggestion: Suggestion | None = None
    code: str | None = None
    place: int | None = None
    path: tuple[str, ...] | None = None


@dataclass(frozen=True, slots=True)
class Valid:
    """A value that satisfies its field's rule, in its normal form."""

    value: Value


Rule: TypeAlias = Callable[[Any], Valid | Invalid | tuple[Invalid, ...]]
"""A function that normalizes a value, or says why the value is invalid."""


@dataclass(frozen=True, slots=True)
class InvalidCode:
    """The code of values that break a field's rule, and what the code means."""

    code: str
    meaning: str


@dataclass(frozen=True, slots=True)
class Limits:
    """The limits of a field's value; None where there is no such limit.

    `max_length` is in characters, after spaces around the value are removed.
    """

    minimum: int | None = None
    maximum: int | None = None
    max_length: int | None = None
    max_items: int | None = None


NO_LIMITS: Final = Limits()


@dataclass(frozen=True, slots=True)
class Field:
    """One field of the settings.

    Attributes:
        name: its name for clients; a dot separates a group from the name within the group.
        label: what the settings page and messages call it.
        attribute: its name in `SettingsValues`, in the database and in Python.
        kind: how its values are read and written.
        default: its value if it is not set.
        limits: the limits that its rule applies, for clients that draw a form.
        rule: normalizes a value; None if every value of its type is valid.
        invalid: the code of values that break the rule.
        binds_secret: whether a stored secret is bound to its value.
    """

    name: str
    label: str
    attribute: str
    kind: ValueKind
    default: Value
    limits: Limits
    rule: Rule | None
    invalid: InvalidCode | None
    binds_secret: bool

    @property
    def path(self) -> tuple[str, ...]:
        """Its name as a path."""
        return tuple(self.name.split("."))

    def get(self, values: object) -> Value:
        """Returns the field's value in `SettingsValues`."""
        value: Value = getattr(values, self.attribute)
        return value

    def text(self, values: object) -> str | None:
        """Returns the field's value as text, or None if it is not set."""
        return write_value(self.get(values))

    def cell_text(self, cell: Cell) -> str | None:
        """Returns the text of the value in a cell; null stands for the default."""
        return write_value(self.default) if cell is None else self.kind.cell_text(cell)

    def read(self, text: str | None) -> Value:
        """Reads a value from its text; None stands for the default."""
        return self.default if text is None else self.kind.read(text)


_KEY: Final = "field"


def setting(  # noqa: PLR0913 (one for each property of a field)
    name: str,
    label: str,
    kind: ValueKind,
    *,
    default: Any = None,  # noqa: ANN401 (it has the type of the annotated attribute)
    limits: Limits = NO_LIMITS,
    rule: Rule | None = None,
    invalid: InvalidCode | None = None,
    binds_secret: bool = False,
) -> Any:  # noqa: ANN401 (likewise)
    """Declares a field of `SettingsValues`; `Field` describes the arguments."""

    def described(attribute: str) -> Field:
        return Field(name, label, attribute, kind, default, limits, rule, invalid, binds_secret)

    return field(default=default, metadata={_KEY: described})


def declared_field(attribute: str, metadata: Mapping[str, Any]) -> Field | None:
    """Returns the field that `setting` declared for an attribute, if any."""
    described = metadata.get(_KEY)
    return described(attribute) if described is not None else None
