"""Checking settings values as a save would, without saving them or opening a connection."""

from datetime import datetime

from service.process.runtime import Runtime
from service.settings.draft import Draft, InvalidSettings, SecretReentryRequired, draft
from service.settings.secret_review import review_secrets
from service.settings.state import CurrentSettings, load_current
from service.values.advice.review import review
from service.values.advice.situation import Situation
from service.values.certificates import certificates_of
from service.values.labels import listed
from service.values.patch import SettingsPatch
from service.values.problems import Problem, problem
from service.values.secret_names import SecretName


async def check_email_settings(runtime: Runtime, patch: SettingsPatch) -> tuple[Problem, ...]:
    """Returns the errors of a patch or, without errors, the warnings that a save would report."""
    async with runtime.database.reading() as session:
        current = await load_current(session, runtime.scope, runtime.keys)
        drafted = await draft(current, patch, runtime.keys)
        match drafted:
            case InvalidSettings():
                return drafted.problems
            case SecretReentryRequired():
                return _reentry(drafted)
            case Draft():
                return _remarks(current, drafted, runtime.clock())


def _reentry(required: SecretReentryRequired) -> tuple[Problem, ...]:
    message = (
        "Enter it again, or clear it: the stored secret is bound to its destination, and "
        f"{listed(required.changed_fields)} would change."
    )
    return tuple(problem("SECRET_REENTRY_REQUIRED", path, message) for path in required.secrets)


def _remarks(current: CurrentSettings, drafted: Draft, now: datetime) -> tuple[Problem, ...]:
    values = drafted.values
    unreadable = {
        name
        for name in SecretName
        if name not in drafted.given
        and values.secret_version(name) is not None
        and current.secrets.open(name, current.values) is None
    }
    certificates = certificates_of(values.trusted_certificates)
    situation = Situation(values, certificates, now, frozenset(unreadable))
    return (*review(situation), *review_secrets(drafted.given, values))
