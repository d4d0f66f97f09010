"""What all use cases of one process share.

- Their dependencies: `runtime`. The caller and its role: `caller`. Pages of lists: `paging`.
- Open connections: `connections`. Waking and ending tasks: `signals`, `tasks`.
- Keys: `keys` (encryption), `signing` (the trail). Where everything is stored: `storage`.
- Running test emails: `email_test_runs`, `email_test_limits`. Anchors: `anchor_sinks`.
- Hashes that identify private data in the trail: `marks`.
"""

from audit.event import Actor, ActorKind, Client
from service.process.anchor_sinks import (
    Anchors,
    AnchorState,
    FileSink,
    Sink,
    WebhookSink,
    is_webhook,
)
from service.process.caller import COMMAND_LINE, ROLE_PERMISSIONS, Caller, Permission, Role
from service.process.connections import ConnectionEnd, OpenConnection
from service.process.email_test_limits import EmailTestLimits
from service.process.keys import KeyProblem, new_key
from service.process.paging import MAX_NUMBER, Page, PageRequest
from service.process.runtime import Runtime
from service.process.tasks import cancel_all

__all__ = [
    "COMMAND_LINE",
    "MAX_NUMBER",
    "ROLE_PERMISSIONS",
    "Actor",
    "ActorKind",
    "AnchorState",
    "Anchors",
    "Caller",
    "Client",
    "ConnectionEnd",
    "EmailTestLimits",
    "FileSink",
    "KeyProblem",
    "OpenConnection",
    "Page",
    "PageRequest",
    "Permission",
    "Role",
    "Runtime",
    "Sink",
    "WebhookSink",
    "cancel_all",
    "is_webhook",
    "new_key",
]
