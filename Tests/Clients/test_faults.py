"""The short form of every fault scenario (Tests/Faults); `make faults` runs the long ones."""

import json
import subprocess
import sys
import warnings
from concurrent.futures import Future, ThreadPoolExecutor, wait
from pathlib import Path

import pytest

FAULTS = Path(__file__).resolve().parents[1] / "Faults"
sys.path.append(str(FAULTS))

from all_scenarios import SCENARIOS  # noqa: E402

pytestmark = [pytest.mark.integration, pytest.mark.timeout(300)]

BUSY = [name for name, scenario in SCENARIOS.items() if not scenario.is_patient]
PATIENT = [name for name, scenario in SCENARIOS.items() if scenario.is_patient]

AT_A_TIME = 4
"""Patient scenarios that run beside the others."""


def run_apart(name: str, directory: Path) -> tuple[str, str]:
    """Runs a scenario in a process of its own; its verdict, and all it said."""
    report = directory / f"{name}.json"
    command = [sys.executable, FAULTS / "faults.py", "--short", "--only", name, "--report", report]
    done = subprocess.run(command, capture_output=True, text=True, timeout=110)
    verdict = json.loads(report.read_text())[0]["verdict"] if report.exists() else "FAILED"
    return verdict, done.stdout + done.stderr


@pytest.fixture(scope="module")
def running(request, tmp_path_factory):
    """What the patient scenarios among the chosen tests will say; they begin together."""
    chosen = [item.callspec.params["name"] for item in request.session.items if item.path == request.path]
    directory = tmp_path_factory.mktemp("faults")
    with ThreadPoolExecutor(AT_A_TIME) as pool:
        yield {name: pool.submit(run_apart, name, directory) for name in chosen if name in PATIENT}
        pool.shutdown(cancel_futures=True)


@pytest.mark.parametrize("name", BUSY)
def test_a_busy_fault(running: dict[str, Future], name, tmp_path):
    report = SCENARIOS[name].run(tmp_path, is_short=True)
    skip_or_expect(*retried(running, name, tmp_path / "again", report.verdict, str(report)))


@pytest.mark.slow
@pytest.mark.parametrize("name", PATIENT)
def test_a_fault_that_takes_time(running: dict[str, Future], name, tmp_path):
    skip_or_expect(*retried(running, name, tmp_path, *running[name].result()))


def retried(running: dict[str, Future], name: str, directory: Path, verdict: str, text: str) -> tuple[str, str]:
    """What a scenario says; one that failed beside others is run once more alone, since its marks are times."""
    if verdict != "FAILED":
        return verdict, text
    warnings.warn(f"failed beside others, and is run again:\n{text}", stacklevel=2)
    wait(running.values())
    directory.mkdir(exist_ok=True)
    return run_apart(name, directory)


def skip_or_expect(verdict: str, text: str) -> None:
    if verdict == "not run":
        pytest.skip(text)
    assert verdict == "ok", text
