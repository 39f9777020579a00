#!/usr/bin/env python3
"""An agent that costs next to nothing: bench_agent.py PORT MODEL CHUNKS; reads the key from stdin.

It speaks just enough WebSocket (RFC 6455 §5.2) to register and to answer each model_invoke: with one model_result,
or, if the request streams, with CHUNKS frames written at once (0: with one, and no end). Its frames are masked with
zero, which changes no byte.
"""

import json
import socket
import struct
import sys

TEXT, CLOSE, PING, PONG = 1, 8, 9, 10


def frame(payload, opcode=TEXT):
    length = len(payload)
    if length < 126:
        head = struct.pack("!BB", 0x80 | opcode, 0x80 | length)
    elif length < 65536:
        head = struct.pack("!BBH", 0x80 | opcode, 0x80 | 126, length)
    else:
        head = struct.pack("!BBQ", 0x80 | opcode, 0x80 | 127, length)
    return head + b"\0\0\0\0" + payload


def message(**members):
    return frame(json.dumps(members, separators=(",", ":")).encode())


def connect(port):
    """A socket that has been upgraded, as a buffered reader and the socket itself."""
    link = socket.create_connection(("127.0.0.1", port))
    link.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    link.sendall(
        b"GET /agent HTTP/1.1\r\nHost: 127.0.0.1:%d\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
        b"Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n" % port
    )
    reader = link.makefile("rb", buffering=1 << 20)
    status = reader.readline()
    if b" 101 " not in status:
        sys.exit(f"bench_agent: not upgraded: {status!r}")
    while reader.readline() != b"\r\n":
        pass
    return reader, link


def next_message(reader):
    """(opcode, payload) of the next frame, or None when the peer has gone; small messages are not fragmented."""
    head = reader.read(2)
    if len(head) < 2:
        return None
    length = head[1] & 127
    if length == 126:
        length = int.from_bytes(reader.read(2), "big")
    elif length == 127:
        length = int.from_bytes(reader.read(8), "big")
    return head[0] & 15, reader.read(length)


def answer(invoke, chunks):
    """The frames that answer one model_invoke."""
    identifier = invoke["id"]
    if not invoke.get("stream"):
        words = {"role": "assistant", "content": "word " * chunks}
        choice = {"index": 0, "message": words, "finish_reason": "stop"}
        return message(type="model_result", id=identifier, choices=[choice])
    word, end = {"delta": {"content": "word "}}, {"delta": {}, "finish_reason": "stop"}
    chunk = message(type="model_stream_chunk", id=identifier, chunk=word, finished=False)
    if not chunks:
        return chunk
    return chunk * chunks + message(type="model_stream_chunk", id=identifier, chunk=end, finished=True)


def main(port, model, chunks):
    reader, link = connect(port)
    link.sendall(message(type="register", agent_id="bench", token=sys.stdin.readline().strip(), models=[model]))
    while (received := next_message(reader)) is not None:
        opcode, payload = received
        if opcode == CLOSE:
            return
        if opcode == PING:
            link.sendall(frame(payload, PONG))
        if opcode != TEXT:
            continue
        event = json.loads(payload)
        if event["type"] == "model_invoke":
            link.sendall(answer(event, chunks))
        elif event["type"] == "ping":
            link.sendall(message(type="pong", timestamp=event.get("timestamp")))
        elif event["type"] == "error" and "id" not in event:
            sys.exit(f"bench_agent: refused: {event}")


if __name__ == "__main__":
    main(int(sys.argv[1]), sys.argv[2], int(sys.argv[3]))
