"""Garbage on the daemon's Unix sockets and on the bridge's WebSocket closes the link and nothing else."""

import json
import socket

import pytest

import processes
import raw
from agents import connected
from raw_websocket import BINARY, CLOSE, CONTINUATION, HANDSHAKE, PING, PONG, TEXT, WebSocket, frame
from waiting import eventually

pytestmark = pytest.mark.security


def framed(payload):
    """DESIGN §3: four bytes of big-endian length, then that many bytes of one JSON object."""
    return len(payload).to_bytes(4, "big") + payload


# What breaks DESIGN §3 on any link.
FRAMES = {
    "length 0": bytes(4),
    "length 1": b"\x00\x00\x00\x01{",
    "length of 4 GiB": b"\xff\xff\xff\xff",
    "length of 17 MiB": (17 << 20).to_bytes(4, "big"),
    "HTTP": b"GET / HTTP/1.1\r\nHost: a\r\n\r\n",
    "no JSON": framed(b"hello"),
    "JSON cut": framed(b'{"command":'),
    "an array": framed(b"[]"),
    "a string": framed(b'"status"'),
    "null": framed(b"null"),
    "bytes behind the object": framed(b"{} {}"),
    "not UTF-8": framed(b'{"command":"\xff"}'),
    "deep": framed(b'{"a":' * 300 + b"1" + b"}" * 300),
    "another object": framed(b'{"hello":"world"}'),
    "members of other types": framed(b'{"command":7,"arguments":"status"}'),
}

GREETINGS = {
    "a wrong nonce": {
        "hello": {"version": 1, "role": "worker", "slot": 0, "generation": 1, "nonce": "00" * 16}
    },
    "no nonce": {"hello": {"version": 1, "role": "worker", "slot": 0, "generation": 1}},
    "another version": {"hello": {"version": 99, "role": "worker", "slot": 0, "generation": 1, "nonce": ""}},
    "a request first": {"id": 1, "open": "model", "head": {}, "body": {}},
    "a welcome first": {"welcome": {"version": 1, "role": "worker", "slot": 0, "generation": 1, "nonce": ""}},
}


def is_well(daemon):
    daemon.control("status")
    assert raw.ask(daemon.port, raw.chat(daemon)).status == 200
    return not any(record["restarts"] for record in daemon.status().values())


@pytest.mark.parametrize("data", FRAMES.values(), ids=FRAMES)
def test_garbage_on_the_control_socket_closes_it(daemon, data):
    with raw.Connection(path=daemon.control_socket) as connection:
        connection.send(data)
        rest = connection.rest()
    assert not rest or json.loads(rest[4:])["ok"] is False
    assert is_well(daemon)


@pytest.mark.parametrize("data", FRAMES.values(), ids=FRAMES)
def test_garbage_on_the_bridges_data_socket_closes_it(daemon, data):
    with raw.Connection(path=daemon.run_directory / "bridge.sock") as connection:
        connection.send(data)
        assert connection.rest() == b""
    assert is_well(daemon)


@pytest.mark.parametrize("message", GREETINGS.values(), ids=GREETINGS)
def test_nobody_without_the_nonce_speaks_to_the_bridge(daemon, message):
    with raw.Connection(path=daemon.run_directory / "bridge.sock") as connection:
        connection.send(framed(json.dumps(message).encode()))
        assert connection.rest() == b""
    assert is_well(daemon)


def test_a_frame_that_never_ends_does_not_hold_up_others(daemon):
    with raw.Connection(path=daemon.control_socket) as connection:
        connection.send(framed(b'{"command":"status"}')[:-1])
        assert is_well(daemon)


def test_descriptors_that_nobody_asked_for_are_closed(start):
    daemon = start()
    before = len(processes.descriptors(daemon.pid))
    for _ in range(10):
        with raw.Connection(path=daemon.control_socket) as connection, open("/dev/null") as gift:
            message = framed(b'{"command":"version","arguments":[]}')
            socket.send_fds(connection.socket, [message], [gift.fileno()] * 10)
            connection.rest()
    eventually(lambda: len(processes.descriptors(daemon.pid)) <= before)


def test_more_clients_of_the_control_socket_than_there_is_room_for_are_refused(start):
    daemon = start()
    held = [raw.Connection(path=daemon.control_socket) for _ in range(64)]
    refused = daemon.control("status", expect=1)
    assert "too many" in refused.stderr
    for connection in held:
        connection.socket.close()
    eventually(lambda: daemon.control("status", expect=None).returncode == 0)


# RFC 6455; the masks are zero.
WEBSOCKET = [
    ("c1 80 00000000", "5.2, reserved bit", 1002),
    ("83 80 00000000", "5.2, reserved opcode", 1002),
    ("8b 80 00000000", "5.2, reserved control opcode", 1002),
    ("81 05 68656c6c6f", "5.1, not masked", 1002),
    ("81 fe 007d 00000000", "5.2, length not minimal", 1002),
    ("81 ff 000000000000ffff 00000000", "5.2, length not minimal", 1002),
    ("81 ff ffffffffffffffff 00000000", "5.2, length out of range", 1002),
    ("09 80 00000000", "5.5, control frame in fragments", 1002),
    ("89 fe 007e 00000000", "5.5, control frame too long", 1002),
    ("80 80 00000000", "5.4, nothing to continue", 1002),
    ("01 80 00000000 81 80 00000000", "5.4, message inside message", 1002),
    ("88 81 00000000 03", "5.5.1, close of one byte", 1002),
    ("88 82 00000000 03ed", "7.4.1, close code 1005", 1002),
    ("88 82 00000000 0000", "7.4.2, close code 0", 1002),
    ("88 83 00000000 03e8ff", "5.5.1, close reason", 1007),
    ("81 81 00000000 80", "8.1, text", 1007),
    ("01 81 00000000 c3 80 81 00000000 41", "8.1, text in fragments", 1007),
    ("81 83 00000000 eda080", "8.1, surrogate", 1007),
    ("82 80 00000000", "protocol of DESIGN §3, binary", 1003),
    ("81 ff 0000000000a00001 00000000", "10.4, over 10 MiB", 1009),
    ("81 ff 7fffffffffffffff 00000000", "10.4, far over 10 MiB", 1009),
]


@pytest.mark.parametrize("when", ["at once", "registered"])
@pytest.mark.parametrize(("hex", "section", "code"), WEBSOCKET, ids=[row[1] for row in WEBSOCKET])
def test_a_malformed_frame_closes_the_websocket_with_its_code(daemon, hex, section, code, when):
    with WebSocket(daemon.bridge_port) as socket:
        if when == "registered":
            socket.register(daemon)
        socket.send(bytes.fromhex(hex))
        assert socket.close_code() == code, section
        assert socket.is_closed()
    assert is_well(daemon)


def test_control_frames_between_fragments_are_answered(daemon):
    with WebSocket(daemon.bridge_port) as socket:
        socket.register(daemon)
        socket.send(frame(b'{"type":"ping",', is_final=False) + frame(b"are you there", PING))
        assert socket.next_frame() == (PONG, b"are you there")
        socket.send(frame(b'"timestamp":5}', CONTINUATION))
        opcode, payload = socket.next_frame()
        assert opcode == TEXT and json.loads(payload) == {"type": "pong", "timestamp": 5}


def test_a_close_is_answered_with_its_code(daemon):
    with WebSocket(daemon.bridge_port) as socket:
        socket.register(daemon)
        socket.send(frame((1000).to_bytes(2, "big") + b"bye", CLOSE))
        assert socket.close_code() == 1000
        assert socket.is_closed()


HANDSHAKES = [
    (["Upgrade: websocket", "Connection: Upgrade", "Sec-WebSocket-Version: 13"], "4.2.1, no key", 400),
    (
        ["Upgrade: websocket", "Connection: Upgrade", "Sec-WebSocket-Version: 13", "Sec-WebSocket-Key: x"],
        "4.2.1",
        400,
    ),
    (
        [
            "Upgrade: websocket",
            "Connection: Upgrade",
            "Sec-WebSocket-Version: 8",
            "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==",
        ],
        "4.4, version",
        426,
    ),
    (["Connection: keep-alive"], "4.2.1, no upgrade", 426),
]


@pytest.mark.parametrize(("fields", "section", "status"), HANDSHAKES, ids=[row[1] for row in HANDSHAKES])
def test_a_faulty_handshake_is_refused(daemon, fields, section, status):
    answer = raw.ask(daemon.bridge_port, raw.request("GET", "/agent", fields))
    assert answer.status == status, section
    if status == 426:
        assert answer.fields["sec-websocket-version"] == "13"


@pytest.mark.parametrize("field", ["Origin: https://evil.example", "Origin: null"])
def test_pages_of_others_reach_no_agent_socket(daemon, field):
    fields = [*HANDSHAKE, field]
    assert raw.ask(daemon.bridge_port, raw.request("GET", "/agent", fields)).status == 403
    data = raw.request("GET", "/agent", HANDSHAKE, host="evil.example")
    assert raw.ask(daemon.bridge_port, data).status == 403


def test_an_agent_that_goes_wrong_does_not_harm_another(daemon):
    with connected(daemon, agent_id="good"):
        with WebSocket(daemon.bridge_port) as socket:
            socket.register(daemon, agent_id="bad")
            socket.send(frame(b"\x00\x01", BINARY))
            assert socket.close_code() == 1003
        answer = raw.ask(daemon.port, raw.chat(daemon, "still here", model="m"))
        assert answer.json()["choices"][0]["message"]["content"] == "still here"
