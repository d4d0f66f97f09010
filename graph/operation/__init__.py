"""From a request to an answer, whichever transport it came by.

- The request: `request`. Its document: `reading`, `trusted_documents`, `document_hash`.
- What it may ask for: `selections`, `cost`. Executing it: `execution`. All of it together: `edge`.
"""
