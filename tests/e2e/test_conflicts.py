"""Concurrent saves: one succeeds, and the others get a conflict."""

from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from typing import Final

from tests.e2e.client import Json
from tests.e2e.installation import Service
from tests.e2e.operations import READ, SAVE, TRAIL, events

WRITERS: Final = 20


def test_one_of_many_saves_and_the_others_conflict(service: Service) -> None:
    """Of 20 saves of the same revision, one succeeds with one event, and 19 see its changes."""
    client = service.client
    before = client.ask(READ).data["emailSettings"]
    revision = 0 if before is None else before["revision"]
    end = events(client.ask(TRAIL, first=1).data)[0]["sequence"]

    def save(number: int) -> Json:
        settings = {"defaultFromDisplayName": f"Writer {number}"}
        saved = client.ask(SAVE, settings=settings, expectedRevision=revision).data
        result: Json = saved["updateEmailSettings"]
        return result

    with ThreadPoolExecutor(WRITERS) as writers:
        results = list(writers.map(save, range(WRITERS)))
    won = [each for each in results if each["__typename"] == "UpdateEmailSettingsSuccess"]
    lost = [each for each in results if each["__typename"] == "RevisionConflictError"]
    after = client.ask(READ).data["emailSettings"]
    recorded = [
        each for each in events(client.ask(TRAIL, first=100).data) if each["sequence"] > end
    ]

    assert {"UpdateEmailSettingsSuccess": 1, "RevisionConflictError": WRITERS - 1} == Counter(
        each["__typename"] for each in results
    )
    assert won[0]["emailSettings"] == after
    assert revision + 1 == after["revision"]
    assert [after] * len(lost) == [each["current"] for each in lost]
    assert [won[0]["changes"]] * len(lost) == [each["theirChanges"] for each in lost]
    assert [won[0]["auditEvent"]] == recorded
