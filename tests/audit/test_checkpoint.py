"""Checkpoints and proof files: their exact text, and what is refused."""

import pytest

from audit.checkpoint import Checkpoint, OpenedCheckpoint, open_checkpoint, sign_checkpoint
from audit.note import sign_note
from audit.note_keys import Signer
from audit.refusal import Refused
from audit.tlog_proof import TlogProof
from audit.tree import EMPTY_ROOT, leaf_hash, node_hash

ORIGIN = "postledger.example/trail-1"
SIGNER = Signer.from_seed(ORIGIN, b"s" * 32)
NEXT = Signer.from_seed(ORIGIN, b"n" * 32)
WITNESS = Signer.from_seed("witness.example", b"w" * 32)
LEAVES = [leaf_hash(b"first"), leaf_hash(b"second")]
HEAD = Checkpoint(ORIGIN, 2, node_hash(*LEAVES))
NOTE = sign_checkpoint(HEAD, SIGNER)
EMPTY_BODY = f"{ORIGIN}\n0\n47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=\n"


def code_of(result: object) -> str | None:
    """Tell a refusal's code."""
    return result.code if isinstance(result, Refused) else None


def test_body_is_three_lines() -> None:
    """An empty trail's checkpoint is its origin, 0, and SHA-256 of nothing."""
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
    """A checkpoint has one text; nothing near it is read, even signed."""
    assert code_of(Checkpoint.parse(body)) == "MALFORMED"
    if body.endswith("\n") and body.startswith(ORIGIN):
        signed = sign_note(body, SIGNER)

        assert code_of(open_checkpoint(signed, ORIGIN, [SIGNER.verifier])) == "MALFORMED"


def test_a_signed_checkpoint_opens() -> None:
    """What was signed is what is read, with the key that signed it."""
    opened = open_checkpoint(NOTE, ORIGIN, [NEXT.verifier, SIGNER.verifier])

    assert OpenedCheckpoint(HEAD, (SIGNER.verifier,)) == opened


def test_both_keys_may_sign_while_they_change() -> None:
    """At a change of keys, both signatures count."""
    note = sign_checkpoint(HEAD, SIGNER, NEXT)

    both = (SIGNER.verifier, NEXT.verifier)
    assert OpenedCheckpoint(HEAD, both) == open_checkpoint(note, ORIGIN, both)
    assert OpenedCheckpoint(HEAD, both[1:]) == open_checkpoint(note, ORIGIN, both[1:])


def test_a_witness_alone_does_not_speak_for_the_trail() -> None:
    """A known key under another name than the origin's is not enough."""
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
    """A checkpoint that is changed, unknown or of another trail is refused with its code."""
    assert code == code_of(open_checkpoint(note, ORIGIN, [SIGNER.verifier]))


def test_signing_under_another_name_is_a_bug() -> None:
    """A trail's checkpoint is signed under the trail's name, by somebody."""
    with pytest.raises(ValueError, match="own name"):
        sign_checkpoint(HEAD, WITNESS)
    with pytest.raises(ValueError, match="somebody"):
        sign_checkpoint(HEAD)
    with pytest.raises(ValueError, match="only one root"):
        Checkpoint(ORIGIN, 0, LEAVES[0])


# The example's first lines in c2sp.org/tlog-proof, its index and its checkpoint's body.
PUBLISHED_PROOF = (
    "c2sp.org/tlog-proof@v1\n"
    "index 73894\n"
    "gSKyXoYZUgZ6jduWYrkDOARinOMGJveXjgMkBTcdPlQ=\n"
    "B95lDa8R83lS8n0eG+o0buTxRKQTYFi//1U8anccXmA=\n"
    "EKNzoDWG8LGC0Yp9o+sv3qllpMP9uHQ9B20KNL+Q1zs=\n"
    "RoopEkOdqkYqMB4MJXrbt/hMjOxsVn0IrWjpz1ZMMes=\n"
    "AHCioX9nLjsrse6YhjRRmk1WUEirVOLLRoOQ6vfO5vk=\n"
    "\n"
    "example.com/fancylog\n"
    "109482\n"
    "sFodV/vSp5O8n9a8QpW6PRY97tfOSW5bsc2Xl/EQi08=\n"
    "\n"
)
PROOF = TlogProof(1, (LEAVES[0],), NOTE)


def test_published_proof_is_read() -> None:
    """The specification's example is read, and written again as it was."""
    proof = TlogProof.parse(PUBLISHED_PROOF)

    assert isinstance(proof, TlogProof)
    assert (proof.index, len(proof.path)) == (73894, 5)
    assert str(proof) == PUBLISHED_PROOF


@pytest.mark.parametrize(
    "proof",
    [
        pytest.param(PROOF, id="plain"),
        pytest.param(TlogProof(1, (LEAVES[0],), NOTE, b"age"), id="extra data"),
        pytest.param(TlogProof(1, (LEAVES[0],), NOTE, b""), id="empty extra data"),
        pytest.param(TlogProof(0, (), NOTE), id="no path"),
    ],
)
def test_proofs_come_back(proof: TlogProof) -> None:
    """A proof read is the proof written."""
    assert proof == TlogProof.parse(str(proof))


@pytest.mark.parametrize(
    "text",
    [
        pytest.param(str(PROOF).replace("@v1", "@v2"), id="other version"),
        pytest.param(str(PROOF).replace("index 1", "index 01"), id="leading zero"),
        pytest.param(str(PROOF).replace("index 1\n", ""), id="no index"),
        pytest.param(str(PROOF).replace("index 1", "extra !\nindex 1"), id="extra not base64"),
        pytest.param(str(PROOF).replace("index 1", "index 1\nQQ=="), id="short hash"),
        pytest.param(str(TlogProof(1, (LEAVES[0],) * 64, NOTE)), id="path too long"),
        pytest.param("c2sp.org/tlog-proof@v1\n", id="header alone"),
        pytest.param("c2sp.org/tlog-proof@v1\n\n", id="header and border"),
        pytest.param("", id="empty"),
    ],
)
def test_malformed_proofs_are_refused(text: str) -> None:
    """A proof has one text too."""
    assert code_of(TlogProof.parse(text)) == "MALFORMED"


def test_a_proof_proves_its_event_and_no_other() -> None:
    """From the event's hash and the trail's key alone, its place follows; another's does not."""
    keys = [SIGNER.verifier]

    assert OpenedCheckpoint(HEAD, (SIGNER.verifier,)) == PROOF.verify(LEAVES[1], ORIGIN, keys)
    assert code_of(PROOF.verify(LEAVES[0], ORIGIN, keys)) == "LEAF_MISMATCH"
    assert code_of(PROOF.verify(LEAVES[1], "other", keys)) == "ORIGIN_MISMATCH"
    assert code_of(PROOF.verify(LEAVES[1], ORIGIN, [NEXT.verifier])) == "SIGNATURE_INVALID"
