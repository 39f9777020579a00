"""WebSocket by hand (RFC 6455): frames that no library would send, and a peer that says nothing by itself."""

import json

from raw import Connection, request

CONTINUATION, TEXT, BINARY, CLOSE, PING, PONG = 0, 1, 2, 8, 9, 10

HANDSHAKE = (
    "Upgrade: websocket",
    "Connection: Upgrade",
    "Sec-WebSocket-Version: 13",
    "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==",
)


def frame(payload, opcode=TEXT, is_final=True):
    """A frame as clients send it; the mask is zero, which changes no byte."""
    length = len(payload)
    head = bytes([0x80 * is_final | opcode])
    if length < 126:
        head += bytes([0x80 | length])
    elif length < 65536:
        head += bytes([0x80 | 126]) + length.to_bytes(2, "big")
    else:
        head += bytes([0x80 | 127]) + length.to_bytes(8, "big")
    return head + bytes(4) + payload


class WebSocket(Connection):
    """A client's side after the handshake."""

    def __init__(self, port, target="/agent", timeout=10.0):
        super().__init__(port, timeout=timeout)
        self.send(request("GET", target, HANDSHAKE))
        answer = self.response()
        assert answer.status == 101, answer
        assert answer.fields["sec-websocket-accept"] == "s3pPLMBiTxaQ9kYGzzhZRbK+xOo="

    def register(self, daemon, models=("m",), agent_id="by-hand"):
        members = {"type": "register", "agent_id": agent_id, "token": daemon.key, "models": list(models)}
        self.send(frame(json.dumps(members).encode()))
        answer = json.loads(self.next_frame()[1])
        assert answer["type"] == "registered", answer

    def next_frame(self):
        """(opcode, payload) of the next frame; the daemon's are not masked."""
        first, second = self.take(2)
        assert not second & 0x80, "a server masks no frame (RFC 6455 §5.1)"
        length = second & 127
        if length >= 126:
            length = int.from_bytes(self.take(2 if length == 126 else 8), "big")
        return first & 15, self.take(length)

    def close_code(self):
        """The code of the close frame; what comes before it is passed over."""
        while True:
            opcode, payload = self.next_frame()
            if opcode == CLOSE:
                return int.from_bytes(payload[:2], "big") if payload else 1005
