"""Verifies an exported audit trail. Needs Python 3.9 or newer and nothing else; uses no network.

    python3 verify.py [--checkpoint FILE]... [--key VKEY]... [BUNDLE]
    python3 verify.py --key VKEY EVENT.tlog-proof

BUNDLE is the exported zip, the folder into which it was unpacked (by default, the folder of this
file), or a file of events alone, which needs a checkpoint of its size and a key. A bundle contains:

    entries.jsonl   the events' exact bytes, one event per line, in order from 0
    checkpoint      the signed tree head: the number of events, and their Merkle tree's root hash
    keys            the verifier keys, one per line, each after the size from which on it signs
    rotations/...   for each later key, the checkpoint at which it begins, which the previous key
                    signed as well; and, as .event, the event before it, which records that key
    tile/0/...      the events' leaf hashes as C2SP tiles; if present, they show which event differs
    filter          present only if the export was filtered; then completeness cannot be checked

EVENT.tlog-proof is a single event with its inclusion proof (c2sp.org/tlog-proof).

--checkpoint FILE  a checkpoint of this trail that you got earlier or elsewhere: an older bundle's,
                   a saved test email, a file of anchors, lines of the service's log. With it, the
                   check also finds a trail that was shortened, or rewritten with its signing key.
--key VKEY         the verifier key by which you know the trail; if its key has changed, the oldest
                   that you know, or all of them. Without it, the keys in the bundle are trusted:
                   a signature then proves only that it was made with one of them.

Exit status: 0 intact, 1 findings, 2 could not check. Anyone who can change the bundle can change
this file too: use a copy that you trust. It is one file so that you can read it in one sitting.

Formats: RFC 6962 (Merkle tree), RFC 8032 (Ed25519), RFC 8785 (canonical JSON), and
c2sp.org/signed-note, /tlog-checkpoint, /tlog-tiles and /tlog-proof. This program needs nothing of
the service that wrote the trail. The service's own verification applies the same rules to events,
keys and checkpoints, so that both report the same findings; its Merkle tree, Ed25519 and canonical
JSON are separate implementations.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

from audit.standalone.bundle import Bundle
from audit.standalone.check import check
from audit.standalone.formats.encoding import CannotCheckError
from audit.standalone.formats.keys import parse_named_key, without_size
from audit.standalone.formats.notes import LARGEST_FILE, CheckpointNote
from audit.standalone.kept import find_checkpoints, restore_line_ends
from audit.standalone.proof import PROOF_HEADER, check_proof
from audit.standalone.report import report, say, show_progress


def main(arguments: Sequence[str] | None = None) -> int:
    """Runs the command; returns its exit status."""
    options = _parser().parse_args(arguments)
    try:
        given = [parse_named_key(without_size(text)) for text in options.key]
        known = [each for path in options.checkpoint for each in _read_checkpoints(path)]
        proof = _read_proof(options.bundle)
        if proof is not None:
            return check_proof(proof, known, given)
        outcome = check(Bundle(options.bundle), known, given, show_progress)
        return report(outcome, known, given)
    except CannotCheckError as problem:
        say(f"COULD NOT CHECK: {problem}.")
    except OSError as problem:
        say(f"COULD NOT CHECK: {problem.filename!a}: {problem.strerror or problem}.")
    except Exception as problem:  # noqa: BLE001 (a crash's own status, 1, would say "findings")
        say(f"COULD NOT CHECK: the bundle could not be read: {problem!a}.")
    return 2


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument(
        "--checkpoint",
        action="append",
        default=[],
        metavar="FILE",
        help="a file with one or more checkpoints that you kept; may be repeated",
    )
    parser.add_argument(
        "--key",
        action="append",
        default=[],
        metavar="VKEY",
        help="a verifier key that you know: the oldest, or all of them; may be repeated",
    )
    parser.add_argument(
        "bundle",
        nargs="?",
        type=Path,
        default=Path(__file__).parent,
        metavar="BUNDLE",
        help="the export (a zip, a folder or a file of events) or a single event's proof; by "
        "default, the folder of this file",
    )
    return parser


def _read_checkpoints(path: str) -> list[CheckpointNote]:
    try:
        with Path(path).open("rb") as file:
            found = list(find_checkpoints(file.read(LARGEST_FILE + 1)).values())
    except OSError as problem:
        raise CannotCheckError(f"--checkpoint {path!a}: {problem.strerror}") from None
    except CannotCheckError as problem:
        raise CannotCheckError(f"--checkpoint {path!a}: {problem}") from None
    if len(found) > 1:
        newest = max(each.size for each in found)
        say(f"{path!a} contains {len(found)} checkpoints, of up to {newest} events.")
    return found


def _read_proof(path: Path) -> bytes | None:
    """Returns a file's bytes if it is a single event's proof, or None if it is not."""
    if not path.is_file():
        return None
    with path.open("rb") as file:
        data = restore_line_ends(file.read(LARGEST_FILE))
    return data if data.startswith(PROOF_HEADER) else None


if __name__ == "__main__":
    sys.exit(main())
