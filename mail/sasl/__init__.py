"""The SASL mechanisms for signing in (RFC 4422, RFC 4954).

- Choosing a mechanism: `choice`. Making its client: `mechanisms`. What every client has: `client`.
- PLAIN, LOGIN and CRAM-MD5: `passwords`. SCRAM: `scram`. NTLM: `ntlm`.
- XOAUTH2 and OAUTHBEARER: `bearer`. Names in their messages and SCRAM's: `names`.
- A challenge that a mechanism cannot answer: `unanswerable`.
"""
