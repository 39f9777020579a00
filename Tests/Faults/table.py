"""The table at the end, and the report as JSON."""

import json
from pathlib import Path

from scenario import Report

HEADS = ["scenario", "s", "requests", "failed", "raced", "allowed", "verdict"]


def text(reports: list[Report]) -> str:
    """A row of numbers for each scenario, and under it what was done and the figures."""
    rows = [
        [r.scenario, f"{r.seconds:.1f}", r.requests, r.failed, r.raced, r.allowed, r.verdict] for r in reports
    ]
    widths = [max(len(str(row[column])) for row in [HEADS, *rows]) for column in range(len(HEADS))]
    lines = [spread(HEADS, widths)]
    for row, report in zip(rows, reports, strict=True):
        lines.append(spread(row, widths))
        lines += [f"    {line}" for line in details(report)]
    bad = sum(report.verdict == "FAILED" for report in reports)
    unable = sum(report.verdict == "not run" for report in reports)
    lines.append(f"{len(reports) - bad - unable} scenarios ok, {bad} failed, {unable} not run")
    return "\n".join(lines)


def spread(row: list, widths: list[int]) -> str:
    cells = [str(cell).rjust(width) for cell, width in zip(row, widths, strict=True)]
    cells[0] = str(row[0]).ljust(widths[0])
    return "  ".join(cells)


def details(report: Report) -> list[str]:
    figures = [str(figure) for figure in report.figures]
    faults = [line for fault in report.faults for line in f"! {fault}".splitlines()]
    return list(filter(None, [report.done, "; ".join(figures), report.missing, *faults]))


def write(reports: list[Report], file: Path) -> None:
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(json.dumps([report.json() for report in reports], indent=1, ensure_ascii=False) + "\n")
