#!/bin/bash
# Points real programs at the daemon: compat.sh [PYTEST ARGUMENT…]. The release binaries have to be built.
# They are installed once, in .build/compat-venv; Tests/Compat/requirements.txt says which versions.
# GATEHOUSE_BIN is the directory of the binaries. The report is .build/reports/compat.xml.
set -euo pipefail
cd "$(dirname "$0")/../.."

export GATEHOUSE_BIN=${GATEHOUSE_BIN:-$PWD/.build/release}
export PYTHONPYCACHEPREFIX=$PWD/.build/pycache

Tests/Tools/venv.sh Tests/Compat .build/compat-venv
mkdir -p .build/reports
echo "compat: $(grep -c == Tests/Compat/requirements.txt) pinned packages in .build/compat-venv"
exec .build/compat-venv/bin/pytest -v --tb=short -c Tests/Compat/pytest.ini --rootdir Tests/Compat \
    --junit-xml .build/reports/compat.xml "${@:-Tests/Compat}" </dev/null
