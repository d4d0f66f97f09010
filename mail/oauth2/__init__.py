"""Access tokens for XOAUTH2, by the client-credentials grant (RFC 6749, section 4.4).

- Requesting and keeping them: `tokens`. What the endpoint's answer means: `answer`.
"""
