"""Warnings about the host and the addresses: they are missing, or unknown outside."""

from collections.abc import Iterator

from service.values.advice.situation import Situation
from service.values.advice.suggested import set_to
from service.values.names import is_public, normal_address
from service.values.problems import Problem, problem


def missing(situation: Situation) -> Iterator[Problem]:
    """Yields the warnings about settings without which no email can be sent."""
    values = situation.values
    if not values.smtp_host:
        yield problem("HOST_MISSING", "smtpHost", "Set SMTP Host: no email can be sent without it.")
    if not values.default_from_address:
        message = "Set Default From Address: no email can be sent without it."
        suggestion = None
        address = normal_address(values.smtp_username or "")
        if address is not None and is_public(address):
            suggestion = set_to("defaultFromAddress", address)
        yield problem("FROM_ADDRESS_MISSING", "defaultFromAddress", message, suggestion)


def not_public(situation: Situation) -> Iterator[Problem]:
    """Yields the warnings about addresses that only a company's own servers accept."""
    values = situation.values
    for field, address, use in (
        ("defaultFromAddress", values.default_from_address, "accept mail from"),
        ("replyToAddress", values.reply_to_address, "send replies to"),
    ):
        if address is not None and not is_public(address):
            message = (
                f"Mail servers outside your network cannot {use} {address}: enter an address whose "
                "domain exists on the internet, unless all mail stays inside."
            )
            yield problem("ADDRESS_NOT_PUBLIC", field, message)
