"""The parts of the offline verifier, checked against standards and libraries, in both forms."""

import hashlib
import json
from collections.abc import Callable
from typing import Any, TypeAlias

import pytest
import rfc8785
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from hypothesis import given, settings
from hypothesis import strategies as st

from audit.c2sp import tree
from audit.c2sp.checkpoint import Checkpoint, sign_checkpoint, stated_by
from audit.c2sp.note import open_note
from audit.c2sp.note_keys import Signer, parse_verifier_key
from audit.c2sp.refusal import Refused
from audit.event import SYSTEM, AuditAction, AuditOutcome, Change, Client, Event
from audit.standalone.formats.encoding import encode_base64
from audit.standalone.formats.keys import VerifierKey
from audit.trail.body import Place, parse_document, write_body
from audit.verify import canonical
from tests.support.trail.offline import FORMS, Form, forms

# RFC 8032, section 7.1: secret key, public key, message, signature.
ED25519 = {
    "TEST 1": (
        "9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60",
        "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a",
        b"",
        (
            "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e06522490155"
            "5fb8821590a33bacc61e39701cf9b46bd25bf5f0595bbe24655141438e7a100b"
        ),
    ),
    "TEST 2": (
        "4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb",
        "3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c",
        b"\x72",
        (
            "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da"
            "085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00"
        ),
    ),
    "TEST 3": (
        "c5aa8df43f9f837bedb7442f31dcb7b166d38535076f094b85ce3a2e0b4458f7",
        "fc51cd8e6218a1a38da47ed00230f0580816ed13ba3303ac5deb911548908025",
        b"\xaf\x82",
        (
            "6291d657deec24024827e69c3abe01a30ce548a284743a445e3680d7db5ac3ac"
            "18ff9b538d16f290ae67f760984dc6594a7c15e9716ed28dc027beceea1ec40a"
        ),
    ),
    "TEST SHA(abc)": (
        "833fe62409237b9d62ec77587520911e9a759cec1d19755b7da901b96dca3d42",
        "ec172b93ad5e563bf4932c70e1245034c35467ef2efd4d64ebf819683467e2bf",
        hashlib.sha512(b"abc").digest(),
        (
            "dc2a4459e7369633a52b1bf277839a00201009a3efbf3ecb69bea2186c26b589"
            "09351fc9ac90b3ecfdfbc7c66431e0303dca179c138ac17ad9bef1177331a704"
        ),
    ),
}


@forms
@pytest.mark.parametrize("name", ED25519)
def test_published_signatures(verify: Form, name: str) -> None:
    """RFC 8032's signatures are valid, and invalid for another text or another key."""
    _, public, message, signature = ED25519[name]
    key, value = bytes.fromhex(public), bytes.fromhex(signature)
    other = bytes.fromhex(ED25519["TEST 1" if name != "TEST 1" else "TEST 2"][1])

    assert verify.ed25519_verify(key, message, value)
    assert not verify.ed25519_verify(key, message + b"x", value)
    assert not verify.ed25519_verify(other, message, value)


@forms
@settings(max_examples=15, deadline=None)
@given(seed=st.binary(min_size=32, max_size=32), message=st.binary(), bit=st.integers(0, 511))
def test_signatures_of_the_library(verify: Form, seed: bytes, message: bytes, bit: int) -> None:
    """Signatures of the library `cryptography` are valid, and invalid if any bit is changed."""
    signer = Ed25519PrivateKey.from_private_bytes(seed)
    key, signature = signer.public_key().public_bytes_raw(), signer.sign(message)
    forged = (int.from_bytes(signature, "big") ^ 1 << bit).to_bytes(64, "big")

    assert verify.ed25519_verify(key, message, signature)
    assert not verify.ed25519_verify(key, message, forged)


ORDER = 2**252 + 27742317777372353535851937790883648493


@forms
@pytest.mark.parametrize(
    ("key", "signature"),
    [
        pytest.param(b"k" * 31, b"s" * 64, id="short key"),
        pytest.param(bytes.fromhex(ED25519["TEST 1"][1]), b"s" * 63, id="short signature"),
        pytest.param((2**255 - 19).to_bytes(32, "little"), bytes(64), id="key not reduced"),
        pytest.param(b"\x02" + bytes(31), bytes(64), id="key not on the curve"),
        pytest.param(b"\x01" + bytes(30) + b"\x80", bytes(64), id="minus zero"),
    ],
)
def test_malformed_keys_and_signatures(verify: Form, key: bytes, signature: bytes) -> None:
    """A malformed key or signature is invalid."""
    assert not verify.ed25519_verify(key, b"", signature)


@forms
def test_a_signature_has_one_form(verify: Form) -> None:
    """RFC 8032, 5.1.7: a signature whose S is not below the group's order is refused."""
    _, public, message, signature = ED25519["TEST 2"]
    value = bytes.fromhex(signature)
    again = (int.from_bytes(value[32:], "little") + ORDER).to_bytes(32, "little")

    assert not verify.ed25519_verify(bytes.fromhex(public), message, value[:32] + again)


@forms
@settings(deadline=None)
@given(leaves=st.lists(st.binary(max_size=40), max_size=70))
def test_the_two_trees_agree(verify: Form, leaves: list[bytes]) -> None:
    """verify.py's tree has the service's root hash at every size."""
    frontier: tree.Frontier = ()
    own = verify.Tree(range(len(leaves) + 1))
    for size, body in enumerate(leaves):
        frontier = tree.append(frontier, size, tree.leaf_hash(body)).frontier
        own.append(verify.leaf_hash(body))

        assert tree.root_hash(frontier) == own.roots[size + 1]
    assert own.roots[0] == tree.EMPTY_ROOT


numbers = st.integers(-(2**53) + 1, 2**53 - 1)
texts = st.text(st.characters(codec="utf-8"), max_size=8)
plain = st.none() | st.booleans() | numbers | texts
objects = st.dictionaries(texts, plain, max_size=4)
documents = st.dictionaries(texts, plain | objects | st.lists(objects, max_size=3), max_size=6)
"""Documents with the shape of bodies, which the service reads with a faster reader."""
values = documents | st.recursive(
    plain,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(texts, inner, max_size=4),
    max_leaves=20,
)
Parse: TypeAlias = Callable[[bytes], object]
READERS: dict[str, Parse] = {name: each.parse_canonical for name, each in FORMS.items()}
READERS["service"] = canonical.parse_canonical
readers = pytest.mark.parametrize("parse", READERS.values(), ids=READERS)
NOT_CANONICAL = tuple(each.NotCanonicalError for each in FORMS.values())


@readers
@settings(deadline=None)
@given(value=values)
def test_canonical_texts_of_the_library(value: object, parse: Parse) -> None:
    """verify.py and the service accept what rfc8785 writes, and read the same value."""
    body = rfc8785.dumps(value)  # type: ignore[arg-type]  # JSON by construction

    assert value == parse(body)


@readers
@settings(deadline=None)
@given(
    value=values,
    style=st.sampled_from(
        [{}, {"indent": 1}, {"separators": (",", ":")}, {"ensure_ascii": False, "sort_keys": True}]
    ),
    turned=st.booleans(),
)
def test_the_two_canonical_forms_agree(
    value: object,
    style: dict[str, object],
    turned: bool,  # noqa: FBT001 (drawn, not called)
    parse: Parse,
) -> None:
    """verify.py and the service accept only the JSON text of a value that rfc8785 would write."""
    if turned and isinstance(value, dict):
        value = dict(reversed(value.items()))
    text = json.dumps(value, **style).encode()  # type: ignore[arg-type]  # keywords by name
    written = rfc8785.dumps(value)  # type: ignore[arg-type]  # JSON by construction

    assert (text == written) == is_canonical(text, parse)


def is_canonical(body: bytes, parse: Parse) -> bool:
    """Returns whether a reader accepts a body."""
    try:
        parse(body)
    except NOT_CANONICAL:
        return False
    return True


@readers
def test_published_order_of_names(parse: Parse) -> None:
    """RFC 8785, section 3.2.3: names are in the order of their UTF-16 code units."""
    names = ["\r", "1", "\x80", "\xf6", "\u20ac", "\U0001f600", "\ufb33"]
    body = json.dumps(dict.fromkeys(names), ensure_ascii=False, separators=(",", ":"))
    by_code_point = json.dumps(dict.fromkeys(sorted(names)), ensure_ascii=False)

    assert is_canonical(body.encode(), parse)
    assert not is_canonical(by_code_point.replace(" ", "").encode(), parse)


@readers
@pytest.mark.parametrize(
    ("body", "why"),
    [
        pytest.param(b'{"a":1,"a":1}', "twice", id="name twice"),
        pytest.param(b'{"a":{"b":1,"b":2}}', "twice", id="name twice, inside"),
        pytest.param(b'{"a":1,"\\u0061":1}', "twice", id="name twice, escaped"),
        pytest.param(b'{"b":1,"a":1}', "order", id="order"),
        pytest.param(b'{"a": 1}', "spaces", id="space"),
        pytest.param(b'{"a":1} ', "spaces", id="space at the end"),
        pytest.param(b'{"a":1}\r', "spaces", id="Windows line ending"),
        pytest.param(b'"\\u0061"', "escapes", id="needless escape"),
        pytest.param(b'"\\/"', "escapes", id="escaped slash"),
        pytest.param(b'"\\u001F"', "escapes", id="capitals in escape"),
        pytest.param(b'"\\ud800"', "escapes", id="lone surrogate"),
        pytest.param(b'{"\\ud800":1}', "escapes", id="lone surrogate in a name"),
        pytest.param(b'{"a":9007199254740992}', "too large", id="2^53, in an object"),
        pytest.param(b'{"a":-9007199254740992}', "too large", id="-2^53, in an object"),
        pytest.param(b'{"a":1.0}', "plain integer", id="fraction, in an object"),
        pytest.param(b"-0", "numbers", id="minus zero"),
        pytest.param(b"1.0", "plain integer", id="fraction"),
        pytest.param(b"1e3", "plain integer", id="exponent"),
        pytest.param(b"NaN", "plain integer", id="not a number"),
        pytest.param(b"9007199254740992", "too large", id="2^53"),
        pytest.param(b"1" * 20_000, "too large", id="thousands of digits"),
        pytest.param(b"[" * 30_000, "not JSON", id="deep"),
        pytest.param(b"\xef\xbb\xbf{}", "not JSON", id="byte order mark"),
        pytest.param(b'"\xff"', "not JSON", id="not UTF-8"),
        pytest.param(b'"\xed\xa0\x80"', "not JSON", id="surrogate in UTF-8"),
        pytest.param(b"", "not JSON", id="empty"),
        pytest.param(b"{} {}", "not JSON", id="two values"),
    ],
)
def test_other_texts_are_not_canonical(body: bytes, why: str, parse: Parse) -> None:
    """A text that RFC 8785 would not write is refused with the reason."""
    with pytest.raises(NOT_CANONICAL, match=why):
        parse(body)


@forms
def test_keys_of_the_service_are_read(verify: Form) -> None:
    """verify.py reads the verifier keys that the service writes."""
    verifier = Signer.from_seed("postledger.example/trail-1", b"s" * 32).verifier
    parsed = verify.parse_key(str(verifier))

    assert parsed == (verifier.name, verifier.key_id, verifier.public_key)
    assert str(verifier) == str(parsed)


EVENT = Event(
    AuditAction.EMAIL_SETTINGS_UPDATED,
    AuditOutcome.SUCCEEDED,
    SYSTEM,
    "email-settings",
    Client("192.0.2.1", "peer", "curl", "r1", "op"),
    7,
    (Change("smtpPort", "25", None),),
    detail={"text": "x", "number": 1, "flag": True, "nothing": None},
)
WHOLE = json.loads(write_body(EVENT, Place("trail", 3, "00", "2026-11-27T10:00:00.000000Z")))
VALUES: tuple[object, ...] = (None, True, 7, "x", [], {}, ["x"], {"x": []}, {"x": 1.5})


def other_events() -> list[dict[str, object]]:
    """Returns the event with each part left out or of another type, or with an additional part."""
    made = [WHOLE, WHOLE | {"client": None, "changes": [], "detail": {}}]
    for path in ((), ("actor",), ("client",), ("changes", 0), ("detail",)):
        for name in [*_at(WHOLE, path), "more"]:
            for value in (*VALUES, ...):
                copy = json.loads(json.dumps(WHOLE))
                part = _at(copy, path)
                if value is ...:
                    part.pop(name, None)
                elif value != "x" or name not in {"v", "action", "outcome", "kind"}:
                    part[name] = value
                made.append(copy)
    return [each for each in made if each.get("v") == 1 and each["v"] is not True]


def _at(value: Any, path: tuple[str | int, ...]) -> Any:  # noqa: ANN401 (JSON)
    for step in path:
        value = value[step]
    return value


@forms
def test_both_accept_the_same_parts_of_events(verify: Form) -> None:
    """verify.py accepts the same names and types of an event's parts as the service."""
    accepted = [verify.is_event(each) for each in other_events()]

    assert [_is_event_to_the_service(each) for each in other_events()] == accepted
    assert 60 < accepted.count(True) < len(accepted) / 2


def _is_event_to_the_service(document: object) -> bool:
    try:
        parse_document(document)
    except (ValueError, TypeError, KeyError):
        return False
    return True


EIGHTH = bytes.fromhex("26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05")
"""A point of order 8: eight times the point is the neutral element."""


@forms
@pytest.mark.parametrize(
    "key",
    [
        pytest.param(b"\x01" + bytes(31), id="neutral"),
        pytest.param((2**255 - 20).to_bytes(32, "little"), id="order 2"),
        pytest.param(bytes(32), id="order 4"),
        pytest.param(EIGHTH, id="order 8"),
        pytest.param((2**255 - 19 + 3).to_bytes(32, "little"), id="not reduced"),
        pytest.param(b"\x02" + bytes(31), id="not on the curve"),
        pytest.param(b"\x01" + bytes(30) + b"\x80", id="minus zero"),
    ],
)
def test_keys_with_which_anyone_can_sign_are_refused(verify: Form, key: bytes) -> None:
    """verify.py and the service refuse points of small order, and other encodings of a point."""
    text = str(VerifierKey.of("a.example", key))
    refused = parse_verifier_key(text)

    assert isinstance(refused, Refused)
    assert "anyone could sign" in refused.message
    with pytest.raises(verify.CannotCheckError, match="anyone could sign"):
        verify.parse_key(text)


WITNESSED = Signer.from_seed("a.example/1", b"a" * 32)
NOTE = sign_checkpoint(Checkpoint("a.example/1", 3, bytes(32)), WITNESSED)
FOREIGN = encode_base64(b"k" * 68)


@forms
@pytest.mark.parametrize(
    ("note", "accepted"),
    [
        pytest.param(NOTE, True, id="as it is"),
        pytest.param(
            f"{NOTE}\N{EM DASH} za\u017c\u00f3\u0142\u0107 {FOREIGN}\n", True, id="letters"
        ),
        *(
            pytest.param(f"{NOTE}\N{EM DASH} a{sign}b {FOREIGN}\n", False, id=repr(sign))
            for sign in ("\x01", "\x1b", "\t", "\xa0", "\x85", "\u2028", "\u3000", "\ud800", "+")
        ),
        pytest.param(NOTE.replace("a.example/1\n3", "a b\n3"), False, id="origin with a space"),
        pytest.param(NOTE.replace("\n3\n", "\n0\n"), False, id="no events, another root"),
        pytest.param(NOTE.replace("\n3\n", f"\n{10**18}\n"), True, id="10^18 events"),
        pytest.param(NOTE.replace("\n3\n", f"\n{2**63 - 1}\n"), True, id="2^63-1 events"),
        pytest.param(NOTE.replace("\n3\n", f"\n{2**63}\n"), False, id="2^63 events"),
    ],
)
def test_both_read_the_same_notes(verify: Form, note: str, accepted: bool) -> None:  # noqa: FBT001 (a table's column)
    """verify.py accepts the same checkpoints as the service, by c2sp.org/signed-note's rules."""
    key = parse_verifier_key(str(WITNESSED.verifier))
    assert isinstance(key, VerifierKey)
    opened = open_note(note, [key])
    well_formed = not isinstance(opened, Refused) or opened.code.value != "MALFORMED"

    assert accepted == (well_formed and not isinstance(stated_by(note), Refused))
    assert accepted == is_checkpoint(verify, note.encode("utf-8", "surrogatepass"))
    assert not is_checkpoint(verify, note.encode("utf-8", "surrogatepass").replace(b"a", b"\xff"))


def is_checkpoint(verify: Form, data: bytes) -> bool:
    """Returns whether verify.py reads a checkpoint."""
    try:
        verify.parse_checkpoint(data)
    except verify.CannotCheckError:
        return False
    return True
