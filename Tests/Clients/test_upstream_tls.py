"""A provider behind TLS: asked only when it has shown who it is."""

import socket
import time

import pytest

import raw
import recorded
from certificates import certificate
from relaying import ask, chat, error_of, relay
from replies import streamed, whole
from upstream import Upstream

pytestmark = pytest.mark.security

ASKED = {"stream": True, "stream_options": {"include_usage": True}}
WHOLE = whole(recorded.whole("openai", 0))
STREAM = streamed(recorded.stream("openai", 3, include_usage=True))


@pytest.fixture
def secured(tmp_path):
    return certificate(tmp_path)


@pytest.mark.parametrize("host", ["127.0.0.1", "::1"])
def test_an_upstream_that_is_known_answers(start, secured, host):
    context, file = secured
    with Upstream(
        lambda request: STREAM if request.json().get("stream") else WHOLE, host, context
    ) as upstream:
        daemon = relay(start, upstream.url, environment={"SSL_CERT_FILE": str(file)})
        with raw.Connection(daemon.port) as connection:
            for number in range(10):
                is_stream = number % 2 == 1
                connection.send(chat(daemon, **(ASKED if is_stream else {})))
                response = connection.response()
                assert (response.status, response.body) == (200, (STREAM if is_stream else WHOLE).body)
        assert len(upstream.connections) == 1


@pytest.mark.parametrize("way", [{"step": 1}, {"framing": "close"}, {"split_at": 300, "pause": 0.002}])
def test_a_stream_over_tls_is_the_same_however_it_comes(start, secured, way):
    context, file = secured
    with Upstream(STREAM.changed(**way), tls=context) as upstream:
        daemon = relay(start, upstream.url, environment={"SSL_CERT_FILE": str(file)})
        response = ask(daemon, chat(daemon, **ASKED))
        assert (response.status, response.body) == (200, STREAM.body)


def test_an_upstream_that_nobody_knows_is_asked_nothing(start, secured):
    context, _ = secured
    with Upstream(WHOLE, tls=context) as upstream:
        daemon = relay(start, upstream.url)
        error_of(ask(daemon, chat(daemon)), 502)
        assert upstream.requests == []


def test_an_upstream_with_another_s_certificate_is_asked_nothing(start, tmp_path):
    context, file = certificate(tmp_path, names="DNS:elsewhere.example")
    with Upstream(WHOLE, tls=context) as upstream:
        daemon = relay(start, upstream.url, environment={"SSL_CERT_FILE": str(file)})
        error_of(ask(daemon, chat(daemon)), 502)
        assert upstream.requests == []


def test_an_upstream_without_tls_is_a_failure(start):
    with Upstream(WHOLE) as upstream:
        daemon = relay(
            start, upstream.url.replace("http:", "https:"), {"connect_timeout": "2s", "timeout": "2s"}
        )
        # What it reads is no request, and it says so.
        upstream.failures = Ignored()
        response = ask(daemon, chat(daemon))
        assert response.status in (502, 504)
        assert upstream.requests == []


class Ignored(list):
    """A list that stays empty."""

    def append(self, _):
        pass


def test_a_handshake_that_does_not_come_is_given_up(start):
    with socket.create_server(("127.0.0.1", 0)) as silent:
        url = f"https://127.0.0.1:{silent.getsockname()[1]}/v1"
        daemon = relay(start, url, {"connect_timeout": "400ms", "timeout": "30s"})
        begun = time.monotonic()
        response = ask(daemon, chat(daemon))
        assert 0.35 <= time.monotonic() - begun < 2
        assert (response.status, response.json()["error"]["code"]) in [
            (502, "provider_error"),
            (504, "upstream_timeout"),
        ]


def test_a_client_that_leaves_is_noticed_behind_tls_too(start, secured):
    context, file = secured
    with Upstream(STREAM.changed(stall_at=len(STREAM.head) + 600), tls=context) as upstream:
        daemon = relay(start, upstream.url, environment={"SSL_CERT_FILE": str(file)})
        with raw.Connection(daemon.port) as connection:
            connection.send(chat(daemon, **ASKED))
            connection.take_until(b"data:")
            left = time.monotonic()
        assert upstream.left(0) - left < 0.1


@pytest.mark.parametrize("reset", [False, True])
def test_a_stream_that_is_cut_behind_tls_is_no_whole_one(start, secured, reset):
    context, file = secured
    reply = STREAM.changed(framing="close", cut_at=len(STREAM.head) + 1000, reset=reset)
    with Upstream(reply, tls=context) as upstream:
        daemon = relay(start, upstream.url, environment={"SSL_CERT_FILE": str(file)})
        response = ask(daemon, chat(daemon, **ASKED))
        assert b'"error":{' in response.body.replace(b": ", b":") and b"\ndata: [DONE]" not in response.body
