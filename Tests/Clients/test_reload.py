"""SIGHUP and `gatehousectl reload`: all or nothing, in place, and nobody is disconnected."""

import grp
import os
import signal
import socket
import threading

import pytest

import configuration
import raw
from agents import Gate, connected
from clients import new_client
from waiting import eventually

pytestmark = pytest.mark.integration


def send_hangup(daemon):
    """Sends SIGHUP; returns the datagram by which systemd learns that the reload is over."""
    daemon.notify.drain()
    os.kill(daemon.pid, signal.SIGHUP)
    daemon.notify.wait_for("RELOADING")
    return daemon.notify.wait_for("READY")


def pids(daemon):
    return daemon.pid, daemon.roles()


def accepts_body_of(daemon, size):
    return raw.ask(daemon.port, raw.chat(daemon, "x" * size)).status == 200


def second_listener(daemon):
    port = configuration.free_port()
    return port, {"name": "second", "address": f"127.0.0.1:{port}"}


def test_a_changed_file_is_in_force_in_the_same_processes(start):
    daemon = start()
    before = pids(daemon)
    assert accepts_body_of(daemon, 5000)
    daemon.write_configuration(server={"request_body_limit": "4KiB"})
    send_hangup(daemon)
    assert raw.ask(daemon.port, raw.chat(daemon, "x" * 5000)).status == 413
    assert pids(daemon) == before
    assert {record["generation"] for record in daemon.status().values()} == {2}


def test_a_broken_file_changes_nothing_and_is_told(start):
    daemon = start()
    before = pids(daemon)
    good = daemon.file.read_text()
    daemon.file.write_text(good.replace("workers = 2", "workers = 99\nwrokers = 1"))
    ready = send_hangup(daemon)
    assert f"{daemon.file}:" in ready["STATUS"] and "workers" in ready["STATUS"]
    assert pids(daemon) == before
    assert accepts_body_of(daemon, 10)
    assert {record["generation"] for record in daemon.status().values()} == {1}
    told = daemon.control("reload", expect=1)
    assert told.stdout.count("error:") == 2, "every fault"
    daemon.log_line("wrokers")

    daemon.file.write_text(good)
    assert "failed" not in send_hangup(daemon)["STATUS"]


def test_an_unchanged_file_changes_nothing(start):
    daemon = start()
    before = pids(daemon)
    send_hangup(daemon)
    assert pids(daemon) == before
    assert {record["generation"] for record in daemon.status().values()} == {1}


def test_a_connection_lives_through_reloads(start):
    daemon = start()
    with raw.Connection(daemon.port) as connection:
        for limit in ("5MiB", "6MiB", "7MiB"):
            connection.send(raw.chat(daemon))
            answer = connection.response()
            assert answer.status == 200 and answer.fields.get("connection") != "close"
            daemon.reload(server={"request_body_limit": limit})
        connection.send(raw.chat(daemon))
        assert connection.response().status == 200


def test_a_stream_and_its_agent_live_through_a_reload(start):
    daemon = start()
    gate = Gate()
    client = new_client(daemon)
    messages = [{"role": "user", "content": "go"}]
    with connected(daemon, script=gate, agent_id="steady"):
        chunks = iter(client.chat.completions.create(model="m", messages=messages, stream=True))
        texts = [next(chunks).choices[0].delta.content]
        daemon.reload(server={"request_body_limit": "5MiB"})
        gate.open()
        texts += [chunk.choices[0].delta.content or "" for chunk in chunks]
        assert daemon.agents().keys() == {"steady"}
    assert "".join(texts) == "first last"


def test_a_listener_comes_and_goes(start):
    daemon = start()
    main = daemon.configuration["listeners"]
    port, second = second_listener(daemon)
    before = pids(daemon)
    daemon.reload(listeners=[*main, second])
    assert raw.ask(port, raw.request()).status == 200
    assert raw.ask(daemon.port, raw.request()).status == 200

    with raw.Connection(port) as kept:
        kept.send(raw.request())
        assert kept.response().status == 200
        daemon.reload(listeners=main)
        with pytest.raises(ConnectionRefusedError):
            raw.Connection(port)
        kept.send(raw.request())
        kept.receive()
    assert raw.ask(daemon.port, raw.request()).status == 200
    assert pids(daemon) == before


def test_a_listener_of_the_first_start_can_go(start):
    daemon = start()
    old, (port, second) = daemon.port, second_listener(daemon)
    daemon.reload(listeners=[second])
    assert raw.ask(port, raw.request()).status == 200
    with pytest.raises(ConnectionRefusedError):
        raw.Connection(old)


def test_an_address_that_is_taken_refuses_the_reload(start):
    daemon = start()
    before = pids(daemon)
    with socket.create_server(("127.0.0.1", 0)) as taken:
        address = f"127.0.0.1:{taken.getsockname()[1]}"
        daemon.write_configuration(
            listeners=[*daemon.configuration["listeners"], {"name": "second", "address": address}]
        )
        told = daemon.control("reload", expect=1)
    assert "second" in told.stdout + told.stderr and address in told.stdout + told.stderr
    assert pids(daemon) == before
    assert accepts_body_of(daemon, 10)


def test_workers_are_added_and_drained_without_a_lost_request(start):
    daemon = start(server={"workers": 1})
    first = daemon.workers()
    stop, statuses = threading.Event(), []

    def ask_on():
        while not stop.is_set():
            statuses.append(raw.ask(daemon.port, raw.chat(daemon)).status)

    askers = [threading.Thread(target=ask_on) for _ in range(4)]
    for asker in askers:
        asker.start()
    try:
        daemon.reload(server={"workers": 3})
        eventually(lambda: len(daemon.workers()) == 3)
        assert set(first) < set(daemon.workers())
        daemon.reload(server={"workers": 1})
        eventually(lambda: daemon.workers() == first, within=15)
    finally:
        stop.set()
        for asker in askers:
            asker.join()
    assert len(statuses) > 20
    assert set(statuses) == {200}


def test_the_agents_address_can_be_changed(start):
    daemon = start()
    old, new = daemon.bridge_port, configuration.free_port()
    daemon.reload(bridge={"listen": f"127.0.0.1:{new}"})
    daemon.bridge_port = new
    with connected(daemon):
        assert raw.ask(daemon.port, raw.chat(daemon, model="m")).status == 200
    with pytest.raises(ConnectionRefusedError):
        raw.Connection(old)


def test_a_key_that_is_taken_out_opens_nothing_and_serves_nothing(start):
    daemon = start()
    old, new = daemon.key, configuration.new_key()
    with connected(daemon, agent_id="old") as agent:
        keys = [{"name": "new", "sha256": configuration.digest(new), "agent_models": ["*"]}]
        daemon.reload(auth={"keys": keys})
        assert raw.ask(daemon.port, raw.chat(daemon)).status == 401
        eventually(lambda: agent.socket.close_code == 1008)
        daemon.key = new
        assert raw.ask(daemon.port, raw.chat(daemon)).status == 200
    assert old != new


def test_many_reloads_at_once_become_few(start):
    daemon = start()
    before = pids(daemon)
    daemon.write_configuration(server={"request_body_limit": "5MiB"})
    threads = [threading.Thread(target=daemon.control, args=["reload"]) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert pids(daemon) == before
    assert {record["generation"] for record in daemon.status().values()} == {2}


def test_an_agent_is_given_what_it_asked_for_once_it_may_have_it(start):
    daemon = start(agent_models=("m", "n"))
    key = daemon.configuration["auth"]["keys"][0]
    daemon.reload(auth={"keys": [key | {"agent_models": ["m"]}]})
    with connected(daemon, models=["m", "n"]) as agent:
        assert agent.registered["models"] == ["m"]
        assert raw.ask(daemon.port, raw.chat(daemon, model="n")).status == 503
        daemon.reload(auth={"keys": [key]})
        assert raw.ask(daemon.port, raw.chat(daemon, model="n")).status == 200


def test_a_group_is_let_into_the_run_directory_and_out_again(start):
    daemon = start()
    run, socket_file = daemon.run_directory, daemon.control_socket
    own = run.stat().st_gid
    group = next((g for g in grp.getgrall() if g.gr_gid != own and may_give(run, g.gr_gid)), None)
    if group is None:
        pytest.skip("this user is in one group only")
    daemon.reload(control={"group": group.gr_name})
    assert (run.stat().st_gid, run.stat().st_mode & 0o777) == (group.gr_gid, 0o750)
    assert socket_file.stat().st_gid == group.gr_gid
    daemon.reload(control={"group": ""})
    assert (run.stat().st_gid, run.stat().st_mode & 0o777) == (os.getgid(), 0o700)
    daemon.write_configuration(control={"group": "no-such-group"})
    assert "no group 'no-such-group'" in daemon.control("reload", expect=1).stdout


def may_give(path, group):
    """Whether this user may give files to the group; the path is as it was afterwards."""
    before = path.stat().st_gid
    try:
        os.chown(path, -1, group)
    except PermissionError:
        return False
    os.chown(path, -1, before)
    return True
