"""The root of the checkout: the only place that knows how deep the tests are nested."""

from pathlib import Path
from typing import Final

ROOT: Final = Path(__file__).parents[2]
