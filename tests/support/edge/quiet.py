"""Mail tools without a network, for operations with generated values."""

import socket
from collections.abc import Sequence
from typing import Final

from mail.network.destinations import IPAddress
from mail.network.network import Network
from mail.session.tools import Tools


async def _no_address(_host: str, _port: int) -> Sequence[IPAddress]:
    raise OSError("no such host")


async def _no_connection(_address: IPAddress, _port: int) -> socket.socket:
    raise ConnectionRefusedError("no server listens")


QUIET: Final = Tools(Network(resolver=_no_address, dial=_no_connection))
