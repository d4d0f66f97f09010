"""Checkpoints: their exact text, and what is refused."""

import pytest

from audit.c2sp.checkpoint import Checkpoint, OpenedCheckpoint, open_checkpoint, sign_checkpoint
from audit.c2sp.note import sign_note
from audit.c2sp.note_keys import Signer
from audit.c2sp.refusal import Refused
from audit.c2sp.tree import EMPTY_ROOT, leaf_hash, node_hash

ORIGIN = "postledger.example/trail-1"
SIGNER = Signer.from_seed(ORIGIN, b"s" * 32)
NEXT = Signer.from_seed(ORIGIN, b"n" * 32)
WITNESS = Signer.from_seed("witness.example", b"w" * 32)
LEAVES = [leaf_hash(b"first"), leaf_hash(b"second")]
HEAD = Checkpoint(ORIGIN, 2, node_hash(*LEAVES))
NOTE = sign_checkpoint(HEAD, SIGNER)
EMPTY_BODY = f"{ORIGIN}\n0\n47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=\n"


def code_of(result: object) -> str | None:
    """Returns a refusal's code, or None for another result."""
    return result.code if isinstance(result, Refused) else None


def test_body_is_three_lines() -> None:
    """An empty trail's checkpoint is its origin, the size 0, and SHA-256 of no bytes."""
    checkpoint = Checkpoint(ORIGIN, 0, EMPTY_ROOT)

    assert checkpoint.body == EMPTY_BODY
    assert checkpoint == Checkpoint.parse(EMPTY_BODY)


@pytest.mark.parametrize(
    "body",
    [
        pytest.param(HEAD.body.replace("\n2\n", "\n02\n"), id="leading zero"),
        pytest.param(HEAD.body.replace("\n2\n", "\n-2\n"), id="negative"),
        pytest.param(HEAD.body.replace("\n2\n", "\n \n"), id="no size"),
        pytest.param(HEAD.body[:-2] + "\n", id="base64 without padding"),
        pytest.param(f"{ORIGIN}\n2\nQQ==\n", id="short root"),
        pytest.param(HEAD.body + "extension\n", id="extension line"),
        pytest.param(HEAD.body[:-1], id="last newline missing"),
        pytest.param(HEAD.body.replace(ORIGIN, ""), id="no origin"),
        pytest.param(HEAD.body.replace(ORIGIN, "two words"), id="space in origin"),
        pytest.param(HEAD.body.replace("\n2\n", "\n0\n"), id="empty with another root"),
        pytest.param("", id="empty"),
    ],
)
def test_bodies_in_any_other_form_are_refused(body: str) -> None:
    """A checkpoint has exactly one text. Similar texts are refused, even with a signature."""
    assert code_of(Checkpoint.parse(body)) == "MALFORMED"
    if body.endswith("\n") and body.startswith(ORIGIN):
        signed = sign_note(body, SIGNER)

        assert code_of(open_checkpoint(signed, ORIGIN, [SIGNER.verifier])) == "MALFORMED"


def test_a_signed_checkpoint_opens() -> None:
    """Opening a checkpoint returns what was signed, and the key that signed it."""
    opened = open_checkpoint(NOTE, ORIGIN, [NEXT.verifier, SIGNER.verifier])

    assert OpenedCheckpoint(HEAD, (SIGNER.verifier,)) == opened


def test_both_keys_may_sign_while_they_change() -> None:
    """When the key changes, the signatures of both keys count."""
    note = sign_checkpoint(HEAD, SIGNER, NEXT)

    both = (SIGNER.verifier, NEXT.verifier)
    assert OpenedCheckpoint(HEAD, both) == open_checkpoint(note, ORIGIN, both)
    assert OpenedCheckpoint(HEAD, both[1:]) == open_checkpoint(note, ORIGIN, both[1:])


def test_a_witness_alone_does_not_speak_for_the_trail() -> None:
    """A signature by a known key with another name than the origin is not enough."""
    witnessed = sign_note(HEAD.body, WITNESS)
    keys = [SIGNER.verifier, WITNESS.verifier]

    assert code_of(open_checkpoint(witnessed, ORIGIN, keys)) == "SIGNATURE_INVALID"


@pytest.mark.parametrize(
    ("note", "code"),
    [
        pytest.param(NOTE.replace("\n2\n", "\n3\n"), "SIGNATURE_INVALID", id="other size"),
        pytest.param(sign_checkpoint(HEAD, NEXT), "SIGNATURE_INVALID", id="unknown key"),
        pytest.param(
            sign_checkpoint(
                Checkpoint("other", 0, EMPTY_ROOT), Signer.from_seed("other", b"s" * 32)
            ),
            "ORIGIN_MISMATCH",
            id="another trail's",
        ),
        pytest.param(
            sign_note(HEAD.body.replace(ORIGIN, "other"), SIGNER),
            "ORIGIN_MISMATCH",
            id="another trail's, under our key",
        ),
        pytest.param("nothing", "MALFORMED", id="not a note"),
    ],
)
def test_false_checkpoints_are_refused(note: str, code: str) -> None:
    """A checkpoint that was changed, or is by an unknown key or of another trail, is refused."""
    assert code == code_of(open_checkpoint(note, ORIGIN, [SIGNER.verifier]))


def test_signing_with_another_name_raises() -> None:
    """Only a signer with the trail's name signs a checkpoint, and there is at least one signer."""
    with pytest.raises(ValueError, match="origin as their name"):
        sign_checkpoint(HEAD, WITNESS)
    with pytest.raises(ValueError, match="needs a signer"):
        sign_checkpoint(HEAD)
    with pytest.raises(ValueError, match="root hash is not that of the empty tree"):
        Checkpoint(ORIGIN, 0, LEAVES[0])
