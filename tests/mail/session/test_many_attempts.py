import os
from collections.abc import Mapping, Sequence
from dataclasses import replace

import pytest

from mail.account import Account, OAuth2, TlsMode
from mail.oauth2.tokens import Tokens
from mail.report.codes import Code
from mail.report.report import EmailTestDepth
from mail.secret import Secret
from tests.support.desk import THOROUGH
from tests.support.mail.client_hello import ALPN, KEY_SHARE, offered_by
from tests.support.mail.scripted import Script
from tests.support.mail.token_server import TOKEN_HOST, TokenScript, TokenServer, denied
from tests.support.mail.world import World

pytestmark = pytest.mark.anyio

ATTEMPTS = 1000 if THOROUGH or os.environ.get("CI") else 60
HELLO_PORT = 465


async def test_attempts_do_not_change_the_handshakes_after_them(world: World) -> None:
    """After many attempts with and without tokens, a ClientHello offers the same as the first.

    Exim and nginx refuse a client that offers an application protocol, as HTTP clients do.
    """
    probe = replace(world.account, port=HELLO_PORT, tls_mode=TlsMode.IMPLICIT)
    first = await offered_by(world, probe)
    client = world.certificates.client
    identified = replace(probe, client_certificate=client.chain, client_key=client.key)
    first_identified = await offered_by(world, identified)

    granting = TokenServer(TokenScript(), world.context())
    denying = TokenServer(TokenScript(401, denied("invalid_client")), world.context())
    scripts = {587: Script(auth="PLAIN XOAUTH2"), 588: Script(certificate="self_signed")}
    async with granting.running(), denying.running(), world.serving(scripts):
        await _attempt_all(world, (granting.port, denying.port))

    last = await offered_by(world, probe)
    assert _compared(first) == _compared(last)
    assert _compared(first_identified) == _compared(await offered_by(world, identified))
    assert ALPN not in last


async def _attempt_all(world: World, token_ports: tuple[int, int]) -> None:
    kinds = _kinds(world.account, token_ports)
    found = set()
    for number in range(ATTEMPTS):
        tools = replace(world.tools, tokens=Tokens())  # requests a token each time
        account = kinds[number % len(kinds)]
        report = await world.attempt(account, EmailTestDepth.AUTHENTICATE, tools=tools)
        found.add(report.diagnosis.code if report.diagnosis else "")
    assert {
        "",
        Code.TOKEN_CLIENT_REJECTED,
        Code.TOKEN_ENDPOINT_NOT_TRUSTED,
        Code.CERTIFICATE_SELF_SIGNED,
    } == found


def _kinds(plain: Account, token_ports: tuple[int, int]) -> Sequence[Account]:
    """Returns accounts that pass and fail, by password and by token, with and without trust."""
    granted, denied_ = (
        OAuth2(f"https://{TOKEN_HOST}:{port}/token", "postledger", Secret("made-up"))
        for port in token_ports
    )
    return (
        plain,
        replace(plain, oauth2=granted),
        replace(plain, oauth2=denied_),
        replace(plain, oauth2=granted, trusted_certificates=()),
        replace(plain, port=588),
    )


def _compared(extensions: Mapping[int, bytes]) -> list[tuple[int, bytes]]:
    """Returns the extensions in their order, without the keys of the handshake."""
    return [(number, b"" if number == KEY_SHARE else each) for number, each in extensions.items()]
