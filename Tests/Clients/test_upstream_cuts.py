"""An answer that ends anywhere: what came before it arrives, and nobody takes it for a whole one."""

import asyncio
import itertools
import random

import openai
import pytest

import raw
import recorded
from agents import Gate
from daemon import daemons
from relaying import MODEL, ask, chat, error_event, error_of, exchange, relay
from replies import streamed, whole
from shaky import Shaky
from upstream import Upstream

pytestmark = pytest.mark.integration

ASKED = {"stream": True, "stream_options": {"include_usage": True}}
HELLO = [{"role": "user", "content": "hello"}]
FRAMINGS = pytest.mark.parametrize("framing", ["chunked", "length", "close"])


def short_streams(count):
    """The shortest whose first event has a choice, and whose lines end as most do."""
    found = [one for one in recorded.ALL if one[0] in ("openai", "vllm", "groq", "mistral", "ollama")]
    bodies = {one: recorded.stream(*one, include_usage=True) for one in found}
    plain = [one for one in found if b"\r\n" not in bodies[one]]
    return sorted(plain, key=lambda one: len(bodies[one]))[:count]


STREAMS = short_streams(6)
NAMED = {"ids": lambda one: f"{one[0]} {one[1]}"}


@pytest.fixture(scope="module")
def daemon(tmp_path_factory, upstream):
    with daemons(tmp_path_factory.mktemp("cuts")) as start:
        patience = {"timeout": "5s", "stream_gap_timeout": "300ms"}
        yield relay(start, upstream.url, patience)


class Cut:
    """What a client may be told when a stream ends after so many bytes of the response."""

    def __init__(self, body, framing):
        self.body = body
        self.framing = framing
        self.reply = streamed(body, framing=framing)
        self.length = len(self.reply.bytes)

    def arrived(self, offset):
        """The events that had come, each with its blank line."""
        sent, body = len(self.reply.head), b""
        for piece in self.reply.pieces:
            size = len(b"%x\r\n" % len(piece)) if self.framing == "chunked" else 0
            if offset < sent + size + len(piece):
                break
            body += piece
            sent += size + len(piece) + (2 if size else 0)
        return body

    def check(self, offset, response):
        events = self.arrived(offset)
        if offset == self.length or (offset >= self.reply.done_at and response.body == self.body):
            assert (response.status, response.body) == (200, self.body), offset
        elif not events:
            error_of(response, 502)
        else:
            assert response.status == 200, (offset, response)
            before, error = error_event(response.body)
            assert before == events.removesuffix(b"data: [DONE]\n\n"), offset
            assert error["code"] == "provider_error", offset


def every_offset(daemon, upstream, cut, offsets, **how):
    connection = raw.Connection(daemon.port)
    for offset in offsets:
        upstream.script = cut.reply.changed(cut_at=offset, **how)
        connection.send(chat(daemon, **ASKED))
        response = connection.response()
        cut.check(offset, response)
        if response.fields.get("connection") == "close":
            connection.socket.close()
            connection = raw.Connection(daemon.port)
    connection.socket.close()


@FRAMINGS
def test_a_stream_cut_at_any_byte_is_no_whole_one(daemon, upstream, framing):
    cut = Cut(recorded.stream(*STREAMS[0], include_usage=True), framing)
    every_offset(daemon, upstream, cut, range(cut.length + 1))


@pytest.mark.slow
@pytest.mark.timeout(300)
@FRAMINGS
@pytest.mark.parametrize("one", STREAMS[1:], **NAMED)
def test_more_streams_cut_at_any_byte(daemon, upstream, one, framing):
    cut = Cut(recorded.stream(*one, include_usage=True), framing)
    every_offset(daemon, upstream, cut, range(cut.length + 1))


@FRAMINGS
def test_a_stream_that_is_reset_is_no_whole_one(daemon, upstream, framing):
    """How much of it arrives before the reset is not certain, but it is whole events and then an error."""
    body = recorded.stream(*STREAMS[0], include_usage=True)
    reply = streamed(body, framing=framing)
    offsets = random.Random(1).sample(range(reply.done_at), 100)
    for offset in offsets:
        response, _ = exchange(
            daemon, upstream, reply.changed(cut_at=offset, reset=True), chat(daemon, **ASKED)
        )
        if response.status != 200:
            error_of(response, 502)
        else:
            before, _ = error_event(response.body)
            assert body.startswith(before) and before.endswith(b"\n\n"), offset


@pytest.mark.parametrize("one", [one for one in recorded.ALL[:40] if one not in STREAMS][::4], **NAMED)
def test_a_stream_of_any_provider_cut_between_its_events(daemon, upstream, one):
    """Also where its lines end otherwise and its first events have no choices."""
    body = recorded.stream(*one, include_usage=True)
    if len(body) > 100_000:
        pytest.skip("that would take long")
    reply = streamed(body, framing="close")
    ends = list(itertools.accumulate(map(len, reply.pieces), initial=len(reply.head)))[:-1]
    for offset in ends[:: max(len(ends) // 20, 1)]:
        response, _ = exchange(daemon, upstream, reply.changed(cut_at=offset), chat(daemon, **ASKED))
        if response.status != 200:
            error_of(response, 502)
        else:
            before, _ = error_event(response.body)
            assert body.startswith(before)


@pytest.mark.parametrize("framing", ["chunked", "length"])
def test_a_whole_answer_cut_at_any_byte_is_an_error(daemon, upstream, framing):
    reply = whole(recorded.whole("openai", 1), framing=framing)
    length = len(reply.bytes) - (5 if framing == "chunked" else 0)
    with raw.Connection(daemon.port) as connection:
        for offset in range(0, length, 3):
            upstream.script = reply.changed(cut_at=offset)
            connection.send(chat(daemon))
            error_of(connection.response(), 502)


# OpenAI's client


def offsets_for_clients(reply):
    """Around each event's end, and some others; those at which the answer has not said that it is done."""
    sent, around = len(reply.head), []
    for piece in reply.pieces:
        size = len(b"%x\r\n\r\n" % len(piece)) if reply.framing == "chunked" else 0
        sent += size + len(piece)
        around += [sent + more for more in (-3, -2, -1, 0, 1)]
    others = random.Random(2).sample(range(reply.done_at), 30)
    return sorted({offset for offset in [*around, *others, 0, 1, len(reply.head)] if offset < reply.done_at})


@FRAMINGS
def test_the_client_raises_in_every_truncated_stream_and_in_no_whole_one(daemon, upstream, client, framing):
    reply = streamed(recorded.stream(*STREAMS[1], include_usage=True), framing=framing)
    for offset in offsets_for_clients(reply):
        upstream.script = reply.changed(cut_at=offset)
        with pytest.raises(openai.APIError):
            chunks = list(client.chat.completions.create(model=MODEL, messages=HELLO, **ASKED))
            assert chunks is None, f"a stream cut at {offset} looks whole"
    upstream.script = reply
    assert list(client.chat.completions.create(model=MODEL, messages=HELLO, **ASKED))


@FRAMINGS
async def test_the_asynchronous_client_does_so_too(daemon, upstream, async_client, framing):
    reply = streamed(recorded.stream(*STREAMS[2], include_usage=True), framing=framing)
    for offset in offsets_for_clients(reply):
        upstream.script = reply.changed(cut_at=offset)
        with pytest.raises(openai.APIError):
            async with asyncio.timeout(10):
                stream = await async_client.chat.completions.create(model=MODEL, messages=HELLO, **ASKED)
                assert [chunk async for chunk in stream] == None, f"a stream cut at {offset} looks whole"
    upstream.script = reply
    stream = await async_client.chat.completions.create(model=MODEL, messages=HELLO, **ASKED)
    assert [chunk async for chunk in stream]


@pytest.mark.parametrize("kind", recorded.KINDS)
def test_the_client_reads_every_whole_stream(daemon, upstream, client, kind):
    for seed in range(10):
        upstream.script = streamed(recorded.stream(kind, seed, include_usage=True))
        chunks = list(client.chat.completions.create(model=MODEL, messages=HELLO, **ASKED))
        texts = "".join(choice.delta.content or "" for chunk in chunks for choice in chunk.choices)
        assert len(texts) == sum(map(len, recorded.recording(kind, seed).texts.values()))


def test_the_client_never_waits_for_ever(daemon, upstream, client):
    """Silence at any place ends in an exception after the time that the configuration says."""
    reply = streamed(recorded.stream(*STREAMS[1], include_usage=True))
    first = len(reply.head) + len(reply.pieces[0]) + 6
    for offset in (len(reply.head) + 5, first, first + 20, reply.done_at - 1):
        upstream.script = reply.changed(stall_at=offset)
        with pytest.raises(openai.APIError):
            list(client.chat.completions.create(model=MODEL, messages=HELLO, **ASKED))


# Bad lines


def test_a_slow_line_changes_nothing(start):
    body = recorded.stream(*STREAMS[0], include_usage=True)
    with Upstream(streamed(body)) as upstream, Shaky(upstream.port, delay=(0.05, 0.5)) as line:
        daemon = relay(start, line.url)
        for _ in range(3):
            response = ask(daemon, chat(daemon, **ASKED))
            assert (response.status, response.body) == (200, body)


def test_a_thin_line_is_no_silence(start):
    """A byte now and then is an answer that goes on, however long an event takes."""
    body, gate = recorded.stream(*STREAMS[0], include_usage=True), Gate()
    first, *others = streamed(body).pieces
    with Upstream(streamed([first, gate, *others])) as upstream, Shaky(upstream.port) as line:
        daemon = relay(start, line.url, {"stream_gap_timeout": "1500ms"})
        with raw.Connection(daemon.port) as connection:
            connection.send(chat(daemon, **ASKED))
            connection.take_until(b"\r\n\r\n")
            pieces = connection.chunks()
            told, line.rate = next(pieces), 1
            passed = len(line.passed)
            gate.open()
            line.wait_for(lambda: len(line.passed) >= passed + 3)
            line.rate = None
            assert told + b"".join(pieces) == body


def test_a_line_that_is_dead_in_one_direction_is_given_up(start):
    reply = streamed(recorded.stream(*STREAMS[0], include_usage=True))
    first = len(reply.head) + len(reply.pieces[0]) + 8
    with Upstream(reply) as upstream, Shaky(upstream.port, frozen_at=first) as line:
        daemon = relay(start, line.url, {"stream_gap_timeout": "300ms"})
        response = ask(daemon, chat(daemon, **ASKED))
        before, error = error_event(response.body)
        assert (before, error["code"]) == (reply.pieces[0], "upstream_timeout")
        line.wait_for(lambda: line.left)
        line.frozen_at, line.cut_at = None, first
        assert error_event(ask(daemon, chat(daemon, **ASKED)).body)[0] == reply.pieces[0]
