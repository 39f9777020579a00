"""The process tree: who is in it, what each costs, and that nothing leaks."""

import asyncio
import os
import stat

import httpx
import pytest

import processes
import raw
from agents import Agent
from waiting import eventually, eventually_async

pytestmark = pytest.mark.integration


async def load(daemon, count, model, stream=False):
    """`count` chats, each over a connection of its own, sixteen at a time."""
    body = {"model": model, "messages": [{"role": "user", "content": "one two"}], "stream": stream}
    headers = daemon.headers | {"Connection": "close"}
    places = asyncio.Semaphore(16)

    async def ask(client):
        async with places:
            answer = await client.post(f"{daemon.base_url}/v1/chat/completions", json=body)
            assert answer.status_code == 200
            assert "two" in answer.text

    async with httpx.AsyncClient(headers=headers, timeout=20) as client:
        await asyncio.gather(*(ask(client) for _ in range(count)))


def test_the_tree_has_a_process_for_each_role(start):
    daemon = start(server={"workers": 3})
    assert sorted(daemon.roles()) == ["bridge 0", "store 0", "worker 0", "worker 1", "worker 2"]
    assert daemon.status().keys() == {"bridge", "store", "worker:0", "worker:1", "worker:2"}
    assert all(record["state"] == "RUNNING" for record in daemon.status().values())


def test_one_worker_for_each_processor_unless_told(start):
    daemon = start(server={"workers": 0})
    assert len(daemon.workers()) == len(os.sched_getaffinity(0))


def test_files_of_the_daemon_are_for_its_user_alone(start):
    daemon = start()
    modes = {path.name: stat.S_IMODE(path.stat().st_mode) for path in daemon.run_directory.iterdir()}
    assert modes["gatehouse.sock"] == 0o660
    assert modes["bridge.sock"] == 0o600
    assert stat.S_IMODE(daemon.run_directory.stat().st_mode) == 0o700
    assert stat.S_IMODE(daemon.state_directory.stat().st_mode) == 0o700


async def test_every_process_has_one_thread(start):
    """Its loop's, and none beside it but one helper for what can block: logs, the journal, the database."""
    daemon = start()
    assert {processes.threads(pid) for pid in daemon.workers()} == {1}, "nothing is on the way to the disk"
    async with Agent(daemon):
        for _ in range(2):
            await load(daemon, 50, "m", stream=True)
            await load(daemon, 50, "echo")
            await eventually_async(lambda: all(map(processes.has_helper, daemon.workers())))
        threads = {role: processes.threads(pid) for role, pid in daemon.roles().items()}
        assert threads == {"bridge 0": 1, "store 0": 2, "worker 0": 2, "worker 1": 2}
        assert processes.threads(daemon.pid) <= 2, "the supervisor has a helper that writes the log"


def test_the_bridge_starts_its_helper_only_to_resolve_a_name(start):
    daemon = start()
    assert processes.threads(daemon.bridge) == 1
    daemon.reload(bridge={"connect": "ws://no-such-host.invalid:1/"})
    eventually(lambda: processes.threads(daemon.bridge) == 2)
    assert daemon.status()["bridge"]["state"] == "RUNNING"


async def test_no_descriptor_is_left_after_a_thousand_requests(start):
    daemon = start(server={"workers": 1})
    (worker,) = daemon.workers()
    async with Agent(daemon):
        await load(daemon, 20, "m", stream=True)
        await eventually_async(lambda: settled(daemon) and processes.has_helper(worker))
        before = descriptor_counts(daemon)
        await load(daemon, 500, "m", stream=True)
        await load(daemon, 500, "echo")
        eventually(lambda: settled(daemon))
        assert descriptor_counts(daemon) == before
        eventually(daemon.has_journals_in_order)


def descriptor_counts(daemon):
    """Of each process, journal files apart."""
    pids = daemon.roles() | {"supervisor": daemon.pid}
    return {role: len(processes.lasting_descriptors(pid)) for role, pid in pids.items()}


def settled(daemon):
    """Whether the worker has let go of all clients."""
    return all(
        record["connections"] == 0 for name, record in daemon.status().items() if name.startswith("worker")
    )


async def test_no_job_comes_from_another_thread_under_load(start):
    daemon = start()
    start_up = {name: record["foreign_enqueues"] for name, record in daemon.status().items()}
    assert all(count <= 3 for count in start_up.values()), start_up
    async with Agent(daemon):
        await load(daemon, 200, "m", stream=True)
        await load(daemon, 200, "echo")
    after = {name: record["foreign_enqueues"] for name, record in daemon.status().items()}
    assert after == start_up


async def test_both_workers_serve(start):
    daemon = start(server={"workers": 2})
    await load(daemon, 200, "echo")
    served = [record["requests"] for name, record in daemon.status().items() if name.startswith("worker")]
    assert sum(served) >= 200
    assert min(served) >= 20, served


async def test_a_client_that_leaves_is_forgotten_by_all(start):
    async def hold(invoke, send):
        await send("model_stream_chunk", chunk={"delta": {"content": "word"}}, finished=False)

    daemon = start(server={"workers": 1})
    async with Agent(daemon, script=hold) as agent:
        for number in range(1, 21):
            with raw.Connection(daemon.port) as connection:
                connection.send(raw.chat(daemon, model="m", stream=True))
                await agent.next("model_invoke", count=number)
        await agent.next("cancel", count=20)
        records = await asyncio.to_thread(
            eventually, lambda: settled(daemon) and all(r["in_flight"] == 0 for r in daemon.status().values())
        )
        assert records


def test_neither_key_nor_prompt_is_logged(start):
    daemon = start(log={"level": "debug"})
    raw.ask(daemon.port, raw.chat(daemon, "a-very-private-sentence"))
    daemon.log_line("/v1/chat/completions")
    with raw.Connection(daemon.port) as connection:
        connection.send(raw.request("GET", "/v1/models", ["Authorization: Bearer a-wrong-key-of-somebody"]))
        assert connection.response().status == 401
    daemon.log_line("/v1/models")
    for secret in (daemon.key, "a-very-private-sentence", "a-wrong-key-of-somebody"):
        assert secret not in daemon.log


def test_a_request_is_found_in_the_log_by_its_name(start):
    daemon = start()
    answer = raw.ask(daemon.port, raw.chat(daemon))
    line = daemon.log_line(answer.fields["x-request-id"])
    assert "POST /v1/chat/completions" in line and "200" in line and "echo" in line
