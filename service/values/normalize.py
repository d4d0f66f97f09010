"""The normal form of settings values, and the problems of values that have none."""

from collections.abc import Iterator
from typing import NamedTuple

from service.values.fields import Field, Invalid, Valid
from service.values.problems import Problem, problem
from service.values.settings_values import FIELDS, SettingsValues


class Normalized(NamedTuple):
    """Normalized values. An invalid value is left as it was given, and has a problem."""

    values: SettingsValues
    problems: tuple[Problem, ...]


def normalize(values: SettingsValues) -> Normalized:
    """Applies every field's rule. Invalid values are reported, never raised."""
    problems: list[Problem] = []
    given = values
    for field in FIELDS:
        value = field.get(values)
        if field.rule is None or value is None:
            continue
        outcome = field.rule(value)
        if isinstance(outcome, Valid):
            values = values.with_values({field.attribute: outcome.value})
        else:
            several = (outcome,) if isinstance(outcome, Invalid) else outcome
            problems += [problem for each in several for problem in _problems(field, each, given)]
    return Normalized(values, tuple(problems))


def _problems(field: Field, invalid: Invalid, given: SettingsValues) -> Iterator[Problem]:
    """Reports an invalid value. What is entered already is not suggested."""
    suggestion = invalid.suggestion
    entered = suggestion is not None and any(
        each.path == suggestion.field and each.text(given) == suggestion.value for each in FIELDS
    )
    if entered and invalid.path is not None:
        return
    code = invalid.code or (field.invalid.code if field.invalid is not None else "")
    place = () if invalid.place is None else (str(invalid.place),)
    path = (*(invalid.path or field.path), *place)
    yield problem(code, path, invalid.message, None if entered else suggestion)
