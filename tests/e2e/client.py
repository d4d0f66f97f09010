"""A client of the GraphQL API that keeps every byte of every answer."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, TypeAlias

import httpx2

from tests.e2e.processes import DEADLINE

Json: TypeAlias = dict[str, Any]
"""JSON as the service sent it; the tests check its contents."""


@dataclass(frozen=True, slots=True)
class Answer:
    """An answer of the service."""

    status: int
    body: Json

    @property
    def data(self) -> Json:
        """The data of an answer without errors.

        Raises:
            AssertionError: the answer has errors.
        """
        if "errors" in self.body:
            raise AssertionError(f"the answer has errors: {self.body['errors']}")
        data: Json = self.body["data"]
        return data

    @property
    def codes(self) -> list[str]:
        """The errors' codes, in order."""
        return [error["extensions"]["code"] for error in self.body.get("errors", [])]

    @property
    def messages(self) -> str:
        """The errors' messages."""
        return "\n".join(error["message"] for error in self.body.get("errors", []))


@dataclass(slots=True)
class Client:
    """A caller with a token, or without one."""

    address: str
    token: str | None = None
    received: list[bytes] = field(default_factory=list)
    _http: httpx2.Client = field(default_factory=lambda: httpx2.Client(timeout=DEADLINE))

    def bearing(self, token: str | None) -> "Client":
        """Returns a client with another token that keeps answers in the same list."""
        return Client(self.address, token, self.received, self._http)

    def ask(self, query: str, **variables: object) -> Answer:
        """Sends an operation."""
        return self.ask_with(query, variables)

    def ask_with(self, query: str, variables: Mapping[str, object]) -> Answer:
        """Sends an operation with variables of any names."""
        return self._read(
            self._http.post(
                self.address,
                json={"query": query, "variables": variables},
                headers=self._headers(),
            )
        )

    def send(self, body: bytes) -> Answer:
        """Sends a raw body."""
        headers = self._headers() | {"Content-Type": "application/json"}
        return self._read(self._http.post(self.address, content=body, headers=headers))

    def get(self, path: str) -> int:
        """Fetches another path of the service; returns the answer's status."""
        response = self._http.get(str(httpx2.URL(self.address).join(path)), headers=self._headers())
        self._remember(response)
        return response.status_code

    def close(self) -> None:
        """Closes the connections."""
        self._http.close()

    def _headers(self) -> dict[str, str]:
        return {} if self.token is None else {"Authorization": f"Bearer {self.token}"}

    def _read(self, response: httpx2.Response) -> Answer:
        self._remember(response)
        body: Json = response.json()
        return Answer(response.status_code, body)

    def _remember(self, response: httpx2.Response) -> None:
        headers = b"\n".join(b": ".join(pair) for pair in response.headers.raw)
        self.received.append(headers + b"\n\n" + response.content)
