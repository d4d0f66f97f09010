"""Checks an exported trail. Needs python3 (3.9 or newer) and nothing else; reads no network.

    python3 verify.py [--checkpoint FILE]... [--key VKEY]... [BUNDLE]
    python3 verify.py --key VKEY EVENT.tlog-proof

BUNDLE is the exported zip, the folder it was unpacked into (by default the one this file is in),
or a bare file of events, which wants a checkpoint of its size and a key beside it. It holds:

    entries.jsonl   the events' exact bytes, one a line, in order from 0
    checkpoint      the signed statement of how many there are, and of their Merkle root
    keys            the keys that signed since when: a size, a space and a verifier key, a line each
    rotations/...   the checkpoint at which each later key begins: the key before it signed it, too;
                    and, as .event, the event before it, which tells of that key
    tile/0/...      the events' hashes as C2SP tiles; if present, an edited event is named by them
    filter          present only if the export was filtered; then completeness cannot be checked

EVENT.tlog-proof is one event with the proof that it stands in the trail (c2sp.org/tlog-proof).

--checkpoint FILE  a checkpoint of this trail that you got earlier or elsewhere: an older bundle's,
                   a saved test email, a file of anchors, lines of the service's log. With it,
                   cut-off and rewritten trails are found.
--key VKEY         the verifier key that you know the trail by; after changes of the key, the oldest
                   that you know, or each. Without it the keys in the bundle are believed, and a
                   signature proves only that they belong to it.

Exit status: 0 intact, 1 findings, 2 could not check. Whoever can change the bundle can change this
file too: use a copy that you trust. One file on purpose, so that it can be read in one sitting.

Formats: RFC 6962 (tree), RFC 8032 (Ed25519), RFC 8785 (canonical JSON), and c2sp.org/signed-note,
/tlog-checkpoint, /tlog-tiles and /tlog-proof. This file needs nothing of the service that wrote the
trail. The other way round it does: the service's own verification judges events, keys and kept
checkpoints by what stands here, so that both find the same. Its tree is another, and so is what
signs and checks signatures.
"""

from __future__ import annotations

import argparse
import base64
import binascii
import email
import functools
import hashlib
import json
import re
import sys
import zipfile
from itertools import islice
from pathlib import Path
from typing import IO, TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

EMPTY_ROOT = hashlib.sha256(b"").digest()
LARGEST_BODY = 32 * 1024
LARGEST_FILE = 1_000_000
FIRST_LINES = 100
HASH = 32
SIGNATURE = 64
LARGEST_INTEGER = 2**53 - 1
LONGEST_KEY = 1_000
MOST_FINDINGS = 100_000
MOST_KEYS = 1_000
MOST_SIGNATURES = 100
TILE = 256
_DECIMAL = "0|[1-9][0-9]{0,17}"
_NAME = r"[^\s+\x00-\x1f\ud800-\udfff]+"
"""What a key, and so a trail, may be called (c2sp.org/signed-note): no spaces, no plus."""


class CannotCheckError(Exception):
    """What was handed in is not something that can be checked."""


# ---------------------------------------------------------------- Ed25519 (RFC 8032, section 5.1)

_P = 2**255 - 19
_L = 2**252 + 27742317777372353535851937790883648493
_D = -121665 * pow(121666, -1, _P) % _P
_ROOT_OF_MINUS_ONE = pow(2, (_P - 1) // 4, _P)

_Point = tuple[int, int, int, int]
"""Extended homogeneous coordinates: x = X/Z, y = Y/Z, xy = T/Z."""

_NEUTRAL: _Point = (0, 1, 1, 0)


def _add(a: _Point, b: _Point) -> _Point:
    p = (a[1] - a[0]) * (b[1] - b[0]) % _P
    q = (a[1] + a[0]) * (b[1] + b[0]) % _P
    r = 2 * a[3] * b[3] * _D % _P
    s = 2 * a[2] * b[2] % _P
    e, f, g, h = q - p, s - r, s + r, q + p
    return (e * f % _P, g * h % _P, f * g % _P, e * h % _P)


def _multiply(number: int, point: _Point) -> _Point:
    total = _NEUTRAL
    while number:
        if number & 1:
            total = _add(total, point)
        point = _add(point, point)
        number >>= 1
    return total


def _decode_point(data: bytes) -> _Point | None:
    number = int.from_bytes(data, "little")
    y, sign = number & ((1 << 255) - 1), number >> 255
    if y >= _P:
        return None
    square = (y * y - 1) * pow(_D * y * y + 1, -1, _P) % _P
    x = pow(square, (_P + 3) // 8, _P)
    if (x * x - square) % _P:
        x = x * _ROOT_OF_MINUS_ONE % _P
    if (x * x - square) % _P or (x == 0 and sign):
        return None
    if x & 1 != sign:
        x = _P - x
    return (x, y, 1, x * y % _P)


def _encode_point(point: _Point) -> bytes:
    inverse = pow(point[2], -1, _P)
    x, y = point[0] * inverse % _P, point[1] * inverse % _P
    return (y | (x & 1) << 255).to_bytes(32, "little")


def is_public_key(data: bytes) -> bool:
    """Tell whether the bytes are a point of the curve, in its one form, under which not all holds.

    Under the eight points of small order anyone can make signatures that hold for any text.
    """
    point = _decode_point(data)
    return point is not None and _encode_point(_multiply(8, point)) != _encode_point(_NEUTRAL)


_BASE = _decode_point((4 * pow(5, -1, _P) % _P).to_bytes(32, "little"))


# A key that comes back stands in a bundle's keys twice, and costs milliseconds each time.
@functools.lru_cache(maxsize=1024)
def ed25519_verify(public_key: bytes, message: bytes, signature: bytes) -> bool:
    """Tell whether the signature (64 bytes) over the message was made by that key (32 bytes)."""
    if len(public_key) != 32 or len(signature) != SIGNATURE:  # noqa: PLR2004 (RFC 8032's size)
        return False
    key = _decode_point(public_key)
    s = int.from_bytes(signature[32:], "little")
    if key is None or _BASE is None or s >= _L:
        return False
    hashed = hashlib.sha512(signature[:32] + public_key + message).digest()
    k = int.from_bytes(hashed, "little") % _L
    minus_key = (-key[0] % _P, key[1], key[2], -key[3] % _P)
    return _encode_point(_add(_multiply(s, _BASE), _multiply(k, minus_key))) == signature[:32]


# -------------------------------------------------------------- Merkle tree (RFC 6962, section 2.1)


def leaf_hash(body: bytes) -> bytes:
    """Hash an event's exact bytes."""
    return hashlib.sha256(b"\x00" + body).digest()


def _node_hash(left: bytes, right: bytes) -> bytes:
    return hashlib.sha256(b"\x01" + left + right).digest()


class Tree:
    """A growing tree that remembers its right edge, and its roots at the sizes asked for."""

    def __init__(self, wanted: Sequence[int]) -> None:
        self.size = 0
        self._edge: list[bytes] = []
        self._wanted = frozenset(wanted)
        self.roots = {0: EMPTY_ROOT}

    def append(self, leaf: bytes) -> None:
        """Add a leaf hash."""
        index = self.size
        while index & 1:
            leaf = _node_hash(self._edge.pop(), leaf)
            index >>= 1
        self._edge.append(leaf)
        self.size += 1
        if self.size in self._wanted:
            self.roots[self.size] = self._root()

    def _root(self) -> bytes:
        top = self._edge[-1]
        for left in reversed(self._edge[:-1]):
            top = _node_hash(left, top)
        return top


# ---------------------------------------------------------------------- canonical JSON (RFC 8785)


class NotCanonicalError(ValueError):
    """A body is not the one text that RFC 8785 gives its value."""


def _object(pairs: list[tuple[str, object]]) -> dict[str, object]:
    made = dict(pairs)
    names = list(made)
    if len(names) < len(pairs):
        raise NotCanonicalError("a name stands twice in an object")
    # RFC 8785 orders names by their UTF-16 units; of ASCII these are the characters.
    if names != sorted(names, key=None if "".join(names).isascii() else _units):
        raise NotCanonicalError("names are not in order in an object")
    return made


def _units(name: str) -> bytes:
    return name.encode("utf-16-be", "surrogatepass")


def _integer(digits: str) -> int:
    if len(digits) > 17 or abs(int(digits)) > LARGEST_INTEGER:  # noqa: PLR2004 (sign, 16 digits)
        raise NotCanonicalError("a number is too large")
    return int(digits)


def _no_fraction(text: str) -> object:
    raise NotCanonicalError(f"the number {text[:20]} is not a plain integer")


_decode = json.JSONDecoder(
    object_pairs_hook=_object,
    parse_int=_integer,
    parse_float=_no_fraction,
    parse_constant=_no_fraction,
).decode
_encode = json.JSONEncoder(ensure_ascii=False, check_circular=False, separators=(",", ":")).encode


def parse_canonical(body: bytes) -> object:
    """Read a body, which must be canonical JSON with integers for numbers.

    Raises:
        NotCanonicalError: it is not; the message says in what.
    """
    try:
        text = body.decode("utf-8")
        value = _decode(text)
    except NotCanonicalError:
        raise
    except (ValueError, RecursionError) as problem:
        raise NotCanonicalError(f"it is not JSON in UTF-8 ({type(problem).__name__})") from None
    if _encode(value) != text:
        raise NotCanonicalError("spaces, escapes or numbers are not written in the canonical way")
    return value


# ------------------------------------------------------------ signed notes and checkpoints (C2SP)


class Key(NamedTuple):
    """A verifier key, and the size of trail from which on it signs."""

    name: str
    key_id: bytes
    public_key: bytes
    from_size: int = 0

    def __str__(self) -> str:
        return f"{ascii(self.name)[1:-1]}+{self.key_id.hex()}"

    @property
    def text(self) -> str:
        """As the service writes it."""
        encoded = base64.b64encode(b"\x01" + self.public_key).decode("ascii")
        return f"{self.name}+{self.key_id.hex()}+{encoded}"


class Signature(NamedTuple):
    """One line under a note."""

    name: str
    key_id: bytes
    value: bytes


class Checkpoint(NamedTuple):
    """A signed note that states a trail's size and root. Its signatures are not yet checked."""

    origin: str
    size: int
    root: bytes
    text: bytes
    signatures: tuple[Signature, ...]


def _base64(text: str) -> bytes:
    try:
        data = base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        data = b""
    return data if base64.b64encode(data).decode("ascii") == text else b""


def _is_name(text: str) -> bool:
    return re.fullmatch(_NAME, text) is not None


def parse_key(text: str, from_size: int = 0) -> Key:
    """Read `name+keyid+base64(01 || Ed25519 public key)`, and hold it to the ID it claims."""
    name, _, rest = text.partition("+")
    claimed, _, encoded = rest.partition("+")
    data = _base64(encoded)
    named = name.encode("utf-8", "surrogatepass") + b"\n" + data
    key_id = hashlib.sha256(named).digest()[:4]
    if len(data) != 33 or data[0] != 1 or claimed != key_id.hex() or not _is_name(name):  # noqa: PLR2004 (type byte and key)
        raise CannotCheckError(f"this is not an Ed25519 verifier key: {text!a}")
    if not is_public_key(data[1:]):
        raise CannotCheckError(f"under this key any signature could be made to hold: {text!a}")
    return Key(name, key_id, data[1:], from_size)


def key_in(text: str) -> str:
    """Give the key out of a line of a bundle's `keys`, which has a size before it."""
    return re.sub(rf"\A(?:{_DECIMAL}) +", "", text.strip())


def parse_keys(data: bytes) -> list[Key]:
    """Read the bundle's `keys`: a line for each, `from_size verifier-key`, oldest first."""
    lines = data.decode("utf-8", "replace").splitlines()
    if len(lines) > MOST_KEYS:
        raise CannotCheckError(f"the bundle's keys are more than {MOST_KEYS}")
    keys = []
    named: dict[tuple[str, bytes], bytes] = {}
    for line in lines:
        size, _, text = line.partition(" ")
        if not re.fullmatch(_DECIMAL, size):
            raise CannotCheckError(f"a line in the bundle's keys has no size before it: {line!a}")
        key = parse_key(text, int(size))
        # A key may come back later. Two keys of one ID are made, to have each signature cost more.
        if named.setdefault(key[:2], key.public_key) != key.public_key:
            raise CannotCheckError(f"the bundle's keys hold two different ones called {key}")
        keys.append(key)
    return sorted(keys, key=lambda key: key.from_size)


def parse_checkpoint(data: bytes) -> Checkpoint:
    """Read a checkpoint; CannotCheckError says what is wrong with it."""
    try:
        note = data.decode("utf-8")
    except ValueError:
        raise CannotCheckError("it is not a text in UTF-8") from None
    if re.search(r"[\x00-\x09\x0b-\x1f]", note):
        raise CannotCheckError("it holds control characters, as no signed note does")
    text, border, tail = note.rpartition("\n\n")
    lines = tail.split("\n")
    if not border or lines.pop() or not 0 < len(lines) <= MOST_SIGNATURES:
        raise CannotCheckError("it is not a signed note: a text, a blank line, signatures")
    signatures: dict[tuple[str, bytes], Signature] = {}
    for signature in map(_parse_signature, lines):
        # Of a key's signatures the first counts, as in Go's note package: each one costs.
        signatures.setdefault(signature[:2], signature)
    try:
        origin, size, root = text.split("\n")
    except ValueError:
        raise CannotCheckError("it does not state an origin, a size and a root") from None
    hashed = _base64(root)
    if not _is_name(origin) or not re.fullmatch(_DECIMAL, size) or len(hashed) != HASH:
        raise CannotCheckError("it does not state an origin, a size and a root properly")
    if size == "0" and hashed != EMPTY_ROOT:
        raise CannotCheckError("it states another root than that of no events")
    signed = f"{text}\n".encode()
    return Checkpoint(origin, int(size), hashed, signed, tuple(signatures.values()))


def _parse_signature(line: str) -> Signature:
    found = re.fullmatch(f"\N{EM DASH} ({_NAME}) ([^ ]+)", line)
    data = _base64(found[2]) if found else b""
    if not found or len(data) < 5:  # noqa: PLR2004 (an ID, and at least something)
        raise CannotCheckError(f"this is not a signature line: {line!a}")
    return Signature(found[1], data[:4], data[4:])


_PERHAPS = "perhaps the trail's key was changed: give the oldest key that you know, or all of them"

_NOTE = r"""(?x) (?<![^\n>"'])
    [^\s+<>"']+ \n [0-9]+ \n [A-Za-z0-9+/]{43}= \n
    \n (?: \N{EM DASH}[ ][^\s+]+[ ][A-Za-z0-9+/=]+ \n )+ (?=[\n"'<]|\Z)"""


def kept_in(data: bytes) -> dict[bytes, Checkpoint]:
    """Read what was kept as a checkpoint: the note, or what holds some; each note as it was signed.

    Mail programs and editors change line ends, drop the last one and put a mark in front of all.
    A file of anchors, a line of a log, a page or a saved mail holds notes among other things.
    """
    if len(data) > LARGEST_FILE:
        raise CannotCheckError(f"it is larger than {LARGEST_FILE} bytes: cut its last lines out")
    data = _plain(data)
    try:
        return _whole({data: parse_checkpoint(data)})
    except CannotCheckError:
        notes = [each for text in _texts_of(data) for each in re.findall(_NOTE, text)]
        found = {note.encode(): parse_checkpoint(note.encode()) for note in notes}
        if not found:
            raise
    return _whole(found)


def _whole(found: dict[bytes, Checkpoint]) -> dict[bytes, Checkpoint]:
    own = [(each, line) for each in found.values() for line in each.signatures]
    if any(each.origin == line.name and len(line.value) < SIGNATURE for each, line in own):
        raise CannotCheckError("the end of a signature is missing: it was cut off")
    origins = {each.origin for each in found.values()}
    if len(origins) > 1:
        message = "it holds checkpoints of several trails, {}: cut out the one that this is about"
        raise CannotCheckError(message.format(", ".join(map(ascii, sorted(origins)))))
    return found


def _plain(data: bytes) -> bytes:
    return data.removeprefix(b"\xef\xbb\xbf").replace(b"\r\n", b"\n").strip(b"\n") + b"\n"


def _texts_of(data: bytes) -> Iterator[str]:
    """Give a text as it is, as it was before it was written in a log's line, and a mail's parts."""
    text = data.decode("utf-8", "replace")
    yield text
    yield text.replace("\\n", "\n").replace("\\u2014", "\N{EM DASH}")
    for part in email.message_from_bytes(data).walk():
        content = part.get_payload(decode=True)
        yield _plain(content).decode("utf-8", "replace") if isinstance(content, bytes) else ""


class Trust:
    """Which keys are believed, and from which size on each of them signs.

    A key comes after another by that one's word: both sign the checkpoint at which it begins. So
    whoever trusts a key trusts those that follow it, and nobody without the key can add one.
    """

    def __init__(self, bundled: Sequence[Key], given: Sequence[Key]) -> None:
        unlisted = [key for key in given if not any(key[:3] == each[:3] for each in bundled)]
        self._keys = sorted([*unlisted, *bundled], key=lambda key: key.from_size)
        self._given = {key[:3] for key in given}
        self._trusted = set(self._given)

    def take_change(
        self, before: Key, after: Key, first: Checkpoint | None, *, told: bool
    ) -> str | None:
        """Check a later key by its first checkpoint; say why it is not to be believed.

        Both keys' signatures are not enough: the key before it signed the checkpoint of that size
        whatever followed. An event under that checkpoint has to tell of the later key.
        """
        if not told:
            return "the event before its first checkpoint does not tell of it"
        if first is None or first.size != after.from_size or first.origin != after.name:
            return "the bundle lacks its first checkpoint, which the key before it signed"
        signers = self._signers(first)
        if isinstance(signers, str):
            return signers
        if not {before[:3], after[:3]} <= {key[:3] for key in signers}:
            return f"its first checkpoint is not signed by both, it and the key before, {before}"
        if before[:3] in self._trusted:
            self._trusted.add(after[:3])
        return None

    def problem_with(self, checkpoint: Checkpoint) -> str | None:
        """Say why the checkpoint's signatures are not to be believed; None if they are."""
        signers = self._signers(checkpoint)
        if isinstance(signers, str):
            return signers
        return self._problem_with_signers(checkpoint, signers)

    def _signers(self, checkpoint: Checkpoint) -> list[Key] | str:
        signers = []
        for signature in checkpoint.signatures:
            known = [key for key in self._keys if key[:2] == signature[:2]]
            holding = [
                key
                for key in known
                if ed25519_verify(key.public_key, checkpoint.text, signature.value)
            ]
            if known and not holding:
                return f"the signature by {known[0]} does not hold: the statement was changed"
            signers += holding
        return signers

    def _problem_with_signers(self, checkpoint: Checkpoint, signers: Sequence[Key]) -> str | None:
        names = ", ".join(map(str, signers))
        own = [key for key in signers if key.name == checkpoint.origin]
        if not own and any(each.name == checkpoint.origin for each in checkpoint.signatures):
            return f"it is signed by another key of this trail's name; {_PERHAPS}"
        if not own:
            return "it bears no signature by a known key of this trail"
        if self._given and not any(key[:3] in self._trusted for key in own):
            message = f"it is signed by {names}, not by a key that you gave or one that followed it"
            return f"{message}; {_PERHAPS}"
        if not self._in_use(checkpoint, own):
            return f"it is signed by {names}, which was not the key in use at {checkpoint.size}"
        return None

    def _in_use(self, checkpoint: Checkpoint, signers: Sequence[Key]) -> Key | None:
        periods = [key.from_size for key in self._keys if key.name == checkpoint.origin]
        current = max((size for size in periods if size <= checkpoint.size), default=0)
        own = (key for key in signers if key.name == checkpoint.origin)
        return next((key for key in own if key.from_size == current), None)

    def key_before(self, checkpoint: Checkpoint) -> Key | None:
        """Give the key that signed a checkpoint where it was the trail's before those trusted.

        A change of keys is believed only forwards: nothing vouches for that key. But that it is
        not known accuses nobody, if it is where the bundle has it, and a trusted one came later.
        """
        signers = self._signers(checkpoint)
        if isinstance(signers, str) or any(key[:3] in self._trusted for key in signers):
            return None
        later = (key for key in self._keys if key.from_size > checkpoint.size)
        trusted_later = any(key[:3] in self._trusted for key in later)
        return self._in_use(checkpoint, signers) if trusted_later else None


# ------------------------------------------------------------------------------------- the bundle


def _as_extracted(name: str) -> str:
    """Give the place that a zip's file is written to, the same for all that may come to one.

    Programs that extract leave out what leads nowhere; Windows takes other separators, drops dots
    and spaces at a part's end, and as macOS does takes capitals for small letters.
    """
    parts = re.sub(r"\A[A-Za-z]:", "", name).replace("\\", "/").casefold().split("/")
    if ".." in (part.strip() for part in parts):
        raise CannotCheckError(f"the zip holds a file that leads out of its folder: {name!a}")
    return "/".join(kept for part in parts if (kept := part.rstrip(". ")))


class Bundle:
    """The files of an export, from a zip, from a folder, or as the one file of events alone."""

    def __init__(self, path: Path) -> None:
        self._folder = path
        self._zip = None
        self.bare = False
        if path.is_file() and zipfile.is_zipfile(path):
            self._zip = zipfile.ZipFile(path)
            names = [_as_extracted(name) for name in self._zip.namelist()]
            if len(set(names)) < len(names):
                raise CannotCheckError("the zip holds two files of one name: which is shown?")
        elif path.is_file():
            self.bare = True
            # Of a whole export any one line may be damaged, which is found: not all of these.
            if not any(map(_is_like_an_event, islice(self.bodies(), FIRST_LINES))):
                raise CannotCheckError(_NO_EXPORT)
        elif not path.is_dir():
            raise CannotCheckError(f"there is no bundle at {path}")

    def read(self, name: str) -> bytes | None:
        """Read a small file; None if the bundle has none of that name."""
        if self.bare:
            return None
        try:
            with self._open(name) as file:
                data = file.read(LARGEST_FILE + 1)
        except (KeyError, FileNotFoundError, NotADirectoryError):
            return None
        if len(data) > LARGEST_FILE:
            raise CannotCheckError(f"the bundle's {name} is larger than {LARGEST_FILE} bytes")
        return data

    def bodies(self) -> Iterator[bytes]:
        """Give the events' bytes, one after the other; one that is too long is given cut."""
        try:
            events = self._folder.open("rb") if self.bare else self._open("entries.jsonl")
        except (KeyError, FileNotFoundError):
            raise CannotCheckError("the bundle has no entries.jsonl") from None
        with events:
            while line := events.readline(LARGEST_BODY + 2):
                yield line[:-1] if line.endswith(b"\n") else line
                while len(line) > LARGEST_BODY + 1 and not line.endswith(b"\n"):
                    line = events.readline(LARGEST_BODY + 2)

    def _open(self, name: str) -> IO[bytes]:
        if self._zip is not None:
            return self._zip.open(name)
        path = self._folder / name
        # A device or a pipe would be read for ever.
        if path.exists() and not path.is_file():
            raise CannotCheckError(f"the bundle's {name} is not a plain file")
        return path.open("rb")


_NO_EXPORT = (
    "this is not an export: a csv or ocsf export proves nothing by itself, and a zip that was cut "
    "off cannot be read"
)


def _is_like_an_event(line: bytes) -> bool:
    try:
        value = json.loads(line)
    except (ValueError, RecursionError):
        return False
    return isinstance(value, dict) and {"v", "log_id", "seq", "prev"} <= value.keys()


class Tiles:
    """The leaf hashes that the bundle itself states, a tile in memory at a time."""

    def __init__(self, bundle: Bundle, size: int) -> None:
        self._bundle = bundle
        self._size = size
        self._index = -1
        self._tile = b""

    def leaf(self, seq: int) -> bytes:
        """Give the hash stated for the event; nothing (`b""`) where there is none."""
        index, place = divmod(seq, TILE)
        if index != self._index:
            self._index, self._tile = index, self._read(index)
        return self._tile[HASH * place : HASH * (place + 1)]

    def _read(self, index: int) -> bytes:
        digits = str(index)
        digits = digits.zfill(-(-len(digits) // 3) * 3)
        groups = [digits[at : at + 3] for at in range(0, len(digits), 3)]
        path = "tile/0/" + "".join(f"x{group}/" for group in groups[:-1]) + groups[-1]
        width = min(TILE, self._size - TILE * index)
        if width <= 0:
            return b""
        return self._bundle.read(path if width == TILE else f"{path}.p/{width}") or b""


# -------------------------------------------------------------------------------------- the checks


def escaped(text: str, *, keep: Callable[[str], bool]) -> str:
    """Write what is not to be kept as JSON's escapes.

    Names and values are whoever's who wrote them. Raw, they could move a terminal's cursor, turn
    the direction of writing, and so hide what is said of them.
    """
    return "".join(each if keep(each) else _escape(each) for each in text)


def _escape(character: str) -> str:
    units = character.encode("utf-16-be", "surrogatepass").hex()
    return "".join(f"\\u{units[at : at + 4]}" for at in range(0, len(units), 4))


def _is_plain(character: str) -> bool:
    return " " <= character <= "~"


class Finding:
    """What is wrong: at which event first (None: with the whole), and how often it was met."""

    def __init__(self, seq: int | None, message: str) -> None:
        self.seq = seq
        self.message = message
        self.count = 1


class Findings(dict[str, Finding]):
    """The first finding of each code, in the order in which they were met."""

    def add(self, code: str, seq: int | None, message: str) -> None:
        """Note a finding; of each code, the first is kept and the others are counted."""
        if code in self:
            self[code].count += 1
        else:
            self[code] = Finding(seq, escaped(message, keep=str.isprintable))

    @property
    def total(self) -> int:
        """How often anything was met."""
        return sum(each.count for each in self.values())


NOT_ITS_HASH = "the event is not the one whose hash is stated beside it"

_Kinds = dict[str, tuple[type, ...]]
"""Of which kinds each part of an object may be."""

# Of one width, so that the order of the texts is the order of the times.
_TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z", re.ASCII)


_TEXT, _NUMBER, _FLAG, _LIST, _OBJECT = (str,), (int,), (bool,), (list,), (dict,)
_NONE = type(None)
_PARTS: _Kinds = {
    "v": _NUMBER,
    "log_id": _TEXT,
    "seq": _NUMBER,
    "prev": (str, _NONE),
    "ts": _TEXT,
    "action": _TEXT,
    "outcome": _TEXT,
    "error_code": (str, _NONE),
    "actor": _OBJECT,
    "client": (dict, _NONE),
    "target": _TEXT,
    "revision": (int, _NONE),
    "changes": _LIST,
    "reason": (str, _NONE),
    "correlation_id": (str, _NONE),
    "detail": _OBJECT,
}
_ACTOR: _Kinds = {"kind": _TEXT, "id": (str, _NONE), "name": _TEXT, "role": (str, _NONE)}
_CLIENT: _Kinds = {
    "ip": (str, _NONE),
    "ip_source": _TEXT,
    "user_agent": (str, _NONE),
    "request_id": _TEXT,
    "operation": (str, _NONE),
}
_CHANGE: _Kinds = {
    "field": _TEXT,
    "before": (str, _NONE),
    "after": (str, _NONE),
    "redacted": _FLAG,
}
_FACT = (str, int, bool, _NONE)


def is_event(event: dict[str, object]) -> bool:
    """Tell whether an event has the parts that every event has, of their kinds, and no others.

    Which actions and outcomes there are is left open: later versions of the service know more.
    """
    if not _is_made_of(event, _PARTS):
        return False
    changes, detail, client = event["changes"], event["detail"], event["client"]
    return (
        _is_made_of(event["actor"], _ACTOR)
        and (client is None or _is_made_of(client, _CLIENT))
        and isinstance(changes, list)
        and all(_is_made_of(change, _CHANGE) for change in changes)
        and isinstance(detail, dict)
        and all(type(fact) in _FACT for fact in detail.values())
    )


def _is_made_of(value: object, parts: _Kinds) -> bool:
    # Not `isinstance`, to which True is a number.
    return (
        isinstance(value, dict)
        and value.keys() == parts.keys()
        and all(type(value[name]) in kinds for name, kinds in parts.items())
    )


class Trail:
    """Reads the events in order; of those passed it keeps no more than the last one's facts."""

    def __init__(
        self,
        findings: Findings,
        tiles: Tiles,
        log_id: str,
        *,
        filtered: bool,
        parse: Callable[[bytes], object] = parse_canonical,
    ) -> None:
        self._findings = findings
        self._parse = parse
        self._tiles = tiles
        self._filtered = filtered
        self._log_id = log_id
        self._previous: bytes | None = None
        self._latest = ""
        self.expected = 0
        self.count = 0
        self.event: object = None
        """The last event, decoded; None where that it cannot be read was found already."""
        self.key_changes: list[tuple[int, str]] = []
        """From which size on which verifier key signs, as the events tell it."""

    def take(self, body: bytes) -> bytes:
        """Check the next event's own form and its place; give its leaf hash."""
        self.count += 1
        leaf = leaf_hash(body)
        seq = self._check(body)
        stated = self._tiles.leaf(seq)
        if stated and stated != leaf:
            self._findings.add("LEAF_MISMATCH", seq, NOT_ITS_HASH)
        self._previous = leaf
        self.expected = seq + 1
        return leaf

    def _check(self, body: bytes) -> int:
        """Check a body, and give the number it has: its own if it says one, else the next."""
        self.event = None
        try:
            if len(body) > LARGEST_BODY:
                raise NotCanonicalError("it is longer than 32 KiB")  # noqa: TRY301 (one way out)
            event = self._parse(body)
        except NotCanonicalError as problem:
            self._findings.add("NOT_CANONICAL", self.expected, str(problem))
            return self.expected
        if not isinstance(event, dict):
            self._findings.add("NOT_CANONICAL", self.expected, "it is not a JSON object")
            return self.expected
        seq = event.get("seq")
        if not isinstance(seq, int) or isinstance(seq, bool) or seq < 0:
            self._findings.add("MALFORMED_EVENT", self.expected, "it has no sequence number")
            return self.expected
        self._check_sequence(seq)
        version = event.get("v")
        if version != 1 or isinstance(version, bool):
            message = f"its version is {version!a:.40}; this program knows version 1"
            self._findings.add("UNKNOWN_VERSION", seq, message)
            return seq
        self.event = event
        self._check_trail(seq, event.get("log_id"))
        self._check_previous(seq, event.get("prev"))
        self._check_time(seq, event.get("ts"))
        self._note_key(seq, event)
        if not is_event(event):
            self.event = None
            message = "it lacks something that every event has, or holds what none has"
            self._findings.add("MALFORMED_EVENT", seq, message)
        return seq

    def _note_key(self, seq: int, event: dict[str, object]) -> None:
        after = key_told_by(event)
        if after is None:
            return
        if len(self.key_changes) < MOST_KEYS:
            self.key_changes.append((seq + 1, after if len(after) <= LONGEST_KEY else ""))
        else:
            message = f"from here on the events tell of more than {MOST_KEYS} changes of the key"
            self._findings.add("KEYS_DIFFER", seq, message)

    def _check_sequence(self, seq: int) -> None:
        if seq < self.expected:
            message = f"it stands where {self.expected} belongs: repeated or out of order"
            self._findings.add("SEQUENCE_ORDER", seq, message)
        elif seq > self.expected and not self._filtered:
            message = f"{seq} stands where {self.expected} belongs: events are missing or moved"
            self._findings.add("SEQUENCE_GAP", self.expected, message)

    def _check_trail(self, seq: int, log_id: object) -> None:
        self._log_id = self._log_id or str(log_id)
        if log_id != self._log_id:
            message = f"it belongs to the trail {log_id!a:.80}, not to {self._log_id!a:.80}"
            self._findings.add("ORIGIN_MISMATCH", seq, message)

    def _check_previous(self, seq: int, prev: object) -> None:
        previous = self._previous
        if self._filtered:
            previous = self._tiles.leaf(seq - 1) if seq else None
            if previous == b"":
                return
        if prev != (None if previous is None else previous.hex()):
            message = (
                "it does not carry the hash of the event before it: one of the two was changed"
            )
            self._findings.add("PREV_MISMATCH", seq, message)

    def _check_time(self, seq: int, ts: object) -> None:
        if not isinstance(ts, str):
            return  # found with the event's other parts
        if not _TIME.fullmatch(ts):
            self._findings.add("MALFORMED_EVENT", seq, "it has no proper time")
            return
        if ts < self._latest:
            self._findings.add("TIME_BACKWARDS", seq, f"its time {ts} is before {self._latest}")
        self._latest = max(ts, self._latest)


def key_told_by(event: object) -> str | None:
    """Give the verifier key that signs from this event on; None if it does not tell of one."""
    if not isinstance(event, dict):
        return None
    if (event.get("action"), event.get("outcome")) != ("SIGNING_KEY_CHANGED", "SUCCEEDED"):
        return None
    detail = event.get("detail")
    return str(detail.get("after") if isinstance(detail, dict) else None)


_OLDER = ": some were cut off, or this export is older than your checkpoint; then take a newer one"


class Statements:
    """Holds checkpoints against the events that were read."""

    def __init__(self, tree: Tree, trust: Trust, findings: Findings, *, rooted: bool) -> None:
        self._tree = tree
        self._trust = trust
        self._findings = findings
        self._rooted = rooted
        self.unchecked: list[str] = []
        """What could not be checked about the statements."""
        self._own: Checkpoint | None = None
        self._own_vouches = False
        """Whether the bundle's checkpoint is validly signed, and states these events."""

    def take_key_changes(
        self, bundle: Bundle, keys: Sequence[Key], told: Sequence[tuple[int, str]]
    ) -> None:
        """Check that each key but the first came by the word of the one before.

        `told` is which keys follow at which sizes, as events tell it.
        """
        for place in range(1, len(keys)):
            before, after = keys[place - 1], keys[place]
            first = _change_in(bundle, before, after)
            is_told = (after.from_size, after.text) in told
            problem = self._trust.take_change(before, after, first, told=is_told)
            if problem:
                message = f"of the key that follows at {after.from_size}: {problem}"
                self._findings.add("SIGNATURE_INVALID", None, message)
            elif first and self._rooted and self._tree.roots.get(first.size) != first.root:
                message = f"the first {first.size} events are not those of the change of keys there"
                self._findings.add("ROOT_MISMATCH", None, message)

    def take_own(self, own: Checkpoint, events: int) -> None:
        """Check the bundle's own checkpoint; `events` is one more than the last event's number."""
        problem = self._trust.problem_with(own)
        self._own = own
        if problem:
            self._findings.add("SIGNATURE_INVALID", None, f"of the bundle's checkpoint: {problem}")
        if self._rooted and self._reaches(own, "the bundle's checkpoint"):
            self._own_vouches = not problem and self._tree.roots[own.size] == own.root
            if self._tree.roots[own.size] != own.root:
                message = f"the first {own.size} events are not those of the bundle's checkpoint"
                self._findings.add("ROOT_MISMATCH", None, message)
            if events > own.size:
                message = "from here on no checkpoint covers the events"
                self._findings.add("BEYOND_CHECKPOINT", own.size, message)

    def take_outside(self, known: Checkpoint) -> None:
        """Check a checkpoint that the auditor brought, after the bundle's own."""
        own = self._own
        if own is not None and known.origin != own.origin:
            message = f"your checkpoint is of {known.origin!a}, this trail is {own.origin!a}"
            self._findings.add("ORIGIN_MISMATCH", None, message)
            return
        problem = self._trust.problem_with(known)
        before = self._trust.key_before(known)
        if before is not None:
            self.unchecked.append(
                f"whose key signed your checkpoint of {known.size} events: {before}, which came "
                "before those that you gave. Give the oldest key that you know, or all of them"
            )
        elif problem:
            message = f"of your checkpoint of size {known.size}: {problem}"
            self._findings.add("SIGNATURE_INVALID", None, message)
        if not self._rooted or not self._reaches(known, "your checkpoint", _OLDER):
            return
        if self._tree.roots[known.size] != known.root:
            message = f"the first {known.size} events are not those of your checkpoint"
            if self._own_vouches and not problem:
                message += "; both are validly signed, which proves that two trails were shown"
            self._findings.add("CHECKPOINT_MISMATCH", None, message)

    def _reaches(self, checkpoint: Checkpoint, whose: str, hint: str = "") -> bool:
        size = self._tree.size
        if size >= checkpoint.size:
            return True
        message = f"{whose} states {checkpoint.size} events, but here are {size}{hint}"
        self._findings.add("SHORTER_THAN_CHECKPOINT", size, message)
        return False


class Outcome(NamedTuple):
    """What a check found, what it proved, and what it could not do."""

    findings: Findings
    events: int
    own: Checkpoint | None
    proven: list[str]
    unchecked: list[str]


def check(bundle: Bundle, outside: Sequence[Checkpoint], given: Sequence[Key]) -> Outcome:
    """Check a bundle from end to end, in one pass and in flat memory."""
    findings = Findings()
    own = _own_checkpoint(bundle, findings)
    keys = parse_keys(bundle.read("keys") or b"")
    trust = Trust(keys, given)
    filtered = bundle.bare or bundle.read("filter") is not None
    tiles = Tiles(bundle, own.size if own else 0)
    wanted = [each.size for each in (*outside, *([own] if own else []))]
    tree = Tree([*wanted, *(key.from_size for key in keys)])
    trail = Trail(findings, tiles, own.origin.rpartition("/")[2] if own else "", filtered=filtered)
    for body in bundle.bodies():
        leaf = trail.take(body)
        if bundle.bare or not filtered:
            tree.append(leaf)
        _show_progress(trail.count)
        # Each costs time, and lines that are no events are packed into next to nothing.
        if findings.total > MOST_FINDINGS:
            return Outcome(findings, trail.count, own, [], [_THE_REST])
    if bundle.bare:
        own = _covering(trail, outside, given)
        filtered = own is None
        outside = [each for each in outside if each is not own]
    rooted = not filtered or _grow_from_tiles(tree, tiles, own)
    _compare_keys(keys, None if filtered or bundle.bare else trail.key_changes, findings)
    statements = Statements(tree, trust, findings, rooted=rooted)
    told = _told_apart(bundle, keys, tiles) if filtered and rooted else trail.key_changes
    statements.take_key_changes(bundle, keys, told)
    if own is not None:
        statements.take_own(own, trail.expected if filtered else tree.size)
    for each in outside:
        statements.take_outside(each)
    unchecked = [*_unchecked(bundle, trail, own, filtered=filtered), *statements.unchecked]
    return Outcome(findings, trail.count, own, _proven(own, filtered, rooted), unchecked)


def _proven(own: Checkpoint | None, filtered: bool, rooted: bool) -> list[str]:  # noqa: FBT001 (two facts)
    if own is None or not rooted:
        return []
    if filtered:
        return ["each event shown is the one that the bundle's checkpoint states there"]
    return ["these are exactly the events, in this order, that the signed checkpoint states"]


def _unchecked(
    bundle: Bundle, trail: Trail, own: Checkpoint | None, *, filtered: bool
) -> list[str]:
    if bundle.bare and own is None and trail.count == trail.expected:
        which = f"give the one that came with this export, of {trail.count} events"
        return [f"events alone hold no checkpoint: {which}, with --checkpoint"]
    unchecked = []
    if own is None:
        unchecked.append("it holds no proper checkpoint: whether these are the trail's events")
    if filtered:
        unchecked.append("this export is filtered or partial: whether events are missing")
    return unchecked


_THE_REST = f"what follows: more than {MOST_FINDINGS} findings were met"


def _compare_keys(
    keys: Sequence[Key], changes: Sequence[tuple[int, str]] | None, findings: Findings
) -> None:
    """Compare the bundle's keys with the changes that the events tell of, where all are there."""
    if keys and keys[0].from_size != 0:
        message = f"the bundle's keys begin at {keys[0].from_size}: none is the trail's first"
        findings.add("KEYS_DIFFER", None, message)
    if changes is not None and changes != [(key.from_size, key.text) for key in keys[1:]]:
        message = f"the events tell of {len(changes)} changes, the bundle's keys of others"
        findings.add("KEYS_DIFFER", None, message)


def _told_apart(bundle: Bundle, keys: Sequence[Key], tiles: Tiles) -> list[tuple[int, str]]:
    """Read which keys follow in the events that a filtered bundle holds for that, if they hold."""
    told = []
    for key in keys[1:]:
        body = bundle.read(f"rotations/{key.from_size}.event") or b""
        if leaf_hash(body) != tiles.leaf(key.from_size - 1):
            continue
        try:
            told.append((key.from_size, key_told_by(parse_canonical(body)) or ""))
        except NotCanonicalError:
            continue
    return told


def _covering(
    trail: Trail, outside: Sequence[Checkpoint], given: Sequence[Key]
) -> Checkpoint | None:
    """Give the auditor's checkpoint of just as many events as a bare file has, if it has all."""
    if outside and not given:
        raise CannotCheckError("events alone bring no key: give the trail's, with --key")
    whole = trail.count == trail.expected
    return next((each for each in outside if whole and each.size == trail.count), None)


def _own_checkpoint(bundle: Bundle, findings: Findings) -> Checkpoint | None:
    data = bundle.read("checkpoint")
    if data is None:
        return None
    try:
        return parse_checkpoint(data)
    except CannotCheckError as problem:
        findings.add("CHECKPOINT_MALFORMED", None, f"of the bundle's checkpoint: {problem}")
        return None


def _change_in(bundle: Bundle, before: Key, after: Key) -> Checkpoint | None:
    """Give the checkpoint at which a key begins, with no more signatures than the change needs."""
    try:
        first = parse_checkpoint(bundle.read(f"rotations/{after.from_size}") or b"")
    except CannotCheckError:
        return None
    both = {before[:2], after[:2]}
    # A thousand changes, with a hundred signatures each, would take minutes.
    needed = tuple(each for each in first.signatures if each[:2] in both)
    return first._replace(signatures=needed)


def _grow_from_tiles(tree: Tree, tiles: Tiles, own: Checkpoint | None) -> bool:
    """Build the tree of a filtered export from the hashes it states; False if they are lacking."""
    for seq in range(own.size if own else 0):
        leaf = tiles.leaf(seq)
        if len(leaf) != HASH:
            return False
        tree.append(leaf)
    return own is not None


# ---------------------------------------------------------- one event's proof (c2sp.org/tlog-proof)

_PROOF = b"c2sp.org/tlog-proof@v1\n"


class Proof(NamedTuple):
    """An event, its place, the path from it to the root, and the checkpoint that states that."""

    body: bytes
    seq: int
    path: tuple[bytes, ...]
    checkpoint: Checkpoint


def parse_proof(data: bytes) -> Proof:
    """Read a proof file; CannotCheckError says what is wrong with it. Nothing is proven by that."""
    head, _, note = data.partition(b"\n\n")
    lines = head.decode("utf-8", "replace").split("\n")[1:]
    extra, number = lines[:1], lines[1:2]
    body = _base64(extra[0][6:]) if extra and extra[0].startswith("extra ") else b""
    index = re.fullmatch(f"index ({_DECIMAL})", number[0] if number else "")
    path = tuple(map(_base64, lines[2:]))
    if not body or index is None or len(path) > 63 or any(len(each) != HASH for each in path):  # noqa: PLR2004 (a tree's height)
        raise CannotCheckError("it is not a proof that holds its event, as this trail writes it")
    return Proof(body, int(index[1]), path, parse_checkpoint(note))


def climb(leaf: bytes, index: int, size: int, path: Sequence[bytes]) -> bytes | None:
    """Follow a path from a leaf (RFC 9162, 2.1.3.2); the root that it leads to, None if to none."""
    if not 0 <= index < size:
        return None
    place, last, top = index, size - 1, leaf
    for sibling in path:
        if last == 0:
            return None
        if place & 1 or place == last:
            top = _node_hash(sibling, top)
            while not place & 1 and place:
                place, last = place >> 1, last >> 1
        else:
            top = _node_hash(top, sibling)
        place, last = place >> 1, last >> 1
    return top if last == 0 else None


def check_proof(data: bytes, outside: Sequence[Checkpoint], given: Sequence[Key]) -> int:
    """Check one event's proof, and say what of it holds; the exit status."""
    proof, findings = parse_proof(data), Findings()
    if not given:
        raise CannotCheckError("a proof brings no key: give the trail's, with --key")
    stated, trust = proof.checkpoint, Trust((), given)
    problem = trust.problem_with(stated)
    if problem:
        findings.add("SIGNATURE_INVALID", None, f"of the proof's checkpoint: {problem}")
    if climb(leaf_hash(proof.body), proof.seq, stated.size, proof.path) != stated.root:
        message = "the path does not lead from this event to what the checkpoint states"
        findings.add("LEAF_MISMATCH", proof.seq, message)
    for known in outside:
        _hold_against(stated, known, trust, findings)
    _say_findings(findings)
    for known in outside:
        if known.size != stated.size:
            sizes = f"your checkpoint of {known.size} events; this proof is for {stated.size}"
            _say(f"Not compared: {sizes}. Whether one continues the other, an export shows.")
    if findings:
        _say("NOT PROVEN: see the findings above.")
        return 1
    _say(f"PROVEN: event {proof.seq} of the first {stated.size} of {stated.origin!a} is")
    _say(proof.body.decode("utf-8", "backslashreplace"))
    return 0


def _hold_against(stated: Checkpoint, known: Checkpoint, trust: Trust, findings: Findings) -> None:
    if known.origin != stated.origin:
        message = f"your checkpoint is of {known.origin!a}, this proof of {stated.origin!a}"
        findings.add("ORIGIN_MISMATCH", None, message)
        return
    problem = trust.problem_with(known)
    if problem:
        message = f"of your checkpoint of size {known.size}: {problem}"
        findings.add("SIGNATURE_INVALID", None, message)
    if known.size == stated.size and known.root != stated.root:
        message = "your checkpoint of that size states other events"
        findings.add("CHECKPOINT_MISMATCH", None, message)


# ------------------------------------------------------------------------------------ the answers


def _say_findings(findings: Findings) -> None:
    for code, finding in findings.items():
        where = "" if finding.seq is None else f" at event {finding.seq}"
        more = f" (and {finding.count - 1} more)" if finding.count > 1 else ""
        _say(f"{code}{where}: {finding.message}{more}")


def _report(outcome: Outcome, outside: Sequence[Checkpoint], given: Sequence[Key]) -> int:
    _say_findings(outcome.findings)
    _say(f"{outcome.events} events read.")
    for each in outcome.unchecked:
        _say(f"COULD NOT CHECK: {each}.")
    if outcome.findings:
        _say("NOT INTACT: see the findings above.")
        return 1
    own, unchecked = outcome.own, outcome.unchecked
    if own is not None and not unchecked:
        _say(f"INTACT: {own.size} events of {own.origin!a}, root {own.root.hex()}")
    for each in outcome.proven:
        _say(f"Proven: {each}.")
    if own is not None:
        _say(_SIGNER_KNOWN if given else _SIGNER_UNKNOWN)
    if unchecked:
        _say("NOT PROVEN INTACT: nothing wrong was seen in what could be checked.")
        return 2
    _say_how_far(outside)
    return 0


_SIGNER_KNOWN = (
    "Proven: the checkpoint was signed by a key that you gave, or by one that followed it."
)
_SIGNER_UNKNOWN = (
    "Not proven: whose key signed it. The bundle brought the key; give yours with --key."
)


def _say_how_far(outside: Sequence[Checkpoint]) -> None:
    if outside:
        known = max(each.size for each in outside)
        _say(f"Proven: the first {known} events are those that your checkpoint of then stated.")
        _say(f"Not proven: that no events after {known} were cut off or replaced before export.")
    else:
        _say("Not proven: that nothing was cut off the end, or all rewritten by a holder of the")
        _say("signing key. That needs a checkpoint kept elsewhere: give it with --checkpoint.")


def _say(line: str) -> None:
    sys.stdout.write(escaped(line, keep=_is_plain) + "\n")


def _show_progress(count: int) -> None:
    if count % 100_000 == 0 and sys.stderr.isatty():
        sys.stderr.write(f"{count} events ...\n")


def _read_outside(path: str) -> list[Checkpoint]:
    try:
        with Path(path).open("rb") as file:
            found = list(kept_in(file.read(LARGEST_FILE + 1)).values())
    except OSError as problem:
        raise CannotCheckError(f"--checkpoint {path!a}: {problem.strerror}") from None
    except CannotCheckError as problem:
        raise CannotCheckError(f"--checkpoint {path!a}: {problem}") from None
    if len(found) > 1:
        newest = max(each.size for each in found)
        _say(f"{path!a} holds {len(found)} checkpoints, of up to {newest} events.")
    return found


def _read_proof(path: Path) -> bytes | None:
    """Give a file's bytes if it is one event's proof."""
    if not path.is_file():
        return None
    with path.open("rb") as file:
        data = _plain(file.read(LARGEST_FILE))
    return data if data.startswith(_PROOF) else None


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command; give its exit status."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument(
        "--checkpoint",
        action="append",
        default=[],
        metavar="FILE",
        help="a checkpoint kept elsewhere, or what holds some; may be repeated",
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
    options = parser.parse_args(arguments)
    try:
        given = [parse_key(key_in(text)) for text in options.key]
        outside = [each for path in options.checkpoint for each in _read_outside(path)]
        proof = _read_proof(options.bundle)
        if proof is not None:
            return check_proof(proof, outside, given)
        outcome = check(Bundle(options.bundle), outside, given)
        return _report(outcome, outside, given)
    except CannotCheckError as problem:
        _say(f"COULD NOT CHECK: {problem}.")
    except OSError as problem:
        _say(f"COULD NOT CHECK: {problem.filename!a}: {problem.strerror or problem}.")
    except Exception as problem:  # noqa: BLE001 (a crash's own status, 1, would say "findings")
        _say(f"COULD NOT CHECK: the bundle could not be read: {problem!a}.")
    return 2


if __name__ == "__main__":
    sys.exit(main())
