"""The supervisor watches, replaces and scales its processes, and says what it does."""

import contextlib
import os
import re
import signal
import threading
import time

import httpx
import pytest

import raw
from agents import connected
from command_agent import CommandAgent
from streams import Stream
from waiting import eventually

pytestmark = pytest.mark.integration


def ask_health(daemon):
    return raw.ask(daemon.port, raw.request(target="/health"))


def test_a_stopped_worker_is_replaced_before_it_is_killed(start):
    daemon = start(server={"workers": 2})
    daemon.may_crash = True
    victim = daemon.status()["worker:1"]["pid"]
    eventually(lambda: daemon.status()["worker:1"]["uptime_seconds"], within=2)  # It has beaten.
    os.kill(victim, signal.SIGSTOP)
    stopped = time.monotonic()
    eventually(lambda: daemon.status()["worker:1"]["pid"] != victim, within=9)
    assert 5 < time.monotonic() - stopped < 8
    assert daemon.status()["worker:1"]["state"] == "RUNNING"
    eventually(lambda: victim not in daemon.workers())
    eventually(lambda: daemon.status()["worker:1"]["last_end"] == "ended by the supervisor: it hung")
    events = [line for line in daemon.log.splitlines() if "worker:1" in line]
    order = ["child is slow", "child hangs and is replaced", "child started", "child died"]
    places = [max(i for i, line in enumerate(events) if event in line) for event in order]
    assert places == sorted(places), events


def test_a_worker_that_is_slow_for_three_seconds_is_left_alone(start):
    daemon = start(server={"workers": 2})
    victim = daemon.status()["worker:0"]["pid"]
    os.kill(victim, signal.SIGSTOP)
    daemon.log_line("child is slow", within=4)
    assert "silent for" in daemon.control("status", "worker:0").stdout
    os.kill(victim, signal.SIGCONT)
    eventually(lambda: daemon.status()["worker:0"]["silent_ms"] < 1000)
    assert daemon.status()["worker:0"]["pid"] == victim


def test_the_last_words_of_a_crash_are_shown(start):
    daemon = start(server={"workers": 1})
    daemon.may_crash = True
    os.kill(daemon.workers()[0], signal.SIGSEGV)
    eventually(lambda: daemon.status()["worker:0"]["restarts"] == 1)
    record = daemon.status()["worker:0"]
    assert record["last_end"] == "killed by SIGSEGV: a fault of memory"


def test_signals_go_to_the_processes_that_are_named(start):
    daemon = start(server={"workers": 2})
    before = daemon.roles()
    assert daemon.control("signal", "kill", "worker:1").stdout == "worker:1: signalled\n"
    eventually(lambda: daemon.status()["worker:1"]["restarts"] == 1)
    assert daemon.roles()["worker 0"] == before["worker 0"]
    assert "no signal" in daemon.control("signal", "NONSENSE", "worker:0", expect=2).stderr
    assert "no such process" in daemon.control("signal", "15", "worker:9", expect=4).stderr
    daemon.control("stop", "worker:1")
    assert "worker:1" in daemon.control("signal", "SIGTERM", "worker:1", expect=7).stderr


def test_ttin_and_ttou_make_one_worker_more_and_one_less(start):
    daemon = start(server={"workers": 1})
    os.kill(daemon.pid, signal.SIGTTIN)
    eventually(lambda: len(daemon.workers()) == 2)
    os.kill(daemon.pid, signal.SIGTTOU)
    eventually(lambda: len(daemon.workers()) == 1)
    os.kill(daemon.pid, signal.SIGTTOU)
    daemon.log_line("before=1 now=1")
    assert ask_health(daemon).status == 200
    os.kill(daemon.pid, signal.SIGTTIN)
    eventually(lambda: len(daemon.workers()) == 2)
    daemon.reload(server={"workers": 3})
    eventually(lambda: len(daemon.workers()) == 3)


def test_a_dry_run_shows_what_would_change_and_changes_nothing(start):
    daemon = start(server={"workers": 1})
    assert daemon.control("reload", "--dry-run").stdout == "nothing would change\n"
    daemon.write_configuration(server={"workers": 2, "debug": True})
    shown = daemon.control("reload", "--dry-run").stdout
    assert "server.workers: 1 → 2" in shown
    assert "server.debug: false → true" in shown
    assert len(daemon.workers()) == 1
    assert daemon.status()["worker:0"]["generation"] == 1
    daemon.write_configuration(server={"workers": 99})
    assert "workers" in daemon.control("reload", "--dry-run", expect=1).stdout
    assert "last reload" not in daemon.control("status").stdout


def test_the_generation_is_told_everywhere(start):
    daemon = start(server={"workers": 1})
    daemon.reload(server={"workers": 1, "debug": True})
    answer = httpx.get(daemon.base_url + "/metrics", headers=daemon.headers)
    assert "gatehouse_generation 2\n" in answer.text
    assert re.search(r'gatehouse_process_generation\{process="worker:0",draining="false"} 2', answer.text)
    worker = daemon.status()["worker:0"]
    assert answer.headers["x-gatehouse-worker"] == f"worker:0/{worker['pid']}"
    assert worker["generation"] == 2
    daemon.log_line("GET /metrics status=200")
    assert re.search(r"GET /metrics status=200 .* gen=2 ", daemon.log)


def test_requests_of_the_dead_are_counted(start):
    daemon = start(server={"workers": 1})
    for _ in range(20):
        assert ask_health(daemon).status == 200
    daemon.control("restart", "worker:0")
    eventually(lambda: len(daemon.workers()) == 1)
    text = httpx.get(daemon.base_url + "/metrics", headers=daemon.headers).text
    assert int(re.search(r"^gatehouse_requests_total (\d+)$", text, re.M)[1]) >= 20


def test_the_uptime_is_the_daemons_not_the_workers(start):
    daemon = start(server={"workers": 1})
    eventually(lambda: ask_health(daemon).json()["uptime_seconds"] >= 1)
    daemon.control("restart", "worker:0")
    assert ask_health(daemon).json()["uptime_seconds"] >= 1


def test_no_more_clients_are_let_in_than_max_connections(start):
    daemon = start(server={"workers": 2, "max_connections": 10})
    clients = [raw.Connection(daemon.port) for _ in range(30)]
    try:
        for client in clients:
            client.send(raw.request())
        daemon.log_line("no more clients are let in")
        connections = sum(record["connections"] for record in daemon.status().values())
        assert connections <= 12
        answers = [client.response() for client in clients]
    finally:
        for client in clients:
            client.__exit__()
    assert {answer.status for answer in answers} == {200}
    assert "close" in {answer.fields.get("connection") for answer in answers}, "others wait"
    assert ask_health(daemon).status == 200


def test_a_worker_is_renewed_after_its_requests(start):
    daemon = start(server={"workers": 2, "worker_max_requests": 50})
    before = set(daemon.workers())
    deadline = time.monotonic() + 10
    while set(daemon.workers()) & before and time.monotonic() < deadline:
        assert ask_health(daemon).status == 200
    assert not set(daemon.workers()) & before
    assert "child is renewed" in daemon.log
    assert {record["restarts"] for record in daemon.status().values()} == {0}


def test_the_bridge_is_restarted_and_nobody_notices(start):
    daemon = start(server={"workers": 2})
    stop, statuses = threading.Event(), []

    def ask_on():
        while not stop.is_set():
            statuses.append(raw.ask(daemon.port, raw.chat(daemon, model="m"), timeout=20).status)

    askers = [threading.Thread(target=ask_on) for _ in range(6)]
    with CommandAgent(daemon, "cat", options=["--concurrency", "4"]) as agent:
        for asker in askers:
            asker.start()
        try:
            for times in range(1, 6):
                before, asked = daemon.status()["bridge"]["pid"], len(statuses)
                daemon.control("restart", "bridge")
                assert daemon.status()["bridge"]["pid"] != before
                agent.wait_until_connected(times + 1)
                eventually(lambda asked=asked: len(statuses) > asked + 20)
        finally:
            stop.set()
            for asker in askers:
                asker.join()
    assert set(statuses) == {200}, statuses


def test_a_worker_that_is_wanted_again_does_not_wait_for_what_the_old_one_finishes(start, gate):
    daemon = start(server={"workers": 2})
    with connected(daemon, script=gate), contextlib.ExitStack() as stack:
        streams = [stack.enter_context(Stream(daemon)) for _ in range(8)]
        old = daemon.status()["worker:1"]["pid"]
        daemon.reload(server={"workers": 1})
        daemon.reload(server={"workers": 2})
        eventually(lambda: daemon.status()["worker:1"]["state"] == "RUNNING", within=2)
        assert daemon.status()["worker:1"]["pid"] != old
        gate.open()
        assert all(stream.is_finished() for stream in streams)
    eventually(lambda: old not in daemon.workers())


def test_an_empty_file_is_no_configuration_to_reload(start):
    daemon = start(server={"workers": 1})
    daemon.file.write_text("")
    assert "the file is empty" in daemon.control("reload", expect=1).stdout
    assert ask_health(daemon).status == 200


@pytest.mark.slow
def test_a_worker_that_has_grown_too_large_is_renewed(start):
    daemon = start(server={"workers": 1, "worker_memory_limit": "64KiB"})
    (before,) = daemon.workers()
    eventually(lambda: before not in daemon.workers(), within=15)
    assert "MiB of memory of its own" in daemon.log_line("child is renewed")
    assert ask_health(daemon).status == 200


@pytest.mark.slow
def test_sockets_whose_files_are_swept_away_are_there_again(start, tmp_path):
    door = tmp_path / "door.sock"
    daemon = start(server={"workers": 1})
    daemon.reload(listeners=[*daemon.configuration["listeners"], {"name": "door", "address": f"unix:{door}"}])
    swept = [door, daemon.control_socket, daemon.run_directory / "bridge.sock"]
    before = daemon.pid
    for path in swept:
        path.unlink()
    eventually(lambda: all(path.exists() for path in swept), within=15)
    assert ask_health(daemon).status == 200
    assert raw.ask(None, raw.request(), path=door).status == 200
    assert daemon.control("pid").stdout == f"{before}\n"
    with connected(daemon):
        assert raw.ask(daemon.port, raw.chat(daemon, model="m")).status == 200
