"""SIGTERM and `gatehousectl shutdown` finish what runs; a second and a third signal hurry."""

import os
import signal
import socket
import time

import openai
import pytest

import raw
from agents import Gate, connected, keeps_silent
from clients import new_client
from waiting import eventually

pytestmark = pytest.mark.integration

HELLO = [{"role": "user", "content": "hello"}]


@pytest.fixture
def gate():
    """A script that holds its stream open; never left closed, so that its thread ends."""
    gate = Gate()
    yield gate
    gate.open()


def begin_stream(daemon):
    """(the first word, the rest) of a stream that has begun."""
    chunks = iter(new_client(daemon).chat.completions.create(model="m", messages=HELLO, stream=True))
    return next(chunks).choices[0].delta.content, chunks


def test_a_running_stream_is_finished(start, gate):
    daemon = start()
    with connected(daemon, script=gate):
        first, rest = begin_stream(daemon)
        daemon.terminate()
        daemon.notify.wait_for("STOPPING")
        gate.open()
        text = first + "".join(chunk.choices[0].delta.content or "" for chunk in rest)
    assert text == "first last"
    assert daemon.wait() == 0
    daemon.expect_nothing_left()


def test_a_running_request_is_finished(start, gate):
    daemon = start()

    async def whole(invoke, send):
        await gate.passed()
        await send(
            "model_result", choices=[{"index": 0, "message": {"role": "assistant", "content": "done"}}]
        )

    with connected(daemon, script=whole) as agent, raw.Connection(daemon.port) as connection:
        connection.send(raw.chat(daemon, model="m"))
        eventually(lambda: agent.all("model_invoke"))
        daemon.terminate()
        eventually(lambda: not is_served(daemon))
        gate.open()
        answer = connection.response()
    assert answer.status == 200
    assert answer.json()["choices"][0]["message"]["content"] == "done"
    assert answer.fields["connection"] == "close"
    assert daemon.wait() == 0


def test_nobody_is_let_in_any_more(start, gate):
    daemon = start()
    with connected(daemon, script=gate):
        _, rest = begin_stream(daemon)
        daemon.terminate()
        daemon.notify.wait_for("STOPPING")
        eventually(lambda: not is_served(daemon))
        gate.open()
        list(rest)
    assert daemon.wait() == 0


def is_served(daemon):
    """Whether a new connection gets an answer soon; one may still wait in the listener's queue."""
    try:
        return raw.ask(daemon.port, raw.request(), timeout=0.5).status == 200
    except (OSError, AssertionError):
        return False


def test_a_daemon_at_rest_is_gone_at_once_with_its_idle_connections(start):
    daemon = start()
    with raw.Connection(daemon.port) as idle:
        idle.send(raw.request())
        assert idle.response().status == 200
        begin = time.monotonic()
        daemon.terminate()
        assert daemon.wait() == 0
        assert time.monotonic() - begin < 3
        assert idle.is_closed()
    assert not daemon.control_socket.exists()


def test_agents_are_told_goodbye(start):
    daemon = start()
    with connected(daemon) as agent:
        daemon.terminate()
        assert daemon.wait() == 0
        eventually(lambda: agent.socket.close_code == 1001)


@pytest.mark.parametrize(("signals", "seconds"), [(2, 6), (3, 1.5)], ids=["fast", "now"])
def test_more_signals_hurry(start, gate, signals, seconds):
    daemon = start()
    with connected(daemon, script=gate):
        begin_stream(daemon)
        for number in range(1, signals + 1):
            begin = time.monotonic()
            daemon.terminate()
            # Two signals of a kind that wait at the same time are one.
            eventually(lambda number=number: daemon.log.count("shutting down") == number)
        assert daemon.wait() == 0
        assert time.monotonic() - begin < seconds


def test_a_stream_beyond_its_time_ends_with_an_error(start, gate):
    daemon = start(server={"stream_drain_timeout": "500ms", "drain_timeout": "500ms"})
    with connected(daemon, script=gate):
        first, rest = begin_stream(daemon)
        daemon.terminate()
        with pytest.raises(openai.APIError) as caught:
            list(rest)
    assert first == "first "
    assert caught.value.body["code"] == "shutting_down"
    assert daemon.wait() == 0


def test_a_request_beyond_its_time_is_answered(start):
    daemon = start(server={"stream_drain_timeout": "500ms", "drain_timeout": "500ms"})
    with connected(daemon, script=keeps_silent) as agent, raw.Connection(daemon.port) as connection:
        connection.send(raw.chat(daemon, model="m"))
        eventually(lambda: agent.all("model_invoke"))
        daemon.terminate()
        answer = connection.response()
    assert (answer.status, answer.json()["error"]["code"]) == (503, "shutting_down")
    assert daemon.wait() == 0


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_both_signals_end_it_well(start, number):
    daemon = start()
    daemon.process.send_signal(number)
    assert daemon.wait() == 0
    daemon.expect_nothing_left()


def test_children_leave_the_signals_of_a_terminal_to_the_supervisor(start):
    daemon = start()
    before = daemon.roles()
    for pid in before.values():
        os.kill(pid, signal.SIGINT)
        os.kill(pid, signal.SIGHUP)
    assert raw.ask(daemon.port, raw.chat(daemon)).status == 200
    assert daemon.roles() == before


def test_a_child_that_is_told_to_end_finishes_what_it_does_and_is_replaced(start, gate):
    daemon = start(server={"workers": 1})
    (worker,) = daemon.workers()
    with connected(daemon, script=gate):
        first, rest = begin_stream(daemon)
        os.kill(worker, signal.SIGTERM)
        gate.open()
        assert first + "".join(chunk.choices[0].delta.content or "" for chunk in rest) == "first last"
    eventually(lambda: daemon.workers() and daemon.workers() != [worker])
    assert raw.ask(daemon.port, raw.chat(daemon)).status == 200


def test_the_address_is_free_again(start):
    daemon = start()
    daemon.terminate()
    daemon.wait()
    with socket.create_server(("127.0.0.1", daemon.port)) as taken:
        assert taken.fileno() >= 0
