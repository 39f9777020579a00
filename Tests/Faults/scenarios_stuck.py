"""Processes that live but do not move: stopped ones and ones whose loop is blocked."""

import os
import signal
import time
from dataclasses import dataclass

import processes
import tree
from ledger import Ledger
from load import Load, mixed
from scenario import Stage, scenario
from scenarios_kill import slots
from steady import SteadyAgent
from waiting import eventually


@dataclass
class Replacement:
    """What happened to a slot, in seconds since its process got stuck."""

    old: int
    new: int | None = None
    served: float = 0.0
    """The first answer of the new process that a client got; 0 without."""
    ended: float = 0.0


def watch(daemon, role: str, old: int, since: float, ledger: Ledger, within: float = 15.0) -> Replacement:
    """Waits until another process serves in the slot and the old one has ended; 0 where that did not come."""
    found = Replacement(old)
    while time.monotonic() < since + within and not (found.ended and found.served):
        now = time.monotonic() - since
        new = [pid for pid in tree.fill_of(daemon, role) if pid != old]
        if new and found.new is None:
            found.new = new[0]
        if not found.ended and not processes.is_alive(old):
            found.ended = now
            ledger.dies(old, since, time.monotonic())
        if not found.served and found.new in ledger.seen:
            found.served = ledger.seen[found.new] - since
        time.sleep(0.01)
    return found


def judge(stage: Stage, daemon, found: Replacement, at_most: float) -> None:
    stage.figure("new one serves after", found.served or 99, " s", at_most=at_most)
    stage.figure("old one ended after", found.ended or 99, " s", at_most=at_most + 3)
    began, ended = daemon.log.find(f"pid={found.new}"), daemon.log.find(f"pid={found.old} how=")
    story = "\n".join(line for line in daemon.log.splitlines() if " child" in line)
    stage.expect(0 <= began < ended, f"the new one was to serve before the old one ended: {found}\n{story}")


@scenario("stop-worker", is_patient=True)
def stop_worker(stage: Stage) -> None:
    """SIGSTOP of a worker under load: siblings serve, it is replaced and stays so when SIGCONT comes."""
    daemon = stage.start(server={"workers": 3})
    with mixed(daemon, pause=0.03) as load:
        eventually(lambda: load.ledger.requests > 200)
        old = slots(daemon)["worker:0"]
        since = time.monotonic()
        os.kill(old, signal.SIGSTOP)
        found = watch(daemon, "worker 0", old, since, load.ledger)
        time.sleep(0.5)
    if processes.is_alive(old):
        os.kill(old, signal.SIGCONT)
        time.sleep(1)
    stage.did("SIGSTOP of worker:0 of 3")
    stage.take(load.ledger)
    judge(stage, daemon, found, at_most=7)
    longest = load.ledger.longest(other_than=old)
    stage.figure("longest answer of siblings", longest * 1000, " ms", at_most=1500)
    stage.expect(old not in daemon.roles().values(), "the stopped worker is still or again there")
    stage.expect(len(daemon.workers()) == 3, f"workers: {daemon.workers()}")


@scenario("stop-bridge", is_patient=True)
def stop_bridge(stage: Stage) -> None:
    """SIGSTOP of the bridge under load: it is replaced, and who asks no agent does not notice."""
    daemon = stage.start()
    with SteadyAgent(daemon), mixed(daemon, pause=0.03) as load:
        old, since = daemon.bridge, time.monotonic()
        os.kill(old, signal.SIGSTOP)
        eventually(lambda: not processes.is_alive(old), within=15)
        ended = time.monotonic() - since
        eventually(lambda: "steady" in daemon.agents(), within=15)
    stage.did("SIGSTOP of the bridge")
    stage.take(load.ledger)
    stage.figure("old one ended after", ended, " s", at_most=10)
    stage.figure("agent is back after", time.monotonic() - since, " s", at_most=12)


@scenario("block", is_patient=True)
def block(stage: Stage) -> None:
    """A handler that blocks its loop for 3 s harms no process; one that never returns, its own."""
    daemon = stage.start_debug(server={"workers": 2})
    with Load(daemon, keep_alive=4, new=4, pause=0.02) as load:
        eventually(lambda: load.ledger.requests > 100)
        before = slots(daemon)
        daemon.inject("worker:0 request block 3 once")
        eventually(lambda: load.ledger.longest() > 2.5, within=10)
        time.sleep(1)
        stage.expect("child is slow" in daemon.log, "the log does not say that the worker was slow")
        stage.expect(slots(daemon) == before, f"{before} became {slots(daemon)} though it blocked only 3 s")
        stage.expect(not load.ledger.failures, "requests failed that only had to wait")
        since = time.monotonic()
        daemon.inject("worker:0 request spin once")
        eventually(lambda: daemon.log.count("child is slow") == 2, within=10)
        daemon.inject()
        found = watch(daemon, "worker 0", before["worker:0"], since, load.ledger)
    stage.did("3 s, then for ever")
    stage.take(load.ledger)
    judge(stage, daemon, found, at_most=8)
