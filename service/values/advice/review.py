"""Warnings about settings that can be saved, but are incomplete, risky or unlikely to work."""

from collections.abc import Callable, Iterator
from typing import Final

from service.values.advice import addresses, client, connection, oauth2, provider, sign_in
from service.values.advice.situation import Situation
from service.values.problems import Problem


def review(situation: Situation) -> tuple[Problem, ...]:
    """Returns every warning and remark, in the order of the rules."""
    return tuple(problem for rule in _RULES for problem in rule(situation))


_RULES: Final[tuple[Callable[[Situation], Iterator[Problem]], ...]] = (
    addresses.missing,
    addresses.not_public,
    connection.security,
    sign_in.domain,
    sign_in.half_set,
    sign_in.unreadable,
    sign_in.pasted,
    provider.provider_rules,
    oauth2.oauth2_rules,
    connection.trusted,
    client.client_rules,
)
