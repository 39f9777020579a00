"""Workers that are killed while clients ask."""

import random
import time

import control
from ledger import percentile
from load import mixed
from scenario import Stage, scenario
from waiting import eventually

WORKERS = 3


def slots(daemon) -> dict[str, int | None]:
    """The pids of the workers that serve, by slot."""
    return {name: row.get("pid") for name, row in control.records(daemon, "worker:*").items()}


def milliseconds_until_back(daemon, name: str, old: int, since: float) -> float:
    eventually(lambda: control.is_running(daemon, name, other_than=old), within=15, every=0.004)
    return (time.monotonic() - since) * 1000


@scenario("kill-worker")
def kill_worker(stage: Stage) -> None:
    """kill -9 of a random worker every 500 ms under load."""
    daemon = stage.start(server={"workers": WORKERS})
    count, back = stage.pick(8, 600), []
    with mixed(daemon) as load:
        eventually(lambda: load.ledger.requests > 200)
        for number in range(count):
            next_time = time.monotonic() + 0.5
            name, pid = random.choice(sorted(slots(daemon).items()))
            (death,) = load.ledger.kill(pid)
            back.append(milliseconds_until_back(daemon, name, pid, death.ended))
            if number % 50 == 49:
                stage.say(f"{number + 1} kills, {len(load.ledger.failures)} failures")
            time.sleep(max(0.0, next_time - time.monotonic()))
    stage.did(f"{count} kills of one of {WORKERS} workers")
    stage.take(load.ledger)
    stage.figure("refused", load.ledger.refused, at_most=0)
    stage.figure("back p50", percentile(back, 0.5), " ms")
    stage.figure("back longest", max(back), " ms", at_most=300)
    stage.figure("longest answer", load.ledger.longest() * 1000, " ms")


@scenario("kill-all")
def kill_all(stage: Stage) -> None:
    """kill -9 of all workers at the same time, again and again."""
    daemon = stage.start(server={"workers": WORKERS})
    count, back = stage.pick(3, 60), []
    with mixed(daemon) as load:
        eventually(lambda: load.ledger.requests > 200)
        for _ in range(count):
            victims = slots(daemon)
            deaths = load.ledger.kill(*victims.values())
            back += [
                milliseconds_until_back(daemon, name, pid, deaths[0].ended) for name, pid in victims.items()
            ]
            time.sleep(0.5)
    stage.did(f"{count} times all {WORKERS} workers")
    stage.take(load.ledger)
    stage.figure("refused", load.ledger.refused, at_most=0)
    stage.figure("longest wait", load.ledger.longest() * 1000, " ms", at_most=1500)
    stage.figure("all back, longest", max(back), " ms")
