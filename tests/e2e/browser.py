"""A headless Chromium, driven over the DevTools protocol the way a person uses a page."""

import asyncio
import json
import re
import shutil
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path
from typing import Any

from websockets.asyncio.client import ClientConnection, connect

CHROMIUM = shutil.which("chromium")

_FLAGS = [
    "--headless",
    "--no-sandbox",  # where the tests run as root
    "--disable-gpu",
    "--disable-dev-shm-usage",
    "--no-first-run",
    # Chromium must send no requests of its own, so that every request is the page's.
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-quic",
    "--disable-sync",
    "--window-size=1440,900",
    "--remote-debugging-port=0",
]
_TIMEOUT_SECONDS = 20

Message = dict[str, Any]
"""A message of the DevTools protocol, as JSON."""


class PageError(Exception):
    """The browser refused a command, or a script in the page threw."""


@dataclass(slots=True)
class Page:
    """One page, with every network request and every complaint of the console."""

    _connection: ClientConnection
    requests: list[str] = field(default_factory=list)
    """Addresses, those of WebSockets and of the page's workers included."""
    complaints: list[str] = field(default_factory=list)
    """Errors and warnings of the console, uncaught exceptions, refusals by the security policy."""
    _session: str | None = None
    _ids: Iterator[int] = field(default_factory=count)
    _replies: dict[int, asyncio.Future[Message]] = field(default_factory=dict)

    async def command(self, method: str, **parameters: object) -> Message:
        """Sends a command of the DevTools protocol and returns its result.

        Raises:
            PageError: the browser refused the command.
        """
        number = next(self._ids)
        expected = self._replies[number] = asyncio.get_running_loop().create_future()
        await self._send(number, method, parameters, self._session)
        async with asyncio.timeout(_TIMEOUT_SECONDS):
            reply = await expected
        if "error" in reply:
            raise PageError(f"{method}: {reply['error']['message']}")
        result: Message = reply["result"]
        return result

    async def evaluate(self, script: str) -> Any:  # noqa: ANN401  # any JSON value
        """Returns the value of a JavaScript expression in the page, or the value of its promise.

        Raises:
            PageError: the script threw.
        """
        answer = await self.command(
            "Runtime.evaluate", expression=script, awaitPromise=True, returnByValue=True
        )
        if "exceptionDetails" in answer:
            raise PageError(json.dumps(answer["exceptionDetails"]))
        return answer["result"].get("value")

    async def wait_for(self, condition: str) -> None:
        """Waits until a JavaScript expression, evaluated on every frame, is true.

        Raises:
            TimeoutError: it was not true within 20 seconds.
        """
        await self.evaluate(
            "new Promise(done => { (function look()"
            f" {{ ({condition}) ? done() : requestAnimationFrame(look) }})() }})"
        )

    async def click(self, selector: str) -> None:
        """Clicks the middle of the first element that matches a CSS selector."""
        spot = await self.evaluate(
            f"(box => [box.x + box.width / 2, box.y + box.height / 2])"
            f"(document.querySelector({json.dumps(selector)}).getBoundingClientRect())"
        )
        for kind in ("mousePressed", "mouseReleased"):
            await self.command(
                "Input.dispatchMouseEvent",
                type=kind,
                x=spot[0],
                y=spot[1],
                button="left",
                clickCount=1,
            )

    async def write(self, text: str) -> None:
        """Inserts text at the cursor, replacing the selection."""
        await self.command("Input.insertText", text=text)

    async def press(self, key: str, code: int, *, control: bool = False) -> None:
        """Presses a key, given by its DOM name and its Windows virtual key code."""
        text = "\r" if key == "Enter" and not control else ""
        for kind in ("keyDown", "keyUp"):
            await self.command(
                "Input.dispatchKeyEvent",
                type=kind,
                text=text,
                key=key,
                code=key if len(key) > 1 else f"Key{key.upper()}",
                windowsVirtualKeyCode=code,
                modifiers=2 if control else 0,
            )

    async def _send(
        self, number: int, method: str, parameters: Message, session: str | None
    ) -> None:
        message: Message = {"id": number, "method": method, "params": parameters}
        if session is not None:
            message["sessionId"] = session
        await self._connection.send(json.dumps(message))

    async def _open(self) -> None:
        target = await self.command("Target.createTarget", url="about:blank")
        attached = await self.command(
            "Target.attachToTarget", targetId=target["targetId"], flatten=True
        )
        self._session = attached["sessionId"]
        for method in ("Page.enable", "Runtime.enable", "Log.enable", "Network.enable"):
            await self.command(method)
        await self.command(
            "Target.setAutoAttach", autoAttach=True, waitForDebuggerOnStart=True, flatten=True
        )

    async def _listen(self) -> None:
        async for raw in self._connection:
            message: Message = json.loads(raw)
            if "method" in message:
                await self._note(message["method"], message["params"])
            elif (expected := self._replies.pop(message["id"], None)) and not expected.done():
                expected.set_result(message)

    async def _note(self, event: str, about: Message) -> None:
        match event:
            case "Target.attachedToTarget" if about["waitingForDebugger"]:
                for method in (
                    "Runtime.enable",
                    "Network.enable",
                    "Runtime.runIfWaitingForDebugger",
                ):
                    await self._send(next(self._ids), method, {}, about["sessionId"])
            case "Network.requestWillBeSent":
                self.requests.append(about["request"]["url"])
            case "Network.webSocketCreated":
                self.requests.append(about["url"])
            case "Runtime.consoleAPICalled" if about["type"] in {"error", "warning", "assert"}:
                self.complaints.append(json.dumps(about["args"]))
            case "Runtime.exceptionThrown":
                self.complaints.append(json.dumps(about["exceptionDetails"]))
            case "Log.entryAdded" if about["entry"]["level"] in {"error", "warning"}:
                self.complaints.append(json.dumps(about["entry"]))


@asynccontextmanager
async def open_page(profile: Path) -> AsyncIterator[Page]:
    """Opens a blank page in a new Chromium, with an empty folder as its profile."""
    assert CHROMIUM is not None
    process = await asyncio.create_subprocess_exec(
        CHROMIUM,
        *_FLAGS,
        f"--user-data-dir={profile}",
        "about:blank",
        stderr=asyncio.subprocess.PIPE,
    )
    try:
        async with connect(await _devtools_address(process), max_size=None) as connection:
            page = Page(connection)
            listening = asyncio.create_task(page._listen())
            try:
                await page._open()
                yield page
            finally:
                listening.cancel()
    finally:
        process.terminate()
        await process.communicate()


async def _devtools_address(process: asyncio.subprocess.Process) -> str:
    assert process.stderr is not None
    lines = []
    async with asyncio.timeout(_TIMEOUT_SECONDS):
        async for line in process.stderr:
            lines.append(line.decode())
            if found := re.match(r"DevTools listening on (ws://\S+)", lines[-1]):
                return found[1]
    raise PageError(f"Chromium ended at once: {''.join(lines)}")
