"""Numbers with a limit (DESIGN §7) that need no bench: time of a start, memory of a daemon at rest."""

import os
import statistics
import time

import pytest

import processes
import raw
from daemon import Daemon
from waiting import eventually

pytestmark = [
    pytest.mark.performance,
    pytest.mark.skipif("LLVM_PROFILE_FILE" in os.environ, reason="an instrumented build has other numbers"),
]


def seconds_to_first_200(directory):
    daemon = Daemon(directory)
    daemon.write_configuration()
    begin = time.monotonic()
    daemon.process = daemon.spawn()
    eventually(lambda: is_served(daemon), every=0.001)
    taken = time.monotonic() - begin
    daemon.notify.wait_for("READY", process=daemon.process)
    daemon.stop()
    return taken


def is_served(daemon):
    try:
        return raw.ask(daemon.port, raw.request()).status == 200
    except (ConnectionError, AssertionError):
        return False


def test_from_start_to_the_first_answer_it_takes_a_tenth_of_a_second(tmp_path):
    times = [seconds_to_first_200(tmp_path / str(number)) for number in range(7)]
    assert statistics.median(times) <= 0.1, times


def test_a_daemon_at_rest_takes_40_megabytes(start):
    daemon = start(server={"workers": 2})
    for _ in range(20):
        assert raw.ask(daemon.port, raw.chat(daemon)).status == 200
    sizes = {
        role: processes.pss_bytes(pid) for role, pid in {"supervisor": daemon.pid, **daemon.roles()}.items()
    }
    assert sum(sizes.values()) <= 40_000_000, sizes
