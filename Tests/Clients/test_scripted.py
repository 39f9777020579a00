"""The scripted upstream and the bad line do what their scripts say, to OpenAI's client and bare sockets."""

import asyncio
import gc
import socket
import ssl
import threading
import time

import httpx
import httpx2
import openai
import pytest

import raw
import recorded
from agents import Gate
from certificates import certificate
from replies import Reply, failure, head, in_turn, streamed, whole
from shaky import Shaky
from upstream import Upstream
from waiting import eventually

pytestmark = pytest.mark.integration

HELLO = [{"role": "user", "content": "hello"}]
BODY = recorded.stream("openai", 3)


def new_client(url, **options):
    return openai.OpenAI(base_url=url, api_key="none", max_retries=0, timeout=10, **options)


def chunks_of(url, client=None):
    with client or new_client(url) as client:
        return list(client.chat.completions.create(model="m", messages=HELLO, stream=True))


def received(port, data=b"POST /v1/x HTTP/1.1\r\ncontent-length: 0\r\n\r\n"):
    """All bytes of one connection, and whether it was reset."""
    with socket.create_connection(("127.0.0.1", port), 10) as connection:
        connection.sendall(data)
        found = b""
        try:
            while piece := connection.recv(65536):
                found += piece
        except ConnectionResetError:
            return found, True
        return found, False


def test_a_request_is_noted_as_it_was_sent():
    with Upstream(whole({"a": 1})) as upstream:
        fields = "POST /v1/chat/completions HTTP/1.1\r\nHost: x\r\nX-Two: a\r\nx-two: b\r\n"
        data = f"{fields}Content-Length: 7\r\n\r\n".encode() + b'{"a":1}'
        with raw.Connection(upstream.port) as connection:
            for _ in range(2):
                connection.send(data)
                assert connection.response().json() == {"a": 1}
            begun = time.monotonic()
        assert 0 <= upstream.left(0) - begun < 1
    first, second = upstream.requests
    assert (first.method, first.target, first.json()) == ("POST", "/v1/chat/completions", {"a": 1})
    assert first.values("x-TWO") == ["a", "b"] and first.head == data[:-7]
    assert (first.is_reused, second.is_reused, second.connection) == (False, True, 0)
    assert upstream.connections[0].ended_by == "fin"


@pytest.mark.parametrize("framing", ["chunked", "length", "close"])
@pytest.mark.parametrize("way", [{}, {"step": 1}, {"split_at": 150, "pause": 0.001}])
def test_a_whole_stream_is_read_by_the_client(framing, way):
    with Upstream(streamed(BODY, framing=framing, **way)) as upstream:
        chunks = chunks_of(upstream.url)
    texts = "".join(choice.delta.content or "" for chunk in chunks for choice in chunk.choices)
    assert len(texts) == sum(map(len, recorded.recording("openai", 3).texts.values()))


@pytest.mark.parametrize("reset", [False, True])
@pytest.mark.parametrize("framing", ["chunked", "length"])
def test_the_client_itself_sees_a_stream_that_is_cut(framing, reset):
    """Directly, so that what the daemon adds is known: with these framings the client is told by HTTP."""
    reply = streamed(BODY, framing=framing)
    for offset in (10, len(reply.head), len(reply.head) + 40, reply.done_at - 20):
        with Upstream(reply.changed(cut_at=offset, reset=reset)) as upstream:
            with pytest.raises((openai.APIConnectionError, httpx2.NetworkError, httpx2.RemoteProtocolError)):
                chunks_of(upstream.url)


def test_the_client_itself_does_not_see_a_stream_cut_between_events_that_only_ends():
    """Without a length nothing tells it: this is what a gateway has to add."""
    reply = streamed(BODY, framing="close")
    with Upstream(reply.changed(cut_at=reply.done_at - len(b"data: [DONE]"))) as upstream:
        assert chunks_of(upstream.url)


@pytest.mark.parametrize("offset", [0, 1, 17, 100, 200])
@pytest.mark.parametrize("reset", [False, True])
def test_a_cut_is_at_its_offset(offset, reset):
    reply = streamed(BODY, cut_at=offset, reset=reset)
    with Upstream(reply) as upstream:
        found, was_reset = received(upstream.port)
        assert (found, was_reset) == (reply.bytes[:offset], reset)
        assert upstream.connections[0].ended_by == "us"


def test_a_stall_is_silence_on_an_open_connection():
    with Upstream(streamed(BODY, stall_at=300)) as upstream:
        with pytest.raises(httpx2.ReadTimeout):
            chunks_of(upstream.url, new_client(upstream.url).with_options(timeout=0.3))
        upstream.left(0)
        assert upstream.connections[0].sent == 300


def test_replies_of_all_kinds():
    fields = (("retry-after", "3"),)
    replies = [
        failure(429, "slow down", fields=fields),
        Reply(raw=b"garbage\r\n\r\n", after="close"),
        whole({"v": "1.0"}, version="1.0", framing="close"),
        whole({"early": True}, interim=((103, (("link", "</x>"),)),)),
        whole({}, after="say close"),
        streamed([b"data: " + b"x" * (16 << 20) + b"\n\n"]),
    ]
    with Upstream(in_turn(*replies)) as upstream, httpx.Client(timeout=10) as client:
        url = upstream.url + "/x"
        answer = client.post(url)
        assert (answer.status_code, answer.headers["retry-after"]) == (429, "3")
        assert answer.json()["error"]["message"] == "slow down"
        with pytest.raises(httpx.RemoteProtocolError):
            client.post(url)
        assert client.post(url).http_version == "HTTP/1.0"
        assert client.post(url).json() == {"early": True}
        assert client.post(url).headers["connection"] == "close"
        assert len(client.post(url).content) == (16 << 20) + 8
    assert [request.connection for request in upstream.requests] == [0, 0, 1, 2, 2, 3]
    assert head(204, [], "1.1") == b"HTTP/1.1 204 No Content\r\n\r\n"


@pytest.mark.parametrize("after", ["close on request", "reset on request"])
def test_a_connection_can_be_stale(after):
    with Upstream(whole({}, after=after)) as upstream, httpx.Client(timeout=10) as client:
        client.post(upstream.url)
        with pytest.raises(httpx.HTTPError):
            client.post(upstream.url)
        assert client.post(upstream.url).status_code == 200
        assert [request.is_reused for request in upstream.requests] == [False, True, False]


def test_idle_connections_can_be_ended():
    with Upstream(whole({})) as upstream, httpx.Client(timeout=10) as client:
        client.post(upstream.url)
        upstream.wait_for(lambda: upstream.connections[0].is_idle)
        assert upstream.close_idle() == 1
        assert client.post(upstream.url).status_code == 200
        upstream.stop_listening()
        with pytest.raises(httpx.ConnectError):
            httpx.post(upstream.url)
        upstream.listen_again()
        assert httpx.post(upstream.url).status_code == 200


def test_a_gate_holds_a_stream():
    gate = Gate()
    with Upstream(streamed([b"data: {}\n\n", gate, b"data: [DONE]\n\n"])) as upstream:
        with httpx.stream("POST", upstream.url, timeout=10) as answer:
            pieces = answer.iter_bytes()
            assert next(pieces) == b"data: {}\n\n"
            gate.open()
            assert b"".join(pieces) == b"data: [DONE]\n\n"


def test_a_script_that_fails_fails_the_test():
    def script(request):
        raise KeyError("mine")

    with pytest.raises(KeyError, match="mine"), Upstream(script) as upstream:
        received(upstream.port)


@pytest.mark.parametrize("host", ["127.0.0.1", "::1"])
def test_it_speaks_tls_and_ipv6(tmp_path, host):
    context, file = certificate(tmp_path)
    trusting = ssl.create_default_context(cafile=file)
    with Upstream(streamed(BODY), host=host, tls=context) as upstream:
        with httpx.Client(verify=trusting) as client:
            assert client.post(upstream.url).content == BODY
        upstream.left(0)
    with Upstream(streamed(BODY), host=host) as upstream:
        assert httpx.post(upstream.url).content == BODY


def test_a_bad_line_is_slow_thin_cut_or_dead():
    reply = whole({"a": "x" * 40})
    with Upstream(reply) as upstream:
        with Shaky(upstream.port, delay=(0.05, 0.1)) as line:
            begun = time.monotonic()
            assert httpx.post(line.url).content == reply.body
            assert 0.1 <= time.monotonic() - begun < 1
        with Shaky(upstream.port, rate=1000) as line:
            assert httpx.post(line.url).content == reply.body
            assert all(count <= 1000 for _, count in line.passed)
        with Shaky(upstream.port, cut_at=30) as line:
            assert received(line.port) == (reply.bytes[:30], False)
            line.cut_at, line.reset = 31, True
            assert received(line.port) == (reply.bytes[:31], True)
            line.refuses = True
            assert received(line.port)[0] == b""
        with Shaky(upstream.port, frozen_at=30) as line:
            with socket.create_connection(("127.0.0.1", line.port), 10) as connection:
                connection.sendall(b"POST / HTTP/1.1\r\ncontent-length: 0\r\n\r\n")
                connection.settimeout(0.2)
                assert connection.recv(100) == reply.bytes[:30]
                with pytest.raises(TimeoutError):
                    connection.recv(100)
            line.wait_for(lambda: line.left)


async def test_nothing_of_it_is_left():
    before = threading.active_count(), len(asyncio.all_tasks())
    with Upstream(streamed(BODY, stall_at=300)) as upstream, Shaky(upstream.port) as line:
        connections = [
            socket.create_connection(("127.0.0.1", port), 10) for port in (upstream.port, line.port)
        ]
        for connection in connections:
            connection.sendall(b"POST / HTTP/1.1\r\ncontent-length: 0\r\n\r\n")
        upstream.request(2)
    for connection in connections:
        connection.close()
    gc.collect()
    eventually(lambda: (threading.active_count(), len(asyncio.all_tasks())) == before)
