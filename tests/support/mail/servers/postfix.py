"""Postfix with one port for each way of being configured, delivering into a Maildir."""

import contextlib
import os
import pwd
import shutil
import subprocess
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from tests.support.mail.servers.maildir import Maildir
from tests.support.mail.servers.process import free_ports, program, readable_folder, running
from tests.support.needs import need

_USER: Final = "postfix"
_DAEMONS: Final = "/usr/lib/postfix/sbin"

_MAIN: Final = """\
compatibility_level = 3.6
queue_directory = {folder}/queue
data_directory = {folder}/data
command_directory = /usr/sbin
daemon_directory = {daemons}
mail_owner = postfix
setgid_group = postdrop
maillog_file = /dev/stdout
inet_interfaces = 127.0.0.1
inet_protocols = ipv4
myhostname = mx.example.org
mynetworks =
alias_maps =
mydestination = example.net
local_recipient_maps = inline:{{ada=ada}}
local_transport = virtual
virtual_mailbox_maps = inline:{{ada@example.net=ada/}}
virtual_mailbox_base = {folder}/mail
virtual_uid_maps = static:{uid}
virtual_gid_maps = static:{gid}
smtpd_peername_lookup = no
smtpd_client_event_limit_exceptions =
smtpd_tls_chain_files = {folder}/server.pem
smtpd_tls_security_level = may
smtpd_tls_auth_only = yes
smtpd_sasl_auth_enable = yes
smtpd_sasl_local_domain = example.org
cyrus_sasl_config_path = {folder}/etc/sasl
smtpd_relay_restrictions = permit_sasl_authenticated, reject_unauth_destination
"""

_SASL: Final = """\
pwcheck_method: auxprop
auxprop_plugin: sasldb
sasldb_path: {folder}/sasldb
mech_list: PLAIN LOGIN CRAM-MD5 SCRAM-SHA-1 SCRAM-SHA-256
"""

_MASTER: Final = """\
cleanup unix n - n - 0 cleanup
checking_cleanup unix n - n - 0 cleanup
  -o header_checks=regexp:{folder}/header_checks
qmgr unix n - n 300 1 qmgr
tlsmgr unix - - n 1000? 1 tlsmgr
rewrite unix - - n - - trivial-rewrite
bounce unix - - n - 0 bounce
defer unix - - n - 0 bounce
trace unix - - n - 0 bounce
proxymap unix - - n - - proxymap
anvil unix - - n - 1 anvil
virtual unix - n n - - virtual
postlog unix-dgram n - n - 1 postlogd
smtpd pass - - n - - smtpd
tlsproxy unix - - n - 0 tlsproxy
"""

Options = Mapping[str, str]
"""Settings of `main.cf` for one port."""


@dataclass(frozen=True, slots=True)
class Postfix:
    """A running Postfix: the port of each service, and the mailbox of `ada@example.net`."""

    ports: Mapping[str, int]
    mailbox: Maildir
    log: Path


def need_postfix() -> None:
    """Skips the test where Postfix cannot run; in continuous integration, fails it."""
    for name in ("postfix", "saslpasswd2"):
        need(program(name), f"no `{name}`; CONTRIBUTING.md shows how to get the mail servers")
    need(os.geteuid() == 0, "only root can start Postfix")


@contextlib.contextmanager
def running_postfix(
    services: Mapping[str, Options], *, user: tuple[str, str], pem: bytes, authority: str
) -> Iterator[Postfix]:
    """Runs Postfix with a port for each service.

    `user` is the name and the password of the only account. `pem` is the server's key and
    certificate; `authority`, the certificate of the authority of clients, becomes
    `$config_directory/authority.pem`. A service with an option of postscreen runs postscreen, which
    passes its clients on to a server without options.
    """
    with readable_folder() as folder:
        ports = dict(zip(services, free_ports(len(services)), strict=True))
        _configure(folder, services, ports)
        _write_secrets(folder, user, pem, authority)
        etc, log = folder / "etc", folder / "log"
        log.touch()
        _run([program("postfix") or "", "-c", str(etc), "check"])  # makes the queue's folders
        # `-d` keeps it in the foreground, and in the session of processes that the tests end.
        command = [f"{_DAEMONS}/master", "-d", "-c", str(etc)]
        with running(command, list(ports.values()), log, {"MAIL_CONFIG": str(etc)}):
            yield Postfix(ports, Maildir(folder / "mail" / "ada"), log)


def _configure(folder: Path, services: Mapping[str, Options], ports: Mapping[str, int]) -> None:
    owner = pwd.getpwnam(_USER)
    (folder / "etc").mkdir()
    (folder / "queue").mkdir()
    for name in ("data", "mail"):
        (folder / name).mkdir()
        shutil.chown(folder / name, _USER)
    values = {"folder": folder, "uid": owner.pw_uid, "gid": owner.pw_gid, "daemons": _DAEMONS}
    (folder / "etc" / "main.cf").write_text(_MAIN.format_map(values))
    # Postfix waits for two seconds before it reads a file that has just changed.
    os.utime(folder / "etc" / "main.cf", (0, 0))
    (folder / "header_checks").write_text("/^Subject: Postledger/ REJECT\n")
    rows = [_service(ports[name], options) for name, options in services.items()]
    (folder / "etc" / "master.cf").write_text(_MASTER.format(folder=folder) + "".join(rows))


def _service(port: int, options: Options) -> str:
    screened = any(name.startswith("postscreen_") for name in options)
    row = f"127.0.0.1:{port} inet n - n - {'1 postscreen' if screened else '- smtpd'}\n"
    return row + "".join(f"  -o {{{name} = {value}}}\n" for name, value in options.items())


def _write_secrets(folder: Path, user: tuple[str, str], pem: bytes, authority: str) -> None:
    (folder / "etc" / "sasl").mkdir()
    (folder / "etc" / "sasl" / "smtpd.conf").write_text(_SASL.format(folder=folder))
    name, password = user
    database = folder / "sasldb"
    command = [program("saslpasswd2") or "", "-f", str(database), "-c", "-p", "-u", "example.org"]
    _run([*command, name], password.encode())
    shutil.chown(database, _USER)
    (folder / "server.pem").write_bytes(pem)
    (folder / "server.pem").chmod(0o600)
    (folder / "etc" / "authority.pem").write_text(authority)


def _run(command: list[str], given: bytes = b"") -> None:
    subprocess.run(  # noqa: S603 (programs of the operating system)
        command, input=given, check=True, capture_output=True, timeout=20
    )
