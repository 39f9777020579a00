"""The commands of the README, run as they are written there: only the port is another one."""

import os
import re
import shlex
import signal
import subprocess
from pathlib import Path

import pytest
from daemon import BIN
from test_limits import ask

README = Path(__file__).resolve().parents[2] / "README.md"
SHOWN = re.compile(r"^    \$ ((?:gatehousectl|curl) .*?)(?:  +#.*)?$", re.M)
PORT = "127.0.0.1:8788"


def commands():
    return SHOWN.findall(README.read_text())


@pytest.fixture(scope="module")
def place(tmp_path_factory):
    """A daemon whose run directory is ./run, as after `make run`, with a key of its own making."""
    from daemon import Daemon

    folder = tmp_path_factory.mktemp("readme")
    daemon = Daemon(folder, auth=None)
    daemon.state_directory = daemon.run_directory
    daemon.start()
    daemon.key = (daemon.run_directory / "api-key").read_text().strip()
    assert ask(daemon)[0] == 200
    yield daemon
    daemon.stop()


def run(command, daemon):
    text = command.replace(PORT, f"127.0.0.1:{daemon.port}")
    environment = os.environ | {"PATH": f"{BIN}:{os.environ['PATH']}"}
    return subprocess.Popen(
        ["bash", "-c", f"exec {text}" if "--follow" in text else text],
        cwd=daemon.directory,
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def test_the_readme_shows_commands_of_every_part():
    shown = {shlex.split(command)[1] for command in commands() if command.startswith("gatehousectl")}
    assert {"keys", "limits", "sessions", "usage", "events", "db"} <= shown


@pytest.mark.parametrize("command", commands())
def test_a_command_of_the_readme_works(place, command):
    process = run(command, place)
    if "--follow" in command:
        assert process.stdout.readline()
        process.send_signal(signal.SIGINT)
    output, errors = process.communicate(timeout=20)
    assert process.returncode == 0, errors
    assert not command.startswith("curl") or '"object":"list"' in output
