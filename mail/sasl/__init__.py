"""The SASL mechanisms that can sign in (RFC 4422, RFC 4954).

- Choosing one, and PLAIN, LOGIN, CRAM-MD5 and XOAUTH2: `mechanisms`. NTLM: `ntlm`.
- A challenge that a mechanism cannot answer: `unanswerable`.
"""
