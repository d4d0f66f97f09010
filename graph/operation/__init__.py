"""From a request to an answer, over any transport.

- The request: `request`. Its document: `reading`, `trusted_documents`, `document_hash`.
- Limits on the document: `selections`, `cost`. Its execution: `execution`. All together: `edge`.
"""
