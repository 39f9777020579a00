"""schemathesis reads /openapi.json and asks for all of it, well and badly."""

import json
import os
import subprocess
import sys
import urllib.request
from pathlib import Path

import pytest

from agents import answers, connected
from assistant import USAGE
from local_provider import MODEL, local_provider

SCHEMATHESIS = Path(sys.executable).with_name("schemathesis")
SETTINGS = Path(__file__).with_name("schemathesis.toml")
HOOKS = Path(__file__).with_name("schemathesis_hooks.py")
OPEN = {
    "server": {"debug": True},
    "limits": {"enabled": False},
    "sessions": {"max": 0},
    "auth": {"attempts_per_minute": 0},
}


@pytest.fixture
def daemon(tmp_path):
    """A daemon that shows all it has and refuses nobody for asking often; its agent answers at once."""
    with local_provider(tmp_path / "daemon", **OPEN) as daemon:
        with connected(daemon, models=[MODEL], script=answers("at once", usage=USAGE)):
            yield daemon


def description(daemon, directory):
    """The daemon's description of itself, and the model that it serves, which it does not tell without a key."""
    with urllib.request.urlopen(f"{daemon.base_url}/openapi.json") as answer:
        document = json.load(answer)
    document["components"]["schemas"]["ModelName"]["enum"] = [MODEL]
    file = directory / "openapi.json"
    file.write_text(json.dumps(document))
    return file


def run(daemon, directory, show):
    """The exit status; what it prints is shown as it comes."""
    command = [SCHEMATHESIS, "--config-file", SETTINGS, "run", description(daemon, directory), "--url", daemon.base_url]
    command += ["--checks", "all", "--header", f"Authorization: Bearer {daemon.key}", "--no-color"]
    process = subprocess.Popen(
        command,
        cwd=directory,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        env=os.environ | {"SCHEMATHESIS_HOOKS": str(HOOKS)},
    )
    with process:
        for line in process.stdout:
            show(line)
    return process.returncode


@pytest.mark.timeout(480)
def test_all_operations_keep_what_their_description_says(daemon, tmp_path, capfd):
    def show(line):
        with capfd.disabled():
            print(line, end="", flush=True)

    status = run(daemon, tmp_path, show)
    assert status == 0, "schemathesis found what it tells above"
    assert "agent left" not in daemon.log
