"""What a start costs: nothing is read in that a service may never need."""

import subprocess
import sys

RARELY_NEEDED = {
    "alembic": "where the tables are as they should be",
    "joserfc": "without an identity provider",
    "opentelemetry": "without an endpoint for traces",
    "spnego": "until a server wants NTLM",
}


def test_what_a_service_goes_without() -> None:
    """The largest libraries that only some services need are imported where they are needed."""
    names = set(RARELY_NEEDED)
    code = f"import sys, graph.cli.main, graph.cli.serve; print(*sys.modules.keys() & {names})"
    done = subprocess.run(  # noqa: S603 (the words stand above)
        [sys.executable, "-c", code], capture_output=True, text=True, check=True
    )

    assert [] == done.stdout.split()
