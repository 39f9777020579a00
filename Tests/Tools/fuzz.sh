#!/bin/bash
# Fuzzes the parsers with libFuzzer under AddressSanitizer; the targets are Tests/Fuzz/*Fuzz.swift.
# RUNS=10000000 executions of each of TARGETS="HTTP WebSocket JSON TOML Frame".
# Builds, corpora and findings are in FUZZ_DIR, .build/fuzz; with what is in the latter two the next run begins. Prints
# one table and fails on a finding: an input that crashes, breaks a promise, or takes ten seconds or 2 GiB.
set -euo pipefail
cd "$(dirname "$0")/../.."

dir=${FUZZ_DIR:-$PWD/.build/fuzz}
runs=${RUNS:-10000000}
targets=${TARGETS:-HTTP WebSocket JSON TOML Frame}
tools=$(dirname "$(readlink -f "$(command -v swift)")")
failed=0
export ASAN_OPTIONS=detect_leaks=0:malloc_context_size=2:quarantine_size_mb=8
# The backtracer of Swift waits for a process that the sanitizer has stopped.
export SWIFT_BACKTRACE=enable=no

# What a target is made of, where its seeds are, how long its inputs are, and in which files coverage is counted.
describe() {
    seeds=() length=1024
    case $1 in
        HTTP)
            modules=(HTTP)
            measured=(Sources/HTTP/{BodyReader,ByteSet,ChunkExtensions,ChunkedDecoder,FieldSection}.swift
                Sources/HTTP/{FieldText,Fields,HTTPVersion,HostSyntax,LineScanner}.swift
                Sources/HTTP/{MediaType,PercentEncoding,RequestHead,RequestLineParser,RequestParser}.swift
                Sources/HTTP/{ResponseParser,TargetParser,TrailerSection}.swift) ;;
        WebSocket)
            modules=(WebSocket)
            measured=(Sources/WebSocket) ;;
        JSON)
            modules=(JSON)
            measured=(Sources/JSON/JSON{Document,Elements,Escaping,Members,Node,NumberToken}.swift
                Sources/JSON/JSON{ByteSearch,ObjectPatching,Patching,PlainReader,Scanner,Skimmer,StringToken,Unescaping,Value}.swift) ;;
        TOML)
            modules=(TOML Config)
            seeds=(Tests/ConfigTests/Sample.swift)
            measured=(Sources/TOML)
            length=640 ;;
        Frame)
            modules=(IPC Events Config TOML JSON Log Posix CSystem)
            seeds=(Tests/IPCTests/MessageRows.swift)
            measured=(Sources/IPC/{Frame,DataFrame}.swift)
            length=4096 ;;
        *)
            echo "fuzz: no target '$1': HTTP, WebSocket, JSON, TOML or Frame" >&2
            exit 64 ;;
    esac
}

quietly() {
    "$@" >"$dir/build.log" 2>&1 || { grep -v 'Cannot export local symbol' "$dir/build.log" >&2; exit 1; }
}

# build SCRATCH FLAG...: all modules.
build() {
    local scratch=$1 flags=() flag module
    shift
    for flag in "$@"; do flags+=(-Xswiftc "$flag"); done
    for module in IPC HTTP WebSocket; do
        quietly swift build -c release --target $module --scratch-path "$scratch" "${flags[@]}"
    done
}

# link SCRATCH TARGET FLAG...: the target described, with its modules.
link() {
    local products=$1/release program=$1/$2 target=$2 objects=() module package
    shift 2
    # SwiftPM names the package that modules belong to after its folder.
    package=$(basename "$PWD" | tr 'A-Z' 'a-z' | tr -c 'a-z0-9\n' _)
    for module in "${modules[@]}"; do objects+=("$products/$module.build"/*.o); done
    quietly swiftc -O -parse-as-library -swift-version 6 -package-name "$package" -module-name Fuzz "$@" \
        -I "$products/Modules" -I Sources/COpenSSL -lcrypto \
        -Xcc "-fmodule-map-file=$products/CSystem.build/module.modulemap" \
        Tests/Fuzz/FuzzInput.swift "Tests/Fuzz/${target}Fuzz.swift" ${seeds[@]+"${seeds[@]}"} "${objects[@]}" \
        -o "$program"
}

# fuzz TARGET: fills in `executed`, `speed`, `edges` and `finding`.
fuzz() {
    local corpus=$dir/corpus/$1 findings=$dir/findings/$1 log=$dir/$1.log
    mkdir -p "$corpus" "$findings"
    finding=none
    if ! FUZZ_SEEDS=$corpus "$dir/asan/$1" -runs="$runs" -max_len=$length -timeout=10 -rss_limit_mb=2048 \
        -print_final_stats=1 -artifact_prefix="$findings/" "$corpus" "$findings" >"$log" 2>&1; then
        failed=1
        finding=$(sed -n 's/.*Test unit written to //p' "$log" | tail -1)
        echo "fuzz: $1: $(grep -a -m 1 -E 'Fatal error|ERROR' "$log" | cut -c 1-300)" >&2
        echo "fuzz: $1: once more with: $dir/asan/$1 ${finding:=(an earlier finding; see $log)}" >&2
    fi
    executed=$(sed -n 's/^stat::number_of_executed_units: *//p' "$log")
    speed=$(sed -n 's/^stat::average_exec_per_sec: *//p' "$log")
    edges=$(grep -a -o -E 'cov: [0-9]+ ft: [0-9]+' "$log" | tail -1 | awk '{ print $2 "/" $4 }')
}

# cover TARGET: fills in `lines`, what the corpus reaches of the files that are measured.
cover() {
    local raw=$dir/cover/$1.profraw profile=$dir/cover/$1.profdata
    LLVM_PROFILE_FILE=$raw "$dir/cover/$1" -runs=0 "$dir/corpus/$1" >"$dir/$1.cover.log" 2>&1 || true
    "$tools/llvm-profdata" merge --sparse "$raw" -o "$profile"
    lines=$("$tools/llvm-cov" export "$dir/cover/$1" -instr-profile "$profile" -summary-only "${measured[@]}" |
        python3 -c '
import json, sys
totals = json.load(sys.stdin)["data"][0]["totals"]
print("%.1f %% lines, %.1f %% regions" % (totals["lines"]["percent"], totals["regions"]["percent"]))')
}

echo "fuzz: building into $dir"
mkdir -p "$dir"
fuzzed=(-g -enable-testing -sanitize=fuzzer,address)
covered=(-enable-testing -sanitize=fuzzer -profile-generate -profile-coverage-mapping)
build "$dir/asan" "${fuzzed[@]}"
build "$dir/cover" "${covered[@]}"
for target in $targets; do
    describe "$target"
    link "$dir/asan" "$target" "${fuzzed[@]}"
    link "$dir/cover" "$target" "${covered[@]}"
done

row='%-10s %11s %7s %15s  %-32s %s\n'
# shellcheck disable=SC2059
printf "$row" target executions exec/s edges/features "coverage of the parser" finding
for target in $targets; do
    describe "$target"
    fuzz "$target"
    cover "$target"
    # shellcheck disable=SC2059
    printf "$row" "$target" "$executed" "$speed" "$edges" "$lines" "$finding"
done
exit $failed
