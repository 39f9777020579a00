"""Children that go wrong during a reload: before the decision it is refused, after it nothing stops it."""

import time

import control
import raw
from load import Load
from scenario import Stage, scenario, stopwatch
from scenarios_kill import slots
from waiting import eventually

VICTIM = "worker:1"


@scenario("prepare", is_patient=True)
def prepare(stage: Stage) -> None:
    """A child that exits or hangs in each phase of a reload."""
    daemon = stage.start_debug(server={"workers": 2})
    limit = 5000
    with Load(daemon, keep_alive=2, pause=0.05) as load:
        for action in stage.pick(["exit 1", "hang"], ["exit 1", "kill", "hang"]):
            limit += 10
            refused(stage, daemon, action, limit, load)
        for fault in ("prepared hang", "commit hang", "commit exit 1", "commit kill"):
            limit += 10
            applied(stage, daemon, fault, limit, load)
        limit += 10
        either(stage, daemon, limit, load)
    stage.did("exit, kill and hang in prepare, prepared and commit")
    stage.take(load.ledger)


def change(daemon, limit: int, fault: str):
    """Reloads with that fault; what the command did, milliseconds, and the pid that was there before."""
    old = slots(daemon)[VICTIM]
    daemon.inject(f"{VICTIM} {fault}")
    daemon.write_configuration(server={"request_body_limit": str(limit)})
    with stopwatch() as milliseconds:
        done = daemon.control("reload", expect=None)
        taken = milliseconds()
    daemon.inject()
    return done, taken, old


def in_force(daemon, limit: int) -> bool:
    """Whether the generation with this limit serves, and not the one before."""
    spare = len(raw.chat(daemon, "").split(b"\r\n\r\n")[1])
    sizes = [limit - spare, limit + 1 - spare]
    return [raw.ask(daemon.port, raw.chat(daemon, "x" * size)).status for size in sizes] == [200, 413]


def settle(daemon, old: int, load: Load, since: float) -> None:
    """The child that went wrong is replaced, and all have the same generation."""
    eventually(lambda: control.is_running(daemon, VICTIM, other_than=old), within=15, every=0.05)
    eventually(lambda: old not in daemon.roles().values(), within=10)
    load.ledger.dies(old, since, time.monotonic())
    generations = {row["generation"] for row in control.records(daemon).values()}
    assert len(generations) == 1, f"generations {generations}"


def refused(stage: Stage, daemon, action: str, limit: int, load: Load) -> None:
    since = time.monotonic()
    done, taken, old = change(daemon, limit, f"prepare {action}")
    stage.expect(done.returncode == 1 and VICTIM in done.stdout, f"prepare {action}: {done}")
    stage.figure(f"prepare {action}: refused after", taken, " ms", at_most=2500)
    settle(daemon, old, load, since)
    stage.expect(not in_force(daemon, limit), f"prepare {action}: the new configuration is in force")
    daemon.control("reload")
    stage.expect(in_force(daemon, limit), f"prepare {action}: the next reload did not work")


def applied(stage: Stage, daemon, fault: str, limit: int, load: Load) -> None:
    since = time.monotonic()
    done, taken, old = change(daemon, limit, fault)
    stage.figure(f"{fault}: applied after", taken, " ms", at_most=5000)
    stage.expect("is in force" in done.stdout, f"{fault}: {done}")
    settle(daemon, old, load, since)
    stage.expect(in_force(daemon, limit), f"{fault}: the new configuration is not in force")


def either(stage: Stage, daemon, limit: int, load: Load) -> None:
    """A child that exits behind its vote: whatever the supervisor says is what happened."""
    since = time.monotonic()
    done, _, old = change(daemon, limit, "prepared exit 1")
    settle(daemon, old, load, since)
    stage.expect(in_force(daemon, limit) == (done.returncode == 0), f"prepared exit 1: {done}")
