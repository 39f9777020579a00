#!/bin/bash
# Runs the fault scenarios: faults.sh [--list] [--short] [--only NAME…]. The release binaries have to be built; debug
# ones, which have fault points, are built here. GATEHOUSE_BIN is the directory of the release binaries.
# The last line is "N scenarios ok, N failed, N not run"; the report is .build/reports/faults.json.
set -euo pipefail
cd "$(dirname "$0")/../.."

export GATEHOUSE_BIN=${GATEHOUSE_BIN:-$PWD/.build/release}
export PYTHONPYCACHEPREFIX=$PWD/.build/pycache

Tests/Tools/venv.sh
case " $* " in
    *" --list "*) ;;
    *) echo "faults: debug build" && swift build --build-tests ;;
esac
exec .build/venv/bin/python Tests/Faults/faults.py "$@"
