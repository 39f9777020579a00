#!/usr/bin/env python3
"""Sums up the JUnit XML files of a directory in one line: summary.py DIRECTORY [BROKEN...]

BROKEN names the runs that did not end with success. One without a failure in the reports (it did not build, it
crashed) counts as one failed test, so that a crash never reads like a pass. Exits 1 if anything failed or nothing ran.
"""

import sys
import xml.etree.ElementTree as ElementTree
from pathlib import Path


def count(report):
    """(passed, failed, skipped, names of the failed) of one report."""
    passed, skipped, names = 0, 0, []
    for case in ElementTree.parse(report).iter("testcase"):
        if case.find("failure") is not None or case.find("error") is not None:
            names.append(f"{case.get('classname')} {case.get('name')}")
        elif case.find("skipped") is not None:
            skipped += 1
        else:
            passed += 1
    return passed, len(names), skipped, names


def main(directory, broken):
    passed = failed = skipped = 0
    silent = set(broken)
    for report in sorted(Path(directory).glob("*.xml")):
        try:
            ours, theirs, left_out, names = count(report)
        except ElementTree.ParseError:
            print(f"failed: {report.name} is not whole")
            continue
        passed, failed, skipped = passed + ours, failed + theirs, skipped + left_out
        for name in names:
            print(f"failed: {name}")
        if names:
            silent.discard(report.stem.removesuffix("-swift-testing"))
    for run in sorted(silent):
        print(f"failed: {run} did not end well (see above)")
    failed += len(silent)
    print(f"{passed} passed, {failed} failed" + (f", {skipped} skipped" if skipped else ""))
    return 1 if failed or passed == 0 else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1], sys.argv[2:]))
