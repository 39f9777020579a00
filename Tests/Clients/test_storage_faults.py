"""The storage of usage fails: requests are answered, `/health` says why, and afterwards all is counted."""

import collections
import contextlib
import functools
import os
import shutil
import subprocess
import time

import pytest

import raw
from daemon import Daemon, show_log
from fault_tools import SteadyAgent  # noqa: F401  (makes the scenarios' modules known)
from waiting import eventually

import scenarios_usage as usage  # isort: skip

pytestmark = pytest.mark.integration

IN_MEMORY = "the usage journal cannot be written to the disk and is kept in memory"
NO_ROOM = "usage cannot be written down: neither the disk nor the memory has room"


def can_mount():
    done = subprocess.run(["unshare", "-m", "true"], capture_output=True)
    return os.geteuid() == 0 and done.returncode == 0


def expect_exact(daemon, *loads):
    """The sums are what these clients have read, and nothing else."""
    for load in loads:
        assert not load.ledger.failures, [str(failure) for failure in load.ledger.failures[:4]]
    wanted = tuple(sum(part) for part in zip(*(usage.of_interest(usage.read_by(load)) for load in loads)))
    with contextlib.suppress(AssertionError):
        eventually(lambda: usage.of_interest(usage.sums(daemon)) == wanted, within=8, every=0.1)
    assert usage.of_interest(usage.sums(daemon)) == wanted
    names = [row["request"] for row in usage.exported(daemon)]
    assert len(names) == len(set(names)) == wanted[0]


def endure(daemon, fault, *reasons, seconds=1.0):
    """Clients ask before, while and after the fault lasts."""
    with usage.MeteredLoad(daemon, pause=0.02, metered_echo=6) as load:
        eventually(lambda: len(load.read) > 50)
        with fault(daemon):
            if reasons:
                eventually(lambda: usage.is_because(daemon, *reasons))
            during, until = len(load.read), time.monotonic() + seconds
            eventually(lambda: len(load.read) > during + 50 and time.monotonic() > until, within=30)
            if reasons:
                assert usage.is_because(daemon, *reasons), usage.health(daemon)
        eventually(lambda: not usage.health(daemon), within=8)
        after = len(load.read)
        eventually(lambda: len(load.read) > after + 50)
    expect_exact(daemon, load)
    return load


def test_the_database_is_locked(start):
    endure(start(), usage.locked, "the usage database is locked by another program", seconds=3)


def test_the_database_is_locked_when_the_store_starts(start):
    @contextlib.contextmanager
    def fault(daemon):
        with usage.locked(daemon):
            usage.kill_the_store(daemon)
            yield

    endure(start(), fault, "the usage database is locked by another program")


@contextlib.contextmanager
def deleted(endings, daemon):
    for ending in endings:
        (daemon.state_directory / f"gatehouse.db{ending}").unlink()
    yield


@pytest.mark.parametrize("endings", [("", "-wal", "-shm"), ("",), ("-wal",), ("-shm",), ("-wal", "-shm")])
def test_the_database_is_deleted(start, endings):
    daemon = start()
    endure(daemon, functools.partial(deleted, endings))
    daemon.control("restart", "store")
    assert not usage.health(daemon)
    assert usage.sums(daemon)["requests"] > 0


def test_a_deleted_database_is_written_anew_once(start):
    daemon = start()
    file, found = usage.database(daemon), set()
    with usage.MeteredLoad(daemon, pause=0.02, metered_echo=6) as load:
        eventually(lambda: len(load.read) > 50)
        file.unlink()
        eventually(file.exists)
        end = time.monotonic() + 2
        while time.monotonic() < end:
            with contextlib.suppress(FileNotFoundError):
                found.add(file.stat().st_ino)
    assert len(found) == 1, f"{len(found)} files stood there"
    expect_exact(daemon, load)


def test_the_database_and_its_folder_are_deleted(start, tmp_path):
    folder = tmp_path / "elsewhere"
    folder.mkdir()
    daemon = start(store={"path": str(folder / "gatehouse.db")})

    @contextlib.contextmanager
    def fault(_):
        shutil.rmtree(folder)
        yield
        folder.mkdir()

    endure(daemon, fault, "was deleted and cannot be made again")


@pytest.mark.parametrize("part", ["usage", "sqlite_autoindex_usage_1", "usage_at", "segments"])
def test_a_page_is_damaged_and_put_right(start, part):
    endure(start(), functools.partial(usage.damaged, part=part), "the usage database is damaged")


def test_a_damaged_database_is_moved_away(start):
    """The journal's files are all there yet, so that the empty one gets what stood in the old one too."""
    daemon = start()
    with usage.MeteredLoad(daemon, pause=0.02, metered_echo=6) as load:
        eventually(lambda: len(load.read) > 50)
        with usage.damaged(daemon):
            eventually(lambda: usage.is_because(daemon, "the usage database is damaged"))
            usage.database(daemon).rename(daemon.state_directory / "damaged.db")
            eventually(lambda: not usage.health(daemon), within=8)
    expect_exact(daemon, load)


@pytest.mark.parametrize("endings", [("",), ("-wal",), ("", "-wal")])
def test_the_database_may_not_be_changed(start, endings):
    daemon = start()
    if not usage.can_be_immutable(daemon.state_directory):
        pytest.skip("this file system has no immutable files")
    fault = functools.partial(usage.immutable, endings=endings)
    # A log that can still be written takes all until it is to be emptied into the file.
    endure(daemon, fault, *["read-only", "may not be opened"] if "-wal" in endings else [])


def test_the_database_s_file_system_is_mounted_for_reading(start, tmp_path):
    if not can_mount():
        pytest.skip("mounts need root")
    folder = tmp_path / "elsewhere"
    folder.mkdir()
    daemon = start(store={"path": str(folder / "gatehouse.db")})

    @contextlib.contextmanager
    def fault(_):
        subprocess.run(["mount", "--bind", folder, folder], check=True)
        try:
            subprocess.run(["mount", "-o", "remount,bind,ro", folder], check=True)
            usage.kill_the_store(daemon)
            yield
        finally:
            subprocess.run(["umount", "-l", folder], check=True)

    endure(daemon, fault, "the usage database is read-only")


def test_the_database_is_of_a_later_version(start):
    endure(start(), usage.newer, "the usage database is of a later version")


@pytest.mark.parametrize("is_retired", [False, True])
def test_another_program_s_database_stands_there(start, is_retired):
    """Rows whose journal files are gone stand in the database and its log alone, and come back with them."""
    daemon = start()
    with usage.MeteredLoad(daemon, metered_echo=6) as before:
        eventually(lambda: len(before.read) > 200)
    if is_retired:
        journal = daemon.state_directory / "journal"
        old = set(journal.iterdir())
        daemon.control("restart", "worker:*")
        eventually(lambda: not old & set(journal.iterdir()))
    with usage.MeteredLoad(daemon, pause=0.02, metered_echo=6) as load:
        with usage.foreign(daemon):
            eventually(lambda: usage.is_because(daemon, "another program's file"))
        eventually(lambda: not usage.health(daemon), within=8)
    expect_exact(daemon, before, load)


def test_a_backup_is_put_in_the_database_s_place_and_the_old_one_comes_back(start):
    daemon = start()

    @contextlib.contextmanager
    def fault(_):
        file = usage.database(daemon)
        file.rename(file.with_name("aside.db"))
        daemon.control("usage")  # A new one is written where the old one was.
        yield

    endure(daemon, fault)


@pytest.mark.parametrize("is_killed", [False, True])
def test_the_journal_s_folder_is_deleted(start, is_killed):
    """What a worker goes on writing to a file without a name is counted too, whichever store reads it."""
    daemon = start()

    @contextlib.contextmanager
    def fault(_):
        shutil.rmtree(daemon.state_directory / "journal")
        if is_killed:
            usage.kill_the_store(daemon)
        yield

    endure(daemon, fault)


def test_the_journal_s_folder_cannot_be_had(start):
    """A file stands in its place, and new workers have nothing but the memory."""
    daemon = start()
    folder = daemon.state_directory / "journal"

    @contextlib.contextmanager
    def fault(_):
        daemon.control("stop", "worker:1")
        shutil.rmtree(folder)
        folder.touch()
        daemon.control("start", "worker:1")
        yield
        folder.unlink()

    endure(daemon, fault, IN_MEMORY)


# A full disk


@pytest.fixture
def small(tmp_path):
    """small(**sections): a daemon that starts on a disk on which nothing but 256 KiB is free."""
    if not can_mount():
        pytest.skip("mounts need root")
    with contextlib.ExitStack() as stack:

        def make(megabytes=128, leave=256 << 10, **sections):
            daemon = Daemon(tmp_path / "small", **sections)
            stack.enter_context(usage.small_disk(daemon.state_directory, megabytes))
            daemon.big = usage.fill(daemon.state_directory, leave)
            stack.callback(daemon.stop)
            stack.callback(show_log, daemon)
            return daemon.start()

        yield make


def test_the_disk_is_full_from_the_start(small):
    daemon = small()
    with usage.MeteredLoad(daemon, pause=0.02, metered_echo=6) as load:
        eventually(lambda: usage.is_because(daemon, IN_MEMORY))
        eventually(lambda: usage.is_because(daemon, "the disk of the usage database is full"), within=20)
        during = len(load.read)
        eventually(lambda: len(load.read) > during + 200)
        daemon.big.unlink()
        eventually(lambda: not usage.health(daemon), within=8)
    expect_exact(daemon, load)


def test_the_disk_fills_up_while_workers_come_and_go(small):
    daemon = small(megabytes=32, leave=20 << 20)
    endure(daemon, usage.full, IN_MEMORY)


def ask(daemon, model="m"):
    """(status, code of the error)."""
    answer = raw.ask(daemon.port, raw.chat(daemon, model=model))
    return answer.status, (answer.json().get("error") or {}).get("code")


def pipelined(daemon, count):
    """Answers to as many requests with long names, all of them sent at once: 16 MiB of memory are soon full."""
    fields = ["x-request-id: " + "n" * 128]
    with raw.Connection(daemon.port) as connection:
        connection.send(raw.chat(daemon, fields=fields) * count)
        answers = [connection.response() for _ in range(count)]
    return [(answer.status, (answer.json().get("error") or {}).get("code")) for answer in answers]


def fill_the_memory(daemon, is_full):
    """All answers until then."""
    answers = []
    while not is_full(answers):
        answers += pipelined(daemon, 100)
        assert len(answers) < 40_000, "it never fills up"
    return answers


def is_full(daemon):
    return usage.is_because(daemon, NO_ROOM)


def is_seldom_full(daemon):
    """Asked only now and then, for it takes a request."""
    return lambda answers: len(answers) % 1000 == 0 and is_full(daemon)


def outcomes(daemon):
    return collections.Counter(row["outcome"] for row in usage.exported(daemon))


@pytest.mark.timeout(120)
def test_a_full_memory_refuses_if_it_is_to(small):
    daemon = small(store={"usage_full": "refuse"})
    answers = fill_the_memory(daemon, lambda answers: answers[-200:].count((503, "usage_full")) == 200)
    assert set(answers) == {(200, None), (503, "usage_full")}
    eventually(lambda: is_full(daemon))
    daemon.big.unlink()
    eventually(lambda: ask(daemon, "echo")[0] == 200)
    answered = answers.count((200, None)) + 1
    daemon.control("restart", "worker:*")  # What they have begun and not ended would be lost now.
    eventually(lambda: outcomes(daemon).total() >= answered, within=60, every=0.5)
    assert outcomes(daemon) == {"completed": answered}
    assert not usage.health(daemon)


@pytest.mark.timeout(120)
def test_a_full_memory_serves_if_it_may(small):
    daemon = small()
    answers = fill_the_memory(daemon, is_seldom_full(daemon))
    answers += pipelined(daemon, 100)
    assert set(answers) == {(200, None)}
    daemon.big.unlink()
    eventually(lambda: ask(daemon, "echo")[0] == 200 and not usage.is_because(daemon, IN_MEMORY))
    # What came before it was full is there, and of what came then nothing is made up.
    eventually(lambda: outcomes(daemon)["completed"] > 8000, within=60, every=0.5)
    assert outcomes(daemon).total() <= len(answers) + 20
    with usage.MeteredLoad(daemon, metered_echo=4) as load:
        eventually(lambda: len(load.read) > 100)
    eventually(lambda: set(load.read) <= {row.get("request") for row in usage.exported(daemon)})
    eventually(lambda: not usage.health(daemon))


def test_health_is_good_again_without_a_request(small):
    daemon = small()
    fill_the_memory(daemon, is_seldom_full(daemon))
    daemon.big.unlink()
    eventually(lambda: not usage.health(daemon), within=5)


def wait_in_memory(daemon, count):
    """So many rows, and then there is room on the disk."""
    assert set(pipelined(daemon, count)) == {(200, None)}
    eventually(lambda: usage.is_because(daemon, IN_MEMORY))
    daemon.big.unlink()


def test_what_waited_in_memory_is_taken_in_without_a_pause(small):
    daemon = small()
    wait_in_memory(daemon, 2000)
    eventually(lambda: outcomes(daemon) == {"completed": 2000}, within=5, every=0.1)


def test_what_waited_in_memory_outlives_an_orderly_end(small):
    daemon = small()
    wait_in_memory(daemon, 2000)
    eventually(lambda: not usage.health(daemon), within=5)
    daemon.terminate()
    assert daemon.wait() == 0
    daemon.notify.drain()
    daemon.start()
    with contextlib.suppress(AssertionError):
        eventually(lambda: outcomes(daemon).total() == 2000, within=5, every=0.1)
    assert outcomes(daemon) == {"completed": 2000}
