"""Chains with something wrong in them, as servers present them."""

import ssl
from collections.abc import Callable, Mapping

from tests.support.mail.authority import (
    ALWAYS,
    FUTURE,
    PAST,
    Authority,
    access,
    public_policy,
    unreadable_names,
)

HOST = "mx.example.org"
OTHER = "mail.example.net"
ROOT = Authority.root("Chain Root")
EXPIRED_ROOT = Authority.root("Expired Root", PAST)
FUTURE_ROOT = Authority.root("Future Root", FUTURE)
INTERMEDIATE = ROOT.intermediate("Chain Intermediate")
EXPIRED_INTERMEDIATE = ROOT.intermediate("Expired Intermediate", PAST)
FUTURE_INTERMEDIATE = ROOT.intermediate("Future Intermediate", FUTURE)
ISSUER_URL = "http://cacerts.authority.example/intermediate.cer"

_PUBLIC = access(issuer=ISSUER_URL)
_INTERNAL = access(issuer="http://pki.corp.internal/ca.cer")


def _expired_intermediate(context: ssl.SSLContext) -> None:
    EXPIRED_INTERMEDIATE.issue(HOST).serve(context, EXPIRED_INTERMEDIATE.certificate)


def _all_expired(context: ssl.SSLContext) -> None:
    EXPIRED_INTERMEDIATE.issue(HOST, PAST).serve(context, EXPIRED_INTERMEDIATE.certificate)


def _future_intermediate(context: ssl.SSLContext) -> None:
    FUTURE_INTERMEDIATE.issue(HOST).serve(context, FUTURE_INTERMEDIATE.certificate)


def _expired_root_sent(context: ssl.SSLContext) -> None:
    EXPIRED_ROOT.issue(HOST).serve(context, EXPIRED_ROOT.certificate)


def _expired_root_above_intermediate(context: ssl.SSLContext) -> None:
    issuing = EXPIRED_ROOT.intermediate("Issuing Authority")
    issuing.issue(HOST).serve(context, issuing.certificate, EXPIRED_ROOT.certificate)


def _expired_root_not_sent(context: ssl.SSLContext) -> None:
    EXPIRED_ROOT.issue(HOST).serve(context)


def _future_root(context: ssl.SSLContext) -> None:
    FUTURE_ROOT.issue(HOST).serve(context)


def _expired_leaf_with_root(context: ssl.SSLContext) -> None:
    ROOT.issue(HOST, PAST).serve(context, ROOT.certificate)


def _expired_self_signed(context: ssl.SSLContext) -> None:
    Authority.root(HOST, PAST).serve(context)


def _without_intermediate(context: ssl.SSLContext) -> None:
    INTERMEDIATE.issue(HOST, ALWAYS, _PUBLIC).serve(context)


def _wrong_intermediate(context: ssl.SSLContext) -> None:
    INTERMEDIATE.issue(HOST, ALWAYS, _PUBLIC).serve(context, FUTURE_INTERMEDIATE.certificate)


def _without_second_intermediate(context: ssl.SSLContext) -> None:
    lower = INTERMEDIATE.intermediate("Lower Intermediate", ALWAYS, _PUBLIC)
    lower.issue(HOST, ALWAYS, _PUBLIC, public_policy()).serve(context, lower.certificate)


def _internal_pointer(context: ssl.SSLContext) -> None:
    ROOT.issue(HOST, ALWAYS, _INTERNAL).serve(context)


def _internal_authority_with_pointer(context: ssl.SSLContext) -> None:
    issuing = ROOT.intermediate("Issuing Authority", ALWAYS, _PUBLIC)
    issuing.issue(HOST, ALWAYS, _PUBLIC).serve(context, issuing.certificate)


def _unreadable_names(context: ssl.SSLContext) -> None:
    ROOT.issue(HOST, ALWAYS, unreadable_names()).serve(context)


CHAINS: Mapping[str, Callable[[ssl.SSLContext], None]] = {
    each.__name__.strip("_"): each
    for each in (
        _expired_intermediate,
        _all_expired,
        _future_intermediate,
        _expired_root_sent,
        _expired_root_above_intermediate,
        _expired_root_not_sent,
        _future_root,
        _expired_leaf_with_root,
        _expired_self_signed,
        _without_intermediate,
        _wrong_intermediate,
        _without_second_intermediate,
        _internal_pointer,
        _internal_authority_with_pointer,
        _unreadable_names,
    )
}
