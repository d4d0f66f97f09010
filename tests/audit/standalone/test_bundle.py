"""An export's verify.py, run as an auditor runs it, on intact and on tampered bundles."""

import email
import email.policy
import io
import json
import os
import re
import subprocess
import sys
import zipfile
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
import rfc8785
import structlog

from audit.c2sp import tiles, tree
from audit.c2sp.checkpoint import Checkpoint, sign_checkpoint
from audit.c2sp.note_keys import Signer
from audit.standalone import joined, run_verifier
from audit.standalone.formats.keys import MOST_KEYS
from audit.standalone.formats.notes import MOST_SIGNATURES
from mail.message.message import Purpose, compose
from tests.support.trail.offline import Form, forms

LOG_ID = "7d0f0a52"
ORIGIN = f"postledger.example/{LOG_ID}"
OTHER_ORIGIN = "postledger.example/another"
OWNER = Signer.from_seed(ORIGIN, b"o" * 32)
NEXT = Signer.from_seed(ORIGIN, b"n" * 32)
ATTACKER = Signer.from_seed(ORIGIN, b"t" * 32)
OTHER = Signer.from_seed(OTHER_ORIGIN, b"x" * 32)


@dataclass(frozen=True)
class Export:
    """The files of a bundle."""

    bodies: tuple[bytes, ...]
    note: str
    keys: str = f"0 {OWNER.verifier}\n"
    files: tuple[tuple[str, bytes], ...] = ()

    def write(self, path: Path) -> Path:
        """Writes it as a zip."""
        with zipfile.ZipFile(path, "w") as bundle:
            for name, data in self.contents().items():
                bundle.writestr(name, data)
        return path

    def contents(self) -> dict[str, bytes]:
        """Returns its files by name, without empty files."""
        files = {
            "entries.jsonl": b"".join(body + b"\n" for body in self.bodies),
            "checkpoint": self.note.encode(),
            "keys": self.keys.encode(),
        }
        kept = {name: data for name, data in files.items() if data or name == "entries.jsonl"}
        return kept | dict(self.files)


def event(seq: int, **other: object) -> dict[str, object]:
    """Makes an event; `linked` adds its `prev`."""
    return {
        "v": 1,
        "log_id": LOG_ID,
        "seq": seq,
        "ts": f"2025-03-01T10:00:{seq % 60:02d}.000000Z",
        "action": "EMAIL_SETTINGS_UPDATED",
        "outcome": "SUCCEEDED",
        "error_code": None,
        "actor": {"kind": "SYSTEM", "id": None, "name": "Zo\xeb \u20ac", "role": None},
        "client": None,
        "target": "email-settings",
        "revision": seq + 1,
        "changes": [{"field": "smtpPort", "before": "25", "after": "587", "redacted": False}],
        "reason": "line\nbreak",
        "correlation_id": None,
        "detail": {},
    } | other


def linked(events: Sequence[Mapping[str, object]]) -> tuple[bytes, ...]:
    """Writes events as bodies, each with the leaf hash of the event before it."""
    bodies: list[bytes] = []
    for each in events:
        prev = tree.leaf_hash(bodies[-1]).hex() if bodies else None
        bodies.append(rfc8785.dumps({**each, "prev": prev}))  # type: ignore[dict-item]  # JSON
    return tuple(bodies)


def signed(bodies: Sequence[bytes], *signers: Signer) -> str:
    """Signs a checkpoint over the bodies, as their trail does."""
    frontier: tree.Frontier = ()
    for size, body in enumerate(bodies):
        frontier = tree.append(frontier, size, tree.leaf_hash(body)).frontier
    signers = signers or (OWNER,)
    origin = signers[0].verifier.name
    head = Checkpoint(origin, len(bodies), tree.root_hash(frontier))
    return sign_checkpoint(head, *signers)


def export(bodies: Sequence[bytes], *signers: Signer) -> Export:
    """Exports bodies with a matching checkpoint."""
    return Export(tuple(bodies), signed(bodies, *signers))


def with_tiles(whole: Export) -> Export:
    """Adds the leaf hashes of the bodies, as tiles of level 0."""
    hashes = [tree.leaf_hash(body) for body in whole.bodies]
    files = [
        (tile.path, b"".join(hashes[place.idx] for place in tile.coordinates))
        for tile in tiles.hash_tiles(len(hashes))
        if tile.level == 0
    ]
    return replace(whole, files=(*whole.files, *files))


EVENTS = [event(seq) for seq in range(10)]
BODIES = linked(EVENTS)
INTACT = export(BODIES)
AT_7, AT_10 = signed(BODIES[:7]), INTACT.note

Change = Callable[[list[bytes]], Sequence[bytes]]


def after(change: Change, of: Export = INTACT) -> Export:
    """Changes the bodies and nothing else."""
    return replace(of, bodies=tuple(change(list(of.bodies))))


def rewritten(place: int, *signers: Signer, **other: object) -> Export:
    """Changes an event, links all events after it again, and signs the result."""
    events = [each | (other if each["seq"] == place else {}) for each in EVENTS]
    return export(linked(events), *signers)


def renumbered() -> Export:
    """Deletes an event, renumbers and links the rest, and keeps the checkpoint."""
    events = [event(seq, revision=seq + 1 + (seq >= 5)) for seq in range(9)]
    return replace(INTACT, bodies=linked(events))


def inserted() -> Export:
    """Inserts a forged event, renumbers and links the rest, and keeps the checkpoint."""
    events = [event(seq, revision=99 if seq == 5 else seq + 1 - (seq > 5)) for seq in range(11)]
    return replace(INTACT, bodies=linked(events))


def edited(bodies: list[bytes], place: int) -> list[bytes]:
    """Changes one value in one body."""
    bodies[place] = bodies[place].replace(b'"587"', b'"465"')
    return bodies


def replaced(place: int, new: Callable[[bytes], bytes]) -> Export:
    """Replaces a body and signs the result, as only a holder of the key can do."""
    bodies = list(BODIES[:place])
    bodies.append(new(BODIES[place]))
    for each in EVENTS[place + 1 :]:
        prev = tree.leaf_hash(bodies[-1]).hex()
        bodies.append(rfc8785.dumps({**each, "prev": prev}))  # type: ignore[dict-item]  # JSON
    return export(bodies)


@dataclass(frozen=True)
class Answer:
    """What verify.py reported: its exit status, the findings with their events, and its output."""

    status: int
    findings: dict[str, int | None]
    text: str


@pytest.fixture
def run(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Callable[..., Answer]:
    """Returns a function that runs verify.py without this project or any installed package.

    The modules from which it is joined, called in this process, must report the same.
    """
    program = tmp_path / "verify.py"
    program.write_text(joined(), encoding="utf-8")

    def run(
        bundle: Export | Path | None, checkpoints: Sequence[str] = (), keys: Sequence[str] = ()
    ) -> Answer:
        command = [sys.executable, "-I", "-S", "-W", "error", str(program)]
        for number, note in enumerate(checkpoints):
            path = tmp_path / f"kept-{number}"
            path.write_bytes(note.encode())
            command += ["--checkpoint", str(path)]
        for key in keys:
            command += ["--key", key]
        if bundle is not None:
            path = bundle if isinstance(bundle, Path) else bundle.write(tmp_path / "bundle.zip")
            command.append(str(path))
        done = subprocess.run(  # noqa: S603 (our own program)
            command, capture_output=True, text=True, check=False, cwd=tmp_path
        )

        assert not done.stderr
        if bundle is not None:
            within = run_verifier(command[6:])

            assert (done.returncode, done.stdout) == (within, capsys.readouterr().out)
        found = re.findall(r"^([A-Z]+_[A-Z_]+)(?: at event (\d+))?: ", done.stdout, re.MULTILINE)
        findings = {code: int(seq) if seq else None for code, seq in found}
        return Answer(done.returncode, findings, done.stdout)

    return run


Run = Callable[..., Answer]


def test_an_intact_bundle(run: Run) -> None:
    """An intact bundle passes, and the output says what this does not prove."""
    answer = run(INTACT)

    assert (answer.status, answer.findings) == (0, {})
    assert f"INTACT: 10 events of '{ORIGIN}'" in answer.text
    assert "Not proven: whose key signed it" in answer.text
    assert "Not proven: that no events were removed from the end" in answer.text


def test_an_intact_bundle_with_all_that_an_auditor_may_have(run: Run) -> None:
    """With known checkpoints and a known key, more is proven."""
    answer = run(with_tiles(INTACT), [AT_7, AT_10], [str(OWNER.verifier)])

    assert (answer.status, answer.findings) == (0, {})
    assert "Proven: the checkpoint was signed by a key that you gave" in answer.text
    assert "Proven: the first 10 events" in answer.text
    assert "Not proven: that no events after the first 10" in answer.text


@pytest.mark.parametrize("size", [0, 1, 256, 600])
def test_intact_bundles_of_other_sizes(run: Run, size: int) -> None:
    """An empty trail, a full tile and several tiles pass."""
    whole = with_tiles(export(linked([event(seq, ts=EVENTS[0]["ts"]) for seq in range(size)])))

    answer = run(whole, [whole.note])

    assert (answer.status, answer.findings) == (0, {})


def test_an_unpacked_bundle(run: Run, tmp_path: Path) -> None:
    """Without arguments, verify.py checks the folder that contains it."""
    for name, data in with_tiles(INTACT).contents().items():
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)

    assert run(None).status == 0

    path = tmp_path / "entries.jsonl"
    path.write_bytes(path.read_bytes().replace(b'"587"', b'"465"', 1))

    assert run(None).findings["LEAF_MISMATCH"] == 0


def test_a_checkpoint_that_went_through_the_mail(run: Run) -> None:
    """A kept checkpoint may have Windows line endings, and may lack its last newline."""
    answer = run(INTACT, [AT_7.replace("\n", "\r\n").strip()])

    assert answer.status == 0


def logged(note: str, *, as_json: bool) -> str:
    """Writes a note as the service's log does."""
    renderers: list[structlog.typing.Processor] = [
        structlog.dev.ConsoleRenderer(colors=False),
        structlog.processors.JSONRenderer(),
    ]
    return str(renderers[as_json](None, "info", {"event": "trail", "checkpoint": note})) + "\n"


def mailed(note: str) -> str:
    """Returns a test email, as a mail program saves it."""
    now = datetime(2026, 11, 23, 12, tzinfo=UTC)
    purpose = Purpose("Ada", now, revision=3, unsaved=False, server="mx:587", checkpoint=note)
    message = compose(
        display_name=None,
        sender="system@example.org",
        recipient="ada@example.net",
        purpose=purpose,
        sent_at=now,
        token="f00",
    )
    return message.as_bytes().decode()


def page_of(mail: str) -> str:
    """Returns the HTML page that a mail program shows of an email."""
    body = email.message_from_string(mail, policy=email.policy.default).get_body(("html",))
    return str(body.get_content()) if body else ""


KEPT = {
    "with a byte order mark": f"\ufeff{AT_7}",
    "by Notepad": f"\ufeff{AT_7}".replace("\n", "\r\n"),
    "in a file of anchors": f"{AT_7}\n{AT_10}\n",
    "by the log": f"started\n{logged(AT_7, as_json=False)}stopped\n",
    "by the log, as JSON": f'{{"event":"started"}}\n{logged(AT_7, as_json=True)}',
    "as a saved mail": mailed(AT_7),
    "as a page": page_of(mailed(AT_7)),
}


@pytest.mark.parametrize("name", KEPT)
def test_a_checkpoint_as_it_was_kept(run: Run, name: str) -> None:
    """A checkpoint is found in the file in which it was kept, and compared with the trail."""
    answer = run(INTACT, [KEPT[name]])
    found = run(after(lambda b: edited(b, 5)), [KEPT[name]])

    assert (0, {}) == (answer.status, answer.findings), answer.text
    assert re.search(r"Proven: the first (7|10) events are exactly those", answer.text)
    assert KNOWN.keys() <= found.findings.keys()


def test_several_kept_checkpoints_are_counted(run: Run) -> None:
    """The number of checkpoints in a file is printed, so that the auditor notices a missing one."""
    answer = run(INTACT, [f"{AT_7}\n{AT_10}\n{AT_10[:60]}\n"])

    assert "contains 2 checkpoints, of up to 10 events" in answer.text


AFTER_EDIT = {"PREV_MISMATCH": 6, "ROOT_MISMATCH": None}
CUT = {"SHORTER_THAN_CHECKPOINT": 7}
KNOWN = {"CHECKPOINT_MISMATCH": None}
STOLEN = rewritten(5, reason="rewritten")
OWN_KEY = replace(rewritten(5, ATTACKER, reason="forged"), keys=f"0 {ATTACKER.verifier}\n")
SWAPPED: dict[str, int | None] = {
    "SEQUENCE_GAP": 4,
    "PREV_MISMATCH": 5,
    "SEQUENCE_ORDER": 4,
    "TIME_BACKWARDS": 4,
    "ROOT_MISMATCH": None,
}


@pytest.mark.parametrize(
    ("tampered", "alone", "with_checkpoint"),
    [
        pytest.param(after(lambda b: edited(b, 5)), AFTER_EDIT, KNOWN, id="edit"),
        pytest.param(
            after(lambda b: edited(b, 5), with_tiles(INTACT)),
            {"LEAF_MISMATCH": 5, **AFTER_EDIT},
            KNOWN,
            id="edit beside tiles",
        ),
        pytest.param(after(lambda b: edited(b, 9)), {"ROOT_MISMATCH": None}, KNOWN, id="edit last"),
        pytest.param(
            after(lambda b: [*b[:5], *b[6:]]),
            {"SEQUENCE_GAP": 5, "PREV_MISMATCH": 6, "SHORTER_THAN_CHECKPOINT": 9},
            {},
            id="delete in the middle",
        ),
        pytest.param(
            after(lambda b: b[1:]),
            {"SEQUENCE_GAP": 0, "PREV_MISMATCH": 1, "SHORTER_THAN_CHECKPOINT": 9},
            {},
            id="delete the first",
        ),
        pytest.param(renumbered(), {"SHORTER_THAN_CHECKPOINT": 9}, {}, id="delete and renumber"),
        pytest.param(
            inserted(), {"ROOT_MISMATCH": None, "BEYOND_CHECKPOINT": 10}, KNOWN, id="insert"
        ),
        pytest.param(after(lambda b: [*b[:4], b[5], b[4], *b[6:]]), SWAPPED, KNOWN, id="swap"),
        pytest.param(
            after(lambda b: [*b, b[9]]),
            {"SEQUENCE_ORDER": 9, "PREV_MISMATCH": 9, "BEYOND_CHECKPOINT": 10},
            {},
            id="repeat",
        ),
        pytest.param(after(lambda b: b[:7]), CUT, {}, id="cut the tail"),
        pytest.param(after(lambda _: []), {"SHORTER_THAN_CHECKPOINT": 0}, {}, id="delete all"),
        pytest.param(export(BODIES[:7]), {}, CUT, id="cut the tail and its checkpoints"),
        pytest.param(STOLEN, {}, KNOWN, id="rewrite with the stolen key"),
        pytest.param(
            OWN_KEY, {}, {"SIGNATURE_INVALID": None, **KNOWN}, id="rewrite with another key"
        ),
        pytest.param(
            replace(INTACT, note=signed(BODIES, ATTACKER)),
            {"SIGNATURE_INVALID": None},
            {},
            id="sign with another key",
        ),
        pytest.param(
            replace(INTACT, note=AT_10.replace("\n10\n", "\n9\n")),
            {"SIGNATURE_INVALID": None, "ROOT_MISMATCH": None, "BEYOND_CHECKPOINT": 9},
            {},
            id="edit the checkpoint",
        ),
        pytest.param(
            replace(INTACT, note=AT_10[:-5] + ("A" if AT_10[-5] != "A" else "B") + AT_10[-4:]),
            {"SIGNATURE_INVALID": None},
            {},
            id="forge the signature",
        ),
        pytest.param(
            replace(INTACT, note=signed(BODIES, OTHER), keys=f"0 {OTHER.verifier}\n"),
            {"ORIGIN_MISMATCH": 0},
            {},
            id="checkpoint of another trail",
        ),
        pytest.param(
            rewritten(5, log_id="another"), {"ORIGIN_MISMATCH": 5}, KNOWN, id="event of another"
        ),
        pytest.param(
            rewritten(5, ts="2025-03-01T09:00:00.000000Z"),
            {"TIME_BACKWARDS": 5},
            KNOWN,
            id="clock moved back",
        ),
        pytest.param(rewritten(5, ts="yesterday"), {"MALFORMED_EVENT": 5}, KNOWN, id="no time"),
        pytest.param(rewritten(5, actor="Bob"), {"MALFORMED_EVENT": 5}, KNOWN, id="no actor"),
        pytest.param(rewritten(5, ts=7), {"MALFORMED_EVENT": 5}, KNOWN, id="a number for time"),
        pytest.param(rewritten(5, more=1), {"MALFORMED_EVENT": 5}, KNOWN, id="one part more"),
        pytest.param(
            replaced(5, lambda body: body.replace(b'"changes":[{', b'"changed":[{', 1)),
            {"MALFORMED_EVENT": 5},
            KNOWN,
            id="changes by another name",
        ),
        pytest.param(
            replace(INTACT, keys=f"3 {OWNER.verifier}\n"),
            {"KEYS_DIFFER": None},
            {},
            id="keys that begin late",
        ),
        pytest.param(rewritten(5, v=2), {"UNKNOWN_VERSION": 5}, KNOWN, id="unknown version"),
        pytest.param(rewritten(5, v=True), {"UNKNOWN_VERSION": 5}, KNOWN, id="version true"),
        pytest.param(
            replaced(5, lambda body: body.replace(b'"detail":{}', b'"detail":{"a":1,"a":1}')),
            {"NOT_CANONICAL": 5},
            KNOWN,
            id="name twice",
        ),
        pytest.param(
            replaced(5, lambda body: json.dumps(json.loads(body)).encode()),
            {"NOT_CANONICAL": 5},
            KNOWN,
            id="other JSON of the same meaning",
        ),
        pytest.param(
            after(lambda b: [*b[:5], json.dumps(json.loads(b[5])).encode(), *b[6:]]),
            {"NOT_CANONICAL": 5, **AFTER_EDIT},
            KNOWN,
            id="the same, unsigned",
        ),
        pytest.param(replaced(5, lambda _: b"[]"), {"NOT_CANONICAL": 5}, KNOWN, id="no object"),
        pytest.param(replaced(5, lambda _: b""), {"NOT_CANONICAL": 5}, KNOWN, id="empty line"),
        pytest.param(replaced(5, lambda _: b'{"v":1}'), {"MALFORMED_EVENT": 5}, KNOWN, id="no seq"),
        pytest.param(
            after(lambda b: [*b[:5], b'"' + b"x" * 99_000 + b'"', *b[6:]]),
            {"NOT_CANONICAL": 5, **AFTER_EDIT},
            KNOWN,
            id="longer than 32 KiB",
        ),
        pytest.param(
            replace(INTACT, note="nothing\n"), {"CHECKPOINT_MALFORMED": None}, {}, id="no note"
        ),
    ],
)
def test_tampering(
    run: Run,
    tampered: Export,
    alone: dict[str, int | None],
    with_checkpoint: dict[str, int | None],
) -> None:
    """Tampering is found, with its first event, from the bundle alone or with a kept checkpoint.

    If the bundle alone shows nothing, the output says that this is not proven.
    """
    without, checked = run(tampered), run(tampered, [AT_10])

    assert ((1 if alone else 0), alone) == (without.status, without.findings)
    assert alone or "Not proven: that no events were removed from the end" in without.text
    assert (1, alone | with_checkpoint) == (checked.status, checked.findings)


def test_a_kept_checkpoint_of_another_trail(run: Run) -> None:
    """A checkpoint of another installation is not accepted as this trail's."""
    answer = run(INTACT, [signed(BODIES, OTHER)])

    assert (answer.status, answer.findings) == (1, {"ORIGIN_MISMATCH": None})


def test_two_trails_for_two_parties(run: Run) -> None:
    """Two validly signed checkpoints that contradict each other are reported as a proof."""
    answer = run(STOLEN, [AT_7])

    assert (answer.status, answer.findings) == (1, KNOWN)
    assert (
        "both checkpoints are validly signed, which proves that two histories were signed"
        in answer.text
    )


def test_a_checkpoint_over_events_that_the_bundles_own_does_not_cover(run: Run) -> None:
    """A checkpoint of more events than the bundle's own does not contradict it."""
    uncovered = replace(after(lambda b: edited(b, 7)), note=signed(BODIES[:5]))
    answer = run(uncovered, [signed(BODIES[:8])])

    expected = {"PREV_MISMATCH": 8, "BEYOND_CHECKPOINT": 5, **KNOWN}
    assert (1, expected) == (answer.status, answer.findings)
    assert "two histories" not in answer.text


def test_a_key_known_from_elsewhere(run: Run) -> None:
    """With the right key given, a bundle that is signed with another key is a finding."""
    answer = run(OWN_KEY, keys=[str(OWNER.verifier)])

    assert (answer.status, answer.findings) == (1, {"SIGNATURE_INVALID": None})
    assert "not by a key that you gave" in answer.text


TWO_KEYS = f"0 {OWNER.verifier}\n8 {NEXT.verifier}\n"
ROTATION = event(
    7, action="SIGNING_KEY_CHANGED", changes=[], revision=None, detail={"after": str(NEXT.verifier)}
)
ROTATED = linked([*EVENTS[:7], ROTATION, *EVENTS[8:]])


def rotated(*signers: Signer, by: tuple[Signer, ...] = (NEXT, OWNER)) -> Export:
    """Exports a trail whose key changed at size 8, signed there by `by`, and later by others."""
    first = ("rotations/8", signed(ROTATED[:8], *by).encode())
    return Export(ROTATED, signed(ROTATED, *signers), TWO_KEYS, (first,))


@pytest.mark.parametrize(
    ("signers", "status"),
    [
        pytest.param((NEXT,), 0, id="the new key"),
        pytest.param((OWNER, NEXT), 0, id="both"),
        pytest.param((OWNER,), 1, id="the old key"),
    ],
)
def test_a_change_of_keys(run: Run, signers: tuple[Signer, ...], status: int) -> None:
    """After a change of keys only the new key counts; before it, the old key counts."""
    answer = run(rotated(*signers), [signed(ROTATED[:7])])

    assert status == answer.status
    assert answer.text.count("which was not the key in use at size 10") == status


@pytest.mark.parametrize("key", [OWNER, NEXT], ids=["old", "new"])
def test_trust_passes_from_a_key_to_the_next(run: Run, key: Signer) -> None:
    """An auditor who knows only the old key can trust the new key."""
    answer = run(rotated(NEXT), keys=[str(key.verifier)])

    assert (0, {}) == (answer.status, answer.findings), answer.text


def test_a_checkpoint_from_before_the_known_keys(run: Run) -> None:
    """It is not a finding, but who signed it is not proven unless the older key is given."""
    new, old = str(NEXT.verifier), str(OWNER.verifier)
    answer = run(rotated(NEXT), [signed(ROTATED[:7])], [new])
    known = [run(rotated(NEXT), [signed(ROTATED[:7])], keys) for keys in ([old], [new, old])]

    assert (2, {}) == (answer.status, answer.findings), answer.text
    assert "COULD NOT CHECK: whose key signed your checkpoint of 7 events" in answer.text
    assert "Give the oldest key that you know" in answer.text
    assert "Proven: these are exactly the events" in answer.text
    assert [(0, {}), (0, {})] == [(each.status, each.findings) for each in known]


ATTACKERS_PAST = f"0 {ATTACKER.verifier}\n8 {NEXT.verifier}\n"
NO_EXCUSE = {
    "of other events": (rotated(NEXT), signed([*BODIES[:6], BODIES[7]]), "CHECKPOINT_MISMATCH"),
    "of an attacker": (rotated(NEXT), signed(ROTATED[:7], ATTACKER), "SIGNATURE_INVALID"),
    "of an attacker whom the bundle lists": (
        replace(rotated(NEXT), keys=ATTACKERS_PAST),
        signed(ROTATED[:7], ATTACKER),
        "SIGNATURE_INVALID",
    ),
    "of an attacker, the known key listed behind the end": (
        Export(BODIES, signed(BODIES, ATTACKER), ATTACKERS_PAST.replace("\n8", "\n99")),
        signed(BODIES[:7], ATTACKER),
        "SIGNATURE_INVALID",
    ),
    "from after the known key began": (rotated(NEXT), signed(ROTATED[:9]), "SIGNATURE_INVALID"),
    "where the bundle knows nothing of the known key": (INTACT, AT_7, "SIGNATURE_INVALID"),
}


@pytest.mark.parametrize("name", NO_EXCUSE)
def test_a_checkpoint_by_an_unknown_key_is_no_excuse(run: Run, name: str) -> None:
    """Only an earlier key of the trail, over the same events, is not a finding."""
    bundle, note, code = NO_EXCUSE[name]
    answer = run(bundle, [note], [str(NEXT.verifier)])

    assert 1 == answer.status, answer.text
    assert code in answer.findings


def test_an_export_from_before_the_key_was_changed(run: Run, tmp_path: Path) -> None:
    """The finding says that perhaps an older key is needed."""
    path = tmp_path / "events.jsonl"
    path.write_bytes(b"\n".join(BODIES))
    for bundle in (INTACT, path):
        answer = run(bundle, [AT_10], [str(NEXT.verifier)])

        assert {"SIGNATURE_INVALID": None} == answer.findings
        assert "perhaps the trail's key has changed: give the oldest key" in answer.text


def test_an_export_that_is_older_than_the_checkpoint(run: Run) -> None:
    """The finding says that it may not be an attack, and what to do."""
    answer = run(export(BODIES[:7]), [AT_10])

    assert CUT == answer.findings
    assert "or this export is older than your checkpoint" in answer.text
    assert "get a newer export" in answer.text


UNFOUNDED = {
    "the new key's alone": rotated(NEXT, by=(NEXT,)),
    "the old key's alone": rotated(NEXT, by=(OWNER,)),
    "an attacker's": rotated(NEXT, by=(NEXT, ATTACKER)),
    "missing": replace(rotated(NEXT), files=()),
    "of another size": replace(
        rotated(NEXT), files=(("rotations/8", signed(ROTATED[:7], NEXT, OWNER).encode()),)
    ),
}


@pytest.mark.parametrize("name", UNFOUNDED)
def test_a_key_that_the_key_before_did_not_sign(run: Run, name: str) -> None:
    """A key is not the trail's if its first checkpoint lacks the previous key's signature."""
    answer = run(UNFOUNDED[name])

    assert (1, {"SIGNATURE_INVALID": None}) == (answer.status, answer.findings), answer.text


FORGED = linked([*EVENTS[:8], event(8, reason="forged"), event(9, reason="forged")])


def partial(by: Signer, bodies: Sequence[bytes], change: bytes) -> Export:
    """Exports a trail that `by` signs from size 8 on, filtered, with the event of that change."""
    files = (
        ("rotations/8", signed(bodies[:8], by, OWNER).encode()),
        ("rotations/8.event", change),
        ("filter", b"{}"),
    )
    keys = f"0 {OWNER.verifier}\n8 {by.verifier}\n"
    whole = with_tiles(Export(tuple(bodies), signed(bodies, by), keys))
    return replace(whole, bodies=whole.bodies[8:], files=whole.files + files)


def test_trust_passes_to_the_next_key_in_a_filtered_export(run: Run) -> None:
    """A filtered export always includes the event that records a new key."""
    answer = run(partial(NEXT, ROTATED, ROTATED[7]), keys=[str(OWNER.verifier)])

    assert (2, {}) == (answer.status, answer.findings), answer.text


@pytest.mark.parametrize(
    "change", [FORGED[7], linked([*EVENTS[:7], ROTATION])[7], b""], ids=["genuine", "other", "none"]
)
def test_a_key_that_no_event_records(run: Run, change: bytes) -> None:
    """The old key's signature does not introduce a new key that no event records."""
    answer = run(partial(ATTACKER, FORGED, change), keys=[str(OWNER.verifier)])

    assert "SIGNATURE_INVALID" in answer.findings, answer.text


def test_a_change_of_keys_over_other_events(run: Run) -> None:
    """A checkpoint that both keys signed over other events is a finding."""
    other = linked([*EVENTS[:6], event(6, reason="another"), ROTATION])
    files = (("rotations/8", signed(other, NEXT, OWNER).encode()),)
    answer = run(replace(rotated(NEXT), files=files))

    assert (1, {"ROOT_MISMATCH": None}) == (answer.status, answer.findings), answer.text


def test_a_key_that_comes_back(run: Run) -> None:
    """The trail may return to an earlier key, which is then in the list twice."""
    times = {"seq": 9, "ts": EVENTS[9]["ts"]}
    back = {**ROTATION, **times, "detail": {"after": str(OWNER.verifier)}}
    bodies = linked([*EVENTS[:7], ROTATION, EVENTS[8], back])
    firsts = [(f"rotations/{n}", signed(bodies[:n], OWNER, NEXT).encode()) for n in (8, 10)]
    keys = f"{TWO_KEYS}10 {OWNER.verifier}\n"

    answer = run(Export(bodies, signed(bodies, OWNER), keys, tuple(firsts)))

    assert (0, {}) == (answer.status, answer.findings), answer.text


SIGNERS = [Signer.from_seed(ORIGIN, bytes([n]) * 32) for n in range(1, 101)]
SIGNED_BY_ALL = signed(BODIES, *SIGNERS)
CHANGES = linked(
    [
        event(n, action="SIGNING_KEY_CHANGED", detail={"after": str(SIGNERS[n + 1].verifier)})
        for n in range(19)
    ]
)
OWN_LINE = AT_10.splitlines(keepends=True)[-1]


def key_lines(keys: Sequence[tuple[int, Signer]]) -> str:
    """Writes a bundle's list of keys."""
    return "".join(f"{size} {key.verifier}\n" for size, key in keys)


@forms
@pytest.mark.parametrize(
    ("costly", "most"),
    [
        pytest.param(
            replace(INTACT, keys=key_lines([(n, OWNER) for n in range(MOST_KEYS)])),
            1,
            id="one key a thousand times",
        ),
        pytest.param(
            replace(INTACT, note=AT_10 + OWN_LINE * (MOST_SIGNATURES - 1)),
            1,
            id="one signature a hundred times",
        ),
        pytest.param(
            Export(
                BODIES,
                SIGNED_BY_ALL,
                key_lines(list(enumerate(SIGNERS))),
                tuple((f"rotations/{n}", SIGNED_BY_ALL.encode()) for n in range(100)),
            ),
            100,
            id="a hundred keys that all sign all",
        ),
        pytest.param(
            Export(
                CHANGES,
                signed(CHANGES, SIGNERS[19]),
                key_lines(list(enumerate(SIGNERS[:20]))),
                tuple(
                    (f"rotations/{n}", signed(CHANGES[:n], *SIGNERS).encode()) for n in range(1, 20)
                ),
            ),
            2 * 20,
            id="keys that sign many changes",
        ),
    ],
)
def test_what_signatures_may_cost(verify: Form, tmp_path: Path, costly: Export, most: int) -> None:
    """Many keys and signatures in a bundle do not make it slow: few signatures are checked."""
    verify.ed25519_verify.cache_clear()
    verify.main([str(costly.write(tmp_path / "bundle.zip"))])

    assert 1 <= verify.ed25519_verify.cache_info().misses <= most


def test_two_keys_of_one_id(run: Run) -> None:
    """Different keys with the same ID are refused, because each would cost a signature check."""
    twins = [Signer.from_seed(ORIGIN, n.to_bytes(32, "big")) for n in (30_485, 43_918)]
    answer = run(replace(INTACT, keys=key_lines(list(enumerate(twins)))))

    assert 1 == len({each.verifier.key_id for each in twins})
    assert (2, {}) == (answer.status, answer.findings)
    assert "two different keys called" in answer.text


@pytest.mark.parametrize(
    "keys", [f"0 {NEXT.verifier}\n", f"0 {OWNER.verifier}\n7 {NEXT.verifier}\n"]
)
def test_keys_that_the_events_do_not_record(run: Run, keys: str) -> None:
    """The list of keys must match the changes that the events record."""
    answer = run(replace(rotated(NEXT), keys=keys))

    assert "KEYS_DIFFER" in answer.findings


@forms
def test_more_changes_of_keys_than_are_followed(verify: Form) -> None:
    """The events cannot make the verifier keep too many changes, or keys that are too long."""
    findings = verify.Findings()
    checks = verify.EventChecks(findings, lambda _: b"", LOG_ID, filtered=False)
    keys = ["x" * 1_001, "x" * 1_000, *("x" for _ in range(MOST_KEYS - 1))]
    times = {"action": "SIGNING_KEY_CHANGED", "ts": EVENTS[0]["ts"]}
    for body in linked([event(n, detail={"after": key}, **times) for n, key in enumerate(keys)]):
        checks.check(body)

    assert [(1, ""), (2, "x" * 1_000)] == checks.key_changes[:2]
    assert MOST_KEYS == len(checks.key_changes)
    assert {"KEYS_DIFFER": MOST_KEYS} == {code: each.seq for code, each in findings.items()}


def test_very_many_lines_that_are_not_events(run: Run, tmp_path: Path) -> None:
    """The check stops after a number of findings, because a small zip can contain many lines."""
    path = tmp_path / "lines.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as bundle:
        for name, data in (INTACT.contents() | {"entries.jsonl": b"\n" * 5_000_000}).items():
            bundle.writestr(name, data)
    answer = run(path)

    assert (1, {"NOT_CANONICAL": 0}) == (answer.status, answer.findings)
    assert "100001 events read" in answer.text
    assert "COULD NOT CHECK: the remaining events" in answer.text


def test_a_filtered_export(run: Run) -> None:
    """A filtered export proves its events, but not that they are all: status 2."""
    some = replace(INTACT, bodies=(BODIES[2], BODIES[5]))
    bare = replace(some, files=(("filter", b"{}"),))
    proven = replace(bare, files=(("filter", b"{}"), *with_tiles(INTACT).files))

    for each in (bare, proven):
        answer = run(each)

        assert (answer.status, answer.findings) == (2, {})
        assert (
            "whether events are missing, because this export is filtered or partial" in answer.text
        )
        assert "Not proven: whose key signed it" in answer.text
        assert "signed by a key that you gave" in run(each, keys=[str(OWNER.verifier)]).text
    assert "Proven: each event in this export" not in run(bare).text
    assert "Proven: each event in this export" in run(proven).text


@pytest.mark.parametrize(
    ("bodies", "findings"),
    [
        pytest.param(
            (BODIES[5], BODIES[2]), {"SEQUENCE_ORDER": 2, "TIME_BACKWARDS": 2}, id="order"
        ),
        pytest.param(
            (BODIES[2], BODIES[5].replace(b'"587"', b'"465"')), {"LEAF_MISMATCH": 5}, id="edit"
        ),
        pytest.param(
            (BODIES[2], linked([*EVENTS, event(10)])[10]), {"BEYOND_CHECKPOINT": 10}, id="beyond"
        ),
    ],
)
def test_tampering_with_a_filtered_export(
    run: Run, bodies: tuple[bytes, ...], findings: dict[str, int | None]
) -> None:
    """The events of a filtered export with tiles cannot be changed unnoticed."""
    files = (("filter", b"{}"), *with_tiles(INTACT).files)

    answer = run(replace(INTACT, bodies=bodies, files=files))

    assert (1, findings) == (answer.status, answer.findings)


def test_false_tiles_of_a_filtered_export(run: Run) -> None:
    """Tiles that were made to match an edited event do not lead to the signed root hash."""
    forged = with_tiles(after(lambda b: edited(b, 5)))
    files = (("filter", b"{}"), *forged.files)

    answer = run(replace(forged, bodies=forged.bodies[5:6], files=files))

    assert (answer.status, answer.findings) == (1, {"ROOT_MISMATCH": None})


def test_a_file_of_events_alone(run: Run, tmp_path: Path) -> None:
    """A file of events cannot be checked without a checkpoint."""
    path = tmp_path / "events.jsonl"
    path.write_bytes(b"\n".join(BODIES))

    answer = run(path)

    assert (answer.status, answer.findings) == (2, {})
    assert "give this export's own checkpoint, of 10 events" in answer.text
    assert "well-formed" not in answer.text
    assert "filtered" not in answer.text


@pytest.mark.parametrize(
    ("bodies", "notes", "status", "findings"),
    [
        pytest.param(BODIES, [AT_10], 0, {}, id="all of it"),
        pytest.param(BODIES, [AT_7, AT_10], 0, {}, id="and an older checkpoint"),
        pytest.param(edited(list(BODIES), 5), [AT_10], 1, {"ROOT_MISMATCH": None}, id="edited"),
        pytest.param(
            BODIES, [signed(BODIES, ATTACKER)], 1, {"SIGNATURE_INVALID": None}, id="forged"
        ),
        pytest.param(BODIES[:7], [AT_10], 2, {}, id="another size"),
        pytest.param(BODIES, [AT_7], 2, {}, id="an older checkpoint alone"),
        pytest.param([*BODIES[:4], *BODIES[5:]], [AT_10], 2, {}, id="a part"),
    ],
)
def test_a_file_of_events_with_its_checkpoint(  # noqa: PLR0917 (a table's columns)
    run: Run,
    tmp_path: Path,
    bodies: Sequence[bytes],
    notes: list[str],
    status: int,
    findings: dict[str, int | None],
) -> None:
    """A file of events is proven by a checkpoint of its size and the trail's key."""
    path = tmp_path / "events.jsonl"
    path.write_bytes(b"\n".join(bodies))

    answer = run(path, notes, [str(OWNER.verifier)])
    keyless = run(path, notes)

    assert (status, findings) == (answer.status, answer.findings), answer.text
    assert (2, {}) == (keyless.status, keyless.findings)
    assert "--key" in keyless.text
    is_part = len(bodies) == 9
    assert is_part == ("filtered or partial" in answer.text)


@pytest.mark.parametrize(
    ("bundle", "arguments", "why"),
    [
        pytest.param(replace(INTACT, note=""), {}, "no well-formed checkpoint", id="no checkpoint"),
        pytest.param(
            replace(INTACT, keys="nonsense\n"), {}, "does not begin with a size", id="bad keys"
        ),
        pytest.param(Path("missing.zip"), {}, "no bundle at", id="no bundle"),
        pytest.param(Path(), {}, "no entries.jsonl", id="folder that is no bundle"),
        pytest.param(
            replace(INTACT, keys="\n" * 1_000_001), {}, "larger than", id="keys without end"
        ),
        pytest.param(
            replace(INTACT, keys=INTACT.keys * 1_001), {}, "more than 1000", id="too many keys"
        ),
        pytest.param(INTACT, {"keys": ["a+00+!"]}, "not an Ed25519", id="key not base64"),
        pytest.param(
            INTACT,
            {"checkpoints": [AT_7.replace("\n\n", "\nmore\n\n")]},
            "an origin, a size and a root",
            id="kept with an extension",
        ),
        pytest.param(
            INTACT,
            {"checkpoints": [f"{AT_7}\n{signed(BODIES, OTHER)}"]},
            "checkpoints of several trails",
            id="kept of two trails",
        ),
        pytest.param(
            INTACT, {"checkpoints": ["\n" * 10 + "x" * 1_000_000]}, "larger than", id="kept huge"
        ),
        pytest.param(INTACT, {"checkpoints": [""]}, "not a signed note", id="kept nothing"),
        pytest.param(INTACT, {"checkpoints": [AT_7[:-9]]}, "is incomplete", id="kept cut"),
        pytest.param(INTACT, {"keys": ["nonsense"]}, "not an Ed25519 verifier key", id="bad key"),
        pytest.param(INTACT, {"checkpoints": ["x"]}, "not a signed note", id="kept no note"),
        pytest.param(
            INTACT, {"checkpoints": [f"{AT_7}x\n"]}, "not a signature line", id="kept half a note"
        ),
        pytest.param(
            INTACT,
            {"checkpoints": [AT_7.replace("\n7\n", "\n07\n")]},
            "size or its root hash is malformed",
            id="kept 07",
        ),
    ],
)
def test_what_cannot_be_checked(
    run: Run, bundle: Export | Path, arguments: dict[str, list[str]], why: str
) -> None:
    """Missing or unreadable input is neither intact nor a finding: status 2, with the reason."""
    answer = run(bundle, **arguments)

    assert (answer.status, answer.findings) == (2, {})
    assert "COULD NOT CHECK: " in answer.text
    assert why in answer.text


def test_a_key_as_a_bundle_lists_it(run: Run) -> None:
    """A whole line of the bundle's `keys` is accepted as a key."""
    answer = run(INTACT, keys=[INTACT.keys])

    assert "Proven: the checkpoint was signed by a key that you gave" in answer.text


WHOLE_ZIP = io.BytesIO()
with zipfile.ZipFile(WHOLE_ZIP, "w", zipfile.ZIP_DEFLATED) as zipped:
    zipped.writestr("entries.jsonl", b"\n".join(BODIES))


@pytest.mark.parametrize(
    "data",
    [
        pytest.param(WHOLE_ZIP.getvalue()[:-100], id="cut zip"),
        pytest.param(b"seq,ts,action\n0,2025-03-01,EMAIL_SETTINGS_UPDATED\n", id="csv"),
        pytest.param(b'{"class_uid":3004,"metadata":{"seq":0}}\n', id="ocsf"),
        pytest.param(AT_10.encode(), id="checkpoint"),
        pytest.param(INTACT.keys.encode(), id="keys"),
        pytest.param(b"root:x:0:0:root:/root:/bin/sh\n", id="passwd"),
        pytest.param(b"\x00\xff" * 50_000, id="bytes"),
        pytest.param(b"[" * 30_000, id="deep"),
        pytest.param(b"\n" * 1_000, id="empty lines"),
        pytest.param(b"", id="nothing"),
    ],
)
def test_other_files_are_not_exports(run: Run, tmp_path: Path, data: bytes) -> None:
    """A wrong file is not a finding."""
    path = tmp_path / "events.jsonl"
    path.write_bytes(data)
    answer = run(path, [AT_10], [str(OWNER.verifier)])

    assert (2, {}) == (answer.status, answer.findings)
    assert "this is not an export" in answer.text


@pytest.mark.parametrize("place", [0, 5, 9])
def test_one_damaged_line_of_an_export(run: Run, tmp_path: Path, place: int) -> None:
    """A damaged line is a finding, in a file of events and in a bundle."""
    bodies = [*BODIES[:place], b"\x00", *BODIES[place + 1 :]]
    path = tmp_path / "events.jsonl"
    path.write_bytes(b"\n".join(bodies))
    alone = run(path, [AT_10], [str(OWNER.verifier)])
    bundled = run(replace(INTACT, bodies=tuple(bodies)))

    assert (1, 1) == (alone.status, bundled.status)
    assert place == alone.findings["NOT_CANONICAL"] == bundled.findings["NOT_CANONICAL"]


@pytest.mark.parametrize("name", ["entries.jsonl", "checkpoint"])
@pytest.mark.parametrize("kind", ["device", "pipe", "folder"])
def test_a_bundle_contains_regular_files(run: Run, tmp_path: Path, name: str, kind: str) -> None:
    """A device, a pipe or a folder instead of a file is not read."""
    folder = tmp_path / "unpacked"
    for file, data in INTACT.contents().items():
        (folder / file).parent.mkdir(parents=True, exist_ok=True)
        (folder / file).write_bytes(data)
    (folder / name).unlink()
    if kind == "device":
        (folder / name).symlink_to("/dev/zero")
    elif kind == "pipe":
        os.mkfifo(folder / name)
    else:
        (folder / name).mkdir()
    answer = run(folder)

    assert (2, {}) == (answer.status, answer.findings)
    assert f"the bundle's {name} is not a regular file" in answer.text


def test_a_bundle_that_may_not_be_read(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The operating system's error message is printed."""
    path = INTACT.write(tmp_path / "bundle.zip")

    def refuse(_: object) -> None:
        raise PermissionError(13, "Permission denied", str(path))

    monkeypatch.setattr(zipfile, "ZipFile", refuse)
    status = run_verifier([str(path)])

    assert 2 == status
    assert f"COULD NOT CHECK: '{path}': Permission denied.\n" == capsys.readouterr().out


def test_a_missing_checkpoint_file(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A mistyped file name is reported, not skipped."""
    status = run_verifier(["--checkpoint", str(tmp_path / "typo"), str(tmp_path)])

    assert status == 2
    assert "No such file" in capsys.readouterr().out


def test_a_damaged_zip(run: Run, tmp_path: Path) -> None:
    """A damaged zip could not be checked, and this is not a finding."""
    path = INTACT.write(tmp_path / "bundle.zip")
    path.write_bytes(path.read_bytes().replace(b'"587"', b'"588"', 1))

    answer = run(path)

    assert (answer.status, answer.findings) == (2, {})
    assert "Bad CRC-32" in answer.text


@pytest.mark.filterwarnings("ignore:Duplicate name")
def test_a_zip_with_two_files_of_one_name(run: Run, tmp_path: Path) -> None:
    """A zip that shows different tools different files is refused."""
    path = INTACT.write(tmp_path / "bundle.zip")
    with zipfile.ZipFile(path, "a") as bundle:
        bundle.writestr("checkpoint", AT_7)

    answer = run(path)

    assert (answer.status, answer.findings) == (2, {})
    assert "two files for the same path" in answer.text


@pytest.mark.parametrize(
    "name",
    [
        "./entries.jsonl",
        "/entries.jsonl",
        "//./entries.jsonl",
        ".\\entries.jsonl",
        "C:\\entries.jsonl",
        "C:entries.jsonl",
        "Entries.JSONL",
        "entries.jsonl/",
        "entries.jsonl.",
        "entries.jsonl ",
        "chec\N{KELVIN SIGN}point",
        "rotations/.//8",
        "rotations\\8",
    ],
)
def test_a_zip_with_two_files_for_one_place(run: Run, name: str) -> None:
    """A zip is refused if extracting it would overwrite one of its files with another."""
    files = (("rotations/8", b""), (name, BODIES[0]))
    answer = run(replace(INTACT, files=files))

    assert (2, {}) == (answer.status, answer.findings), answer.text
    assert "two files for the same path" in answer.text


@pytest.mark.parametrize("name", ["../entries.jsonl", "tile/../keys", "a\\..\\keys", ".."])
def test_a_zip_that_leads_out_of_its_folder(run: Run, name: str) -> None:
    """A path with `..` is refused: where it is written depends on the program."""
    answer = run(replace(INTACT, files=((name, b""),)))

    assert (2, {}) == (answer.status, answer.findings), answer.text
    assert "leads outside its folder" in answer.text


def test_a_zip_with_folders_and_more_files(run: Run) -> None:
    """A bundle may be packed again, with its folders and an auditor's own files."""
    files = (("tile/", b""), ("tile/0/", b""), ("My notes..txt", b""), ("...", b""))
    answer = run(replace(INTACT, files=files))

    assert (0, {}) == (answer.status, answer.findings), answer.text


def test_nothing_from_the_bundle_reaches_the_terminal_raw(run: Run) -> None:
    """Control characters in an event's values are printed as escapes."""
    answer = run(rewritten(5, log_id="\x1b[2Jgone"))

    assert answer.findings == {"ORIGIN_MISMATCH": 5}
    assert "\x1b" not in answer.text
    assert r"\x1b[2Jgone" in answer.text


@forms
def test_a_finding_cannot_hide_its_message(verify: Form) -> None:
    """A finding escapes characters that could act on a terminal, but not letters."""
    findings = verify.Findings()
    findings.add("UNREADABLE", None, "Z\u0142y\x1b[2J\x9b\r\nINTACT.\u202e\ud800")

    assert r"Z\u0142y\u001b[2J\u009b\u000d\u000aINTACT.\u202e\ud800".replace(
        r"\u0142", "\u0142"
    ) == (findings["UNREADABLE"].message)


@forms
def test_the_help_explains_the_arguments(verify: Form, capsys: pytest.CaptureFixture[str]) -> None:
    """The help explains each argument, and which arguments may be repeated."""
    with pytest.raises(SystemExit):
        verify.main(["--help"])
    said = re.sub(r"\s+", " ", capsys.readouterr().out).partition("BUNDLE the export")[2]

    assert 2 == said.count("may be repeated")
    assert "by default, the folder" in said


def test_a_path_reaches_the_terminal_as_text(run: Run) -> None:
    """A path that is not ASCII is printed in any terminal's encoding."""
    answer = run(Path("Z\u0142y\x1b.zip"))

    assert 2 == answer.status
    assert r"there is no bundle at Z\u0142y\u001b.zip" in answer.text
