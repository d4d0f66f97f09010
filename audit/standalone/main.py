"""Checks an exported trail. Needs python3 (3.9 or newer) and nothing else; reads no network.

    python3 verify.py [--checkpoint FILE]... [--key VKEY]... [BUNDLE]
    python3 verify.py --key VKEY EVENT.tlog-proof

BUNDLE is the exported zip, the folder it was unpacked into (by default the one this file is in),
or a bare file of events, which needs a checkpoint of its size and a key. A bundle holds:

    entries.jsonl   the events' exact bytes, one event a line, in order from 0
    checkpoint      the signed statement of how many there are, and of their Merkle root
    keys            the verifier keys: in each line the size from which on a key signs, and the key
    rotations/...   the checkpoint at which each later key begins, which the key before it signed
                    as well; and, as .event, the event before it, which names that key
    tile/0/...      the events' hashes as C2SP tiles; if present, they show which event was edited
    filter          present only if the export was filtered; then completeness cannot be checked

EVENT.tlog-proof is one event with its inclusion proof in the trail (c2sp.org/tlog-proof).

--checkpoint FILE  a checkpoint of this trail that you got earlier or elsewhere: an older bundle's,
                   a saved test email, a file of anchors, lines of the service's log. With it,
                   cut-off and rewritten trails are found.
--key VKEY         the verifier key that you know the trail by; after changes of the key, the oldest
                   that you know, or each. Without it the keys in the bundle are believed, and a
                   signature proves only that they belong to it.

Exit status: 0 intact, 1 findings, 2 could not check. Anyone who can change the bundle can change
this file too: use a copy that you trust. It is one file so that it can be read in one sitting.

Formats: RFC 6962 (tree), RFC 8032 (Ed25519), RFC 8785 (canonical JSON), and c2sp.org/signed-note,
/tlog-checkpoint, /tlog-tiles and /tlog-proof. This program needs nothing of the service that wrote
the trail. The service's own verification uses the same rules for events, keys and checkpoints, so
that both find the same; its Merkle tree, Ed25519 and canonical JSON are other implementations.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

from audit.standalone.bundle import Bundle
from audit.standalone.check import check
from audit.standalone.encoding import CannotCheckError
from audit.standalone.kept import kept_in, restore_line_ends
from audit.standalone.keys import parse_named_key, without_size
from audit.standalone.notes import LARGEST_FILE, CheckpointNote
from audit.standalone.proof import PROOF_HEADER, check_proof
from audit.standalone.report import report, say, show_progress


def main(arguments: Sequence[str] | None = None) -> int:
    """Runs the command; returns its exit status."""
    options = _parser().parse_args(arguments)
    try:
        given = [parse_named_key(without_size(text)) for text in options.key]
        outside = [each for path in options.checkpoint for each in _read_outside(path)]
        proof = _read_proof(options.bundle)
        if proof is not None:
            return check_proof(proof, outside, given)
        outcome = check(Bundle(options.bundle), outside, given, show_progress)
        return report(outcome, outside, given)
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
        help="a checkpoint kept elsewhere, or a file that holds some; may be repeated",
    )
    parser.add_argument(
        "--key",
        action="append",
        default=[],
        metavar="VKEY",
        help="a verifier key that you know, the oldest or all of them; may be repeated",
    )
    parser.add_argument(
        "bundle",
        nargs="?",
        type=Path,
        default=Path(__file__).parent,
        metavar="BUNDLE",
        help="the export, zip, folder or events alone, or one event's proof; left out, the folder "
        "that this file is in",
    )
    return parser


def _read_outside(path: str) -> list[CheckpointNote]:
    try:
        with Path(path).open("rb") as file:
            found = list(kept_in(file.read(LARGEST_FILE + 1)).values())
    except OSError as problem:
        raise CannotCheckError(f"--checkpoint {path!a}: {problem.strerror}") from None
    except CannotCheckError as problem:
        raise CannotCheckError(f"--checkpoint {path!a}: {problem}") from None
    if len(found) > 1:
        newest = max(each.size for each in found)
        say(f"{path!a} holds {len(found)} checkpoints, of up to {newest} events.")
    return found


def _read_proof(path: Path) -> bytes | None:
    """Returns a file's bytes if it holds one event's proof."""
    if not path.is_file():
        return None
    with path.open("rb") as file:
        data = restore_line_ends(file.read(LARGEST_FILE))
    return data if data.startswith(PROOF_HEADER) else None


if __name__ == "__main__":
    sys.exit(main())
