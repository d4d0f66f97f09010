"""The settings as values: no database, no network, no running service.

- The values: `settings_values`; their fields, by name: `fields`; a partial change: `patch`.
- Checking them: `normalise` (rules), `advice` (warnings), `problems` (codes), `certificates`.
- Comparing two states: `changes`. Which fields bind a secret: `binding`.
- Settings in a file: `files`. Known providers: `providers`.
"""

from service.values.certificates import CertificateFacts
from service.values.files import Secrets, UnfitFile, read_settings, write_settings
from service.values.patch import (
    KEEP,
    Keep,
    OAuth2Patch,
    Patched,
    SaslMechanism,
    Secret,
    SettingsPatch,
    TlsMode,
)
from service.values.problems import Problem, ProblemSeverity, Suggestion
from service.values.providers import Provider, ProviderEndpoint, ProviderNote, email_providers
from service.values.settings_values import NOTHING_SAVED, SettingsValues

__all__ = [
    "KEEP",
    "NOTHING_SAVED",
    "CertificateFacts",
    "Keep",
    "OAuth2Patch",
    "Patched",
    "Problem",
    "ProblemSeverity",
    "Provider",
    "ProviderEndpoint",
    "ProviderNote",
    "SaslMechanism",
    "Secret",
    "Secrets",
    "SettingsPatch",
    "SettingsValues",
    "Suggestion",
    "TlsMode",
    "UnfitFile",
    "email_providers",
    "read_settings",
    "write_settings",
]
