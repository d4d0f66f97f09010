import pytest

from tests.mail.world import World


@pytest.fixture
def anyio_backend() -> str:
    """Tests run on asyncio."""
    return "asyncio"


@pytest.fixture(scope="session")
def made_world() -> World:
    """The certificates, made once."""
    return World()


@pytest.fixture
def world(made_world: World) -> World:
    """A world without servers yet."""
    made_world.ports.clear()
    return made_world
