"""The cost of a start: libraries that a service may never need are not imported."""

import subprocess
import sys

RARELY_NEEDED = {
    "alembic": "if the tables are up to date",
    "joserfc": "without an identity provider",
    "opentelemetry": "without an endpoint for traces",
    "spnego": "until a server wants NTLM",
}


def test_rarely_needed_libraries_are_imported_late() -> None:
    """The largest libraries that only some services need are imported only when needed."""
    names = set(RARELY_NEEDED)
    code = f"import sys, graph.cli.main, graph.cli.serve; print(*sys.modules.keys() & {names})"
    done = subprocess.run(  # noqa: S603 (fixed arguments)
        [sys.executable, "-c", code], capture_output=True, text=True, check=True
    )

    assert [] == done.stdout.split()
