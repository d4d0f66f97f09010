"""Commands report unusable configuration in one sentence that contains no secret."""

from pathlib import Path
from typing import Final

import pytest
from typer.testing import CliRunner

from graph.cli.main import app

SECRET: Final = "hunter2-in-the-wrong-place"
UNREACHABLE: Final = f"postgresql://user:{SECRET}@127.0.0.1:1/postledger"


@pytest.mark.parametrize(
    ("variables", "words"),
    [
        pytest.param(
            {"DATABASE_URL": f"{UNREACHABLE}?color=red"}, "Cannot use the database", id="option"
        ),
        pytest.param(
            {"DATABASE_URL": f"{UNREACHABLE}?sslmode=red"}, "`sslmode` parameter", id="sslmode"
        ),
        pytest.param(
            {"DATABASE_URL": f"{UNREACHABLE}?sslmode=require"}, "Errno 111", id="good-sslmode"
        ),
        pytest.param(
            {"DATABASE_URL": f"postgresql://127.0.0.1:1/d?password={SECRET}"},
            "Cannot use the database postgresql+asyncpg://127.0.0.1:1/d:",
            id="password-as-option",
        ),
        pytest.param({"DATABASE_URL": f"{SECRET} x"}, "address cannot be read", id="no-address"),
        pytest.param(
            {"DATABASE_URL": f"postgresql://u:{SECRET}@h:port/d"},
            "address cannot be read",
            id="no-port",
        ),
        pytest.param(
            {"DATABASE_URL": f"mysql://u:{SECRET}@h/d"}, "Cannot use a mysql database", id="mysql"
        ),
        pytest.param(
            {"DATABASE_URL": f"postgresql://u:half@{SECRET}@127.0.0.1:1/d"},
            "an @ in the user or password is written %40",
            id="at-sign",
        ),
        pytest.param({"PORT": SECRET}, "POSTLEDGER_PORT: ", id="port"),
        pytest.param({"LOG_LEVEL": SECRET}, "POSTLEDGER_LOG_LEVEL: ", id="level"),
        pytest.param(
            {"SECRETS_DIRECTORY": "nowhere"}, "POSTLEDGER_SECRETS_DIRECTORY: ", id="no-secrets"
        ),
    ],
)
def test_a_variable_that_cannot_be_used(
    in_folder: Path, variables: dict[str, str], words: str
) -> None:
    """The sentence names the problem, and the exit status is 2."""
    _assert_reported(in_folder, variables, words)


def test_a_directory_that_cannot_be_read(in_folder: Path) -> None:
    """The message says so, instead of claiming that the directory has no database."""
    done = CliRunner().invoke(
        app,
        ["audit", "verify"],
        env={"POSTLEDGER_DATA_DIRECTORY": str(in_folder / ("x" * 300))},
    )

    assert 2 == done.exit_code, done.output
    assert "Cannot look into" in done.stderr


def test_a_file_that_is_no_database(in_folder: Path) -> None:
    """A file that is not a database is reported and not changed."""
    file = in_folder / "postledger.sqlite3"
    file.write_text(SECRET * 100)

    _assert_reported(in_folder, {}, "file is not a database")
    assert SECRET * 100 == file.read_text()


def test_an_env_file_that_is_no_text(in_folder: Path) -> None:
    """The message does not repeat the bytes of `.env`."""
    (in_folder / ".env").write_bytes(b"\xff\xfe" + SECRET.encode())

    _assert_reported(in_folder, {}, "The file .env, or a file in the secrets directory")


def test_a_file_in_the_secrets_directory(in_folder: Path) -> None:
    """Values from its files are validated like variables."""
    (in_folder / "postledger_port").write_text(SECRET)

    _assert_reported(in_folder, {"SECRETS_DIRECTORY": str(in_folder)}, "POSTLEDGER_PORT: ")


@pytest.fixture
def in_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty folder that is both the working directory and the data directory."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("POSTLEDGER_DATA_DIRECTORY", str(tmp_path))
    return tmp_path


def _assert_reported(folder: Path, variables: dict[str, str], words: str) -> None:
    environment = {f"POSTLEDGER_{name}": value for name, value in variables.items()}
    done = CliRunner().invoke(app, ["token", "list"], env=environment)

    assert (2, "") == (done.exit_code, done.stdout), folder
    assert done.stderr.startswith("postledger: ")
    assert 1 == done.stderr.count("\n")
    assert words in done.stderr
    assert SECRET not in done.stderr
