"""Faults that a review found: what one peer does must not harm the others, nor hold up the end."""

import asyncio
import json
import os
import socket
import threading
import time

import pytest

import processes
import raw
from agents import answers, choice, connected, echoes, keeps_silent
from raw_websocket import WebSocket, frame
from streams import Stream
from waiting import eventually

pytestmark = pytest.mark.integration


def ask_control(daemon, command, *arguments):
    """What the control socket replies to a frame that gatehousectl would not send."""
    body = json.dumps({"command": command, "arguments": arguments}).encode()
    with raw.Connection(path=daemon.control_socket) as connection:
        connection.send(len(body).to_bytes(4, "big") + body)
        return connection.rest()


@pytest.mark.parametrize("count", ["--5", "-", "--", "-0", "-99999999999999999999", "-+5", "-5x"])
def test_a_strange_number_of_lines_does_not_end_the_supervisor(start, count):
    daemon = start(server={"workers": 1})
    assert b'"exit"' in ask_control(daemon, "tail", count, "worker:0")
    assert daemon.process.poll() is None
    assert daemon.status()["worker:0"]["state"] == "RUNNING"


# Depth: 128 is the deepest text that is read


def nested(depth):
    return json.loads("[" * depth + "]" * depth)


def test_a_request_as_deep_as_can_be_harms_no_other(start, gate):
    daemon = start(server={"workers": 1})

    async def script(invoke, send):
        await (gate if invoke.get("stream") else answers("whole"))(invoke, send)

    with connected(daemon, script=script), Stream(daemon) as stream:
        for depth in range(120, 132):
            request = raw.chat(daemon, model="m", extra=nested(depth - 1))
            assert raw.ask(daemon.port, request).status == (200 if depth <= 128 else 400), depth
        gate.open()
        assert stream.is_finished()
    assert "broken" not in daemon.log


def test_a_chunk_as_deep_as_can_be_harms_no_other(start, gate):
    daemon = start(server={"workers": 1})
    depths = iter(range(120, 132))

    async def script(invoke, send):
        if invoke.get("stream"):
            return await gate(invoke, send)
        delta = {"content": "deep", "extra": nested(next(depths) - 3)}
        await send("model_stream_chunk", chunk={"delta": delta}, finished=False)
        await send("model_stream_chunk", chunk={"delta": {}, "finish_reason": "stop"}, finished=True)

    with connected(daemon, script=script) as agent, Stream(daemon) as stream:
        for _ in range(120, 132):
            assert raw.ask(daemon.port, raw.chat(daemon, model="m")).status in (200, 500)
        gate.open()
        assert stream.is_finished()
        assert agent.socket.close_code is None
    assert "broken" not in daemon.log


# Clients that leave


def test_clients_that_leave_at_once_are_forgotten_by_the_bridge(start):
    daemon = start(server={"workers": 1})
    with connected(daemon, script=keeps_silent, agent_id="silent"):
        for _ in range(20):
            with raw.Connection(daemon.port) as connection:
                connection.send(raw.chat(daemon, model="m"))
        eventually(lambda: daemon.log.count(" POST /v1/chat/completions ") == 20)
        eventually(lambda: daemon.agents()["silent"]["in_flight"] == 0, within=3)
        daemon.terminate()
        assert daemon.wait(within=3) == 0


# Agents that misbehave


def test_an_agent_that_pings_and_does_not_read_costs_little_memory(start):
    daemon = start(server={"workers": 1})
    ping = frame(json.dumps({"type": "ping", "timestamp": "9" * 3000}).encode())
    with WebSocket(daemon.bridge_port, timeout=0.5) as agent:
        agent.register(daemon)
        begin = time.monotonic()
        try:
            while time.monotonic() - begin < 3:
                agent.socket.sendall(ping * 40)
        except (TimeoutError, ConnectionError):
            pass  # It is not listened to, or closed.
        assert processes.pss_bytes(daemon.bridge) < 64 << 20
        with connected(daemon, agent_id="other"):
            assert "other" in daemon.agents()


def floods(count):
    """So many chunks of 50 kB."""

    async def script(invoke, send):
        for _ in range(count):
            await send("model_stream_chunk", chunk={"delta": {"content": "x" * 50_000}}, finished=False)
        await send("model_stream_chunk", chunk={"delta": {}, "finish_reason": "stop"}, finished=True)

    return script


def test_a_whole_answer_that_does_not_end_is_given_up(start):
    daemon = start(server={"workers": 1})
    with connected(daemon, script=floods(1000)) as agent:
        answer = raw.ask(daemon.port, raw.chat(daemon, model="m"))
        assert (answer.status, answer.json()["error"]["code"]) == (500, "agent_error")
        eventually(lambda: agent.all("cancel"))


def test_a_large_whole_answer_is_read_to_its_end(start):
    daemon = start(server={"workers": 1})
    with connected(daemon, script=floods(200)):
        answer = raw.ask(daemon.port, raw.chat(daemon, model="m"))
    assert answer.status == 200
    assert len(answer.json()["choices"][0]["message"]["content"]) == 200 * 50_000


# The end


def test_a_log_that_nobody_reads_does_not_hold_up_the_end(start, tmp_path):
    daemon = start(log={"level": "debug"})
    daemon.terminate()
    daemon.wait()
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    unread, filled = os.open(pipe, os.O_RDONLY | os.O_NONBLOCK), os.open(pipe, os.O_WRONLY | os.O_NONBLOCK)
    try:
        daemon.process = daemon.spawn(wrapper=["sh", "-c", f'exec "$@" >"{pipe}" 2>&1', "sh"])
        daemon.notify.wait_for("READY", process=daemon.process)
        with pytest.raises(BlockingIOError):
            while True:
                os.write(filled, b"\n" * 4096)
        for _ in range(700):
            assert raw.ask(daemon.port, raw.request()).status == 200
        daemon.terminate()
        assert daemon.wait(within=8) == 0
    finally:
        os.close(unread)
        os.close(filled)


def test_the_bridge_is_restarted_under_load(start):
    daemon = start(server={"workers": 1})
    stop, statuses = threading.Event(), []

    async def script(invoke, send):
        await asyncio.sleep(0.2)  # The time it thinks: some of twelve askers always wait for an answer.
        await send("model_result", choices=[choice("ok")])

    def ask_on():
        while not stop.is_set():
            statuses.append(raw.ask(daemon.port, raw.chat(daemon, model="m"), timeout=40).status)

    askers = [threading.Thread(target=ask_on) for _ in range(12)]
    before = daemon.bridge
    with connected(daemon, script=script) as agent:
        for asker in askers:
            asker.start()
        try:
            eventually(lambda: len(statuses) > 20)
            begin = time.monotonic()
            daemon.control("restart", "bridge")
            assert time.monotonic() - begin < 8
            assert daemon.bridge != before
        finally:
            stop.set()
            with connected(daemon, script=echoes):
                for asker in askers:
                    asker.join()
    assert statuses.count(200) >= len(agent.all("model_invoke")), "what an agent was asked is answered"


def test_connections_are_refused_while_a_stream_is_finished(start, gate):
    daemon = start()
    with connected(daemon, script=gate), Stream(daemon) as stream:
        daemon.terminate()
        eventually(lambda: is_refused(daemon.port), within=3)
        gate.open()
        assert stream.is_finished()
    assert daemon.wait() == 0


def is_refused(port):
    with socket.socket() as probe:
        try:
            probe.connect(("127.0.0.1", port))
        except ConnectionRefusedError:
            return True
    return False
