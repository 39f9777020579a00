"""The bridge is killed while agents answer."""

import select
import time
from collections import Counter

import control
import raw
from agents import answers, keeps_silent
from command_agent import CommandAgent
from ledger import Ledger, percentile
from load import KINDS, Client, Load, mixed
from scenario import Stage, scenario, stopwatch
from steady import SteadyAgent
from waiting import eventually
from wire import WRONG, Broken

CALLS = 200

HEARTBEAT = 1
"""A process that dies before its loop has beaten comes back ever later, which is not what is tried here."""


@scenario("kill-bridge")
def kill_bridge(stage: Stage) -> None:
    """kill -9 of the bridge with 200 calls waiting for agents: all are told at once, new ones are served."""
    daemon = stage.start()
    count, told, again = stage.pick(2, 20), [], []
    silent = SteadyAgent(daemon, models=["m"], script=keeps_silent, agent_id="silent")
    speaking = SteadyAgent(daemon, models=["ticks"], script=answers("here"), agent_id="speaking")
    program = CommandAgent(daemon, "tr", "a-z", "A-Z", models=["program"])
    with silent, speaking, program, mixed(daemon, pause=0.05) as load:
        for _ in range(count):
            told += kill_with_calls(stage, daemon, silent)
            again.append([milliseconds_until_served(daemon, model) for model in ("ticks", "program")])
            eventually(lambda: "silent" in daemon.agents(), within=15)
            time.sleep(HEARTBEAT)
    stage.did(f"{count} kills with {CALLS} calls waiting each")
    stage.take(load.ledger)
    stage.report.requests += len(told)
    stage.figure("told", len(told), at_least=CALLS * count)
    stage.figure("told p50", percentile(told, 0.5), " ms")
    stage.figure("told p99", percentile(told, 0.99), " ms", at_most=stage.pick(150, 50))
    stage.figure("scripted agent serves again", max(row[0] for row in again), " ms", at_most=3000)
    stage.figure("gatehousectl agent serves again", max(row[1] for row in again), " ms", at_most=5000)


def kill_with_calls(stage: Stage, daemon, agent: SteadyAgent) -> list[float]:
    """Milliseconds from the kill to each answer, in the order in which they came."""
    connections = [raw.Connection(daemon.port) for _ in range(CALLS)]
    try:
        known = len(agent.agent.all("model_invoke"))
        for connection in connections:
            connection.send(raw.chat(daemon, model="m"))
        eventually(lambda: len(agent.agent.all("model_invoke")) == known + CALLS)
        waiting = select.poll()
        for connection in connections:
            waiting.register(connection.socket, select.POLLIN)
        (death,) = Ledger().kill(daemon.bridge)
        times = arrivals(waiting, death.begun)
        for connection in connections:
            judge(stage, connection)
        return times
    finally:
        for connection in connections:
            connection.socket.close()


def arrivals(waiting: select.poll, since: float) -> list[float]:
    times = []
    while len(times) < CALLS and time.monotonic() < since + 10:
        for number, _ in waiting.poll(100):
            times.append((time.monotonic() - since) * 1000)
            waiting.unregister(number)
    return times


def judge(stage: Stage, connection: raw.Connection) -> None:
    """An answer in JSON that says what went wrong."""
    try:
        answer = connection.response()
        if answer.status not in (500, 502, 503) or "message" not in answer.json()["error"]:
            stage.fault(f"a call was answered with {answer}")
    except (AssertionError, OSError, ValueError, KeyError) as error:
        stage.fault(f"a call was not answered: {error!r}")


def milliseconds_until_served(daemon, model: str, within: float = 15) -> float:
    with stopwatch() as milliseconds:
        eventually(
            lambda: raw.ask(daemon.port, raw.chat(daemon, "again", model=model)).status == 200, within
        )
        return milliseconds()


class AgentCall(Client):
    """Asks an agent's model; it is served, told to try again, or told that its agent has gone."""

    kind = "agent call"
    outcomes: Counter[str] = Counter()

    async def turn(self) -> None:
        await self.ask(raw.chat(self.load.daemon, model="m"), self.read)

    async def read(self, wire) -> None:
        answer = await wire.answer()
        when = f", again in {answer.fields['retry-after']} s" if "retry-after" in answer.fields else ""
        self.outcomes[f"{answer.status}{when}"] += 1
        is_bearable = answer.status in (200, 500, 502) or (answer.status == 503 and when)
        if not is_bearable or not answer.body.startswith(b"{"):
            raise Broken(WRONG, f"status {answer.status} {answer.body[:200]!r}")


KINDS["agent_call"] = AgentCall


@scenario("flapping-bridge", is_patient=True)
def flapping_bridge(stage: Stage) -> None:
    """kill -9 of the bridge every 500 ms: nobody else suffers, and calls are served or told to try again."""
    daemon = stage.start()
    seconds = stage.pick(5, 60)
    workers = daemon.workers()
    AgentCall.outcomes.clear()
    calls, kills = Load(daemon, agent_call=8), 0
    with SteadyAgent(daemon, script=answers("here")), mixed(daemon, pause=0.03) as load, calls:
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            eventually(lambda: control.is_running(daemon, "bridge"), within=46)
            Ledger().kill(daemon.bridge)
            kills += 1
            time.sleep(0.5)
        milliseconds_until_served(daemon, "m", within=46)
    stage.did(f"{kills} kills in {seconds} s; calls: {dict(AgentCall.outcomes)}")
    stage.take(load.ledger)
    stage.take(calls.ledger)
    stage.figure("calls served", AgentCall.outcomes["200"], at_least=1)
    stage.figure("longest call", calls.ledger.longest() * 1000, " ms", at_most=3000)
    stage.expect(daemon.workers() == workers, "workers were replaced")
