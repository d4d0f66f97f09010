"""The message that a test email sends."""

import secrets

from db.instant import read_instant
from db.tables import EmailTestRow
from mail.message import OutgoingMessage, Purpose, compose
from service.email_tests.request import EmailTestPlan
from service.process.caller import Caller


def compose_test(
    plan: EmailTestPlan, row: EmailTestRow, caller: Caller, checkpoint: str | None = None
) -> OutgoingMessage | None:
    """Builds the message of a test; None if the test has no recipient or no sender.

    The message says that it is a test, who requested it and with which settings. It also contains
    the trail's newest checkpoint: a copy outside the service, which cannot be changed afterwards.
    """
    sender = plan.values.default_from_address
    if sender is None or plan.recipient is None:
        return None
    started = read_instant(row.started_at)
    purpose = Purpose(
        requested_by=caller.actor.name,
        requested_at=started,
        revision=row.revision,
        unsaved=row.used_unsaved_changes,
        server=f"{plan.account.host}:{plan.account.port}",
        checkpoint=checkpoint,
    )
    message = compose(
        display_name=plan.values.default_from_display_name,
        sender=sender,
        reply_to=plan.values.reply_to_address,
        recipient=plan.recipient,
        purpose=purpose,
        sent_at=started,
        token=secrets.token_urlsafe(18),
    )
    return OutgoingMessage(sender=sender, recipient=plan.recipient, message=message)
