"""Processes that are killed come back, and clients notice as little as can be."""

import asyncio
import os
import signal
import threading
import time

import openai
import pytest

import processes
import raw
from agents import Agent, answers, connected, keeps_silent
from clients import new_async_client
from waiting import eventually, eventually_async

pytestmark = pytest.mark.integration


def kill(pid):
    os.kill(pid, signal.SIGKILL)


def test_a_killed_worker_comes_back_and_no_connection_is_refused(start):
    daemon = start(server={"workers": 1})
    (worker,) = daemon.workers()
    stop, refused, served = threading.Event(), [], []

    def connect_on():
        while not stop.is_set():
            try:
                with raw.Connection(daemon.port) as connection:
                    connection.send(raw.request())
                    served.append(time.monotonic() if connection.response().status == 200 else None)
            except ConnectionRefusedError as error:
                refused.append(error)
            except (AssertionError, OSError):
                continue  # Its worker was killed under it.

    connecting = threading.Thread(target=connect_on)
    connecting.start()
    try:
        eventually(lambda: served)
        kill(worker)
        killed = time.monotonic()
        eventually(lambda: daemon.workers() and daemon.workers() != [worker])
        eventually(lambda: served[-1] > killed)
    finally:
        stop.set()
        connecting.join()
    assert not refused
    assert daemon.status()["worker:0"]["restarts"] == 1
    assert raw.ask(daemon.port, raw.chat(daemon)).status == 200


def test_the_other_worker_goes_on_meanwhile(start):
    daemon = start(server={"workers": 2})
    one, other = daemon.workers()
    kill(one)
    assert raw.ask(daemon.port, raw.chat(daemon)).status == 200
    eventually(lambda: len(daemon.workers()) == 2)
    assert other in daemon.workers()


def test_a_worker_is_killed_again_and_again(start):
    daemon = start(server={"workers": 1})
    for times in range(1, 6):
        kill(daemon.workers()[0])
        eventually(lambda times=times: daemon.status()["worker:0"]["restarts"] == times)
        eventually(lambda: daemon.status()["worker:0"]["state"] == "RUNNING")
        assert raw.ask(daemon.port, raw.chat(daemon)).status == 200


async def test_a_killed_bridge_comes_back_and_its_agents_with_it(start):
    daemon = start()
    async with new_async_client(daemon) as client:
        ask = {"model": "m", "messages": [{"role": "user", "content": "hello"}]}
        async with Agent(daemon, agent_id="steady") as agent:
            assert (await client.chat.completions.create(**ask)).choices[0].message.content == "hello"
            before = daemon.bridge
            kill(before)
            assert await agent.closed() == 1006
        await eventually_async(lambda: daemon.roles().get("bridge 0", before) != before)
        async with Agent(daemon, agent_id="steady"):
            assert (await client.chat.completions.create(**ask)).choices[0].message.content == "hello"
    assert daemon.status()["bridge"]["restarts"] == 1
    assert daemon.status()["worker:0"]["restarts"] == 0


async def test_a_request_waits_for_the_bridge_and_its_agent_to_come_back(start):
    daemon = start()
    async with new_async_client(daemon) as client:
        before = daemon.bridge
        kill(before)
        asked = client.chat.completions.create(model="m", messages=[{"role": "user", "content": "hello"}])

        async def come_back():
            await eventually_async(lambda: daemon.roles().get("bridge 0", before) != before)
            async with Agent(daemon):
                return await asked

        assert (await come_back()).choices[0].message.content == "hello"


async def test_requests_under_way_fail_when_the_bridge_is_killed(start):
    daemon = start()
    async with new_async_client(daemon) as client:
        async with Agent(daemon, script=keeps_silent) as agent:

            async def ask():
                await client.chat.completions.create(
                    model="m", messages=[{"role": "user", "content": "hello"}]
                )

            async def kill_when_asked():
                await agent.next("model_invoke")
                kill(daemon.bridge)

            with pytest.raises(openai.InternalServerError) as caught:
                await asyncio.gather(ask(), kill_when_asked())
    assert (caught.value.status_code, caught.value.code) == (500, "agent_error")


def test_health_says_degraded_while_the_bridge_is_away(start):
    daemon = start()
    eventually(lambda: not degraded(daemon))
    daemon.control("stop", "bridge")
    answer = eventually(lambda: degraded(daemon))
    assert answer.status == 200
    assert "bridge" in answer.json()["message"]
    assert raw.ask(daemon.port, raw.request("GET", "/livez")).status == 200
    assert raw.ask(daemon.port, raw.chat(daemon)).status == 200, "echo needs no bridge"
    daemon.control("start", "bridge")
    eventually(lambda: not degraded(daemon))


def degraded(daemon):
    answer = raw.ask(daemon.port, raw.request("GET", "/health"))
    return answer if answer.json()["status"] == "degraded" else None


def test_the_children_follow_a_killed_supervisor(start):
    daemon = start()
    roles = daemon.roles()
    with connected(daemon, script=answers("never asked")):
        kill(daemon.pid)
        daemon.wait()
        eventually(lambda: not any(processes.is_alive(pid) for pid in roles.values()), within=4)


def test_a_killed_daemon_starts_again_in_the_same_directories(start):
    daemon = start()
    kill(daemon.pid)
    daemon.wait()
    eventually(lambda: not processes.members(daemon.pid), within=4)
    daemon.start()
    assert raw.ask(daemon.port, raw.chat(daemon)).status == 200
    daemon.control("status")
