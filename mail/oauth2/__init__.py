"""Access tokens for XOAUTH2, by the client-credentials grant (RFC 6749, section 4.4).

- Requesting and caching them: `tokens`. What the endpoint's response means: `response`.
"""
