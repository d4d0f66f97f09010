"""A single event's proof file: written as c2sp.org/tlog-proof specifies, and checked offline."""

import contextlib
import io
import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from audit.c2sp import tree
from audit.c2sp.checkpoint import Checkpoint, sign_checkpoint
from audit.c2sp.note_keys import Signer
from audit.standalone import run_verifier
from audit.standalone.formats.tree import verify_inclusion
from audit.trail.proofs import InclusionProof, SignedCheckpoint
from audit.trail.tlog_proof import write_tlog_proof

ORIGIN = "postledger.example/trail-1"
SIGNER = Signer.from_seed(ORIGIN, b"s" * 32)
STRANGER = Signer.from_seed(ORIGIN, b"x" * 32)
BODIES = [f'{{"seq":{number},"who":"Zażółć"}}' for number in range(13)]
KEY = str(SIGNER.verifier)


def grown(size: int) -> tuple[dict[tree.Coordinate, bytes], bytes]:
    """Returns the stored nodes and the root hash of the first bodies."""
    frontier: tree.Frontier = ()
    nodes: dict[tree.Coordinate, bytes] = {}
    for seq, body in enumerate(BODIES[:size]):
        growth = tree.append(frontier, seq, tree.leaf_hash(body.encode()))
        frontier = growth.frontier
        nodes |= {tree.Coordinate(node.level, node.idx): node.hash for node in growth.nodes}
    return nodes, tree.root_hash(frontier)


def written(seq: int, size: int, signer: Signer = SIGNER) -> str:
    """Returns the proof file of an event in the trail of a size."""
    nodes, root = grown(size)
    checkpoint = Checkpoint(ORIGIN, size, root)
    signed = SignedCheckpoint(checkpoint, sign_checkpoint(checkpoint, signer), KEY)
    path = tree.inclusion_path(seq, size, nodes)
    leaf = tree.leaf_hash(BODIES[seq].encode())
    return write_tlog_proof(InclusionProof(seq, BODIES[seq], leaf, path, signed))


PROOF = written(4, 7)


def checked(text: str, folder: Path, *arguments: str) -> tuple[int, str]:
    """Returns the exit status and the output of `verify.py` for a proof."""
    file = folder / "event.tlog-proof"
    file.write_bytes(text.encode())
    printed = io.StringIO()
    with contextlib.redirect_stdout(printed):
        status = run_verifier([*arguments, str(file)])
    return status, printed.getvalue()


def test_the_text_is_that_of_the_specification() -> None:
    """The file has a header, the event, its index, the proof, a blank line and the note."""
    head, _, note = PROOF.partition("\n\n")
    lines = head.split("\n")

    assert ["c2sp.org/tlog-proof@v1", "index 4"] == [lines[0], lines[2]]
    assert lines[1].startswith("extra ")
    assert 3 == len(lines[3:])
    assert note.startswith(f"{ORIGIN}\n7\n")


@pytest.mark.parametrize("size", range(1, len(BODIES) + 1))
def test_every_event_is_proven(tmp_path: Path, size: int) -> None:
    """The file and the trail's key are enough to prove an event's content and its number."""
    for seq in range(size):
        status, said = checked(written(seq, size), tmp_path, "--key", KEY)

        assert 0 == status, said
        assert said.startswith(f"PROVEN: this is event {seq} of the first {size} of '{ORIGIN}':\n")
        assert f'"seq":{seq},' in said


def test_mail_may_have_changed_its_line_endings(tmp_path: Path) -> None:
    """A proof with Windows line endings proves the same."""
    status, said = checked(PROOF.replace("\n", "\r\n").strip(), tmp_path, "--key", KEY)

    assert 0 == status, said


@pytest.mark.parametrize(
    ("text", "code"),
    [
        pytest.param(written(4, 7, STRANGER), "SIGNATURE_INVALID", id="signed by another"),
        pytest.param(PROOF.replace("index 4", "index 5"), "LEAF_MISMATCH", id="another place"),
        pytest.param(PROOF.replace("index 4", "index 9"), "LEAF_MISMATCH", id="no place"),
        pytest.param(PROOF.replace("index 4", f"index {10**18}"), "LEAF_MISMATCH", id="far away"),
        pytest.param(
            PROOF.replace(PROOF.split("\n")[1], written(5, 7).split("\n")[1]),
            "LEAF_MISMATCH",
            id="another event",
        ),
        pytest.param(
            PROOF.replace(PROOF.split("\n")[3] + "\n", ""), "LEAF_MISMATCH", id="path cut"
        ),
        pytest.param(PROOF.replace("\n7\n", "\n8\n"), "SIGNATURE_INVALID", id="another statement"),
    ],
)
def test_what_is_false_is_found(tmp_path: Path, text: str, code: str) -> None:
    """A proof with another event, index, path, checkpoint or key is a finding."""
    status, said = checked(text, tmp_path, "--key", KEY)

    assert 1 == status, said
    assert code in said


@pytest.mark.parametrize(
    "text",
    [
        pytest.param(PROOF.replace("index 4", "index 04"), id="leading zero"),
        pytest.param(PROOF.replace("index 4\n", ""), id="no index"),
        pytest.param(PROOF.replace("extra ", "extra !"), id="extra not base64"),
        pytest.param(PROOF.replace(PROOF.split("\n")[1] + "\n", ""), id="no event"),
        pytest.param(PROOF.replace("index 4", "index 4\nQQ=="), id="short hash"),
        pytest.param(PROOF.replace("index 4\n", "index 4\n" + f"{'A' * 43}=\n" * 64), id="long"),
        pytest.param("c2sp.org/tlog-proof@v1\n", id="header alone"),
    ],
)
def test_other_files_cannot_be_checked(tmp_path: Path, text: str) -> None:
    """A malformed proof file is neither proven nor a finding."""
    assert 2 == checked(text, tmp_path, "--key", KEY)[0]


def test_a_proof_needs_a_key(tmp_path: Path) -> None:
    """A proof contains no key, so it cannot be checked without one."""
    status, said = checked(PROOF, tmp_path)

    assert 2 == status
    assert "--key" in said


def test_a_kept_checkpoint_is_compared(tmp_path: Path) -> None:
    """A kept checkpoint of the same size must match; another size is reported as not compared."""
    (tmp_path / "same").write_text(PROOF.partition("\n\n")[2])
    other = Signer.from_seed("other.example/1", b"s" * 32)
    foreign = sign_checkpoint(Checkpoint("other.example/1", 7, bytes(32)), other)
    (tmp_path / "foreign").write_text(foreign)
    forged = sign_checkpoint(Checkpoint(ORIGIN, 7, bytes(32)), SIGNER)
    (tmp_path / "forged").write_text(forged)
    (tmp_path / "older").write_text(written(2, 5).partition("\n\n")[2])
    (tmp_path / "stranger's").write_text(written(2, 5, STRANGER).partition("\n\n")[2])
    said = {
        name: checked(PROOF, tmp_path, "--key", KEY, "--checkpoint", str(tmp_path / name))
        for name in ("same", "foreign", "forged", "older", "stranger's")
    }

    assert 0 == said["same"][0] == said["older"][0]
    assert "Not compared" not in said["same"][1]
    words = "Not compared: your checkpoint is of 5 events, this proof of 7."
    assert words in said["older"][1]
    assert words in said["stranger's"][1]
    assert "SIGNATURE_INVALID: your checkpoint of size 5" in said["stranger's"][1]
    assert "perhaps the trail's key has changed" in said["stranger's"][1]
    assert "ORIGIN_MISMATCH" in said["foreign"][1]
    assert "CHECKPOINT_MISMATCH" in said["forged"][1]


@given(st.data())
def test_a_changed_path_leads_elsewhere(data: st.DataObject) -> None:
    """A path does not lead to the root if a bit of it or of the leaf, or the index, is changed."""
    size = data.draw(st.integers(2, len(BODIES)))
    seq = data.draw(st.integers(0, size - 1))
    nodes, root = grown(size)
    path = list(tree.inclusion_path(seq, size, nodes))
    leaf = tree.leaf_hash(BODIES[seq].encode())
    parts = [leaf, *path]
    place, bit = data.draw(st.integers(0, len(parts) - 1)), data.draw(st.integers(0, 255))
    parts[place] = (int.from_bytes(parts[place], "big") ^ 1 << bit).to_bytes(32, "big")
    other = data.draw(st.integers(0, size - 1).filter(lambda each: each != seq))

    assert verify_inclusion(leaf, seq, size, path, root)
    assert not verify_inclusion(parts[0], seq, size, parts[1:], root)
    assert not verify_inclusion(leaf, other, size, path, root)


def test_the_event_is_shown_as_json_without_control_characters(tmp_path: Path) -> None:
    """The printed JSON equals the event, and contains nothing that a terminal would act on."""
    body = '{"who":"Za\u017c \U0001f600 \x7f\x9b"}'
    BODIES.append(body)
    try:
        status, said = checked(written(13, 14), tmp_path, "--key", KEY)
    finally:
        BODIES.pop()

    assert 0 == status
    shown = said.splitlines()[1]
    assert r'{"who":"Za\u017c \ud83d\ude00 \u007f\u009b"}' == shown
    assert json.loads(body) == json.loads(shown)
