"""The GraphQL documents of the tests of the settings."""

from typing import Final

_SETTINGS: Final = """
fragment Settings on EmailSettings {
  id smtpHost smtpDomain smtpPort smtpUsername smtpPassword { state version updatedAt }
  defaultFromAddress defaultFromDisplayName enableSecureConnection tlsMode
  trustedCertificates { subject dnsNames notAfter sha256 pem }
  clientCertificate { subject pem } clientKey { state version updatedAt } revocationCheck
  authMechanism
  oauth2 { tokenUrl clientId clientSecret { state version updatedAt } scope }
  ehloHostname timeoutSeconds fromHeader provider { id } problems { ...Problem }
  verification { state testEmail { id outcome } }
  revision updatedAt updatedBy { kind displayName }
}
"""

_PROBLEM: Final = """
fragment Problem on SettingsProblem {
  severity code field message suggestion { message field value helpUrl }
}
"""

_CHANGE: Final = "fragment Change on FieldChange { field before after redacted }\n"

_EVENT: Final = """
fragment Event on AuditEvent {
  sequence action outcome errorCode reason revision correlationId body
  changes { ...Change } actor { kind id displayName }
}
"""

_UPDATED: Final = """
fragment Updated on UpdateEmailSettingsResult {
  __typename
  ... on UserError { code message }
  ... on UpdateEmailSettingsSuccess {
    emailSettings { ...Settings } changes { ...Change } auditEvent { ...Event }
  }
  ... on InvalidSettingsError { problems { ...Problem } }
  ... on RevisionConflictError { current { ...Settings } theirChanges { ...Change } }
  ... on SecretReentryRequiredError { secrets changedFields }
  ... on NotVerifiedError { testEmail { id } }
}
"""

_WRITING: Final = _SETTINGS + _PROBLEM + _CHANGE + _EVENT + _UPDATED

UPDATE: Final = (
    "mutation Save($input: UpdateEmailSettingsInput!) "
    "{ updateEmailSettings(input: $input) { ...Updated } }" + _WRITING
)

RESTORE: Final = (
    "mutation Restore($input: RestoreEmailSettingsInput!) "
    "{ restoreEmailSettings(input: $input) { ...Updated } }" + _WRITING
)

SETTINGS: Final = (
    "query Read($revision: Int, $at: DateTime) "
    "{ emailSettings(revision: $revision, at: $at) { ...Settings } }" + _SETTINGS + _PROBLEM
)

CHECK: Final = (
    "query Check($settings: EmailSettingsInput!) "
    "{ checkEmailSettings(settings: $settings) { ...Problem } }" + _PROBLEM
)

COMPARE: Final = (
    "query Compare($from: Int!, $to: Int!) "
    "{ compareEmailSettings(from: $from, to: $to) { __typename "
    "... on CompareEmailSettingsSuccess { changes { ...Change } } "
    "... on RevisionNotFoundError { code message revision } } }" + _CHANGE
)

REVISIONS: Final = (
    """
query Revisions($first: Int, $after: String, $last: Int, $before: String) {
  emailSettingsRevisions(first: $first, after: $after, last: $last, before: $before) {
    edges { cursor node {
      id revision reason restoredFrom createdAt createdBy { displayName }
      changes { ...Change } emailSettings { ...Settings } auditEvent { ...Event }
    } }
    pageInfo { hasNextPage hasPreviousPage startCursor endCursor }
  }
}
"""
    + _SETTINGS
    + _PROBLEM
    + _CHANGE
    + _EVENT
)

CURSORS: Final = """
query Cursors($first: Int, $after: String, $last: Int, $before: String) {
  emailSettingsRevisions(first: $first, after: $after, last: $last, before: $before) {
    edges { cursor }
  }
}
"""

TRAIL: Final = "{ auditEvents(first: 100) { edges { node { ...Event } } } }" + _EVENT + _CHANGE

TEST: Final = (
    """
mutation Test($input: SendTestEmailInput!) {
  sendTestEmail(input: $input) {
    __typename
    ... on UserError { code message }
    ... on SendTestEmailSuccess { testEmail {
      id outcome depth recipient revision usedUnsavedChanges messageId
      stages { name outcome detail } diagnosis { code message suggestions { message value } }
      server { address banner extensions } transcript { sender line redacted }
    } }
    ... on InvalidSettingsError { problems { ...Problem } }
    ... on SecretReentryRequiredError { secrets changedFields }
  }
}
"""
    + _PROBLEM
)
