"""A partial change of the settings: a field left out stays as it is, None clears it."""

from dataclasses import dataclass
from enum import Enum
from typing import Final, Literal, TypeAlias, TypeVar

from mail.account import SaslMechanism, TlsMode
from mail.secret import Secret
from service.values.settings_values import NOTHING_SAVED, SecretName, SettingsValues, Value

__all__ = [
    "KEEP",
    "Keep",
    "OAuth2Patch",
    "SaslMechanism",
    "Secret",
    "SettingsPatch",
    "TlsMode",
    "lay_over",
]


class Keep(Enum):
    """The mark of a field that was left out."""

    KEEP = "KEEP"


KEEP: Final = Keep.KEEP
T = TypeVar("T")
Patched: TypeAlias = T | Literal[Keep.KEEP] | None


@dataclass(frozen=True, slots=True)
class OAuth2Patch:
    """OAuth2 as given: the first two are always said, so that they are always meant together."""

    token_url: str
    client_id: str
    client_secret: Patched[Secret] = KEEP
    scope: Patched[str] = KEEP


@dataclass(frozen=True, slots=True)
class SettingsPatch:
    """What a caller wants changed, as given: nothing is trimmed or checked yet."""

    smtp_host: Patched[str] = KEEP
    smtp_domain: Patched[str] = KEEP
    smtp_port: Patched[int] = KEEP
    smtp_username: Patched[str] = KEEP
    smtp_password: Patched[Secret] = KEEP
    default_from_address: Patched[str] = KEEP
    default_from_display_name: Patched[str] = KEEP
    enable_secure_connection: Patched[bool] = KEEP
    tls_mode: Patched[TlsMode] = KEEP
    trusted_certificates: Patched[tuple[str, ...]] = KEEP
    auth_mechanism: Patched[SaslMechanism] = KEEP
    oauth2: Patched[OAuth2Patch] = KEEP
    ehlo_hostname: Patched[str] = KEEP
    timeout_seconds: Patched[int] = KEEP

    def secret(self, name: SecretName) -> Patched[Secret]:
        """What is to become of a secret. An empty one clears, like None."""
        given: Patched[Secret]
        if name is SecretName.SMTP_PASSWORD:
            given = self.smtp_password
        elif isinstance(self.oauth2, OAuth2Patch):
            given = self.oauth2.client_secret
        else:
            given = self.oauth2
        return given or None


_PLAIN: Final = (
    "smtp_host",
    "smtp_domain",
    "smtp_port",
    "smtp_username",
    "default_from_address",
    "default_from_display_name",
    "enable_secure_connection",
    "tls_mode",
    "trusted_certificates",
    "auth_mechanism",
    "ehlo_hostname",
    "timeout_seconds",
)


def lay_over(patch: SettingsPatch, values: SettingsValues) -> SettingsValues:
    """The values with the patch over them: a cleared field gets its default, secrets stay."""
    given = {name: getattr(patch, name) for name in _PLAIN}
    changed: dict[str, Value] = {
        name: getattr(NOTHING_SAVED, name) if value is None else value
        for name, value in given.items()
        if value is not KEEP
    }
    match patch.oauth2:
        case None:
            changed |= {"oauth2_token_url": None, "oauth2_client_id": None, "oauth2_scope": None}
        case OAuth2Patch() as oauth2:
            changed |= {"oauth2_token_url": oauth2.token_url, "oauth2_client_id": oauth2.client_id}
            if not isinstance(oauth2.scope, Keep):
                changed["oauth2_scope"] = oauth2.scope
        case Keep.KEEP:
            pass
    return values.having(changed)
