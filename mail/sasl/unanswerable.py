"""The error of a mechanism that has no answer to the server's challenge."""


class UnanswerableError(Exception):
    """The server's challenge is not valid for this mechanism."""
