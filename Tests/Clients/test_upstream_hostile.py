"""Providers, and clients of theirs, that mean no good, or happen to look like it."""

import json
import time

import pytest

import raw
import recorded
from relaying import PROVIDER_KEY, ask, chat, error_event, error_of, exchange, post, relay
from replies import event, failure, streamed, whole
from upstream import Upstream
from waiting import eventually

pytestmark = pytest.mark.security

STREAM = recorded.stream("openai", 0, include_usage=True)
FIRST = event({"id": "c", "object": "chat.completion.chunk", "choices": [{"index": 0, "delta": {"content": "a"}}]})


@pytest.mark.parametrize("body", [b'{"usage":' * 50_000, b"{" + b'"timings":1,' * 80_000 + b'"a":1}'])
@pytest.mark.parametrize("streams", [False, True])
def test_an_answer_made_to_be_looked_at_for_long(start, upstream, body, streams):
    daemon = relay(start, upstream.url)
    reply = streamed([FIRST + b"data: " + body + b"\n\n"]) if streams else whole({}).changed(pieces=(body,))
    begin = time.monotonic()
    exchange(daemon, upstream, reply, chat(daemon, stream=streams))
    assert time.monotonic() - begin < 2
    assert "hangs" not in daemon.log


def test_a_wrong_request_that_names_stream_options_takes_nobody_s_usage(start, upstream):
    daemon = relay(start, upstream.url)
    said = failure(400, "Extra inputs are not permitted: {'stream_options': {'include_usage': True}, 'x': 1}")
    upstream.script = said
    assert ask(daemon, chat(daemon, stream=True, x=1)).status == 400
    upstream.script = lambda request: streamed(recorded.stream("openai", 0, b"include_usage" in request.body))
    assert ask(daemon, chat(daemon, stream=True)).status == 200
    assert upstream.requests[-1].json()["stream_options"] == {"include_usage": True}


def test_comments_of_the_provider_do_not_keep_ours_away(start, upstream):
    daemon = relay(start, upstream.url, streaming={"commit_after": "200ms", "heartbeat_interval": "200ms"})
    upstream.script = streamed([*([b": PROCESSING\n\n", 0.1] * 15), STREAM])
    with raw.Connection(daemon.port) as connection:
        begin = time.monotonic()
        connection.send(chat(daemon, stream=True))
        connection.take_until(b": ping\n")
        assert time.monotonic() - begin < 1.2
        assert b"[DONE]" in connection.take_until(b"0\r\n\r\n")


def test_comments_alone_are_no_answer(start, upstream):
    daemon = relay(start, upstream.url)
    comments = b": " + b"x" * 1000 + b"\n\n"
    response, _ = exchange(daemon, upstream, streamed([comments * 2000]), chat(daemon, stream=True))
    error_of(response, 502)


def test_lines_without_end_are_no_event(start, upstream):
    daemon = relay(start, upstream.url)
    lines = b"data: x\n" * 8192
    response, _ = exchange(daemon, upstream, streamed([FIRST, *[lines] * 600]), chat(daemon, stream=True))
    _, error = error_event(response.body)
    assert error["code"] == "provider_error"


@pytest.mark.parametrize("streams", [False, True])
def test_a_good_answer_that_shows_the_key_is_not_passed_on(start, upstream, streams):
    daemon = relay(start, upstream.url)
    said = {"id": "c", "choices": [], "debug": {"authorization": f"Bearer {PROVIDER_KEY}"}}
    reply = streamed([FIRST, event(said)]) if streams else whole(said)
    response, _ = exchange(daemon, upstream, reply, chat(daemon, stream=streams))
    assert PROVIDER_KEY.encode() not in response.body
    assert b"provider_error" in response.body


def test_scripts_are_taken_out_where_a_listener_says_so(start, upstream):
    daemon = relay(start, upstream.url)
    listener = daemon.configuration["listeners"][0] | {"sanitize_prompts": True}
    daemon.write_configuration(listeners=[listener])
    daemon.control("reload")
    said = "a <script>alert(1)</script> b"
    body = {"model": "gpt-4o", "messages": [{"role": "user", "content": said}]}
    _, request = exchange(daemon, upstream, whole({}), post(daemon, body))
    assert b"script" not in request.body
    _, request = exchange(daemon, upstream, whole({}), post(daemon, {"model": "gpt-4o", "prompt": [said]}, path="/v1/completions"))
    assert b"script" not in request.body


@pytest.mark.parametrize("body", [b'{"model":"gpt-4o","Model":"secret"}', b'{"model":"secret","model":"gpt-4o"}'])
def test_no_other_model_hides_in_a_request(start, upstream, body):
    daemon = relay(start, upstream.url)
    _, request = exchange(daemon, upstream, whole({}), post(daemon, body))
    assert b"secret" not in request.body and json.loads(request.body)["model"] == "gpt-4o"


def test_half_of_a_long_answer_is_counted(start):
    long = whole({"id": "c", "choices": [{"message": {"content": "x" * 3_000_000}}]})
    with Upstream(long.changed(cut_at=2_500_000)) as upstream:
        daemon = relay(start, upstream.url)
        with raw.Connection(daemon.port) as connection:
            connection.send(chat(daemon))
            while connection.receive():
                pass
        (row,) = eventually(lambda: [json.loads(line) for line in daemon.control("db", "export").stdout.splitlines()])
    assert row["outcome"] == "failed" and row["completion_tokens"] > 500_000
