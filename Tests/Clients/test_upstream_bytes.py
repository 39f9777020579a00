"""Through the daemon a client gets the bytes that it would have got directly, and their usage is known."""

import hashlib
import json

import pytest

import raw
import recorded
from agents import Gate
from daemon import daemons
from relaying import chat, exchange, post, relay, row
from replies import events, streamed
from waiting import eventually

pytestmark = pytest.mark.integration

OPTIONS = {
    "none": {},
    "false": {"stream_options": {"include_usage": False}},
    "true": {"stream_options": {"include_usage": True}},
}


@pytest.fixture(scope="module")
def daemon(tmp_path_factory, upstream):
    """A provider of each kind, with a model of the same name."""
    others = {f"up-{kind}": row(upstream.url, [kind], kind) for kind in recorded.KINDS}
    with daemons(tmp_path_factory.mktemp("bytes")) as start:
        yield relay(start, upstream.url, providers=others)


def has_asked(request):
    return (request.json().get("stream_options") or {}).get("include_usage") is True


def usage_rows(daemon, prefix, count):
    """The rows of requests whose names begin so, by name."""

    def found():
        lines = daemon.control("db", "export").stdout.splitlines()
        rows = {
            row["request"]: row for row in map(json.loads, lines) if row.get("request", "").startswith(prefix)
        }
        return len(rows) >= count and rows

    return eventually(found, within=20, every=0.1)


@pytest.mark.parametrize("option", OPTIONS)
@pytest.mark.parametrize(
    "kind", recorded.KINDS
)  # llama.cpp moves its timings into the usage event, if one is asked for.
def test_a_stream_has_the_bytes_of_the_direct_answer_and_its_usage_is_known(daemon, upstream, kind, option):
    seeds = [seed for given, seed in recorded.ALL if given == kind]
    changed = []
    with raw.Connection(daemon.port) as connection:
        for seed in seeds:
            framing = ["chunked", "chunked", "close", "length"][seed % 4]
            upstream.script = lambda request: streamed(
                recorded.stream(kind, seed, has_asked(request)), framing=framing
            )
            body = {"model": kind, "messages": [{"role": "user", "content": "hi"}], "stream": True} | OPTIONS[
                option
            ]
            connection.send(post(daemon, body, [f"x-request-id: {kind}-{option}-{seed}"]))
            response = connection.response()
            assert response.status == 200, response
            direct = recorded.stream(kind, seed, option == "true")
            if hashlib.sha256(response.body).digest() != hashlib.sha256(direct).digest():
                changed.append((seed, first_difference(response.body, direct)))
    assert not changed, f"{len(changed)} of {len(seeds)}: {changed[0]}"
    rows = usage_rows(daemon, f"{kind}-{option}-", len(seeds))
    for seed in seeds:
        row = rows[f"{kind}-{option}-{seed}"]
        told = row["prompt_tokens"], row["completion_tokens"], row["cached_tokens"]
        assert told == recorded.recording(kind, seed).usage, row
        assert (row["outcome"], row["is_estimated"]) == ("completed", False)


def first_difference(found, expected):
    at = next(
        (at for at, pair in enumerate(zip(found, expected)) if pair[0] != pair[1]),
        min(len(found), len(expected)),
    )
    return at, found[max(at - 40, 0) : at + 40], expected[max(at - 40, 0) : at + 40]


def test_the_sum_of_it_is_told(start, upstream):
    daemon = relay(start, upstream.url)
    expected = [0, 0, 0]
    for seed in range(20):
        upstream.script = lambda request: streamed(recorded.stream("openai", seed, has_asked(request)))
        assert raw.ask(daemon.port, chat(daemon, stream=True)).status == 200
        usage = recorded.recording("openai", seed).usage
        expected = [sum(pair) for pair in zip(expected, usage)]
    names = ("prompt_tokens", "completion_tokens", "cached_tokens")

    def by_api():
        asked = raw.request(target="/v1/usage", fields=[f"Authorization: Bearer {daemon.key}"])
        records = raw.ask(daemon.port, asked).json()["data"]
        return [sum(record[name] for record in records) for name in names] == expected

    def by_command():
        lines = map(json.loads, daemon.control("--json", "usage").stdout.splitlines())
        records = [line["record"] for line in lines if "record" in line]
        return [sum(record[name] for record in records) for name in names[:2]] == expected[:2]

    eventually(by_api)
    eventually(by_command)


@pytest.mark.parametrize("kind", recorded.KINDS)
def test_the_usage_of_a_whole_answer_is_known(daemon, upstream, kind):
    for seed in range(20):
        recording = recorded.whole_recording(kind, seed)
        upstream.script = streamed(
            [recording.body], fields=(("content-type", "application/json"),), framing="length"
        )
        body = {"model": kind, "messages": [{"role": "user", "content": "hi"}]}
        response = raw.ask(daemon.port, post(daemon, body, [f"x-request-id: whole-{kind}-{seed}"]))
        assert (response.status, response.body) == (200, recording.body)
    rows = usage_rows(daemon, f"whole-{kind}-", 20)
    for seed in range(20):
        row = rows[f"whole-{kind}-{seed}"]
        told = row["prompt_tokens"], row["completion_tokens"], row["cached_tokens"]
        assert told == recorded.whole_recording(kind, seed).usage
        assert row["is_estimated"] is False


# Cut anywhere

SHORT = sorted(
    ((kind, seed) for kind, seed in recorded.ALL if kind in ("openai", "azure")),
    key=lambda one: len(recorded.stream(*one, include_usage=True)),
)
STREAMS = [*SHORT[:1], next(one for one in SHORT if b"\r\n" in recorded.stream(*one))]


@pytest.mark.parametrize("framing", ["chunked", "length", "close"])
@pytest.mark.parametrize("one", STREAMS, ids=lambda one: f"{one[0]} {one[1]}")
def test_where_an_answer_is_split_makes_no_difference(daemon, upstream, one, framing):
    """In two at each byte, head and chunk sizes included; the usage that was not asked for is taken out as ever."""
    reply = streamed(recorded.stream(*one, include_usage=True), framing=framing)
    direct = recorded.stream(*one)
    reply = reply.changed(raw=reply.bytes, after="close" if framing == "close" else "keep", pause=0.0005)
    with raw.Connection(daemon.port) as connection:
        for offset in range(1, len(reply.raw)):
            upstream.script = reply.changed(split_at=offset)
            connection.send(chat(daemon, stream=True))
            response = connection.response()
            assert (response.status, response.body) == (200, direct), f"split at {offset}"


@pytest.mark.parametrize("one", STREAMS + recorded.ALL[:9], ids=lambda one: f"{one[0]} {one[1]}")
@pytest.mark.parametrize("step", [1, 2, 7, 1000])
def test_how_many_bytes_come_at_a_time_makes_no_difference(daemon, upstream, one, step):
    if len(recorded.stream(*one)) // step > 5000:
        pytest.skip("that would take long")
    body = recorded.stream(*one, include_usage=True)
    response, _ = exchange(daemon, upstream, streamed([body], step=step), chat(daemon, stream=True))
    # What follows a type of providers is not known of this one.
    if one[0] in ("openai", "azure"):
        assert response.body == recorded.stream(*one)
    response, _ = exchange(
        daemon,
        upstream,
        streamed([body], step=step),
        chat(daemon, stream=True, stream_options={"include_usage": True}),
    )
    assert response.body == body


def test_an_event_is_passed_on_when_it_comes_and_not_with_the_next(daemon, upstream):
    """Each event waits for the client to have read the one before."""
    pieces = events(recorded.stream("openai", 0))
    gates = [Gate() for _ in pieces]
    upstream.script = streamed([part for pair in zip(pieces, gates) for part in pair])
    with raw.Connection(daemon.port) as connection:
        connection.send(chat(daemon, stream=True))
        assert b" 200 " in connection.take_until(b"\r\n\r\n")
        chunks, body = connection.chunks(), b""
        for piece, gate in zip(pieces, gates):
            wanted = body + piece
            while len(body) < len(wanted):
                body += next(chunks)
            assert body == wanted
            gate.open()
        assert list(chunks) == []
