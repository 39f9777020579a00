"""The supervisor loses sight of no process, whatever commands and signals cross each other."""

import contextlib
import json
import mmap
import os
import signal
import stat
import subprocess

import pytest

import configuration
import processes
import raw
from agents import connected, echoes, last_message
from daemon import Daemon
from fault_tools import SteadyAgent, debug_daemons
from streams import Stream
from waiting import eventually

pytestmark = pytest.mark.integration


@pytest.fixture
def make_debug(tmp_path):
    """make_debug(server={…}): a daemon of the debug build that has yet to be started."""
    with debug_daemons(tmp_path) as make:
        yield make


@pytest.fixture
def background():
    """background(daemon, words…): gatehousectl, which is ended with the test."""
    with contextlib.ExitStack() as stack:

        def begin(daemon, *words):
            command = subprocess.Popen(
                daemon.control_command(*words), stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
            )
            stack.callback(command.communicate)
            stack.callback(command.kill)
            return command

        yield begin


def records(daemon, *names):
    """What `status` tells; more of each process if it is named."""
    done = daemon.control("--json", "status", *names, expect=None)
    replies = [json.loads(line) for line in done.stdout.splitlines()]
    return [reply["record"] for reply in replies if "record" in reply]


def lines_about(daemon, *texts):
    return [line for line in daemon.log.splitlines() if all(text in line for text in texts)]


def begin_successor(daemon, background, *words, slot="worker:1", seconds=1):
    """`restart`, in the midst of which the successor of that slot still boots."""
    daemon.inject(f"{slot} boot block {seconds}")
    before = len(processes.children(daemon.pid))
    command = background(daemon, *words)
    eventually(lambda: len(processes.children(daemon.pid)) > before)
    return command


def is_whole(daemon, workers):
    """The supervisor lives, and what it says of its workers is all that runs."""
    names = [record["name"] for record in records(daemon)]
    wanted = ["bridge", "store", *(f"worker:{slot}" for slot in range(workers))]
    return daemon.process.poll() is None and len(daemon.workers()) == workers and sorted(names) == wanted


# A slot that goes away


def test_a_slot_may_go_away_while_its_process_is_restarted(make_debug, background):
    daemon = make_debug(server={"workers": 2}).start()
    command = begin_successor(daemon, background, "restart", "worker:1")
    os.kill(daemon.pid, signal.SIGTTOU)
    command.wait(timeout=5)
    eventually(lambda: is_whole(daemon, workers=1), within=3)


def test_a_slot_may_go_away_while_its_process_is_renewed(make_debug):
    daemon = make_debug(server={"workers": 2, "worker_max_requests": 20, "debug": True}).start()
    daemon.inject("worker:1 boot block 1")
    with connection_to(daemon, "worker:1") as client:
        for _ in range(30):
            client.send(raw.request())
            assert client.response().status == 200
        daemon.log_line('"child is renewed" child=worker:1')
    os.kill(daemon.pid, signal.SIGTTOU)
    eventually(lambda: is_whole(daemon, workers=1), within=3)
    count = len(lines_about(daemon, "child is renewed"))
    for _ in range(30):
        assert raw.ask(daemon.port, raw.request()).status == 200
    eventually(lambda: len(lines_about(daemon, "child is renewed")) > count)
    eventually(lambda: is_whole(daemon, workers=1))


def connection_to(daemon, worker):
    """A client of that worker; others come and go until one is."""
    with contextlib.ExitStack() as others:
        while True:
            client = raw.Connection(daemon.port)
            client.send(raw.request())
            if client.response().fields["x-gatehouse-worker"].startswith(worker):
                return client
            others.enter_context(client)


def test_a_slot_may_go_away_while_others_switch_to_a_configuration(make_debug, background):
    daemon = make_debug(server={"workers": 2}).start()
    main = daemon.configuration["listeners"]
    extra = {"name": "extra", "address": f"127.0.0.1:{configuration.free_port()}"}
    daemon.reload(listeners=[*main, extra])
    daemon.inject("worker:0 commit block 1")
    daemon.write_configuration(listeners=main)
    reload = background(daemon, "reload")
    eventually(lambda: daemon.status()["worker:1"]["generation"] == 3)
    os.kill(daemon.pid, signal.SIGTTOU)
    output, _ = reload.communicate(timeout=5)
    assert reload.returncode == 0, output
    eventually(lambda: is_whole(daemon, workers=1), within=3)


def test_nothing_is_started_in_a_slot_that_goes_away(start, gate, background):
    daemon = start(server={"workers": 2})
    with connected(daemon, script=gate), contextlib.ExitStack() as stack:
        while daemon.status()["worker:1"]["in_flight"] == 0:
            stack.enter_context(Stream(daemon))
        os.kill(daemon.pid, signal.SIGTTOU)
        eventually(lambda: daemon.status()["worker:1"]["state"] == "STOPPING")
        command = background(daemon, "start", "worker:1")
        output, _ = command.communicate(timeout=3)
        assert command.returncode != 0
        assert "worker:1: ERROR (it is being removed)" in output
        gate.open()
    eventually(lambda: is_whole(daemon, workers=1))


def test_a_stop_ends_a_restart(make_debug, background):
    daemon = make_debug(server={"workers": 2}).start()
    command = begin_successor(daemon, background, "restart", "worker:1")
    assert daemon.control("stop", "worker:1").stdout == "worker:1: stopped\n"
    command.wait(timeout=5)
    assert daemon.status()["worker:1"]["state"] == "STOPPED"
    assert len(daemon.workers()) == 1
    assert lines_about(daemon, "child died", "worker:1", "by the supervisor: it is no longer wanted")


# The end


def test_a_restart_does_not_undo_a_shutdown(make_debug, background):
    daemon = make_debug(server={"workers": 2}).start()
    begin_successor(daemon, background, "restart", "all", slot="worker:0")
    daemon.terminate()
    assert daemon.wait(within=4) == 0


def test_nothing_is_started_during_a_shutdown(start, gate, background):
    daemon = start(server={"workers": 1})
    with connected(daemon, script=gate), Stream(daemon) as stream:
        daemon.terminate()
        daemon.log_line("shutting down")
        command = background(daemon, "start", "worker:0")
        output, _ = command.communicate(timeout=3)
        assert command.returncode != 0
        assert "the daemon is shutting down" in output
        gate.open()
        assert stream.is_finished()
    assert daemon.wait(within=3) == 0


@pytest.mark.parametrize("signals", [2, 3])
def test_a_hurried_shutdown_hurries_replaced_processes_too(start, gate, signals):
    daemon = start(server={"workers": 1})
    with connected(daemon, script=gate), Stream(daemon):
        daemon.control("restart", "worker:0")
        for urgency in ["graceful", "fast", "now"][:signals]:
            daemon.terminate()
            daemon.log_line(f"urgency={urgency}")
        assert daemon.wait(within=4 if signals == 2 else 1) == 0


# A child that leaves by itself


def test_a_worker_that_is_told_to_leave_is_followed_at_once(start, gate):
    daemon = start(server={"workers": 1})
    with connected(daemon, script=gate), Stream(daemon) as stream:
        before = daemon.status()["worker:0"]["pid"]
        daemon.control("signal", "TERM", "worker:0")
        eventually(lambda: daemon.status()["worker:0"]["pid"] not in (None, before), within=2)
        assert raw.ask(daemon.port, raw.request(), timeout=3).status == 200
        gate.open()
        assert stream.is_finished()
    eventually(lambda: is_whole(daemon, workers=1))


def test_a_bridge_that_is_told_to_leave_is_followed_at_once(start, gate):
    daemon = start(server={"workers": 1})

    async def script(invoke, send):
        await (gate if last_message(invoke) == "hello" else echoes)(invoke, send)

    with (
        SteadyAgent(daemon, script=script, agent_id="one"),
        SteadyAgent(daemon, script=script, agent_id="two"),
        Stream(daemon) as stream,
    ):
        before = daemon.status()["bridge"]["pid"]
        daemon.control("signal", "TERM", "bridge")
        eventually(lambda: daemon.status()["bridge"]["pid"] not in (None, before), within=2)
        assert raw.ask(daemon.port, raw.chat(daemon, "again", model="m")).status == 200
        gate.open()
        assert stream.is_finished()


# What a child can do to others


def test_a_child_cannot_give_away_the_place_of_another(start):
    daemon = start(server={"workers": 2})
    worker = daemon.workers()[0]
    number = next(fd for fd, name in processes.descriptors(worker).items() if "gatehouse-board" in name)
    board = os.open(f"/proc/{worker}/fd/{number}", os.O_RDWR)
    with mmap.mmap(board, 0) as memory:
        os.close(board)
        identity = slice(128, 136)  # Of row 1, behind the header and the supervisor's row.
        memory[identity] = bytes(8)
        os.kill(daemon.pid, signal.SIGTTIN)
        eventually(lambda: len(daemon.workers()) == 3)
        assert memory[identity] == bytes(8), "the newcomer got a row of its own"


def test_children_that_do_not_serve_yet_have_a_say_in_a_reload(make_debug):
    daemon = make_debug(server={"workers": 1})
    daemon.inject("bridge boot block 3", "worker:0 prepare block 3")
    daemon.write_configuration()
    daemon.process = daemon.spawn()
    eventually(daemon.control_socket.exists)
    eventually(lambda: records(daemon, "worker:0")[0]["generation"])
    daemon.write_configuration(server={"debug": True})
    refused = daemon.control("reload", expect=1)
    assert "no answer within 2 s from worker:0" in refused.stdout
    daemon.inject()
    daemon.notify.wait_for("READY", process=daemon.process)


@pytest.mark.slow
def test_a_child_that_hangs_before_it_ever_ran_is_not_followed_at_once(make_debug):
    daemon = make_debug(server={"workers": 2}).start()
    eventually(lambda: records(daemon, "worker:1")[0].get("requests") is not None)  # Its loop runs.
    daemon.inject("worker:1 start hang")
    daemon.control("restart", "worker:1")
    daemon.log_line("child hangs and is replaced", within=10)
    daemon.inject()
    eventually(lambda: lines_about(daemon, "child died", "worker:1"))
    events = [line.split('"')[1] for line in lines_about(daemon, "child=worker:1")]
    assert events[events.index("child hangs and is replaced") + 1] == "child died", events
    eventually(lambda: daemon.status()["worker:1"]["state"] == "RUNNING")
    assert daemon.status()["worker:1"]["last_end"] == "ended by the supervisor: it hung"


# Folders


def test_a_folder_with_the_files_of_others_keeps_its_mode(tmp_path):
    daemon = Daemon(tmp_path / "daemon")
    (daemon.run_directory / "foreign").write_text("x")
    daemon.run_directory.chmod(0o755)
    before = os.stat(daemon.run_directory)
    try:
        daemon.start()
        for group in ("daemon", None):
            daemon.reload(control={"group": group})
            now = os.stat(daemon.run_directory)
            assert (stat.S_IMODE(now.st_mode), now.st_gid) == (0o755, before.st_gid), group
    finally:
        daemon.stop()


def test_a_dry_run_writes_nothing(start):
    daemon = start(server={"workers": 1})
    names = ["audit.jsonl", "gatehouse.db", "gatehouse.db-shm", "gatehouse.db-wal", "instance", "journal"]
    eventually(lambda: sorted(path.name for path in daemon.state_directory.iterdir()) == names)
    daemon.write_configuration(auth={"keys": []})
    assert "auth.keys" in daemon.control("reload", "--dry-run").stdout
    assert sorted(path.name for path in daemon.state_directory.iterdir()) == names


# What is told of the dead


def test_a_crash_of_a_process_that_was_to_leave_is_told(start, gate):
    daemon = start(server={"workers": 1})
    daemon.may_crash = True
    with connected(daemon, script=gate), Stream(daemon):
        old = daemon.status()["worker:0"]["pid"]
        daemon.control("restart", "worker:0")
        os.kill(old, signal.SIGSEGV)
        daemon.log_line(f'"child died" child=worker:0 pid={old} how="killed by SIGSEGV"')
    assert daemon.status()["worker:0"]["last_end"] == "killed by SIGSEGV: a fault of memory"


def test_the_last_words_are_told_though_their_author_died_with_them(start):
    daemon = start(server={"workers": 1})
    daemon.may_crash = True
    for number in range(1, 4):
        worker = daemon.workers()[0]
        os.kill(daemon.pid, signal.SIGSTOP)
        try:
            with open(f"/proc/{worker}/fd/2", "wb", buffering=0) as output:
                output.write(b"the reason %d\n" % number)
            os.kill(worker, signal.SIGKILL)
            eventually(lambda worker=worker: not processes.is_alive(worker))
        finally:
            os.kill(daemon.pid, signal.SIGCONT)
        eventually(lambda number=number: daemon.status()["worker:0"]["restarts"] == number)
        assert f"the reason {number}" in records(daemon, "worker:0")[0]["stderr"]


def test_a_process_that_was_stopped_is_said_to_be_stopped(start):
    daemon = start(server={"workers": 2})
    daemon.control("signal", "KILL", "worker:1")
    eventually(lambda: daemon.status()["worker:1"]["restarts"] == 1)
    daemon.control("stop", "worker:1")
    assert daemon.control("status", "worker:1", expect=3).stdout.split() == ["worker:1", "STOPPED", "stopped"]
