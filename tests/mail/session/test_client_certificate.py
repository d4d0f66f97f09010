import os
import tempfile
from dataclasses import replace
from pathlib import Path

import pytest

from mail.network.tls import client_certificate
from mail.report.report import EmailTestDepth, EmailTestOutcome
from tests.support.mail.scripted import Script
from tests.support.mail.secrets import assert_no_secret
from tests.support.mail.world import World

pytestmark = pytest.mark.anyio


@pytest.mark.parametrize("certificate", ["wants_certificate", "wants_certificate_by_tls12"])
async def test_a_server_that_requires_a_certificate_accepts_the_client(
    world: World, certificate: str
) -> None:
    """With its certificate and key, the client passes a server that requires them."""
    client = world.certificates.client
    account = replace(world.account, client_certificate=client.chain, client_key=client.key)
    async with world.serving({587: Script(certificate=certificate)}):
        report = await world.attempt(account, on_progress=assert_no_secret)

    assert EmailTestOutcome.ACCEPTED == report.outcome, report.diagnosis


async def test_a_server_that_requires_no_certificate_gets_none(world: World) -> None:
    """A certificate in the settings does no harm with a server that does not ask for it."""
    client = world.certificates.client
    account = replace(world.account, client_certificate=client.chain, client_key=client.key)
    async with world.serving({587: Script()}):
        report = await world.attempt(account, EmailTestDepth.CONNECT)

    assert EmailTestOutcome.REACHED == report.outcome, report.diagnosis


@pytest.mark.parametrize("way", ["memory", "folder"])
async def test_the_key_leaves_no_file_behind(
    world: World, way: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """The private key is in no folder after the attempt, and in no open file."""
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    monkeypatch.setattr(client_certificate, "_IN_MEMORY", tmp_path)
    if way == "folder":
        monkeypatch.delattr(os, "memfd_create", raising=False)
    client = world.certificates.client
    account = replace(world.account, client_certificate=client.chain, client_key=client.key)
    async with world.serving({587: Script(certificate="wants_certificate")}):
        report = await world.attempt(account)

    assert EmailTestOutcome.ACCEPTED == report.outcome, report.diagnosis
    assert [] == _files_in(tmp_path)
    assert not [each for each in _open_files() if "client" in each]


def _files_in(folder: Path) -> list[Path]:
    return list(folder.rglob("*"))


def _open_files() -> list[str]:
    folder = Path("/proc/self/fd")
    if not folder.is_dir():
        return []
    return [str(each.readlink()) for each in folder.iterdir() if each.is_symlink()]
