"""Hostile and broken HTTP over a real socket: refused with the right status, and nobody else notices."""

import socket
import subprocess
import time

import pytest

import raw
from malformed_rows import BODIES, FIELDS, FRAMING, LINES

pytestmark = pytest.mark.security

HEADS = LINES + FIELDS + FRAMING


def names(rows):
    return [f"{section} {number}".replace("§", "") for number, (_, section, _) in enumerate(rows)]


@pytest.mark.parametrize(("data", "section", "status"), HEADS, ids=names(HEADS))
def test_a_malformed_request_is_refused_and_its_connection_closed(daemon, data, section, status):
    with raw.Connection(daemon.port) as connection:
        connection.send(data.replace(b"KEY", daemon.key.encode()))
        answer = connection.response()
        assert answer.status == status, section
        assert answer.fields["connection"] == "close"
        assert len(answer.body) > 20, "a sentence that helps"
        assert connection.is_closed()
    assert raw.ask(daemon.port, raw.request()).status == 200


def test_a_refusal_has_a_name_and_tells_in_json_what_is_wrong(daemon):
    answer = raw.ask(daemon.port, b"GET / HTTP/2.0\r\n\r\n")
    assert answer.fields["x-request-id"]
    assert answer.fields["content-type"] == "application/json"
    assert answer.json()["error"].keys() == {"message", "type", "param", "code"}
    assert answer.json()["error"]["type"] == "invalid_request_error"


@pytest.mark.parametrize(("data", "section", "status"), BODIES, ids=names(BODIES))
def test_a_malformed_body_is_refused_and_its_connection_goes_on(daemon, data, section, status):
    with raw.Connection(daemon.port) as connection:
        connection.send(raw.chat_body(daemon, data))
        answer = connection.response()
        assert answer.status == status, section
        assert answer.json()["error"]["code"] == "invalid_json"
        connection.send(raw.chat(daemon))
        assert connection.response().status == 200


@pytest.mark.parametrize(("data", "section", "status"), LINES + FIELDS, ids=names(LINES + FIELDS))
def test_the_agents_port_refuses_the_same(daemon, data, section, status):
    with raw.Connection(daemon.bridge_port) as connection:
        connection.send(data)
        assert connection.response().status == status, section
        assert connection.is_closed()


@pytest.mark.parametrize("size", [1, 2, 3, 7], ids="cut into {}".format)
def test_a_request_may_come_in_pieces_of_any_size(daemon, size):
    data = raw.chat(daemon, "in pieces")
    with raw.Connection(daemon.port) as connection:
        for start in range(0, len(data), size):
            connection.send(data[start : start + size])
        assert connection.response().json()["choices"][0]["message"]["content"] == "in pieces"


def test_a_slow_head_is_answered_with_408(start):
    daemon = start(server={"header_timeout": "1s"})
    with raw.Connection(daemon.port) as connection:
        connection.send(b"GET /livez HTTP/1.1\r\nHost:")
        begin = time.monotonic()
        assert connection.response().status == 408
        assert 0.5 < time.monotonic() - begin < 3
        assert connection.is_closed()


def test_a_head_that_trickles_is_not_given_more_time(start):
    daemon = start(server={"header_timeout": "600ms"})
    with raw.Connection(daemon.port, timeout=0.1) as connection:
        begin = time.monotonic()
        connection.send(b"GET /livez HTTP/1.1\r\n")
        while time.monotonic() - begin < 5:
            connection.send(b"X: y\r\n")
            try:
                if not connection.receive():
                    break
            except TimeoutError:
                continue
        assert connection.unread.startswith(b"HTTP/1.1 408 ")
        assert time.monotonic() - begin < 3


def test_a_slow_body_is_answered_with_408(start):
    daemon = start(server={"body_timeout": "1s"})
    with raw.Connection(daemon.port) as connection:
        connection.send(raw.chat(daemon)[:-5])
        assert connection.response().status == 408
        assert connection.is_closed()


def test_an_idle_connection_is_closed_without_a_word(start):
    daemon = start(server={"idle_timeout": "500ms"})
    with raw.Connection(daemon.port) as fresh, raw.Connection(daemon.port) as used:
        used.send(raw.request())
        assert used.response().status == 200
        begin = time.monotonic()
        assert used.is_closed()
        assert fresh.is_closed()
        assert time.monotonic() - begin < 3


def test_pipelined_requests_are_answered_in_their_order(daemon):
    words = [f"word {number}" for number in range(20)]
    with raw.Connection(daemon.port) as connection:
        connection.send(
            b"".join(raw.chat(daemon, word, stream=number % 3 == 0) for number, word in enumerate(words))
        )
        answers = [connection.response() for _ in words]
    assert [answer.status for answer in answers] == [200] * 20
    assert all(word.split()[1].encode() in answer.body for word, answer in zip(words, answers, strict=True))


@pytest.mark.parametrize(
    "framing",
    [
        b"Content-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
        b"Transfer-Encoding: chunked\r\nContent-Length: 4\r\n\r\n0\r\n\r\n",
        b"Transfer-Encoding: xchunked\r\n\r\n0\r\n\r\n",
        b"Transfer-Encoding : chunked\r\n\r\n0\r\n\r\n",
        b"Transfer-Encoding:\x0bchunked\r\n\r\n0\r\n\r\n",
        b"Content-Length: 0\r\nContent-Length: 44\r\n\r\n",
        b"Content-Length: 0\r\n Content-Length: 44\r\n\r\n",
        b"Content-Length: 0\rX: y\r\n\r\n",
        b"Content-Length: 00000000000000000000000000000000000000000000000000000000000000000\nX: y\r\n\r\n",
    ],
)
def test_no_request_is_smuggled_behind_ambiguous_framing(daemon, framing):
    hidden = raw.request("GET", "/api/version")
    with raw.Connection(daemon.port) as connection:
        connection.send(b"POST /livez HTTP/1.1\r\nHost: 127.0.0.1\r\n" + framing + hidden)
        answers = connection.responses()
    assert [answer.status // 100 in (4, 5) for answer in answers] == [True], answers


def test_a_tls_hello_is_told_that_this_port_is_plain(daemon):
    with raw.Connection(daemon.port) as connection:
        command = ["openssl", "s_client", "-connect", f"127.0.0.1:{daemon.port}"]
        done = subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=20)
        assert done.returncode != 0
        connection.send(bytes.fromhex("16030100c8010000c40303") + bytes(194))
        answer = connection.response()
        assert answer.status == 400
        assert "http://" in answer.body.decode() and "TLS" in answer.body.decode()
        assert connection.is_closed(), "one answer"


def test_a_client_that_stops_in_the_middle_is_forgotten(daemon):
    for data in (
        b"GET",
        raw.chat(daemon)[:-3],
        raw.request("POST", "/v1/chat/completions", ["Content-Length: 9"]),
    ):
        with raw.Connection(daemon.port) as connection:
            connection.send(data)
        with raw.Connection(daemon.port) as connection:
            connection.send(data)
            connection.socket.shutdown(socket.SHUT_WR)
            connection.rest()
    assert raw.ask(daemon.port, raw.chat(daemon)).status == 200


def test_a_client_that_sends_its_end_with_its_request_is_answered(daemon):
    """Data and FIN can come in one event; a half-closed connection still wants its answer (RFC 9112 §9.6)."""
    with raw.Connection(daemon.port) as connection:
        connection.send(raw.request("GET", "/api/version"))
        connection.socket.shutdown(socket.SHUT_WR)
        assert connection.response().status == 200


def test_a_body_nobody_wants_is_read_past(daemon):
    with raw.Connection(daemon.port) as connection:
        connection.send(raw.request("POST", "/nowhere", body=b"x" * 1000) + raw.request())
        assert connection.response().status == 404
        assert connection.response().status == 200
