"""`postledger settings` and `postledger keys`: settings files follow the rules of the API."""

import json
import tomllib
from pathlib import Path

import pytest

from service.process.storage import Storage
from tests.support.certificates import certificate
from tests.support.client_certificates import key, key_pem, made
from tests.support.edge.shell import Shell

PASSWORD = 'pa"ss\\wörd'


FILE = f"""\
smtpHost = "Mail.Example.com"
smtpPort = 2525
smtpUsername = "postledger"
defaultFromAddress = "noreply@example.com"
defaultFromDisplayName = 'Example, "Inc." 😀'
trustedCertificates = ['''
{certificate()}''']

[oauth2]
tokenUrl = "https://login.example.com/token"
clientId = "x"
"""


def test_settings_survive_a_round_trip_through_a_file(shell: Shell) -> None:
    """Applied settings are shown, and applying what is shown changes nothing."""
    applied = shell.apply(FILE, "--reason", "From the file.")
    shown = shell.run("settings", "show")
    in_json = shell.run("settings", "show", "--json")

    assert 0 == applied.exit_code, applied.output
    assert "changed smtpHost: None -> 'mail.example.com'" in applied.stdout
    assert tomllib.loads(shown.stdout) == json.loads(in_json.stdout)
    assert "mail.example.com" == json.loads(in_json.stdout)["smtpHost"]
    for again in (
        shell.apply(shown.stdout),
        shell.apply(in_json.stdout, name="settings.json"),
        shell.apply(FILE),
    ):
        assert (0, "Nothing to change.\n") == (again.exit_code, again.stdout)
    (event,) = shell.events()
    assert ("EMAIL_SETTINGS_UPDATED", "From the file.", "COMMAND_LINE") == (
        event["action"],
        event["reason"],
        event["actor"]["kind"],
    )


def test_nothing_saved_is_shown_as_the_defaults(shell: Shell) -> None:
    """Before the first save, `settings show` prints a file to start from."""
    shown = shell.settings()

    assert (587, True, "AUTO") == (
        shown["smtpPort"],
        shown["enableSecureConnection"],
        shown["tlsMode"],
    )
    assert "smtpHost" not in shown


def test_omitted_fields_keep_their_values(shell: Shell) -> None:
    """Null in JSON and an empty text in TOML clear a field; omitting it changes nothing."""
    shell.apply(FILE)
    shell.apply('smtpUsername = ""\n')
    shell.apply('{"defaultFromDisplayName": null, "oauth2": null}', name="settings.json")
    shown = shell.settings()

    assert not {"smtpUsername", "defaultFromDisplayName", "oauth2"} & set(shown)
    assert ("mail.example.com", 2525) == (shown["smtpHost"], shown["smtpPort"])


def test_a_dry_run_prints_the_changes_and_makes_none(shell: Shell) -> None:
    """A dry run prints what applying the file prints, without a revision or an event."""
    dry = shell.apply(FILE, "--dry-run")
    real = shell.apply(FILE)

    assert 0 == dry.exit_code
    assert dry.stdout == real.stdout.replace("changed ", "would change ")
    assert 1 == len(shell.events())


def test_the_password_comes_from_the_environment_or_the_prompt(shell: Shell) -> None:
    """It is stored with the file's settings, and neither way prints it."""
    given = {"POSTLEDGER_SETTINGS_SMTP_PASSWORD": PASSWORD}
    first = shell.apply(FILE, **given)
    again = shell.apply(FILE, **given)
    file = str(shell.folder / "settings.toml")
    asked = shell.run("settings", "apply", file, "--ask-password", typed="another\n")
    both = shell.run("settings", "apply", file, "--ask-password", typed=f"{PASSWORD}\n", **given)

    assert "changed smtpPassword: None -> '[redacted, version 1]'" in first.stdout
    assert "Nothing to change.\n" == again.stdout
    assert "'[redacted, version 1]' -> '[redacted, version 2]'" in asked.stdout
    assert "'[redacted, version 2]' -> '[redacted, version 1]'" in both.stdout
    for result in (first, again, asked, both):
        assert PASSWORD not in result.output
        assert "another" not in result.output
    assert "smtpPassword" not in shell.settings()


def test_an_empty_variable_is_ignored(shell: Shell) -> None:
    """An empty variable neither clears the stored password nor sets an empty one."""
    shell.apply(FILE, POSTLEDGER_SETTINGS_SMTP_PASSWORD=PASSWORD)
    empty = shell.apply(
        FILE,
        POSTLEDGER_SETTINGS_SMTP_PASSWORD="",
        POSTLEDGER_SETTINGS_OAUTH2_CLIENT_SECRET="",
    )

    assert "Nothing to change.\n" == empty.stdout


def test_the_client_secret_needs_its_table(shell: Shell) -> None:
    """A client secret without a table `oauth2` in the file is refused, since it would be lost."""
    given = {"POSTLEDGER_SETTINGS_OAUTH2_CLIENT_SECRET": "client-secret"}
    stored = shell.apply(FILE, **given)
    lost = shell.apply("smtpPort = 25\n", **given)

    assert "oauth2.clientSecret: None -> '[redacted, version 1]'" in stored.stdout
    assert 2 == lost.exit_code
    assert "there is no table oauth2" in lost.stderr
    assert "client-secret" not in lost.output


def test_the_client_key_comes_from_the_environment(shell: Shell) -> None:
    """The key is stored with the file's certificate, and is never printed or written to a file."""
    given = {"POSTLEDGER_SETTINGS_CLIENT_KEY": key_pem(key())}
    file = f'smtpHost = "mail.example.com"\nclientCertificate = """{made()}"""\n'
    stored = shell.apply(file, **given)
    again = shell.apply(file, **{name: text.replace("\n", "\\n") for name, text in given.items()})
    other = shell.apply(file, POSTLEDGER_SETTINGS_CLIENT_KEY=key_pem(key("other")))
    shown = shell.settings()

    assert "clientKey: None -> '[redacted, version 1]'" in stored.stdout
    assert "Nothing to change.\n" == again.stdout
    assert 1 == other.exit_code
    assert ["clientCertificate", "clientKey"] == [
        line.partition(":")[0] for line in other.stderr.splitlines()
    ]
    assert made() == shown["clientCertificate"]
    assert "clientKey" not in shown
    for line in key_pem(key()).splitlines()[1:-1]:
        assert line not in stored.output + again.output


def test_a_changed_destination_needs_the_password_again(shell: Shell) -> None:
    """A change of destination is refused and recorded; a dry run records nothing."""
    shell.apply(FILE, POSTLEDGER_SETTINGS_SMTP_PASSWORD=PASSWORD)
    moved = 'smtpHost = "other.example.com"\n'
    dry = shell.apply(moved, "--dry-run")
    refused = shell.apply(moved)

    assert [1, 1] == [dry.exit_code, refused.exit_code]
    for result in (dry, refused):
        assert "SMTP Host changes" in result.stderr
        assert "POSTLEDGER_SETTINGS_SMTP_PASSWORD" in result.stderr
    assert ["EMAIL_SETTINGS_UPDATED", "EMAIL_SETTINGS_CHANGE_REFUSED"] == [
        each["action"] for each in shell.events()
    ]
    assert "mail.example.com" == shell.settings()["smtpHost"]
    assert 0 == shell.apply(moved, POSTLEDGER_SETTINGS_SMTP_PASSWORD=PASSWORD).exit_code


def test_problems_are_reported_field_by_field(shell: Shell) -> None:
    """Standard error lists all problems at once, and the exit status is 1."""
    result = shell.apply('smtpHost = "smtp://x"\nsmtpPort = 0\ntrustedCertificates = ["x"]\n')

    assert 1 == result.exit_code
    fields = [line.partition(":")[0] for line in result.stderr.splitlines()]
    assert ["smtpHost", "smtpPort", "trustedCertificates.0"] == fields
    assert "" == result.stdout


UNFIT = (
    pytest.param("x.toml", "smtpHost = ", "not TOML", id="toml"),
    pytest.param("x.json", "{", "not JSON", id="json"),
    pytest.param("x.json", "[" * 100_000, "not JSON", id="deep"),
    pytest.param("x.json", '{"smtpPort": ' + "9" * 5_000 + "}", "not JSON", id="long-number"),
    pytest.param("x.json", "[]", "one object", id="list"),
    pytest.param("x.toml", 'smtpHots = "x"', "no field smtpHots", id="unknown"),
    pytest.param("x.toml", "[oauth2]\nscop = 1", "no field oauth2.scop", id="unknown-inside"),
    pytest.param("x.toml", f"smtpPassword = '{PASSWORD}'", "do not belong", id="password"),
    pytest.param("x.toml", "oauth2.clientSecret = 'x'", "do not belong", id="client-secret"),
    pytest.param("x.toml", "clientKey = 'x'", "do not belong", id="client-key"),
    pytest.param("x.toml", "clientCertificate = ['x']", "must be a string", id="certificate"),
    pytest.param("x.toml", "revocationCheck = 'MAYBE'", "OFF, SOFT, HARD", id="revocation"),
    pytest.param("x.toml", "smtpPort = '25'", "smtpPort must be a whole number", id="number"),
    pytest.param("x.toml", "smtpPort = true", "smtpPort must be a whole number", id="flag"),
    pytest.param("x.json", '{"smtpPort": 1e400}', "must be a whole number", id="infinite"),
    pytest.param("x.toml", "smtpHost = 1", "smtpHost must be a string", id="text"),
    pytest.param("x.toml", "enableSecureConnection = 1", "true or false", id="not-a-flag"),
    pytest.param("x.toml", "tlsMode = 'NONE'", "AUTO, STARTTLS, IMPLICIT", id="choice"),
    pytest.param("x.toml", "trustedCertificates = 'x'", "list of strings", id="not-a-list"),
    pytest.param("x.toml", "trustedCertificates = [1]", "list of strings", id="list-of-others"),
    pytest.param("x.toml", "oauth2 = 1", "must be a table", id="not-a-table"),
    pytest.param("x.yaml", "smtpPort: 25", ".toml or .json", id="yaml"),
)


@pytest.mark.parametrize(("name", "text", "message"), UNFIT)
def test_an_invalid_settings_file_is_refused(
    tmp_path: Path, name: str, text: str, message: str
) -> None:
    """The command fails with one sentence and exit status 2 before it opens anything."""
    result = Shell(Storage(tmp_path / "data"), tmp_path).apply(text, name=name)

    assert 2 == result.exit_code, result.output
    assert message in result.stderr
    assert 1 == len(result.stderr.splitlines())
    assert PASSWORD not in result.output
    assert not (tmp_path / "data").exists()


def test_a_file_that_cannot_be_read_is_named(shell: Shell) -> None:
    """A missing file, a folder and a binary file are named in the message."""
    (shell.folder / "folder.toml").mkdir()
    (shell.folder / "bytes.toml").write_bytes(b"\xff\xfe\x00")
    for name in ("missing.toml", "folder.toml", "bytes.toml"):
        result = shell.run("settings", "apply", str(shell.folder / name))

        assert 2 == result.exit_code
        assert f"Cannot read {shell.folder / name}" in result.stderr


def test_a_key_is_generated_for_the_variable(shell: Shell) -> None:
    """Each generated key is different, and the variable accepts it."""
    keys = [shell.run("keys", "generate").stdout.strip() for _ in range(2)]
    saved = shell.apply(
        FILE,
        POSTLEDGER_ENCRYPTION_KEYS=keys[0],
        POSTLEDGER_SETTINGS_SMTP_PASSWORD=PASSWORD,
    )

    assert keys[0] != keys[1]
    assert 0 == saved.exit_code, saved.output


def test_keys_are_rotated_by_command(shell: Shell) -> None:
    """The command prints what it re-encrypted, and the new key alone decrypts the password."""
    old, new = (shell.run("keys", "generate").stdout.strip() for _ in range(2))
    given = {"POSTLEDGER_SETTINGS_SMTP_PASSWORD": PASSWORD}
    shell.apply(FILE, POSTLEDGER_ENCRYPTION_KEYS=old, **given)
    rotated = shell.run("keys", "rotate", POSTLEDGER_ENCRYPTION_KEYS=f"{new},{old}")
    again = shell.apply(FILE, POSTLEDGER_ENCRYPTION_KEYS=new, **given)

    assert 0 == rotated.exit_code, rotated.output
    assert "re-encrypted: smtpPassword" in rotated.stdout
    assert "Nothing to change.\n" == again.stdout


def test_unusable_keys_stop_a_rotation_with_a_sentence(shell: Shell) -> None:
    """Unusable keys are named without their text, and no password can be stored with them."""
    rotated = shell.run("keys", "rotate", POSTLEDGER_ENCRYPTION_KEYS="garbage")
    saved = shell.apply(
        FILE,
        POSTLEDGER_ENCRYPTION_KEYS="garbage",
        POSTLEDGER_SETTINGS_SMTP_PASSWORD=PASSWORD,
    )

    assert (2, 1) == (rotated.exit_code, saved.exit_code)
    for result in (rotated, saved):
        assert "POSTLEDGER_ENCRYPTION_KEYS: key 1 is not base64" in result.stderr
        assert "garbage" not in result.output
