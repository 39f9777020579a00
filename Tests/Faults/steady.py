"""Agents that come back whenever the bridge does, in a thread of their own."""

import asyncio
import contextlib
import threading
from typing import Self

from agents import Agent, choice, last_message


async def ticks(invoke, send) -> None:
    """A word a second, as many as the last message says."""
    count = int(last_message(invoke))
    for number in range(1, count + 1):
        await asyncio.sleep(1)
        is_last = number == count
        chunk = {"delta": {"content": f"tick {number} "}, "finish_reason": "stop" if is_last else None}
        await send("model_stream_chunk", chunk=chunk, finished=is_last)


def takes(seconds: float):
    """A whole answer after so long."""

    async def script(invoke, send) -> None:
        await asyncio.sleep(seconds)
        await send("model_result", choices=[choice("done")])

    return script


def ticks_or_takes(seconds: float):
    """Words for a stream, and a whole answer that takes its time for what is none."""
    slow = takes(seconds)

    async def script(invoke, send) -> None:
        await (ticks if invoke.get("stream") else slow)(invoke, send)

    return script


class SteadyAgent:
    """An agent that registers again 20 ms after it was disconnected, until the end of `with`."""

    def __init__(self, daemon, models=("m",), script=ticks, agent_id="steady"):
        self.make = lambda: Agent(daemon, models=models, script=script, agent_id=agent_id)
        self.agent: Agent | None = None
        self.registrations = 0
        self.ready = threading.Event()
        self.finish = threading.Event()
        self.thread = threading.Thread(target=lambda: asyncio.run(self.live()), daemon=True)

    def __enter__(self) -> Self:
        self.thread.start()
        assert self.ready.wait(20), "the agent is not registered after 20 s"
        return self

    def __exit__(self, *_) -> None:
        self.finish.set()
        self.thread.join(10)

    async def live(self) -> None:
        # An answer that its connection does not live to see is no fault of ours.
        asyncio.get_running_loop().set_exception_handler(lambda *_: None)
        while not self.finish.is_set():
            with contextlib.suppress(Exception):
                await self.once()
            await asyncio.sleep(0.02)

    async def once(self) -> None:
        async with asyncio.timeout(5):
            agent = await self.make().__aenter__()
        self.agent = agent
        self.registrations += 1
        self.ready.set()
        closed = asyncio.create_task(agent.socket.wait_closed())
        while not self.finish.is_set() and not closed.done():
            await asyncio.wait([closed], timeout=0.05)
        closed.cancel()
        await agent.__aexit__()
