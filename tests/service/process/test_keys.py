"""Encryption keys that are lost, garbled, readable by others, or changed while the service runs."""

import asyncio
import base64
import json
from collections.abc import AsyncIterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path
from typing import Final

import pytest

from db.keyring import Keyring
from service.operate import startup
from service.operate.startup import open_runtime, started
from service.process.caller import COMMAND_LINE
from service.process.keys import GivenKeys, KeyFile, KeyProblem, new_key
from service.process.runtime import Runtime
from service.process.storage import Storage
from service.settings.rotation import Rotated, rotate_keys
from tests.support.desk import THOROUGH, Desk, Json, key_file, open_desk
from tests.support.recorder import Recorder, recording

pytestmark = pytest.mark.anyio

PASSWORD: Final = 'pa"ss\\wörd 🔑'
SIGNED_IN: Final = base64.b64encode(f"\0postledger\0{PASSWORD}".encode())
READS: Final = 1_000 if THOROUGH else 150


async def _saved(desk: Desk, port: int = 25) -> Json:
    return await desk.save(
        {
            "smtpHost": "127.0.0.1",
            "smtpPort": port,
            "enableSecureConnection": False,
            "smtpUsername": "postledger",
            "authMechanism": "PLAIN",
            "smtpPassword": {"set": PASSWORD},
        }
    )


async def _state(desk: Desk) -> str:
    settings = await desk.settings()
    assert settings is not None
    state: str = settings["smtpPassword"]["state"]
    return state


async def _signs_in(desk: Desk, recorder: Recorder) -> bool:
    recorder.heard.clear()
    await desk.test(depth="AUTHENTICATE")
    return SIGNED_IN in recorder.heard


def _file(desk: Desk) -> KeyFile:
    assert isinstance(desk.runtime.keys, KeyFile)
    return desk.runtime.keys


async def test_a_lost_key_costs_the_secret_alone(desk: Desk) -> None:
    """Without the key file everything else works; a new key and a new password mend it."""
    async with recording() as recorder:
        await _saved(desk, recorder.port)
        lost = _file(desk).path.rename(_file(desk).path.with_suffix(".lost"))

        assert "UNREADABLE" == await _state(desk)
        await desk.save({"smtpUsername": None, "smtpPassword": {"clear": True}})
        assert "UNSET" == await _state(desk)
        refused = await desk.update({"smtpPassword": {"set": PASSWORD}})
        assert ["ENCRYPTION_KEY_UNAVAILABLE"] == [each["code"] for each in refused["problems"]]
        assert "put it back" in refused["problems"][0]["message"]

        lost.rename(_file(desk).path)
        assert "SET" == (await _saved(desk, recorder.port))["smtpPassword"]["state"]
        assert await _signs_in(desk, recorder)


async def test_a_key_made_anew_is_mended_by_a_new_password(desk: Desk) -> None:
    """A start without the key file makes a new one: UNREADABLE, until a password is given."""
    async with recording() as recorder:
        await _saved(desk, recorder.port)
        old = _file(desk).path.read_text()
        _file(desk).path.unlink()
        _file(desk).create()

        assert "UNREADABLE" == await _state(desk)
        refused = await desk.test(depth="AUTHENTICATE")
        assert ["PASSWORD_UNREADABLE"] == [each["code"] for each in refused["problems"]]
        assert 0 == recorder.connections
        await _saved(desk, recorder.port)
        assert await _signs_in(desk, recorder)

        # Both keys together open what either sealed.
        _file(desk).path.write_text(old + _file(desk).path.read_text())
        assert await _signs_in(desk, recorder)


async def test_a_key_that_comes_back_brings_the_secret_back(desk: Desk) -> None:
    """While the key is away nothing that was stored is given up, whatever is saved meanwhile."""
    async with recording() as recorder:
        await _saved(desk, recorder.port)
        away = _file(desk).path.read_text()
        _file(desk).path.write_text(new_key())
        await desk.save({"timeoutSeconds": 7})
        await desk.test(settings={"smtpPassword": {"set": "another"}}, depth="AUTHENTICATE")
        assert "UNREADABLE" == await _state(desk)
        _file(desk).path.write_text(away)

        assert "SET" == await _state(desk)
        assert await _signs_in(desk, recorder)


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o660, 0o777])
async def test_a_key_file_that_others_can_read_is_not_used(desk: Desk, mode: int) -> None:
    """The message says what to do, and doing it is enough: no restart."""
    await _saved(desk)
    _file(desk).path.chmod(mode)

    keys = _file(desk).current()
    assert isinstance(keys, KeyProblem)
    assert f"chmod 600 {_file(desk).path}" in keys.message
    assert "UNREADABLE" == await _state(desk)
    _file(desk).path.chmod(0o600)
    assert "SET" == await _state(desk)


def test_a_key_file_is_made_for_its_owner_alone(tmp_path: Path) -> None:
    """It is made once, readable by nobody else, and left alone afterwards."""
    file = key_file(tmp_path)
    first = file.path.read_text()
    file.create()

    assert 0o600 == file.path.stat().st_mode & 0o777
    assert first == file.path.read_text()
    assert isinstance(file.current(), Keyring)


GARBAGE: Final = (
    pytest.param("hunter2-is-not-a-key", id="text"),
    pytest.param(base64.b64encode(b"short").decode(), id="short"),
    pytest.param(base64.b64encode(b"x" * 33).decode(), id="long"),
    pytest.param("ключ", id="not-ascii"),
    pytest.param("\ud800", id="half-a-character"),
    pytest.param(new_key()[:-2] + "==", id="cut"),
)


@pytest.mark.parametrize("garbage", GARBAGE)
def test_garbage_in_the_variable_is_named_and_not_repeated(garbage: str) -> None:
    """The message says which variable and which key in it, and never what stands there."""
    problem = GivenKeys((new_key(), garbage)).current()

    assert isinstance(problem, KeyProblem)
    assert "POSTLEDGER_ENCRYPTION_KEYS: key 2 is not base64 of 32 bytes" in problem.message
    assert garbage not in problem.message


@pytest.mark.parametrize(
    "text",
    ["", "\n", "garbage", "\x00\xff", pytest.param(new_key() + " garbage", id="a-key-and-garbage")],
)
def test_garbage_in_the_file_is_a_problem_and_not_a_failure(tmp_path: Path, text: str) -> None:
    """A file that holds anything else than keys is reported; mended, it is read again."""
    file = key_file(tmp_path)
    good = file.path.read_text()
    file.path.write_text(text, encoding="latin-1")

    assert isinstance(file.current(), KeyProblem)
    file.path.write_text(good)
    assert isinstance(file.current(), Keyring)


async def test_a_folder_in_the_key_files_place_is_a_problem(tmp_path: Path) -> None:
    """Whatever stands there, asking for keys does not raise."""
    (tmp_path / "encryption.keys").mkdir(mode=0o700)

    assert isinstance(KeyFile(tmp_path / "encryption.keys").current(), KeyProblem)


async def test_the_service_starts_with_unusable_keys_and_says_so(storage: Storage) -> None:
    """Garbage instead of keys is a warning at the start: what needs no key works."""
    unusable = replace(storage, encryption_keys=("garbage",))
    async with started(unusable, startup.EmailTestRules()) as start:
        assert 1 == len(start.warnings)
        assert "POSTLEDGER_ENCRYPTION_KEYS" in start.warnings[0]
        assert "garbage" not in start.warnings[0]


async def test_the_service_starts_without_the_old_key_and_says_so(storage: Storage) -> None:
    """A stored password that no key opens is named at the start."""
    async with open_desk(storage, GivenKeys(storage.encryption_keys)) as desk:
        await _saved(desk)

    other = replace(storage, encryption_keys=(new_key(),))
    async with started(other, startup.EmailTestRules()) as start:
        assert 1 == len(start.warnings)
        assert "smtpPassword" in start.warnings[0]


@asynccontextmanager
async def _beside(desk: Desk, storage: Storage) -> AsyncIterator[Runtime]:
    """What a command beside the service has: its own connections, its own look at the keys."""
    async with open_runtime(storage) as opened:
        yield replace(opened, keys=KeyFile(_file(desk).path), clock=desk.clock)


async def test_rotation_disturbs_nobody(desk: Desk, storage: Storage) -> None:
    """While keys are changed beside it, every read finds the password and every test sends it."""
    async with recording() as recorder, _beside(desk, storage) as command:
        await _saved(desk, recorder.port)
        before = await desk.sql("SELECT key_id, ciphertext FROM stored_secret")
        states: list[str] = []
        signed_in: list[bool] = []

        async def reader() -> None:
            states.extend([await _state(desk) for _ in range(READS // 10)])

        async def tester() -> None:
            for _ in range(READS // 50):
                sent = await desk.test(depth="AUTHENTICATE")
                signed_in.append(sent["testEmail"]["outcome"] == "REACHED")

        async def rotator() -> None:
            for _ in range(5):
                assert isinstance(await rotate_keys(command, COMMAND_LINE, fresh=True), Rotated)

        async with asyncio.TaskGroup() as together:
            for work in (rotator(), tester(), tester(), *[reader() for _ in range(10)]):
                together.create_task(work)

        assert {"SET"} == set(states)
        assert {True} == set(signed_in)
        assert recorder.connections == recorder.heard.count(SIGNED_IN)
        after = await desk.sql("SELECT key_id, ciphertext FROM stored_secret")
        assert not set(before) & set(after)
        assert 6 == len(_file(desk).path.read_text().split())


async def test_rotation_is_in_the_trail_and_can_be_run_again(desk: Desk) -> None:
    """The event names the new key and counts what was sealed anew; older keys may go then."""
    async with recording() as recorder:
        await _saved(desk, recorder.port)
        rotated = await rotate_keys(desk.runtime, COMMAND_LINE, fresh=True)
        assert isinstance(rotated, Rotated)
        event = (await desk.events())[-1]

        assert ("ENCRYPTION_KEY_CHANGED", "SUCCEEDED") == (event["action"], event["outcome"])
        assert rotated.key_id == json.loads(event["body"])["detail"]["key_id"]
        assert {"smtpPassword", "fingerprintKey"} == set(rotated.resealed.done)
        newest = _file(desk).path.read_text().split()[0]
        _file(desk).path.write_text(newest)
        assert await _signs_in(desk, recorder)
        assert 1 == (await _saved(desk, recorder.port))["smtpPassword"]["version"]


async def test_given_keys_are_rotated_once(storage: Storage) -> None:
    """With the new key in front, a run seals anew; the next one finds nothing and notes nothing."""
    old, new = new_key(), new_key()
    async with open_desk(storage, GivenKeys((old,))) as first:
        await _saved(first)
    async with open_desk(storage, GivenKeys((new, old))) as second:
        await rotate_keys(second.runtime, COMMAND_LINE, fresh=True)
        events = await second.events()
        again = await rotate_keys(second.runtime, COMMAND_LINE, fresh=True)

        assert isinstance(again, Rotated)
        assert ((), ()) == (again.resealed.done, again.resealed.unreadable)
        assert events == await second.events()
    async with open_desk(storage, GivenKeys((new,))) as third:
        assert "SET" == await _state(third)


async def test_rotation_names_what_it_cannot_open(desk: Desk) -> None:
    """A secret under a lost key stays as it is, and is named for whoever has to enter it again."""
    await _saved(desk)
    _file(desk).path.write_text(new_key())
    rotated = await rotate_keys(desk.runtime, COMMAND_LINE, fresh=True)

    assert isinstance(rotated, Rotated)
    assert ("smtpPassword",) == rotated.resealed.unreadable
    assert "UNREADABLE" == await _state(desk)


@pytest.mark.parametrize("text", [None, "garbage", ""])
async def test_rotation_leaves_a_broken_file_alone(desk: Desk, text: str | None) -> None:
    """Where the keys cannot be used, rotation says why and changes nothing."""
    await _saved(desk)
    if text is None:
        _file(desk).path.unlink()
    else:
        _file(desk).path.write_text(text)

    assert isinstance(await rotate_keys(desk.runtime, COMMAND_LINE, fresh=True), KeyProblem)
    assert text == (_file(desk).path.read_text() if text is not None else None)
    assert "ENCRYPTION_KEY_CHANGED" not in {event["action"] for event in await desk.events()}


def test_two_rotations_at_once_keep_each_others_key(tmp_path: Path) -> None:
    """However many put a key in at the same moment, none is lost."""
    path = key_file(tmp_path).path
    with ThreadPoolExecutor(4) as threads:
        list(threads.map(lambda _: KeyFile(path).add(), range(20)))

    assert 21 == len(set(path.read_text().split()))
    assert 0o600 == path.stat().st_mode & 0o777
