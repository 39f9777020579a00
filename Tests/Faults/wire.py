"""One client connection on the running event loop: requests out, answers in, and what exactly went wrong."""

import asyncio
import contextlib
import errno
import re
import socket
from collections.abc import AsyncIterator
from dataclasses import dataclass

from ledger import CUT, NEVER_REACHED, UNANSWERED, WRONG

STATUS = re.compile(rb"HTTP/1\.1 (\d{3}) ?[^\r\n]*")


class Broken(Exception):
    """A request failed; see Ledger for the phases."""

    def __init__(self, phase: str, what: str, raced: bool = False):
        super().__init__(what)
        self.phase = phase
        self.what = what
        self.raced = raced


@dataclass
class Answer:
    status: int
    fields: dict[str, str]
    body: bytes = b""

    @property
    def closes(self) -> bool:
        return self.fields.get("connection", "").lower() == "close"


class Wire:
    """A connection that knows which worker serves it, once it has answered."""

    def __init__(self, port: int, host: str = "127.0.0.1"):
        self.address = (host, port)
        self.socket: socket.socket | None = None
        self.unread = b""
        self.phase = NEVER_REACHED
        self.served = 0
        self.worker: int | None = None

    async def open(self) -> None:
        self.socket = socket.socket()
        self.socket.setblocking(False)
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        try:
            await asyncio.get_running_loop().sock_connect(self.socket, self.address)
        except OSError as error:
            raise Broken(NEVER_REACHED, name(error)) from None

    def close(self) -> None:
        if self.socket is not None:
            self.socket.close()
            self.socket = None

    def is_gone(self) -> bool:
        """Whether the server has closed or reset the idle connection, as far as our kernel knows."""
        if self.socket is None:
            return True
        try:
            return not self.socket.recv(1, socket.MSG_PEEK)
        except BlockingIOError:
            return False
        except OSError:
            return True

    async def send(self, data: bytes) -> None:
        self.phase = UNANSWERED
        try:
            await asyncio.get_running_loop().sock_sendall(self.socket, data)
        except OSError as error:
            raise Broken(UNANSWERED, name(error), raced=self.served > 0) from None

    # Answers

    async def answer(self) -> Answer:
        answer = await self.head()
        answer.body = b"".join([piece async for piece in self.pieces(answer)])
        return answer

    async def head(self) -> Answer:
        self.phase = CUT if self.unread else UNANSWERED
        rows = (await self.take_until(b"\r\n\r\n")).split(b"\r\n")
        match = STATUS.fullmatch(rows[0])
        if match is None:
            raise Broken(WRONG, f"{rows[0]!r} is no status line")
        fields = {}
        for row in rows[1:]:
            field, separator, value = row.partition(b":")
            if separator:
                fields[field.decode("latin-1").lower()] = value.strip().decode("latin-1")
        if (worker := fields.get("x-gatehouse-worker", "").rpartition("/")[2]).isdigit():
            self.worker = int(worker)
        return Answer(int(match[1]), fields)

    async def pieces(self, answer: Answer) -> AsyncIterator[bytes]:
        """The body as it comes; the answer is over at its end."""
        if "chunked" in answer.fields.get("transfer-encoding", ""):
            while size := await self.chunk_size():
                yield await self.take(size)
                await self.take_exactly(b"\r\n")
            await self.take_exactly(b"\r\n")
        elif "content-length" in answer.fields:
            yield await self.take(int(answer.fields["content-length"]))
        else:
            raise Broken(WRONG, "an answer without a length")
        self.served += 1
        if answer.closes:
            self.close()

    async def chunk_size(self) -> int:
        line = await self.take_until(b"\r\n")
        try:
            return int(line, 16)
        except ValueError:
            raise Broken(WRONG, f"{line!r} is no chunk size") from None

    async def take_exactly(self, wanted: bytes) -> None:
        found = await self.take(len(wanted))
        if found != wanted:
            raise Broken(WRONG, f"{found!r} instead of {wanted!r}")

    async def take(self, count: int) -> bytes:
        while len(self.unread) < count:
            await self.receive()
        data, self.unread = self.unread[:count], self.unread[count:]
        return data

    async def take_until(self, mark: bytes) -> bytes:
        while mark not in self.unread:
            await self.receive()
        return await self.take(self.unread.index(mark) + len(mark))

    async def receive(self) -> None:
        try:
            data = await asyncio.get_running_loop().sock_recv(self.socket, 65536)
        except OSError as error:
            raise Broken(self.phase, name(error)) from None
        if not data:
            raise Broken(self.phase, "end of stream", raced=self.phase == UNANSWERED and self.served > 0)
        self.phase = CUT
        self.unread += data


def name(error: OSError) -> str:
    return errno.errorcode.get(error.errno or 0, repr(error))


@contextlib.asynccontextmanager
async def wire(port: int, host: str = "127.0.0.1") -> AsyncIterator[Wire]:
    """An open connection that is closed at the end."""
    connection = Wire(port, host)
    try:
        await connection.open()
        yield connection
    finally:
        connection.close()
