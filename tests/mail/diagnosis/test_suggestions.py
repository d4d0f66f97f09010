import socket
import ssl
from dataclasses import replace

import pytest
import trustme
from hypothesis import given
from hypothesis import strategies as st

from mail.account import Account, OAuth2, SaslMechanism, TlsMode
from mail.diagnosis.failure_context import FailureContext
from mail.diagnosis.suggestions import suggestions_for
from mail.network.certificates import chain_facts
from mail.providers.lookup import PROVIDERS
from mail.report.codes import Code
from mail.report.failure import Failure
from mail.report.report import StageName
from mail.secret import Secret
from tests.mail.diagnosis.fault import applied
from tests.support.mail.world import NOON, World

HOSTS = ["smtp.gmial.com", "mx.example.org", *(each.smtp_host for each in PROVIDERS)]
SENDERS = ["ops@example.org", "ceo@example.org"]
SCOPES = [None, "SMTP.Send", "https://outlook.office365.com/.default"]
NAMES = ["host.example.org", "example.org", "localhost"]
_AUTHORITY = trustme.CA()
CHAINS = tuple(
    chain_facts(
        ssl.PEM_cert_to_DER_cert(pem.bytes().decode())
        for pem in (*_AUTHORITY.issue_cert(name).cert_chain_pems, _AUTHORITY.cert_pem)
    )
    for name in ("mx.example.org", "mail.example.net")
)

accounts = st.builds(
    Account,
    host=st.sampled_from(HOSTS),
    port=st.sampled_from([25, 465, 587, 2525]),
    secure=st.booleans(),
    tls_mode=st.sampled_from(TlsMode),
    trusted_certificates=st.sampled_from([(), *((chain[-1].pem,) for chain in CHAINS)]),
    username=st.sampled_from([None, "apikey", *SENDERS]),
    domain=st.sampled_from([None, "CORP"]),
    mechanism=st.sampled_from(SaslMechanism),
    oauth2=st.one_of(
        st.none(),
        st.builds(
            OAuth2,
            st.just("https://login.example.org/token"),
            st.just("postledger"),
            st.just(Secret("secret")),
            st.sampled_from(SCOPES),
        ),
    ),
    ehlo_hostname=st.sampled_from([None, *NAMES]),
    timeout_seconds=st.sampled_from([1, 30, 60, 300]),
)
contexts = st.builds(
    FailureContext,
    stage=st.sampled_from(StageName),
    account=accounts,
    sender=st.sampled_from([None, *SENDERS]),
    recipient=st.just("ada@example.net"),
    ehlo_name=st.sampled_from(NAMES),
    machine_name=st.sampled_from([None, *NAMES]),
    certificates=st.sampled_from([(), *CHAINS]),
    now=st.just(NOON),
)


@given(st.sampled_from(Code), contexts)
def test_a_suggestion_changes_something(code: Code, context: FailureContext) -> None:
    """No suggestion repeats the present value: each changes the account or the From address."""
    for each in suggestions_for(Failure(code), context):
        if each.value is None:
            continue
        if each.field == ("defaultFromAddress",):
            assert context.sender != each.value
        elif each.field != ("oauth2", "scope") or context.account.oauth2:
            assert context.account != applied(context.account, each), each


@given(st.sampled_from(Code), contexts)
def test_a_suggested_list_is_complete(code: Code, context: FailureContext) -> None:
    """Suggested certificates include those that are trusted now, because they replace the list."""
    for each in suggestions_for(Failure(code), context):
        if each.field == ("trustedCertificates",) and each.value is not None:
            trusted = context.account.trusted_certificates
            assert [] == [pem for pem in trusted if pem.strip() not in each.value]


@pytest.mark.parametrize("host", ["smtp.gmail.com", "SMTP.gmail.com."])
@pytest.mark.anyio
async def test_never_suggests_the_present_host(world: World, host: str) -> None:
    """A known provider's host that cannot be found is not suggested for itself."""
    world.names[host] = socket.gaierror(socket.EAI_NONAME, "Name or service not known")
    report = await world.attempt(replace(world.account, host=host))

    assert report.diagnosis is not None
    assert [None] == [each.value for each in report.diagnosis.suggestions]
