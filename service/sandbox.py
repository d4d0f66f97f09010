"""The sandbox: a mail server of our own, and settings that send through it."""

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Final

from mail import sandbox as server
from mail.sandbox import SandboxMail
from mail.secret import Secret
from service.caller import COMMAND_LINE
from service.patch import SettingsPatch
from service.runtime import Runtime
from service.settings import SettingsUpdate, email_settings, update_email_settings
from service.startup import CannotStartError

__all__ = ["SANDBOX_PORT", "SandboxMail", "run_sandbox"]

SANDBOX_PORT: Final = 2525


@asynccontextmanager
async def run_sandbox(
    runtime: Runtime, data_directory: Path, arrived: Callable[[SandboxMail], None]
) -> AsyncIterator[None]:
    """Runs the sandbox's mail server; saves settings that use it, where nothing was saved yet.

    Raises:
        CannotStartError: its port is taken.
    """
    try:
        async with server.sandbox(data_directory / "sandbox", SANDBOX_PORT, arrived) as certificate:
            if await email_settings(runtime) is None:
                await _save_settings(runtime, certificate)
            yield
    except OSError as error:
        raise CannotStartError(
            f"The sandbox cannot listen on port {SANDBOX_PORT} ({error.strerror})."
        ) from None


async def _save_settings(runtime: Runtime, certificate: str) -> None:
    patch = SettingsPatch(
        smtp_host=server.HOST,
        smtp_port=SANDBOX_PORT,
        smtp_username=server.USERNAME,
        smtp_password=Secret(server.PASSWORD),
        default_from_address="noreply@example.com",
        default_from_display_name="Postledger sandbox",
        trusted_certificates=(certificate,),
    )
    update = SettingsUpdate(patch, expected_revision=0, reason="The sandbox was started.")
    await update_email_settings(runtime, COMMAND_LINE, update)
