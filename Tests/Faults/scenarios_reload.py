"""Reloads and rolling restarts under load."""

import itertools
import os
import random
import signal
import time

import configuration
import control
import raw
import tree
from load import mixed
from scenario import Stage, scenario, stopwatch
from scenarios_kill import slots
from steady import SteadyAgent, ticks
from waiting import eventually

BROKEN = (
    "wrokers = 1\n",
    "[server\n",
    "[server]\nworkers = -1\n",
    '[[listeners]]\nname = "x"\naddress = "127.0.0.1:99999"\n',
    "\0",
)
"""Files that cannot be used, for as many reasons."""


class Changes:
    """The files of a series of reloads, and what the last good one wants."""

    def __init__(self, daemon):
        self.daemon = daemon
        self.main = daemon.configuration["listeners"]
        self.limit = 0
        self.second: int | None = None
        self.gone: int | None = None
        """A port that the last reload took away."""
        kinds = [self.more_workers, self.add, self.move, self.fewer_workers, self.remove]
        self.kinds = itertools.cycle(kinds)

    def write(self, number: int) -> bool:
        """Writes the file of that reload; whether it is a good one."""
        self.gone = None
        if number % 5 == 0:
            self.put(random.choice(BROKEN))
            return False
        if number % 7 == 0:
            next(self.kinds)()
        self.limit = 2000 + number
        self.daemon.configuration["server"]["request_body_limit"] = str(self.limit)
        self.put(configuration.toml(self.daemon.configuration))
        return True

    def put(self, text: str) -> None:
        """All at once: a reload may be reading, and half a file can be a good one."""
        draft = self.daemon.file.with_suffix(".new")
        draft.write_text(text)
        draft.rename(self.daemon.file)

    def more_workers(self) -> None:
        self.daemon.configuration["server"]["workers"] = 3

    def fewer_workers(self) -> None:
        self.daemon.configuration["server"]["workers"] = 1

    def add(self) -> None:
        self.second = configuration.free_port()
        self.listen()

    def move(self) -> None:
        self.gone, self.second = self.second, configuration.free_port()
        self.listen()

    def remove(self) -> None:
        self.gone, self.second = self.second, None
        self.listen()

    def listen(self) -> None:
        second = [{"name": "second", "address": f"127.0.0.1:{self.second}"}] if self.second else []
        self.daemon.configuration["listeners"] = [*self.main, *second]

    def faults(self) -> list[str]:
        """In what the daemon is not as the last good file wants it."""
        found = []
        sizes = {size: answer_to(self.daemon, size) for size in (self.limit, self.limit + 1)}
        if list(sizes.values()) != [200, 413]:
            found.append(f"request_body_limit {self.limit} is not in force: {sizes}")
        if self.second and answers_at(self.second) != 200:
            found.append("the second listener does not answer")
        if self.gone and answers_at(self.gone):
            found.append("a listener that was taken away still answers")
        return found


def answer_to(daemon, size: int) -> int:
    """The status for a body of so many bytes."""
    spare = len(raw.chat(daemon, "").split(b"\r\n\r\n")[1])
    return raw.ask(daemon.port, raw.chat(daemon, "x" * (size - spare))).status


def answers_at(port: int) -> int:
    try:
        return raw.ask(port, raw.request()).status
    except ConnectionRefusedError:
        return 0


@scenario("reload")
def reload(stage: Stage) -> None:
    """SIGHUP again and again under load: broken files, more and fewer workers, other listeners."""
    daemon = stage.start()
    count, changes = stage.pick(60, 1000), Changes(daemon)
    agent = SteadyAgent(daemon, models=["ticks"])
    with agent, mixed(daemon, long=4, pool=10, stream=stage.pick(2, 60), idle=stage.pick(1, 10)) as load:
        eventually(lambda: load.ledger.requests > 100)
        for number in range(1, count + 1):
            is_good = changes.write(number)
            hang_up(daemon, waits=number % 5 < 2 or number % 7 == 0)
            if is_good and number % 7 == 0:
                expect_in_force(stage, changes, f"after reload {number}")
            if number % 100 == 0:
                stage.say(f"{number} reloads, {len(load.ledger.failures)} failures")
        finish(stage, daemon, changes, count)
    stage.did(f"{count} × SIGHUP; generation {control.records(daemon)['bridge']['generation']} at the end")
    stage.take(load.ledger)
    stage.figure("longest answer", load.ledger.longest() * 1000, " ms", at_most=1500)
    stage.expect(agent.registrations == 1, f"the agent had to register {agent.registrations} times")


def expect_in_force(stage: Stage, changes: Changes, when: str) -> None:
    """Within two seconds: a signal may have come while another reload was under way."""
    try:
        eventually(lambda: not changes.faults(), within=2)
    except AssertionError:
        stage.report.faults += [f"{when}: {fault}" for fault in changes.faults()]


def hang_up(daemon, waits: bool) -> None:
    """SIGHUP; waits for what systemd is told, or lets some come together."""
    daemon.notify.drain()
    os.kill(daemon.pid, signal.SIGHUP)
    if waits:
        daemon.notify.wait_for("RELOADING")
        daemon.notify.wait_for("READY")
    else:
        time.sleep(random.uniform(0, 0.05))


def finish(stage: Stage, daemon, changes: Changes, count: int) -> None:
    """A good file and then a broken one: the good one is in force."""
    changes.write(5 * count + 1)
    daemon.control("reload")
    changes.write(5 * count + 5)
    stage.expect(daemon.control("reload", expect=None).returncode == 1, "a broken file was taken")
    expect_in_force(stage, changes, "at the end")
    workers = daemon.configuration["server"]["workers"]
    try:
        eventually(lambda: states(daemon) == ["RUNNING"] * workers, within=stage.pick(15, 90), every=0.1)
    except AssertionError:
        stage.fault(f"{workers} workers are wanted, there are {states(daemon)}")


def states(daemon) -> list[str]:
    return [row["state"] for row in control.records(daemon, "worker:*").values()]


@scenario("rolling")
def rolling(stage: Stage) -> None:
    """`restart 'worker:*'` under load, idle pools and long streams: the new serves before the old drains."""
    daemon = stage.start()
    times, most = [], 0
    agent = SteadyAgent(daemon, models=["ticks"], script=ticks)
    with agent, mixed(daemon, pool=20, long=8, idle=stage.pick(2, 10), stream=stage.pick(2, 60)) as load:
        eventually(lambda: load.ledger.requests > 100)
        end = time.monotonic() + stage.pick(20, 900)
        while len(times) < stage.pick(6, 100) and time.monotonic() < end:
            times.append(restart(stage, daemon))
            most = max(most, len(tree.pids(daemon)))
            time.sleep(0.3)
            if len(times) % 10 == 0:
                stage.say(f"{len(times)} restarts, {len(load.ledger.failures)} failures, {most} processes")
    stage.did(f"{len(times)} restarts of all workers")
    stage.take(load.ledger)
    stage.figure("restarts", len(times), at_least=stage.pick(2, 10))
    stage.figure("a restart, longest", max(times), " s", at_most=120)
    stage.figure("most processes", most)
    stage.figure("longest answer", load.ledger.longest() * 1000, " ms", at_most=1500)
    stage.expect(agent.registrations == 1, "the agent had to register again")


def restart(stage: Stage, daemon) -> float:
    """Seconds that the command took."""
    before = slots(daemon)
    with stopwatch() as milliseconds:
        done = control.ask(daemon, "restart", "worker:*", timeout=400)[-1]
        taken = milliseconds() / 1000
    stage.expect(done["ok"], f"restart: {done}")
    kept = [name for name, pid in slots(daemon).items() if pid == before[name]]
    stage.expect(not kept, f"not restarted: {kept}")
    return taken
