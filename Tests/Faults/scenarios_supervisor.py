"""The supervisor itself is killed or stopped."""

import os
import signal
import time

import processes
import raw
from ledger import NEVER_REACHED
from load import mixed
from scenario import Stage, scenario, stopwatch
from steady import SteadyAgent, ticks_or_takes
from waiting import eventually


@scenario("dead-supervisor", is_patient=True)
def dead_supervisor(stage: Stage) -> None:
    """kill -9 of the supervisor with requests and streams under way, then a start in the same place."""
    daemon = stage.start()
    gone, under_way = [], 0
    for _ in range(stage.pick(1, 5)):
        agent = SteadyAgent(daemon, models=["m", "ticks"], script=ticks_or_takes(1))
        with agent, mixed(daemon, slow=10, long=4, stream=20) as load:
            eventually(lambda load=load: load.ledger.requests > 200)
            before = [flight for flight in list(load.ledger.flights) if flight.kind != "long stream"]
            under_way += len(before)
            gone.append(kill_supervisor(stage, daemon))
            lost = [failure for failure in load.ledger.failures if is_one_of(failure, before)]
            load.is_over = True
        stage.report.requests += load.ledger.requests
        stage.expect(not lost, f"requests under way were lost: {[str(failure) for failure in lost[:4]]}")
        daemon.notify.drain()
        daemon.start()
        stage.expect(raw.ask(daemon.port, raw.chat(daemon)).status == 200, "no answer after the new start")
        daemon.control("status")
    stage.did(f"{len(gone)} kills; the next start found a stale socket, lock and pid file")
    stage.figure("under way", under_way, at_least=len(gone))
    stage.figure("children gone", max(gone), " ms", at_most=4000)


def kill_supervisor(stage: Stage, daemon) -> float:
    """Milliseconds until nothing of it is left."""
    session = daemon.pid
    with stopwatch() as milliseconds:
        os.kill(session, signal.SIGKILL)
        daemon.wait()
        try:
            eventually(lambda: not processes.members(session), within=6)
        except AssertionError:
            left = {pid: processes.title(pid) for pid in processes.members(session)}
            stage.fault(f"left after 6 s: {left}")
            for pid in left:
                os.kill(pid, signal.SIGKILL)
        return milliseconds()


def is_one_of(failure, flights) -> bool:
    """Whether it was one of those, and had reached the daemon."""
    if failure.phase == NEVER_REACHED:
        return False
    return any((failure.kind, failure.begun) == (flight.kind, flight.begun) for flight in flights)


@scenario("stop-supervisor", is_patient=True)
def stop_supervisor(stage: Stage) -> None:
    """SIGSTOP of the supervisor under load, later SIGCONT: the children serve, and nobody is replaced."""
    daemon = stage.start()
    seconds = stage.pick(8, 20)
    with mixed(daemon, pause=0.03) as load:
        eventually(lambda: load.ledger.requests > 100)
        before = daemon.roles()
        os.kill(daemon.pid, signal.SIGSTOP)
        time.sleep(seconds)
        during = load.ledger.requests
        os.kill(daemon.pid, signal.SIGCONT)
        time.sleep(stage.pick(2, 10))
        after = daemon.roles()
        daemon.control("status")
    stage.did(f"stopped for {seconds} s")
    stage.take(load.ledger)
    stage.figure("requests meanwhile", during, at_least=seconds * 20)
    stage.figure("longest answer", load.ledger.longest() * 1000, " ms", at_most=1500)
    stage.expect(before == after, f"processes changed: {before} became {after}")
