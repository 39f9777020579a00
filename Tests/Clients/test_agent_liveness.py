"""Heartbeats between bridge and agents, and the `websockets` package as a hub that the bridge dials."""

import asyncio
import contextlib
import json
import time

import pytest
from websockets.asyncio.server import serve

from agents import Agent, choice, last_message
from clients import new_async_client
from configuration import free_port
from raw_websocket import PING, PONG, TEXT, WebSocket, frame
from waiting import eventually

pytestmark = pytest.mark.integration


async def ask(client, text="hello", model="m"):
    answer = await client.chat.completions.create(model=model, messages=[{"role": "user", "content": text}])
    return answer.choices[0].message.content


def test_an_agent_that_falls_silent_is_closed_with_1001(start):
    daemon = start(bridge={"heartbeat_interval": "500ms"})
    with WebSocket(daemon.bridge_port) as socket:
        socket.register(daemon)
        begin = time.monotonic()
        assert socket.close_code() == 1001
        assert 0.8 < time.monotonic() - begin < 5, "two intervals"
        eventually(lambda: not daemon.agents(), within=5)


async def test_a_silent_agent_that_was_closed_is_asked_no_more(start):
    daemon = start(bridge={"heartbeat_interval": "300ms"})
    async with Agent(daemon, agent_id="alive"), new_async_client(daemon) as client:
        with WebSocket(daemon.bridge_port) as dead:
            dead.register(daemon)
            assert await asyncio.to_thread(dead.close_code) == 1001
            assert await asyncio.gather(*(ask(client) for _ in range(6))) == ["hello"] * 6


SIGNS = {
    "pong": frame(b'{"type":"pong","timestamp":1}'),
    "ping": frame(b'{"type":"ping","timestamp":1}'),
    "frame of ping": frame(b"", PING),
    "frame of pong": frame(b"", PONG),
}


@pytest.mark.parametrize("sign", SIGNS.values(), ids=SIGNS)
def test_any_sign_of_life_keeps_an_agent(start, sign):
    daemon = start(bridge={"heartbeat_interval": "300ms"})
    with WebSocket(daemon.bridge_port) as socket:
        socket.register(daemon)
        pings = 0
        while pings < 6:
            opcode, payload = socket.next_frame()
            assert opcode in (TEXT, PING, PONG)
            if opcode == PING or (opcode == TEXT and json.loads(payload)["type"] == "ping"):
                pings += 1
                socket.send(sign)
        assert daemon.agents().keys() == {"by-hand"}


async def test_the_daemon_pings_with_the_time(start):
    daemon = start(bridge={"heartbeat_interval": "1s"})
    async with Agent(daemon) as agent:
        assert agent.registered["heartbeat_seconds"] == 1
        ping = await agent.next("ping", count=2)
    assert abs(ping["timestamp"] / 1000 - time.time()) < 60


class Hub:
    """A hub that the bridge dials: it keeps what it is told and answers each model_invoke by echo."""

    def __init__(self, answers_register=True):
        self.port = free_port()
        self.answers_register = answers_register
        self.registers = asyncio.Queue()
        self.paths = []
        self.invokes = []

    @contextlib.asynccontextmanager
    async def run(self):
        async with serve(self.serve, "127.0.0.1", self.port, compression=None, ping_interval=None):
            yield self

    async def serve(self, socket):
        self.paths.append(socket.request.path)
        async for text in socket:
            message = json.loads(text)
            if message["type"] == "register":
                if self.answers_register:
                    accepted = {"type": "registered", "agent_id": message["agent_id"], "models": ["m"]}
                    await socket.send(json.dumps(accepted))
                await self.registers.put(message)
            elif message["type"] == "model_invoke":
                self.invokes.append(message)
                result = {
                    "type": "model_result",
                    "id": message["id"],
                    "choices": [choice(last_message(message))],
                }
                await socket.send(json.dumps(result))
            elif message["type"] == "ping":
                await socket.send(json.dumps({"type": "pong", "timestamp": message["timestamp"]}))

    async def next_register(self, within=20):
        async with asyncio.timeout(within):
            return await self.registers.get()


def dialling(start, hub, **bridge):
    token = "the-token-of-the-hub"
    return start(
        bridge={
            "connect": f"ws://127.0.0.1:{hub.port}/hub",
            "token_env": "HUB_TOKEN",
            "agent_id": "gate-7",
            **bridge,
        },
        environment={"HUB_TOKEN": token},
    )


@pytest.mark.parametrize("answers_register", [True, False], ids=["registered", "not answered"])
async def test_the_bridge_dials_a_hub_and_takes_its_answers(start, answers_register):
    async with Hub(answers_register).run() as hub:
        daemon = await asyncio.to_thread(dialling, start, hub)
        register = await hub.next_register()
        async with new_async_client(daemon) as client:
            assert await ask(client, "through the hub") == "through the hub"
    assert hub.paths[0] == "/hub"
    assert register == {
        "type": "register",
        "agent_id": "gate-7",
        "token": "the-token-of-the-hub",
        "models": ["m"],
    }
    assert hub.invokes[0]["type"] == "model_invoke"


async def test_the_bridge_dials_again_when_the_hub_was_away(start):
    hub = Hub()
    daemon = await asyncio.to_thread(dialling, start, hub)
    async with new_async_client(daemon, max_retries=3) as client:
        for _ in range(2):
            async with hub.run():
                await hub.next_register()
                assert await ask(client) == "hello"
    assert len(hub.paths) == 2


async def test_the_bridge_does_not_wait_for_ever_for_the_handshake_of_a_hub(start):
    connections = asyncio.Queue()

    async def take(reader, writer):
        await connections.put(writer)

    hub = Hub()
    async with await asyncio.start_server(take, "127.0.0.1", hub.port):
        daemon = await asyncio.to_thread(dialling, start, hub, connect_timeout="300ms")
        async with asyncio.timeout(20):
            held = [await connections.get() for _ in range(3)]
        assert daemon.status()["bridge"]["state"] == "RUNNING"
        for writer in held:
            writer.close()
