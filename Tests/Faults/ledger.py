"""What was asked, on a connection of which worker, and how it ended; and which failures a kill excuses."""

import os
import select
import signal
import time
from dataclasses import dataclass, field

NEVER_REACHED, UNANSWERED, CUT, WRONG = "connect", "sent, no byte back", "answer cut", "wrong answer"
"""How far a request had come when it failed."""

LONG_KINDS = ("long stream", "slow call")
"""Answers that are meant to take long."""


@dataclass(eq=False)
class Flight:
    """A request under way."""

    kind: str
    begun: float
    worker: int | None = None
    """The pid at the other end; unknown before the first answer on a connection."""


@dataclass(frozen=True)
class Failure:
    kind: str
    phase: str
    what: str
    worker: int | None
    begun: float
    ended: float
    raced: bool
    """The server closed an idle connection while the request was on its way."""

    def __str__(self) -> str:
        worker = "an unknown worker" if self.worker is None else f"worker {self.worker}"
        raced = ", raced" if self.raced else ""
        took = f"after {self.ended - self.begun:.3f} s"
        return f"{self.kind}: {self.what} ({self.phase}{raced}) at {worker}, {took}"


@dataclass
class Death:
    """A process that was killed or stopped at `begun` and had ended at `ended`."""

    pid: int
    begun: float
    ended: float
    under_way: int

    def excuses(self, failure: Failure) -> bool:
        """Only what was under way there; an unknown worker may have been this one."""
        overlaps = failure.begun <= self.ended and failure.ended >= self.begun
        is_transport = failure.phase in (UNANSWERED, CUT)
        return overlaps and is_transport and failure.worker in (self.pid, None)


@dataclass
class Ledger:
    """All requests of a scenario; one thread writes, any may read."""

    requests: int = 0
    flights: set[Flight] = field(default_factory=set)
    failures: list[Failure] = field(default_factory=list)
    deaths: list[Death] = field(default_factory=list)
    seconds: dict[str, list[float]] = field(default_factory=dict)
    """How long answers took, by kind."""
    seen: dict[int, float] = field(default_factory=dict)
    """When each worker was first met."""
    worst: dict[int | None, float] = field(default_factory=dict)
    """The longest that an answer took which is not meant to be long, by worker."""
    last_answer: float = 0.0

    # Requests

    def begin(self, kind: str) -> Flight:
        self.requests += 1
        flight = Flight(kind, time.monotonic())
        self.flights.add(flight)
        return flight

    def answered(self, flight: Flight, worker: int | None) -> None:
        now = time.monotonic()
        self.last_answer = now
        self.flights.discard(flight)
        self.seconds.setdefault(flight.kind, []).append(now - flight.begun)
        if flight.kind not in LONG_KINDS:
            self.worst[worker] = max(self.worst.get(worker, 0), now - flight.begun)
        if worker is not None:
            self.seen.setdefault(worker, now)

    def failed(self, flight: Flight, phase: str, what: str, raced: bool = False) -> None:
        self.flights.discard(flight)
        self.failures.append(
            Failure(flight.kind, phase, what, flight.worker, flight.begun, time.monotonic(), raced)
        )

    # Deaths

    def under_way(self, pid: int) -> int:
        return sum(flight.worker == pid for flight in list(self.flights))

    def begun_at(self, pid: int, since: float) -> int:
        """What was begun there since then and did not get an answer."""
        return sum(row.worker == pid and row.begun > since for row in [*self.flights, *self.failures])

    def kill(self, *pids: int) -> list[Death]:
        """Kills them all at once; returns when the kernel has closed what they had."""
        handles = [os.pidfd_open(pid) for pid in pids]
        begun = time.monotonic()
        counts = [self.under_way(pid) for pid in pids]
        for handle in handles:
            signal.pidfd_send_signal(handle, signal.SIGKILL)
        for handle in handles:
            wait_for_end(handle)
        ended = time.monotonic()
        counts = [count + self.begun_at(pid, begun) for pid, count in zip(pids, counts, strict=True)]
        deaths = [Death(pid, begun, ended, count) for pid, count in zip(pids, counts, strict=True)]
        self.deaths += deaths
        return deaths

    def dies(self, pid: int, begun: float, ended: float) -> None:
        """It was stopped or stuck from `begun` on and somebody else killed it."""
        death = Death(pid, begun, ended, 0)
        lost = [row for row in self.failures if row.worker == pid and death.excuses(row)]
        death.under_way = len(lost) + self.under_way(pid)
        self.deaths.append(death)

    # Judgement

    @property
    def refused(self) -> int:
        return sum(failure.phase == NEVER_REACHED for failure in self.failures)

    @property
    def raced(self) -> int:
        return sum(failure.raced for failure in self.unexplained)

    @property
    def unexplained(self) -> list[Failure]:
        return [
            failure for failure in self.failures if not any(death.excuses(failure) for death in self.deaths)
        ]

    @property
    def allowed(self) -> int:
        """What was under way at the deaths, and one for each connection that had not said whose it is."""
        unknown = sum(
            failure.worker is None and any(death.excuses(failure) for death in self.deaths)
            for failure in self.failures
        )
        return sum(death.under_way for death in self.deaths) + unknown

    def longest(self, other_than: int | None = None) -> float:
        """The longest that an answer took which is not meant to be long, of all workers but one."""
        rows = self.worst.items()
        return max((worst for worker, worst in rows if not worker or worker != other_than), default=0.0)


def wait_for_end(handle: int, within: float = 10.0) -> None:
    """Waits for the process of a pidfd to end, and closes the pidfd."""
    poll = select.poll()
    poll.register(handle, select.POLLIN)
    ended = poll.poll(within * 1000)
    os.close(handle)
    assert ended, f"a killed process still lives after {within} s"


def percentile(values: list[float], share: float) -> float:
    """The value that `share` of them do not exceed; 0 without any."""
    if not values:
        return 0.0
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))]
