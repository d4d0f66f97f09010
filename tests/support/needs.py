"""Tests that need something which not every machine has."""

import os
from typing import Final

import pytest

CI: Final = bool(os.environ.get("CI"))
"""Whether this is continuous integration, where no test is skipped."""


def need(here: object, reason: str, *, ci: bool = CI) -> None:
    """Skips the test if something is missing; in continuous integration, fails it."""
    if not here:
        (pytest.fail if ci else pytest.skip)(reason)
