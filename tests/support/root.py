"""Where the checkout begins: the one place that says how deep the tests lie."""

from pathlib import Path
from typing import Final

ROOT: Final = Path(__file__).parents[2]
