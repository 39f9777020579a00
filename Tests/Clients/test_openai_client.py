"""OpenAI's official client, unmodified, gets its answers from `echo` and from an agent."""

import asyncio

import pytest

from agents import Agent, answers, connected, streams
from clients import new_async_client, new_client

pytestmark = pytest.mark.e2e

SENTENCE = "Grüße an alle, von 猫 und 🦆, mit \u2028 darin."


def user(text):
    return [{"role": "user", "content": text}]


def text_of(chunks):
    return "".join(chunk.choices[0].delta.content or "" for chunk in chunks if chunk.choices)


@pytest.fixture(scope="module")
def agent(daemon):
    """An agent for model `m` that says back what it is told."""
    with connected(daemon) as agent:
        yield agent


@pytest.mark.parametrize("model", ["echo", "m"])
def test_a_chat_answers_with_the_last_user_message(client, agent, model):
    messages = [{"role": "system", "content": "Be brief."}, *user("first"), *user(SENTENCE)]
    answer = client.chat.completions.create(model=model, messages=messages)
    assert answer.object == "chat.completion"
    assert answer.model == model
    assert answer.id.startswith("chatcmpl-")
    assert answer.created > 1_700_000_000
    assert [choice.index for choice in answer.choices] == [0]
    assert answer.choices[0].message.role == "assistant"
    assert answer.choices[0].message.content == SENTENCE
    assert answer.choices[0].finish_reason == "stop"


@pytest.mark.parametrize("model", ["echo", "m"])
def test_usage_is_counted_even_if_the_agent_tells_none(client, agent, model):
    usage = client.chat.completions.create(model=model, messages=user("one two three")).usage
    assert usage.prompt_tokens > 0
    assert usage.completion_tokens > 0
    assert usage.total_tokens == usage.prompt_tokens + usage.completion_tokens


def test_usage_that_the_agent_tells_is_passed_on(start):
    daemon = start()
    told = {"prompt_tokens": 3, "completion_tokens": 4, "total_tokens": 7}
    with connected(daemon, script=answers("hi", usage=told)):
        client = new_client(daemon)
        usage = client.chat.completions.create(model="m", messages=user("hello")).usage
    assert usage.model_dump(include=told.keys()) == told


@pytest.mark.parametrize("model", ["echo", "m"])
def test_a_stream_is_rebuilt_from_its_chunks(client, agent, model):
    chunks = list(client.chat.completions.create(model=model, messages=user(SENTENCE), stream=True))
    assert text_of(chunks).strip() == SENTENCE
    assert len(chunks) >= len(SENTENCE.split(" ")), "word by word"
    assert len({chunk.id for chunk in chunks}) == 1
    assert len({chunk.created for chunk in chunks}) == 1
    assert {chunk.model for chunk in chunks} == {model}
    assert {chunk.object for chunk in chunks} == {"chat.completion.chunk"}
    assert chunks[0].id.startswith("chatcmpl-")


@pytest.mark.parametrize("model", ["echo", "m"])
def test_the_role_rides_on_the_first_chunk_and_the_reason_on_the_last(client, agent, model):
    chunks = list(client.chat.completions.create(model=model, messages=user(SENTENCE), stream=True))
    assert [chunk.choices[0].delta.role for chunk in chunks] == ["assistant"] + [None] * (len(chunks) - 1)
    assert [chunk.choices[0].finish_reason for chunk in chunks] == [None] * (len(chunks) - 1) + ["stop"]


@pytest.mark.parametrize("model", ["echo", "m"])
def test_a_stream_tells_its_usage_only_if_asked(client, agent, model):
    asked = {"model": model, "messages": user(SENTENCE), "stream": True}
    assert all(chunk.usage is None and chunk.choices for chunk in client.chat.completions.create(**asked))

    chunks = list(client.chat.completions.create(**asked, stream_options={"include_usage": True}))
    assert all(chunk.usage is None and chunk.choices for chunk in chunks[:-1])
    assert all("usage" in chunk.model_fields_set for chunk in chunks), "null, not left out"
    assert chunks[-1].choices == []
    assert (
        chunks[-1].usage.total_tokens
        == chunks[-1].usage.prompt_tokens + chunks[-1].usage.completion_tokens
        > 0
    )


async def test_the_asynchronous_client_chats_and_streams(async_client, agent):
    answer = await async_client.chat.completions.create(model="m", messages=user(SENTENCE))
    assert answer.choices[0].message.content == SENTENCE
    stream = await async_client.chat.completions.create(model="m", messages=user(SENTENCE), stream=True)
    assert text_of([chunk async for chunk in stream]).strip() == SENTENCE


async def test_an_agent_may_send_whole_openai_chunks(daemon, async_client):
    async def script(invoke, send):
        for word, reason in (("whole ", None), ("chunks", "stop")):
            piece = {"index": 0, "delta": {"content": word}, "finish_reason": reason}
            chunk = {
                "id": "its-own",
                "object": "chat.completion.chunk",
                "created": 1,
                "model": "x",
                "choices": [piece],
            }
            await send("model_stream_chunk", chunk=chunk, finished=reason is not None)

    async with Agent(daemon, models=["nobody"], script=script):
        stream = await async_client.chat.completions.create(model="nobody", messages=user("hi"), stream=True)
        chunks = [chunk async for chunk in stream]
    assert text_of(chunks) == "whole chunks"
    assert len({chunk.id for chunk in chunks}) == 1 and chunks[0].id.startswith("chatcmpl-")
    assert {chunk.model for chunk in chunks} == {"nobody"}


async def test_a_character_is_not_broken_by_the_places_where_an_agent_cuts(daemon, async_client):
    pieces = list(SENTENCE)
    async with Agent(daemon, models=["nobody"], script=streams(pieces)):
        stream = await async_client.chat.completions.create(model="nobody", messages=user("hi"), stream=True)
        chunks = [chunk async for chunk in stream]
    assert [chunk.choices[0].delta.content for chunk in chunks] == pieces


async def test_twenty_chats_at_once_get_their_own_answers(async_client, agent):
    async def ask(number):
        text = f"question {number}"
        answer = await async_client.chat.completions.create(model="m", messages=user(text))
        return answer.choices[0].message.content == text

    assert all(await asyncio.gather(*(ask(number) for number in range(20))))


async def test_tools_and_unknown_fields_reach_the_agent_as_they_are(daemon, async_client):
    tools = [
        {"type": "function", "function": {"name": "look", "parameters": {"type": "object", "properties": {}}}}
    ]
    async with Agent(daemon, models=["nobody"]) as agent:
        await async_client.chat.completions.create(
            model="nobody",
            messages=user("hi"),
            tools=tools,
            seed=7,
            extra_body={"private": {"b": 1, "a": [1.50]}},
        )
        invoke = await agent.next("model_invoke")
    assert invoke["tools"] == tools
    assert invoke["seed"] == 7
    assert list(invoke["private"].items()) == [("b", 1), ("a", [1.5])]
    assert invoke["id"].startswith("req-")
    assert invoke["model"] == "nobody"
    assert invoke["messages"] == user("hi")


async def test_the_row_of_a_model_gives_what_the_client_leaves_out(start):
    daemon = start(models={"m": {"max_tokens": 77, "temperature": 0.25}})
    async with (
        Agent(daemon, models=["m"]) as agent,
        new_async_client(daemon) as client,
    ):
        await client.chat.completions.create(model="m", messages=user("hi"))
        await client.chat.completions.create(model="m", messages=user("hi"), max_tokens=5, temperature=1)
        first, second = agent.all("model_invoke")
    assert (first["max_tokens"], first["temperature"]) == (77, 0.25)
    assert (second["max_tokens"], second["temperature"]) == (5, 1)


def test_models_are_listed_and_found_by_name(client):
    models = list(client.models.list())
    assert [model.id for model in models] == ["echo", "m", "nobody"]
    assert {model.object for model in models} == {"model"}
    assert all(isinstance(model.created, int) and model.owned_by for model in models)
    assert client.models.retrieve("echo").id == "echo"


def test_a_model_with_slashes_in_its_name_is_found(start):
    daemon = start(agent_models=["org/family/model"])
    client = new_client(daemon)
    assert client.models.retrieve("org/family/model").id == "org/family/model"


def test_an_answer_has_the_head_that_clients_expect(client):
    raw = client.chat.completions.with_raw_response.create(model="echo", messages=user("hi"))
    assert raw.headers["content-type"] == "application/json"
    assert raw.headers["x-request-id"]
    assert raw.parse()._request_id == raw.headers["x-request-id"]


def test_a_stream_has_the_head_that_clients_expect(client):
    asked = client.chat.completions.with_streaming_response
    with asked.create(model="echo", messages=user("hi"), stream=True) as raw:
        assert raw.headers["content-type"] == "text/event-stream; charset=utf-8"
        assert raw.headers["cache-control"] == "no-cache"
        assert raw.headers["x-accel-buffering"] == "no"
        assert raw.headers["x-request-id"]
        assert "content-length" not in raw.headers
        events = raw.read().decode().split("\n\n")
    assert all(event.startswith("data: {") for event in events[:-2]), events
    assert events[-2:] == ["data: [DONE]", ""]


def test_the_name_that_a_client_gives_its_request_is_kept(client):
    raw = client.chat.completions.with_raw_response.create(
        model="echo", messages=user("hi"), extra_headers={"x-request-id": "mine-4711"}
    )
    assert raw.headers["x-request-id"] == "mine-4711"
