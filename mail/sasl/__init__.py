"""The SASL mechanisms for signing in (RFC 4422, RFC 4954).

- Choosing a mechanism, and PLAIN, LOGIN, CRAM-MD5 and XOAUTH2: `mechanisms`. NTLM: `ntlm`.
- A challenge that a mechanism cannot answer: `unanswerable`.
"""
