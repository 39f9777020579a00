"""A worker that does not come up."""

import re
import time
from datetime import datetime

import control
import tree
from ledger import Ledger
from load import mixed
from scenario import Stage, scenario
from scenarios_kill import slots
from waiting import eventually

DIED = re.compile(r'^(\S+) \S+ \S+ "child died" child=worker:1 ', re.M)


@scenario("boot-crash", is_patient=True)
def boot_crash(stage: Stage) -> None:
    """A worker that exits at every boot is tried ever less often, and comes back alone; exit 78 is final."""
    daemon = stage.start_debug(server={"workers": 2})
    expect_service(stage, daemon)
    with mixed(daemon, pause=0.05) as load:
        daemon.inject("worker:1 boot exit 1")
        load.ledger.kill(slots(daemon)["worker:1"])
        eventually(lambda: control.state(daemon, "worker:1") == "BACKOFF")
        time.sleep(2)
    with tree.CpuMeter(daemon) as meter:
        time.sleep(stage.pick(3, 110))
    judge_gaps(stage, gaps(daemon.log))
    daemon.inject()
    since = time.monotonic()
    eventually(lambda: control.is_running(daemon, "worker:1"), within=60, every=0.05)
    stage.did("exit 1 at every boot, then a good one, then exit 78")
    stage.take(load.ledger)
    stage.figure("CPU meanwhile", meter.percent, " %", at_most=stage.pick(10, 2))
    stage.figure("back by itself after", time.monotonic() - since, " s", at_most=46)
    expect_service(stage, daemon)
    give_up(stage, daemon)


def expect_service(stage: Stage, daemon) -> None:
    """Long enough for a heartbeat, without which its next death would be one more at boot."""
    pid = slots(daemon)["worker:1"]
    with mixed(daemon, pause=0.05) as load:
        time.sleep(1.5)
    stage.take(load.ledger)
    stage.expect(pid in load.ledger.seen, "worker:1 serves nobody")


def gaps(log: str) -> list[float]:
    """Seconds between the deaths at boot; the first is the kill."""
    times = [datetime.fromisoformat(match[1]).timestamp() for match in DIED.finditer(log)][1:]
    return [later - earlier for earlier, later in zip(times, times[1:])]


def judge_gaps(stage: Stage, found: list[float]) -> None:
    """100 ms · 2ⁿ up to 30 s, times 0.5 to 1.5, and what a boot takes."""
    for number, gap in enumerate(found):
        wanted = min(0.1 * 2**number, 30)
        stage.expect(
            0.5 * wanted <= gap <= 1.5 * wanted + 0.5, f"delay {number} is {gap:.2f} s, not about {wanted} s"
        )
    stage.figure("deaths at boot", len(found) + 1, at_least=stage.pick(4, 9), at_most=stage.pick(9, 16))
    stage.figure("longest delay", max(found, default=0), " s", at_most=45.5)


def give_up(stage: Stage, daemon) -> None:
    daemon.inject("worker:1 boot exit 78")
    Ledger().kill(slots(daemon)["worker:1"])
    eventually(lambda: control.state(daemon, "worker:1") == "FATAL")
    with mixed(daemon) as load:
        time.sleep(0.5)
    stage.take(load.ledger)
    daemon.inject()
    daemon.control("start", "worker:1")
    stage.expect(control.is_running(daemon, "worker:1"), "start does not help a FATAL worker")
