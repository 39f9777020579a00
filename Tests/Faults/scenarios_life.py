"""The ordinary ends and renewals of processes, and a daemon at rest."""

import os
import re
import signal
import time

import control
import raw
import tree
from agents import Gate, connected
from ledger import NEVER_REACHED, Ledger
from load import Load, mixed
from scenario import Stage, scenario, stopwatch
from steady import SteadyAgent, ticks_or_takes
from waiting import eventually


@scenario("recycle")
def recycle(stage: Stage) -> None:
    """Workers that are replaced after so many requests, under load: one at a time, and nobody notices."""
    for workers in (1, 2):
        daemon = stage.start(server={"workers": workers, "worker_max_requests": 500})
        pids: set[int] = set()
        with mixed(daemon, pause=0.005) as load:
            end = time.monotonic() + stage.pick(3, 30)
            while time.monotonic() < end:
                pids |= tree.workers(daemon)
                time.sleep(0.05)
        stage.take(load.ledger)
        stage.figure(f"processes of {workers}", len(pids), at_least=workers + 2)
        stage.figure("replacements at once", most_at_once(daemon.log), at_least=1, at_most=1)
    stage.did("worker_max_requests = 500, with 1 and with 2 workers")


def most_at_once(log: str) -> int:
    """The most workers that were to be renewed and whose successors did not serve yet."""
    under_way: set[str] = set()
    most = 0
    for line in log.splitlines():
        name = re.search(r"child=(worker:\d+)", line)
        if name and '"child is renewed"' in line:
            under_way.add(name[1])
        elif name and '"child started"' in line:
            under_way.discard(name[1])
        most = max(most, len(under_way))
    return most


@scenario("scale")
def scale(stage: Stage) -> None:
    """TTIN and TTOU under load: one worker more, one worker less, and nobody notices."""
    daemon = stage.start(server={"workers": 1})
    with mixed(daemon, pool=5, idle=1) as load:
        eventually(lambda: load.ledger.requests > 100)
        for number, workers in [(signal.SIGTTIN, 2), (signal.SIGTTIN, 3), (signal.SIGTTOU, 2)]:
            os.kill(daemon.pid, number)
            eventually(lambda workers=workers: running(daemon) == workers, within=15, every=0.05)
            time.sleep(stage.pick(0.3, 5))
    stage.did("1, 2, 3 and 2 workers")
    stage.take(load.ledger)


def running(daemon) -> int:
    """Workers that serve, and are to go on doing so."""
    return sum(row["state"] == "RUNNING" for row in control.records(daemon, "worker:*").values())


@scenario("shutdown")
def shutdown(stage: Stage) -> None:
    """TERM with requests, streams and idle connections: all is finished, workers first; more TERMs hurry."""
    for signals in range(1, 4):
        graceful(stage) if signals == 1 else hurried(stage, signals)
    stage.did("one, two and three TERMs")


def graceful(stage: Stage) -> None:
    daemon = stage.start()
    agent = SteadyAgent(daemon, models=["m", "ticks"], script=ticks_or_takes(1.5))
    with agent, raw.Connection(daemon.port) as idle:
        idle.send(raw.request())
        idle.response()
        with mixed(daemon, slow=20, long=6, stream=stage.pick(2, 20)) as load:
            eventually(lambda: load.ledger.requests > 300)
            time.sleep(1)
            told, under_way = time.monotonic(), len(load.ledger.flights)
            daemon.terminate()
            load.is_over = True
            status = daemon.wait(within=30)
            ended = time.monotonic()
    take_reached(stage, load.ledger, told)
    stage.figure("under way", under_way, at_least=10)
    idle_time = ended - max(load.ledger.last_answer, told)
    stage.figure("gone after the last answer", idle_time * 1000, " ms", at_most=1500)
    stage.expect(status == 0, f"exit status {status}")
    stage.expect(leave_in_order(daemon.log), "not ended in order: workers, bridge, store")


def take_reached(stage: Stage, ledger: Ledger, told: float) -> None:
    """Counts what had reached the daemon before it was told to go; later it may refuse."""
    lost = [row for row in ledger.failures if row.begun < told and row.phase != NEVER_REACHED]
    stage.report.requests += ledger.requests
    stage.report.failed += len(lost)
    stage.report.faults += [str(failure) for failure in lost[:8]]
    stage.figure("lost", len(lost), at_most=0)


def leave_in_order(log: str) -> bool:
    """Whether all workers ended first, then the bridge, and last the store."""
    ends = re.findall(r'"child ended" child=(\w+)', log)
    return set(ends[:-2]) == {"worker"} and ends[-2:] == ["bridge", "store"]


def hurried(stage: Stage, signals: int) -> None:
    """With a stream that never ends by itself."""
    daemon, gate = stage.start(), Gate()
    with connected(daemon, models=["m"], script=gate), raw.Connection(daemon.port) as connection:
        connection.send(raw.chat(daemon, model="m", stream=True))
        connection.receive()
        for number in range(1, signals + 1):
            with stopwatch() as milliseconds:
                daemon.terminate()
                eventually(lambda number=number: daemon.log.count("shutting down") == number)
                if number == signals:
                    daemon.wait()
                    stage.figure(f"TERM {number}", milliseconds(), " ms", at_most={2: 3500, 3: 1000}[number])


@scenario("rest", is_patient=True)
def rest(stage: Stage) -> None:
    """A daemon that nobody asks anything takes no CPU."""
    daemon = stage.start()
    with Load(daemon, keep_alive=2) as load:
        eventually(lambda: load.ledger.requests > 50)
    with tree.CpuMeter(daemon) as meter:
        time.sleep(stage.pick(4, 10))
    stage.did("at rest after some requests")
    stage.take(load.ledger)
    stage.figure("CPU of all processes", meter.percent, " %", at_most=2)
    stage.figure("memory", tree.memory(daemon) / 1e6, " MB")
