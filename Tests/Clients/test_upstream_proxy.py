"""Providers that are reached through a proxy, as the environment says."""

import asyncio
import base64

import pytest

import recorded
from certificates import certificate
from loop_thread import LoopThread
from relaying import ask, chat, error_of, relay
from replies import streamed, whole
from upstream import Upstream

pytestmark = pytest.mark.integration

WHOLE = whole(recorded.whole("openai", 0))
STREAM = streamed(recorded.stream("openai", 3, include_usage=True))


class Proxy(LoopThread):
    """Connects to `port` whoever asks, wherever they want to go; or answers with another status."""

    def __init__(self, port, answer=b"HTTP/1.1 200 Connection established\r\n\r\n"):
        self.target, self.answer = port, answer
        self.heads = []
        self.tasks = set()

    @property
    def address(self):
        return f"127.0.0.1:{self.port}"

    async def opened(self):
        self.server = await asyncio.start_server(self.serve, "127.0.0.1", 0)
        self.port = self.server.sockets[0].getsockname()[1]

    async def closed(self):
        self.server.close()
        for task in self.tasks:
            task.cancel()
        await asyncio.gather(*self.tasks, return_exceptions=True)

    async def serve(self, reader, writer):
        self.tasks.add(asyncio.current_task())
        try:
            self.heads.append((await reader.readuntil(b"\r\n\r\n")).decode())
            writer.write(self.answer)
            if b" 200 " not in self.answer:
                return
            there = await asyncio.open_connection("127.0.0.1", self.target)
            await asyncio.gather(self.pass_on(reader, there[1]), self.pass_on(there[0], writer))
        except (OSError, asyncio.IncompleteReadError, asyncio.CancelledError):
            pass
        finally:
            writer.close()

    async def pass_on(self, reader, writer):
        try:
            while data := await reader.read(65536):
                writer.write(data)
        finally:
            writer.close()


@pytest.fixture
def upstream(tmp_path):
    context, file = certificate(tmp_path, "DNS:api.example,IP:127.0.0.1")
    with Upstream(lambda request: STREAM if request.json().get("stream") else WHOLE, tls=context) as upstream:
        upstream.file = file
        yield upstream


def behind(start, upstream, proxy, host="api.example", **environment):
    environment = {"SSL_CERT_FILE": str(upstream.file)} | environment
    if proxy is not None:
        environment = {"https_proxy": proxy} | environment
    return relay(start, f"https://{host}:{upstream.port}/v1", environment=environment)


def test_an_upstream_that_only_the_proxy_reaches(start, upstream):
    with Proxy(upstream.port) as proxy:
        daemon = behind(start, upstream, f"http://{proxy.address}")
        assert ask(daemon, chat(daemon)).body == WHOLE.body
        asked = {"stream": True, "stream_options": {"include_usage": True}}
        assert ask(daemon, chat(daemon, **asked)).body == STREAM.body
    assert len(proxy.heads) == 1, "the tunnel is kept"
    place = f"api.example:{upstream.port}"
    assert proxy.heads[0].splitlines()[:2] == [f"CONNECT {place} HTTP/1.1", f"host: {place}"]
    assert "proxy-authorization" not in proxy.heads[0]


def test_the_proxy_is_told_who_asks(start, upstream):
    with Proxy(upstream.port) as proxy:
        daemon = behind(start, upstream, f"http://user:p%40ss@{proxy.address}/")
        assert ask(daemon, chat(daemon)).status == 200
    word = base64.b64encode(b"user:p@ss").decode()
    assert f"proxy-authorization: Basic {word}\r\n" in proxy.heads[0]
    assert "p%40ss" not in daemon.log and word not in daemon.log


@pytest.mark.parametrize("status", [b"407 Proxy Authentication Required", b"403 Forbidden", b"502 Bad Gateway"])
def test_a_proxy_that_refuses_is_named(start, upstream, status):
    with Proxy(upstream.port, b"HTTP/1.1 " + status + b"\r\ncontent-length: 0\r\n\r\n") as proxy:
        daemon = behind(start, upstream, proxy.address)
        error = error_of(ask(daemon, chat(daemon)), 502)
    assert f"the proxy of https_proxy answered with status {status.decode()[:3]}" in error["message"]
    assert upstream.requests == []


@pytest.mark.parametrize(
    ("host", "exceptions"),
    [("127.0.0.1", ""), ("localhost", ""), ("api.example", "*"), ("api.example", "other,example"), ("api.example", ".example")],
)
def test_what_no_proxy_names_is_reached_directly(start, upstream, host, exceptions):
    with Proxy(upstream.port) as proxy:
        daemon = behind(start, upstream, proxy.address, host, no_proxy=exceptions)
        ask(daemon, chat(daemon))
    assert proxy.heads == []


def test_a_proxy_that_means_nothing_is_said(start, upstream):
    daemon = behind(start, upstream, "socks5://user:word@127.0.0.1:1")
    error = error_of(ask(daemon, chat(daemon)), 502)
    assert "https_proxy is not http://HOST:PORT" in error["message"] and "word" not in error["message"]


def test_a_proxy_that_is_away_is_a_failure(start, upstream):
    daemon = behind(start, upstream, "127.0.0.1:9")
    assert "127.0.0.1:9" in error_of(ask(daemon, chat(daemon)), 502)["message"]
