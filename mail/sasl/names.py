"""Names as GS2 headers and SCRAM messages write them (RFC 5802 §5.1)."""


def escaped(name: str) -> str:
    """Returns `name` with `=` as `=3D` and `,` as `=2C`, because a comma ends the name."""
    return name.replace("=", "=3D").replace(",", "=2C")
