"""sd_notify(3), the watchdog and sd_listen_fds(3), with the test in the place of systemd."""

import os
import signal
import socket
import sys
import time

import pytest

import raw
from agents import connected
from notify import NotifySocket
from waiting import eventually

pytestmark = pytest.mark.e2e

# Does what systemd does between fork and exec: sockets from descriptor 3 on, and whom they are for.
PASS_SOCKETS = """
import os, sys
count, names = int(sys.argv[1]), sys.argv[2]
high = [os.dup2(int(number), 100 + place) for place, number in enumerate(sys.argv[3 : 3 + count])]
for place, number in enumerate(high):
    os.dup2(number, 3 + place, inheritable=True)
os.environ.update(LISTEN_PID=str(os.getpid()), LISTEN_FDS=str(count), LISTEN_FDNAMES=names)
os.closerange(3 + count, 200)
os.execv(sys.argv[3 + count], sys.argv[3 + count :])
"""


def test_readiness_is_told_with_a_status_when_requests_are_served(start):
    daemon = start()
    (ready,) = [message for message in daemon.notify.received if message.get("READY")]
    assert f"127.0.0.1:{daemon.port}" in ready["STATUS"]
    assert raw.ask(daemon.port, raw.request()).status == 200


def test_a_notify_socket_may_be_abstract(start, tmp_path):
    daemon = start()
    daemon.terminate()
    daemon.wait()
    abstract = NotifySocket(f"@gatehouse-test-{os.getpid()}-{time.monotonic_ns()}")
    daemon.process = daemon.spawn(NOTIFY_SOCKET=abstract.path)
    abstract.wait_for("READY", process=daemon.process)
    abstract.close()


def test_a_reload_is_told_with_its_moment_and_its_end(start):
    daemon = start()
    daemon.notify.drain()
    before = time.monotonic_ns() // 1000
    os.kill(daemon.pid, signal.SIGHUP)
    reloading = daemon.notify.wait_for("RELOADING")
    daemon.notify.wait_for("READY")
    assert before <= int(reloading["MONOTONIC_USEC"]) <= time.monotonic_ns() // 1000, "both in one datagram"


def test_a_reload_by_gatehousectl_is_told_too(start):
    daemon = start()
    daemon.notify.drain()
    daemon.control("reload")
    daemon.notify.wait_for("RELOADING")
    daemon.notify.wait_for("READY")


def test_the_end_is_told_before_it_comes(start):
    daemon = start()
    daemon.terminate()
    assert daemon.notify.wait_for("STOPPING")["STATUS"]
    assert daemon.wait() == 0


def test_the_watchdog_is_fed_in_time(start):
    daemon = start(environment={"WATCHDOG_USEC": "600000"})
    begin = time.monotonic()
    for _ in range(4):
        daemon.notify.wait_for("WATCHDOG", within=1)
    assert time.monotonic() - begin > 0.3, "not as fast as it can"


def test_the_watchdog_of_another_process_is_not_ours(start):
    daemon = start(environment={"WATCHDOG_USEC": "100000", "WATCHDOG_PID": "1"})
    with pytest.raises(AssertionError):
        daemon.notify.wait_for("WATCHDOG", within=1)


def test_a_daemon_that_is_stopped_feeds_no_watchdog(start):
    daemon = start(environment={"WATCHDOG_USEC": "300000"})
    daemon.notify.wait_for("WATCHDOG", within=1)
    os.kill(daemon.pid, signal.SIGSTOP)
    eventually(lambda: stopped(daemon.pid))
    daemon.notify.drain()
    try:
        with pytest.raises(AssertionError):
            daemon.notify.wait_for("WATCHDOG", within=1)
    finally:
        os.kill(daemon.pid, signal.SIGCONT)
    daemon.notify.wait_for("WATCHDOG", within=1)


def stopped(pid):
    with open(f"/proc/{pid}/stat") as stat:
        return stat.read().rsplit(")", 1)[1].split()[0] == "T"


def test_children_know_nothing_of_systemd(start):
    daemon = start(environment={"WATCHDOG_USEC": "600000"})
    for pid in daemon.roles().values():
        with open(f"/proc/{pid}/environ") as environment:
            names = {row.split("=")[0] for row in environment.read().split("\0")}
        assert not names & {"NOTIFY_SOCKET", "WATCHDOG_USEC", "WATCHDOG_PID", "LISTEN_FDS", "LISTEN_PID"}


@pytest.fixture
def listening():
    """listening(port): a socket that the test owns, as systemd does for a .socket unit."""
    sockets = []

    def listening(port):
        sockets.append(socket.create_server(("127.0.0.1", port), backlog=100))
        return sockets[-1]

    yield listening
    for one in sockets:
        one.close()


def start_with(daemon, sockets):
    """Starts the daemon with these sockets, {name: socket}."""
    numbers = [str(one.fileno()) for one in sockets.values()]
    for one in sockets.values():
        os.set_inheritable(one.fileno(), True)
    wrapper = [sys.executable, "-c", PASS_SOCKETS, str(len(sockets)), ":".join(sockets), *numbers]
    daemon.process = daemon.spawn(wrapper, pass_fds=[one.fileno() for one in sockets.values()])
    daemon.notify.wait_for("READY", process=daemon.process)


def test_a_socket_of_systemd_is_served_and_outlives_the_daemon(start, listening):
    daemon = start()
    daemon.terminate()
    daemon.wait()
    main = listening(daemon.port)
    for _ in range(2):
        with raw.Connection(daemon.port) as early:
            early.send(raw.request())
            start_with(daemon, {"main": main})
            assert early.response().status == 200, "it waited in the queue"
        assert raw.ask(daemon.port, raw.chat(daemon)).status == 200
        daemon.terminate()
        assert daemon.wait() == 0
    main.close()


def test_the_address_of_agents_may_come_from_systemd_too(start, listening):
    daemon = start()
    daemon.terminate()
    daemon.wait()
    main, bridge = listening(daemon.port), listening(daemon.bridge_port)
    start_with(daemon, {"bridge": bridge, "main": main})
    with connected(daemon):
        assert raw.ask(daemon.port, raw.chat(daemon, model="m")).status == 200
    daemon.terminate()
    assert daemon.wait() == 0
    main.close()
    bridge.close()


def test_sockets_for_another_process_are_not_taken(start, listening):
    daemon = start(environment={"LISTEN_PID": "1", "LISTEN_FDS": "1", "LISTEN_FDNAMES": "main"})
    assert raw.ask(daemon.port, raw.chat(daemon)).status == 200
