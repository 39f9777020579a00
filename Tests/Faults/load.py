"""Clients that load a daemon from a thread of their own until told to stop; a ledger holds all they do."""

import asyncio
import itertools
import random
import threading
import time
from typing import Self

import raw
from ledger import WRONG, Flight, Ledger
from wire import Answer, Broken, Wire

numbers = itertools.count()


class Client:
    """One client, which asks one thing after another."""

    kind = ""

    def __init__(self, load: "Load"):
        self.load = load
        self.ledger = load.ledger
        self.wire: Wire | None = None

    async def live(self) -> None:
        try:
            while not self.load.is_over:
                await self.turn()
                await self.rest()
        finally:
            self.drop()

    async def turn(self) -> None:
        raise NotImplementedError

    async def rest(self) -> None:
        await self.load.sleep(self.load.pause * random.uniform(0.5, 1.5))

    def drop(self) -> None:
        if self.wire:
            self.wire.close()
        self.wire = None

    async def reach(self, *flights: Flight) -> Wire:
        """The connection from before, unless the server has closed it; else a new one."""
        if self.wire is None or self.wire.is_gone():
            self.drop()
            self.wire = Wire(self.load.port)
            await self.wire.open()
        for flight in flights:
            flight.worker = self.wire.worker
        return self.wire

    async def ask(self, data: bytes, read) -> None:
        """One request; `read(wire)` reads the answer and raises Broken if it is not what it has to be."""
        flight = self.ledger.begin(self.kind)
        try:
            async with asyncio.timeout(self.load.patience):
                wire = await self.reach(flight)
                await wire.send(data)
                await read(wire)
        except Broken as fault:
            self.fail([flight], fault)
        except TimeoutError:
            self.fail([flight], Broken(WRONG, f"no answer in {self.load.patience} s"))
        else:
            self.ledger.answered(flight, wire.worker)

    def fail(self, flights: list[Flight], fault: Broken) -> None:
        worker = self.wire.worker if self.wire else None
        self.drop()
        for flight in flights:
            flight.worker = worker
            self.ledger.failed(flight, fault.phase, fault.what, fault.raced)


class KeepAlive(Client):
    """Asks for the health and for echoes in turn, on one connection for as long as it lives."""

    kind = "keep-alive"

    async def turn(self) -> None:
        if random.random() < 0.5:
            await self.ask(raw.request("GET", "/health"), expect_200)
        else:
            text = f"word {next(numbers)}"
            await self.ask(raw.chat(self.load.daemon, text), echo_of(text))


class Pool(KeepAlive):
    """The same with up to ten seconds between two requests, as connections of a pool have."""

    kind = "idle pool"

    async def rest(self) -> None:
        await self.load.sleep(random.uniform(0, self.load.idle))


class NewConnection(KeepAlive):
    """One request a connection."""

    kind = "new connection"

    async def turn(self) -> None:
        await super().turn()
        self.drop()


class Pipelining(Client):
    """Writes several requests at once; what stands behind an answer that closes is asked again."""

    kind = "pipelining"
    depth = 5

    async def turn(self) -> None:
        left = [(self.ledger.begin(self.kind), f"word {next(numbers)}") for _ in range(self.depth)]
        while left:
            left = await self.volley(left)

    async def volley(self, left: list[tuple[Flight, str]]) -> list[tuple[Flight, str]]:
        left = list(left)
        try:
            async with asyncio.timeout(self.load.patience):
                wire = await self.reach(*(flight for flight, _ in left))
                await wire.send(b"".join(raw.chat(self.load.daemon, text) for _, text in left))
                while left and wire.socket is not None:
                    await echo_of(left[0][1])(wire)
                    self.ledger.answered(left.pop(0)[0], wire.worker)
        except Broken as fault:
            self.fail([flight for flight, _ in left], fault)
            return []
        except TimeoutError:
            self.fail([flight for flight, _ in left], Broken(WRONG, "time is up"))
            return []
        return left


class Streaming(Client):
    """Streams of echoes; some connections are kept."""

    kind = "streaming"

    async def turn(self) -> None:
        data = raw.chat(self.load.daemon, "one two three four five", stream=True)
        await self.ask(data, whole_stream)
        if random.random() < 0.3:
            self.drop()


class LongStream(Client):
    """Streams of an agent that says a word a second (see steady.ticks), up to `Load.stream` seconds."""

    kind = "long stream"

    async def turn(self) -> None:
        count = random.randint(1, self.load.stream)
        await self.ask(raw.chat(self.load.daemon, str(count), model="ticks", stream=True), whole_stream)


class SlowCall(Client):
    """Asks an agent that takes its time (see steady.takes)."""

    kind = "slow call"

    async def turn(self) -> None:
        await self.ask(raw.chat(self.load.daemon, model="m"), expect_200)


KINDS = {
    "keep_alive": KeepAlive,
    "new": NewConnection,
    "pipelining": Pipelining,
    "streaming": Streaming,
    "pool": Pool,
    "long": LongStream,
    "slow": SlowCall,
}


class Load:
    """Load(daemon, keep_alive=8, new=4, …): so many clients of each kind, between `with` and its end."""

    def __init__(self, daemon, pause=0.01, patience=30.0, idle=10.0, stream=60, ledger=None, **clients: int):
        self.daemon = daemon
        self.port = daemon.port
        self.pause = pause
        self.patience = max(patience, stream + 20 if clients.get("long") else 0)
        self.idle = idle
        self.stream = stream
        self.ledger = ledger or Ledger()
        self.clients = clients
        self.is_over = False
        self.loop: asyncio.AbstractEventLoop | None = None
        self.thread = threading.Thread(target=self.work, daemon=True)

    def __enter__(self) -> Self:
        self.thread.start()
        return self

    def __exit__(self, *_) -> None:
        self.stop()

    def stop(self) -> None:
        """Lets every client finish what it has asked."""
        self.is_over = True
        self.thread.join(self.patience + 5)
        assert not self.thread.is_alive(), "the load does not end"

    def work(self) -> None:
        asyncio.run(self.live())

    async def live(self) -> None:
        self.loop = asyncio.get_running_loop()
        clients = [KINDS[kind](self) for kind, count in self.clients.items() for _ in range(count)]
        await asyncio.gather(*(client.live() for client in clients))

    async def sleep(self, seconds: float) -> None:
        """Not longer than the load lasts."""
        end = time.monotonic() + seconds
        while not self.is_over and (left := end - time.monotonic()) > 0:
            await asyncio.sleep(min(left, 0.2))


def mixed(daemon, **options) -> Load:
    """All four kinds at once, in the amount that two cores carry beside the daemon."""
    return Load(daemon, **({"keep_alive": 6, "new": 4, "pipelining": 2, "streaming": 3} | options))


# What answers have to be


async def expect_200(wire: Wire) -> Answer:
    answer = await wire.answer()
    if answer.status != 200:
        raise Broken(WRONG, f"status {answer.status} {answer.body[:200]!r}")
    return answer


def echo_of(text: str):
    """The answer repeats the text: answers have not been mixed up."""

    async def read(wire: Wire) -> None:
        answer = await expect_200(wire)
        if f'"{text}"'.encode() not in answer.body:
            raise Broken(WRONG, f"{text!r} is not in {answer.body[:200]!r}")

    return read


async def whole_stream(wire: Wire) -> None:
    """A stream ends with [DONE], and there is no error in it."""
    answer = await wire.head()
    body = b"".join([piece async for piece in wire.pieces(answer)])
    if answer.status != 200:
        raise Broken(WRONG, f"status {answer.status} {body[:200]!r}")
    if not body.endswith(b"data: [DONE]\n\n") or b'"error"' in body:
        raise Broken(WRONG, f"a stream that ends in {body[-200:]!r}")
