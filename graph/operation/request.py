"""A GraphQL request as a client sends it: in a JSON body, in a query string, over a WebSocket."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Final, NoReturn

from graph.refusal import HttpRefusal, bad_request

Json = str | int | float | bool | None | list["Json"] | dict[str, "Json"]

_HASH_EXTENSION: Final = "persistedQuery"


@dataclass(frozen=True, slots=True)
class GraphQLRequest:
    """What is asked. Texts and variables are left out of its repr: they may hold a password.

    `document_id` names a trusted document, be it by `documentId` or by Apollo's
    `extensions.persistedQuery.sha256Hash`.
    """

    query: str | None = field(repr=False)
    operation_name: str | None = None
    variables: Mapping[str, Json] = field(default_factory=dict, repr=False)
    document_id: str | None = None

    def having(self, query: str) -> "GraphQLRequest":
        """The same request with the text that its `document_id` stands for."""
        return replace(self, query=query)


def read_json(text: str | bytes) -> Json | HttpRefusal:
    """JSON (RFC 8259) that everything behind this can take.

    Python's reader takes more than JSON has (`NaN`), and gives lone surrogates, which no database
    and no UTF-8 can hold.
    """
    try:
        decoded: Json = json.loads(text, parse_constant=_refuse_constant)
        if _may_have_surrogates(text):
            json.dumps(decoded, ensure_ascii=False).encode()
    except (ValueError, RecursionError):
        return bad_request("This is not JSON in UTF-8.")
    return decoded


def request_of(document: Json) -> GraphQLRequest | HttpRefusal:
    """The request that a JSON document tells."""
    if isinstance(document, list):
        return bad_request("Send one operation a request: a batch is not taken.")
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
    """The request that a query string tells; `variables` and `extensions` are JSON texts in it."""
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


def _may_have_surrogates(text: str | bytes) -> bool:
    # They can only come as escapes: \ud800 to \udfff. In bytes they are not UTF-8.
    return ("\\u" if isinstance(text, str) else b"\\u") in text  # type: ignore[operator] # both of one kind
