"""The `websockets` package as an agent: how one registers, and what is refused."""

import asyncio
import contextlib
import json

import httpx
import pytest
from websockets.exceptions import ConnectionClosed

from agents import Agent, answers, choice, open_socket
from configuration import digest, new_key
from waiting import eventually_async

pytestmark = pytest.mark.integration

MESSAGE_LIMIT = 10 << 20


def user(text):
    return [{"role": "user", "content": text}]


async def ask(client, text="hello", model="m", **members):
    answer = await client.chat.completions.create(model=model, messages=user(text), **members)
    return answer.choices[0].message.content


async def refusal(url, *frames):
    """(the code of the error frame or None, the close code) after sending these."""
    socket = await open_socket(url)
    for frame in frames:
        await socket.send(frame if isinstance(frame, (str, bytes)) else json.dumps(frame))
    code = None
    with contextlib.suppress(ConnectionClosed):
        async with asyncio.timeout(10):
            while True:
                message = json.loads(await socket.recv())
                assert message["type"] == "error", message
                assert message["error"]["message"]
                code = message["error"]["code"]
    return code, socket.close_code


def register(daemon, **members):
    return {"type": "register", "agent_id": "somebody", "token": daemon.key, "models": ["m"]} | members


async def test_an_agent_is_told_what_was_accepted(daemon):
    async with Agent(daemon, models=["m", "nobody"], agent_id="me") as agent:
        registered = agent.registered
    assert registered["agent_id"] == "me"
    assert registered["models"] == ["m", "nobody"]
    assert registered["heartbeat_seconds"] == 30
    assert registered["max_message_bytes"] == MESSAGE_LIMIT


@pytest.mark.parametrize("path", ["/agent", "/mcp/agent", "/"])
async def test_agents_are_expected_at_three_paths(daemon, async_client, path):
    async with Agent(daemon, url=f"ws://127.0.0.1:{daemon.bridge_port}{path}"):
        assert await ask(async_client) == "hello"


@pytest.mark.parametrize("token", ["wrong", ""])
async def test_a_wrong_token_is_unauthorized(daemon, token):
    assert await refusal(daemon.agent_url, register(daemon, token=token)) == ("unauthorized", 1008)


async def test_a_key_serves_only_the_models_it_may_serve(start):
    key = new_key()
    daemon = start(auth={"keys": [{"name": "narrow", "sha256": digest(key), "agent_models": ["m"]}]})
    assert await refusal(daemon.agent_url, register(daemon, token=key, models=["other"])) == (
        "model_not_allowed",
        1008,
    )
    async with Agent(daemon, token=key) as agent:
        assert agent.registered["models"] == ["m"]


async def test_a_key_serves_no_model_unless_told(start):
    key = new_key()
    daemon = start(auth={"keys": [{"name": "client", "sha256": digest(key)}]})
    assert await refusal(daemon.agent_url, register(daemon, token=key)) == ("model_not_allowed", 1008)


INVALID = [
    {"type": "model_result", "id": "req-1", "choices": []},
    {"type": "register"},
    {"type": "register", "agent_id": "a", "token": "t", "models": "m"},
    {"type": "register", "agent_id": 7, "token": "t", "models": ["m"]},
    {"type": "register", "agent_id": "", "token": "t", "models": ["m"]},
    {"type": "register", "agent_id": "a" * 200, "token": "t", "models": ["m"]},
    {"agent_id": "a", "token": "t", "models": ["m"]},
    [],
    7,
]


@pytest.mark.parametrize("first", INVALID, ids=[json.dumps(first)[:60] for first in INVALID])
async def test_a_first_frame_that_registers_nobody_is_invalid(daemon, first):
    assert await refusal(daemon.agent_url, first) == ("invalid", 1008)


@pytest.mark.parametrize("text", ["", "{", "hello", '{"type": "register"'])
async def test_a_first_frame_that_is_no_json_is_invalid(daemon, text):
    assert await refusal(daemon.agent_url, text) == ("invalid", 1008)


async def test_a_binary_frame_is_closed_with_1003(daemon):
    assert await refusal(daemon.agent_url, json.dumps(register(daemon)).encode()) == (None, 1003)


async def test_an_agent_that_does_not_register_in_time_is_closed(start):
    daemon = start(bridge={"connect_timeout": "300ms"})
    _, code = await refusal(daemon.agent_url)
    assert code == 1008


async def test_the_second_connection_of_an_agent_closes_the_first(daemon, async_client):
    async with Agent(daemon, agent_id="twin", script=answers("first")) as first:
        async with Agent(daemon, agent_id="twin", script=answers("second")):
            assert await first.closed() == 4001
            assert await ask(async_client) == "second"


@pytest.mark.parametrize("text", ["{", "[]", '{"type": 7}', '{"type": "model_result", "id": "req-1"}'])
async def test_a_later_frame_that_is_nonsense_is_answered_with_an_error(daemon, async_client, text):
    async with Agent(daemon) as agent:
        await agent.socket.send(text)
        assert (await agent.next("error"))["error"]["code"] == "invalid"
        assert await ask(async_client) == "hello"


async def test_a_message_over_the_limit_is_closed_with_1009(daemon, async_client):
    async with Agent(daemon) as agent:
        padding = "x" * (MESSAGE_LIMIT - 100)
        await agent.socket.send(json.dumps({"type": "pong", "timestamp": 1, "padding": padding}))
        assert await ask(async_client) == "hello", "up to the limit is read"
        await agent.socket.send("x" * (MESSAGE_LIMIT + 1))
        assert await agent.closed() == 1009


async def test_a_request_that_is_too_long_for_a_message_is_not_sent(start):
    daemon = start(server={"request_body_limit": "32MiB"})
    messages = [{"role": "user", "content": "x" * 90_000}] * 120
    async with Agent(daemon) as agent, http_client(daemon) as http:
        answer = await http.post("/v1/chat/completions", json={"model": "m", "messages": messages})
        assert answer.status_code == 413
        assert not agent.all("model_invoke")


def http_client(daemon):
    return httpx.AsyncClient(base_url=daemon.base_url, headers=daemon.headers, timeout=30)


async def test_a_message_may_come_in_fragments(daemon, async_client):
    async def script(invoke, send):
        frame = {"type": "model_result", "id": invoke["id"], "choices": [choice("zusammengefügt 🦆")]}
        text = json.dumps(frame, ensure_ascii=False)
        await agent.socket.send([text[at : at + 7] for at in range(0, len(text), 7)])

    async with Agent(daemon, script=script) as agent:
        assert await ask(async_client) == "zusammengefügt 🦆"


async def test_a_ping_is_answered_with_its_timestamp(daemon):
    async with Agent(daemon) as agent:
        await agent.send("ping", timestamp=1_700_000_000_123)
        assert (await agent.next("pong"))["timestamp"] == 1_700_000_000_123


async def test_status_tells_who_serves_what(daemon):
    async with Agent(daemon, agent_id="one"), Agent(daemon, models=["m", "nobody"], agent_id="two"):
        agents = daemon.agents()
        assert agents["one"]["models"] == ["m"]
        assert agents["two"]["models"] == ["m", "nobody"]
        assert "agent two: models m, nobody; 0 in flight" in daemon.control("status").stdout
    await eventually_async(lambda: not daemon.agents())
