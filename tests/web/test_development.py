"""The instructions for developers of the playground."""

import re

import pytest

from graph.config import Config
from tests.support.root import ROOT

WEB = ROOT / "web"


@pytest.mark.parametrize("name", ["README.md", "vite.config.ts"])
def test_the_port_of_the_service(name: str) -> None:
    """The instructions and the proxy use the port on which the service listens by default."""
    text = (WEB / name).read_text(encoding="utf-8")
    ports = re.findall(r"(?:port |127\.0\.0\.1:)(\d+)", text)

    assert [str(Config.model_fields["port"].default)] == ports
