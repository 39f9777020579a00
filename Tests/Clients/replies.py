"""What a scripted upstream answers, down to the byte.

    Reply(pieces=[b"data: {…}\n\n", 0.1, b"data: [DONE]\n\n"], framing="chunked", cut_at=200)

is a head, a chunk, a tenth of a second, another chunk; after 200 bytes of all that the connection ends.
"""

import dataclasses
import http
import json
import threading

JSON_FIELDS = (("content-type", "application/json"),)
STREAM_FIELDS = (("content-type", "text/event-stream; charset=utf-8"), ("cache-control", "no-cache"))


@dataclasses.dataclass(frozen=True)
class Reply:
    status: int = 200
    fields: tuple = JSON_FIELDS
    # The body: bytes, seconds to wait (a float), or what has `async passed()` (agents.Gate).
    pieces: tuple = ()
    # "chunked": a chunk for each piece; "length"; "close": the end of the connection ends the body; "none".
    framing: str = "length"
    version: str = "1.1"
    # What is waited for before the first byte, as among the pieces.
    wait: object = None
    # (status, fields) of each response before this one, such as 103.
    interim: tuple = ()
    # Seconds between two writes.
    pause: float = 0.0
    # Bytes in each write, whatever the pieces are; None: a write for each piece.
    step: int | None = None
    # Offsets in all bytes of the response, its head and interim ones included; None: not at all.
    split_at: int | None = None
    cut_at: int | None = None
    stall_at: int | None = None
    # Whether a cut is a reset instead of an end.
    reset: bool = False
    # Then: "keep" the connection; "say close" in the head and do; "close" without a word;
    # "close on request" or "reset on request": when the next request has come, without an answer to it.
    after: str = "keep"
    # Sent as it is instead of a head and a body.
    raw: bytes | None = None

    def changed(self, **members):
        return dataclasses.replace(self, **members)

    @property
    def body(self):
        return b"".join(piece for piece in self.pieces if isinstance(piece, bytes))

    @property
    def bytes(self):
        """The whole response as it is sent."""
        return b"".join(part for part in self.parts() if isinstance(part, bytes))

    @property
    def done_at(self):
        """The offset behind a stream's [DONE]; before it nothing says that the stream is whole."""
        return self.bytes.rindex(b"[DONE]") + len(b"[DONE]")

    @property
    def ends_connection(self):
        return self.framing == "close" or self.after in ("close", "say close")

    @property
    def head(self):
        interim = b"".join(head(status, fields, "1.1") for status, fields in self.interim)
        framing = {
            "chunked": [("transfer-encoding", "chunked")],
            "length": [("content-length", str(len(self.body)))],
            "close": [("connection", "close")],
            "none": [],
        }[self.framing]
        if self.after == "say close" and self.framing != "close":
            framing.append(("connection", "close"))
        return interim + head(self.status, [*self.fields, *framing], self.version)

    def parts(self):
        """What is written, with what is waited for in between."""
        if self.wait is not None:
            yield self.wait
        if self.raw is not None:
            yield self.raw
            return
        yield self.head
        for piece in self.pieces:
            is_chunk = self.framing == "chunked" and isinstance(piece, bytes)
            # A chunk of nothing would be the end of the body.
            if piece != b"":
                yield chunk(piece) if is_chunk else piece
        if self.framing == "chunked":
            yield b"0\r\n\r\n"


def head(status, fields, version):
    try:
        reason = http.HTTPStatus(status).phrase
    except ValueError:
        reason = "Unknown"
    rows = [f"HTTP/{version} {status} {reason}", *(f"{name}: {value}" for name, value in fields), "", ""]
    return "\r\n".join(rows).encode("latin-1")


def chunk(data):
    return b"%x\r\n%s\r\n" % (len(data), data)


def events(body):
    """A stream's bytes cut behind each blank line, so that each piece is an event."""
    pieces, start = [], 0
    while start < len(body):
        ends = [end + len(mark) for mark in (b"\n\n", b"\r\n\r\n") if (end := body.find(mark, start)) >= 0]
        end = min(ends, default=len(body))
        pieces.append(body[start:end])
        start = end
    return tuple(pieces)


def event(value):
    return b"data: " + json.dumps(value, ensure_ascii=False).encode() + b"\n\n"


def streamed(body, **members):
    """A stream, an event in each chunk unless it is given in pieces."""
    pieces = events(body) if isinstance(body, bytes) else tuple(body)
    return Reply(**{"fields": STREAM_FIELDS, "pieces": pieces, "framing": "chunked"} | members)


def whole(value, **members):
    """A JSON body: its bytes, or a value to be spelled."""
    body = value if isinstance(value, bytes) else json.dumps(value).encode()
    return Reply(**{"pieces": (body,)} | members)


def failure(status, message="no", type="api_error", code=None, **members):
    """An error as OpenAI words it."""
    error = {"message": message, "type": type, "param": None, "code": code}
    return whole({"error": error}, status=status, **members)


def in_turn(*replies):
    """A script that gives these one after the other, and the last one for ever."""
    lock, left = threading.Lock(), list(replies)

    def script(_):
        with lock:
            return left.pop(0) if len(left) > 1 else left[0]

    return script
