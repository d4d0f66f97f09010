"""The normal form of settings values, and the problems of values that have none."""

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
    for field in FIELDS:
        value = field.get(values)
        if field.rule is None or value is None:
            continue
        outcome = field.rule(value)
        if isinstance(outcome, Valid):
            values = values.with_values({field.attribute: outcome.value})
        else:
            several = (outcome,) if isinstance(outcome, Invalid) else outcome
            problems += [_problem(field, invalid) for invalid in several]
    return Normalized(values, tuple(problems))


def _problem(field: Field, invalid: Invalid) -> Problem:
    code = invalid.code or (field.invalid.code if field.invalid is not None else "")
    place = () if invalid.place is None else (str(invalid.place),)
    return problem(code, (*field.path, *place), invalid.message, invalid.suggestion)
