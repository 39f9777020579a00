#!/bin/bash
# Runs the Swift and the client tests against an instrumented build, writes HTML to .build/reports/coverage and fails
# when under 80 % of the lines of Sources were run. A killed process leaves no profile: only orderly exits count.
set -euo pipefail
cd "$(dirname "$0")/../.."

wanted=80
scratch=$PWD/.build/coverage
bin=$scratch/debug
raw=$scratch/raw
html=$PWD/.build/reports/coverage
profile=$scratch/all.profdata
tools=$(dirname "$(readlink -f "$(command -v swift)")")
flags="--scratch-path $scratch -Xswiftc -profile-generate -Xswiftc -profile-coverage-mapping"

echo "coverage: instrumented build"
# shellcheck disable=SC2086
swift build --build-tests $flags
rm -rf "$raw" "$html"
mkdir -p "$raw"

echo "coverage: tests"
failed=0
export LLVM_PROFILE_FILE=$raw/%p-%m.profraw GATEHOUSE_BIN=$bin SWIFT_TEST_FLAGS="--skip-build $flags"
Tests/Tools/test.sh || failed=1

echo "coverage: merging $(find "$raw" -name '*.profraw' | wc -l) profiles"
"$tools/llvm-profdata" merge --sparse --failure-mode=all "$raw"/*.profraw -o "$profile"
objects=("$bin"/*PackageTests.xctest)
for binary in gatehoused gatehousectl; do objects+=(-object "$bin/$binary"); done

unset LLVM_PROFILE_FILE
"$tools/llvm-cov" show "${objects[@]}" -instr-profile "$profile" \
    -format=html -output-dir "$html" "$PWD/Sources" >/dev/null
echo "coverage: $html/index.html"
"$tools/llvm-cov" export "${objects[@]}" -instr-profile "$profile" -summary-only "$PWD/Sources" | python3 -c '
import json, sys
lines = json.load(sys.stdin)["data"][0]["totals"]["lines"]
print("coverage: %d of %d lines of Sources, %.1f %%" % (lines["covered"], lines["count"], lines["percent"]))
sys.exit(lines["percent"] < float(sys.argv[1]))' $wanted || { echo "coverage: under $wanted %" >&2; exit 1; }
exit $failed
