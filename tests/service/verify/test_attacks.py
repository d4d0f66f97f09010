"""Attacks on the trail by an attacker who owns the database, each with the expected finding.

The attacks use the database's file or a superuser's connection. Each is verified by
`auditVerification`, by `postledger audit verify` and by the bundle's `verify.py`, with and without
a checkpoint that was kept elsewhere.
"""

import contextlib
import io
import json
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import pytest
from sqlalchemy import make_url

from audit.c2sp.note_keys import Signer
from audit.standalone import run_verifier
from audit.standalone.formats.tree import leaf_hash
from audit.trail.history import EventFilter
from audit.trail.proofs import SignedCheckpoint
from db.tables import AccessTokenRow, EmailSettingsRow, EmailTestRow
from service.export.live import Export, ExportFormat
from service.operate.startup import open_closed_trail, open_runtime
from service.process.caller import Role
from service.process.storage import CannotStartError, Storage
from service.trail.reading import audit_checkpoint
from tests.support.inprocess import Edge
from tests.support.trail.events import write
from tests.support.trail.forging import Document, Forged
from tests.support.trail.living import live
from tests.support.trail.opened import SEED
from tests.support.trail.tampering import REBUILD_SEARCH, tamper
from tests.support.trail.verifiers import VERIFY, by_bundle, by_command, by_graphql, exported

pytestmark = pytest.mark.anyio

_MIDDLE: Final = 10


def _by_sql(sql: str, *more: str) -> Callable[[Forged], None]:
    def attack(forged: Forged) -> None:
        forged.statements += [sql, *more]

    return attack


def _edited(documents: list[Document]) -> list[Document]:
    documents[_MIDDLE]["reason"] = "nothing to see here"
    return documents


def _edit_body(forged: Forged) -> None:
    body = forged.bodies[_MIDDLE].replace("number", "numbre")
    forged.statements.append(f"UPDATE audit_event SET body = '{body}' WHERE seq = {_MIDDLE}")


def _edit_body_and_leaf(forged: Forged) -> None:
    body = forged.bodies[_MIDDLE].replace("number", "numbre")
    leaf = leaf_hash(body.encode()).hex()
    forged.statements.append(
        f"UPDATE audit_event SET body = '{body}', leaf = '{leaf}' WHERE seq = {_MIDDLE}"
    )


def _delete_and_renumber(forged: Forged) -> None:
    documents = forged.documents()
    del documents[_MIDDLE]
    forged.rewrite(documents)
    forged.replace_rows()


def _cut(forged: Forged) -> None:
    forged.bodies = forged.bodies[:-3]
    forged.replace_rows()


def _cut_with_checkpoints(forged: Forged) -> None:
    _cut(forged)
    forged.statements.append(f"DELETE FROM audit_checkpoint WHERE size > {len(forged.bodies)}")


def _insert(forged: Forged) -> None:
    documents = forged.documents()
    documents.insert(_MIDDLE, documents[_MIDDLE] | {"reason": "it was Bob"})
    forged.rewrite(documents)
    forged.replace_rows()


def _swap(forged: Forged) -> None:
    one, other = forged.bodies[_MIDDLE], forged.bodies[_MIDDLE + 1]
    for seq, body in ((_MIDDLE, other), (_MIDDLE + 1, one)):
        leaf = leaf_hash(body.encode()).hex()
        forged.statements.append(
            f"UPDATE audit_event SET body = '{body}', leaf = '{leaf}' WHERE seq = {seq}"
        )


def _rewrite(forged: Forged) -> None:
    forged.rewrite(_edited(forged.documents()))
    forged.replace_rows()


def _rewrite_without_checkpoints(forged: Forged) -> None:
    _rewrite(forged)
    forged.statements.append("DELETE FROM audit_checkpoint")


def _rewrite_with_own_key(forged: Forged) -> None:
    _rewrite(forged)
    forged.sign_all(Signer.from_seed(forged.origin, b"the attacker's own key, 32 bytes"))


def _signed(change: Callable[[Forged], None]) -> Callable[[Forged], None]:
    def attack(forged: Forged) -> None:
        change(forged)
        forged.replace_rows()
        forged.sign_all(Signer.from_seed(forged.origin, SEED))

    return attack


def _turn_back_the_clock(forged: Forged) -> None:
    documents = forged.documents()
    documents[_MIDDLE]["ts"] = "2020-01-01T00:00:00.000000Z"
    forged.rewrite(documents)


def _write_other_json(forged: Forged) -> None:
    forged.rewrite(forged.documents(), lambda each: json.dumps(each, sort_keys=True))


def _write_a_key_twice(forged: Forged) -> None:
    def doubled(document: Document) -> str:
        text = json.dumps(document, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
        return text.replace('"v":1', '"v":2,"v":1')

    forged.rewrite(forged.documents(), doubled)


def _invent_a_version(forged: Forged) -> None:
    documents = forged.documents()
    documents[_MIDDLE]["v"] = 2
    forged.rewrite(documents)


def _add_a_key(forged: Forged) -> None:
    forged.add_a_key(Signer.from_seed(forged.origin, b"the attacker's own key, 32 bytes"))


def _go_on_quietly(forged: Forged) -> None:
    thief = Signer.from_seed(forged.origin, b"the attacker's own key, 32 bytes")
    forged.go_on_with(thief, forged.documents()[-1])


@dataclass(frozen=True, slots=True)
class Attack:
    """An attack and its expected findings.

    `alone` is the finding without a checkpoint from outside, or None if there is no finding.
    `outside` is the finding with one. `in_bundle` is false if the bundle does not contain what was
    attacked, or cannot be made.
    """

    act: Callable[[Forged], None]
    alone: str | None
    outside: str | None
    in_bundle: bool = True


_HOLLOW: Final = (
    "CREATE TRIGGER audit_event_in_order BEFORE INSERT ON audit_event WHEN 0 BEGIN SELECT 1; END"
)
_REVISION_COLUMNS: Final = ", ".join(
    name for name in EmailSettingsRow.model_fields if name not in {"scope", "revision"}
)
_TEST_COLUMNS: Final = ", ".join(
    name for name in EmailTestRow.model_fields if name not in {"id", "number"}
)
_TABLES: Final = (
    "audit_event",
    "audit_node",
    "audit_search",
    "audit_checkpoint",
    "audit_key",
    "stored_secret",
    "secret_fingerprint",
    "email_settings_revision",
    "access_token",
    "test_email",
)
MISMATCH: Final = "CHECKPOINT_MISMATCH"
SHORTER: Final = "SHORTER_THAN_CHECKPOINT"


def _found(code: str, *sql: str) -> Attack:
    """Returns an attack on other rows than events.

    It is found in the database, with and without a checkpoint from outside.
    """
    return Attack(_by_sql(*sql), code, code, in_bundle=False)


ATTACKS: Final = {
    "1 edit a body": Attack(_edit_body, "LEAF_MISMATCH", "LEAF_MISMATCH"),
    "2 edit body and leaf": Attack(_edit_body_and_leaf, "ROOT_MISMATCH", MISMATCH),
    "3 delete a middle row": Attack(
        _by_sql(f"DELETE FROM audit_event WHERE seq = {_MIDDLE}"), "SEQUENCE_GAP", "SEQUENCE_GAP"
    ),
    "4 delete, renumber, rehash": Attack(_delete_and_renumber, SHORTER, SHORTER),
    "5 cut the tail": Attack(_cut, SHORTER, SHORTER),
    "5b cut the tail and its checkpoints": Attack(_cut_with_checkpoints, None, SHORTER),
    "6 insert a forged row, rehash": Attack(_insert, "ROOT_MISMATCH", MISMATCH),
    "7 swap two rows": Attack(_swap, "SEQUENCE_GAP", "SEQUENCE_GAP"),
    "8 rewrite all without the key": Attack(_rewrite, "ROOT_MISMATCH", MISMATCH),
    "8b and delete the checkpoints": Attack(
        _rewrite_without_checkpoints, "CHECKPOINT_MISSING", MISMATCH, in_bundle=False
    ),
    "8b and sign with another key": Attack(_rewrite_with_own_key, None, MISMATCH),
    "8c rewrite all with a stolen key": Attack(
        _signed(lambda forged: forged.rewrite(_edited(forged.documents()))), None, MISMATCH
    ),
    "10 move the clock back": Attack(
        _signed(_turn_back_the_clock), "TIME_BACKWARDS", "TIME_BACKWARDS"
    ),
    "12 edit the hash of the event before": _found(
        "PROJECTION_DIFFERS", f"UPDATE audit_event SET prev = 'x' WHERE seq = {_MIDDLE}"
    ),
    "12 edit the words of the search": _found(
        "SEARCH_DIFFERS", "UPDATE audit_search SET words = 'nothing'"
    ),
    "12 hide from the search": _found("SEARCH_DIFFERS", "DELETE FROM audit_search WHERE seq = 4"),
    "12 edit a stored node": _found(
        "TREE_DIFFERS", f"UPDATE audit_node SET hash = {{blob:{'00' * 32}}} WHERE level = 1"
    ),
    "12 edit the record of the end": _found("HEAD_DIFFERS", "UPDATE audit_head SET last_ts = 'x'"),
    "12 edit the record of the key": _found(
        "HEAD_DIFFERS", "UPDATE audit_head SET verifier_key = 'x'"
    ),
    "8 remove the first checkpoints": _found(
        "CHECKPOINT_MISSING", "DELETE FROM audit_checkpoint WHERE size < 5"
    ),
    "14 add a fingerprint of another scope": _found(
        "SETTINGS_DIFFER",
        "INSERT INTO secret_fingerprint (scope, name, version, fingerprint) "
        "VALUES ('guest', 'smtpPassword', 1, {blob:00})",
    ),
    "14 edit the live settings": _found(
        "SETTINGS_DIFFER",
        "UPDATE email_settings_revision SET smtp_host = 'evil.example' WHERE revision = 3",
    ),
    "14 edit an earlier revision": _found(
        "REVISION_DIFFERS",
        "UPDATE email_settings_revision SET smtp_host = 'evil.example' WHERE revision = 1",
    ),
    "14 edit who saved": _found(
        "REVISION_DIFFERS", "UPDATE email_settings_revision SET actor_name = 'Bob'"
    ),
    "14 add settings of another scope": _found(
        "SETTINGS_DIFFER", "INSERT INTO email_settings VALUES ('guest', 7)"
    ),
    "14 put an old revision in force": _found(
        "SETTINGS_DIFFER", "UPDATE email_settings SET revision = 1"
    ),
    "14 write a text that looks cut": _found(
        "SETTINGS_DIFFER",
        "UPDATE email_settings_revision SET smtp_host = '… [cut, 16 characters]'",
    ),
    "14 add a revision before the first": _found(
        "REVISION_DIFFERS",
        f"INSERT INTO email_settings_revision (scope, revision, {_REVISION_COLUMNS}) "
        f"SELECT scope, 0, {_REVISION_COLUMNS} FROM email_settings_revision WHERE revision = 1",
    ),
    "14 remove the fingerprints": _found("SETTINGS_DIFFER", "DELETE FROM secret_fingerprint"),
    "14 change a test's outcome": _found(
        "TESTS_DIFFER", "UPDATE test_email SET outcome = 'ACCEPTED'"
    ),
    "14 change the values that a test used": _found(
        "TESTS_DIFFER", "UPDATE test_email SET values_digest = 'x'"
    ),
    "14 change a test's report": _found(
        "TESTS_DIFFER", "UPDATE test_email SET report = replace(report, 'refused', 'accepted')"
    ),
    "14 change when a test started": _found(
        "TESTS_DIFFER", "UPDATE test_email SET started_at = '2020-01-01T00:00:00.000000Z'"
    ),
    "14 change when a test ended": _found(
        "TESTS_DIFFER", "UPDATE test_email SET finished_at = '2099-01-01T00:00:00.000000Z'"
    ),
    "14 change who requested a test": _found(
        "TESTS_DIFFER", "UPDATE test_email SET actor_name = 'Bob'"
    ),
    "14 remove a test": _found("TESTS_DIFFER", "DELETE FROM test_email"),
    "14 invent a test": _found(
        "TESTS_DIFFER",
        f"INSERT INTO test_email (id, number, {_TEST_COLUMNS}) "
        f"SELECT 'x', 99, {_TEST_COLUMNS} FROM test_email",
    ),
    "14 take over a token": _found(
        "TOKENS_DIFFER", "UPDATE access_token SET token_hash = 'x' WHERE role = 'AUDITOR'"
    ),
    "14 change who created a token": _found(
        "TOKENS_DIFFER", "UPDATE access_token SET actor_name = 'Bob' WHERE role = 'AUDITOR'"
    ),
    "14 restore a removed password": _found(
        "SETTINGS_DIFFER",
        "INSERT INTO stored_secret (scope, name, version, key_id, nonce, ciphertext, updated_at) "
        "VALUES ('host', 'smtpPassword', 1, 'x', {blob:00}, {blob:00}, 'x')",
    ),
    "14 promote a token": _found(
        "TOKENS_DIFFER", "UPDATE access_token SET role = 'ADMINISTRATOR' WHERE role = 'AUDITOR'"
    ),
    "14 change a token's number": _found(
        "TOKENS_DIFFER", "UPDATE access_token SET number = 50 WHERE role = 'AUDITOR'"
    ),
    "14 add a token": _found(
        "TOKENS_DIFFER",
        "INSERT INTO access_token "
        "(id, number, name, role, token_hash, created_at, actor_kind, actor_name) "
        "VALUES ('0', 99, 'me', 'ADMINISTRATOR', 'x', 'x', 'SYSTEM', 'x')",
    ),
    "14 add a token before the first": _found(
        "TOKENS_DIFFER",
        "INSERT INTO access_token "
        "(id, number, name, role, token_hash, created_at, actor_kind, actor_name) "
        "VALUES ('0', 0, 'me', 'ADMINISTRATOR', 'x', 'x', 'SYSTEM', 'x')",
    ),
    "14 revive a revoked token": _found(
        "TOKENS_DIFFER", "UPDATE access_token SET revoked_at = NULL"
    ),
    "16 other JSON of the same meaning": Attack(
        _signed(_write_other_json), "NOT_CANONICAL", "NOT_CANONICAL"
    ),
    "16 a key twice": Attack(_signed(_write_a_key_twice), "NOT_CANONICAL", "NOT_CANONICAL"),
    "6 insert a row before the first": _found(
        "SEQUENCE_ORDER",
        "INSERT INTO audit_event (seq, body, leaf) "
        "SELECT -1, body, leaf FROM audit_event WHERE seq = 0",
    ),
    "6 insert a checkpoint before the first": _found(
        "CHECKPOINT_MALFORMED",
        "INSERT INTO audit_checkpoint (size, note) "
        "SELECT -1, note FROM audit_checkpoint WHERE size = 1",
    ),
    "8 go on with the attacker's key": Attack(_add_a_key, "SIGNATURE_INVALID", "SIGNATURE_INVALID"),
    "8 go on with a key that no event names": Attack(
        _go_on_quietly, "SIGNATURE_INVALID", "SIGNATURE_INVALID"
    ),
    "8 let the trail's key begin later": Attack(
        _by_sql("UPDATE audit_key SET from_size = 2"), "KEYS_DIFFER", "KEYS_DIFFER"
    ),
    "18 an unknown version in the middle": Attack(
        _signed(_invent_a_version), "UNKNOWN_VERSION", "UNKNOWN_VERSION"
    ),
}


@pytest.mark.parametrize("name", ATTACKS)
async def test_an_attack_is_found(storage: Storage, tmp_path: Path, name: str) -> None:
    """Every verifier finds the same attacks; with a checkpoint from outside, it finds all."""
    attack = ATTACKS[name]
    known = await attacked(storage, attack.act)
    # An attacker who owns the machine can remove the signer's memory, too.
    (storage.data_directory / "signer.memory").unlink()
    async with open_closed_trail(storage) as runtime:
        alone, outside = await by_graphql(runtime, None), await by_graphql(runtime, known)
        bundle = await exported(runtime, tmp_path) if attack.in_bundle else None
    commanded = [await by_command(storage, tmp_path, each) for each in (None, known)]

    assert {attack.alone} - {None} <= set(alone), alone
    assert attack.alone is not None or not alone
    assert attack.outside in outside
    assert [alone, outside] == commanded
    if bundle is not None:
        offline = await by_bundle(bundle)
        assert {attack.alone} - {None} <= set(offline), offline
        assert attack.alone is not None or not offline
        assert attack.outside in await by_bundle(bundle, tmp_path / "known")


async def attacked(storage: Storage, act: Callable[[Forged], None]) -> str:
    """Attacks a trail with events of all kinds; returns a checkpoint from before the attack."""
    async with open_runtime(storage) as runtime:
        await live(runtime)
        await write(runtime.database, 8)
        known = await audit_checkpoint(runtime)
        assert isinstance(known, SignedCheckpoint)
        export = Export(ExportFormat.JSONL, EventFilter(), known, runtime)
        lines = b"".join([chunk async for chunk in export.chunks()]).decode().splitlines()
    forged = Forged(known.checkpoint.origin, lines, known.note)
    act(forged)
    await tamper(storage.database_url or "", *forged.statements)
    return known.note


def _written_in_the_schema(old: str, new: str) -> tuple[str, ...]:
    """Returns statements that replace a text in SQLite's record of how it made its tables."""
    one, other = (text.replace("'", "''") for text in (old, new))
    return (
        "PRAGMA writable_schema = ON",
        f"UPDATE sqlite_master SET sql = replace(sql, '{one}', '{other}') WHERE type <> 'trigger'",
        "PRAGMA writable_schema = RESET",
    )


_EVENT_WORDS: Final = (
    (
        "INSERT INTO audit_search_words (audit_search_words, rowid, words) "
        "SELECT 'delete', seq, words FROM audit_search WHERE seq = 1"
    ),
)


def _cut_index(index: str, definition: str) -> str:
    """Returns statements that make PostgreSQL take an index of some rows for one of all rows."""
    return (
        f"DROP INDEX {index}; CREATE INDEX {index} ON {definition}; UPDATE pg_index "
        f"SET indpred = NULL WHERE indexrelid = '{index}'::regclass"
    )


@pytest.mark.parametrize(
    ("statements", "expected"),
    [
        pytest.param(("DROP TRIGGER audit_event_no_update",), "GUARD_MISSING", id="drop"),
        pytest.param(
            (
                "DROP TRIGGER audit_event_in_order",
                _HOLLOW,
            ),
            "GUARD_ALTERED",
            id="alter",
        ),
        pytest.param(
            ("CREATE TRIGGER helpful AFTER INSERT ON audit_event BEGIN SELECT 1; END",),
            "GUARD_ALTERED",
            id="add",
        ),
        pytest.param(
            (
                "DROP INDEX audit_event_action",
                "ALTER TABLE audit_event DROP COLUMN action",
                "ALTER TABLE audit_event ADD COLUMN action TEXT",
            ),
            "GUARD_MISSING",
            id="column",
        ),
        pytest.param(
            ("CREATE TRIGGER helpful AFTER INSERT ON AUDIT_EVENT BEGIN SELECT 1; END",),
            "GUARD_ALTERED",
            id="add-in-capitals",
        ),
        pytest.param(
            _written_in_the_schema("'$.action'", "'$.outcome'"), "GUARD_ALTERED", id="expression"
        ),
        pytest.param(
            (
                "DROP INDEX audit_event_action",
                "CREATE INDEX audit_event_action ON audit_event (action, seq) WHERE seq <> 1",
                *_written_in_the_schema(" WHERE seq <> 1", ""),
            ),
            "SEARCH_DIFFERS",
            id="hide-from-an-index",
        ),
        pytest.param(
            (
                "CREATE INDEX hidden ON email_settings (revision) WHERE revision <> 0",
                *_written_in_the_schema(" WHERE revision <> 0", ""),
            ),
            "SEARCH_DIFFERS",
            id="hide-from-an-index-elsewhere",
        ),
        pytest.param(
            ("CREATE TRIGGER helpful AFTER INSERT ON test_email BEGIN SELECT 1; END",),
            "GUARD_ALTERED",
            id="add-elsewhere",
        ),
        pytest.param(
            (
                "ALTER TABLE access_token RENAME TO tokens",
                "CREATE VIEW access_token AS SELECT * FROM tokens",
            ),
            "GUARD_ALTERED",
            id="view",
        ),
        pytest.param(
            _written_in_the_schema("CREATE TABLE audit_event", "CREATE /* */ TABLE audit_event"),
            "GUARD_ALTERED",
            id="comment",
        ),
        pytest.param(
            _written_in_the_schema("remove_diacritics 0", "remove_diacritics 1"),
            "GUARD_ALTERED",
            id="words",
        ),
        pytest.param(
            (
                "CREATE TRIGGER quiet AFTER UPDATE ON access_token BEGIN SELECT 1; END",
                "PRAGMA writable_schema = ON",
                "UPDATE sqlite_master SET type = 'TRIGGER' WHERE name = 'quiet'",
                "PRAGMA writable_schema = RESET",
            ),
            "GUARD_ALTERED",
            id="hidden-trigger",
        ),
        # FTS5's checksum multiplies by nine before it adds a letter, so i, l and h, u are equal.
        pytest.param(
            (
                *_EVENT_WORDS,
                (
                    "INSERT INTO audit_search_words (rowid, words) "
                    "SELECT seq, replace(words, 'email', 'emahu') FROM audit_search WHERE seq = 1"
                ),
            ),
            "SEARCH_DIFFERS",
            id="another-word-of-the-same-sum",
        ),
    ],
)
async def test_a_changed_guard_is_found_on_sqlite(
    sqlite_storage: Storage, statements: tuple[str, ...], expected: str
) -> None:
    """13: A guard or table that was dropped, altered or added on SQLite is found."""
    assert expected in await _after(sqlite_storage, *statements)


@pytest.mark.parametrize(
    ("statement", "expected"),
    [
        pytest.param(
            "DROP TRIGGER audit_event_no_change ON audit_event", "GUARD_MISSING", id="drop"
        ),
        pytest.param(
            "ALTER TABLE audit_event DISABLE TRIGGER audit_event_no_change",
            "GUARD_MISSING",
            id="disable",
        ),
        pytest.param(
            "ALTER TABLE audit_event ENABLE TRIGGER audit_event_no_change",
            "GUARD_ALTERED",
            id="weaken",
        ),
        pytest.param(
            "CREATE OR REPLACE FUNCTION audit_event_refuse() RETURNS trigger LANGUAGE plpgsql "
            "AS $$ BEGIN RETURN NEW; END $$",
            "GUARD_ALTERED",
            id="alter",
        ),
        pytest.param(
            "ALTER TABLE audit_event ALTER COLUMN action DROP EXPRESSION",
            "GUARD_ALTERED",
            id="column",
        ),
        pytest.param(
            "ALTER TABLE audit_event ALTER COLUMN action "
            "SET EXPRESSION AS (body::jsonb #>> '{outcome}')",
            "GUARD_ALTERED",
            id="expression",
        ),
        pytest.param(
            "ALTER TABLE audit_search ALTER COLUMN vector DROP EXPRESSION; "
            "ALTER TABLE audit_search DISABLE TRIGGER USER; "
            "UPDATE audit_search SET vector = '' WHERE seq = 1",
            "GUARD_MISSING",
            id="hide-from-the-search",
        ),
        pytest.param(
            "ALTER FUNCTION audit_event_order() SET search_path = pg_temp",
            "GUARD_ALTERED",
            id="another-path",
        ),
        pytest.param(
            "CREATE RULE quiet AS ON INSERT TO audit_event DO INSTEAD NOTHING",
            "GUARD_ALTERED",
            id="rule",
        ),
        pytest.param(
            "ALTER TABLE audit_event ENABLE ROW LEVEL SECURITY", "GUARD_ALTERED", id="row-security"
        ),
        pytest.param(
            "ALTER TABLE access_token ENABLE ROW LEVEL SECURITY", "GUARD_ALTERED", id="on-tokens"
        ),
        pytest.param(
            "CREATE RULE quiet AS ON DELETE TO test_email DO INSTEAD NOTHING",
            "GUARD_ALTERED",
            id="rule-elsewhere",
        ),
        pytest.param(
            "ALTER TABLE access_token RENAME TO tokens; "
            "CREATE VIEW access_token AS SELECT * FROM tokens",
            "GUARD_ALTERED",
            id="view",
        ),
        pytest.param(
            "ALTER TABLE audit_event DROP CONSTRAINT audit_event_pkey",
            "GUARD_MISSING",
            id="primary-key",
        ),
        pytest.param(
            _cut_index("audit_event_action", "audit_event (action, seq) WHERE seq <> 1"),
            "SEARCH_DIFFERS",
            id="hide-from-an-index",
        ),
        pytest.param(
            _cut_index("audit_search_vector", "audit_search USING gin (vector) WHERE seq <> 1"),
            "SEARCH_DIFFERS",
            id="hide-from-the-index-of-words",
        ),
    ],
)
async def test_a_changed_guard_is_found_on_postgresql(
    postgresql_storage: Storage, statement: str, expected: str
) -> None:
    """13: A guard or table that was dropped, disabled or altered on PostgreSQL is found."""
    assert expected in await _after(postgresql_storage, statement)


async def _after(storage: Storage, *statements: str) -> list[str]:
    async with open_runtime(storage) as runtime:
        await write(runtime.database, 3)
    await tamper(storage.database_url or "", *statements, guards_too=False)
    async with open_closed_trail(storage) as runtime:
        found = await by_graphql(runtime, None)
    assert found == await by_command(storage, storage.data_directory, None)
    return found


_TOKEN_COLUMNS: Final = ", ".join(
    name for name in AccessTokenRow.model_fields if name not in {"number", "role", "token_hash"}
)
_TWIN: Final = (
    f"INSERT INTO access_token ({_TOKEN_COLUMNS}, number, role, token_hash) "
    f"SELECT {_TOKEN_COLUMNS}, 1, 'ADMINISTRATOR', 'x' FROM access_token WHERE name = 'stays'"
)
_WITHOUT_KEYS: Final = {
    "sqlite": (
        "ALTER TABLE access_token RENAME TO old",
        "CREATE TABLE access_token AS SELECT * FROM old",
        "DROP TABLE old",
    ),
    "postgresql": (
        "ALTER TABLE access_token DROP CONSTRAINT access_token_pkey",
        "ALTER TABLE access_token DROP CONSTRAINT access_token_number_key",
    ),
}


async def test_a_token_hidden_behind_another_is_found(storage: Storage) -> None:
    """14: A second row with a real token's id, which would authenticate its bearer, is found."""
    url = storage.database_url or ""
    async with open_runtime(storage) as runtime:
        await live(runtime)
    await tamper(url, *_WITHOUT_KEYS[make_url(url).get_backend_name()], _TWIN)
    async with open_closed_trail(storage) as runtime:
        assert "TOKENS_DIFFER" in await by_graphql(runtime, None)


async def test_an_old_database_put_back_is_found_by_the_signers_memory(
    storage: Storage, tmp_path: Path
) -> None:
    """9: An older copy of the database is intact by itself, but contradicts the signer's memory."""
    await attacked(storage, _cut_with_checkpoints)
    async with open_closed_trail(storage) as runtime:
        found = await by_graphql(runtime, None)

    assert [SHORTER] == found
    assert [SHORTER] == await by_command(storage, tmp_path, None)
    with pytest.raises(CannotStartError, match="DATABASE_BEHIND"):
        await _open(storage)


@pytest.mark.parametrize(
    ("attack", "proven"), [("8c rewrite all with a stolen key", True), ("1 edit a body", False)]
)
async def test_two_trails_shown_to_two_parties_are_proof(
    storage: Storage,
    tmp_path: Path,
    attack: str,
    proven: bool,  # noqa: FBT001 (a table's column)
) -> None:
    """11: Two valid signatures over two histories are reported as proof, also offline.

    An edited event is no such proof, because its editor need not have had the signing key.
    """
    act = ATTACKS[attack].act
    known = await attacked(storage, act)
    (tmp_path / "known").write_text(known)
    async with open_closed_trail(storage) as runtime:
        answer = await Edge(runtime, Role.AUDITOR).ask(VERIFY, known=known)
        bundle = await exported(runtime, tmp_path)
    printed = io.StringIO()
    with contextlib.redirect_stdout(printed):
        run_verifier(["--checkpoint", str(tmp_path / "known"), str(bundle)])

    messages = [each["message"] for each in answer["auditVerification"]["findings"]]
    words = "proves that two histories were signed"
    assert proven == any(words in message for message in messages)
    assert proven == (words in printed.getvalue())


async def test_a_checkpoint_of_another_trail_does_not_pass(
    storage: Storage, tmp_path: Path
) -> None:
    """15: A checkpoint with another origin is a finding, even if its size and root fit."""
    known = await attacked(storage, lambda _: None)
    other = known.replace("audit.example", "other.example")
    async with open_closed_trail(storage) as runtime:
        found = await by_graphql(runtime, other)
        bundle = await exported(runtime, tmp_path)

    assert ["ORIGIN_MISMATCH"] == found
    assert ["ORIGIN_MISMATCH"] == await by_command(storage, tmp_path, other)
    assert ["ORIGIN_MISMATCH"] == await by_bundle(bundle, tmp_path / "known")


async def test_a_new_database_is_another_trail(storage: Storage, tmp_path: Path) -> None:
    """17: After everything was deleted, a checkpoint from outside shows that the trail is new."""
    known = await attacked(
        storage,
        _by_sql(
            *(f"DELETE FROM {table}" for table in _TABLES),
            "UPDATE email_settings SET revision = 0",
            "UPDATE audit_head SET log_id = 'new', size = 0, origin = NULL, frontier = NULL, "
            "verifier_key = NULL, last_leaf = NULL, last_ts = NULL",
            REBUILD_SEARCH,
        ),
    )
    with pytest.raises(CannotStartError, match="OTHER_TRAIL"):
        await _open(storage)
    (storage.data_directory / "signer.memory").unlink()
    async with open_runtime(storage) as runtime:
        await write(runtime.database, 3)
        alone, outside = await by_graphql(runtime, None), await by_graphql(runtime, known)
        bundle = await exported(runtime, tmp_path)
    commanded = [await by_command(storage, tmp_path, each) for each in (None, known)]

    assert ([], ["ORIGIN_MISMATCH"]) == (alone, outside)
    assert [alone, outside] == commanded
    assert ["ORIGIN_MISMATCH"] == await by_bundle(bundle, tmp_path / "known")


async def _open(storage: Storage) -> None:
    async with open_runtime(storage):
        pytest.fail("it opened")
