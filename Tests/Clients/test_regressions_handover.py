"""What a client is owed when a bridge, a listener, a hub or an agent leaves in the middle of its request."""

import asyncio
import contextlib
import json
import os
import signal
import threading
import time

import pytest
from websockets.asyncio.server import serve

import configuration
import processes
import raw
from agents import Gate, answers, choice, connected, echoes, keeps_silent, last_message
from command_agent import CommandAgent
from fault_tools import SteadyAgent
from raw_websocket import WebSocket, frame
from streams import Stream
from waiting import eventually

pytestmark = pytest.mark.integration


def ask(daemon, model="m", content="again", timeout=8.0, **members):
    return raw.ask(daemon.port, raw.chat(daemon, content, model=model, **members), timeout=timeout)


def holds(gate):
    """A script that holds the streams of the test open, and echoes whatever else is asked."""

    async def script(invoke, send):
        await (gate if last_message(invoke) == "hello" else echoes)(invoke, send)

    return script


# From one bridge to the next


def test_an_agent_cannot_make_a_worker_ask_again(start):
    daemon = start(server={"workers": 1})

    async def script(invoke, send):
        if len(agent.all("model_invoke")) > 20:
            return await answers("enough")(invoke, send)
        await send("error", error={"code": "bridge_leaving", "message": "not me"})

    with connected(daemon, script=script) as agent:
        answer = ask(daemon)
        assert (answer.status, answer.json()["error"]["code"]) == (500, "agent_error")
        assert len(agent.all("model_invoke")) == 1


def test_a_request_that_a_worker_sent_to_a_bridge_as_it_left_is_answered(start):
    daemon = start(server={"workers": 1})
    (worker,) = daemon.workers()
    with SteadyAgent(daemon, script=echoes) as agent, raw.Connection(daemon.port) as client:
        client.send(raw.chat(daemon, model="m"))
        assert client.response().status == 200
        with stopped(worker):
            client.send(raw.chat(daemon, model="m"))
            before = agent.registrations
            daemon.control("restart", "bridge")
            eventually(lambda: agent.registrations > before)
        assert client.response().status == 200


def test_a_program_that_is_at_work_serves_through_the_next_bridge_too(start, tmp_path):
    daemon, mark = start(server={"workers": 1}), tmp_path / "mark"
    wait = f'while [ ! -e "{mark}" ]; do sleep 0.05; done'
    hello = f"echo first; {wait}; echo last"
    program = f'IFS= read -r word; if [ "$word" = hello ]; then {hello}; else echo "$word"; fi'
    with CommandAgent(daemon, "sh", "-c", program, options=["--concurrency", "2"]) as agent:
        with Stream(daemon) as stream:
            daemon.control("restart", "bridge")
            agent.wait_until_connected(times=2)
            assert ask(daemon).json()["choices"][0]["message"]["content"].strip() == "again"
            mark.touch()
            assert stream.is_finished()
        assert ask(daemon).status == 200


def test_an_agent_that_is_at_work_is_told_that_the_bridge_leaves(start, gate):
    daemon = start(server={"workers": 1})
    with connected(daemon, script=gate) as agent, Stream(daemon) as stream:
        daemon.control("restart", "bridge")
        eventually(lambda: agent.all("leave") == [{"type": "leave"}])
        gate.open()
        assert stream.is_finished()
        eventually(lambda: agent.socket.close_code == 1001)


def test_an_agent_that_comes_to_a_bridge_that_leaves_is_sent_to_the_next(start, gate):
    daemon = start(agent_models=["m", "late"])
    with connected(daemon, script=gate), Stream(daemon) as stream:
        with WebSocket(daemon.bridge_port, timeout=3) as agent:
            daemon.control("restart", "bridge")
            members = {"agent_id": "late", "token": daemon.key, "models": ["late"]}
            agent.send(frame(json.dumps({"type": "register", **members}).encode()))
            assert agent.close_code() == 1001
        gate.open()
        assert stream.is_finished()


def test_a_worker_that_dials_a_bridge_that_leaves_goes_on_to_the_next(start, gate):
    daemon = start(server={"workers": 3}, agent_models=["m", "free"])
    statuses = []
    with (
        connected(daemon, script=gate),
        SteadyAgent(daemon, models=["free"], script=echoes) as free,
        Stream(daemon) as stream,
    ):
        leaving, before = daemon.bridge, free.registrations
        with stopped(leaving):
            daemon.control("restart", "bridge")
            (following,) = bridges(daemon) - {leaving}
            with stopped(following):
                known = set(processes.descriptors(leaving).values())
                daemon.control("restart", "worker:*")
                os.kill(leaving, signal.SIGCONT)
                eventually(lambda: set(processes.descriptors(leaving).values()) - known)
        eventually(lambda: free.registrations > before)

        def ask_free():
            statuses.append(ask(daemon, "free", timeout=3).status)

        askers = [threading.Thread(target=ask_free) for _ in range(12)]
        for asker in askers:
            asker.start()
        for asker in askers:
            asker.join()
        gate.open()
        assert stream.is_finished()
    assert statuses == [200] * 12


def bridges(daemon):
    return {pid for pid in processes.children(daemon.pid) if "bridge" in processes.title(pid)}


@contextlib.contextmanager
def stopped(pid):
    os.kill(pid, signal.SIGSTOP)
    try:
        yield
    finally:
        os.kill(pid, signal.SIGCONT)


# A listener that is removed


def test_who_came_through_a_listener_that_is_gone_has_one_answer_more(start):
    daemon = start(server={"workers": 1})
    main, port = daemon.configuration["listeners"], configuration.free_port()
    daemon.reload(listeners=[*main, {"name": "side", "address": f"127.0.0.1:{port}"}])
    with raw.Connection(port) as client:
        client.send(raw.chat(daemon))
        assert client.response().status == 200
        daemon.reload(listeners=main)
        client.send(raw.chat(daemon))
        answer = client.response()
        assert (answer.status, answer.fields.get("connection")) == (200, "close")
        assert client.is_closed()


# As many clients as fit


def test_a_new_client_is_served_though_others_keep_every_place_busy(start):
    daemon = start(server={"workers": 2, "max_connections": 20})
    stop = threading.Event()
    asked = [0] * 21

    def keep_busy(number):
        while not stop.is_set():
            with raw.Connection(daemon.port) as client:
                is_kept = True
                while is_kept and not stop.is_set():
                    client.send(raw.chat(daemon))
                    is_kept = client.response().fields.get("connection") != "close"
                    asked[number] += 1
                    stop.wait(0.05)

    clients = [threading.Thread(target=keep_busy, args=[number]) for number in range(21)]
    for client in clients:
        client.start()
    try:
        eventually(lambda: sorted(asked)[1] > 3)
        assert ask(daemon, model="echo", timeout=5).status == 200
    finally:
        stop.set()
        for client in clients:
            client.join()


# The hub


class Hub:
    """Takes what the bridge says to it, and answers by a script; in a loop of its own."""

    def __init__(self, script):
        self.port = configuration.free_port()
        self.script = script
        self.models = []
        self.closed = []

    def __enter__(self):
        self.ready, self.finish = threading.Event(), threading.Event()
        self.thread = threading.Thread(target=lambda: asyncio.run(self.live()), daemon=True)
        self.thread.start()
        assert self.ready.wait(10)
        return self

    def __exit__(self, *_):
        self.finish.set()
        self.thread.join(10)

    async def live(self):
        async with serve(self.listen, "127.0.0.1", self.port):
            self.ready.set()
            await asyncio.to_thread(self.finish.wait)

    async def listen(self, socket):
        tasks = []
        with contextlib.suppress(Exception):
            async for text in socket:
                message = json.loads(text)
                if message["type"] == "register":
                    self.models.append(message["models"])
                elif message["type"] == "model_invoke":
                    tasks.append(asyncio.create_task(self.script(message, sender(socket, message["id"]))))
        self.closed.append(socket.close_code)


def sender(socket, id):
    async def send(type, **members):
        await socket.send(json.dumps({"type": type, "id": id, **members}))

    return send


@pytest.fixture
def with_hub(start, gate):
    """(the daemon, the hub that its bridge has dialled); streams are held open."""
    with Hub(holds(gate)) as hub:
        daemon = start(server={"workers": 1}, bridge={"connect": f"ws://127.0.0.1:{hub.port}/"})
        eventually(lambda: hub.models)
        yield daemon, hub


def test_a_hub_hears_of_new_models_on_the_connection_it_has(with_hub, gate):
    daemon, hub = with_hub
    with Stream(daemon) as stream:
        daemon.reload(providers={"local": {"models": ["m", "new"]}})
        eventually(lambda: hub.models == [["m"], ["m", "new"]])
        assert ask(daemon, model="new").status == 200
        gate.open()
        assert stream.is_finished()
    assert not hub.closed


def test_an_answer_of_the_hub_outlives_a_new_name_for_it(with_hub, gate):
    daemon, hub = with_hub
    with Stream(daemon) as stream:
        daemon.reload(bridge={"agent_id": "another"})
        eventually(lambda: len(hub.models) == 2)
        assert not hub.closed
        gate.open()
        assert stream.is_finished()
    eventually(lambda: hub.closed == [1001])


def test_an_agent_that_is_called_hub_does_not_replace_the_hub(with_hub):
    daemon, hub = with_hub
    with connected(daemon, agent_id="hub"):
        assert len(daemon.status()["bridge"]["agents"]) == 2
        assert not hub.closed


# A model that is taken away


def test_an_answer_outlives_the_model_that_it_is_given_for(start, gate):
    daemon = start(server={"workers": 1}, agent_models=["m", "other"])
    with connected(daemon, script=gate) as agent, Stream(daemon) as stream:
        daemon.reload(providers={"local": {"models": ["other"]}})
        gate.open()
        assert stream.is_finished()
        eventually(lambda: agent.socket.close_code is not None)


# The end of an answer


def test_a_request_whose_body_comes_when_time_is_up_is_not_waited_for(start):
    daemon = start(server={"workers": 1, "drain_timeout": "1s", "stream_drain_timeout": "20s"})
    request = raw.chat(daemon, model="m")
    with (
        connected(daemon, script=keeps_silent) as agent,
        raw.Connection(daemon.port) as whole,
        raw.Connection(daemon.port) as late,
    ):
        late.send(request[:-5])
        whole.send(request)
        eventually(lambda: agent.all("model_invoke"))
        eventually(lambda: daemon.status()["worker:0"]["in_flight"] == 2)
        daemon.terminate()
        assert whole.response().status == 503
        late.send(request[-5:])
        late.socket.settimeout(2)
        assert late.response().json()["error"]["code"] == "shutting_down"
    assert daemon.wait(within=5) == 0


def test_a_client_that_will_not_say_more_gets_no_error_without_words(start):
    daemon = start(server={"workers": 1})
    release = Gate()

    async def script(invoke, send):
        await release.passed()
        await send("model_result", choices=[choice("late")])

    with connected(daemon, script=script) as agent, raw.Connection(daemon.port) as client:
        client.send(raw.chat(daemon, model="m"))
        eventually(lambda: agent.all("model_invoke"))
        client.socket.shutdown(1)
        eventually(lambda: agent.all("cancel"))
        release.open()
        assert client.rest() == b""


def test_a_refusal_does_not_wait_for_a_body_that_has_begun(start):
    daemon = start(server={"workers": 1})
    fields = ["Authorization: Bearer wrong", "Content-Length: 1000"]
    head = raw.request("POST", "/v1/chat/completions", fields)
    begin = time.monotonic()
    assert raw.ask(daemon.port, head + b"0123456789", timeout=3).status == 401
    assert time.monotonic() - begin < 1
