import pytest

from tests.support.mail.certificates import MadeCertificates
from tests.support.mail.world import World


@pytest.fixture
def anyio_backend() -> str:
    """Runs the tests on asyncio."""
    return "asyncio"


@pytest.fixture(scope="session")
def certificates() -> MadeCertificates:
    """Creates the certificates once for all tests."""
    return MadeCertificates()


@pytest.fixture
def world(certificates: MadeCertificates) -> World:
    """Creates a world without servers."""
    return World(certificates)
