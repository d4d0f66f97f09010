"""Exim with one port for each policy, delivering into a Maildir."""

import contextlib
import os
import pwd
import shutil
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Final

from tests.support.mail.servers.maildir import Maildir
from tests.support.mail.servers.process import free_ports, program, readable_folder, running
from tests.support.needs import need
from tests.support.root import ROOT

_USER: Final = "Debian-exim"
_UNPACKED: Final = ROOT / ".mta" / "usr" / "sbin" / "exim4"
"""Where `.ci/mail-servers` unpacks Exim, because Debian does not install it beside Postfix."""

SERVICES: Final = (
    "usual",
    "connect",
    "forbidden",
    "later",
    "callout",
    "small",
    "content",
    "broken",
    "certificates",
)
"""The policies of `_CONFIGURATION`."""

_CONFIGURATION: Final = """\
primary_hostname = mx.example.org
exim_path = {program}
exim_user = {user}
spool_directory = {folder}/spool
log_file_path = {folder}/log/%slog
pid_file_path = {folder}/pid
local_interfaces = <; {interfaces}
keep_environment =
host_lookup =
rfc1413_hosts =
message_size_limit = ${{if eq{{$received_port}}{{{small}}}{{500}}{{1M}}}}
tls_advertise_hosts = *
tls_certificate = {folder}/server.pem
tls_privatekey = {folder}/server.pem
tls_verify_certificates = {folder}/authority.pem
tls_verify_hosts = ${{if eq{{$received_port}}{{{certificates}}}{{*}}}}
tls_try_verify_hosts =
auth_advertise_hosts = ${{if eq{{$tls_in_cipher}}{{}}{{}}{{*}}}}
acl_smtp_connect = connecting
acl_smtp_rcpt = receiving
acl_smtp_data = reading

begin acl
connecting:
  deny condition = ${{if eq{{$received_port}}{{{connect}}}}}
  accept
# As in the configuration that Exim comes with, apart from the conditions.
receiving:
  deny condition = ${{if eq{{$received_port}}{{{forbidden}}}}}
  defer condition = ${{if eq{{$received_port}}{{{later}}}}}
  deny condition = ${{if eq{{$received_port}}{{{callout}}}}}
    !verify = sender/callout=5s
  require verify = sender
  accept authenticated = *
  require message = relay not permitted
    domains = example.net
  require verify = recipient
  accept
reading:
  deny condition = ${{if eq{{$received_port}}{{{content}}}}}
    message = This message scored 12.3 spam points.
  accept

begin routers
callouts:
  driver = manualroute
  domains = callout.example.org
  route_list = * 127.0.0.1::{backend}
  self = send
  transport = smtp
verified:
  driver = accept
  domains = example.org
  verify_only
mailboxes:
  driver = accept
  domains = example.net
  local_parts = ada
  transport = maildir

begin transports
smtp:
  driver = smtp
maildir:
  driver = appendfile
  directory = {folder}/mail
  maildir_format
  user = {user}

begin authenticators
PLAIN:
  driver = plaintext
  public_name = PLAIN
  server_prompts = :
  server_condition = ${{if eq{{$received_port}}{{{broken}}}{{${{lookup{{x}}lsearch{{/missing}}}}}}\
    {{${{if and{{{{eq{{$auth2}}{{{name}}}}}{{eq{{$auth3}}{{{password}}}}}}}}}}}}}
LOGIN:
  driver = plaintext
  public_name = LOGIN
  server_prompts = <| Username: | Password:
  server_condition = ${{if and{{{{eq{{$auth1}}{{{name}}}}}{{eq{{$auth2}}{{{password}}}}}}}}}
CRAM_MD5:
  driver = cram_md5
  public_name = CRAM-MD5
  server_secret = ${{if eq{{$auth1}}{{{name}}}{{{password}}}fail}}
"""


@dataclass(frozen=True, slots=True)
class Exim:
    """A running Exim: the port of each service, and the mailbox of `ada@example.net`."""

    ports: Mapping[str, int]
    mailbox: Maildir


def _program() -> str | None:
    return program("exim4") or (str(_UNPACKED) if _UNPACKED.exists() else None)


def need_exim() -> None:
    """Skips the test where Exim cannot run; in continuous integration, fails it."""
    need(_program(), "no `exim4`; CONTRIBUTING.md shows how to get the mail servers")
    need(os.geteuid() == 0, "only root can start Exim with a configuration of its own")
    need(
        any(each.pw_name == _USER for each in pwd.getpwall()),
        f"no user {_USER}, which Debian's Exim runs as",
    )


@contextlib.contextmanager
def running_exim(
    *, user: tuple[str, str], pem: bytes, authority: str, backend: int
) -> Iterator[Exim]:
    """Runs Exim with a port for each of `SERVICES`.

    `user` is the name and the password of the only account. `pem` is the server's key and
    certificate, and `authority` the certificate of the authority of clients. `backend` is the port
    of the server that knows the mailboxes of `callout.example.org`.
    """
    with readable_folder() as folder:
        ports = dict(zip(SERVICES, free_ports(len(SERVICES)), strict=True))
        path = _program() or ""
        values = {
            **{name: str(port) for name, port in ports.items()},
            "folder": str(folder),
            "program": path,
            "user": _USER,
            "name": user[0],
            "password": user[1],
            "backend": str(backend),
            "interfaces": " ; ".join(f"127.0.0.1.{port}" for port in ports.values()),
        }
        configuration = folder / "exim.conf"
        configuration.write_text(_CONFIGURATION.format_map(values))
        (folder / "server.pem").write_bytes(pem)
        (folder / "authority.pem").write_text(authority)
        for name in ("spool", "log", "mail"):
            (folder / name).mkdir()
        for name in ("spool", "log", "mail", "server.pem"):
            shutil.chown(folder / name, _USER)
        command = [path, "-bdf", "-C", str(configuration)]
        with running(command, list(ports.values()), folder / "output", {}):
            yield Exim(ports, Maildir(folder / "mail"))
