"""The offline verifier: it needs only the standard library, and exports carry it as `verify.py`.

`join` makes that one file of these modules. The service's own verification imports the same
modules, so that both find the same. Each may import the standard library and modules before it.

- Formats: `encoding`, `ed25519`, `tree`, `canonical`, `keys`, `notes`.
- Files in which checkpoints are kept: `kept`. The files of an export: `bundle`.
- Rules: `trust` (which keys), `events`, `checkpoints`. What is found: `findings`.
- The program: `check`, `proof` (one event), `report` (what it prints), `main`.
"""

from audit.standalone.encoding import CannotCheckError
from audit.standalone.join import joined
from audit.standalone.kept import kept_in
from audit.standalone.keys import without_size
from audit.standalone.main import main as run_verifier

__all__ = ["CannotCheckError", "joined", "kept_in", "run_verifier", "without_size"]
