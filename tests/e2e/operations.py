"""The operations that the tests send, as a front end would write them."""

from typing import Final

from tests.e2e.client import Json

SETTINGS: Final = """
  revision smtpHost smtpDomain smtpPort smtpUsername
  smtpPassword { state version updatedAt }
  defaultFromAddress defaultFromDisplayName enableSecureConnection tlsMode
  trustedCertificates { subject issuer dnsNames notBefore notAfter sha256 pem }
  authMechanism oauth2 { tokenUrl clientId clientSecret { state version } scope }
  ehloHostname timeoutSeconds fromHeader updatedAt updatedBy { kind id displayName }
  problems { severity code field message suggestion { message field value helpUrl } }
"""
EVENT: Final = """
  id sequence occurredAt action outcome errorCode reason revision correlationId body leafHash
  actor { kind id displayName }
  client { ipAddress userAgent requestId operationName }
  changes { field before after redacted }
"""
USER_ERRORS: Final = """
  ... on UserError { code message }
  ... on InvalidSettingsError { problems { severity code field message } }
  ... on SecretReentryRequiredError { secrets changedFields }
"""

READ: Final = f"query Read {{ emailSettings {{ {SETTINGS} }} }}"
SAVE: Final = f"""
mutation Save($settings: EmailSettingsInput!, $expectedRevision: Int!, $reason: String) {{
  updateEmailSettings(
    input: {{settings: $settings, expectedRevision: $expectedRevision, reason: $reason}}
  ) {{
    __typename
    ... on UpdateEmailSettingsSuccess {{
      emailSettings {{ {SETTINGS} }}
      changes {{ field before after redacted }}
      auditEvent {{ {EVENT} }}
    }}
    ... on RevisionConflictError {{
      current {{ {SETTINGS} }}
      theirChanges {{ field before after redacted }}
    }}
    {USER_ERRORS}
  }}
}}
"""
TEST: Final = f"""
mutation Test($input: SendTestEmailInput!) {{
  sendTestEmail(input: $input) {{
    __typename
    ... on SendTestEmailSuccess {{
      testEmail {{
        id outcome depth recipient revision usedUnsavedChanges messageId startedAt finishedAt
        stages {{ name outcome durationMs replyCode enhancedCode detail }}
        diagnosis {{ code stage transient message suggestions {{ message field value }} }}
        server {{ address banner extensions authMechanisms tlsVersion tlsCipher }}
        certificates {{ subject sha256 pem }}
        transcript {{ sender atMs line redacted }}
        requestedBy {{ kind id displayName }}
      }}
    }}
    {USER_ERRORS}
  }}
}}
"""
TRAIL: Final = f"""
query Trail($first: Int, $after: String) {{
  auditEvents(first: $first, after: $after) {{
    edges {{ cursor node {{ {EVENT} }} }}
    pageInfo {{ hasNextPage endCursor }}
  }}
}}
"""


def events(trail: Json) -> list[Json]:
    """Returns the events of an answer to `TRAIL`, oldest first."""
    return [edge["node"] for edge in trail["auditEvents"]["edges"]][::-1]
