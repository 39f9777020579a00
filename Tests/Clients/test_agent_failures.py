"""Every way in which an agent fails, as each kind of client is told (DESIGN.md §5).

Before the first byte a failure has its status, stream or not; after it, it is the last event of the stream.
"""

import asyncio
import contextlib
import json
import os
import signal

import httpx
import pytest
from websockets.exceptions import ConnectionClosed

import shapes
from agents import Agent
from daemon import daemons

pytestmark = pytest.mark.integration

MESSAGE_LIMIT = 10 << 20
HELLO = [{"role": "user", "content": "hello"}]

AGENT_ERROR = (500, "api_error", "agent_error")
SILENCE = (504, "timeout_error", "upstream_timeout")
NOBODY = (503, "service_error", "agent_unavailable")

PATHS = {"openai": "/v1/chat/completions", "ollama": "/api/chat"}


@pytest.fixture(scope="module")
def daemon(tmp_path_factory):
    """One that does not wait long for an answer, nor for more of it."""
    with daemons(tmp_path_factory.mktemp("failures")) as start:
        patience = {"response_timeout": "300ms", "stream_gap_timeout": "300ms"}
        yield start(bridge=patience, agent_models=["m", "nobody"])


# What an agent does to fail


async def leaves(agent, invoke, send):
    await agent.socket.close()


async def is_cut_off(agent, invoke, send):
    agent.socket.transport.abort()


async def says_an_error(agent, invoke, send):
    await send("error", error={"code": "no_space", "message": "its disk is full", "details": {"free": 0}})


async def calls_it_off(agent, invoke, send):
    await send("error", error={"code": "cancelled", "message": "somebody pressed Escape"})


async def says_nothing(agent, invoke, send):
    """No answer in time, or no more of it."""


async def says_cancel(agent, invoke, send):
    """It will not answer."""
    await send("cancel")


async def says_nonsense(agent, invoke, send):
    """It is told so, and so is the client."""
    await agent.socket.send("{")
    await send("model_result", choices="none")
    await send("model_stream_chunk", chunk=7, finished=True)


async def says_too_much(agent, invoke, send):
    with contextlib.suppress(ConnectionClosed):
        await agent.socket.send("x" * (MESSAGE_LIMIT + 1))


async def loses_the_bridge(agent, invoke, send):
    os.kill(agent.bridge, signal.SIGKILL)


FAILURES = {
    "left": (leaves, AGENT_ERROR, "disconnected"),
    "cut off": (is_cut_off, AGENT_ERROR, "disconnected"),
    "error frame": (says_an_error, AGENT_ERROR, "its disk is full"),
    "called off": (calls_it_off, AGENT_ERROR, "somebody pressed Escape"),
    "silent": (says_nothing, SILENCE, "did not answer in time"),
    "cancel frame": (says_cancel, AGENT_ERROR, "has given the request up"),
    "bad frame": (says_nonsense, AGENT_ERROR, "it sent nonsense"),
    "too large frame": (says_too_much, AGENT_ERROR, "disconnected"),
    "bridge killed": (loses_the_bridge, AGENT_ERROR, "connection to the agent was lost"),
}


class Script:
    """Fails at once, or after a first word that the client has read."""

    def __init__(self, fail, says_word=False, waits=True):
        self.fail = fail
        self.says_word = says_word
        self.is_read = asyncio.Event()
        if not waits:
            self.is_read.set()

    async def __call__(self, invoke, send):
        if self.says_word:
            await send("model_stream_chunk", chunk={"delta": {"content": "first"}}, finished=False)
            await self.is_read.wait()
        await self.fail(self.agent, invoke, send)


async def asked(daemon, script, dialect, streams):
    """The whole response to a request that `script` answers."""
    body = {"model": "m", "messages": HELLO, "stream": streams}
    http = httpx.AsyncClient(base_url=daemon.base_url, headers=daemon.headers, timeout=20)
    async with Agent(daemon, script=script) as script.agent, http:
        script.agent.bridge = daemon.bridge
        content = b""
        async with http.stream("POST", PATHS[dialect], json=body) as response:
            async for piece in response.aiter_bytes():
                content += piece
                script.is_read.set()
        return httpx.Response(response.status_code, headers=response.headers, content=content)


def check_refusal(response, dialect, expected, words):
    status, type, code = expected
    if dialect == "openai":
        message = shapes.openai_error(response, status, type, code)["message"]
    else:
        message = shapes.ollama_error(response, status)
    assert words in message


MOMENTS = {
    "whole": {"streams": False, "says_word": False},
    "whole, begun": {"streams": False, "says_word": True},
    "stream": {"streams": True, "says_word": False},
}


@pytest.mark.parametrize("dialect", PATHS)
@pytest.mark.parametrize("streams", [False, True], ids=["whole", "stream"])
def test_without_an_agent_a_model_is_unavailable(daemon, dialect, streams):
    body = {"model": "nobody", "messages": HELLO, "stream": streams}
    response = httpx.post(daemon.base_url + PATHS[dialect], json=body, headers=daemon.headers)
    check_refusal(response, dialect, NOBODY, "no agent is connected for model 'nobody'")
    assert response.headers["retry-after"] == "2"


@pytest.mark.parametrize("dialect", PATHS)
@pytest.mark.parametrize("moment", MOMENTS.values(), ids=MOMENTS)
@pytest.mark.parametrize(("fail", "expected", "words"), FAILURES.values(), ids=FAILURES)
async def test_before_the_first_byte_a_failure_has_its_status(daemon, fail, expected, words, moment, dialect):
    script = Script(fail, moment["says_word"], waits=False)
    response = await asked(daemon, script, dialect, moment["streams"])
    check_refusal(response, dialect, expected, words)
    assert (response.headers.get("x-should-retry") == "false") == (expected is SILENCE)


@pytest.mark.parametrize("dialect", PATHS)
@pytest.mark.parametrize(("fail", "expected", "words"), FAILURES.values(), ids=FAILURES)
async def test_after_the_first_byte_a_failure_ends_the_stream(daemon, fail, expected, words, dialect):
    response = await asked(daemon, Script(fail, says_word=True), dialect, streams=True)
    assert response.status_code == 200
    _, type, code = expected
    if dialect == "openai":
        first, last = (json.loads(event) for event in shapes.events(response.text))
        assert shapes.check(first, shapes.CHUNK)["choices"][0]["delta"]["content"] == "first"
        error = shapes.check(last, shapes.ERROR_EVENT)["error"]
        assert (error["type"], error["code"]) == (type, code)
        message = error["message"]
    else:
        first, last = (json.loads(line) for line in response.text.splitlines())
        assert shapes.check(first, shapes.CHAT_LINE)["message"]["content"] == "first"
        message = shapes.check(last, shapes.OLLAMA_ERROR)["error"]
    assert words in message
