"""The made-up recordings are what they say: OpenAI's own client reads them."""

import collections
import hashlib
import json

import httpx2
import openai
import pytest

import recorded
from replies import events

pytestmark = pytest.mark.integration

ASKED = {"model": "m", "messages": [{"role": "user", "content": "hi"}]}


def read_by_client(body, content_type, **members):
    """What OpenAI's client makes of that body."""
    answer = httpx2.Response(200, headers={"content-type": content_type}, content=body)
    http = httpx2.Client(transport=httpx2.MockTransport(lambda request: answer))
    client = openai.OpenAI(base_url="http://none/v1", api_key="none", http_client=http, max_retries=0)
    return client.chat.completions.create(**ASKED, **members)


def joined(chunks, name):
    """The texts of a delta's member, by choice."""
    texts = collections.defaultdict(str)
    for chunk in chunks:
        for choice in chunk.choices:
            texts[choice.index] += getattr(choice.delta, name, None) or ""
    return {index: text for index, text in texts.items() if text}


def joined_arguments(chunks):
    texts = collections.defaultdict(str)
    for chunk in chunks:
        for choice in chunk.choices:
            for call in choice.delta.tool_calls or []:
                texts[choice.index] += call.function.arguments
    return dict(texts)


def tokens(usage):
    return usage.prompt_tokens, usage.completion_tokens, usage.prompt_tokens_details.cached_tokens


def test_there_are_five_hundred_different_streams():
    assert len(recorded.ALL) == 500
    assert len({hashlib.sha256(recorded.stream(*one)).digest() for one in recorded.ALL}) == 500


@pytest.mark.parametrize("asked", [None, False, True])
@pytest.mark.parametrize("kind", recorded.KINDS)
def test_the_client_reads_what_a_stream_says(kind, asked):
    for _, seed in (one for one in recorded.ALL if one[0] == kind):
        recording = recorded.recording(kind, seed, asked)
        chunks = list(read_by_client(recording.body, "text/event-stream", stream=True))
        reasoning = recorded.traits.KINDS[kind].reasoning
        assert joined(chunks, "content") == recording.texts
        assert joined(chunks, reasoning) == recording.reasoning
        assert joined_arguments(chunks) == recording.arguments
        told = [chunk for chunk in chunks if chunk.usage]
        assert all(tokens(chunk.usage) == recording.usage for chunk in told)
        assert any(not chunk.choices for chunk in told) == recording.has_usage_event
        assert len(told) == int(recording.has_usage_event or kind in ("mistral", "openrouter"))
        assert {len(chunk.choices) for chunk in chunks} <= {0, 1}


@pytest.mark.parametrize("kind", recorded.KINDS)
def test_the_client_reads_what_a_whole_answer_says(kind):
    for seed in range(20):
        recording = recorded.whole_recording(kind, seed)
        answer = read_by_client(recording.body, "application/json")
        texts = {choice.index: choice.message.content for choice in answer.choices if choice.message.content}
        assert texts == recording.texts
        assert tokens(answer.usage) == recording.usage


@pytest.mark.parametrize("kind", recorded.KINDS)
def test_who_asks_for_usage_gets_the_same_and_more(kind):
    for seed in range(40):
        plain, asked = (recorded.stream(kind, seed, option) for option in (False, True))
        assert plain == recorded.stream(kind, seed, None)
        trait = recorded.traits.KINDS[kind]
        assert (plain == asked) == (not trait.adds_event)
        nulls = [value for value in values(asked) if "usage" in value and value["usage"] is None]
        assert bool(nulls) == trait.has_nulls
        if kind != "llamacpp":
            assert len(values(asked)) == len(values(plain)) + trait.adds_event


def values(body):
    """What the events' data are, without the last one."""
    data = [event.split(b":", 1)[1] for event in events(body) if event.startswith(b"data:")]
    assert data[-1].strip() == b"[DONE]"
    return [json.loads(value) for value in data[:-1]]


def test_they_are_spelled_in_many_ways():
    bodies = [recorded.stream(*one, include_usage=True) for one in recorded.ALL]
    for mark in (
        b"data:{", b"data: {", b"\r\n\r\n", b'"usage":null,"obfuscation"', b'"usage": null, "obfuscation"',
        b'\\"usage\\":null', b"[DONE] ", b": OPENROUTER PROCESSING", b"\\u732b", "猫".encode(), "\u2028".encode(),
        "\u0085".encode(), b'"prompt_filter_results"', b'"x_groq"', b'"timings"', b'"logprobs":{', b'"tool_calls"',
        b'{"usage":null,"stream_options":null}', b'"error":null', b'\\"error\\"',
    ):  # fmt: skip
        assert sum(mark in body for body in bodies) >= 3, mark
    longest = [max(len(line) for line in body.splitlines()) for body in bodies]
    assert sum(length > 65536 for length in longest) >= 10
