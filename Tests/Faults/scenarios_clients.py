"""Clients that are slow, or only there: they cost memory that is bounded, and no CPU."""

import asyncio
import contextlib
import resource
import socket
import threading
import time

import processes
import raw
import tree
from ledger import percentile
from load import Load
from scenario import Stage, scenario
from waiting import eventually

IDLE_BYTES = 12 * 1024
"""What an idle connection may cost the daemon."""

ADDRESSES = [f"127.0.0.{number}" for number in range(2, 12)]
"""Where clients come from, so that ports do not run out."""


@scenario("slow-clients")
def slow_clients(stage: Stage) -> None:
    """Slow heads, slow readers, half-open requests and thousands of idle connections beside usual clients."""
    count, slow = stage.pick((1000, 20), (most_connections(), 100))
    patience = {"idle_timeout": "1h", "header_timeout": "3s", "body_timeout": "3s"}
    daemon = stage.start(server=patience | {"workers": 2, "max_connections": count + 500})
    warm_up(daemon)
    base, counts = tree.memory(daemon), tree.descriptor_counts(daemon)
    with contextlib.ExitStack() as stack:
        for number in range(count):
            stack.enter_context(idle_connection(daemon, ADDRESSES[number % len(ADDRESSES)]))
        rest_with_connections(stage, daemon)
        idle = tree.memory(daemon)
        readers = [stack.enter_context(slow_reader(daemon)) for _ in range(slow)]
        eventually(lambda: all(len(reader.unread) > 0 or reader.receive() for reader in readers))
        halves = [stack.enter_context(half_request(daemon)) for _ in range(slow)]
        trickle = Trickle(daemon, slow)
        with trickle, Load(daemon, keep_alive=4, new=4) as load:
            eventually(lambda: trickle.closed == slow, within=15)
            time.sleep(stage.pick(0.5, 10))
        stage.expect(all(ends(half) for half in halves), "a half-open request was not ended")
        full = tree.memory(daemon)
    stage.did(f"{count} idle connections, {slow} each of slow heads, slow readers and half-open bodies")
    stage.take(load.ledger)
    waits = load.ledger.seconds["new connection"]
    stage.figure("answer p99", percentile(waits, 0.99) * 1000, " ms", at_most=100)
    stage.figure("an idle connection", (idle - base) / count, " bytes", at_most=IDLE_BYTES)
    stage.figure("all", full / 1e6, " MB", at_most=(base + count * IDLE_BYTES + slow * (4 << 20)) / 1e6)
    expect_descriptors(stage, daemon, counts)


def most_connections() -> int:
    """Ten thousand, if the limit of descriptors lets the daemon take so many and some more."""
    return min(10_000, resource.getrlimit(resource.RLIMIT_NOFILE)[0] // 2 - 1000)


def warm_up(daemon) -> None:
    """Every worker has answered, and has its helper, which puts the journal on the disk."""
    for _ in range(50):
        raw.ask(daemon.port, raw.chat(daemon))
    eventually(lambda: raw.ask(daemon.port, raw.chat(daemon)) and all_have_helpers(daemon))
    daemon.control("status")


def all_have_helpers(daemon) -> bool:
    return all(map(processes.has_helper, tree.workers(daemon)))


def rest_with_connections(stage: Stage, daemon) -> None:
    with tree.CpuMeter(daemon) as meter:
        time.sleep(stage.pick(2, 10))
    stage.figure("CPU at rest", meter.percent, " %", at_most=2)


def expect_descriptors(stage: Stage, daemon, counts: dict[int, int]) -> None:
    try:
        eventually(lambda: tree.descriptor_counts(daemon) == counts, within=10)
    except AssertionError:
        stage.fault(f"descriptors: {counts} before, {tree.descriptor_counts(daemon)} after")
    try:
        eventually(daemon.has_journals_in_order)
    except AssertionError:
        held = {pid: processes.journal_files(pid) for pid in tree.pids(daemon)}
        stage.fault(f"journal files: {held}")


# Connections


def connection_from(daemon, source: str) -> raw.Connection:
    connection = raw.Connection.__new__(raw.Connection)
    connection.socket = socket.create_connection(("127.0.0.1", daemon.port), 20, (source, 0))
    connection.unread = b""
    return connection


def idle_connection(daemon, source: str) -> raw.Connection:
    """One that has had an answer and waits."""
    connection = connection_from(daemon, source)
    connection.send(raw.request())
    assert connection.response().status == 200
    return connection


def slow_reader(daemon) -> raw.Connection:
    """Has asked for a long stream and reads nothing of it."""
    connection = raw.Connection(daemon.port)
    connection.socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
    connection.send(raw.chat(daemon, "word " * 200_000, stream=True))
    return connection


def half_request(daemon) -> raw.Connection:
    """Half a body, and no more."""
    connection = raw.Connection(daemon.port)
    connection.send(raw.chat(daemon, "x" * 1000)[:-500])
    return connection


def ends(connection: raw.Connection) -> bool:
    with contextlib.suppress(TimeoutError):
        connection.rest()
        return True
    return False


class Trickle:
    """Clients that send a byte of a request head every 100 ms, and count how many were sent away."""

    def __init__(self, daemon, count: int):
        self.port, self.count, self.closed = daemon.port, count, 0
        self.thread = threading.Thread(target=lambda: asyncio.run(self.live()), daemon=True)

    def __enter__(self) -> "Trickle":
        self.thread.start()
        return self

    def __exit__(self, *_) -> None:
        self.thread.join(30)

    async def live(self) -> None:
        await asyncio.gather(*(self.drip() for _ in range(self.count)))

    async def drip(self) -> None:
        reader, writer = await asyncio.open_connection("127.0.0.1", self.port)
        with contextlib.suppress(ConnectionError):
            for _ in range(200):
                writer.write(b"X")
                await writer.drain()
                if await self.was_told(reader):
                    break
        self.closed += 1
        writer.close()

    async def was_told(self, reader: asyncio.StreamReader) -> bool:
        """Whether an answer or the end comes within 100 ms."""
        try:
            await asyncio.wait_for(reader.read(1000), 0.1)
        except TimeoutError:
            return False
        return True
