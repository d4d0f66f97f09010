"""Bodies: what is written can be read, and nothing else is accepted as an event."""

import json
from collections.abc import Callable
from dataclasses import replace
from typing import Any, TypeAlias

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from audit.event import Actor, ActorKind, AuditAction, AuditOutcome, Change, Client, Event
from audit.trail.body import (
    Parsed,
    Place,
    cut_mark,
    digest_of,
    is_cut_from,
    parse_body,
    read_body,
    write_body,
)

Document: TypeAlias = dict[str, Any]

PLACE = Place("log", 7, "ab" * 32, "2026-11-26T12:00:00.000000Z")
EVENT = Event(
    AuditAction.EMAIL_SETTINGS_UPDATED,
    AuditOutcome.SUCCEEDED,
    Actor(ActorKind.PERSON, "p-1", "Ada"),
    "email_settings",
    client=Client("192.0.2.7", "peer", None, "request", "Save"),
    revision=3,
    changes=(Change("smtpHost", None, "mail.example.com"),),
    detail={"fields": "smtpHost", "tried": 2, "first": True, "before": None},
)

texts = st.text(st.characters(exclude_characters="\0", codec="utf-8"), max_size=20)
some_text = st.none() | texts
events = st.builds(
    Event,
    action=st.sampled_from([each for each in AuditAction if each is not AuditAction.UNREADABLE]),
    actor=st.builds(Actor, id=some_text, name=texts, role=some_text),
    target=texts,
    client=st.none() | st.builds(Client, some_text, texts, some_text, texts, some_text),
    revision=st.none() | st.integers(0, 2**31),
    changes=st.lists(st.builds(Change, texts, some_text, some_text)).map(tuple),
    error_code=some_text,
    reason=some_text,
    correlation_id=some_text,
    detail=st.dictionaries(texts, some_text | st.booleans() | st.integers(0, 2**53 - 1)),
)


@settings(deadline=None)
@given(event=events)
def test_what_is_written_is_read_again(event: Event) -> None:
    """Every event and its position can be read from its body unchanged."""
    assert Parsed(event, PLACE) == parse_body(write_body(event, PLACE))


def _without(*path: str | int) -> Callable[[Document], None]:
    def change(document: Document) -> None:
        _at(document, path[:-1]).pop(path[-1])

    return change


def _with(value: object, *path: str | int) -> Callable[[Document], None]:
    def change(document: Document) -> None:
        _at(document, path[:-1])[path[-1]] = value

    return change


def _at(document: Any, path: tuple[str | int, ...]) -> Any:  # noqa: ANN401 (JSON)
    for step in path:
        document = document[step]
    return document


NAMES = [*json.loads(write_body(EVENT, PLACE))]
OTHERS = {
    **{f"no {name}": _without(name) for name in NAMES},
    "one too many": _with(1, "w"),
    "an actor without a role": _without("actor", "role"),
    "an actor with an address": _with("x", "actor", "address"),
    "a client without an operation": _without("client", "operation"),
    "a client with a host": _with("x", "client", "host"),
    "a change without a mark": _without("changes", 0, "redacted"),
    "a change with a value": _with("x", "changes", 0, "value"),
    "a change that is text": _with("smtpHost", "changes", 0),
    "an unknown action": _with("SOMETHING", "action"),
    "an action that is never written": _with("UNREADABLE", "action"),
    "an unknown outcome": _with("MAYBE", "outcome"),
    "an unknown kind of actor": _with("ROBOT", "actor", "kind"),
    "another version": _with(2, "v"),
    "a version in words": _with("1", "v"),
    "a number as text": _with("7", "seq"),
    "a number that is true": _with(True, "revision"),
    "a fraction": _with(7.0, "seq"),
    "no time": _with(None, "ts"),
    "a name that is a number": _with(5, "actor", "name"),
    "a mark in words": _with("yes", "changes", 0, "redacted"),
    "a list in the detail": _with([], "detail", "tried"),
    "a fraction in the detail": _with(0.5, "detail", "tried"),
    "a detail that is a list": _with([], "detail"),
    "changes that are null": _with(None, "changes"),
}


@pytest.mark.parametrize("change", OTHERS.values(), ids=OTHERS.keys())
def test_other_documents_are_refused(change: Callable[[Document], None]) -> None:
    """A document with a missing, additional or mistyped part is refused as a bad value."""
    document = json.loads(write_body(EVENT, PLACE))
    change(document)

    with pytest.raises(ValueError, match=r".+"):
        parse_body(json.dumps(document))


@pytest.mark.parametrize("body", ["", "[]", "null", "5", '"text"', "{", "{}", "\ud800"])
def test_other_texts_are_refused(body: str) -> None:
    """A damaged database may contain any text, which is refused as a bad value."""
    with pytest.raises(ValueError, match=r".+"):
        parse_body(body)


WHOLE = "relay.evil.example" + "x" * 200


def _as_if_cut(kept: int, whole: str = WHOLE) -> str:
    return f"{whole[:kept]}… [cut, {len(whole)} characters, SHA-256 {digest_of(whole)}]"


@pytest.mark.parametrize(
    "reason",
    [
        pytest.param("an ordinary reason", id="short"),
        pytest.param("x" * 8_001, id="long"),
        pytest.param(_as_if_cut(2), id="looks-cut-where-none-is"),
        pytest.param(_as_if_cut(100), id="looks-cut"),
        pytest.param(_as_if_cut(len(WHOLE)), id="looks-whole"),
        pytest.param(
            _as_if_cut(len(_as_if_cut(100)), _as_if_cut(100)), id="looks-cut-and-looks-cut"
        ),
        pytest.param(_as_if_cut(100) + "x" * 8_000 + _as_if_cut(100), id="long-and-looks-cut"),
    ],
)
def test_a_text_in_an_event_stands_for_only_one_text(reason: str) -> None:
    """A text in an event matches only the original, even if that looks as if it had been cut."""
    written = read_body(write_body(replace(EVENT, reason=reason), PLACE)).reason or ""
    others = (WHOLE, _as_if_cut(100), written, written[:8_000])

    assert is_cut_from(written, reason) if cut_mark(written) else written == reason
    for other in {*others} - {reason}:
        assert not is_cut_from(written, other)
        assert cut_mark(written) or written != other
