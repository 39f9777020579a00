"""Agents that register over WebSocket and answer by a script.

A script is an async function (invoke, send); `send(type, …)` sends a frame with the invoke's id.
"""

import asyncio
import contextlib
import itertools
import json
import threading
import time

from websockets.asyncio.client import connect

numbers = itertools.count()


def choice(text):
    return {"index": 0, "message": {"role": "assistant", "content": text}, "finish_reason": "stop"}


def last_message(invoke):
    return invoke["messages"][-1]["content"]


# Scripts


async def echoes(invoke, send):
    """The last message back; word by word when the request streams."""
    if not invoke.get("stream"):
        await send("model_result", choices=[choice(last_message(invoke))])
        return
    for word in last_message(invoke).split(" "):
        await send("model_stream_chunk", chunk={"delta": {"content": word + " "}}, finished=False)
    await send("model_stream_chunk", chunk={"delta": {}, "finish_reason": "stop"}, finished=True)


def answers(text, **members):
    """Always the same whole answer."""

    async def script(invoke, send):
        await send("model_result", choices=[choice(text)], **members)

    return script


def streams(pieces):
    """These pieces, whatever is asked; the last one carries finish_reason."""

    async def script(invoke, send):
        for number, piece in enumerate(pieces, 1):
            is_last = number == len(pieces)
            delta = {"delta": {"content": piece}, "finish_reason": "stop" if is_last else None}
            await send("model_stream_chunk", chunk=delta, finished=is_last)

    return script


def fails(error):
    async def script(invoke, send):
        await send("error", error=error)

    return script


async def keeps_silent(invoke, send):
    """No answer at all."""


class Gate:
    """A script that sends a first word, and the last one when the test says so, from whatever thread."""

    def __init__(self):
        self.is_open = False
        self.waiting = []

    def open(self):
        self.is_open = True
        for loop, event in self.waiting:
            with contextlib.suppress(RuntimeError):  # Its loop has ended.
                loop.call_soon_threadsafe(event.set)

    async def passed(self):
        event = asyncio.Event()
        self.waiting.append((asyncio.get_running_loop(), event))
        if not self.is_open:
            await event.wait()

    async def __call__(self, invoke, send):
        await send("model_stream_chunk", chunk={"delta": {"content": "first "}}, finished=False)
        await self.passed()
        await send(
            "model_stream_chunk", chunk={"delta": {"content": "last"}, "finish_reason": "stop"}, finished=True
        )


class Agent:
    """One connection to the bridge, to be used with `async with`."""

    def __init__(self, daemon, models=("m",), script=echoes, agent_id=None, token=None, url=None):
        self.url = url or daemon.agent_url
        self.token = token or daemon.key
        self.models = list(models)
        self.script = script
        self.agent_id = agent_id or f"agent-{next(numbers)}"
        self.received = []
        self.times = []
        self.tasks = set()
        self.news = asyncio.Event()
        self.registered = None

    async def __aenter__(self):
        self.socket = await open_socket(self.url)
        await self.send("register", agent_id=self.agent_id, token=self.token, models=self.models)
        self.registered = json.loads(await self.socket.recv())
        assert self.registered["type"] == "registered", self.registered
        self.reader = asyncio.create_task(self.read())
        return self

    async def __aexit__(self, *_):
        if self.socket.close_code is None:
            await self.socket.close()
        await self.reader
        for task in self.tasks:
            task.cancel()

    async def send(self, type, **members):
        await self.socket.send(json.dumps({"type": type, **members}))

    async def read(self):
        with contextlib.suppress(Exception):
            async for text in self.socket:
                self.take(json.loads(text))
        self.news.set()

    def take(self, message):
        self.received.append(message)
        self.times.append(time.monotonic())
        self.news.set()
        if message["type"] == "model_invoke":
            self.start(
                self.script(message, lambda type, **members: self.send(type, id=message["id"], **members))
            )
        elif message["type"] == "ping":
            self.start(self.send("pong", timestamp=message["timestamp"]))

    def start(self, work):
        task = asyncio.create_task(work)
        self.tasks.add(task)
        task.add_done_callback(self.tasks.discard)

    def all(self, type):
        return [message for message in self.received if message["type"] == type]

    async def next(self, type, count=1, within=10.0):
        """The message of that type that is the count-th one, waited for; `time_of` tells when it came."""
        async with asyncio.timeout(within):
            while len(self.all(type)) < count:
                self.news.clear()
                await self.news.wait()
        return self.all(type)[count - 1]

    def time_of(self, message):
        return self.times[self.received.index(message)]

    async def closed(self, within=10.0):
        """The close code, when the daemon has closed the connection."""
        async with asyncio.timeout(within):
            await self.socket.wait_closed()
        return self.socket.close_code


async def open_socket(url, **options):
    """A WebSocket that keeps quiet by itself and takes messages of any size."""
    return await connect(url, compression=None, ping_interval=None, max_size=None, proxy=None, **options)


@contextlib.contextmanager
def connected(*arguments, **options):
    """An agent in a thread of its own, for tests with synchronous clients."""
    ready, finish, failures, agents = threading.Event(), threading.Event(), [], []

    async def live():
        try:
            async with Agent(*arguments, **options) as agent:
                agents.append(agent)
                ready.set()
                await asyncio.to_thread(finish.wait)
        except Exception as error:
            failures.append(error)
            ready.set()

    thread = threading.Thread(target=asyncio.run, args=[live()], daemon=True)
    thread.start()
    assert ready.wait(20), "the agent is not registered after 20 s"
    try:
        if failures:
            raise failures[0]
        yield agents[0]
    finally:
        finish.set()
        thread.join(10)
