"""The check that a report contains no secret."""

import base64
from urllib.parse import quote

from mail.report.report import Report
from tests.mail.diagnosis.fault import CLIENT_SECRET
from tests.support.mail.token_server import TOKEN
from tests.support.mail.world import PASSWORD


def assert_no_secret(report: Report) -> None:
    """Checks that a report contains no secret, in plain text or in a common encoding."""
    text = repr(report)
    assert "PRIVATE KEY" not in text
    for secret in (PASSWORD, CLIENT_SECRET, TOKEN):
        raw = secret.encode()
        assert secret not in text
        assert quote(secret, safe="") == secret or quote(secret, safe="") not in text
        for shift in range(3):
            encoded = base64.b64encode(b"\0" * shift + raw).decode()
            assert encoded[4:-4] not in text
