"""Settings on their way: a patch laid over the values in force, brought into form, and judged."""

from dataclasses import dataclass
from typing import ClassVar, TypeAlias

from mail.account import SaslMechanism
from mail.secret import Secret
from service.process.keys import KeyProblem, KeySource
from service.settings.secrets import UnfitSecret, check_secret
from service.settings.state import CurrentSettings
from service.values.binding import changed_bound_fields
from service.values.normalize import normalize
from service.values.patch import KEEP, SettingsPatch, apply_patch
from service.values.problems import Problem, problem
from service.values.settings_values import SecretName, SettingsValues


@dataclass(frozen=True, slots=True)
class InvalidSettings:
    """Values that cannot be taken, all of them at once."""

    problems: tuple[Problem, ...]
    code: ClassVar = "INVALID_SETTINGS"

    @property
    def fields(self) -> str:
        """Which fields, and what is wrong with each, without a value."""
        return ", ".join(f"{'.'.join(each.field)}: {each.code}" for each in self.problems)


@dataclass(frozen=True, slots=True)
class SecretReentryRequired:
    """A stored secret is bound to where it was meant to go; these fields change that."""

    changed_fields: tuple[str, ...]
    secrets: tuple[SecretName, ...]
    code: ClassVar = "SECRET_REENTRY_REQUIRED"

    @property
    def fields(self) -> str:
        """Which bound fields would change."""
        return ", ".join(self.changed_fields)


@dataclass(frozen=True, slots=True)
class Draft:
    """Values that can be taken. `given` holds the secrets that came with them."""

    values: SettingsValues
    given: dict[SecretName, Secret]
    cleared: frozenset[SecretName]


DraftResult: TypeAlias = Draft | InvalidSettings | SecretReentryRequired


async def draft(current: CurrentSettings, patch: SettingsPatch, keys: KeySource) -> DraftResult:
    """What the settings would be with a patch over those in force; nothing is stored."""
    formed = form(current, patch, keys)
    if not isinstance(formed, SettingsValues):
        return formed
    return await _number_secrets(current, patch, formed)


def form(
    current: CurrentSettings, patch: SettingsPatch, keys: KeySource
) -> SettingsValues | InvalidSettings | SecretReentryRequired:
    """The values with the patch over them, in their one form; secrets' versions as they were."""
    normal = normalize(apply_patch(patch, current.values))
    problems = [*normal.problems, *_secret_problems(patch, keys), *_contradictions(normal.values)]
    if problems:
        return InvalidSettings(tuple(problems))
    required = reentry_required(current, normal.values, _untouched(patch))
    return normal.values if required is None else required


def reentry_required(
    current: CurrentSettings, after: SettingsValues, untouched: tuple[SecretName, ...]
) -> SecretReentryRequired | None:
    """Whether secrets that stay as they are would follow the settings to another destination.

    Args:
        current: the settings in force.
        after: the settings as they would be.
        untouched: the secrets that are neither given again nor cleared.
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
        unfit = check_secret(secret)
        if isinstance(unfit, UnfitSecret):
            problems.append(problem("PASSWORD_INVALID", name.path, unfit.message))
        elif isinstance(in_use, KeyProblem):
            problems.append(problem("ENCRYPTION_KEY_UNAVAILABLE", name.path, in_use.message))
    return problems


def _contradictions(values: SettingsValues) -> list[Problem]:
    if values.auth_mechanism is SaslMechanism.XOAUTH2 and values.oauth2_token_url is None:
        message = "XOAUTH2 signs in with a token: configure OAuth2 as well, or choose AUTO."
        return [problem("OAUTH2_REQUIRED", "oauth2", message)]
    return []
