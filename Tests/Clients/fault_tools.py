"""What fault scenarios (Tests/Faults) and other tests share: debug builds, and agents that come back."""

import contextlib
import sys
from pathlib import Path

import pytest

from daemon import show_log

sys.path.append(str(Path(__file__).resolve().parents[1] / "Faults"))

from scenario import DEBUG_BIN, DebugDaemon  # noqa: E402
from steady import SteadyAgent  # noqa: E402

__all__ = ["SteadyAgent", "debug_daemons"]


@contextlib.contextmanager
def debug_daemons(directory):
    """A function that makes daemons with fault points, all stopped at the end; skips without such a build."""
    program = DEBUG_BIN / "gatehoused"
    if not program.exists() or b"GATEHOUSE_FAULTS" not in program.read_bytes():
        pytest.skip(f"{program} has no fault points; swift build --build-tests")
    made = []

    def make(**sections):
        daemon = DebugDaemon(directory / f"debug{len(made)}", **sections)
        made.append(daemon)
        return daemon

    with contextlib.ExitStack() as stack:
        try:
            yield make
        finally:
            for daemon in made:
                stack.callback(daemon.stop)
                stack.callback(show_log, daemon)
