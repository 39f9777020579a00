#!/bin/bash
# Makes a virtual environment hold exactly the requirements.txt of a folder; does nothing if it already does:
# venv.sh [FOLDER VENV], by default Tests/Clients .build/venv.
set -euo pipefail
cd "$(dirname "$0")/../.."

wanted=${1:-Tests/Clients}/requirements.txt
venv=${2:-.build/venv}
if cmp -s "$wanted" "$venv/requirements.txt"; then exit 0; fi

echo "venv: installing $wanted into $venv"
rm -rf "$venv"
python=python3
$python -c 'import ensurepip' 2>/dev/null || python=/usr/bin/python3
$python -m venv "$venv"
"$venv/bin/pip" install --quiet --no-input --disable-pip-version-check -r "$wanted"
cp "$wanted" "$venv/requirements.txt"
