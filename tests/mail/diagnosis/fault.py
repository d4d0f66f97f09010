"""One row of the fault table: how a server misbehaves, and the diagnosis that is expected."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace

from mail.account import Account, OAuth2, RevocationCheck, SaslMechanism, TlsMode
from mail.report.codes import Code
from mail.report.report import EmailTestDepth, StageName, Suggestion
from mail.secret import Secret
from tests.support.mail.aiosmtpd_server import Daemon
from tests.support.mail.scripted import Script
from tests.support.mail.token_server import TOKEN_HOST, TokenScript
from tests.support.mail.world import RECIPIENT, SENDER, Answer

Stage = StageName
CLIENT_SECRET = "cl13nt~Secret.of_the-app"
_END = "-----END CERTIFICATE-----\n"
Changes = dict[str, "Setting"]
Setting = str | int | float | bool | tuple[str, ...] | Secret | None


@dataclass(frozen=True, kw_only=True)
class Fault:
    """A row. `server` maps ports to servers; a single server listens on the account's port.

    `account` changes the usual account. `fix` contains the fields and values that must be
    suggested: the test applies them, and the next attempt must succeed. `suggests` is the field of
    the first suggestion if no value is suggested. In `token_url`, `{port}` is the port of the token
    endpoint; in `fix`, too.
    """

    title: str
    server: Script | Mapping[int, Script] | Daemon = field(default_factory=Script)
    stage: StageName
    code: Code
    transient: bool = False
    suggests: str = ""
    fix: Mapping[str, str] = field(default_factory=dict)
    account: Mapping[str, Setting] = field(default_factory=dict)
    sender: str = SENDER
    recipient: str = RECIPIENT
    names: Mapping[str, Answer] = field(default_factory=dict)
    down: Mapping[str, OSError | None] = field(default_factory=dict)
    blocked: tuple[str, ...] = ()
    allowed: tuple[str, ...] = ()
    token: TokenScript | None = None
    token_url: str = ""
    scope: str | None = None
    limit_seconds: float | None = None
    machine_name: str = "host.example.com"
    depth: EmailTestDepth = EmailTestDepth.SEND

    @property
    def id(self) -> str:
        """The title as a test id."""
        return re.sub(r"[^a-z0-9]+", "-", self.title.lower()).strip("-")

    @property
    def port(self) -> int:
        """The account's port."""
        port = self.account.get("port", 587)
        assert isinstance(port, int)
        return port

    @property
    def scripts(self) -> Mapping[int, Script]:
        """The scripted servers by port."""
        if isinstance(self.server, Daemon):
            return {}
        return {self.port: self.server} if isinstance(self.server, Script) else self.server

    @property
    def words(self) -> str:
        """The server's reply that the row is about, or an empty text."""
        if self.token is not None and self.stage is StageName.TOKEN:
            return self.token.body
        return next((text for each in self.scripts.values() if (text := each.words)), "")

    def account_from(self, usual: Account, token_port: int | None) -> Account:
        """Returns the row's account."""
        account = replace(usual, **self.account)  # type: ignore[arg-type]
        if token_port is None and not self.token_url:
            return account
        url = self.token_url or f"https://{TOKEN_HOST}:{{port}}/token"
        url = url.replace("{port}", str(token_port))
        oauth2 = OAuth2(url, "postledger", Secret(CLIENT_SECRET), self.scope)
        return replace(account, oauth2=oauth2)


_APPLY: Mapping[str, Callable[[Account, str], Account]] = {
    "smtpHost": lambda account, value: replace(account, host=value),
    "smtpPort": lambda account, value: replace(account, port=int(value)),
    "smtpDomain": lambda account, value: replace(account, domain=value or None),
    "smtpUsername": lambda account, value: replace(account, username=value or None),
    "enableSecureConnection": lambda account, value: replace(account, secure=value == "true"),
    "tlsMode": lambda account, value: replace(account, tls_mode=TlsMode(value)),
    "revocationCheck": lambda account, value: replace(account, revocation=RevocationCheck(value)),
    "trustedCertificates": lambda account, value: replace(
        account, trusted_certificates=tuple(f"{each}{_END}" for each in value.split(_END) if each)
    ),
    "authMechanism": lambda account, value: replace(account, mechanism=SaslMechanism(value)),
    "ehloHostname": lambda account, value: replace(account, ehlo_hostname=value),
    "timeoutSeconds": lambda account, value: replace(account, timeout_seconds=int(value)),
    "oauth2.tokenUrl": lambda account, value: replace(account, oauth2=_at(account.oauth2, value)),
    "oauth2.scope": lambda account, value: replace(account, oauth2=_scoped(account.oauth2, value)),
    "defaultFromAddress": lambda account, _value: account,
}


def _scoped(oauth2: OAuth2 | None, scope: str) -> OAuth2:
    assert oauth2 is not None
    return replace(oauth2, scope=scope)


def _at(oauth2: OAuth2 | None, url: str) -> OAuth2:
    assert oauth2 is not None
    return replace(oauth2, token_url=url)


def applied(account: Account, suggestion: Suggestion) -> Account:
    """Returns the account with a suggestion applied. The From address is not part of it."""
    assert suggestion.field is not None
    assert suggestion.value is not None
    return _APPLY[".".join(suggestion.field)](account, suggestion.value)
