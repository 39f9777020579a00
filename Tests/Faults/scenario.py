"""What a scenario is given, and what it reports: figures with their marks."""

import contextlib
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass, field
from pathlib import Path

import daemon as daemons
from daemon import Daemon
from ledger import Ledger

DEBUG_BIN = daemons.BIN.parent / "debug"


@dataclass
class Figure:
    """A number, and the most or least it may be."""

    name: str
    value: float
    unit: str = ""
    at_most: float | None = None
    at_least: float | None = None

    @property
    def is_met(self) -> bool:
        too_much = self.at_most is not None and self.value > self.at_most
        return not too_much and not (self.at_least is not None and self.value < self.at_least)

    def __str__(self) -> str:
        bounds = [f"≤ {self.at_most:g}" if self.at_most is not None else ""]
        bounds += [f"≥ {self.at_least:g}" if self.at_least is not None else ""]
        bound = " ".join(filter(None, bounds))
        missed = "" if self.is_met else " MISSED"
        return f"{self.name} {self.value:.4g}{self.unit}{f' ({bound})' if bound else ''}{missed}"


@dataclass
class Report:
    """What a scenario has to say."""

    scenario: str
    done: str = ""
    requests: int = 0
    failed: int = 0
    raced: int = 0
    allowed: int = 0
    figures: list[Figure] = field(default_factory=list)
    faults: list[str] = field(default_factory=list)
    """What went wrong besides a missed mark."""
    seconds: float = 0.0
    missing: str = ""
    """Why it could not run at all."""

    @property
    def verdict(self) -> str:
        if self.missing:
            return "not run"
        return "ok" if not self.faults and all(figure.is_met for figure in self.figures) else "FAILED"

    def json(self) -> dict:
        return asdict(self) | {"verdict": self.verdict}

    def __str__(self) -> str:
        lines = [f"{self.scenario}: {self.verdict}: {self.done}", *map(str, self.figures), *self.faults]
        return "\n  ".join([*lines, self.missing])


class Unavailable(Exception):
    """The binaries lack what the scenario needs."""


class TriedDaemon(Daemon):
    """A daemon that may abort a child of its own for hanging, which is no crash."""

    @property
    def log(self):
        text = super().log
        if "child hangs" not in text:
            return text
        return text.replace("killed by SIGABRT", "aborted").replace("Program crashed: Aborted", "aborted")


class DebugDaemon(TriedDaemon):
    """A daemon with fault points; `faults` is the file that says what happens at them."""

    def __init__(self, directory, **sections):
        super().__init__(directory, **sections)
        self.faults = self.directory / "faults"
        self.environment |= {"GATEHOUSE_FAULTS": str(self.faults)}

    @property
    def command(self):
        return [DEBUG_BIN / "gatehoused", *super().command[1:]]

    def control_command(self, *arguments):
        return [DEBUG_BIN / "gatehousectl", *super().control_command(*arguments)[1:]]

    def inject(self, *lines: str) -> None:
        """What happens from now on, all at once; nothing without lines."""
        draft = self.faults.with_suffix(".new")
        draft.write_text("".join(f"{line}\n" for line in lines))
        draft.rename(self.faults)


class Stage:
    """Starts daemons for one scenario, ends them, and takes down what it finds."""

    def __init__(self, name: str, directory: Path, is_short: bool, stack: contextlib.ExitStack):
        self.report = Report(name)
        self.directory = directory
        self.is_short = is_short
        self.stack = stack
        self.count = 0

    def pick(self, short, long):
        return short if self.is_short else long

    def say(self, text: str) -> None:
        print(f"  {self.report.scenario}: {text}", file=sys.stderr, flush=True)

    # Daemons

    def start(self, wrapper=(), log: Path | None = None, **sections) -> Daemon:
        """A daemon of the release build; its workers say who they are."""
        return self.begin(TriedDaemon, wrapper, log, sections)

    def start_debug(self, **sections) -> DebugDaemon:
        """A daemon of the debug build, which has fault points."""
        program = DEBUG_BIN / "gatehoused"
        if not program.exists() or b"GATEHOUSE_FAULTS" not in program.read_bytes():
            raise Unavailable(f"{program} has no fault points; swift build --build-tests")
        return self.begin(DebugDaemon, (), None, sections)

    def begin(self, make, wrapper, log: Path | None, sections: dict):
        sections["server"] = {"debug": True} | sections.get("server", {})
        directory = self.directory / f"{self.report.scenario}-{self.count}"
        self.count += 1
        daemon = make(directory, agent_models=["m", "ticks", "program"], **sections)
        daemon.log_file = log or daemon.log_file
        self.stack.callback(daemon.stop)
        return daemon.start(wrapper)

    # Findings

    def did(self, what: str) -> None:
        self.report.done = what

    def figure(self, name: str, value: float, unit: str = "", at_most=None, at_least=None) -> None:
        self.report.figures.append(Figure(name, value, unit, at_most, at_least))

    def fault(self, what: str) -> None:
        self.report.faults.append(what)

    def expect(self, condition: object, what: str) -> None:
        if not condition:
            self.fault(what)

    def take(self, ledger: Ledger, at_most: int | None = None) -> None:
        """Adds a ledger; each failure that no death excuses is one too many, or `at_most` are allowed."""
        self.report.requests += ledger.requests
        self.report.failed += len(ledger.failures)
        self.report.raced += ledger.raced
        self.report.allowed += ledger.allowed + (at_most or 0)
        unexplained = ledger.unexplained
        if len(unexplained) > (at_most or 0):
            self.fault(f"{len(unexplained)} failures that nothing excuses")
            self.report.faults += [str(failure) for failure in unexplained[:8]]
        self.expect(ledger.requests, "nothing was asked")


@dataclass(frozen=True)
class Scenario:
    name: str
    title: str
    perform: Callable[[Stage], None]
    is_patient: bool
    """It mostly waits, and can do so while others run."""

    def run(self, directory: Path, is_short: bool) -> Report:
        begun = time.monotonic()
        report = Report(self.name)
        try:
            with contextlib.ExitStack() as stack:
                stage = Stage(self.name, directory, is_short, stack)
                report = stage.report
                self.perform(stage)
        except Unavailable as error:
            report.missing = str(error)
        except Exception as error:
            report.faults.append(f"{type(error).__name__}: {error}"[:4000])
        report.seconds = time.monotonic() - begun
        return report


SCENARIOS: dict[str, Scenario] = {}


def scenario(name: str, is_patient: bool = False):
    """Enters a function into the list; the first line of its description is its title."""

    def enter(perform: Callable[[Stage], None]) -> Callable[[Stage], None]:
        title = (perform.__doc__ or "").strip().splitlines()[0]
        SCENARIOS[name] = Scenario(name, title, perform, is_patient)
        return perform

    return enter


@contextlib.contextmanager
def stopwatch() -> Iterator[Callable[[], float]]:
    """Milliseconds since its beginning."""
    begun = time.monotonic()
    yield lambda: (time.monotonic() - begun) * 1000
