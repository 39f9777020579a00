"""Runs fault scenarios against a daemon and says whether their marks are met.

faults.py [--list] [--short] [--only NAME …] [--report FILE]
"""

import argparse
import resource
import sys
import tempfile
from pathlib import Path

FOLDER = Path(__file__).resolve().parent
sys.path[:0] = [str(FOLDER), str(FOLDER.parent / "Clients")]

import table  # noqa: E402
from all_scenarios import SCENARIOS  # noqa: E402

REPORT = FOLDER.parents[1] / ".build/reports/faults.json"


def raise_descriptor_limit() -> None:
    """As far as we may: for thousands of connections of our own."""
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description="fault scenarios against gatehoused")
    parser.add_argument("--list", action="store_true", help="name the scenarios")
    parser.add_argument("--short", action="store_true", help="the short form of each")
    parser.add_argument("--only", nargs="+", metavar="NAME", choices=sorted(SCENARIOS), help="just these")
    parser.add_argument("--report", type=Path, default=REPORT, help="where the JSON goes")
    return parser.parse_args()


def main() -> int:
    wanted = arguments()
    if wanted.list:
        for scenario in SCENARIOS.values():
            print(f"{scenario.name:16} {scenario.title}")
        return 0
    raise_descriptor_limit()
    names = wanted.only or list(SCENARIOS)
    reports = []
    with tempfile.TemporaryDirectory(prefix="gatehouse-faults-") as directory:
        for number, name in enumerate(names, 1):
            print(f"[{number}/{len(names)}] {name}: {SCENARIOS[name].title}", file=sys.stderr, flush=True)
            reports.append(SCENARIOS[name].run(Path(directory), wanted.short))
            print(f"  {name}: {reports[-1].verdict}", file=sys.stderr, flush=True)
    table.write(reports, wanted.report)
    print(table.text(reports))
    return int(any(report.verdict != "ok" for report in reports))


if __name__ == "__main__":
    sys.exit(main())
