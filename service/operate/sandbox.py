"""The sandbox: a mail server for trying things out, and settings that send through it."""

import os
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path
from typing import Final

from mail import sandbox as server
from mail.sandbox import Sandbox, SandboxMail
from mail.secret import Secret
from service.process.caller import COMMAND_LINE
from service.process.runtime import Runtime
from service.process.storage import CannotStartError
from service.settings.current import SettingsUpdate, email_settings, update_email_settings
from service.values.patch import SettingsPatch

SANDBOX_PORT: Final = 2525
USERNAME: Final = server.USERNAME
PASSWORD: Final = server.PASSWORD


@asynccontextmanager
async def run_sandbox(
    runtime: Runtime, data_directory: Path, port: int, arrived: Callable[[SandboxMail], None]
) -> AsyncIterator[Sandbox]:
    """Runs the sandbox's mail server, and saves settings that use it if nothing was saved yet.

    Args:
        runtime: the running service.
        data_directory: where a folder for the messages is made.
        port: where to listen; 0 takes a free one.
        arrived: is called with each message that arrives.

    Raises:
        CannotStartError: its port is taken.
    """
    async with AsyncExitStack() as stack:
        try:
            folder = data_directory / "sandbox"
            sandbox = await stack.enter_async_context(server.sandbox(folder, port, arrived))
        except (OSError, OverflowError) as error:
            number = getattr(error, "errno", None)
            reason = os.strerror(number) if number else str(error)
            raise CannotStartError(
                f"The sandbox cannot listen on port {port} ({reason}): "
                "choose another with --sandbox-port."
            ) from None
        if await email_settings(runtime) is None:
            await _save_settings(runtime, sandbox)
        yield sandbox


async def _save_settings(runtime: Runtime, sandbox: Sandbox) -> None:
    patch = SettingsPatch(
        smtp_host=server.HOST,
        smtp_port=sandbox.port,
        smtp_username=server.USERNAME,
        smtp_password=Secret(server.PASSWORD),
        default_from_address="noreply@example.com",
        default_from_display_name="Postledger sandbox",
        trusted_certificates=(sandbox.certificate,),
    )
    update = SettingsUpdate(patch, expected_revision=0, reason="The sandbox was started.")
    await update_email_settings(runtime, COMMAND_LINE, update)
