"""The use cases on the settings.

- Reading and changing the settings in force: `current`. Earlier revisions: `revisions`.
- Checking values without saving them: `checking`. What test emails prove about values: `proven`.
- From a patch to values that can be saved: `draft`. Reading a revision: `state`. Writing a revision
  with its event: `saving`.
- Stored secrets: `secrets`. The client certificate's key: `client_keys`. Changing the encryption
  key: `rotation`.
"""

from service.settings.checking import check_email_settings
from service.settings.current import (
    NotVerified,
    RevisionConflict,
    SettingsUpdate,
    UpdateResult,
    email_settings,
    follow_email_settings,
    preview_email_settings,
    update_email_settings,
)
from service.settings.draft import InvalidSettings, SecretReentryRequired
from service.settings.proven import VerificationState, verification
from service.settings.revisions import (
    RestoreResult,
    Revision,
    RevisionNotFound,
    SettingsRestore,
    compare_revisions,
    email_settings_at,
    email_settings_revision,
    email_settings_revisions,
    restore_email_settings,
    revision,
)
from service.settings.rotation import rotate_keys
from service.settings.saving import SettingsUpdated
from service.settings.secrets import SecretState, SecretStatus
from service.settings.state import SettingsState

__all__ = [
    "InvalidSettings",
    "NotVerified",
    "RestoreResult",
    "Revision",
    "RevisionConflict",
    "RevisionNotFound",
    "SecretReentryRequired",
    "SecretState",
    "SecretStatus",
    "SettingsRestore",
    "SettingsState",
    "SettingsUpdate",
    "SettingsUpdated",
    "UpdateResult",
    "VerificationState",
    "check_email_settings",
    "compare_revisions",
    "email_settings",
    "email_settings_at",
    "email_settings_revision",
    "email_settings_revisions",
    "follow_email_settings",
    "preview_email_settings",
    "restore_email_settings",
    "revision",
    "rotate_keys",
    "update_email_settings",
    "verification",
]
