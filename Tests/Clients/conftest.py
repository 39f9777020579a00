"""Fixtures: daemons that stand for one test or one module, and clients for them."""

import contextlib

import openai
import pytest

from daemon import Daemon


@contextlib.contextmanager
def daemons(directory):
    """A function that starts daemons, all of which are stopped and checked at the end."""
    started = []

    def start(**sections):
        daemon = Daemon(directory / f"daemon{len(started)}", **sections)
        started.append(daemon)
        return daemon.start()

    with contextlib.ExitStack() as stack:
        try:
            yield start
        finally:
            for daemon in started:
                stack.callback(daemon.stop)
                stack.callback(show_log, daemon)


def show_log(daemon):
    """Printed by pytest when the test has failed."""
    if daemon.log_file.exists():
        print(f"the end of {daemon.log_file}:", *daemon.log.splitlines()[-60:], sep="\n  ")


@pytest.fixture
def start(tmp_path):
    """start(server={…}, …): a daemon for this test alone."""
    with daemons(tmp_path) as start:
        yield start


@pytest.fixture(scope="module")
def daemon(tmp_path_factory):
    """A daemon that the tests of a module share, because they do not disturb it; `m` has no agent of its own."""
    with daemons(tmp_path_factory.mktemp("shared")) as start:
        yield start(agent_models=["m", "nobody"])


@pytest.fixture
def client(daemon):
    """OpenAI's client of the shared daemon, which does not try again."""
    with openai.OpenAI(**options(daemon)) as client:
        yield client


@pytest.fixture
async def async_client(daemon):
    async with openai.AsyncOpenAI(**options(daemon)) as client:
        yield client


def options(daemon):
    return {"base_url": f"{daemon.base_url}/v1", "api_key": daemon.key, "max_retries": 0, "timeout": 20}
