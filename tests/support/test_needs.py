"""What is missing is skipped on a machine of one's own, and never where everything is checked."""

import shutil
import subprocess
from pathlib import Path

import pytest

from tests.support.needs import need
from tests.support.root import ROOT

CI_RUN = ROOT / ".ci" / "run"


def test_what_is_missing() -> None:
    """A reason to skip, and in continuous integration to fail."""
    with pytest.raises(pytest.skip.Exception, match="no browser"):
        need(None, "no browser", ci=False)
    with pytest.raises(pytest.fail.Exception, match="no browser"):
        need(None, "no browser", ci=True)


@pytest.mark.parametrize("ci", [False, True])
def test_what_is_here(ci: bool) -> None:  # noqa: FBT001 (a table's column)
    """It stands in nobody's way."""
    need("/usr/bin/chromium", "no browser", ci=ci)


@pytest.mark.parametrize(
    ("programs", "said"),
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
    tmp_path: Path, programs: dict[str, str], said: str
) -> None:
    """Continuous integration says what could not be had, and fails, before anything is tried."""
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
    assert said in done.stderr
