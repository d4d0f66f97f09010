"""Brings settings values into their normal form, and reports those that have none."""

from typing import NamedTuple

from service.values.fields import Broken, Field, Kept
from service.values.problems import Problem, problem
from service.values.settings_values import FIELDS, SettingsValues


class Normal(NamedTuple):
    """Values in their normal form, with the problems of those that are kept as given."""

    values: SettingsValues
    problems: tuple[Problem, ...]


def normalize(values: SettingsValues) -> Normal:
    """Applies every field's rule; never raises, whatever was given."""
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
    return Normal(values, tuple(problems))


def _problem(field: Field, broken: Broken) -> Problem:
    code = broken.code or (field.invalid.code if field.invalid is not None else "")
    place = () if broken.place is None else (str(broken.place),)
    return problem(code, (*field.path, *place), broken.message, broken.suggestion)
