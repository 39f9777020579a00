"""What the kernel says of a daemon's processes: CPU, memory, descriptors, who lives."""

import os
import time
from typing import Self

import processes

TICKS = os.sysconf("SC_CLK_TCK")


def pids(daemon) -> list[int]:
    """The supervisor and its children."""
    return [daemon.pid, *processes.children(daemon.pid)]


def cpu_seconds(daemon) -> float:
    """Spent by the tree so far, children included that have been reaped."""
    rows = [processes.stat(pid) for pid in pids(daemon)]
    spent = sum(int(row[11]) + int(row[12]) for row in rows if row)
    reaped = sum(int(rows[0][index]) for index in (13, 14)) if rows[0] else 0
    return (spent + reaped) / TICKS


class CpuMeter:
    """The share of one core, in percent, that the tree took between `with` and its end."""

    def __init__(self, daemon):
        self.daemon = daemon
        self.percent = 0.0

    def __enter__(self) -> Self:
        self.begun, self.spent = time.monotonic(), cpu_seconds(self.daemon)
        return self

    def __exit__(self, *_) -> None:
        spent = cpu_seconds(self.daemon) - self.spent
        self.percent = 100 * spent / (time.monotonic() - self.begun)


def memory(daemon) -> int:
    """Bytes of the whole tree, shared pages counted once."""
    return sum(processes.pss_bytes(pid) for pid in pids(daemon))


def descriptor_counts(daemon) -> dict[int, int]:
    """Open descriptors by pid, journal files apart."""
    return {pid: len(processes.lasting_descriptors(pid)) for pid in pids(daemon)}


def fill_of(daemon, role: str) -> list[int]:
    """The pids that carry the title of a role now; two while a replacement and the old one both live."""
    return [pid for pid in processes.children(daemon.pid) if processes.title(pid) == f"gatehoused: {role}"]


def workers(daemon) -> set[int]:
    """The pids of all workers, also of those that only finish what they do."""
    titles = {pid: processes.title(pid) for pid in processes.children(daemon.pid)}
    return {pid for pid, title in titles.items() if title.startswith("gatehoused: worker")}
