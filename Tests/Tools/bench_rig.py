"""The things bench.py measures and measures with: the daemon, nginx, wrk, and what /proc says of a process."""

import contextlib
import hashlib
import http.client
import os
import re
import secrets
import shutil
import socket
import sqlite3
import subprocess
import sys
import time
from pathlib import Path

TOOLS = Path(__file__).resolve().parent
BIN = Path(os.environ.get("GATEHOUSE_BIN", TOOLS.parents[1] / ".build/release"))
KEY = "gh-" + secrets.token_urlsafe(32)

MEASURED, LOAD = 0, 1
"""Cores: the measured process has its own; load, upstream and the rest of the tree share the other."""

DAEMON_CONFIGURATION = """
{more}
[server]
workers = {workers}
[[listeners]]
name = "main"
address = "127.0.0.1:{port}"
auth = "{auth}"
[[auth.keys]]
name = "bench"
sha256 = "{digest}"
agent_models = ["*"]
{keys}
[bridge]
listen = "127.0.0.1:{bridge}"
[providers.echo]
type = "echo"
models = ["echo"]
[providers.local]
type = "agent"
models = ["command", "raw"]
"""

# Both write an access log to a file, both collect lines before writing. keepalive_requests is as unlimited as ours.
NGINX_CONFIGURATION = """
daemon off;
{more}
worker_processes 1;
pid {directory}/pid;
error_log {directory}/error.log;
events {{ worker_connections 1024; }}
http {{
    access_log {directory}/access.log combined buffer=64k flush=1s;
    keepalive_requests 1000000000;
    client_body_temp_path {directory}/body;
    proxy_temp_path {directory}/proxy;
    fastcgi_temp_path {directory}/fastcgi;
    uwsgi_temp_path {directory}/uwsgi;
    scgi_temp_path {directory}/scgi;
{server}
}}
"""

HEALTHY = """
    server {{
        listen 127.0.0.1:{port};
        default_type application/json;
        location / {{ return 200 '{{"status":"healthy"}}'; }}
    }}
"""


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def on_load_core():
    os.sched_setaffinity(0, {LOAD})


def request(port, method, path, body=None, key=None):
    """(status, body) of one request, with our key unless another is given."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
    try:
        headers = {"Authorization": f"Bearer {key or KEY}", "Content-Type": "application/json"}
        connection.request(method, path, body, headers)
        answer = connection.getresponse()
        return answer.status, answer.read()
    finally:
        connection.close()


def wait_for_200(port, method, path, body=None, seconds=10.0, key=None):
    deadline = time.monotonic() + seconds
    last = "no connection"
    while time.monotonic() < deadline:
        try:
            status, content = request(port, method, path, body, key)
            if status == 200:
                return content
            last = f"{status} {content[:200]!r}"
        except OSError as error:
            last = str(error)
        time.sleep(0.001)
    raise RuntimeError(f"{method} {path} is not answered with 200 in {seconds} s: {last}")


def descendants(pid):
    """The processes below `pid`, all generations."""
    parents = {}
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            try:
                parents[int(entry.name)] = int((entry / "stat").read_text().rsplit(")", 1)[1].split()[1])
            except OSError:
                continue
    found, row = [], [pid]
    while row:
        row = [child for child, parent in parents.items() if parent in row]
        found += row
    return found


def name(pid):
    return Path(f"/proc/{pid}/comm").read_text().strip()


def title(pid):
    """Name and arguments in one string, to recognise a process by."""
    arguments = Path(f"/proc/{pid}/cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace")
    return f"{name(pid)}: {arguments.strip()}"


def pin(pid):
    """Gives a process the measured core."""
    for task in os.listdir(f"/proc/{pid}/task"):
        os.sched_setaffinity(int(task), {MEASURED})


def cpu_seconds(pid):
    """Time on a processor of all threads: the first number of schedstat, which is finer than the ticks of stat."""
    tasks = Path(f"/proc/{pid}/task").iterdir()
    return sum(int((task / "schedstat").read_text().split()[0]) for task in tasks) / 1e9


def digest(key):
    return hashlib.sha256(key.encode()).hexdigest()


def tree_megabytes(daemon):
    """PSS of the supervisor and all below it."""
    return sum(pss_megabytes(pid) for pid in (daemon.process.pid, *descendants(daemon.process.pid)))


def child(daemon, role):
    """The pid of the one child with that role."""
    return next(pid for pid in descendants(daemon.process.pid) if f"gatehoused: {role}" in title(pid))


def control(daemon, *arguments):
    command = [BIN / "gatehousectl", "--socket", daemon.directory / "gatehouse.sock", *arguments]
    subprocess.run(command, check=True, capture_output=True)


def usage_rows(daemon):
    """How many requests stand in the database."""
    path = f"file:{daemon.directory}/gatehouse.db?mode=ro"
    with contextlib.closing(sqlite3.connect(path, uri=True)) as database:
        return database.execute("SELECT count(*) FROM usage").fetchone()[0]


def ask_in_turn(port, path, key, bodies):
    """One request after the other, over one connection."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
    for body in bodies:
        connection.request("POST", path, body, {"Authorization": f"Bearer {key}", "Content-Type": "application/json"})
        answer = connection.getresponse()
        answer.read()
        if answer.status != 200:
            raise RuntimeError(f"{path}: {answer.status}")
    connection.close()


def pss_megabytes(pid):
    return int(re.search(r"^Pss:\s+(\d+)", Path(f"/proc/{pid}/smaps_rollup").read_text(), re.M)[1]) * 1024 / 1e6


class Running:
    """A process off the measured core, its output in a file, of which the end is shown if the measurement fails."""

    def __init__(self, command, log, said=""):
        self.log = log
        with log.open("wb") as output:
            self.process = subprocess.Popen(
                command, stdin=subprocess.PIPE, stdout=output, stderr=output, preexec_fn=on_load_core
            )
        self.process.stdin.write(said.encode())
        self.process.stdin.close()

    def __enter__(self):
        return self

    def __exit__(self, kind, *_):
        self.process.terminate()
        try:
            self.process.wait(timeout=15)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        if kind is not None:
            lines = self.log.read_text(errors="replace").splitlines()
            print(f"bench: the end of {self.log.name}:", *lines[-20:], sep="\n  ", file=sys.stderr)

    def pin_worker(self):
        """Gives the one worker below this process the measured core; the worker's pid."""
        workers = [pid for pid in descendants(self.process.pid) if "worker" in title(pid)]
        if len(workers) != 1:
            raise RuntimeError(f"one worker expected, found {[title(pid) for pid in workers]}")
        pin(workers[0])
        return workers[0]


class Daemon(Running):
    def __init__(self, directory, workers=1, auth="required", more="", keys=""):
        self.directory = directory
        directory.mkdir(parents=True)
        self.port, self.bridge = free_port(), free_port()
        configuration = directory / "gatehouse.toml"
        configuration.write_text(
            DAEMON_CONFIGURATION.format(
                workers=workers, port=self.port, bridge=self.bridge, digest=digest(KEY), auth=auth, more=more,
                keys=keys,
            )
        )
        self.key_file = directory / "key"
        self.key_file.touch(mode=0o600)
        self.key_file.write_text(KEY + "\n")
        command = [BIN / "gatehoused", "--config", configuration, "--run-dir", directory, "--state-dir", directory]
        super().__init__(command, directory / "gatehoused.log")


class Nginx(Running):
    """`server`: what it serves, with `{port}` for its port; `before`: words before the command; `more`: settings."""

    def __init__(self, directory, server=HEALTHY, before=(), more=""):
        directory.mkdir(parents=True)
        self.port = free_port()
        configuration = directory / "nginx.conf"
        served = server.format(port=self.port)
        configuration.write_text(NGINX_CONFIGURATION.format(directory=directory, server=served, more=more))
        binary = shutil.which("nginx", path=os.environ["PATH"] + ":/usr/sbin")
        errors = directory / "error.log"
        super().__init__([*before, binary, "-p", directory, "-e", errors, "-c", configuration], directory / "nginx.log")


class Load:
    """What wrk did to a server: requests, seconds, and the processor seconds the worker spent on them."""

    def __init__(self, port, worker, seconds, connections=32, method="GET", path="/health", body=None, key=KEY):
        environment = os.environ | {"LOAD_METHOD": method}
        if key is not None:
            environment["LOAD_KEY"] = key
        if body is not None:
            environment["LOAD_BODY"] = body
        command = ["taskset", "-c", str(LOAD), "wrk", "-t1", f"-c{connections}", f"-d{seconds}s", "--timeout", "30s"]
        command += ["-s", TOOLS / "load.lua", f"http://127.0.0.1:{port}{path}"]
        before = cpu_seconds(worker)
        output = subprocess.run(command, env=environment, capture_output=True, text=True, check=True).stdout
        self.cpu = cpu_seconds(worker) - before
        self.requests, microseconds, failed = map(int, re.search(r"^load (\d+) (\d+) (\d+)$", output, re.M).groups())
        self.seconds = microseconds / 1e6
        if failed or not self.requests:
            raise RuntimeError(f"{method} {path}: {failed} of {self.requests} requests failed\n{output}")

    @property
    def rate(self):
        return self.requests / self.seconds

    @property
    def cpu_per_request(self):
        """In microseconds."""
        return self.cpu / self.requests * 1e6

    @property
    def is_load_bound(self):
        """Whether the worker had time to spare: then the rate is wrk's, not the server's."""
        return self.cpu / self.seconds < 0.95
