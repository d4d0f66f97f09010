"""Signed notes and their keys: the published examples, and what is refused."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from audit.c2sp.note import OpenedNote, open_note, sign_note
from audit.c2sp.note_keys import Signer, parse_verifier_key
from audit.c2sp.refusal import RefusalCode, Refused
from audit.standalone.formats.encoding import decode_base64, decode_decimal, encode_base64
from audit.standalone.formats.keys import VerifierKey
from audit.standalone.formats.notes import LARGEST_FILE, MOST_SIGNATURES

# golang.org/x/mod/sumdb/note's documentation and C2SP signed-note's examples.
PETER_KEY = "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW"
PETER_SECRET = "PRIVATE+KEY+PeterNeumann+c74f20a3+AYEKFALVFGyNhPJEMzD1QIDr+Y7hfZx09iUvxdXHKDFz"
PETER_TEXT = (
    "If you think cryptography is the answer to your problem,\n"
    "then you don't know what your problem is.\n"
)
PETER_LINE = (
    "— PeterNeumann x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6"
    "KE6RyyBwJnAM=\n"
)
FOO_KEY = "example.com/foo+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k"
FOO_TEXT = "This is an example message.\n"
FOO_LINE = (
    "— example.com/foo Uw2QOkn8srV1yJGh2VYRlL1Tnagv1YEq6TfXppzi2ONncAlTgK7Ztg1ERYNZXsYjOBH3mFXmRKuw"
    "HjG1Yu72IneyaQM=\n"
)


def key(text: str) -> VerifierKey:
    """Reads a valid key."""
    parsed = parse_verifier_key(text)

    assert isinstance(parsed, VerifierKey)
    return parsed


def code_of(result: object) -> RefusalCode | None:
    """Returns a refusal's code, or None for another result."""
    return result.code if isinstance(result, Refused) else None


PETER = key(PETER_KEY)
ALICE = Signer.from_seed("example.com/alice", b"a" * 32)
BOB = Signer.from_seed("example.com/bob", b"b" * 32)
NOTE = sign_note("said\n", ALICE, BOB)


@pytest.mark.parametrize(
    ("verifier", "text", "line"),
    [
        pytest.param(PETER_KEY, PETER_TEXT, PETER_LINE, id="sumdb"),
        pytest.param(FOO_KEY, FOO_TEXT, FOO_LINE, id="c2sp"),
    ],
)
def test_published_notes_open(verifier: str, text: str, line: str) -> None:
    """The published notes are accepted under their published keys."""
    opened = open_note(f"{text}\n{line}", [key(verifier)])

    assert OpenedNote(text, (key(verifier),)) == opened
    assert verifier == str(key(verifier))


def test_published_key_signs_the_published_note() -> None:
    """The published private key makes the published note, byte for byte."""
    secret = decode_base64(PETER_SECRET.split("+", 4)[4])
    assert secret is not None
    signer = Signer.from_seed("PeterNeumann", secret[1:])

    assert f"{PETER_TEXT}\n{PETER_LINE}" == sign_note(PETER_TEXT, signer)
    assert PETER_KEY == str(signer.verifier)


@pytest.mark.parametrize(
    ("text", "why"),
    [
        pytest.param(
            "PeterNeumann+cc469956+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TWBADKEY==",
            "not canonical base64",
            id="published: bad key",
        ),
        pytest.param(
            "PeterNeumann+173116ae+ZRpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW",
            "other than Ed25519",
            id="published: unknown type",
        ),
        pytest.param(PETER_KEY.replace("c7", "c8"), "should be c74f20a3", id="other ID"),
        pytest.param(PETER_KEY.replace("c74f", "C74F"), "should be c74f20a3", id="ID in capitals"),
        pytest.param(PETER_KEY.replace("Peter", "Pater"), "should be", id="other name"),
        pytest.param(PETER_KEY.replace("rN", "r N"), "no valid name", id="space in name"),
        pytest.param(PETER_KEY.replace("rN", "r\ud800N"), "no valid name", id="surrogate"),
        pytest.param(PETER_KEY + "\n", "not canonical base64", id="newline at the end"),
        pytest.param("PeterNeumann+c74f20a3+ARpc2Q==", "has 3", id="too short"),
        pytest.param("PeterNeumann", "not canonical base64|other than", id="name alone"),
        pytest.param("", "no valid name", id="empty"),
    ],
)
def test_malformed_keys_are_refused(text: str, why: str) -> None:
    """A verifier key in any other form is refused with the reason."""
    refused = parse_verifier_key(text)

    assert isinstance(refused, Refused)
    assert any(part in refused.message for part in why.split("|"))


def test_signer_hides_its_key() -> None:
    """A signer's repr and text contain only what is public."""
    shown = repr(ALICE) + str(ALICE)

    assert "Ed25519PrivateKey" not in shown
    assert encode_base64(b"a" * 32)[:40] not in shown
    assert repr(b"a" * 32) not in shown


def test_names_that_no_note_can_contain_raise() -> None:
    """A key's name has no spaces or plus signs, and an Ed25519 key has 32 bytes."""
    with pytest.raises(ValueError, match="cannot be the name"):
        Signer.from_seed("two words", b"a" * 32)
    with pytest.raises(ValueError, match="32 bytes"):
        VerifierKey.of("name", b"short")


def test_several_signatures() -> None:
    """All known keys that signed are returned; unknown keys do not matter."""
    opened = open_note(NOTE, [BOB.verifier, ALICE.verifier, PETER])

    assert OpenedNote("said\n", (ALICE.verifier, BOB.verifier)) == opened
    assert OpenedNote("said\n", (BOB.verifier,)) == open_note(NOTE, [BOB.verifier])


def test_a_key_of_the_same_name_is_another_key() -> None:
    """A signature by an unknown key with a known name is ignored."""
    namesake = Signer.from_seed("example.com/alice", b"c" * 32)

    opened = open_note(sign_note("said\n", namesake, BOB), [ALICE.verifier, BOB.verifier])

    assert OpenedNote("said\n", (BOB.verifier,)) == opened


def test_one_invalid_signature_by_a_known_key_refuses_the_note() -> None:
    """A valid signature does not make up for an invalid signature by another known key."""
    swapped = NOTE.replace(NOTE.split("\n")[2][-20:], sign_note("x\n", ALICE).split("\n")[2][-20:])

    refused = open_note(swapped, [ALICE.verifier, BOB.verifier])

    assert code_of(refused) == RefusalCode.SIGNATURE_INVALID
    assert OpenedNote("said\n", (BOB.verifier,)) == open_note(swapped, [BOB.verifier])


LINE = NOTE.split("\n")[2]
FALSE_LINE = sign_note("x\n", ALICE).split("\n")[2]


def test_only_a_keys_first_signature_counts() -> None:
    """A key's later signatures do not count, as in Go's package."""
    good_first = NOTE + FALSE_LINE + "\n"
    false_first = NOTE.replace(LINE, f"{FALSE_LINE}\n{LINE}")

    assert OpenedNote("said\n", (ALICE.verifier,)) == open_note(good_first, [ALICE.verifier])
    assert code_of(open_note(false_first, [ALICE.verifier])) == RefusalCode.SIGNATURE_INVALID


@pytest.mark.parametrize(
    ("note", "code"),
    [
        pytest.param(NOTE.replace("said", "paid"), "SIGNATURE_INVALID", id="other text"),
        pytest.param(sign_note("said\n", BOB), "SIGNATURE_INVALID", id="unknown signer"),
        pytest.param(NOTE[:-1], "MALFORMED", id="last newline missing"),
        pytest.param(NOTE + "\n", "MALFORMED", id="newline too many"),
        pytest.param("said\n\n", "MALFORMED", id="no signature"),
        pytest.param("said\n", "MALFORMED", id="text alone"),
        pytest.param("", "MALFORMED", id="empty"),
        pytest.param(NOTE.replace("\n", "\r\n"), "MALFORMED", id="Windows line endings"),
        pytest.param(NOTE.replace("said", "sa\0id"), "MALFORMED", id="NUL"),
        pytest.param(NOTE.replace("said", "sa\ud800id"), "MALFORMED", id="lone surrogate"),
        pytest.param(NOTE.replace("— ", "- "), "MALFORMED", id="hyphens for dashes"),
        pytest.param(NOTE.replace("— ", "—\N{NO-BREAK SPACE}"), "MALFORMED", id="other space"),
        pytest.param(NOTE.replace(LINE, LINE + " "), "MALFORMED", id="space at the end"),
        pytest.param(NOTE.replace(LINE, LINE[:-4]), "SIGNATURE_INVALID", id="signature cut"),
        pytest.param(NOTE.replace(LINE, "— x AAAAAA=="), "MALFORMED", id="key ID alone"),
        pytest.param(NOTE + (LINE + "\n") * (MOST_SIGNATURES - 1), "MALFORMED", id="signatures"),
        pytest.param("x" * LARGEST_FILE + NOTE, "MALFORMED", id="bytes"),
    ],
)
def test_bad_notes_are_refused(note: str, code: str) -> None:
    """A note that is malformed, or not validly signed by a known key, is refused with a code."""
    refused = open_note(note, [ALICE.verifier])

    assert code == code_of(refused)


def test_as_many_signatures_as_the_limit_are_read() -> None:
    """A note may have as many signatures as the limit; C2SP requires at least 16."""
    note = NOTE + (LINE + "\n") * (MOST_SIGNATURES - 2)

    assert isinstance(open_note(note, [ALICE.verifier]), OpenedNote)


@pytest.mark.parametrize(
    ("text", "signers", "why"),
    [
        pytest.param("no newline", [ALICE], "newline", id="no newline"),
        pytest.param("tab\t\n", [ALICE], "control", id="control character"),
        pytest.param("text\n", [], "needs a signer", id="no signer"),
    ],
)
def test_signing_what_cannot_be_opened_raises(text: str, signers: list[Signer], why: str) -> None:
    """Only a text that can be opened again is signed."""
    with pytest.raises(ValueError, match=why):
        sign_note(text, *signers)


texts = st.text(
    st.characters(codec="utf-8", exclude_characters=[chr(c) for c in range(32) if c != 10])
).map(lambda text: text + "\n")


@settings(deadline=None)
@given(text=texts, seed=st.binary(min_size=32, max_size=32))
def test_every_text_comes_back(text: str, seed: bytes) -> None:
    """A reader gets back exactly the text of a note, including blank lines."""
    signer = Signer.from_seed("example.com/carol", seed)

    opened = open_note(sign_note(text, signer), [signer.verifier])

    assert OpenedNote(text, (signer.verifier,)) == opened
    assert signer.verifier == parse_verifier_key(str(signer.verifier))


@settings(deadline=None)
@given(place=st.integers(0, len(NOTE.encode()) - 1), bit=st.integers(0, 7))
def test_every_bit_of_a_note_counts(place: int, bit: int) -> None:
    """A note in which any bit was changed does not open with the signatures of all of its keys."""
    changed = bytearray(NOTE.encode())
    changed[place] ^= 1 << bit

    opened = open_note(changed.decode("utf-8", "surrogateescape"), [ALICE.verifier, BOB.verifier])

    # A line whose name or key ID is changed is one of an unknown key; the other still stands.
    assert isinstance(opened, Refused) or (opened.text, len(opened.signed_by)) == ("said\n", 1)


@pytest.mark.parametrize("text", ["QQ", "QR==", "QQ==\n", " QQ==", "QQ==QQ==", "Q-==", "QQ=", "é"])
def test_only_canonical_base64_is_read(text: str) -> None:
    """Each value has one text."""
    assert decode_base64(text) is None


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("0", 0),
        ("10", 10),
        ("9223372036854775807", 2**63 - 1),
        ("9223372036854775808", None),
        ("00", None),
        ("01", None),
        ("-1", None),
        ("+1", None),
        ("1 ", None),
        ("1_0", None),
        ("\N{ARABIC-INDIC DIGIT ONE}", None),
        ("1" * 5000, None),
        ("", None),
    ],
)
def test_only_plain_decimals_are_read(text: str, number: int | None) -> None:
    """A size or an index has one text, and fits 63 bits."""
    assert number == decode_decimal(text)
