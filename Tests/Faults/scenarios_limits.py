"""More connections than there is room for."""

import contextlib
import select
import time

import processes
import raw
import tree
from load import Load
from scenario import Stage, scenario
from scenarios_clients import expect_descriptors, warm_up
from waiting import eventually


@scenario("descriptors")
def descriptors(stage: Stage) -> None:
    """More connections than descriptors: no crash, no busy loop, and all is well once they go."""
    limit, count = 512, 1500
    daemon = stage.start(("sh", "-c", f'ulimit -n {limit}; exec "$@"', "sh"))
    warm_up(daemon)
    before, counts = daemon.roles(), tree.descriptor_counts(daemon)
    with contextlib.ExitStack() as stack:
        connections = [stack.enter_context(raw.Connection(daemon.port)) for _ in range(count)]
        for connection in connections:
            connection.send(raw.request())
        time.sleep(0.5)
        served = len(answered(connections))
        with tree.CpuMeter(daemon) as meter:
            time.sleep(stage.pick(2, 10))
        daemon.control("status")
    stage.did(f"{count} connections, {limit} descriptors a process")
    stage.figure("served at a time", served, at_least=limit // 8, at_most=2 * limit)
    stage.figure("CPU when full", meter.percent, " %", at_most=2)
    stage.expect(daemon.roles() == before, "a process was replaced")
    with Load(daemon, keep_alive=2, new=2) as load:
        eventually(lambda: load.ledger.requests > 100)
    stage.take(load.ledger)
    expect_descriptors(stage, daemon, counts)
    stage.expect("max_connections" in daemon.log, "the log does not say that max_connections was lowered")


def answered(connections: list[raw.Connection]) -> list[raw.Connection]:
    """Those that have something to read now."""
    waiting, by_number = select.poll(), {}
    for connection in connections:
        waiting.register(connection.socket, select.POLLIN)
        by_number[connection.socket.fileno()] = connection
    return [by_number[number] for number, _ in waiting.poll(0)]


@scenario("max-connections")
def max_connections(stage: Stage) -> None:
    """200 connections where 50 are let in at a time: the others wait, and are served as those leave."""
    most, count, workers = 50, 200, 2
    daemon = stage.start(server={"max_connections": most, "workers": workers})
    waiting = [raw.Connection(daemon.port, timeout=30) for _ in range(count)]
    for connection in waiting:
        connection.send(raw.request())
    peak, failed, waits = 0, 0, 0
    end = time.monotonic() + 30
    while waiting and time.monotonic() < end:
        time.sleep(0.2)
        batch = answered(waiting)
        peak, waits = max(peak, len(batch)), waits + (not batch)
        for connection in batch:
            failed += not is_served(connection)
            waiting.remove(connection)
    failed += len(waiting)
    stage.did(f"{count} connections, max_connections = {most}")
    stage.report.requests, stage.report.failed = count, failed
    stage.figure("failed", failed, at_most=0)
    stage.figure("let in at a time", peak, at_most=most + workers, at_least=most // 2)
    with Load(daemon, keep_alive=4, new=4) as load:
        eventually(lambda: load.ledger.requests > 100)
    stage.take(load.ledger)
    titles = sorted(processes.title(pid) for pid in processes.children(daemon.pid))
    roles = ["bridge 0", "store 0", *(f"worker {slot}" for slot in range(workers))]
    stage.expect(titles == [f"gatehoused: {role}" for role in roles], f"processes came or went: {titles}")


def is_served(connection: raw.Connection) -> bool:
    with connection:
        with contextlib.suppress(AssertionError, OSError):
            return connection.response().status == 200
    return False
