"""What services do in tests of verification: a little of everything that the trail records."""

from mail.report.report import EmailTestDepth
from mail.secret import Secret
from service.access.tokens import CreatedToken, create_token, revoke_token
from service.email_tests.request import EmailTestRequest
from service.email_tests.sending import send_test_email
from service.process.caller import COMMAND_LINE, Role
from service.process.runtime import Runtime
from service.settings.current import SettingsUpdate, update_email_settings
from service.values.patch import SettingsPatch
from service.verify.trail import TrailVerification, VerificationRequest, verify_trail


async def save(runtime: Runtime, revision: int, patch: SettingsPatch) -> None:
    """Saves settings on top of a revision."""
    await update_email_settings(runtime, COMMAND_LINE, SettingsUpdate(patch, revision, "a reason"))


async def live(runtime: Runtime) -> None:
    """Does a little of everything that the trail records."""
    created = await create_token(runtime, COMMAND_LINE, "ends soon", Role.VIEWER)
    assert isinstance(created, CreatedToken)
    await create_token(runtime, COMMAND_LINE, "stays", Role.AUDITOR)
    patch = SettingsPatch(
        smtp_host="mail.example.com", smtp_username="me", smtp_password=Secret("a")
    )
    await save(runtime, 0, patch)
    await save(runtime, 1, SettingsPatch(default_from_display_name="Ops · Zażółć"))
    await save(runtime, 7, SettingsPatch(smtp_port=1))
    await save(runtime, 2, SettingsPatch(smtp_password=None))
    await revoke_token(runtime, COMMAND_LINE, created.token.id)
    unreachable = SettingsPatch(smtp_host="127.0.0.1", smtp_port=1)
    await send_test_email(
        runtime, COMMAND_LINE, EmailTestRequest(patch=unreachable, depth=EmailTestDepth.CONNECT)
    )


async def verified(runtime: Runtime, *notes: str, keys: tuple[str, ...] = ()) -> list[str]:
    """Returns the codes and messages of a verification's findings."""
    checkpoints = tuple((note, "your checkpoint") for note in notes)
    result = await verify_trail(runtime, VerificationRequest(checkpoints, keys))
    assert isinstance(result, TrailVerification)
    return [f"{each.code}: {each.message}" for each in result.findings]
