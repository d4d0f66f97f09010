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
    """Without the key file everything but secrets works, and restoring the file is enough."""
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


async def test_a_new_key_needs_the_password_again(desk: Desk) -> None:
    """With a new key file, the stored password is UNREADABLE until it is entered again."""
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


async def test_a_restored_key_restores_the_secret(desk: Desk) -> None:
    """A stored secret survives saves and tests that happen while its key is missing."""
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
    """The message says how to fix the mode, and the fixed file is used without a restart."""
    await _saved(desk)
    _file(desk).path.chmod(mode)

    keys = _file(desk).current()
    assert isinstance(keys, KeyProblem)
    assert f"chmod 600 {_file(desk).path}" in keys.message
    assert "UNREADABLE" == await _state(desk)
    _file(desk).path.chmod(0o600)
    assert "SET" == await _state(desk)


def test_a_key_file_is_readable_by_its_owner_only(tmp_path: Path) -> None:
    """The key file is created once, with mode 0600, and not overwritten later."""
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
def test_garbage_in_the_variable_is_reported_and_not_repeated(garbage: str) -> None:
    """The message names the variable and the position of the key, and never shows its value."""
    problem = GivenKeys((new_key(), garbage)).current()

    assert isinstance(problem, KeyProblem)
    assert "POSTLEDGER_ENCRYPTION_KEYS: key 2 is not base64 of 32 bytes" in problem.message
    assert garbage not in problem.message


@pytest.mark.parametrize(
    "text",
    ["", "\n", "garbage", "\x00\xff", pytest.param(new_key() + " garbage", id="a-key-and-garbage")],
)
def test_garbage_in_the_file_is_reported_and_not_raised(tmp_path: Path, text: str) -> None:
    """A file with anything but keys is reported, and is read again once it is fixed."""
    file = key_file(tmp_path)
    good = file.path.read_text()
    file.path.write_text(text, encoding="latin-1")

    assert isinstance(file.current(), KeyProblem)
    file.path.write_text(good)
    assert isinstance(file.current(), Keyring)


async def test_a_folder_instead_of_the_key_file_is_reported(tmp_path: Path) -> None:
    """A folder at the key file's path is reported as a problem, and raises nothing."""
    (tmp_path / "encryption.keys").mkdir(mode=0o700)

    assert isinstance(KeyFile(tmp_path / "encryption.keys").current(), KeyProblem)


async def test_the_service_starts_with_unusable_keys_and_warns(storage: Storage) -> None:
    """Garbage instead of keys causes a warning at start, and what needs no key works."""
    unusable = replace(storage, encryption_keys=("garbage",))
    async with started(unusable, startup.EmailTestRules()) as start:
        assert 1 == len(start.warnings)
        assert "POSTLEDGER_ENCRYPTION_KEYS" in start.warnings[0]
        assert "garbage" not in start.warnings[0]


async def test_the_service_starts_without_the_old_key_and_warns(storage: Storage) -> None:
    """A warning at start names a stored password that no key opens."""
    async with open_desk(storage, GivenKeys(storage.encryption_keys)) as desk:
        await _saved(desk)

    other = replace(storage, encryption_keys=(new_key(),))
    async with started(other, startup.EmailTestRules()) as start:
        assert 1 == len(start.warnings)
        assert "smtpPassword" in start.warnings[0]


@asynccontextmanager
async def _command(desk: Desk, storage: Storage) -> AsyncIterator[Runtime]:
    """Opens what a command has: its own connections, and its own view of the keys."""
    async with open_runtime(storage) as opened:
        yield replace(opened, keys=KeyFile(_file(desk).path), clock=desk.clock)


async def test_rotation_does_not_disturb_the_service(desk: Desk, storage: Storage) -> None:
    """While a command rotates keys, every read finds the password and every test sends it."""
    async with recording() as recorder, _command(desk, storage) as command:
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
    """The event names the new key; the older keys are no longer needed afterwards."""
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


async def test_configured_keys_are_rotated_once(storage: Storage) -> None:
    """With the new key in front, one rotation seals everything again, and the next does nothing."""
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
    """A secret under a lost key stays as it is, and is named so that it can be entered again."""
    await _saved(desk)
    _file(desk).path.write_text(new_key())
    rotated = await rotate_keys(desk.runtime, COMMAND_LINE, fresh=True)

    assert isinstance(rotated, Rotated)
    assert ("smtpPassword",) == rotated.resealed.unreadable
    assert "UNREADABLE" == await _state(desk)


@pytest.mark.parametrize("text", [None, "garbage", ""])
async def test_rotation_does_not_touch_a_broken_file(desk: Desk, text: str | None) -> None:
    """If the keys cannot be used, rotation says why and changes nothing."""
    await _saved(desk)
    if text is None:
        _file(desk).path.unlink()
    else:
        _file(desk).path.write_text(text)

    assert isinstance(await rotate_keys(desk.runtime, COMMAND_LINE, fresh=True), KeyProblem)
    assert text == (_file(desk).path.read_text() if text is not None else None)
    assert "ENCRYPTION_KEY_CHANGED" not in {event["action"] for event in await desk.events()}


def test_two_rotations_at_once_keep_each_others_key(tmp_path: Path) -> None:
    """No key is lost when several rotations add a key at the same time."""
    path = key_file(tmp_path).path
    with ThreadPoolExecutor(4) as threads:
        list(threads.map(lambda _: KeyFile(path).add(), range(20)))

    assert 21 == len(set(path.read_text().split()))
    assert 0o600 == path.stat().st_mode & 0o777
