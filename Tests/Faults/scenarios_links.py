"""Garbage and crowds on the Unix sockets, and a child that writes to its standard error without end."""

import contextlib
import json
import os
import socket
import threading
import time
from collections import Counter
from pathlib import Path

import control
import processes
import raw
import tree
from load import mixed
from scenario import Stage, scenario
from test_malformed_links import FRAMES, GREETINGS, framed
from waiting import eventually

TOO_LONG_FOR_CONTROL = "one byte too long for a control link"

MORE_FRAMES = {
    "length 2": b"\x00\x00\x00\x02xx",
    TOO_LONG_FOR_CONTROL: ((1 << 20) + 1).to_bytes(4, "big") + b'{"command":"status"',
    "a length without its frame": (100).to_bytes(4, "big"),
    "a frame without its end": framed(b'{"command":"status","arguments":[]}')[:-5],
    "half a length": b"\x00\x00",
    "nothing": b"",
    "surrogates": framed(b'{"command":"\\ud800"}'),
    "deeper": framed(b"[" * 100_000 + b"]" * 100_000),
    "a number without end": framed(b'{"command":' + b"9" * 100_000 + b"}"),
    "the same member twice": framed(b'{"command":"a","command":"b"}'),
    "descriptors announced": framed(b'{"fds":3,"command":"version","arguments":[]}'),
    "a child's word": framed(b'{"prepared":{"generation":2}}'),
}


UNFINISHED = ("a length without its frame", "a frame without its end", "half a length", "nothing")
"""What could still become a frame: the daemon waits for more until its end."""


@scenario("bad-frames")
def bad_frames(stage: Stage) -> None:
    """Every kind of broken frame, also with descriptors, on the control socket and the bridge's."""
    daemon = stage.start()
    rounds, frames = stage.pick(2, 50), FRAMES | MORE_FRAMES
    frames |= {name: framed(json.dumps(message).encode()) for name, message in GREETINGS.items()}
    before = settled_descriptors(daemon)
    with mixed(daemon) as load:
        for _ in range(rounds):
            for name, data in frames.items():
                for path in (daemon.control_socket, daemon.run_directory / "bridge.sock"):
                    expect_end(stage, path, name, data)
    stage.did(f"{rounds} × {len(frames)} frames on 2 sockets, each also with descriptors")
    stage.take(load.ledger)
    eventually(lambda: tree.descriptor_counts(daemon) == before, within=15)
    restarts = [name for name, row in control.records(daemon).items() if row["restarts"]]
    stage.expect(not restarts, f"restarted: {restarts}")


def settled_descriptors(daemon) -> dict[int, int]:
    """The counts once two in a row are the same."""
    last: list[dict[int, int]] = [{}]

    def is_settled() -> bool:
        time.sleep(0.2)
        last.append(tree.descriptor_counts(daemon))
        return last[-1] == last[-2]

    eventually(is_settled)
    return last[-1]


def expect_end(stage: Stage, path: Path, name: str, data: bytes) -> None:
    """Without and with descriptors: the daemon closes at once."""
    for gifts in (0, 3):
        with raw.Connection(path=path, timeout=5) as connection, open("/dev/null") as gift:
            with contextlib.suppress(BrokenPipeError, ConnectionResetError):
                if gifts and data:
                    socket.send_fds(connection.socket, [data], [gift.fileno()] * gifts)
                else:
                    connection.send(data)
                if name in UNFINISHED or (name == TOO_LONG_FOR_CONTROL and path.name == "bridge.sock"):
                    connection.socket.shutdown(socket.SHUT_WR)
            try:
                connection.rest()
            except TimeoutError:
                stage.fault(f"{path.name} stays open after {name} with {gifts} descriptors")


@scenario("control-clients")
def control_clients(stage: Stage) -> None:
    """A thousand clients of the control socket at once: 64 are served at a time, the others are told."""
    daemon = stage.start()
    verdicts: Counter[str] = Counter()
    with mixed(daemon, pause=0.03) as load:
        connections = [raw.Connection(path=daemon.control_socket, timeout=15) for _ in range(1000)]
        for connection in connections:
            connection.send(control.frame("status"))
        for connection in connections:
            verdicts[verdict(connection)] += 1
            connection.socket.close()
        eventually(lambda: daemon.control("status", expect=None).returncode == 0)
        slowest = half_open(stage, daemon) if not stage.is_short else None
    stage.did(f"1000 clients: {dict(verdicts)}")
    stage.take(load.ledger)
    stage.figure("neither served nor told", 1000 - verdicts["served"] - verdicts["told"], at_most=0)
    stage.figure("served", verdicts["served"], at_least=1)
    if slowest is not None:
        stage.figure("half-open ones end after", slowest, " s", at_least=8, at_most=12)


def verdict(connection: raw.Connection) -> str:
    try:
        while "ok" not in (last := control.reply(connection)):
            pass
    except (AssertionError, OSError, ValueError) as error:
        return repr(error)
    if last["ok"]:
        return "served"
    return "told" if "too many" in last["error"] else last["error"]


def half_open(stage: Stage, daemon) -> float:
    """Seconds until the last of some clients that say nothing, or half of it, is sent away."""
    begun = time.monotonic()
    with contextlib.ExitStack() as stack:
        connections = [
            stack.enter_context(raw.Connection(path=daemon.control_socket, timeout=20)) for _ in range(60)
        ]
        for connection in connections[::2]:
            connection.send(control.frame("status")[:7])
        for connection in connections:
            connection.rest()
    daemon.control("status")
    return time.monotonic() - begun


@scenario("stderr-flood")
def stderr_flood(stage: Stage) -> None:
    """A child that floods its standard error, also without line ends: only it has to wait."""
    daemon = stage.start(log=Path("/dev/null"))
    size = stage.pick(50, 1000) << 20
    victim, flood = daemon.workers()[0], Flood()
    with mixed(daemon) as load:
        flood.begin(victim, size)
        sizes, questions = [], []
        while flood.thread.is_alive():
            begun = time.monotonic()
            control.ask(daemon, "version")
            questions.append(time.monotonic() - begun)
            sizes.append(processes.pss_bytes(daemon.pid))
            time.sleep(0.02)
        control.ask(daemon, "tail", "-100", "worker:0")
    stage.did(f"{flood.written >> 20} MB through the pipe of a worker in {flood.seconds:.1f} s")
    stage.take(load.ledger)
    stage.figure("written", flood.written >> 20, " MB", at_least=size >> 20)
    stage.figure("supervisor", max(sizes) / 1e6, " MB", at_most=64)
    stage.figure("longest answer of the supervisor", max(questions) * 1000, " ms", at_most=500)
    stage.expect(victim in daemon.workers(), "the worker was replaced")


class Flood:
    """Writes to a process's standard error as it would, from a thread."""

    shapes = (b"x" * (1 << 20) + b"\n", b"y" * (1 << 20), b"a line like any other\n" * 1000, b"\n" * 10_000)

    def __init__(self):
        self.written, self.seconds = 0, 0.0

    def begin(self, pid: int, size: int) -> None:
        self.thread = threading.Thread(target=self.work, args=[pid, size], daemon=True)
        self.thread.start()

    def work(self, pid: int, size: int) -> None:
        begun = time.monotonic()
        pipe = os.open(f"/proc/{pid}/fd/2", os.O_WRONLY)
        try:
            while self.written < size:
                shape = self.shapes[self.written // (8 << 20) % len(self.shapes)]
                self.written += os.write(pipe, shape)
        finally:
            os.close(pipe)
            self.seconds = time.monotonic() - begun
