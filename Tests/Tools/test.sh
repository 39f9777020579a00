#!/bin/bash
# Runs the suites and sums them up: test.sh [unit|integration|security|performance|e2e].
# None: all, of performance only what is not slow.
# FAST=1 leaves out what is marked slow. GATEHOUSE_BIN is the directory of the binaries that the client tests run.
# The last line is "N passed, N failed[, N skipped]".
set -uo pipefail
cd "$(dirname "$0")/../.."

suite=${1:-all}
reports=$PWD/.build/reports
broken=()
export GATEHOUSE_BIN=${GATEHOUSE_BIN:-$PWD/.build/release}
export PYTHONPYCACHEPREFIX=$PWD/.build/pycache

run_unit() {
    echo "test: Swift suites"
    # shellcheck disable=SC2086
    swift test --parallel --xunit-output "$reports/unit.xml" ${SWIFT_TEST_FLAGS:-} || broken+=(unit)
}

# Marker expressions; $1 names the report. That no test is left is a fault unless slow ones were left out.
run_clients() {
    local name=$1 select=$2 code=0
    [ "${FAST:-}" != 1 ] || select="($select) and not slow"
    echo "test: clients, $select"
    Tests/Tools/venv.sh || { broken+=("$name"); return; }
    .build/venv/bin/pytest -q -c Tests/Clients/pytest.ini --rootdir Tests/Clients -m "$select" \
        --junit-xml "$reports/$name.xml" Tests/Clients </dev/null || code=$?
    case $code in
        0) ;;
        5) case $select in *"not slow"*) ;; *) broken+=("$name") ;; esac ;;
        *) broken+=("$name") ;;
    esac
}

mkdir -p "$reports"
rm -f "$reports"/*.xml
case $suite in
    unit) run_unit ;;
    integration | security | performance | e2e) run_clients "$suite" "$suite" ;;
    all)
        run_unit
        run_clients clients "not performance"
        run_clients performance "performance and not slow"
        ;;
    *)
        echo "test: no suite '$suite': unit, integration, security, performance, e2e or none for all" >&2
        exit 64
        ;;
esac
exec python3 Tests/Tools/summary.py "$reports" ${broken[@]+"${broken[@]}"}
