"""The domain's enums as GraphQL enums, every value with its description.

Types and inputs import them from here, so that they are described before they are used.
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
from service.values import ProblemSeverity, SaslMechanism, TlsMode

__all__ = [
    "ActorKind",
    "AuditAction",
    "AuditOutcome",
    "EmailTestDepth",
    "EmailTestOutcome",
    "Permission",
    "ProblemSeverity",
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
    """Makes a GraphQL enum of one of the domain's.

    The enum itself stays as it is: the rooms below the edge know nothing of GraphQL.
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
    "How a secure connection is made.",
    {
        "AUTO": "Implicit TLS on ports 465 and 2465, STARTTLS on every other.",
        "STARTTLS": "The connection begins in plain and is secured by STARTTLS, or it fails.",
        "IMPLICIT": "TLS from the first byte.",
    },
)
_describe(
    SaslMechanism,
    "How to sign in.",
    {
        "AUTO": "The strongest that both sides have.",
        "PLAIN": "RFC 4616: name and password in one line.",
        "LOGIN": "Name and password in two lines.",
        "CRAM_MD5": "RFC 2195: a challenge; the password itself is not sent.",
        "NTLM": "Microsoft's challenge and response; `smtpDomain` is the NTLM domain.",
        "XOAUTH2": "A bearer token got by OAuth2.",
    },
)
_describe(
    SecretState,
    "Whether a secret is stored. The secret itself can never be read back.",
    {
        "UNSET": "None is stored.",
        "SET": "One is stored.",
        "UNREADABLE": "One is stored, but the encryption keys in use cannot open it.",
    },
)
_describe(
    ProblemSeverity,
    "How much a problem matters.",
    {
        "ERROR": "The values cannot be saved.",
        "WARNING": "They can be saved, but something will probably not work or is not safe.",
        "INFO": "Worth knowing.",
    },
)
_describe(
    VerificationState,
    "What the last test of exactly these values said.",
    {
        "UNTESTED": "No test of these values has ended, and no test of other values ever passed.",
        "PASSED": "The last test of exactly these values passed.",
        "FAILED": "The last test of exactly these values failed.",
        "STALE": "A test passed, but of other values than these.",
    },
)
_describe(
    EmailTestDepth,
    "How far a test goes.",
    {
        "CONNECT": "Connects, greets and secures the connection; then says goodbye.",
        "AUTHENTICATE": "Signs in as well.",
        "ENVELOPE": "Names sender and recipient as well; no message is sent.",
        "SEND": "Sends a message.",
    },
    name="TestDepth",
)
_describe(
    EmailTestOutcome,
    "How a test ended.",
    {
        "RUNNING": "It has not ended.",
        "ACCEPTED": "The server took the message; whether it is delivered is not known here.",
        "REACHED": "All stages of a lesser depth passed; no message was sent.",
        "FAILED": "A stage failed: `diagnosis` tells which and why.",
        "UNCERTAIN": "The connection broke after the message was sent, before the server answered.",
        "CANCELLED": "Somebody cancelled it.",
        "INTERRUPTED": "The service stopped meanwhile.",
    },
    name="TestOutcome",
)
_describe(
    StageName,
    "A stage of a test. With implicit TLS, TLS comes before GREETING.",
    {
        "TOKEN": "Gets an OAuth2 token; only where one is needed.",
        "RESOLVE": "Finds the host's addresses.",
        "CONNECT": "Connects to one of them.",
        "GREETING": "Waits for the server's greeting.",
        "EHLO": "Says its name and learns what the server can do.",
        "TLS": "Secures the connection and checks the certificate.",
        "AUTHENTICATE": "Signs in.",
        "MAIL_FROM": "Names the sender.",
        "RCPT_TO": "Names the recipient.",
        "DATA": "Sends the message and waits until the server takes it.",
    },
    name="TestStageName",
)
_describe(
    StageOutcome,
    "How a stage went.",
    {
        "PENDING": "It has not begun.",
        "RUNNING": "It is under way.",
        "PASSED": "It went well.",
        "FAILED": "It is where the test failed.",
        "SKIPPED": "It was not tried, or is not needed.",
    },
    name="TestStageOutcome",
)
_describe(
    TranscriptSender,
    "Who said a line.",
    {"CLIENT": "Postledger.", "SERVER": "The mail server."},
)
_describe(
    AuditAction,
    "What was done or tried.",
    {
        "EMAIL_SETTINGS_UPDATED": "The settings were changed.",
        "EMAIL_SETTINGS_RESTORED": "An earlier revision's values became the newest.",
        "EMAIL_SETTINGS_CHANGE_REFUSED": "A change of the settings was refused.",
        "TEST_EMAIL_REQUESTED": "A test email was asked for, or refused.",
        "TEST_EMAIL_FINISHED": "A test email ended.",
        "ACCESS_TOKEN_CREATED": "An access token was made.",
        "ACCESS_TOKEN_REVOKED": "An access token was ended.",
        "ACCESS_DENIED": "A known caller asked for something that its role does not permit.",
        "AUDIT_EXPORTED": "The trail was exported.",
        "SIGNING_KEY_CHANGED": "The key that signs checkpoints was changed.",
        "ENCRYPTION_KEY_CHANGED": "Stored secrets were sealed under another key.",
        "TRAIL_REOPENED": "A trail that could not go on was ended, and this one begun.",
        "UNREADABLE": "Somebody has changed this event in the database so that it cannot be read: "
        "see its `body`, and verify the trail.",
    },
)
_describe(
    AuditOutcome,
    "How it went.",
    {
        "SUCCEEDED": "It was done.",
        "FAILED": "It was tried and failed.",
        "DENIED": "It was refused before it was tried.",
        "UNKNOWN": "Whether it had its effect cannot be told.",
    },
)
_describe(
    ActorKind,
    "What acted.",
    {
        "ACCESS_TOKEN": "The bearer of an access token.",
        "PERSON": "Somebody whom the configured identity provider vouches for.",
        "COMMAND_LINE": "Somebody at the service's machine.",
        "SYSTEM": "The service itself.",
    },
)
_describe(
    Role,
    "What an access token is for.",
    {
        "ADMINISTRATOR": "Changes settings and tokens and sends tests; reads everything.",
        "AUDITOR": "Reads everything, the trail included, and exports it.",
        "VIEWER": "Reads the settings in force and the tests.",
    },
)
_describe(
    Permission,
    "What a field of this API may need.",
    {
        "READ_SETTINGS": "Read settings, tests and providers.",
        "CHANGE_SETTINGS": "Change the settings.",
        "SEND_TESTS": "Send test emails.",
        "READ_TRAIL": "Read the trail and the settings' history.",
        "MANAGE_TOKENS": "Make, list and end access tokens.",
    },
)
