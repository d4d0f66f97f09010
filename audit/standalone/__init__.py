"""The offline verifier: it needs only the standard library, and exports include it as `verify.py`.

`join` builds that file from these modules. The service's own verification imports the same
modules, so that both report the same findings. A module may import only the standard library and
the modules before it.

- Formats: `formats`.
- Files in which checkpoints are kept: `kept`. The files of an export: `bundle`.
- Rules: `trust` (which keys), `events`, `checkpoints`. What they find: `findings`.
- The program: `check`, `proof` (a single event), `report` (what it prints), `main`.
"""

from audit.standalone.formats.encoding import CannotCheckError
from audit.standalone.formats.keys import without_size
from audit.standalone.join import joined
from audit.standalone.kept import find_checkpoints
from audit.standalone.main import main as run_verifier

__all__ = ["CannotCheckError", "find_checkpoints", "joined", "run_verifier", "without_size"]
