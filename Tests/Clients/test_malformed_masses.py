"""A hundred thousand malformed requests leave no trace in memory."""

import itertools
import multiprocessing
import os
import types

import pytest

import processes
import raw
from malformed_rows import BODIES, FIELDS, FRAMING, LINES

pytestmark = [pytest.mark.security, pytest.mark.slow, pytest.mark.timeout(180)]

WARM_UP, MASSES = 1_000, 100_000
ALLOWANCE = 2_000_000
SENDERS = 2
BATCH = 50


def fatal_rows(key):
    """Those that close their connection."""
    return [data.replace(b"KEY", key.encode()) for data, _, _ in LINES + FIELDS + FRAMING]


def send(port, key, kept, closing):
    """Sends `kept` malformed bodies over one connection, and `closing` requests that cost theirs."""
    daemon = types.SimpleNamespace(key=key)
    bodies = itertools.cycle([raw.chat_body(daemon, data) for data, _, _ in BODIES])
    with raw.Connection(port) as connection:
        for _ in range(kept // BATCH):
            connection.send(b"".join(itertools.islice(bodies, BATCH)))
            for _ in range(BATCH):
                assert connection.response().status == 400
    for data in itertools.islice(itertools.cycle(fatal_rows(key)), closing):
        with raw.Connection(port) as connection:
            connection.send(data)
            assert 400 <= connection.response().status < 600


def send_from_processes(daemon, count):
    """Four in five are bodies, since a connection costs the test more than it costs the daemon."""
    share = count // SENDERS
    arguments = [(daemon.port, daemon.key, share * 4 // 5, share // 5)] * SENDERS
    with multiprocessing.get_context("fork").Pool(SENDERS) as pool:
        pool.starmap(send, arguments)


@pytest.mark.skipif(
    "LLVM_PROFILE_FILE" in os.environ, reason="counters of an instrumented build are memory too"
)
def test_memory_does_not_grow_with_malformed_requests(start):
    daemon = start(server={"workers": 1}, log={"access": False})
    (worker,) = daemon.workers()
    send_from_processes(daemon, WARM_UP)
    before = processes.pss_bytes(worker)
    send_from_processes(daemon, MASSES)
    after = processes.pss_bytes(worker)
    assert daemon.workers() == [worker]
    assert after <= before + ALLOWANCE, f"{before} → {after} bytes"
    record = daemon.status()["worker:0"]
    assert record["requests"] >= (WARM_UP + MASSES) * 4 // 5
    assert record["connections"] == 0
