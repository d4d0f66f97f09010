"""The normal form of settings values, and the problems of values that have none."""

from typing import NamedTuple

from service.values.fields import Broken, Field, Kept
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
        if isinstance(outcome, Kept):
            values = values.having({field.attribute: outcome.value})
        else:
            several = (outcome,) if isinstance(outcome, Broken) else outcome
            problems += [_problem(field, broken) for broken in several]
    return Normalized(values, tuple(problems))


def _problem(field: Field, broken: Broken) -> Problem:
    code = broken.code or (field.invalid.code if field.invalid is not None else "")
    place = () if broken.place is None else (str(broken.place),)
    return problem(code, (*field.path, *place), broken.message, broken.suggestion)
