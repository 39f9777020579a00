"""Runs gatehoused with ports and directories of its own, and makes sure that nothing of it is left."""

import contextlib
import itertools
import json
import os
import re
import signal
import socket
import subprocess
from pathlib import Path

import configuration
import processes
from notify import NotifySocket
from waiting import eventually

BIN = Path(os.environ.get("GATEHOUSE_BIN", Path(__file__).resolve().parents[2] / ".build/release")).resolve()

CRASH = re.compile("Fatal error|Program crashed|killed by SIG(ILL|TRAP|SEGV|BUS|ABRT)")
"""What the log says when one of our processes has gone wrong by itself."""


class Daemon:
    """One daemon; sections of its file are given by name: Daemon(directory, server={"workers": 1})."""

    def __init__(self, directory, agent_models=("m",), environment=None, **sections):
        self.directory = Path(directory)
        self.directory.mkdir(parents=True, exist_ok=True)
        self.port, self.bridge_port = configuration.free_port(), configuration.free_port()
        self.key = configuration.new_key()
        standard = configuration.standard(self.port, self.bridge_port, self.key, list(agent_models))
        self.configuration = configuration.merged(standard, sections)
        self.environment = environment or {}
        self.file = self.directory / "gatehouse.toml"
        self.run_directory = self.directory / "run"
        self.state_directory = self.directory / "state"
        self.run_directory.mkdir(mode=0o700, exist_ok=True)
        self.state_directory.mkdir(mode=0o700, exist_ok=True)
        self.log_file = self.directory / "log"
        # Set by tests that make processes crash.
        self.may_crash = False
        self.notify = NotifySocket(self.directory / "notify")
        self.process = None

    @property
    def base_url(self):
        return f"http://127.0.0.1:{self.port}"

    @property
    def agent_url(self):
        return f"ws://127.0.0.1:{self.bridge_port}/agent"

    @property
    def headers(self):
        return {"Authorization": f"Bearer {self.key}"}

    @property
    def log(self):
        return self.log_file.read_text(errors="replace")

    @property
    def command(self):
        directories = ["--run-dir", self.run_directory, "--state-dir", self.state_directory]
        return [BIN / "gatehoused", "--config", self.file, *directories]

    # Life

    def write_configuration(self, **changes):
        """Writes the file, with sections changed for good."""
        self.configuration = configuration.merged(self.configuration, changes)
        self.file.write_text(configuration.toml(self.configuration))

    def start(self, wrapper=()):
        """Starts it and returns when it has said READY=1; `wrapper` is put before the command."""
        self.write_configuration()
        self.process = self.spawn(wrapper)
        try:
            self.notify.wait_for("READY", process=self.process)
        except AssertionError as error:
            raise AssertionError(f"{error}\n{self.log}") from None
        return self

    def spawn(self, wrapper=(), pass_fds=(), **environment):
        """Starts it without waiting; `environment` adds variables, `pass_fds` leaves descriptors open."""
        variables = os.environ | {"NOTIFY_SOCKET": self.notify.path} | self.environment | environment
        with self.log_file.open("ab") as log:
            return subprocess.Popen(
                [*wrapper, *self.command],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                env=variables,
                pass_fds=pass_fds,
                start_new_session=True,
            )

    def terminate(self):
        self.process.send_signal(signal.SIGTERM)

    def wait(self, within=20.0):
        """The exit status."""
        return self.process.wait(timeout=within)

    def stop(self):
        """Ends it with SIGTERM if it still runs, and checks that it ends well and leaves nothing."""
        if self.process is None:
            self.notify.close()
            return
        try:
            if self.process.poll() is None:
                self.terminate()
                assert self.wait() == 0, f"exit status {self.process.returncode} after SIGTERM\n{self.log}"
            self.expect_nothing_left()
        finally:
            for pid in processes.members(self.process.pid):
                os.kill(pid, signal.SIGKILL)
            self.process.kill()
            self.process.wait()
            self.notify.close()
        assert self.may_crash or not CRASH.search(self.log), self.log

    def expect_nothing_left(self, within=5.0):
        """Waits until no process is left and the addresses can be taken by others."""
        eventually(lambda: not processes.members(self.process.pid), within)
        for port in (self.port, self.bridge_port):
            with socket.socket() as probe:
                probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
                probe.bind(("127.0.0.1", port))

    # The processes

    @property
    def pid(self):
        return self.process.pid

    def roles(self):
        """The children's pids by role and slot: {"worker 0": 4711, "bridge": 4712}."""
        titles = {pid: processes.title(pid) for pid in processes.children(self.pid)}
        return {title.removeprefix("gatehoused: "): pid for pid, title in titles.items() if title}

    def workers(self):
        return sorted(pid for role, pid in self.roles().items() if role.startswith("worker"))

    @property
    def bridge(self):
        return next(pid for role, pid in self.roles().items() if role.startswith("bridge"))

    @property
    def store(self):
        return next(pid for role, pid in self.roles().items() if role.startswith("store"))

    def has_journals_in_order(self):
        """Whether each worker has one journal file or two, and the store has those and no others."""
        held = [processes.journal_files(pid) for pid in self.workers()]
        names = sorted(path.name for path in (self.state_directory / "journal").iterdir())
        return all(len(files) in (1, 2) for files in held) and (
            sorted(itertools.chain(*held)) == names == processes.journal_files(self.store)
        )

    # The control socket

    @property
    def control_socket(self):
        return self.run_directory / "gatehouse.sock"

    def control_command(self, *arguments):
        return [BIN / "gatehousectl", "--socket", self.control_socket, *arguments]

    def control(self, *arguments, expect=0):
        """Runs gatehousectl and returns what it did; `expect` is the exit status, None for any."""
        done = subprocess.run(self.control_command(*arguments), capture_output=True, text=True, timeout=30)
        if expect is not None:
            assert done.returncode == expect, f"{arguments}: {done.returncode}\n{done.stdout}{done.stderr}"
        return done

    def status(self):
        """The processes that `status` lists, by name."""
        done = self.control("--json", "status", expect=None)
        replies = [json.loads(line) for line in done.stdout.splitlines()]
        return {reply["record"]["name"]: reply["record"] for reply in replies if "record" in reply}

    def agents(self):
        """The connected agents, by id."""
        return {agent["id"]: agent for agent in self.status()["bridge"].get("agents") or []}

    def reload(self, **changes):
        """Changes the file and lets the daemon take it up."""
        self.write_configuration(**changes)
        return self.control("reload")

    def log_line(self, text, within=5.0):
        """The first line of the log with that text, waited for."""
        return eventually(
            lambda: next((line for line in self.log.splitlines() if text in line), None), within
        )


@contextlib.contextmanager
def daemons(directory):
    """A function that starts daemons, all of which are stopped and checked at the end."""
    started = []

    def start(**sections):
        daemon = Daemon(directory / f"daemon{len(started)}", **sections)
        started.append(daemon)
        return daemon.start()

    with contextlib.ExitStack() as stack:
        try:
            yield start
        finally:
            for daemon in started:
                stack.callback(daemon.stop)
                stack.callback(show_log, daemon)


def show_log(daemon):
    """Printed by pytest when the test has failed."""
    if daemon.log_file.exists():
        print(f"the end of {daemon.log_file}:", *daemon.log.splitlines()[-60:], sep="\n  ")
