"""Who is calling, from where, and how often.

- The request's id and client: `entrance`, behind `proxies`. Signing in: `gate`. Limits: `rate`.
"""
