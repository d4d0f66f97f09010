"""Starting the service, and watching it.

- What happens before the first request: `startup`. Whether it can work: `health`.
- Figures for monitoring: `statistics`. A mail server for trying things out: `sandbox`.
"""

from service.operate.health import check_health
from service.operate.sandbox import (
    PASSWORD,
    SANDBOX_PORT,
    USERNAME,
    Sandbox,
    SandboxMail,
    run_sandbox,
)
from service.operate.startup import (
    CannotStartError,
    Started,
    Storage,
    Testing,
    can_go_on,
    open_closed_trail,
    open_runtime,
    require_trail,
    started,
    stopped,
    upgrade_database,
)
from service.operate.statistics import Figures, figures

__all__ = [
    "PASSWORD",
    "SANDBOX_PORT",
    "USERNAME",
    "CannotStartError",
    "Figures",
    "Sandbox",
    "SandboxMail",
    "Started",
    "Storage",
    "Testing",
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
