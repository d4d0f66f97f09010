// Runs the trial of the headers on Pyodide, which is CPython compiled to WebAssembly.
// Arguments: the project's folder, a folder with the package idna, and how many names to try.
import { loadPyodide } from "pyodide";

const [project, packages, count] = process.argv.slice(2);
const python = await loadPyodide();
for (const [place, folder] of [
  ["/project", project],
  ["/packages", packages],
]) {
  python.FS.mkdirTree(place);
  python.mountNodeFS(place, folder);
}
process.exitCode = python.runPython(`
import sys
sys.dont_write_bytecode = True
sys.path[:0] = ["/project", "/packages"]
from tests.support.mail.header_trial import main
main(${Number(count)})
`);
