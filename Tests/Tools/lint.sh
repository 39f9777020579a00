#!/bin/bash
# Everything that can be said about the files without running them. Says all of it, then fails.
set -uo pipefail
cd "$(dirname "$0")/../.."
export PYTHONPYCACHEPREFIX=$PWD/.build/pycache
failed=0

step() {
    echo "lint: $1"
    shift
    "$@" || failed=1
}

shell_syntax() {
    local script code=0
    for script in .ci/run $(find Tests -name '*.sh'); do bash -n "$script" || code=1; done
    return $code
}

step "swift format" swift format lint --strict --parallel --recursive Package.swift Sources Tests
step "Python syntax" python3 -m compileall -q Tests
step "shell syntax" shell_syntax
step "secrets" Tests/Tools/secrets.sh
step "systemd units" Tests/Tools/check-units.sh
exit $failed
