"""The offline verifier in its two forms: its modules, and the file into which they are joined."""

from importlib import import_module
from types import ModuleType, SimpleNamespace
from typing import Any, Final, TypeAlias

import pytest

from audit.standalone.join import MODULES, joined


def _modules() -> SimpleNamespace:
    """Returns all names of all modules."""
    loaded = [import_module(f"audit.standalone.{name}") for name in MODULES]
    return SimpleNamespace(**{name: value for each in loaded for name, value in vars(each).items()})


def _joined() -> ModuleType:
    """Returns the joined file, loaded as a module."""
    module = ModuleType("verify", "")
    module.__file__ = "verify.py"
    exec(compile(joined(), "verify.py", "exec"), vars(module))  # noqa: S102 (our own program)
    return module


Form: TypeAlias = Any
"""One of the two forms: a namespace whose names no type checker can know."""

FORMS: Final[dict[str, Form]] = {"modules": _modules(), "verify.py": _joined()}
"""Their names are the same, so a test can use either."""

forms: Final = pytest.mark.parametrize("verify", FORMS.values(), ids=FORMS)
