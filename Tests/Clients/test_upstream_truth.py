"""What a client is told of an upstream: its words as they are, and what goes wrong by the right status."""

import json
import socket
import time

import pytest

import raw
import recorded
from agents import Gate
from configuration import free_port
from daemon import daemons
from relaying import PROVIDER_KEY, ask, chat, error_event, error_of, exchange, relay
from replies import Reply, event, failure, streamed, whole
from upstream import Upstream
from waiting import eventually

pytestmark = pytest.mark.integration

ASKED = {"stream": True, "stream_options": {"include_usage": True}}
WHOLE = whole(recorded.whole("openai", 0))
CHOICE = {"index": 0, "delta": {"role": "assistant", "content": "first"}, "finish_reason": None}
FIRST = event({"id": "c", "object": "chat.completion.chunk", "created": 1, "model": "m", "choices": [CHOICE]})
LAST = FIRST.replace(b"first", b"last").replace(b"null", b'"stop"')
DONE = b"data: [DONE]\n\n"

PATIENCE = {"connect_timeout": "400ms", "timeout": "400ms", "stream_gap_timeout": "400ms"}


@pytest.fixture(scope="module")
def daemon(tmp_path_factory, upstream):
    """One that does not wait long."""
    with daemons(tmp_path_factory.mktemp("truth")) as start:
        yield relay(start, upstream.url, PATIENCE)


FORMS = pytest.mark.parametrize("form", [{}, ASKED], ids=["whole", "stream"])


def is_about(seconds, expected):
    return expected * 0.9 <= seconds < expected + 1


# Good answers


@pytest.mark.parametrize("kind", recorded.KINDS)
def test_whole_answers_arrive_as_they_are(daemon, upstream, kind):
    for seed in range(20):
        reply = whole(recorded.whole(kind, seed), framing=["length", "chunked", "close"][seed % 3])
        response, _ = exchange(daemon, upstream, reply)
        assert (response.status, response.body) == (200, reply.body)


PASSED = {
    "retry-after": "7",
    "retry-after-ms": "6500",
    "x-ratelimit-limit-requests": "10000",
    "x-ratelimit-remaining-tokens": "149984",
    "x-ratelimit-reset-requests": "8.64s",
    "x-request-id": "req_of-the-upstream",
    "openai-processing-ms": "321",
}
WITHHELD = {
    "set-cookie": "__cf_bm=x; path=/",
    "openai-organization": "org-of-the-provider",
    "server": "cloudflare",
    "alt-svc": 'h3=":443"; ma=86400',
    "cf-ray": "8f0-FRA",
    "connection": "keep-alive",
    "keep-alive": "timeout=5",
}


@pytest.mark.parametrize(
    "reply",
    [
        WHOLE.changed(fields=(("content-type", "application/json; charset=utf-8"),)),
        failure(429, fields=(("Content-Type", "application/json; charset=utf-8"),)),
        streamed([FIRST, LAST, DONE], fields=(("Content-Type", "text/event-stream; charset=utf-8"),)),
        streamed([FIRST, LAST, DONE], fields=(("Content-Type", "text/event-stream"),)),
    ],
    ids=["whole", "error", "stream", "stream without charset"],
)
def test_fields_of_the_answer_are_passed_on_by_a_list(daemon, upstream, reply):
    fields = (*reply.fields, *((name.title(), value) for name, value in (PASSED | WITHHELD).items()))
    asked = ASKED if reply.framing == "chunked" else {}
    response, _ = exchange(daemon, upstream, reply.changed(fields=fields), chat(daemon, **asked))
    assert (response.status, response.body) == (reply.status, reply.body)
    assert {name: response.fields.get(name) for name in PASSED} == PASSED
    assert {name for name in WITHHELD if name in response.fields} <= {"connection"}
    assert response.fields["content-type"] == reply.fields[0][1]


@FORMS
@pytest.mark.parametrize(
    "way",
    [
        {"interim": ((103, (("link", "</x>"),)), (102, ()), (100, ()))},
        {"version": "1.0", "framing": "close"},
        {"step": 1},
        {"fields": tuple((f"x-{number}", "y" * 50) for number in range(100))},
    ],
    ids=["interim", "1.0", "byte by byte", "many fields"],
)
def test_good_answers_in_strange_forms(daemon, upstream, form, way):
    reply = streamed([FIRST, LAST, DONE]) if form else WHOLE
    way = way | ({"fields": (*reply.fields, *way["fields"])} if "fields" in way else {})
    response, _ = exchange(daemon, upstream, reply.changed(**way), chat(daemon, **form))
    assert (response.status, response.body) == (200, reply.body)


# When the status is told


def receives(connection, seconds):
    """What comes in that time."""
    connection.socket.settimeout(seconds)
    try:
        connection.receive()
    except TimeoutError:
        pass
    connection.socket.settimeout(10)
    return connection.unread


@pytest.mark.parametrize(
    "pieces",
    [
        (b"", FIRST),
        (b": OPENROUTER PROCESSING\n\n", FIRST),
        (FIRST[:10], FIRST[10:]),
        (FIRST[:-1], FIRST[-1:]),
    ],
    ids=["head", "comment", "half an event", "all but its end"],
)
def test_the_status_waits_for_the_first_event(daemon, upstream, pieces):
    gate = Gate()
    before, after = pieces
    upstream.script = streamed([*filter(None, [before]), gate, after, LAST, DONE])
    with raw.Connection(daemon.port) as connection:
        connection.send(chat(daemon, **ASKED))
        eventually(lambda: gate.waiting)
        assert receives(connection, 0.1) == b""
        gate.open()
        response = connection.response()
    assert response.status == 200
    assert response.body.endswith(FIRST + LAST + DONE)


def test_a_client_that_waits_long_is_told_that_something_lives(start):
    gate = Gate()
    with Upstream(streamed([gate, FIRST, LAST, DONE])) as upstream:
        daemon = relay(start, upstream.url, streaming={"commit_after": "100ms", "heartbeat_interval": "50ms"})
        with raw.Connection(daemon.port) as connection:
            connection.send(chat(daemon, **ASKED))
            head = connection.take_until(b"\r\n\r\n")
            assert b" 200 " in head and b"text/event-stream" in head.lower()
            pieces = connection.chunks()
            assert [next(pieces), next(pieces)] == [b": ping\n"] * 2
            gate.open()
            body = b"".join(pieces)
    assert body.replace(b": ping\n", b"") == FIRST + LAST + DONE


@pytest.mark.parametrize(
    "reply",
    [failure(429), Reply(raw=b"", after="close"), streamed([event({"error": {"message": "x"}})])],
    ids=["status", "end", "event"],
)
def test_what_fails_after_the_status_is_an_event(start, reply):
    gate = Gate()
    with Upstream(reply.changed(wait=gate)) as upstream:
        daemon = relay(start, upstream.url, streaming={"commit_after": "50ms", "heartbeat_interval": "50ms"})
        with raw.Connection(daemon.port) as connection:
            connection.send(chat(daemon, **ASKED))
            assert b" 200 " in connection.take_until(b"\r\n\r\n")
            pieces = connection.chunks()
            assert next(pieces) == b": ping\n"
            gate.open()
            before, _ = error_event(b"".join(pieces))
    assert before.replace(b": ping\n", b"") == b""


# Errors that the upstream tells

ERRORS = [
    {"message": "no", "type": "server_error", "param": None, "code": None},
    {"code": 429, "message": "Provider returned error", "metadata": {"raw": "x"}},
    "a text",
]


@pytest.mark.parametrize("error", ERRORS)
@pytest.mark.parametrize("before", [[], [b": OPENROUTER PROCESSING\n\n"]], ids=["", "comment"])
@pytest.mark.parametrize("shape", ["whole", "whole for a stream", "stream"])
def test_an_error_with_status_200_is_an_error(daemon, upstream, error, before, shape):
    reply = (
        streamed([*before, event({"error": error}), DONE]) if shape == "stream" else whole({"error": error})
    )
    response, _ = exchange(daemon, upstream, reply, chat(daemon, **({} if shape == "whole" else ASKED)))
    if error is ERRORS[0]:
        error_of(response, 502)
    assert 400 <= response.status < 600 and response.json()["error"]["message"]
    assert b"[DONE]" not in response.body


def test_a_null_error_is_none(daemon, upstream):
    value = json.loads(WHOLE.body) | {"error": None}
    response, _ = exchange(daemon, upstream, whole(value))
    assert (response.status, response.json()) == (200, value)


@pytest.mark.parametrize("error", ERRORS)
def test_an_error_in_a_stream_ends_it_without_done(daemon, upstream, error):
    reply = streamed([FIRST, event({"error": error}), DONE])
    response, _ = exchange(daemon, upstream, reply, chat(daemon, **ASKED))
    assert response.status == 200 and response.body.startswith(FIRST)
    assert response.body.count(b'"error"') == 1 and b"[DONE]" not in response.body


@FORMS
@pytest.mark.parametrize("status", [400, 404, 409, 413, 422, 429, 500, 502, 503, 504, 529])
def test_an_error_of_the_upstream_is_passed_on_as_it_is(daemon, upstream, status, form):
    reply = whole(
        b'{ "error" : {"message":"\\u00e9", "x": 1.0,"type":"t","param":null,"code":"c"} }\n', status=status
    )
    reply = reply.changed(fields=(*reply.fields, ("retry-after", "3")))
    response, _ = exchange(daemon, upstream, reply, chat(daemon, **form))
    assert (response.status, response.body) == (status, reply.body)
    assert response.fields["content-type"] == "application/json"
    assert response.fields["retry-after"] == "3"


@FORMS
@pytest.mark.parametrize("status", [401, 403])
def test_the_client_s_key_is_not_at_fault_when_the_provider_s_is(daemon, upstream, status, form):
    words = f"Incorrect API key provided: {PROVIDER_KEY}. Find it at platform.example"
    reply = failure(
        status, words, fields=(("www-authenticate", "Bearer upstream"), ("content-type", "application/json"))
    )
    response, _ = exchange(daemon, upstream, reply, chat(daemon, **form))
    error_of(response, 502)
    assert "www-authenticate" not in response.fields
    for text in (b"Incorrect", b"platform.example", PROVIDER_KEY.encode()):
        assert text not in response.body


@FORMS
@pytest.mark.parametrize("status", [400, 404, 429, 500, 502, 503, 504])
def test_a_page_of_html_becomes_an_error_of_that_status(daemon, upstream, status, form):
    page = b"<html><body><h1>Bad Gateway</h1>cloudflare</body></html>"
    reply = Reply(status, (("content-type", "text/html"),), (page,))
    response, _ = exchange(daemon, upstream, reply, chat(daemon, **form))
    error_of(response, status)
    assert b"<" not in response.body and b"cloudflare" not in response.body


GOOD_HTTP = {"an empty body", "no content", "HTML", "no JSON", "a redirect"}
BAD = {
    "no HTTP": Reply(raw=b"garbage\r\n\r\n", after="close"),
    "another version": Reply(raw=b"HTTP/2.0 200 OK\r\ncontent-length: 2\r\n\r\n{}"),
    "no status": Reply(raw=b"HTTP/1.1 OK\r\n\r\n", after="close"),
    "two lengths": WHOLE.changed(fields=(*WHOLE.fields, ("content-length", "1"))),
    "a length that is none": Reply(raw=b"HTTP/1.1 200 OK\r\ncontent-length: -2\r\n\r\n{}"),
    "a chunk size that is none": Reply(
        raw=b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\nzz\r\n{}\r\n"
    ),
    "a head without end": Reply(fields=tuple((f"x-{number}", "y" * 1000) for number in range(2000))),
    "nothing": Reply(raw=b"", after="close"),
    "a reset": Reply(raw=b"x", cut_at=0, reset=True),
    "an empty body": Reply(),
    "no content": Reply(204, (), framing="none"),
    "HTML": Reply(200, (("content-type", "text/html"),), (b"<html>Sign in to the Wi-Fi</html>",)),
    "no JSON": whole(b'{"id":'),
    "a redirect": Reply(302, (("location", "https://elsewhere.example/"),)),
    "a change of protocol": Reply(101, (("upgrade", "websocket"), ("connection", "upgrade")), framing="none"),
}


@FORMS
@pytest.mark.parametrize("name", BAD)
def test_a_bad_answer_is_the_provider_s_fault(daemon, upstream, name, form):
    response, request = exchange(daemon, upstream, BAD[name], chat(daemon, **form))
    error_of(response, 502)
    response, next_request = exchange(daemon, upstream, WHOLE)
    assert response.status == 200
    assert not next_request.is_reused or name in GOOD_HTTP


@pytest.mark.parametrize(
    "data", [b"data: {not json}\n\n", b"data: [1\n\n", b"\xff\xfe\n\n", b"data:\n\n" + DONE, DONE, b""]
)
def test_a_stream_without_a_valid_event_is_no_success(daemon, upstream, data):
    response, _ = exchange(daemon, upstream, streamed([data]), chat(daemon, **ASKED))
    error_of(response, 502)


def test_lines_may_be_long_but_not_without_end(daemon, upstream):
    long = FIRST.replace(b"first", b"x" * (1 << 20))
    response, _ = exchange(daemon, upstream, streamed([FIRST, long, LAST, DONE]), chat(daemon, **ASKED))
    assert (response.status, response.body) == (200, FIRST + long + LAST + DONE)
    endless = b"data: " + b"x" * (17 << 20)
    response, _ = exchange(daemon, upstream, streamed([FIRST, endless, b"\n\n", DONE]), chat(daemon, **ASKED))
    assert error_event(response.body)[0] == FIRST
    response, _ = exchange(daemon, upstream, streamed([endless, b"\n\n", DONE]), chat(daemon, **ASKED))
    error_of(response, 502)


# Nobody there


@FORMS
def test_a_provider_that_is_not_there_is_named(start, form):
    daemon = relay(start, f"http://127.0.0.1:{free_port()}/v1", {"connect_timeout": "1s"})
    error = error_of(ask(daemon, chat(daemon, **form)), 502)
    assert "up" in error["message"]
    assert "Traceback" not in error["message"] and PROVIDER_KEY not in error["message"]


def test_a_provider_that_comes_back_is_asked_again(start):
    with Upstream(WHOLE) as upstream:
        daemon = relay(start, upstream.url)
        assert ask(daemon, chat(daemon)).status == 200
        upstream.stop_listening()
        upstream.wait_for(lambda: upstream.connections[0].is_idle)
        upstream.close_idle()
        error_of(ask(daemon, chat(daemon)), 502)
        upstream.listen_again()
        assert ask(daemon, chat(daemon)).status == 200


def test_a_name_that_nobody_has_is_a_failure_of_the_provider(start):
    daemon = relay(start, "http://no-such-host.invalid/v1", {"connect_timeout": "5s"})
    error_of(ask(daemon, chat(daemon)), 502)


def test_a_connection_that_does_not_come_is_given_up(start):
    with socket.create_server(("127.0.0.1", 0), backlog=0) as full:
        address = full.getsockname()
        waiting = [socket.socket() for _ in range(4)]
        for one in waiting:
            one.setblocking(False)
            one.connect_ex(address)
        daemon = relay(start, f"http://127.0.0.1:{address[1]}/v1", PATIENCE | {"timeout": "30s"})
        begun = time.monotonic()
        response = ask(daemon, chat(daemon))
        assert is_about(time.monotonic() - begun, 0.4)
        assert (response.status, response.json()["error"]["code"]) in [
            (502, "provider_error"),
            (504, "upstream_timeout"),
        ]
        for one in waiting:
            one.close()


SILENT = streamed([FIRST, LAST, DONE])


@FORMS
@pytest.mark.parametrize("at", [0, 5, len(SILENT.head), len(SILENT.head) + 50])
def test_silence_before_the_first_event_is_a_timeout(daemon, upstream, form, at):
    """The client has heard nothing yet."""
    reply = SILENT.changed(stall_at=at)
    begun = time.monotonic()
    response, request = exchange(daemon, upstream, reply, chat(daemon, **form))
    assert is_about(time.monotonic() - begun, 0.4)
    error = error_of(response, 504, "upstream_timeout")
    assert error["type"] == "timeout_error"
    assert response.fields.get("x-should-retry") in (None, "false")
    upstream.left(request.connection)


def test_silence_in_a_whole_answer_is_a_timeout(daemon, upstream):
    response, request = exchange(daemon, upstream, WHOLE.changed(stall_at=len(WHOLE.head) + 10))
    error_of(response, 504, "upstream_timeout")
    upstream.left(request.connection)


def test_silence_in_a_stream_ends_it_with_an_error(daemon, upstream):
    begun = time.monotonic()
    reply = streamed([FIRST, Gate(), LAST, DONE])
    response, request = exchange(daemon, upstream, reply, chat(daemon, **ASKED))
    assert is_about(time.monotonic() - begun, 0.4)
    before, error = error_event(response.body)
    assert (before, error["code"]) == (FIRST, "upstream_timeout")
    upstream.left(request.connection)


def test_a_stream_may_last_longer_than_any_of_its_silences(daemon, upstream):
    pieces = [piece for _ in range(8) for piece in (FIRST, 0.1)]
    response, _ = exchange(daemon, upstream, streamed([*pieces, LAST, DONE]), chat(daemon, **ASKED))
    assert response.body == FIRST * 8 + LAST + DONE
