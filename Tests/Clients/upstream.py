"""A provider of language models that answers by a script, over real sockets, and notes all that it sees.

    with Upstream(whole({"choices": []})) as upstream:
        httpx.post(upstream.url + "/chat/completions", json={"model": "m"})
        assert upstream.requests[0].json() == {"model": "m"}

A script is a Reply, or a function of the request that returns one; it can be changed at any time.
"""

import asyncio
import contextlib
import dataclasses
import json
import socket
import struct
import time

from loop_thread import LoopThread


@dataclasses.dataclass(frozen=True)
class Request:
    method: str
    target: str
    # (name, value) as they were sent, in order.
    fields: list
    body: bytes
    # The bytes before the body.
    head: bytes
    # The number of its connection, and its own number there, both from 0.
    connection: int
    number: int
    # When its last byte was read (time.monotonic).
    at: float

    @property
    def is_reused(self):
        """Whether an earlier request came on this connection."""
        return self.number > 0

    def values(self, name):
        return [value for given, value in self.fields if given.lower() == name.lower()]

    def value(self, name):
        """The field's only value; None if it is not there."""
        values = self.values(name)
        assert len(values) < 2, values
        return values[0] if values else None

    def json(self):
        return json.loads(self.body)


class Upstream(LoopThread):
    """Answers every request by `script`, on any path."""

    def __init__(self, script=None, host="127.0.0.1", tls=None):
        self.script = script
        self.host = host
        self.tls = tls
        self.requests = []
        self.connections = []
        self.server = None
        self.port = 0

    @property
    def url(self):
        host = f"[{self.host}]" if ":" in self.host else self.host
        return f"{'https' if self.tls else 'http'}://{host}:{self.port}/v1"

    async def opened(self):
        await self.listen()

    async def listen(self):
        self.server = await self.loop.create_server(
            lambda: Connection(self), self.host, self.port, ssl=self.tls, backlog=1024, reuse_address=True
        )
        self.port = self.server.sockets[0].getsockname()[1]

    async def closed(self):
        self.server.close()
        tasks = [connection.task for connection in self.connections if not connection.is_over]
        for connection in self.connections:
            connection.transport.abort()
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        await asyncio.sleep(0)

    # What a test says

    def stop_listening(self):
        """From now on connections are refused; those that there are stay."""

        async def stop():
            self.server.close()

        self.call(stop())

    def listen_again(self):
        """On the same port."""
        self.call(self.listen())

    def close_idle(self):
        """Ends the connections that wait for a request; returns how many there were."""

        async def close():
            idle = [connection for connection in self.open_connections if connection.is_idle]
            for connection in idle:
                connection.end_by("us")
                connection.transport.close()
            return len(idle)

        return self.call(close())

    # What a test asks

    def request(self, count=1, within=10.0):
        """The request that is the count-th one, waited for."""
        self.wait_for(lambda: len(self.requests) >= count, within)
        return self.requests[count - 1]

    def left(self, number, within=10.0):
        """The time at which that connection's peer ended or reset it, waited for."""
        connection = self.connections[number]
        self.wait_for(lambda: connection.ended_at, within)
        assert connection.ended_by in ("fin", "reset"), f"ended by {connection.ended_by}"
        return connection.ended_at

    @property
    def open_connections(self):
        return [connection for connection in self.connections if connection.ended_at is None]

    def forget(self):
        """Forgets the requests so far; connections keep their numbers."""
        self.requests = []

    # What connections do

    def take(self, request):
        with self.news:
            self.requests.append(request)
            self.news.notify_all()

    def reply(self, request):
        return self.script(request) if callable(self.script) else self.script


class Connection(asyncio.Protocol):
    """One connection; `ended_by` is "fin" or "reset" when the peer did it, else "us"."""

    def __init__(self, upstream):
        self.upstream = upstream
        self.unread = bytearray()
        self.arrived = asyncio.Event()
        self.may_write = asyncio.Event()
        self.may_write.set()
        self.is_idle = self.is_over = self.has_stalled = False
        self.opened_at = self.ended_at = self.ended_by = None
        self.requests = 0
        self.sent = 0

    def connection_made(self, transport):
        self.transport = transport
        transport.get_extra_info("socket").setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        # A TLS transport never resumes at a limit of 0.
        transport.set_write_buffer_limits(high=1, low=0)
        with self.upstream.news:
            self.opened_at = time.monotonic()
            self.number = len(self.upstream.connections)
            self.upstream.connections.append(self)
            self.upstream.news.notify_all()
        self.task = self.upstream.loop.create_task(self.run())
        self.task.add_done_callback(self.note_failure)

    def note_failure(self, task):
        if not task.cancelled() and task.exception():
            self.upstream.failures.append(task.exception())
            self.transport.abort()
            self.upstream.tell()

    def data_received(self, data):
        self.unread += data
        self.arrived.set()

    def eof_received(self):
        self.end_by("fin")

    def connection_lost(self, error):
        self.end_by("reset" if error else "us")
        self.is_over = True
        self.task.cancel()

    def end_by(self, whom):
        with self.upstream.news:
            if self.ended_at is None:
                self.ended_at, self.ended_by = time.monotonic(), whom
            self.upstream.news.notify_all()

    def pause_writing(self):
        self.may_write.clear()

    def resume_writing(self):
        self.may_write.set()

    # Requests

    async def more(self):
        self.arrived.clear()
        await self.arrived.wait()

    async def take_until(self, mark):
        while (end := self.unread.find(mark)) < 0:
            await self.more()
        return self.take(end + len(mark))

    async def take_exactly(self, count):
        while len(self.unread) < count:
            await self.more()
        return self.take(count)

    def take(self, count):
        data = bytes(self.unread[:count])
        del self.unread[:count]
        return data

    async def next_request(self):
        self.is_idle = not self.unread
        self.upstream.tell()
        while not self.unread:
            await self.more()
        self.is_idle = False
        head = await self.take_until(b"\r\n\r\n")
        line, *rows = head.decode("latin-1").split("\r\n")[:-2]
        method, target, version = line.split(" ")
        assert version == "HTTP/1.1", line
        fields = [(name, value.strip()) for name, value in (row.split(":", 1) for row in rows)]
        body = await self.body({name.lower(): value for name, value in fields})
        request = Request(method, target, fields, body, head, self.number, self.requests, time.monotonic())
        self.requests += 1
        self.upstream.take(request)
        return request

    async def body(self, fields):
        if fields.get("expect", "").lower() == "100-continue":
            self.transport.write(b"HTTP/1.1 100 Continue\r\n\r\n")
        if fields.get("transfer-encoding", "").lower() != "chunked":
            return await self.take_exactly(int(fields.get("content-length", 0)))
        body = b""
        while size := int(await self.take_until(b"\r\n"), 16):
            body += await self.take_exactly(size)
            assert await self.take_exactly(2) == b"\r\n"
        assert await self.take_until(b"\r\n") == b"\r\n", "trailers"
        return body

    # Answers

    async def run(self):
        after = "keep"
        while True:
            request = await self.next_request()
            if after.endswith("on request"):
                return await self.end(reset=after.startswith("reset"))
            reply = self.upstream.reply(request)
            if not await self.play(reply):
                return await self.end(reset=reply.reset)
            if reply.ends_connection:
                return await self.end(reset=False)
            after = reply.after

    async def play(self, reply):
        """Sends it as far as it goes; False when it was cut."""
        sent = 0
        limits = [limit for limit in (reply.cut_at, reply.stall_at) if limit is not None]
        limit = min(limits, default=None)
        for part in reply.parts():
            if not isinstance(part, bytes):
                await (asyncio.sleep(part) if isinstance(part, (int, float)) else part.passed())
                continue
            for piece in pieces_of(part, sent, reply):
                if sent:
                    await asyncio.sleep(reply.pause)
                allowed = piece if limit is None else piece[: limit - sent]
                await self.write(allowed)
                sent += len(allowed)
                if limit is not None and sent >= limit:
                    return await self.stop(reply, limit)
        return True

    async def stop(self, reply, limit):
        if limit == reply.stall_at:
            self.has_stalled = True
            self.upstream.tell()
            await asyncio.Event().wait()
        return False

    async def write(self, data):
        if data:
            self.transport.write(data)
            self.sent += len(data)
            await self.may_write.wait()

    async def end(self, reset):
        """By RST or by FIN, when everything is with the kernel."""
        await self.may_write.wait()
        self.end_by("us")
        if reset:
            linger = struct.pack("ii", 1, 0)
            with contextlib.suppress(OSError):
                self.transport.get_extra_info("socket").setsockopt(
                    socket.SOL_SOCKET, socket.SO_LINGER, linger
                )
            self.transport.abort()
        else:
            self.transport.close()


def pieces_of(part, start, reply):
    """The part of a response that begins at that offset, cut where the reply says."""
    step = reply.step or max(len(part), 1)
    cuts = {*range(0, len(part), step), len(part)}
    if reply.split_at is not None and start < reply.split_at < start + len(part):
        cuts.add(reply.split_at - start)
    cuts = sorted(cuts)
    return [part[begin:end] for begin, end in zip(cuts, cuts[1:])]
