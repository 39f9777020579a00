"""The whole chain: OpenAI's client → worker → bridge → `gatehousectl agent -- COMMAND` → back."""

import asyncio
import json
import os
import signal

import openai
import pytest

import processes
from clients import new_async_client, new_client
from command_agent import CommandAgent
from waiting import eventually

pytestmark = pytest.mark.e2e


def user(text):
    return [{"role": "user", "content": text}]


@pytest.fixture
def chat(client):
    """chat(text): the answer of model `m` as one text."""

    def chat(text, **members):
        answer = client.chat.completions.create(model="m", messages=user(text), **members)
        return answer.choices[0].message.content

    return chat


@pytest.fixture
def stream(client):
    """stream(text): an iterator over the pieces of the answer of model `m`."""

    def stream(text):
        chunks = client.chat.completions.create(model="m", messages=user(text), stream=True)
        return (chunk.choices[0].delta.content or "" for chunk in chunks)

    return stream


def test_cat_says_back_what_the_user_said_last(daemon, chat, stream):
    with CommandAgent(daemon, "cat"):
        assert chat("Grüße, 🦆!\nZwei Zeilen.") == "Grüße, 🦆!\nZwei Zeilen."
        assert "".join(stream("Grüße, 🦆!")) == "Grüße, 🦆!"


def test_a_shell_command_answers(daemon, chat):
    with CommandAgent(daemon, "sh", "-c", "tr a-z A-Z"):
        assert chat("louder, please") == "LOUDER, PLEASE"


def test_a_command_can_read_the_whole_request(daemon, client):
    messages = [{"role": "system", "content": "be brief"}, *user("one"), *user("two")]
    with CommandAgent(daemon, "cat", options=["--input", "json"]):
        answer = client.chat.completions.create(model="m", messages=messages, seed=4711)
    request = json.loads(answer.choices[0].message.content)
    assert request["messages"] == messages
    assert request["seed"] == 4711


def test_a_command_gets_a_clean_environment(daemon, chat):
    with CommandAgent(daemon, "env"):
        names = [line.split("=", 1)[0] for line in chat("hi").splitlines()]
    assert {"PATH", "GATEHOUSE_MODEL", "GATEHOUSE_REQUEST_ID"} <= set(names)
    assert "NOT_FOR_COMMANDS" not in names


def test_a_slow_command_streams_as_it_writes(daemon, stream, tmp_path):
    """The command goes on only when the test has its first words."""
    gate = tmp_path / "gate"
    os.mkfifo(gate)
    with CommandAgent(daemon, "sh", "-c", f"echo first; cat {gate}; echo last"):
        pieces = stream("go")
        assert next(piece for piece in pieces if piece) == "first"
        gate.write_text("middle\n")
        assert "".join(pieces) == "\nmiddle\nlast"


@pytest.mark.parametrize("attempt", range(5))
def test_a_failing_command_is_an_error_with_its_last_words(daemon, chat, stream, attempt):
    with CommandAgent(daemon, "sh", "-c", "echo one >&2; echo the disk is full >&2; exit 3"):
        with pytest.raises(openai.InternalServerError) as caught:
            chat("go")
        assert caught.value.status_code == 500
        assert caught.value.code == "agent_error"
        assert "the disk is full" in caught.value.message
        with pytest.raises(openai.InternalServerError):
            list(stream("go"))


def test_a_command_that_fails_in_the_middle_ends_the_stream_with_its_error(daemon, stream):
    texts = []
    with CommandAgent(daemon, "sh", "-c", "echo beginning; echo oops >&2; exit 1"):
        with pytest.raises(openai.APIError) as caught:
            for piece in stream("go"):
                texts.append(piece)
    assert "".join(texts).strip() == "beginning"
    assert "oops" in caught.value.message


def test_a_command_that_never_ends_is_killed_with_its_group_when_the_client_leaves(daemon, client, tmp_path):
    pids = tmp_path / "pids"
    script = f"trap '' TERM; sleep 1000 & echo $$ $! > {pids}; echo started; wait; wait"
    with CommandAgent(daemon, "sh", "-c", script):
        chunks = client.chat.completions.create(model="m", messages=user("go"), stream=True)
        next(iter(chunks))
        shell, sleep = (int(word) for word in pids.read_text().split())
        assert processes.is_alive(shell) and processes.is_alive(sleep)
        chunks.close()
        eventually(lambda: not processes.is_alive(shell) and not processes.is_alive(sleep), within=10)


def test_commands_end_with_their_agent(daemon, client, tmp_path):
    pids = tmp_path / "pids"
    with CommandAgent(daemon, "sh", "-c", f"echo $$ > {pids}; echo started; exec sleep 1000") as agent:
        chunks = client.chat.completions.create(model="m", messages=user("go"), stream=True)
        next(iter(chunks))
        assert agent.stop() == 0
        with pytest.raises(openai.APIError):
            list(chunks)
        eventually(lambda: not processes.is_alive(int(pids.read_text())), within=10)


def test_a_command_has_its_time(daemon, chat):
    with CommandAgent(daemon, "sleep", "1000", options=["--timeout", "200ms"]):
        with pytest.raises(openai.InternalServerError) as caught:
            chat("go")
        assert "timed out" in caught.value.message


async def test_requests_beyond_the_concurrency_wait_for_their_turn(daemon, async_client):
    async def ask(text):
        answer = await async_client.chat.completions.create(model="m", messages=user(text))
        return answer.choices[0].message.content

    texts = [f"request {number}" for number in range(6)]
    with CommandAgent(daemon, "cat", options=["--concurrency", "1"]):
        assert await asyncio.gather(*(ask(text) for text in texts)) == texts


def test_an_agent_comes_back_by_itself(start):
    daemon = start()
    with CommandAgent(daemon, "cat") as agent:
        os.kill(daemon.bridge, signal.SIGKILL)
        agent.wait_until_connected(times=2)
        client = new_client(daemon)
        answer = client.chat.completions.create(model="m", messages=user("again"))
        assert answer.choices[0].message.content == "again"


@pytest.mark.parametrize(
    ("arguments", "status"),
    [
        (["--model", "m", "--", "/no/such/program"], 2),
        (["--model", "m"], 2),
        (["--", "cat"], 2),
        (["--model", "m", "--key-file", "/no/such/file", "--", "cat"], 2),
    ],
)
def test_an_agent_that_cannot_work_says_so_at_once(daemon, arguments, status):
    assert daemon.control("agent", "--url", daemon.agent_url, *arguments, expect=status).stderr


def test_an_agent_with_a_wrong_key_gives_up(daemon, tmp_path):
    key = tmp_path / "key"
    key.write_text("wrong\n")
    options = ["--model", "m", "--url", daemon.agent_url, "--key-file", key]
    assert "refuse" in daemon.control("agent", *options, "--", "cat", expect=4).stderr


async def test_fifty_conversations_at_once_receive_exactly_their_own_words(daemon):
    async def converse(client, number):
        words = [f"{number}:{place}" for place in range(100)]
        chunks = await client.chat.completions.create(model="m", messages=user(" ".join(words)), stream=True)
        text = "".join([chunk.choices[0].delta.content or "" async for chunk in chunks])
        return text == "\n".join(words)

    # One word a line, each written by itself, so that the answers come in many interleaved pieces.
    slowly = "for word in $(cat); do echo $word; done"
    with CommandAgent(daemon, "sh", "-c", slowly, options=["--concurrency", "50"]):
        async with new_async_client(daemon) as client:
            assert await asyncio.gather(*(converse(client, number) for number in range(50))) == [True] * 50
