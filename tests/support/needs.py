"""What a test needs that not every machine has."""

import os
from typing import Final

import pytest

CI: Final = bool(os.environ.get("CI"))
"""Whether this is continuous integration, where everything is tried and everything is there."""


def need(here: object, reason: str, *, ci: bool = CI) -> None:
    """Skips the test where something is not here; in continuous integration that fails it."""
    if not here:
        (pytest.fail if ci else pytest.skip)(reason)
