"""The client certificate: which chains are accepted, and in which form they are saved."""

import base64
import re
from typing import Final

import pytest
from cryptography.hazmat.primitives.asymmetric import ec, ed25519
from cryptography.hazmat.primitives.serialization import PrivateFormat
from hypothesis import given, settings
from hypothesis import strategies as st

from service.values.certificates import certificates_of
from service.values.certificates.client_certificate import (
    MAX_CERTIFICATES,
    client_certificate,
    is_for_clients,
    public_key_of,
)
from service.values.fields import Invalid, Valid
from tests.support.certificates import certificate
from tests.support.client_certificates import Wish, chain, key, key_pem, made, rsa_key
from tests.support.strategies import texts

LEAF, INTERMEDIATE, ROOT = chain()
WHOLE: Final = LEAF + INTERMEDIATE + ROOT


@pytest.mark.parametrize(
    "text",
    [
        pytest.param(WHOLE, id="as-it-is"),
        pytest.param(WHOLE.replace("\n", "\r\n"), id="windows"),
        pytest.param(f"\ufeff{WHOLE}", id="byte-order-mark"),
        pytest.param(f"\n  {WHOLE}\n\n", id="blanks-around"),
        pytest.param(WHOLE.replace("\n", "\n    "), id="indented"),
        pytest.param(f"subject=CN = x\n{LEAF}issuer=y\n{INTERMEDIATE}{ROOT}", id="with-words"),
        pytest.param(WHOLE + LEAF + ROOT, id="twice"),
    ],
)
def test_a_chain_is_saved_in_one_form(text: str) -> None:
    """Line ends, surrounding text and repetitions are not saved."""
    assert Valid(WHOLE) == client_certificate(text)


@pytest.mark.parametrize("text", ["", " \n"])
def test_an_empty_text_clears_it(text: str) -> None:
    """An empty text stands for no certificate, as in every field."""
    assert Valid(None) == client_certificate(text)


@pytest.mark.parametrize(
    "text",
    [
        pytest.param(LEAF, id="alone"),
        pytest.param(LEAF + INTERMEDIATE, id="with-its-intermediate"),
        pytest.param(LEAF + certificate(), id="with-an-unrelated-one"),
        pytest.param(made(), id="self-signed"),
        pytest.param(made(wish=Wish(authority=True)), id="self-signed-by-openssl"),
        pytest.param(
            made(wish=Wish(authority=True, signs_certificates=False)), id="self-signed-for-signing"
        ),
        pytest.param(made(of=rsa_key(2_048)), id="rsa"),
        pytest.param(made(of=ed25519.Ed25519PrivateKey.generate()), id="ed25519"),
    ],
)
def test_every_usual_certificate_is_accepted(text: str) -> None:
    """A certificate may be self-signed, and may come with or without its issuers."""
    assert Valid(text) == client_certificate(text)


@pytest.mark.parametrize(
    "text",
    [
        pytest.param(ROOT + INTERMEDIATE + LEAF, id="reversed"),
        pytest.param(INTERMEDIATE + LEAF + ROOT, id="leaf-second"),
        pytest.param(LEAF + ROOT + INTERMEDIATE, id="root-second"),
    ],
)
def test_a_chain_in_another_order_is_refused(text: str) -> None:
    """The suggestion is the same chain in the order that servers expect."""
    refused = client_certificate(text)

    assert isinstance(refused, Invalid)
    assert "CLIENT_CERTIFICATE_ORDER" == refused.code
    assert refused.suggestion is not None
    assert WHOLE == refused.suggestion.value


def test_the_certificate_of_an_authority_is_refused() -> None:
    """An authority's certificate alone is refused: the service cannot have its key."""
    for text in (INTERMEDIATE, ROOT, INTERMEDIATE + ROOT):
        refused = client_certificate(text)
        assert isinstance(refused, Invalid)
        assert "CLIENT_CERTIFICATE_IS_AUTHORITY" == refused.code


@pytest.mark.parametrize("form", ["PKCS8", "TraditionalOpenSSL", "OpenSSH"])
@pytest.mark.parametrize("spoil", [str, str.lower, lambda text: text.replace("-----", "—")])
def test_a_private_key_is_refused(form: str, spoil: object) -> None:
    """A pasted private key is refused in every form, damaged or whole, and is not repeated."""
    assert callable(spoil)
    pasted = key_pem(key(), getattr(PrivateFormat, form))
    for text in (LEAF + spoil(pasted), spoil(pasted) + LEAF, spoil(pasted[:60]), spoil(pasted)):
        refused = client_certificate(text)

        assert isinstance(refused, Invalid)
        assert "CLIENT_CERTIFICATE_CONTAINS_KEY" == refused.code
        assert "clientKey" in refused.message
        assert None is refused.suggestion
        assert not [line for line in pasted.split() if len(line) > 20 and line in refused.message]


def test_an_encrypted_private_key_is_refused() -> None:
    """An encrypted key does not belong here either."""
    refused = client_certificate(LEAF + key_pem(key(), passphrase=b"x"))

    assert isinstance(refused, Invalid)
    assert "CLIENT_CERTIFICATE_CONTAINS_KEY" == refused.code


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("x", id="text"),
        pytest.param("\ud800", id="half-a-character"),
        pytest.param(LEAF[:-40], id="cut"),
        pytest.param(LEAF.replace("CERTIFICATE", "CERTIFICATE REQUEST"), id="request"),
        pytest.param(LEAF.replace("CERTIFICATE", "TRUSTED CERTIFICATE"), id="openssl-trusted"),
        pytest.param(LEAF.replace("M", "N", 1), id="damaged"),
        pytest.param("x" * 32_769, id="long"),
        pytest.param(made(of=ec.generate_private_key(ec.SECP256K1())), id="bitcoin-curve"),
        pytest.param(made(of=rsa_key(1_024)), id="rsa-1024"),
    ],
)
def test_other_texts_are_refused(text: str) -> None:
    """What is not a chain of usable certificates has the field's own code."""
    refused = client_certificate(text)

    assert isinstance(refused, Invalid)
    assert None is refused.code


def test_the_number_of_certificates_is_limited() -> None:
    """At most ten different certificates are accepted."""
    many = [certificate(f"{number}.example.com") for number in range(MAX_CERTIFICATES)]

    assert Valid("".join(many)) == client_certificate("".join(many))
    assert isinstance(client_certificate("".join([LEAF, *many])), Invalid)


def test_certificates_that_issue_each_other_are_accepted() -> None:
    """Cross-signed certificates without a beginning keep their order and end the search."""
    one, other = made("one", "other"), made("other", "one")

    assert Valid(one + other) == client_certificate(one + other)


def test_a_name_that_cannot_be_read_is_refused() -> None:
    """A certificate whose name has an impossible type raises no exception."""
    der = bytearray(_der(made("name")))
    der[der.index(b"\x0c\x04name")] = 3  # UTF8String becomes BIT STRING
    text = base64.encodebytes(bytes(der)).decode()

    assert isinstance(
        client_certificate(f"-----BEGIN CERTIFICATE-----\n{text}-----END CERTIFICATE-----\n"),
        Invalid,
    )


def _der(pem: str) -> bytes:
    return base64.b64decode(re.sub("-----.*-----", "", pem))


def test_which_certificates_are_for_clients() -> None:
    """A certificate without restrictions is for clients, and one for servers only is not."""
    wishes = (
        Wish(),
        Wish(signs_certificates=False),
        Wish(for_servers_only=True),
        Wish(signs_certificates=False, signs=False),
    )
    facts = [certificates_of((made(wish=wish),))[0] for wish in wishes]

    assert [True, True, False, False] == [is_for_clients(each) for each in facts]
    assert is_for_clients(certificates_of((certificate(),))[0])


@settings(max_examples=300, deadline=None, derandomize=True, database=None)
@given(st.lists(st.sampled_from([LEAF, INTERMEDIATE, ROOT]) | texts(), max_size=5).map("".join))
def test_no_text_raises(text: str) -> None:
    """Any text is a chain in its normal form or is refused, and a normal form stays as it is."""
    outcome = client_certificate(text)

    if isinstance(outcome, Valid) and isinstance(outcome.value, str):
        assert outcome == client_certificate(outcome.value)
        assert public_key_of(outcome.value)
