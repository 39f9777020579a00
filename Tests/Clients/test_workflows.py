"""What people do with a local provider, from the first question to the last: criteria 34 to 37.

Each workflow runs with an agent in Python, and with a program behind `gatehousectl agent`.
"""

import asyncio
import contextlib

import ollama
import openai
import pytest

import shapes
from agents import choice, connected, fails, last_message
from clients import new_async_client, new_client
from command_agent import CommandAgent
from configuration import new_key
from test_limits import ask, key_row
from test_local_provider import MODEL, http_client, of_ollama, provide, send
from waiting import eventually

pytestmark = pytest.mark.e2e


def user(text):
    return {"role": "user", "content": text}


def answer_to(question):
    return f"Answer to: {question}"


async def answer(invoke, send):
    """Says what it answers to, word by word if it may; leaves the usage to be guessed."""
    text = answer_to(last_message(invoke))
    if not invoke["stream"]:
        return await send("model_result", choices=[choice(text)])
    for word in text.split(" "):
        await send("model_stream_chunk", chunk={"delta": {"content": word + " "}}, finished=False)
    await send("model_stream_chunk", chunk={"delta": {}, "finish_reason": "stop"}, finished=True)


def agent_in_python(daemon):
    return connected(daemon, models=[MODEL], script=answer)


def agent_of_a_command(daemon):
    return CommandAgent(daemon, "sed", "s/^/Answer to: /", models=[MODEL])


AGENTS = {"python": agent_in_python, "command": agent_of_a_command}


@pytest.fixture
def daemon(start):
    return provide(start)


@pytest.fixture(params=AGENTS.values(), ids=AGENTS)
def agent(request, daemon):
    with request.param(daemon) as agent:
        yield agent


def usage_of(daemon, key=None):
    """The one row of GET /v1/usage that a key sees, as soon as something is written down."""
    headers = {"Authorization": f"Bearer {key or daemon.key}"}
    with http_client(daemon) as http:
        rows = eventually(lambda: http.get("/v1/usage", headers=headers).json()["data"])
    (row,) = rows
    return shapes.check(row, shapes.USAGE_SUM)


# Development

DEVELOPMENT = [
    "Explain this function: def f(x): return x * f(x - 1)",
    "Write a test for it",
    "Debug it: RecursionError: maximum recursion depth exceeded",
    "Optimise it for large numbers",
]


def test_34_development_in_four_steps(daemon, agent):
    history, told = [{"role": "system", "content": "You help with Python."}], set()
    with new_client(daemon) as client:
        for step in DEVELOPMENT:
            history.append(user(step))
            create = client.chat.completions.with_raw_response.create
            answer = create(model=MODEL, messages=history, max_tokens=512, temperature=0.2)
            body = shapes.openai(answer.http_response, shapes.CHAT_COMPLETION)
            assert (body["model"], len(body["choices"])) == (MODEL, 1)
            assert body["choices"][0]["message"] == {"role": "assistant", "content": answer_to(step)}
            assert body["usage"]["total_tokens"] > 0
            history.append(body["choices"][0]["message"])
            told.add(answer.headers["x-session-id"])
    assert len(told) == 1, "all steps are one session"
    assert len(history) == 9
    row = eventually(lambda: (row := usage_of(daemon))["requests"] == 4 and row)
    assert row["total_tokens"] == row["prompt_tokens"] + row["completion_tokens"] > 0


def test_34_the_agent_is_told_all_that_was_said(daemon):
    with agent_in_python(daemon) as agent, new_client(daemon) as client:
        history = []
        for step in DEVELOPMENT:
            history.append(user(step))
            answer = client.chat.completions.create(model=MODEL, messages=history)
            history.append({"role": "assistant", "content": answer.choices[0].message.content})
        invokes = agent.all("model_invoke")
    assert [invoke["messages"] for invoke in invokes] == [history[:length] for length in (1, 3, 5, 7)]
    assert len({invoke["id"] for invoke in invokes}) == 4
    assert len({invoke["session_id"] for invoke in invokes}) == 1


# Conversation

CONVERSATION = ["How are you?", "Tell me about 🦆", "Thanks, that is enough"]


def test_35_a_streamed_conversation_in_three_steps(daemon, agent):
    history = []
    with new_client(daemon) as client:
        for step in CONVERSATION:
            history.append(user(step))
            stream = client.chat.completions.create(model=MODEL, messages=history, stream=True)
            assert stream.response.headers["content-type"] == "text/event-stream; charset=utf-8"
            chunks = [shapes.check(chunk.model_dump(exclude_unset=True), shapes.CHUNK) for chunk in stream]
            text = "".join(chunk["choices"][0]["delta"].get("content") or "" for chunk in chunks).strip()
            assert text == answer_to(step)
            assert chunks[-1]["choices"][0]["finish_reason"] == "stop"
            history.append({"role": "assistant", "content": text})


def test_35_a_streamed_conversation_with_the_client_of_ollama(daemon, agent):
    history = []
    with of_ollama(daemon) as client:
        for step in CONVERSATION:
            history.append(user(step))
            *parts, last = client.chat(model=MODEL, messages=history, stream=True)
            text = "".join(part.message.content or "" for part in [*parts, last]).strip()
            assert text == answer_to(step)
            assert last.done and not any(part.done for part in parts)
            assert last.prompt_eval_count > 0 and last.eval_count > 0
            history.append({"role": "assistant", "content": text})


# Recovery


@contextlib.contextmanager
def breaks_off(daemon):
    """Its connection breaks as soon as it is asked."""

    async def script(invoke, send):
        agent.socket.transport.abort()

    with connected(daemon, models=[MODEL], script=script) as agent:
        yield


@contextlib.contextmanager
def says_an_error(daemon):
    with connected(daemon, models=[MODEL], script=fails("the model is gone")):
        yield


@contextlib.contextmanager
def exits_with_3(daemon):
    with CommandAgent(daemon, "sh", "-c", "echo the model is gone >&2; exit 3", models=[MODEL]):
        yield


@pytest.mark.parametrize("agent", AGENTS.values(), ids=AGENTS)
@pytest.mark.parametrize("failing", [breaks_off, says_an_error, exits_with_3])
@pytest.mark.parametrize("streams", [False, True])
def test_36_after_an_agent_has_failed_the_next_request_is_fine_and_counted(daemon, failing, agent, streams):
    with new_client(daemon) as client:
        with failing(daemon), pytest.raises(openai.InternalServerError) as caught:
            client.chat.completions.create(model=MODEL, messages=[user("first")], stream=streams)
        shapes.openai_error(caught.value.response, 500, "api_error", "agent_error")
        with agent(daemon):
            answer = client.chat.completions.create(model=MODEL, messages=[user("second")])
    assert answer.choices[0].message.content == answer_to("second")
    assert answer.usage.total_tokens == answer.usage.prompt_tokens + answer.usage.completion_tokens > 0

    row = eventually(lambda: (row := usage_of(daemon))["requests"] == 2 and row)
    assert (row["failed"], row["total_tokens"], row["estimated"]) == (1, answer.usage.total_tokens, 1)


# Several clients at once


async def of_chat(daemon, key, text):
    async with new_async_client(daemon, api_key=key) as client:
        answer = await client.chat.completions.create(model=MODEL, messages=[user(text)])
        return answer.choices[0].message.content


async def of_chunks(daemon, key, text):
    async with new_async_client(daemon, api_key=key) as client:
        stream = await client.chat.completions.create(model=MODEL, messages=[user(text)], stream=True)
        return "".join([chunk.choices[0].delta.content or "" async for chunk in stream]).strip()


async def of_lines(daemon, key, text):
    client = ollama.AsyncClient(host=daemon.base_url, headers={"Authorization": f"Bearer {key}"})
    parts = [part async for part in await client.chat(model=MODEL, messages=[user(text)], stream=True)]
    await client.close()
    return "".join(part.message.content or "" for part in parts).strip()


CLIENTS = {"editor": of_chat, "notebook": of_chunks, "terminal": of_lines}


@pytest.fixture
def shared(start):
    """A daemon with a key for each client; the editor may ask three times a minute."""
    keys = {name: new_key() for name in (*CLIENTS, "agent")}
    rows = {name: key_row(name, key) for name, key in keys.items()}
    rows["editor"]["requests_per_minute"] = 3
    rows["agent"]["agent_models"] = [MODEL]
    daemon = provide(start, auth={"keys": list(rows.values())})
    daemon.key = keys.pop("agent")
    return daemon, keys


async def asked_by_all(daemon, keys, times):
    """The answers to each client's questions, all of which are asked at once."""

    async def of_one(name):
        questions = [f"{name} {number}" for number in range(times)]
        calls = [CLIENTS[name](daemon, keys[name], question) for question in questions]
        return dict(zip(questions, await asyncio.gather(*calls, return_exceptions=True), strict=True))

    return dict(zip(keys, await asyncio.gather(*(of_one(name) for name in keys)), strict=True))


def is_limited(answer):
    return isinstance(answer, openai.RateLimitError)


@pytest.mark.parametrize("agent", AGENTS.values(), ids=AGENTS)
def test_37_clients_at_once_have_answers_limits_sessions_and_usage_of_their_own(shared, agent):
    daemon, keys = shared
    with agent(daemon):
        told = asyncio.run(asked_by_all(daemon, keys, times=6))

    assert [is_limited(answer) for answer in told["editor"].values()].count(True) == 3
    for name in keys:
        served = {question: answer for question, answer in told[name].items() if not is_limited(answer)}
        assert served == {question: answer_to(question) for question in served}
        assert len(served) == (3 if name == "editor" else 6)

    found = {name: own_sessions(daemon, key) for name, key in keys.items()}
    assert {name: [row["principal"] for row in rows] for name, rows in found.items()} == {
        name: [f"key {name}"] for name in keys
    }
    assert len({row["session_id"] for rows in found.values() for row in rows}) == 3
    for name, key in keys.items():
        count = 3 if name == "editor" else 6
        eventually(lambda key=key, count=count: usage_of(daemon, key)["requests"] == count)


def own_sessions(daemon, key):
    with http_client(daemon) as http:
        http.headers["Authorization"] = f"Bearer {key}"
        return shapes.openai(send(http, "/v1/sessions"), shapes.SESSIONS)["data"]


def test_37_a_client_neither_ends_nor_joins_the_session_of_another(shared):
    daemon, keys = shared
    with agent_in_python(daemon), http_client(daemon) as http:
        sessions = {name: ask(daemon, key, model=MODEL)[1]["x-session-id"] for name, key in keys.items()}
        http.headers["Authorization"] = f"Bearer {keys['editor']}"
        refused = http.delete(f"/v1/sessions/{sessions['terminal']}")
        shapes.openai_error(refused, 404, "invalid_request_error", "session_not_found")
        http.headers["X-Session-ID"] = sessions["terminal"]
        joined = http.post("/v1/chat/completions", json={"model": MODEL, "messages": [user("whose?")]})
        assert joined.headers["x-session-id"] == sessions["editor"]
    assert [row["session_id"] for row in own_sessions(daemon, keys["terminal"])] == [sessions["terminal"]]


def test_37_a_client_that_sends_wrong_keys_does_not_shut_out_the_others(shared):
    daemon, keys = shared
    with agent_in_python(daemon):
        wrong = [ask(daemon, "wrong", model=MODEL)[0] for _ in range(8)]
        assert wrong == [401] * 5 + [429] * 3
        assert [ask(daemon, key, model=MODEL)[0] for key in keys.values()] == [200] * 3
