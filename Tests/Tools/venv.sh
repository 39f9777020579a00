#!/bin/bash
# Makes .build/venv hold exactly Tests/Clients/requirements.txt; does nothing if it already does.
set -euo pipefail
cd "$(dirname "$0")/../.."

wanted=Tests/Clients/requirements.txt
if cmp -s $wanted .build/venv/requirements.txt; then exit 0; fi

echo "venv: installing $wanted into .build/venv"
rm -rf .build/venv
python=python3
$python -c 'import ensurepip' 2>/dev/null || python=/usr/bin/python3
$python -m venv .build/venv
.build/venv/bin/pip install --quiet --no-input --disable-pip-version-check -r $wanted
cp $wanted .build/venv/requirements.txt
