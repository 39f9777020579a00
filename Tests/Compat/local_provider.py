"""The daemon of etc/examples/local-provider.toml: only its ports are others."""

import contextlib
import tomllib
from pathlib import Path

import configuration
from daemon import Daemon, show_log

EXAMPLE = Path(__file__).resolve().parents[2] / "etc/examples/local-provider.toml"
MODEL = "cursor-agent-local"


@contextlib.contextmanager
def local_provider(directory, listener=None, **changes):
    """A running daemon with the key it made itself; `changes` are joined with the example's sections."""
    daemon = Daemon(directory)
    example = tomllib.loads(EXAMPLE.read_text())
    address = {"address": f"127.0.0.1:{daemon.port}"}
    ports = {
        "listeners": [example["listeners"][0] | address | (listener or {})],
        "bridge": {"listen": f"127.0.0.1:{daemon.bridge_port}"},
    }
    daemon.configuration = configuration.merged(configuration.merged(example, ports), changes)
    with contextlib.ExitStack() as stack:
        stack.callback(daemon.stop)
        stack.callback(show_log, daemon)
        daemon.start()
        daemon.key = (daemon.state_directory / "api-key").read_text().strip()
        yield daemon
