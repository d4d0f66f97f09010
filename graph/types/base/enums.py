"""The domain's enums as GraphQL enums, each value with its description.

Types and inputs import the enums from here, so that these are described before they are used.
"""

from collections.abc import Mapping
from enum import Enum
from typing import TypeVar

import strawberry

from service.email_tests import (
    EmailTestDepth,
    EmailTestOutcome,
    StageName,
    StageOutcome,
    TranscriptSender,
)
from service.process import ActorKind, Permission, Role
from service.settings import SecretState, VerificationState
from service.trail import AuditAction, AuditOutcome
from service.values import ProblemSeverity, RevocationCheck, SaslMechanism, TlsMode

__all__ = [
    "ActorKind",
    "AuditAction",
    "AuditOutcome",
    "EmailTestDepth",
    "EmailTestOutcome",
    "Permission",
    "ProblemSeverity",
    "RevocationCheck",
    "Role",
    "SaslMechanism",
    "SecretState",
    "StageName",
    "StageOutcome",
    "TlsMode",
    "TranscriptSender",
    "VerificationState",
]

E = TypeVar("E", bound=type[Enum])


def _describe(enum: E, description: str, values: Mapping[str, str], name: str | None = None) -> E:
    """Makes a GraphQL enum of one of the domain's enums, and returns the enum unchanged.

    The layers below `graph` do not depend on GraphQL, so the descriptions are attached here.

    Raises:
        ValueError: a value has no description. Enums are described at import, so a new value that
            is forgotten here stops every start and every test.
    """
    described = strawberry.enum(enum, name=name, description=description)
    definition = described.__strawberry_definition__  # type: ignore[attr-defined] # set by strawberry.enum
    names = {value.name for value in definition.values}
    if names != set(values):
        raise ValueError(f"describe every value of {enum.__name__}: {names ^ set(values)}")
    for value in definition.values:
        value.description = values[value.name]
    return enum


_describe(
    TlsMode,
    "How a connection is secured.",
    {
        "AUTO": "Implicit TLS on ports 465 and 2465, STARTTLS on all other ports.",
        "STARTTLS": "The connection begins in plaintext and is secured by STARTTLS (RFC 3207), or "
        "fails.",
        "IMPLICIT": "TLS from the first byte (RFC 8314).",
    },
)
_describe(
    RevocationCheck,
    "Whether the service asks the certificate's authority if the server's certificate was revoked.",
    {
        "OFF": "The service does not ask.",
        "SOFT": "A revoked certificate is refused. If the authority cannot be asked, the "
        "certificate is accepted.",
        "HARD": "A certificate is refused if it was revoked, or if the authority cannot be asked.",
    },
)
_describe(
    SaslMechanism,
    "How the service signs in to the mail server.",
    {
        "AUTO": "Selected from what the server offers: XOAUTH2 or OAUTHBEARER with OAuth2. With a "
        "password, PLAIN, LOGIN, SCRAM or NTLM over TLS, and mechanisms that hide the password "
        "first without TLS. If the server refuses the mechanism itself, another is tried once.",
        "PLAIN": "Username and password in one message (RFC 4616).",
        "LOGIN": "Username and password in two messages.",
        "SCRAM_SHA_256": "Challenge and response (RFC 7677), where both sides prove that they know "
        "the password; the password itself is not sent.",
        "SCRAM_SHA_1": "As `SCRAM_SHA_256`, with SHA-1 (RFC 5802).",
        "CRAM_MD5": "Challenge and response (RFC 2195); the password itself is not sent.",
        "NTLM": "Microsoft's challenge and response; `smtpDomain` is the NTLM domain.",
        "XOAUTH2": "A bearer token from OAuth 2.0 instead of a password, as Google and Microsoft "
        "specify it.",
        "OAUTHBEARER": "A bearer token from OAuth 2.0 instead of a password (RFC 7628).",
    },
)
_describe(
    SecretState,
    "Whether a secret is stored. The secret itself can never be read.",
    {
        "UNSET": "No secret is stored.",
        "SET": "A secret is stored.",
        "UNREADABLE": "A secret is stored, but the encryption keys in use cannot decrypt it.",
    },
)
_describe(
    ProblemSeverity,
    "How serious a problem is.",
    {
        "ERROR": "The values cannot be saved.",
        "WARNING": "The values can be saved, but something will probably fail, or is not secure.",
        "INFO": "The values can be saved; the message is a hint.",
    },
)
_describe(
    VerificationState,
    "What test emails show about values of the settings.",
    {
        "UNTESTED": "No test of these values has passed or failed, and no test of other values "
        "has passed.",
        "PASSED": "The last test of exactly these values passed.",
        "FAILED": "The last test of exactly these values failed.",
        "STALE": "A test passed, but with other values than these.",
    },
)
_describe(
    EmailTestDepth,
    "How far a test goes.",
    {
        "CONNECT": "Connects, greets the server and secures the connection.",
        "AUTHENTICATE": "Does what CONNECT does, and signs in.",
        "ENVELOPE": "Does what AUTHENTICATE does, and names the sender and the recipient. No "
        "message is sent.",
        "SEND": "Does what ENVELOPE does, and sends a message.",
    },
    name="TestDepth",
)
_describe(
    EmailTestOutcome,
    "How a test ended.",
    {
        "RUNNING": "The test has not ended.",
        "ACCEPTED": "The server accepted the message. Whether it is delivered is not known.",
        "REACHED": "All stages up to the requested depth passed. No message was sent.",
        "FAILED": "A stage failed. `diagnosis` says which, why, and how to fix it.",
        "UNCERTAIN": "The connection broke after the message was sent and before the server "
        "answered, so the message may have been accepted.",
        "CANCELLED": "A caller canceled the test.",
        "INTERRUPTED": "The service stopped during the test.",
    },
    name="TestOutcome",
)
_describe(
    StageName,
    "A stage of a test. The order is TOKEN, RESOLVE, CONNECT, GREETING, EHLO, TLS, AUTHENTICATE, "
    "MAIL_FROM, RCPT_TO, DATA; with implicit TLS, TLS comes before GREETING.",
    {
        "TOKEN": "Gets an OAuth 2.0 access token, if one is needed.",
        "RESOLVE": "Looks up the host's IP addresses.",
        "CONNECT": "Connects to one of the host's IP addresses.",
        "GREETING": "Waits for the server's greeting.",
        "EHLO": "Introduces the client and reads the server's extensions.",
        "TLS": "Secures the connection and verifies the server's certificate.",
        "AUTHENTICATE": "Signs in to the mail server.",
        "MAIL_FROM": "Names the sender of the message.",
        "RCPT_TO": "Names the recipient of the message.",
        "DATA": "Sends the message and waits until the server accepts it.",
    },
    name="TestStageName",
)
_describe(
    StageOutcome,
    "How a stage ended, or how far it has come.",
    {
        "PENDING": "The stage has not begun.",
        "RUNNING": "The stage is in progress.",
        "PASSED": "The stage succeeded.",
        "FAILED": "The stage failed, and the test with it.",
        "SKIPPED": "The stage was not needed, or was not reached.",
    },
    name="TestStageOutcome",
)
_describe(
    TranscriptSender,
    "Who sent a line of the transcript.",
    {"CLIENT": "Postledger.", "SERVER": "The mail server."},
)
_describe(
    AuditAction,
    "What was done or attempted.",
    {
        "EMAIL_SETTINGS_UPDATED": "The settings were changed.",
        "EMAIL_SETTINGS_RESTORED": "The values of an earlier revision were restored.",
        "EMAIL_SETTINGS_CHANGE_REFUSED": "A change of the settings was refused.",
        "TEST_EMAIL_REQUESTED": "A test email was requested. With the outcome DENIED, the request "
        "was refused.",
        "TEST_EMAIL_FINISHED": "A test email ended.",
        "ACCESS_TOKEN_CREATED": "An access token was created.",
        "ACCESS_TOKEN_REVOKED": "An access token was revoked.",
        "ACCESS_DENIED": "An authenticated caller requested something that its role does not "
        "permit.",
        "AUDIT_EXPORTED": "The audit trail was exported.",
        "SIGNING_KEY_CHANGED": "The key that signs checkpoints was changed.",
        "ENCRYPTION_KEY_CHANGED": "The stored secrets were encrypted with another key.",
        "TRAIL_REOPENED": "An audit trail that could not continue was ended, and this one was "
        "begun.",
        "UNREADABLE": "The event was changed in the database and can no longer be read. See its "
        "`body`, and verify the trail.",
    },
)
_describe(
    AuditOutcome,
    "How an action ended.",
    {
        "SUCCEEDED": "The action succeeded.",
        "FAILED": "The action was attempted and failed.",
        "DENIED": "The action was refused before it was attempted.",
        "UNKNOWN": "Whether the action took effect is not known.",
    },
)
_describe(
    ActorKind,
    "The kinds of actors.",
    {
        "ACCESS_TOKEN": "The bearer of an access token.",
        "PERSON": "A person whom the configured identity provider authenticated.",
        "COMMAND_LINE": "An operator who runs commands on the service's machine.",
        "SYSTEM": "The service itself.",
    },
)
_describe(
    Role,
    "What a caller may do.",
    {
        "ADMINISTRATOR": "Reads everything, changes the settings, sends test emails and manages "
        "access tokens.",
        "AUDITOR": "Reads the settings, the test emails and the audit trail, and exports the "
        "trail.",
        "VIEWER": "Reads the settings in force and the test emails.",
    },
)
_describe(
    Permission,
    "A permission that a field of this API may require.",
    {
        "READ_SETTINGS": "Read the settings in force, test emails and providers.",
        "CHANGE_SETTINGS": "Check, change and restore the settings.",
        "SEND_TESTS": "Send and cancel test emails.",
        "READ_TRAIL": "Read and export the audit trail, and read earlier settings.",
        "MANAGE_TOKENS": "Create, list and revoke access tokens.",
    },
)
