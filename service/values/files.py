"""Settings in a file, for people who keep configuration there: TOML or JSON."""

import json
import tomllib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Final, TypeAlias, TypeVar

import tomli_w

from mail.account import SaslMechanism, TlsMode
from mail.secret import Secret
from service.values.patch import KEEP, Keep, OAuth2Patch, SettingsPatch
from service.values.settings_values import SettingsValues

SECRET_FIELDS: Final = frozenset({"smtpPassword", "clientSecret"})

E = TypeVar("E", bound=StrEnum)
Plain: TypeAlias = "str | int | bool | list[str] | dict[str, Plain] | None"


@dataclass(frozen=True, slots=True)
class UnfitFile:
    """A file that cannot be read as settings, with the reason in words."""

    message: str


class _UnfitValueError(Exception):
    """A value of the wrong type, by its name."""


@dataclass(frozen=True, slots=True)
class Secrets:
    """Secrets given beside the file: they never stand in it."""

    smtp_password: Secret | None = None
    oauth2_client_secret: Secret | None = None


def write_settings(values: SettingsValues, *, as_json: bool) -> str:
    """The settings as a file's text, without their secrets; what is not set is left out."""
    document: dict[str, Plain] = {
        "smtpHost": values.smtp_host,
        "smtpDomain": values.smtp_domain,
        "smtpPort": values.smtp_port,
        "smtpUsername": values.smtp_username,
        "defaultFromAddress": values.default_from_address,
        "defaultFromDisplayName": values.default_from_display_name,
        "enableSecureConnection": values.enable_secure_connection,
        "tlsMode": values.tls_mode.value,
        "trustedCertificates": list(values.trusted_certificates),
        "authMechanism": values.auth_mechanism.value,
        "ehloHostname": values.ehlo_hostname,
        "timeoutSeconds": values.timeout_seconds,
    }
    if values.oauth2_token_url is not None:
        oauth2: dict[str, Plain] = {
            "tokenUrl": values.oauth2_token_url,
            "clientId": values.oauth2_client_id,
            "scope": values.oauth2_scope,
        }
        document["oauth2"] = _without_none(oauth2)
    kept = _without_none(document)
    if as_json:
        return json.dumps(kept, indent=2, ensure_ascii=False) + "\n"
    return tomli_w.dumps(kept, multiline_strings=True)


def read_settings(text: str, secrets: Secrets, *, as_json: bool) -> SettingsPatch | UnfitFile:
    """The change that a file's text asks for: what it leaves out stays as it is.

    In JSON, null clears a field; TOML has no null, there an empty text clears.
    """
    try:
        document = json.loads(text) if as_json else tomllib.loads(text)
    except (ValueError, RecursionError) as error:
        reason = str(error).splitlines()[0]
        return UnfitFile(f"It is not {'JSON' if as_json else 'TOML'}: {reason}.")
    if not isinstance(document, dict):
        return UnfitFile("It must be one object with the settings' fields.")
    unknown = sorted(set(document) - set(_READERS) - {"oauth2"})
    if unknown:
        return UnfitFile(_unknown(unknown))
    try:
        return _patch(document, secrets)
    except _UnfitValueError as error:
        return UnfitFile(str(error))


def _patch(document: Mapping[str, object], secrets: Secrets) -> SettingsPatch:
    given = {
        attribute: read(name, document[name])
        for name, (attribute, read) in _READERS.items()
        if name in document
    }
    oauth2: OAuth2Patch | Keep | None = KEEP
    if "oauth2" in document:
        oauth2 = _oauth2(document["oauth2"], secrets.oauth2_client_secret)
    if secrets.oauth2_client_secret is not None and not isinstance(oauth2, OAuth2Patch):
        raise _UnfitValueError(
            "An OAuth2 client secret was given, but there is no table oauth2 that it belongs to."
        )
    password = KEEP if secrets.smtp_password is None else secrets.smtp_password
    return SettingsPatch(smtp_password=password, oauth2=oauth2, **given)  # type: ignore[arg-type] # each reader gives its field's type


def _oauth2(value: object, secret: Secret | None) -> OAuth2Patch | None:
    if value is None or value == "":
        return None
    if not isinstance(value, dict):
        raise _UnfitValueError("oauth2 must be a table with tokenUrl and clientId.")
    unknown = sorted(set(value) - {"tokenUrl", "clientId", "scope"})
    if unknown:
        raise _UnfitValueError(_unknown([f"oauth2.{name}" for name in unknown]))
    return OAuth2Patch(
        token_url=_text("oauth2.tokenUrl", value.get("tokenUrl")) or "",
        client_id=_text("oauth2.clientId", value.get("clientId")) or "",
        client_secret=KEEP if secret is None else secret,
        scope=_text("oauth2.scope", value["scope"]) if "scope" in value else KEEP,
    )


def _unknown(names: list[str]) -> str:
    if any(name.rpartition(".")[2] in SECRET_FIELDS for name in names):
        return (
            "Secrets do not belong in the file. Give the password in the variable "
            "POSTLEDGER_SETTINGS_SMTP_PASSWORD or at the prompt (--ask-password), the client "
            "secret in POSTLEDGER_SETTINGS_OAUTH2_CLIENT_SECRET."
        )
    return f"There is no field {names[0]}."


def _text(name: str, value: object) -> str | None:
    if value is None or isinstance(value, str):
        return value
    raise _UnfitValueError(f"{name} must be a text.")


def _number(name: str, value: object) -> int | None:
    if value is None or (isinstance(value, int) and not isinstance(value, bool)):
        return value
    raise _UnfitValueError(f"{name} must be a whole number.")


def _flag(name: str, value: object) -> bool | None:
    if value is None or isinstance(value, bool):
        return value
    raise _UnfitValueError(f"{name} must be true or false.")


def _texts(name: str, value: object) -> tuple[str, ...] | None:
    if value is None:
        return None
    if isinstance(value, list) and all(isinstance(each, str) for each in value):
        return tuple(value)
    raise _UnfitValueError(f"{name} must be a list of texts.")


def _choice(kind: type[E]) -> Callable[[str, object], E | None]:
    def read(name: str, value: object) -> E | None:
        if value is None:
            return None
        for choice in kind:
            if value == choice.value:
                return choice
        raise _UnfitValueError(f"{name} must be one of {', '.join(kind)}.")

    return read


_Reader: TypeAlias = Callable[[str, object], object]
_READERS: Final[Mapping[str, tuple[str, _Reader]]] = {
    "smtpHost": ("smtp_host", _text),
    "smtpDomain": ("smtp_domain", _text),
    "smtpPort": ("smtp_port", _number),
    "smtpUsername": ("smtp_username", _text),
    "defaultFromAddress": ("default_from_address", _text),
    "defaultFromDisplayName": ("default_from_display_name", _text),
    "enableSecureConnection": ("enable_secure_connection", _flag),
    "tlsMode": ("tls_mode", _choice(TlsMode)),
    "trustedCertificates": ("trusted_certificates", _texts),
    "authMechanism": ("auth_mechanism", _choice(SaslMechanism)),
    "ehloHostname": ("ehlo_hostname", _text),
    "timeoutSeconds": ("timeout_seconds", _number),
}


def _without_none(document: dict[str, Plain]) -> dict[str, Plain]:
    return {name: value for name, value in document.items() if value is not None}
