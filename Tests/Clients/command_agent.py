"""Runs `gatehousectl agent … -- COMMAND`, which makes a program a model."""

import os
import subprocess
import threading

from daemon import BIN
from waiting import eventually


class CommandAgent:
    """To be used with `with`; begins when the agent has said that it is connected."""

    def __init__(self, daemon, *command, models=("m",), options=()):
        self.daemon = daemon
        self.key_file = daemon.directory / "agent-key"
        self.key_file.write_text(daemon.key + "\n")
        self.key_file.chmod(0o600)
        names = [word for model in models for word in ("--model", model)]
        self.command = [
            BIN / "gatehousectl",
            "agent",
            *names,
            "--url",
            daemon.agent_url,
            "--key-file",
            self.key_file,
        ]
        self.command += [*options, "--", *command]
        self.said = []

    def __enter__(self):
        self.process = subprocess.Popen(
            self.command,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            text=True,
            env=os.environ | {"NOT_FOR_COMMANDS": "1"},
        )
        self.reader = threading.Thread(target=self.listen, daemon=True)
        self.reader.start()
        self.wait_until_connected()
        return self

    def __exit__(self, *_):
        try:
            assert self.stop() == 0, self.said
        finally:
            self.process.kill()
            self.process.wait()

    def listen(self):
        for line in self.process.stderr:
            self.said.append(line.rstrip("\n"))

    def connections(self):
        return sum(line.startswith("connected to") for line in self.said)

    def wait_until_connected(self, times=1):
        eventually(lambda: self.connections() >= times or self.process.poll() is not None, within=20)
        assert self.process.poll() is None, self.said

    def stop(self):
        """Ends it with SIGTERM and returns its exit status."""
        self.process.terminate()
        return self.process.wait(timeout=10)
