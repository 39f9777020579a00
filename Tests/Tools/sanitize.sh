#!/bin/bash
# Runs the process tests and the Swift tests of the loop under AddressSanitizer and ThreadSanitizer:
# sanitize.sh [address|thread]...
# Any report of a sanitizer fails, in whatever process and whatever the test said; reports are kept beside the build.
# CLIENT_TESTS and SWIFT_TESTS choose other tests (the latter a pattern), SCRATCH another place to build in.
set -uo pipefail
cd "$(dirname "$0")/../.."

scratch=${SCRATCH:-$PWD/.build}
client_tests=${CLIENT_TESTS:-test_processes.py test_recovery.py test_reload.py test_shutdown.py test_supervision.py
    test_regressions*.py test_agents.py test_agent_liveness.py test_malformed_links.py}
swift_tests=${SWIFT_TESTS:-EventsTests|IPCTests|TLSTests|TransportTests}
failed=0
export PYTHONPYCACHEPREFIX=$PWD/.build/pycache
# The backtracer of Swift waits for a process that the sanitizer has stopped.
export SWIFT_BACKTRACE=enable=no

# The path of a sanitizer's reports, to which each process adds its number.
#
# Leaks are not looked for: what a process has until its end, its loop and its role, looks like one to LeakSanitizer,
# which cannot read the pointers to Swift's side tables. (Of a worker that is 120 allocations after 20 requests as after
# 800.)
set_options() {
    export ASAN_OPTIONS="log_path=$1:detect_leaks=0:detect_stack_use_after_return=1"
    export TSAN_OPTIONS="log_path=$1:second_deadlock_stack=1:atexit_sleep_ms=0"
}

# Tests of what a sanitizer itself changes: it reports a crash that is meant, keeps freed memory, runs a thread of its
# own, or makes a flood of 10 MB slower than the bridge waits for.
unsuited() {
    echo test_supervision.py::test_the_last_words_of_a_crash_are_shown
    echo test_regressions_supervision.py::test_a_crash_of_a_process_that_was_to_leave_is_told
    case $1 in
        address) echo test_regressions.py::test_an_agent_that_pings_and_does_not_read_costs_little_memory ;;
        thread)
            echo test_processes.py::test_every_process_has_one_thread
            echo test_processes.py::test_the_bridge_starts_its_helper_only_to_resolve_a_name
            echo test_regressions.py::test_a_large_whole_answer_is_read_to_its_end ;;
    esac
}

build() {
    # The linker warns of symbols of the sanitizer that it cannot export; nobody needs them.
    swift build --build-tests "$@" 2>&1 | grep -v -E 'Cannot export local symbol|^\[[0-9]+/'
    return "${PIPESTATUS[0]}"
}

run_clients() {
    local tests=() deselected=() test
    for test in $client_tests; do tests+=(Tests/Clients/$test); done
    for test in $(unsuited "$1"); do deselected+=(--deselect "$test"); done
    echo "sanitize: $1, ${#tests[@]} client modules"
    GATEHOUSE_BIN=$2/debug .build/venv/bin/pytest -q -c Tests/Clients/pytest.ini --rootdir Tests/Clients \
        --timeout 300 "${deselected[@]}" "${tests[@]}" </dev/null
}

run_swift() {
    echo "sanitize: $1, Swift suites $swift_tests"
    swift test --skip-build --sanitize="$1" --scratch-path "$2" --filter "$swift_tests" 2>&1 |
        grep -E 'error:|✘|Test run with'
    return "${PIPESTATUS[0]}"
}

check() {
    local kind=$1 directory=$scratch/$2
    reports=$directory/reports
    echo "sanitize: $kind, building"
    build --sanitize="$kind" --scratch-path "$directory" || return 1
    rm -rf "$reports"
    mkdir -p "$reports"
    set_options "$reports/report"
    local code=0
    run_clients "$kind" "$directory" || code=1
    run_swift "$kind" "$directory" || code=1
    local found
    found=$(find "$reports" -name 'report.*' | wc -l)
    echo "sanitize: $kind, $found reports in $reports"
    [ "$found" -eq 0 ] || { grep -h SUMMARY "$reports"/report.* | sort | uniq -c; code=1; }
    return $code
}

[ $# -gt 0 ] || set -- address thread
Tests/Tools/venv.sh || exit 1
for kind in "$@"; do
    case $kind in
        address) check address asan || failed=1 ;;
        thread) check thread tsan || failed=1 ;;
        *)
            echo "sanitize: no sanitizer '$kind': address, thread or none for both" >&2
            exit 64 ;;
    esac
done
exit $failed
