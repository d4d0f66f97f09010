"""From a patch to values that can be saved: applied, normalized and checked."""

from dataclasses import dataclass, replace
from typing import ClassVar, TypeAlias

from mail.secret import Secret
from service.process.keys import KeyProblem, KeySource
from service.settings.client_keys import mismatch, normalize_client_key
from service.settings.secrets import InvalidSecret, check_secret
from service.settings.state import CurrentSettings
from service.values.binding import changed_bound_fields
from service.values.certificates.client_key import InvalidKey
from service.values.normalize import normalize
from service.values.patch import KEEP, SettingsPatch, apply_patch
from service.values.problems import Problem, problem
from service.values.secret_names import SecretName
from service.values.settings_values import SettingsValues


@dataclass(frozen=True, slots=True)
class InvalidSettings:
    """Invalid values, with all problems at once."""

    problems: tuple[Problem, ...]
    code: ClassVar = "INVALID_SETTINGS"

    @property
    def fields(self) -> str:
        """The fields and the problem of each, without their values."""
        return ", ".join(f"{'.'.join(each.field)}: {each.code}" for each in self.problems)


@dataclass(frozen=True, slots=True)
class SecretReentryRequired:
    """Stored secrets are bound to their destination, which the changed fields would change.

    Fields and secrets are named by their paths.
    """

    changed_fields: tuple[tuple[str, ...], ...]
    secrets: tuple[tuple[str, ...], ...]
    code: ClassVar = "SECRET_REENTRY_REQUIRED"

    @property
    def fields(self) -> str:
        """The bound fields that would change, as the trail writes them."""
        return ", ".join(map(".".join, self.changed_fields))


@dataclass(frozen=True, slots=True)
class Draft:
    """Values that can be saved. `given` has the secrets that the patch sets."""

    values: SettingsValues
    given: dict[SecretName, Secret]
    cleared: frozenset[SecretName]


DraftResult: TypeAlias = Draft | InvalidSettings | SecretReentryRequired


async def draft(current: CurrentSettings, patch: SettingsPatch, keys: KeySource) -> DraftResult:
    """Returns the settings that a patch would produce, or why it is refused; stores nothing."""
    normal = normalize(apply_patch(patch, current.values))
    given, invalid = _given_secrets(patch, keys)
    problems = (*normal.problems, *invalid, *_contradictions(normal.values))
    return await _drafted(current, normal.values, patch, given, problems)


async def draft_restored(
    current: CurrentSettings, earlier: SettingsValues, patch: SettingsPatch, keys: KeySource
) -> DraftResult:
    """Returns the settings that restoring a revision would produce, or why that is refused.

    Args:
        current: the settings in force, whose secrets stay unless the patch changes them.
        earlier: the revision's values. They are not checked again, because they were saved.
        patch: the secrets that are entered again or cleared; it changes nothing else.
        keys: the encryption keys.
    """
    values = earlier
    for name in SecretName:
        values = values.with_secret_version(name, current.values.secret_version(name))
    given, invalid = _given_secrets(patch, keys)
    return await _drafted(current, values, patch, given, tuple(invalid))


async def _drafted(
    current: CurrentSettings,
    values: SettingsValues,
    patch: SettingsPatch,
    given: dict[SecretName, Secret],
    problems: tuple[Problem, ...],
) -> DraftResult:
    """Checks the secrets against values that have the versions in force, and numbers them."""
    if not problems and patch.secret(SecretName.CLIENT_KEY) is not None:
        problems = mismatch(current, values, given.get(SecretName.CLIENT_KEY))
    if problems:
        return InvalidSettings(problems)
    required = _reentry_required(current, values, _untouched(patch))
    return required or await _number_secrets(current, Draft(values, given, _cleared(patch)))


def _reentry_required(
    current: CurrentSettings, after: SettingsValues, untouched: tuple[SecretName, ...]
) -> SecretReentryRequired | None:
    """Checks whether stored secrets that stay would be sent to another destination.

    Args:
        current: the settings in force.
        after: the settings after the change.
        untouched: the secrets that are neither entered again nor cleared.
    """
    stored = tuple(
        name.path
        for name in untouched
        if name.is_sent and current.values.secret_version(name) is not None
    )
    changed = changed_bound_fields(current.values, after)
    return SecretReentryRequired(changed, stored) if stored and changed else None


async def _number_secrets(current: CurrentSettings, checked: Draft) -> Draft:
    values = checked.values
    for name, secret in checked.given.items():
        version = await current.secrets.version_of(name, secret, current.values)
        values = values.with_secret_version(name, version)
    for name in checked.cleared:
        values = values.with_secret_version(name, None)
    return replace(checked, values=values)


def _untouched(patch: SettingsPatch) -> tuple[SecretName, ...]:
    return tuple(name for name in SecretName if patch.secret(name) is KEEP)


def _cleared(patch: SettingsPatch) -> frozenset[SecretName]:
    return frozenset(name for name in SecretName if patch.secret(name) is None)


def _given_secrets(
    patch: SettingsPatch, keys: KeySource
) -> tuple[dict[SecretName, Secret], list[Problem]]:
    """Returns the secrets that the patch sets, as they are stored, and the problems of the rest."""
    in_use = keys.current()
    given: dict[SecretName, Secret] = {}
    problems = []
    for name in SecretName:
        secret = patch.secret(name)
        if not isinstance(secret, Secret):
            continue
        checked = _checked_secret(name, secret)
        if isinstance(checked, Problem):
            problems.append(checked)
        elif isinstance(in_use, KeyProblem):
            problems.append(problem("ENCRYPTION_KEY_UNAVAILABLE", name.path, in_use.message))
        else:
            given[name] = checked
    return given, problems


def _checked_secret(name: SecretName, secret: Secret) -> Secret | Problem:
    """Returns the secret as it is stored: a password as it was entered, a key in normal form."""
    if name is SecretName.CLIENT_KEY:
        key = normalize_client_key(secret)
        return problem(key.code, name.path, key.message) if isinstance(key, InvalidKey) else key
    invalid = check_secret(secret)
    if isinstance(invalid, InvalidSecret):
        return problem("PASSWORD_INVALID", name.path, invalid.message)
    return secret


def _contradictions(values: SettingsValues) -> list[Problem]:
    mechanism = values.auth_mechanism
    if mechanism.uses_token and values.oauth2_token_url is None:
        message = (
            f"Configure OAuth2 as well, or choose AUTO: {mechanism} signs in with an OAuth2 token."
        )
        return [problem("OAUTH2_REQUIRED", "oauth2", message)]
    return []
