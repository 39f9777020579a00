"""Faults that a review found: listeners, workers and the hub across reloads, starts and stops."""

import asyncio
import contextlib
import json
import socket
import subprocess

import pytest
from websockets.asyncio.server import serve

import configuration
import raw
from agents import choice, connected
from clients import new_async_client
from daemon import Daemon
from test_systemd import start_with
from waiting import eventually

pytestmark = pytest.mark.integration


# Listeners


def unix_listener(name, path):
    return {"name": name, "address": f"unix:{path}"}


def answers_at(path):
    with raw.Connection(path=path) as connection:
        connection.send(raw.request())
        return connection.response().status == 200


def test_a_renamed_unix_listener_still_answers(start, tmp_path):
    daemon, path = start(), tmp_path / "http.sock"
    main = daemon.configuration["listeners"]
    daemon.reload(listeners=[*main, unix_listener("before", path)])
    assert answers_at(path)
    daemon.reload(listeners=[*main, unix_listener("after", path)])
    assert answers_at(path)
    daemon.reload(listeners=main)
    assert not path.exists()


def test_a_refused_reload_leaves_the_unix_listener_alone(start, tmp_path):
    daemon, path = start(), tmp_path / "http.sock"
    main = daemon.configuration["listeners"]
    daemon.reload(listeners=[*main, unix_listener("before", path)])
    with socket.create_server(("127.0.0.1", 0)) as taken:
        busy = {"name": "busy", "address": f"127.0.0.1:{taken.getsockname()[1]}"}
        daemon.write_configuration(listeners=[*main, unix_listener("after", path), busy])
        daemon.control("reload", expect=1)
    assert answers_at(path)


def test_a_file_at_the_path_of_a_unix_listener_is_left_alone_by_a_reload(start, tmp_path):
    daemon, path = start(), tmp_path / "precious"
    path.write_text("precious")
    main = daemon.configuration["listeners"]
    daemon.write_configuration(listeners=[*main, unix_listener("file", path)])
    told = daemon.control("reload", expect=1)
    assert str(path) in told.stdout + told.stderr
    assert path.read_text() == "precious"
    assert raw.ask(daemon.port, raw.request()).status == 200


def test_a_file_at_the_path_of_a_unix_listener_refuses_the_start(tmp_path):
    path = tmp_path / "precious"
    path.write_text("precious")
    daemon = Daemon(tmp_path / "daemon", listeners=[unix_listener("file", path)])
    daemon.write_configuration()
    daemon.process = daemon.spawn()
    try:
        assert daemon.wait(within=5) != 0
        assert str(path) in daemon.log
        assert path.read_text() == "precious"
    finally:
        daemon.stop()


def test_a_listener_is_renamed_at_its_address(start):
    daemon = start()
    (main,) = daemon.configuration["listeners"]
    told = daemon.reload(listeners=[main | {"name": "other"}])
    assert "other" in told.stdout
    assert {record["generation"] for record in daemon.status().values()} == {2}
    assert raw.ask(daemon.port, raw.request()).status == 200


def test_a_socket_of_systemd_for_another_address_leaves_the_configured_one_served(start):
    daemon = start()
    daemon.terminate()
    daemon.wait()
    with socket.create_server(("127.0.0.1", 0)) as other:
        start_with(daemon, {"main": other})
        assert raw.ask(daemon.port, raw.request()).status == 200
        new = configuration.free_port()
        daemon.reload(listeners=[{"name": "main", "address": f"127.0.0.1:{new}"}])
        assert raw.ask(new, raw.request()).status == 200


# Workers


def states(daemon):
    return {name: record["state"] for name, record in daemon.status().items()}


def all_run(daemon):
    return set(states(daemon).values()) == {"RUNNING"}


def begin_streams(daemon, worker):
    """Connections with streams that have begun, at least one of them with that worker; closed at the end."""
    with contextlib.ExitStack() as stack:
        while daemon.status()[worker]["in_flight"] == 0:
            connection = stack.enter_context(raw.Connection(daemon.port))
            connection.send(raw.chat(daemon, model="m", stream=True))
            connection.take_until(b"first")
        return stack.pop_all()


def test_a_worker_that_is_wanted_again_while_it_drains_comes_back(start, gate):
    daemon = start(server={"workers": 2})
    with connected(daemon, script=gate):
        with begin_streams(daemon, "worker:1"):
            daemon.reload(server={"workers": 1})
            assert states(daemon)["worker:1"] == "STOPPING"
            daemon.reload(server={"workers": 2})
            gate.open()
        names = {"bridge", "store", "worker:0", "worker:1"}
        eventually(lambda: states(daemon).keys() == names and all_run(daemon), within=4, every=0.05)
    assert daemon.status()["worker:1"]["generation"] == 3


@pytest.fixture
def started_while_it_stops(start, gate):
    """(the daemon, `stop worker:0`, `start worker:0`): the second command came while the first waited."""
    daemon = start(server={"workers": 2})
    commands = []

    def begin(*words):
        commands.append(subprocess.Popen(daemon.control_command(*words), stdout=subprocess.DEVNULL))

    with connected(daemon, script=gate), begin_streams(daemon, "worker:0"):
        begin("stop", "worker:0")
        eventually(lambda: states(daemon)["worker:0"] == "STOPPING", every=0.05)
        begin("start", "worker:0")
        daemon.log_line("command=start")
        gate.open()
    yield daemon, *commands
    for command in commands:
        command.kill()
        command.wait()


def test_a_worker_that_is_started_while_it_stops_runs_in_the_end(started_while_it_stops):
    daemon, _, starting = started_while_it_stops
    daemon.log_line("child ended")
    eventually(lambda: all_run(daemon), within=4, every=0.05)
    assert starting.wait(timeout=3) == 0


def test_a_stop_that_a_start_overtakes_ends_too(started_while_it_stops):
    _, stopping, starting = started_while_it_stops
    assert starting.wait(timeout=3) == 0
    assert stopping.wait(timeout=2) in (0, 1, 7), "whatever it says, it does not wait any longer"


# The hub that the bridge dials


def start_with_hub(start, port, **bridge):
    return start(server={"workers": 1}, bridge={"connect": f"ws://127.0.0.1:{port}/", **bridge})


async def test_a_hub_that_refuses_is_not_dialled_all_the_time(start):
    port, dialled = configuration.free_port(), asyncio.Queue()

    async def refuse(hub):
        dialled.put_nowait(await hub.recv())
        await hub.close(1008)

    async with serve(refuse, "127.0.0.1", port):
        await asyncio.to_thread(start_with_hub, start, port)
        await dialled.get()
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(3):
                for _ in range(15):
                    await dialled.get()
        assert dialled.empty()


async def test_a_changed_time_limit_leaves_the_hub_connected(start):
    port, registers, invokes, answer = configuration.free_port(), [], asyncio.Queue(), asyncio.Event()

    async def serve_models(hub):
        async for text in hub:
            message = json.loads(text)
            if message["type"] == "register":
                registers.append(message)
            elif message["type"] == "model_invoke":
                invokes.put_nowait(message)
                await answer.wait()
                result = {"type": "model_result", "id": message["id"], "choices": [choice("late")]}
                await hub.send(json.dumps(result))

    async with serve(serve_models, "127.0.0.1", port):
        daemon = await asyncio.to_thread(start_with_hub, start, port)
        async with new_async_client(daemon) as client:
            messages = [{"role": "user", "content": "hello"}]
            asked = asyncio.create_task(client.chat.completions.create(model="m", messages=messages))
            await invokes.get()
            await asyncio.to_thread(daemon.reload, bridge={"response_timeout": "20s"})
            answer.set()
            assert (await asked).choices[0].message.content == "late"
    assert len(registers) == 1
