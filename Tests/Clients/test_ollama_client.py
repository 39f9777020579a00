"""Ollama's official client, unmodified, gets its answers from `echo` and from an agent."""

import json

import httpx
import ollama
import pytest

from agents import Agent, answers, connected, fails, streams

pytestmark = pytest.mark.e2e

# What Python's line reader takes for the end of a line, and JSON does not have to escape.
SEPARATORS = "next\u0085line, line\u2028separator, paragraph\u2029separator"


@pytest.fixture
def client(daemon):
    return ollama.Client(host=daemon.base_url, headers=daemon.headers)


@pytest.fixture(scope="module")
def agent(daemon):
    with connected(daemon) as agent:
        yield agent


def user(text):
    return [{"role": "user", "content": text}]


@pytest.mark.parametrize("model", ["echo", "m"])
def test_a_chat_is_answered(client, agent, model):
    answer = client.chat(model=model, messages=user("Grüße, 🦆!"))
    assert answer.message.role == "assistant"
    assert answer.message.content == "Grüße, 🦆!"
    assert answer.model == model
    assert answer.done is True
    assert answer.done_reason == "stop"
    assert answer.created_at
    assert answer.prompt_eval_count > 0 and answer.eval_count > 0
    assert answer.total_duration > 0


@pytest.mark.parametrize("model", ["echo", "m"])
def test_a_streamed_chat_comes_word_by_word(client, agent, model):
    parts = list(client.chat(model=model, messages=user("one two three"), stream=True))
    assert "".join(part.message.content or "" for part in parts).strip() == "one two three"
    assert len(parts) >= 3
    assert [part.done for part in parts] == [False] * (len(parts) - 1) + [True]
    assert parts[-1].done_reason == "stop"
    assert parts[-1].eval_count > 0


@pytest.mark.parametrize("model", ["echo", "m"])
def test_generate_answers_a_prompt(client, agent, model):
    answer = client.generate(model=model, prompt="a prompt", system="Be brief.")
    assert answer.response == "a prompt"
    assert answer.done is True and answer.done_reason == "stop"
    parts = list(client.generate(model=model, prompt="a longer prompt", stream=True))
    assert "".join(part.response or "" for part in parts).strip() == "a longer prompt"
    assert [part.done for part in parts] == [False] * (len(parts) - 1) + [True]


def test_models_are_listed(client):
    models = client.list().models
    assert [model.model for model in models] == ["echo", "m", "nobody"]
    assert all(model.digest and model.modified_at and model.details for model in models)


async def test_the_asynchronous_client_chats_and_streams(daemon, agent):
    client = ollama.AsyncClient(host=daemon.base_url, headers=daemon.headers)
    answer = await client.chat(model="m", messages=user("hello"))
    assert answer.message.content == "hello"
    parts = [part async for part in await client.chat(model="m", messages=user("one two"), stream=True)]
    assert "".join(part.message.content or "" for part in parts).strip() == "one two"


@pytest.mark.parametrize("model", ["echo", "m"])
def test_characters_that_end_lines_elsewhere_do_not_break_a_stream(client, agent, model):
    assert client.chat(model=model, messages=user(SEPARATORS)).message.content == SEPARATORS
    parts = client.chat(model=model, messages=user(SEPARATORS), stream=True)
    assert "".join(part.message.content or "" for part in parts).strip() == SEPARATORS


async def test_a_whole_answer_is_a_stream_too(start):
    daemon = start()
    async with Agent(daemon, script=answers(SEPARATORS)):
        client = ollama.AsyncClient(host=daemon.base_url, headers=daemon.headers)
        parts = [part async for part in await client.chat(model="m", messages=user("hi"), stream=True)]
    assert "".join(part.message.content or "" for part in parts) == SEPARATORS
    assert parts[-1].done is True


async def test_options_reach_the_agent_under_their_openai_names(start):
    daemon = start()
    async with Agent(daemon) as agent:
        client = ollama.AsyncClient(host=daemon.base_url, headers=daemon.headers)
        options = {"num_predict": 99, "temperature": 0.5, "top_p": 0.25}
        await client.chat(model="m", messages=user("hi"), options=options)
        invoke = await agent.next("model_invoke")
    assert (invoke["max_tokens"], invoke["temperature"], invoke["top_p"]) == (99, 0.5, 0.25)
    assert invoke["messages"] == user("hi")


def test_an_unknown_model_is_not_found(client):
    for ask in (
        lambda: client.chat(model="x", messages=user("hi")),
        lambda: client.generate(model="x", prompt="hi"),
    ):
        with pytest.raises(ollama.ResponseError) as caught:
            ask()
        assert caught.value.status_code == 404
        assert caught.value.error == "model 'x' not found"


def test_a_wrong_key_is_refused(daemon):
    client = ollama.Client(host=daemon.base_url, headers={"Authorization": "Bearer wrong"})
    with pytest.raises(ollama.ResponseError) as caught:
        client.chat(model="echo", messages=user("hi"))
    assert caught.value.status_code == 401
    assert "Invalid API key" in caught.value.error


def test_a_model_without_agent_is_unavailable(client):
    with pytest.raises(ollama.ResponseError) as caught:
        client.chat(model="nobody", messages=user("hi"))
    assert caught.value.status_code == 503


def test_the_error_of_an_agent_is_told(start):
    daemon = start()
    client = ollama.Client(host=daemon.base_url, headers=daemon.headers)
    with connected(daemon, script=fails("its disk is full")), pytest.raises(ollama.ResponseError) as caught:
        client.chat(model="m", messages=user("hi"))
    assert caught.value.status_code == 500
    assert "its disk is full" in caught.value.error


async def test_an_agent_that_fails_in_a_stream_ends_it_with_its_error(start):
    async def fail(invoke, send):
        await send("model_stream_chunk", chunk={"delta": {"content": "first"}}, finished=False)
        await send("error", error="its disk is full")

    daemon = start()
    texts = []
    async with Agent(daemon, script=fail):
        client = ollama.AsyncClient(host=daemon.base_url, headers=daemon.headers)
        with pytest.raises(ollama.ResponseError) as caught:
            async for part in await client.chat(model="m", messages=user("hi"), stream=True):
                texts.append(part.message.content)
    assert texts == ["first"]
    assert "its disk is full" in caught.value.error


@pytest.mark.parametrize("path", ["/api/chat", "/api/generate"])
@pytest.mark.parametrize(
    "body", [b"{", b"[]", b'{"model": 7}', b'{"model": "echo", "messages": 7, "prompt": 7}']
)
def test_invalid_bodies_are_bad_requests_with_one_sentence(daemon, path, body):
    answer = httpx.post(daemon.base_url + path, content=body, headers=daemon.headers)
    assert answer.status_code == 400
    assert list(answer.json()) == ["error"] and isinstance(answer.json()["error"], str)


@pytest.mark.parametrize(
    ("path", "empty"), [("/api/chat", {"messages": []}), ("/api/chat", {}), ("/api/generate", {"prompt": ""})]
)
def test_asking_for_nothing_loads_or_unloads_the_model(daemon, path, empty):
    for keep, reason in (({}, "load"), ({"keep_alive": 0}, "unload")):
        answer = httpx.post(
            daemon.base_url + path, json={"model": "echo"} | empty | keep, headers=daemon.headers
        )
        assert answer.status_code == 200
        assert (answer.json()["done"], answer.json()["done_reason"]) == (True, reason)


@pytest.mark.parametrize(
    ("profile", "content_type"),
    [
        ("default", "application/json; charset=utf-8"),
        ("proxy", "application/x-ndjson"),
        ("straico", "application/x-ndjson"),
    ],
)
def test_the_content_type_of_a_stream_is_that_of_the_profile(start, profile, content_type):
    daemon = start()
    daemon.reload(listeners=[daemon.configuration["listeners"][0] | {"profile": profile}])
    for path, ask in (("/api/chat", {"messages": user("hi")}), ("/api/generate", {"prompt": "hi"})):
        answer = httpx.post(daemon.base_url + path, json={"model": "echo"} | ask, headers=daemon.headers)
        assert answer.headers["content-type"] == content_type
        assert all(json.loads(line) for line in answer.text.splitlines()), "streaming is the default"


async def test_a_long_answer_is_cut_into_short_lines(start):
    daemon = start()
    text = "word " * 200_000
    async with Agent(daemon, script=streams([text])):
        client = ollama.AsyncClient(host=daemon.base_url, headers=daemon.headers)
        parts = [part async for part in await client.chat(model="m", messages=user("hi"), stream=True)]
    assert "".join(part.message.content or "" for part in parts) == text
    assert all(len(part.message.content or "") < 512 << 10 for part in parts), "older clients read 512 KB"
