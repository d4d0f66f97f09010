import pytest

from tests.support.mail.certificates import MadeCertificates
from tests.support.mail.world import World


@pytest.fixture
def anyio_backend() -> str:
    """Tests run on asyncio."""
    return "asyncio"


@pytest.fixture(scope="session")
def certificates() -> MadeCertificates:
    """The certificates, made once."""
    return MadeCertificates()


@pytest.fixture
def world(certificates: MadeCertificates) -> World:
    """A world without servers yet."""
    return World(certificates)
