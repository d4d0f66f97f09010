"""Settings in a TOML or JSON file, for administrators who keep configuration in files."""

import json
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

import tomli_w

from mail.secret import Secret
from service.values.fields import Field, InvalidFileError, Plain, Value
from service.values.patch import SettingsPatch
from service.values.secret_names import SecretName
from service.values.settings_values import FIELDS, SettingsValues

_SECRET_FIELDS: Final = frozenset(name.path[-1] for name in SecretName)
_GROUP: Final = "oauth2"
"""The only group of fields, which are set and cleared together. In TOML it is a table."""
_GROUP_REQUIRES: Final = ("tokenUrl", "clientId")


@dataclass(frozen=True, slots=True)
class InvalidSettingsFile:
    """A file that cannot be read as settings, and a message that says why."""

    message: str


@dataclass(frozen=True, slots=True)
class Secrets:
    """Secrets that are passed in separately, because the file never contains them."""

    smtp_password: Secret | None = None
    client_key: Secret | None = None
    oauth2_client_secret: Secret | None = None


def write_settings(values: SettingsValues, *, as_json: bool) -> str:
    """Returns the settings as the text of a file, without secrets and unset fields."""
    document: dict[str, Plain] = {}
    for field in FIELDS:
        value = field.kind.to_file(field.get(values))
        *groups, name = field.path
        if value is None or (groups and not _has_group(values)):
            continue
        table = document
        for group in groups:
            inner = table.setdefault(group, {})
            if not isinstance(inner, dict):
                raise TypeError(f"{group} is both a group of fields and a field")
            table = inner
        table[name] = value
    # TOML requires tables to come last.
    ordered = dict(sorted(document.items(), key=lambda item: isinstance(item[1], dict)))
    if as_json:
        return json.dumps(ordered, indent=2, ensure_ascii=False) + "\n"
    return tomli_w.dumps(ordered, multiline_strings=True)


def _has_group(values: SettingsValues) -> bool:
    return values.oauth2_token_url is not None


def read_settings(
    text: str, secrets: Secrets, *, as_json: bool
) -> SettingsPatch | InvalidSettingsFile:
    """Reads a file's text as a change of the settings: what the text leaves out stays as it is.

    In JSON, null clears a field. TOML has no null, so there an empty string clears a field.
    """
    try:
        document = json.loads(text) if as_json else tomllib.loads(text)
    except (ValueError, RecursionError) as error:
        reason = str(error).splitlines()[0]
        return InvalidSettingsFile(f"The file is not {'JSON' if as_json else 'TOML'}: {reason}.")
    if not isinstance(document, dict):
        return InvalidSettingsFile("The file must contain one object with the settings' fields.")
    try:
        return _patch(document, secrets)
    except InvalidFileError as error:
        return InvalidSettingsFile(str(error))


def _patch(document: Mapping[str, object], secrets: Secrets) -> SettingsPatch:
    plain = {field.name: field for field in FIELDS if len(field.path) == 1}
    _reject_unknown(document, {*plain, _GROUP}, prefix="")
    given: dict[str, Value | Secret] = {
        field.attribute: _read(field, document[name])
        for name, field in plain.items()
        if name in document
    }
    for name, secret in (
        (SecretName.SMTP_PASSWORD, secrets.smtp_password),
        (SecretName.CLIENT_KEY, secrets.client_key),
    ):
        if secret is not None:
            given[name.attribute] = secret
    grouped = _read_group(document[_GROUP]) if _GROUP in document else {}
    given |= grouped
    if secrets.oauth2_client_secret is not None:
        if not any(value is not None for value in grouped.values()):
            raise InvalidFileError(
                f"An OAuth2 client secret was given, but there is no table {_GROUP} in the "
                "file: add it with tokenUrl and clientId."
            )
        given[SecretName.OAUTH2_CLIENT_SECRET.attribute] = secrets.oauth2_client_secret
    return SettingsPatch(**given)


def _read_group(table: object) -> dict[str, Value | Secret]:
    fields = {field.path[-1]: field for field in FIELDS if field.path[0] == _GROUP}
    if table is None or table == "":
        cleared: dict[str, Value | Secret] = {each.attribute: None for each in fields.values()}
        return cleared | {SecretName.OAUTH2_CLIENT_SECRET.attribute: None}
    if not isinstance(table, dict):
        raise InvalidFileError(f"{_GROUP} must be a table with tokenUrl and clientId.")
    _reject_unknown(table, set(fields), prefix=f"{_GROUP}.")
    given: dict[str, Value | Secret] = {
        each.attribute: _read(each, table[name]) for name, each in fields.items() if name in table
    }
    # The group is set as a whole: a missing field is read as empty, which its rule rejects.
    required = [fields[name].attribute for name in _GROUP_REQUIRES]
    return given | {attribute: given.get(attribute) or "" for attribute in required}


def _read(field: Field, value: object) -> Value:
    return None if value is None else field.kind.from_file(field.name, value)


def _reject_unknown(table: Mapping[str, object], known: set[str], *, prefix: str) -> None:
    unknown = sorted(set(table) - known)
    if not unknown:
        return
    if any(name in _SECRET_FIELDS for name in unknown):
        raise InvalidFileError(
            "Secrets do not belong in the file. Set the password in the environment variable "
            "POSTLEDGER_SETTINGS_SMTP_PASSWORD or enter it at the prompt (--ask-password); set the "
            "client key in POSTLEDGER_SETTINGS_CLIENT_KEY, and the client secret in "
            "POSTLEDGER_SETTINGS_OAUTH2_CLIENT_SECRET."
        )
    raise InvalidFileError(f"There is no field {prefix}{unknown[0]}.")
