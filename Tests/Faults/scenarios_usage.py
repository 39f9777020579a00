"""Usage under kills and under faults of its storage: every request has one row, and it says the truth."""

import collections
import contextlib
import json
import os
import random
import shutil
import signal
import sqlite3
import subprocess
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import control
import processes
import raw
from agents import choice
from ledger import WRONG, Flight
from load import KINDS, Client, Load, numbers
from scenario import Stage, Unavailable, scenario
from scenarios_supervisor import kill_supervisor
from steady import SteadyAgent
from waiting import eventually
from wire import Broken, Wire

Tokens = tuple[int, int]


# What a daemon says of its usage


def exported(daemon) -> list[dict]:
    """All rows, in the order of their serials."""
    return [json.loads(line) for line in daemon.control("db", "export").stdout.splitlines()]


def sums(daemon) -> collections.Counter:
    """Requests and tokens of all together; empty while the database cannot be read."""
    total: collections.Counter = collections.Counter()
    for reply in control.ask(daemon, "usage", "by=model"):
        row = reply.get("record") or {}
        total.update({name: value for name, value in row.items() if isinstance(value, int)})
    return total


def health(daemon) -> list[str]:
    """The reasons why it is degraded; none: it is healthy."""
    answer = raw.ask(daemon.port, raw.request("GET", "/health"))
    assert answer.status == 200, answer
    assert (answer.json()["status"] == "healthy") == (not answer.json()["reasons"]), answer
    return answer.json()["reasons"]


def is_because(daemon, *reasons: str) -> bool:
    """Whether it is degraded for one of these reasons."""
    return any(part in reason for reason in health(daemon) for part in reasons)


# Clients that keep what they read, and the agent's own ledger


class Metered(Client):
    """Asks under a name of its own, and keeps the tokens of each answer that it has read to its end."""

    kind = "metered"
    model = "m"

    async def turn(self) -> None:
        name, streams = f"name-{next(numbers)}", random.random() < 0.5
        members = {"stream": True, "stream_options": {"include_usage": True}} if streams else {}
        fields = [f"x-request-id: {name}"]
        data = raw.chat(self.load.daemon, f"{name} counts", self.model, fields, **members)
        await self.ask(data, lambda wire: self.read(wire, name))
        if random.random() < 0.05:
            self.drop()

    async def read(self, wire: Wire, name: str) -> None:
        answer = await wire.answer()
        is_stream = "event-stream" in answer.fields.get("content-type", "")
        if answer.status != 200 or (is_stream and not answer.body.endswith(b"data: [DONE]\n\n")):
            raise Broken(WRONG, f"status {answer.status} {answer.body[-200:]!r}")
        body = answer.body.split(b"\n\n")[-3].removeprefix(b"data: ") if is_stream else answer.body
        usage = json.loads(body)["usage"]
        self.load.read[name] = (usage["prompt_tokens"], usage["completion_tokens"])


class MeteredEcho(Metered):
    """The same, without an agent."""

    kind = "metered echo"
    model = "echo"


KINDS |= {"metered": Metered, "metered_echo": MeteredEcho}


class MeteredLoad(Load):
    """A load that has what its clients read, by the names of their requests."""

    def __init__(self, daemon, **options):
        super().__init__(daemon, **options)
        self.read: dict[str, Tokens] = {}


@dataclass
class AgentLedger:
    """A script that writes down every request it sees, with the tokens that it reports."""

    seen: dict[str, Tokens] = field(default_factory=dict)

    async def __call__(self, invoke: dict, send) -> None:
        tokens = random.randint(1, 1 << 20), random.randint(1, 1 << 20)
        prompt, completion = self.seen.setdefault(invoke["id"], tokens)
        usage = {"prompt_tokens": prompt, "completion_tokens": completion}
        usage["total_tokens"] = prompt + completion
        if not invoke.get("stream"):
            return await send("model_result", choices=[choice("counted")], usage=usage)
        await send("model_stream_chunk", chunk={"delta": {"content": "counted"}}, finished=False)
        last = {"delta": {}, "finish_reason": "stop", "usage": usage}
        await send("model_stream_chunk", chunk=last, finished=True)


# Kills


@scenario("ledger")
def ledger(stage: Stage) -> None:
    """kill -9 of workers, store and supervisor at random: the agent's own ledger and the rows agree."""
    count, kills = stage.pick(1500, 100_000), stage.pick(8, 200)
    daemon = stage.start(server={"workers": 3}, limits={"max_concurrent": 1000})
    book, lost = AgentLedger(), 0
    roles = [("worker", "store", "worker", "supervisor")[number % 4] for number in range(kills)]
    random.shuffle(roles)
    with SteadyAgent(daemon, script=book), MeteredLoad(daemon, pause=0.004, metered=12) as load:
        for number, role in enumerate(roles, 1):
            wanted = count * number // (kills + 1)
            eventually(lambda wanted=wanted: len(load.read) >= wanted, within=count / 20)
            lost += KILLERS[role](stage, daemon, load)
            if number % 20 == 0:
                stage.say(f"{number} kills, {len(load.read)} answers")
        eventually(lambda: len(load.read) >= count, within=count / 20)
    stage.report.requests = load.ledger.requests
    stage.did(f"{kills} kills; {len(load.read)} answers read, {len(book.seen)} requests seen by the agent")
    judge(stage, daemon, book, load, lost)


def kill_worker(stage: Stage, daemon, load: Load) -> int:
    """How many requests may be lost by it."""
    rows = control.records(daemon, "worker:*").values()
    pids = [row["pid"] for row in rows if row["state"] == "RUNNING" and row.get("pid")]
    unknown = sum(flight.worker is None for flight in list(load.ledger.flights))
    (death,) = load.ledger.kill(random.choice(pids))
    return death.under_way + unknown


def kill_store(stage: Stage, daemon, load: Load) -> int:
    """Nothing may be lost by it."""
    if pid := control.records(daemon, "store")["store"].get("pid"):
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)
    return 0


def kill_and_start_again(stage: Stage, daemon, load: Load) -> int:
    """Its children end what they do; those that cannot may lose what they have."""
    under_way: list[Flight] = list(load.ledger.flights)
    kill_supervisor(stage, daemon)
    daemon.notify.drain()
    daemon.start()
    return len(under_way)


KILLERS: dict[str, Callable[[Stage, object, Load], int]] = {
    "worker": kill_worker,
    "store": kill_store,
    "supervisor": kill_and_start_again,
}


def judge(stage: Stage, daemon, book: AgentLedger, load: MeteredLoad, most_lost: int) -> None:
    """Every request that the agent saw has one row, and what a client has read is what stands there."""
    with contextlib.suppress(AssertionError):
        eventually(lambda: set(book.seen) <= {row["id"] for row in exported(daemon)}, within=15, every=0.5)
    rows = exported(daemon)
    by_id = collections.Counter(row["id"] for row in rows)
    by_name = {row["request"]: row for row in rows if "request" in row}
    missing = [name for name in book.seen if name not in by_id]
    strange = [row for row in rows if row["id"] not in book.seen and row["outcome"] not in ("lost", "failed")]
    other = [name for name, tokens in load.read.items() if not agrees(by_name.get(name), tokens)]
    kept = [row for row in rows if row["outcome"] == "completed"]
    untrue = [row for row in kept if not agrees(row, book.seen.get(row["id"]))]
    outcomes = collections.Counter(row["outcome"] for row in rows)
    stage.figure("rows", len(rows))
    stage.figure("seen by the agent without a row", len(missing), at_most=0)
    stage.figure("rows that are there twice", sum(number > 1 for number in by_id.values()), at_most=0)
    stage.figure("rows of requests that nobody saw", len(strange), at_most=0)
    stage.figure("answers whose row says otherwise", len(other), at_most=0)
    stage.figure("completed rows that the agent's ledger denies", len(untrue), at_most=0)
    stage.figure("lost", outcomes["lost"], at_most=most_lost)
    stage.figure("failed", outcomes["failed"])
    stage.figure("aborted", outcomes["aborted"])
    stage.figure("in flight at rest", in_flight(daemon), at_most=0)
    stage.figure("longest answer", load.ledger.longest() * 1000, " ms")
    stage.expect(load.read, "no answer was read")
    stage.expect(not health(daemon), f"it is degraded: {health(daemon)}")
    stage.report.faults += [f"missing: {name}" for name in missing[:3]]
    stage.report.faults += [f"strange: {row}" for row in strange[:3]]
    stage.report.faults += [f"read {load.read[name]} but {by_name.get(name)}" for name in other[:3]]


def agrees(row: dict | None, tokens: Tokens | None) -> bool:
    """Whether the row is of a whole answer, and has these tokens."""
    if row is None or tokens is None or row["outcome"] != "completed" or row["is_estimated"]:
        return False
    return (row["prompt_tokens"], row["completion_tokens"]) == tokens


def in_flight(daemon) -> int:
    replies = control.ask(daemon, "limits")
    return sum(reply["record"]["in_flight"] for reply in replies if "record" in reply)


# Faults of the storage, each between `with` and its end


Fault = Callable[..., contextlib.AbstractContextManager]


def database(daemon) -> Path:
    return daemon.state_directory / "gatehouse.db"


def opened(file: Path) -> contextlib.closing:
    """As another program has it open, without transactions of its own accord."""
    return contextlib.closing(sqlite3.connect(file, isolation_level=None, timeout=10))


def kill_the_store(daemon) -> None:
    """The next one finds what there is."""
    os.kill(next(pid for role, pid in daemon.roles().items() if role.startswith("store")), signal.SIGKILL)


@contextlib.contextmanager
def locked(daemon) -> Iterator[None]:
    """Another program has the lock."""
    with opened(database(daemon)) as connection:
        connection.execute("BEGIN EXCLUSIVE")
        yield
        connection.execute("ROLLBACK")


@contextlib.contextmanager
def deleted(daemon) -> Iterator[None]:
    """Somebody has deleted the database with all that belongs to it."""
    for file in daemon.state_directory.glob("gatehouse.db*"):
        file.unlink()
    yield


@contextlib.contextmanager
def damaged(daemon, part: str = "usage") -> Iterator[None]:
    """The first page of the table, or of an index of it, is overwritten, and put right again."""
    file = database(daemon)
    with opened(file) as connection:
        page_size = connection.execute("PRAGMA page_size").fetchone()[0]
        query = "SELECT rootpage FROM sqlite_schema WHERE name = ?"
        place = (connection.execute(query, (part,)).fetchone()[0] - 1) * page_size
        empty_the_log(connection, file.with_name("gatehouse.db-wal"))
        with file.open("r+b") as pages:
            whole = os.pread(pages.fileno(), page_size, place)
            os.pwrite(pages.fileno(), random.Random(1).randbytes(page_size), place)
            connection.execute("ROLLBACK")
            connection.close()
            yield
            os.pwrite(pages.fileno(), whole, place)


def empty_the_log(connection: sqlite3.Connection, log: Path) -> None:
    """All is in the file, and nobody can write until ROLLBACK."""

    def is_empty() -> bool:
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        connection.execute("BEGIN IMMEDIATE")
        if log.exists() and log.stat().st_size == 0:
            return True
        connection.execute("ROLLBACK")
        return False

    eventually(is_empty)


@contextlib.contextmanager
def immutable(daemon, endings: tuple[str, ...] = ("", "-wal")) -> Iterator[None]:
    """The database and its log may not be changed, not even by root."""
    files = [daemon.state_directory / f"gatehouse.db{ending}" for ending in endings]
    subprocess.run(["chattr", "+i", *files], check=True, capture_output=True)
    try:
        yield
    finally:
        subprocess.run(["chattr", "-i", *files], check=True)


@contextlib.contextmanager
def foreign(daemon) -> Iterator[None]:
    """Another program's database has taken the place of ours, which comes back."""
    file, aside = database(daemon), database(daemon).with_name("aside.db")
    other = file.with_name("other.db")
    with contextlib.closing(sqlite3.connect(other)) as connection:
        connection.execute("CREATE TABLE notes (text TEXT)")
    file.rename(aside)
    other.rename(file)
    yield
    for left in daemon.state_directory.glob("gatehouse.db*"):
        if left.name == "gatehouse.db":
            left.unlink()
    aside.rename(file)


@contextlib.contextmanager
def newer(daemon) -> Iterator[None]:
    """A later version has changed the database; the store that runs is killed, so that one looks."""
    present = set_version(daemon, 99)
    kill_the_store(daemon)
    yield
    set_version(daemon, present)


def set_version(daemon, version: int) -> int:
    """The version before."""
    with opened(database(daemon)) as connection:
        before = connection.execute("PRAGMA user_version").fetchone()[0]
        connection.execute(f"PRAGMA user_version = {version}")
    return before


@contextlib.contextmanager
def journal_deleted(daemon) -> Iterator[None]:
    """The folder of the journal is gone, with all files in it."""
    shutil.rmtree(daemon.state_directory / "journal")
    yield


@contextlib.contextmanager
def small_disk(directory: Path, megabytes: int) -> Iterator[None]:
    """A file system of its own for a directory."""
    directory.mkdir(parents=True, exist_ok=True)
    subprocess.run(
        ["mount", "-t", "tmpfs", "-o", f"size={megabytes}m,mode=0700", "tmpfs", directory],
        check=True, capture_output=True,
    )
    try:
        yield
    finally:
        subprocess.run(["umount", "-l", directory], check=True)


def fill(directory: Path, leave: int = 0) -> Path:
    """A file that takes all the room there is but so many bytes."""
    file = directory / "big"
    with file.open("ab") as big, contextlib.suppress(OSError):
        free = os.statvfs(directory)
        os.posix_fallocate(big.fileno(), file.stat().st_size, free.f_bavail * free.f_frsize - leave)
    return file


@contextlib.contextmanager
def full(daemon) -> Iterator[None]:
    """The disk is full and stays so, and the workers are so new that none has a file of before."""
    file = daemon.state_directory / "big"

    def has_no_file() -> bool:
        daemon.control("restart", "worker:*")
        time.sleep(0.5)  # What is wrong comes with the heartbeat.
        return is_because(daemon, "kept in memory")

    is_over = threading.Event()
    filling = threading.Thread(target=keep_full, args=[daemon.state_directory, is_over])
    filling.start()
    try:
        eventually(has_no_file, within=20)
        yield
    finally:
        is_over.set()
        filling.join()
        file.unlink()


def keep_full(directory: Path, is_over: threading.Event) -> None:
    """Journal files that are done with make room."""
    while not is_over.wait(0.01):
        fill(directory)


@dataclass(frozen=True)
class Storage:
    """A fault of the storage, and what `/health` says of it; nothing: it is mended at once."""

    name: str
    fault: Fault
    reasons: tuple[str, ...] = ()


STORAGE = [
    Storage("locked", locked, ("locked by another program",)),
    Storage("damaged", damaged, ("database is damaged",)),
    Storage("immutable", immutable, ("read-only", "may not be opened")),
    Storage("foreign", foreign, ("another program's file",)),
    Storage("newer", newer, ("of a later version",)),
    Storage("journal deleted", journal_deleted),
    Storage("full", full, ("disk of the usage database is full", "kept in memory")),
    Storage("deleted", deleted),
]


@scenario("storage", is_patient=True)
def storage(stage: Stage) -> None:
    """The database locked, deleted, damaged, the disk full, under load: all answered, all counted."""
    try:
        stage.stack.enter_context(small_disk(stage.directory / "storage-0/state", stage.pick(64, 512)))
    except (OSError, subprocess.CalledProcessError) as error:
        raise Unavailable(f"no file system of our own: {error}") from None
    daemon = stage.start()
    answered: collections.Counter = collections.Counter()
    for row in STORAGE:
        if row.fault is immutable and not can_be_immutable(daemon.state_directory):
            continue
        answered += endure(stage, daemon, row, answered)
    stage.did(", ".join(row.name for row in STORAGE))


def endure(stage: Stage, daemon, row: Storage, before: collections.Counter) -> collections.Counter:
    """What clients have read while the fault lasted, and a little before and after."""
    seconds = stage.pick(1.5, 60 if row.name == "locked" else 10)
    stage.say(row.name)
    with MeteredLoad(daemon, pause=0.03, metered_echo=8) as load:
        eventually(lambda: len(load.read) > 50)
        with row.fault(daemon):
            if row.reasons:
                because = f"{row.name}: no reason in /health"
                expect_soon(stage, lambda: is_because(daemon, *row.reasons), because)
            time.sleep(seconds)
            said = health(daemon)
            stage.expect(not row.reasons or said, f"{row.name}: healthy before it was over")
        expect_soon(stage, lambda: not health(daemon), f"{row.name}: still degraded")
        after = len(load.read)
        eventually(lambda: len(load.read) > after + 20)
    stage.take(load.ledger)
    read = read_by(load)
    expected = before + read
    if not expect_soon(stage, lambda: of_interest(sums(daemon)) == of_interest(expected), ""):
        stage.fault(f"{row.name}: {of_interest(sums(daemon))} instead of {of_interest(expected)}")
        expected = sums(daemon)
    stage.figure(f"{row.name}: answered", len(load.read), at_least=100)
    return expected - before


def can_be_immutable(directory: Path) -> bool:
    """Not every file system knows immutable files, and keeps those from writing who have them open."""
    probe = directory / "probe"
    with probe.open("wb", buffering=0) as file:
        done = subprocess.run(["chattr", "+i", probe], capture_output=True)
        try:
            file.write(b"x")
        except PermissionError:
            return done.returncode == 0
        finally:
            subprocess.run(["chattr", "-i", probe], capture_output=True)
            probe.unlink()
    return False


def read_by(load: MeteredLoad) -> collections.Counter:
    prompt, completion = (sum(tokens[part] for tokens in load.read.values()) for part in (0, 1))
    return collections.Counter(requests=len(load.read), prompt_tokens=prompt, completion_tokens=completion)


def of_interest(total: collections.Counter) -> tuple[int, int, int]:
    return total["requests"], total["prompt_tokens"], total["completion_tokens"]


def expect_soon(stage: Stage, condition: Callable[[], bool], what: str, within: float = 15.0) -> bool:
    try:
        eventually(condition, within, every=0.05)
    except AssertionError as error:
        if what:
            stage.fault(f"{what}: {error}")
        return False
    return True
