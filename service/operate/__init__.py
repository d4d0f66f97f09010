"""Starting the service, and monitoring it.

- What happens before the first request: `startup`. Whether the service can work: `health`.
- Figures for monitoring: `statistics`. A mail server for trying things out: `sandbox`.
"""

from mail.sandbox import Sandbox, SandboxMail
from service.operate.health import check_health
from service.operate.sandbox import PASSWORD, SANDBOX_PORT, USERNAME, run_sandbox
from service.operate.startup import (
    EmailTestRules,
    Started,
    can_go_on,
    open_closed_trail,
    open_runtime,
    started,
    stopped,
    upgrade_database,
)
from service.operate.statistics import Figures, figures
from service.process.storage import CannotStartError, Storage, require_trail

__all__ = [
    "PASSWORD",
    "SANDBOX_PORT",
    "USERNAME",
    "CannotStartError",
    "EmailTestRules",
    "Figures",
    "Sandbox",
    "SandboxMail",
    "Started",
    "Storage",
    "can_go_on",
    "check_health",
    "figures",
    "open_closed_trail",
    "open_runtime",
    "require_trail",
    "run_sandbox",
    "started",
    "stopped",
    "upgrade_database",
]
