"""From a patch to values that can be saved: applied, normalized and checked."""

from dataclasses import dataclass
from typing import ClassVar, TypeAlias

from mail.secret import Secret
from service.process.keys import KeyProblem, KeySource
from service.settings.secrets import InvalidSecret, check_secret
from service.settings.state import CurrentSettings
from service.values.binding import changed_bound_fields
from service.values.normalize import normalize
from service.values.patch import KEEP, SettingsPatch, apply_patch
from service.values.problems import Problem, problem
from service.values.settings_values import SecretName, SettingsValues


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
    """Stored secrets are bound to their destination, which the changed fields would change."""

    changed_fields: tuple[str, ...]
    secrets: tuple[SecretName, ...]
    code: ClassVar = "SECRET_REENTRY_REQUIRED"

    @property
    def fields(self) -> str:
        """The bound fields that would change."""
        return ", ".join(self.changed_fields)


@dataclass(frozen=True, slots=True)
class Draft:
    """Values that can be saved. `given` has the secrets that the patch sets."""

    values: SettingsValues
    given: dict[SecretName, Secret]
    cleared: frozenset[SecretName]


DraftResult: TypeAlias = Draft | InvalidSettings | SecretReentryRequired


async def draft(current: CurrentSettings, patch: SettingsPatch, keys: KeySource) -> DraftResult:
    """Returns the settings that a patch would produce, or why it is refused; stores nothing."""
    checked = _check(current, patch, keys)
    if not isinstance(checked, SettingsValues):
        return checked
    return await _number_secrets(current, patch, checked)


def _check(
    current: CurrentSettings, patch: SettingsPatch, keys: KeySource
) -> SettingsValues | InvalidSettings | SecretReentryRequired:
    """Applies the patch, and normalizes and checks the result; versions of secrets stay."""
    normal = normalize(apply_patch(patch, current.values))
    problems = [*normal.problems, *_secret_problems(patch, keys), *_contradictions(normal.values)]
    if problems:
        return InvalidSettings(tuple(problems))
    required = reentry_required(current, normal.values, _untouched(patch))
    return normal.values if required is None else required


def reentry_required(
    current: CurrentSettings, after: SettingsValues, untouched: tuple[SecretName, ...]
) -> SecretReentryRequired | None:
    """Checks whether stored secrets that stay would be sent to another destination.

    Args:
        current: the settings in force.
        after: the settings after the change.
        untouched: the secrets that are neither entered again nor cleared.
    """
    stored = tuple(name for name in untouched if current.values.secret_version(name) is not None)
    changed = changed_bound_fields(current.values, after)
    return SecretReentryRequired(changed, stored) if stored and changed else None


async def _number_secrets(
    current: CurrentSettings, patch: SettingsPatch, values: SettingsValues
) -> Draft:
    given: dict[SecretName, Secret] = {}
    cleared: set[SecretName] = set()
    for name in SecretName:
        secret = patch.secret(name)
        if isinstance(secret, Secret):
            given[name] = secret
            version = await current.secrets.version_of(name, secret, current.values)
            values = values.with_secret_version(name, version)
        elif secret is None:
            cleared.add(name)
            values = values.with_secret_version(name, None)
    return Draft(values, given, frozenset(cleared))


def _untouched(patch: SettingsPatch) -> tuple[SecretName, ...]:
    return tuple(name for name in SecretName if patch.secret(name) is KEEP)


def _secret_problems(patch: SettingsPatch, keys: KeySource) -> list[Problem]:
    in_use = keys.current()
    problems = []
    for name in SecretName:
        secret = patch.secret(name)
        if not isinstance(secret, Secret):
            continue
        invalid = check_secret(secret)
        if isinstance(invalid, InvalidSecret):
            problems.append(problem("PASSWORD_INVALID", name.path, invalid.message))
        elif isinstance(in_use, KeyProblem):
            problems.append(problem("ENCRYPTION_KEY_UNAVAILABLE", name.path, in_use.message))
    return problems


def _contradictions(values: SettingsValues) -> list[Problem]:
    mechanism = values.auth_mechanism
    if mechanism.uses_token and values.oauth2_token_url is None:
        message = (
            f"Configure OAuth2 as well, or choose AUTO: {mechanism} signs in with an OAuth2 token."
        )
        return [problem("OAUTH2_REQUIRED", "oauth2", message)]
    return []
