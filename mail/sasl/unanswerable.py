"""What a mechanism says when it is asked for something that it has no answer to."""


class UnanswerableError(Exception):
    """The server's challenge is not one of this mechanism's."""
