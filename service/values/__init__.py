"""The settings as values: no database, no network, no running service.

- The values, each setting declared once: `settings_values`, with `fields`. The secrets among
  them: `secret_names`. A partial change: `patch`.
- Checking them: `rules` and `normalize` (errors), `advice` (warnings). All codes: `problems`.
- For clients: labels in sentences (`labels`), values as data (`plain`), what a form needs (`form`).
- Comparing two states: `changes`. Which fields bind a secret: `binding`.
- Single values: `names` (hosts, addresses), `certificates`.
- An address that was pasted with its name: `pasted_address`.
- Settings in a file: `files`. Known providers: `providers`.
"""

from mail.account import RevocationCheck, SaslMechanism, TlsMode
from mail.providers import Provider, ProviderEndpoint, ProviderNote
from mail.report import CertificateFacts, Suggestion
from mail.secret import Secret
from service.values.files import InvalidSettingsFile, Secrets, read_settings, write_settings
from service.values.form import FORM_FIELDS, FormField
from service.values.labels import LABELS, label_of, listed
from service.values.patch import KEEP, Keep, Patched, SettingsPatch
from service.values.plain import plain_change, plain_suggestion
from service.values.problems import Problem, ProblemSeverity
from service.values.providers import email_providers
from service.values.secret_names import SecretName
from service.values.settings_values import FIELDS, NOTHING_SAVED, SettingsValues

__all__ = [
    "FIELDS",
    "FORM_FIELDS",
    "KEEP",
    "LABELS",
    "NOTHING_SAVED",
    "CertificateFacts",
    "FormField",
    "InvalidSettingsFile",
    "Keep",
    "Patched",
    "Problem",
    "ProblemSeverity",
    "Provider",
    "ProviderEndpoint",
    "ProviderNote",
    "RevocationCheck",
    "SaslMechanism",
    "Secret",
    "SecretName",
    "Secrets",
    "SettingsPatch",
    "SettingsValues",
    "Suggestion",
    "TlsMode",
    "email_providers",
    "label_of",
    "listed",
    "plain_change",
    "plain_suggestion",
    "read_settings",
    "write_settings",
]
