"""A provider, or a model, is sent only so many requests at a time; the others wait, and not too many of them."""

import contextlib
import os
import signal

import pytest

import raw
import recorded
from agents import Gate
from relaying import chat, error_of, relay
from replies import streamed, whole
from upstream import Upstream
from waiting import eventually

pytestmark = pytest.mark.integration

ANSWER = whole(recorded.whole("openai", 0))
STREAM = streamed(recorded.stream("openai", 0, include_usage=True))


class Doors:
    """A script: every answer waits at a gate of its own."""

    def __init__(self):
        self.gates = []

    def __call__(self, request):
        gate = Gate()
        self.gates.append(gate)
        return ANSWER.changed(pieces=(gate, *ANSWER.pieces))

    def open_all(self):
        for gate in self.gates:
            gate.open()


@contextlib.contextmanager
def connections(daemon, count):
    with contextlib.ExitStack() as stack:
        yield [stack.enter_context(raw.Connection(daemon.port)) for _ in range(count)]


def busy(upstream, count):
    """Once so many requests have come, and no more are on their way."""
    upstream.wait_for(lambda: len(upstream.requests) == count)


def test_as_many_as_may_are_sent_and_the_next_when_one_has_ended(start):
    doors = Doors()
    with Upstream(doors) as upstream:
        daemon = relay(start, upstream.url, {"max_concurrent": 2, "max_queue": 2})
        with connections(daemon, 5) as clients:
            for client in clients[:4]:
                client.send(chat(daemon))
            busy(upstream, 2)
            eventually(lambda: daemon.status()["worker:0"]["in_flight"] == 4)
            clients[4].send(chat(daemon))
            refused = clients[4].response()
            error_of(refused, 503, "overloaded")
            assert refused.fields["retry-after"] == "2"
            assert len(upstream.requests) == 2
            doors.gates[0].open()
            busy(upstream, 3)
            doors.gates[1].open()
            busy(upstream, 4)
            doors.open_all()
            assert [client.response().status for client in clients[:4]] == [200] * 4


def test_who_waits_and_leaves_takes_nobody_s_place(start):
    doors = Doors()
    with Upstream(doors) as upstream:
        daemon = relay(start, upstream.url, {"max_concurrent": 1, "max_queue": 1})
        with connections(daemon, 3) as (first, second, third):
            first.send(chat(daemon))
            busy(upstream, 1)
            second.send(chat(daemon))
            eventually(lambda: daemon.status()["worker:0"]["in_flight"] == 2)
            second.socket.close()
            eventually(lambda: daemon.status()["worker:0"]["in_flight"] == 1)
            third.send(chat(daemon))
            eventually(lambda: daemon.status()["worker:0"]["in_flight"] == 2)
            doors.gates[0].open()
            assert first.response().status == 200
            busy(upstream, 2)
            doors.open_all()
            assert third.response().status == 200


def test_a_model_has_a_limit_of_its_own(start):
    doors = Doors()
    models = {"slow": {"provider": "up", "model": "m", "max_concurrent": 1}}
    with Upstream(doors) as upstream:
        daemon = relay(start, upstream.url, models=models)
        with connections(daemon, 3) as (first, second, other):
            first.send(chat(daemon, model="slow"))
            busy(upstream, 1)
            second.send(chat(daemon, model="slow"))
            other.send(chat(daemon))
            busy(upstream, 2)
            assert [request.json()["model"] for request in upstream.requests] == ["m", "gpt-4o"]
            doors.gates[0].open()
            busy(upstream, 3)
            doors.open_all()
            assert [client.response().status for client in (first, second, other)] == [200] * 3


def test_all_workers_count_together(start):
    doors = Doors()
    with Upstream(doors) as upstream:
        daemon = relay(start, upstream.url, {"max_concurrent": 3}, server={"workers": 2})
        with connections(daemon, 24) as clients:
            for client in clients:
                client.send(chat(daemon))
            for done in range(24):
                upstream.wait_for(lambda: len(upstream.requests) >= min(24, done + 3))
                assert len(upstream.requests) <= done + 3
                doors.gates[done].open()
            assert [client.response().status for client in clients] == [200] * 24


def test_a_worker_that_dies_leaves_no_place_taken(start):
    doors = Doors()
    with Upstream(doors) as upstream:
        daemon = relay(start, upstream.url, {"max_concurrent": 1})
        with connections(daemon, 1) as (first,):
            first.send(chat(daemon))
            busy(upstream, 1)
            os.kill(daemon.workers()[0], signal.SIGKILL)
        with connections(daemon, 1) as (second,):
            second.send(chat(daemon))
            busy(upstream, 2)
            doors.open_all()
            assert second.response().status == 200


def test_a_stream_that_waits_is_kept_open(start):
    doors = Doors()
    with Upstream(doors) as upstream:
        streaming = {"commit_after": "50ms", "heartbeat_interval": "50ms"}
        daemon = relay(start, upstream.url, {"max_concurrent": 1}, streaming=streaming)
        with connections(daemon, 2) as (first, second):
            first.send(chat(daemon))
            busy(upstream, 1)
            second.send(chat(daemon, stream=True))
            second.take_until(b": ping\n")
            upstream.script = STREAM
            doors.gates[0].open()
            assert b"data: [DONE]" in second.take_until(b"0\r\n\r\n")


def test_who_waits_too_long_is_told(start):
    doors = Doors()
    with Upstream(doors) as upstream:
        daemon = relay(start, upstream.url, {"max_concurrent": 1, "timeout": "300ms"})
        with connections(daemon, 2) as (first, second):
            first.send(chat(daemon))
            busy(upstream, 1)
            second.send(chat(daemon))
            error_of(second.response(), 504, "upstream_timeout")
            doors.open_all()
            assert first.response().status == 200
