"""Who is calling, from which address, and how often.

- The request's id and client: `request_context`; addresses behind proxies: `proxies`.
- Authentication: `authenticator`. Rate limits: `rate`.
"""
