"""To which recipients tests may be sent if their domains are limited."""

import pytest

from service.process.email_test_limits import EmailTestLimits
from service.values.names import normal_address

LIMITS = EmailTestLimits(
    recipient_domains=("Example.org", "bücher.example", "strasse.example", "[192.0.2.1]")
)


@pytest.mark.parametrize(
    ("recipient", "allowed"),
    [
        ("ada@EXAMPLE.org", True),
        ('"ada l"@example.org', True),
        ("ada@xn--bcher-kva.example", True),
        ("ada@bücher.example", True),
        ("ada@[192.0.2.1]", True),
        ("ada@example.net", False),
        ("ada@mail.example.org", False),
        ("ada@straße.example", False),
        ("ada@[192.0.2.2]", False),
        ("ada@[IPv6:2001:db8::1]", False),
        ('"ada@example.org"@example.net', False),
        ('"ada@example.net"@example.org', False),
        ("ada%example.net@example.org", False),
        ("example.net!ada@example.org", False),
        ("root@localhost", False),
    ],
)
def test_only_the_listed_domains_are_reached(recipient: str, *, allowed: bool) -> None:
    """A recipient needs a listed domain after its last @, and no route to another before it."""
    normal = normal_address(recipient)

    assert normal is not None
    assert allowed == LIMITS.allows_recipient(normal)
    assert EmailTestLimits().allows_recipient(normal)
