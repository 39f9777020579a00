"""Fixtures: daemons that stand for one test or one module, and clients for them."""

import pytest

from agents import Gate
from clients import new_async_client, new_client
from daemon import daemons
from upstream import Upstream


@pytest.fixture
def start(tmp_path):
    """start(server={…}, …): a daemon for this test alone."""
    with daemons(tmp_path) as start:
        yield start


@pytest.fixture
def gate():
    """A script that holds its stream open; never left closed, so that its thread ends."""
    gate = Gate()
    yield gate
    gate.open()


@pytest.fixture(scope="module")
def upstream():
    """A provider that the tests of a module share; each says by `upstream.script` how it answers."""
    with Upstream() as upstream:
        yield upstream


@pytest.fixture(scope="module")
def daemon(tmp_path_factory):
    """A daemon that the tests of a module share, because they do not disturb it."""
    with daemons(tmp_path_factory.mktemp("shared")) as start:
        yield start(agent_models=["m", "nobody"])


@pytest.fixture
def client(daemon):
    """OpenAI's client of the shared daemon, which does not try again."""
    with new_client(daemon) as client:
        yield client


@pytest.fixture
async def async_client(daemon):
    async with new_async_client(daemon) as client:
        yield client
