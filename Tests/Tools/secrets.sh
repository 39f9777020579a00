#!/bin/bash
# Refuses what looks like a credential in any file of the repository.
# A line with one of the strings of secrets-allowed.txt (made-up keys that the tests use) is let through.
set -euo pipefail
cd "$(dirname "$0")/../.."

patterns=(
    -e 'gh-[A-Za-z0-9_-]{43}'
    -e 'gh[pousr]_[A-Za-z0-9]{36}'
    -e 'sk-[A-Za-z0-9_-]{20,}'
    -e 'AKIA[0-9A-Z]{16}'
    -e 'BEGIN [A-Z ]*PRIVATE KEY'
    -e "password['\"]? *[=:] *['\"][^'\"]"
)
allowed=$(grep -v '^#' Tests/Tools/secrets-allowed.txt || true)
found=$(grep -rnIE --exclude-dir=.build --exclude-dir=.git --exclude-dir=run "${patterns[@]}" . || true)
[ -z "$allowed" ] || found=$(grep -vF "$allowed" <<<"$found" || true)
if [ -n "$found" ]; then
    echo "$found"
    echo "secrets: the lines above look like credentials; a made-up one belongs in Tests/Tools/secrets-allowed.txt" >&2
    exit 1
fi
