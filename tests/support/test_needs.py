"""A test with a missing program is skipped locally, and fails in continuous integration."""

import shutil
import subprocess
from pathlib import Path

import pytest

from tests.support.needs import need
from tests.support.root import ROOT

CI_RUN = ROOT / ".ci" / "run"


def test_something_missing() -> None:
    """A missing program skips a test, and fails it in continuous integration."""
    with pytest.raises(pytest.skip.Exception, match="no browser"):
        need(None, "no browser", ci=False)
    with pytest.raises(pytest.fail.Exception, match="no browser"):
        need(None, "no browser", ci=True)


@pytest.mark.parametrize("ci", [False, True])
def test_something_present(ci: bool) -> None:  # noqa: FBT001 (a table's column)
    """A test runs if what it needs is there."""
    need("/usr/bin/chromium", "no browser", ci=ci)


@pytest.mark.parametrize(
    ("programs", "message"),
    [
        pytest.param({}, "chromium is missing", id="no way to install"),
        pytest.param(
            {"id": "echo 1000", "apt-get": "exit 0"}, "chromium is missing", id="not as root"
        ),
        pytest.param(
            {"id": "echo 0", "apt-get": "exit 100"}, "chromium could not be installed", id="no net"
        ),
        pytest.param(
            {"id": "echo 0", "apt-get": "exit 100", "chromium": "exit 0"},
            "golang-go golang-golang-x-mod-dev could not be installed",
            id="Go alone",
        ),
    ],
)
def test_a_machine_that_lacks_a_program(
    tmp_path: Path, programs: dict[str, str], message: str
) -> None:
    """Continuous integration fails before any check, and names what could not be installed."""
    for name in ("bash", "dirname"):
        (tmp_path / name).symlink_to(shutil.which(name) or "")
    for name, script in programs.items():
        (tmp_path / name).write_text(f"#!{tmp_path}/bash\n{script}\n")
        (tmp_path / name).chmod(0o755)
    done = subprocess.run(  # noqa: S603 (the project's own script)
        [str(tmp_path / "bash"), str(CI_RUN)],
        env={"PATH": str(tmp_path)},
        capture_output=True,
        text=True,
        check=False,
    )

    assert 1 == done.returncode
    assert message in done.stderr
