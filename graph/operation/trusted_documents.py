"""Trusted documents: texts that the service knows by an id. If configured, it runs only these.

A request identifies a document by `documentId` (GraphQL over HTTP, appendix "Persisted documents")
or by `extensions.persistedQuery.sha256Hash`, as Apollo's clients do.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path

from graphql import GraphQLError

from graph.errors import coded
from graph.operation.request import GraphQLRequest
from service.operate import CannotStartError

_PREFIX = "sha256:"


@dataclass(frozen=True, slots=True)
class TrustedDocuments:
    """The known texts by id.

    Attributes:
        texts: each text, by its id in the manifest and by its SHA-256 (hexadecimal).
        only: whether the service refuses all other texts.
    """

    texts: Mapping[str, str] = field(default_factory=dict)
    only: bool = False

    def resolve(self, request: GraphQLRequest) -> GraphQLRequest | GraphQLError:
        """Returns the request with the text that its id identifies, or why it is refused."""
        known = self._known(request)
        if known is not None:
            return request.with_query(known)
        if request.query is None or self.only:
            return coded("PERSISTED_QUERY_NOT_FOUND", "PersistedQueryNotFound")
        if request.document_id is not None and _digest(request.query) != _bare(request.document_id):
            return coded(
                "BAD_REQUEST", "The query differs from the document that its id identifies."
            )
        return request

    def _known(self, request: GraphQLRequest) -> str | None:
        if request.document_id is not None:
            return self.texts.get(_bare(request.document_id))
        return self.texts.get(_digest(request.query)) if self.only and request.query else None


def load_trusted_documents(path: Path | None) -> TrustedDocuments:
    """Reads a manifest: a JSON object of ids and texts, as Relay and graphql-codegen write it.

    Raises:
        CannotStartError: the file is not such a manifest.
    """
    if path is None:
        return TrustedDocuments()
    try:
        manifest = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise CannotStartError(f"POSTLEDGER_TRUSTED_DOCUMENTS: {path}: {error}.") from None
    if not isinstance(manifest, dict) or not all(
        isinstance(each, str) for each in manifest.values()
    ):
        raise CannotStartError(
            f"POSTLEDGER_TRUSTED_DOCUMENTS: {path} is not a JSON object of ids and query texts."
        )
    texts = {_bare(name): text for name, text in manifest.items()}
    texts |= {_digest(text): text for text in manifest.values()}
    return TrustedDocuments(texts, only=True)


def _bare(document_id: str) -> str:
    return document_id.removeprefix(_PREFIX)


def _digest(text: str) -> str:
    return sha256(text.encode("utf-8", "surrogatepass")).hexdigest()
