"""A bad line between the daemon and an upstream: slow, thin, cut, or dead without a word.

with Upstream(script) as upstream, Shaky(upstream.port, delay=(0.05, 0.5)) as line:
    provider = {"base_url": line.url}
"""

import asyncio
import contextlib
import random
import socket
import struct
import time

from loop_thread import LoopThread


class Shaky(LoopThread):
    """Passes bytes on in both directions; what is wrong with it can be changed at any time.

    `delay`: seconds that each piece waits, (least, most), in both directions, in order.
    `rate`: bytes of an answer in a second. `cut_at`: that many bytes of answers pass on a connection, then it
    ends (`reset`: is reset). `frozen_at`: after so many nothing more passes, and nothing is closed.
    `refuses`: connections are accepted and closed at once.
    """

    def __init__(
        self, port, delay=None, rate=None, cut_at=None, reset=False, frozen_at=None, refuses=False, seed=0
    ):
        self.upstream_port = port
        self.delay = delay
        self.rate = rate
        self.cut_at = cut_at
        self.reset = reset
        self.frozen_at = frozen_at
        self.refuses = refuses
        self.random = random.Random(seed)
        # (time, number of bytes) of what was passed on towards the client.
        self.passed = []
        # Times at which the client's side of a connection ended.
        self.left = []
        self.tasks = set()
        self.port = 0

    @property
    def url(self):
        return f"http://127.0.0.1:{self.port}/v1"

    async def opened(self):
        self.server = await asyncio.start_server(self.accept, "127.0.0.1", 0, backlog=1024)
        self.port = self.server.sockets[0].getsockname()[1]

    async def closed(self):
        self.server.close()
        for task in list(self.tasks):
            task.cancel()
        await asyncio.gather(*self.tasks, return_exceptions=True)
        await asyncio.sleep(0)

    async def accept(self, reader, writer):
        task = asyncio.current_task()
        self.tasks.add(task)
        peer = None
        try:
            if self.refuses:
                return
            peer_reader, peer = await asyncio.open_connection("127.0.0.1", self.upstream_port)
            for end in (writer, peer):
                end.get_extra_info("socket").setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            # One that says nothing more may still be heard; only an answer's end is the connection's end.
            asking = asyncio.create_task(self.ask(reader, peer))
            try:
                await self.answer(peer_reader, writer)
            finally:
                asking.cancel()
        except (OSError, asyncio.CancelledError):
            pass
        finally:
            self.tasks.discard(task)
            for end in (writer, peer):
                if end is not None:
                    end.close()

    async def ask(self, reader, writer):
        """Towards the upstream; the client's end is passed on as one."""
        with contextlib.suppress(OSError):
            while data := await reader.read(65536):
                await self.wait()
                writer.write(data)
                await writer.drain()
        with self.news:
            self.left.append(time.monotonic())
            self.news.notify_all()
        writer.close()

    async def answer(self, reader, writer):
        """Towards the client."""
        count = 0
        while data := await reader.read(65536):
            while data:
                piece = data[: self.rate] if self.rate else data
                data = data[len(piece) :]
                await (asyncio.sleep(len(piece) / self.rate) if self.rate else self.wait())
                passed = piece[: self.allowed(count)]
                writer.write(passed)
                await writer.drain()
                count += len(passed)
                self.note(len(passed))
                if self.allowed(count) == 0:
                    return await self.stop(writer, count)

    def allowed(self, count):
        """How many bytes more may pass when so many have; None for any number."""
        limits = [limit for limit in (self.frozen_at, self.cut_at) if limit is not None]
        return max(min(limits) - count, 0) if limits else None

    async def stop(self, writer, count):
        if self.frozen_at is not None and count >= self.frozen_at:
            await asyncio.Event().wait()
        if self.reset:
            linger = struct.pack("ii", 1, 0)
            writer.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger)
            writer.transport.abort()

    def note(self, count):
        with self.news:
            self.passed.append((time.monotonic(), count))
            self.news.notify_all()

    async def wait(self):
        if self.delay:
            await asyncio.sleep(self.random.uniform(*self.delay))
