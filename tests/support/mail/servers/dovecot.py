"""Dovecot's submission server: it checks the sign-in, and relays messages to a backend."""

import contextlib
import os
import pwd
import subprocess
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from tests.support.mail.servers.process import free_ports, program, readable_folder, running
from tests.support.needs import need

_CONFIGURATION: Final = """\
base_dir = {folder}/run
state_dir = {folder}/state
log_path = /dev/stderr
instance_name = postledger-tests
protocols = submission
listen = 127.0.0.1
hostname = mx.example.org
default_internal_user = {internal_user}
default_internal_group = {internal_group}
default_login_user = {login_user}
ssl = yes
ssl_cert = <{folder}/server.pem
ssl_key = <{folder}/server.pem
disable_plaintext_auth = yes
auth_mechanisms = plain login cram-md5 scram-sha-1 scram-sha-256 xoauth2 oauthbearer
auth_failure_delay = 0
submission_relay_host = 127.0.0.1
submission_relay_port = {backend}
mail_location = maildir:{folder}/mail
first_valid_uid = 1
passdb {{
  driver = oauth2
  mechanisms = xoauth2 oauthbearer
  args = {folder}/oauth2.conf
}}
passdb {{
  driver = passwd-file
  args = {folder}/users
}}
userdb {{
  driver = static
  args = uid={uid} gid={gid} home={folder}/mail
}}
service submission-login {{
  chroot =
  inet_listener submission {{
    port = {port}
  }}
  inet_listener submissions {{
    port = 0
  }}
}}
service anvil {{
  chroot =
  # Otherwise a sign-in after a refused sign-in from the same address has to wait.
  unix_listener anvil-auth-penalty {{
    mode = 0
  }}
}}
"""

_OAUTH2: Final = """\
introspection_url = http://127.0.0.1:{introspection}/
introspection_mode = post
username_attribute = username
active_attribute = active
active_value = true
"""


@dataclass(frozen=True, slots=True)
class Dovecot:
    """A running Dovecot, and the file of its log."""

    port: int
    log: Path


def need_dovecot() -> None:
    """Skips the test where Dovecot is missing; in continuous integration, fails it."""
    command, submission = program("dovecot"), Path("/usr/lib/dovecot/submission-login")
    reason = "no `dovecot` with submission; CONTRIBUTING.md shows how to get the mail servers"
    need(command and submission.exists(), reason)
    version = subprocess.run(  # noqa: S603 (a server of the operating system)
        [command or "", "--version"], check=True, capture_output=True, text=True
    ).stdout
    need(version.startswith("2.3."), f"the configuration is for Dovecot 2.3, not {version}")


@contextlib.contextmanager
def running_dovecot(
    *, user: tuple[str, str], pem: bytes, backend: int, introspection: int
) -> Iterator[Dovecot]:
    """Runs Dovecot with one account.

    `user` is the account's name and password, and `pem` the server's key and certificate. `backend`
    and `introspection` are the ports of what Dovecot uses.
    """
    with readable_folder() as folder:
        (port,) = free_ports(1)
        values = {
            **_owners(),
            "folder": folder,
            "port": port,
            "backend": backend,
            "introspection": introspection,
        }
        name, password = user
        _write(folder, values, pem, f"{name}:{{PLAIN}}{password}\n")
        command = [program("dovecot") or "", "-F", "-c", str(folder / "dovecot.conf")]
        with running(command, [port], folder / "log", {}):
            yield Dovecot(port, folder / "log")


def _owners() -> dict[str, str | int]:
    """Returns the users of Dovecot's processes: all the same, unless the tests run as root."""
    me = pwd.getpwuid(os.geteuid())
    if me.pw_uid:
        names = dict.fromkeys(("internal_user", "internal_group", "login_user"), me.pw_name)
        return {**names, "uid": me.pw_uid, "gid": me.pw_gid}
    user = pwd.getpwnam("dovecot")
    return {
        "internal_user": "dovecot",
        "internal_group": "dovecot",
        "login_user": "dovenull",
        "uid": user.pw_uid,
        "gid": user.pw_gid,
    }


def _write(folder: Path, values: Mapping[str, object], pem: bytes, users: str) -> None:
    (folder / "dovecot.conf").write_text(_CONFIGURATION.format_map(values))
    (folder / "oauth2.conf").write_text(_OAUTH2.format_map(values))
    (folder / "users").write_text(users)
    (folder / "server.pem").write_bytes(pem)
    mail = folder / "mail"
    mail.mkdir()
    if os.geteuid() == 0:
        os.chown(mail, int(str(values["uid"])), int(str(values["gid"])))
