"""Rules for every committed file."""

import re
import subprocess
from pathlib import Path
from typing import Final

from tests.support.root import ROOT

_URL_HOST: Final = re.compile(rb"https?://(?:[^\s/@\"'<>]*@)?([A-Za-z0-9.-]+)")
LOCK_HOSTS: Final = {"pypi.org", "files.pythonhosted.org"}
"""The public hosts that a lock file may name; not every developer could reach another host."""


def _committed() -> list[Path]:
    listed = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],  # noqa: S607
        cwd=ROOT,
        capture_output=True,
        check=True,
    )
    paths = (ROOT / name.decode() for name in listed.stdout.split(b"\0") if name)
    return [path for path in paths if path.is_file()]


def test_the_lock_file_names_only_public_hosts() -> None:
    """A newcomer's machine can fetch everything that the lock file names."""
    hosts = {host.decode() for host in _URL_HOST.findall((ROOT / "uv.lock").read_bytes())}

    assert LOCK_HOSTS == hosts


def test_no_other_file_names_a_package_host() -> None:
    """No other file chooses where packages come from: that is up to the user who installs them."""
    named = [
        str(path.relative_to(ROOT))
        for path in _committed()
        if path.name != "uv.lock"
        and path != Path(__file__)
        and any(host.encode() in path.read_bytes() for host in LOCK_HOSTS)
    ]

    assert [] == named
