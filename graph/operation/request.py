"""A GraphQL request as a client sends it: in a JSON body, a query string or a WebSocket message."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Final, NoReturn

from graph.refusal import HttpRefusal, bad_request

Json = str | int | float | bool | None | list["Json"] | dict[str, "Json"]

_HASH_EXTENSION: Final = "persistedQuery"


@dataclass(frozen=True, slots=True)
class GraphQLRequest:
    """A request. Its repr leaves out the query and the variables, which may contain a password.

    `document_id` identifies a trusted document. It is sent as `documentId`, or as Apollo's
    `extensions.persistedQuery.sha256Hash`.
    """

    query: str | None = field(repr=False)
    operation_name: str | None = None
    variables: Mapping[str, Json] = field(default_factory=dict, repr=False)
    document_id: str | None = None

    def with_query(self, query: str) -> "GraphQLRequest":
        """Returns the same request with the query that its `document_id` identifies."""
        return replace(self, query=query)


def read_json(text: str | bytes) -> Json | HttpRefusal:
    """Parses JSON (RFC 8259) into values that the rest of the service can process.

    Bytes must be UTF-8: Python's parser would also read UTF-16 and UTF-32. It also accepts `NaN`,
    which is not JSON, and lone surrogates, which neither the databases nor UTF-8 can store. All of
    these are refused here.
    """
    try:
        if isinstance(text, bytes):
            # A byte order mark is allowed, and ignored (RFC 8259, section 8.1).
            text = text.decode("utf-8-sig")
        decoded: Json = json.loads(text, parse_constant=_refuse_constant)
        if "\\u" in text:
            # Surrogates can only be written as escapes, \ud800 to \udfff.
            json.dumps(decoded, ensure_ascii=False).encode()
    except (ValueError, RecursionError):
        return bad_request("This is not valid JSON in UTF-8.")
    return decoded


def request_of(document: Json) -> GraphQLRequest | HttpRefusal:
    """Builds a request from a JSON document."""
    if isinstance(document, list):
        return bad_request("Send one operation per request: batches are not supported.")
    if not isinstance(document, dict):
        return bad_request("A GraphQL request is a JSON object with a `query`.")
    query, name = document.get("query"), document.get("operationName")
    variables, extensions = document.get("variables"), document.get("extensions")
    document_id = document.get("documentId")
    for key, value in {"query": query, "operationName": name, "documentId": document_id}.items():
        if not isinstance(value, str | None):
            return bad_request(f"`{key}` must be a string.")
    for key, value in {"variables": variables, "extensions": extensions}.items():
        if not isinstance(value, dict | None):
            return bad_request(f"`{key}` must be an object.")
    identifier = document_id or _hash(extensions)
    if not query and identifier is None:
        return bad_request("A GraphQL request needs a `query`.")
    return GraphQLRequest(
        query=_text(query) or None,
        operation_name=_text(name) or None,
        variables=variables if isinstance(variables, dict) else {},
        document_id=_text(identifier),
    )


def request_of_parameters(parameters: Mapping[str, str]) -> GraphQLRequest | HttpRefusal:
    """Builds a request from a query string, whose `variables` and `extensions` are JSON."""
    document: dict[str, Json] = {
        key: parameters[key]
        for key in ("query", "operationName", "documentId")
        if key in parameters
    }
    for key in ("variables", "extensions"):
        if parameters.get(key):
            value = read_json(parameters[key])
            if isinstance(value, HttpRefusal):
                return bad_request(f"`{key}` is not JSON.")
            document[key] = value
    return request_of(document)


def _hash(extensions: Json) -> str | None:
    persisted = extensions.get(_HASH_EXTENSION) if isinstance(extensions, dict) else None
    found = persisted.get("sha256Hash") if isinstance(persisted, dict) else None
    return _text(found)


def _text(value: Json) -> str | None:
    return value if isinstance(value, str) else None


def _refuse_constant(name: str) -> NoReturn:
    raise ValueError(f"{name} is not JSON")
