"""litellm, unmodified, speaks OpenAI and Ollama to the daemon."""

import json

import litellm
import pytest

from assistant import ARGUMENTS, USAGE
from local_provider import MODEL

# The example lets twenty requests through at once, then one a second.
CHANGES = {"limits": {"enabled": False}}
SENTENCE = "Grüße an alle, von 猫 und 🦆."
PREFIXES = ["openai", "ollama", "ollama_chat"]
TOOL = {
    "type": "function",
    "function": {
        "name": "forecast",
        "description": "What the weather will be like.",
        "parameters": {"type": "object", "properties": {"city": {"type": "string"}}, "required": ["city"]},
    },
}


def options(daemon, prefix, text=SENTENCE):
    base = daemon.base_url + ("/v1" if prefix in ("openai", "text-completion-openai") else "")
    return {
        "model": f"{prefix}/{MODEL}",
        "messages": [{"role": "user", "content": text}],
        "api_base": base,
        "api_key": daemon.key,
        "timeout": 20,
        "num_retries": 0,
        "max_retries": 0,
    }


def text_of(chunks):
    return "".join(chunk.choices[0].delta.content or "" for chunk in chunks if chunk.choices)


def expect_sentence(prefix, text):
    """With `ollama/` litellm asks /api/generate, and writes the conversation into the prompt."""
    assert text.strip() == (f"### User:\n{SENTENCE}" if prefix == "ollama" else SENTENCE)


@pytest.fixture(autouse=True)
def quiet():
    """What went wrong is told once, by the exception."""
    litellm.suppress_debug_info = True


@pytest.mark.parametrize("prefix", PREFIXES)
def test_a_completion_is_answered(daemon, prefix):
    answer = litellm.completion(**options(daemon, prefix))
    expect_sentence(prefix, answer.choices[0].message.content)
    assert answer.choices[0].finish_reason == "stop"
    assert answer.usage.model_dump(include=USAGE.keys()) == USAGE


@pytest.mark.parametrize("prefix", PREFIXES)
def test_a_stream_comes_word_by_word(daemon, prefix):
    chunks = list(litellm.completion(**options(daemon, prefix), stream=True))
    expect_sentence(prefix, text_of(chunks))
    assert len(chunks) >= len(SENTENCE.split(" "))
    assert chunks[-1].choices[0].finish_reason == "stop"


def test_a_stream_tells_its_usage_if_asked(daemon):
    asked = options(daemon, "openai") | {"stream": True, "stream_options": {"include_usage": True}}
    usage = [chunk.usage for chunk in litellm.completion(**asked) if getattr(chunk, "usage", None)]
    assert [told.model_dump(include=USAGE.keys()) for told in usage] == [USAGE]


@pytest.mark.parametrize("prefix", PREFIXES)
async def test_a_completion_is_answered_and_streamed_asynchronously(daemon, prefix):
    answer = await litellm.acompletion(**options(daemon, prefix))
    expect_sentence(prefix, answer.choices[0].message.content)
    stream = await litellm.acompletion(**options(daemon, prefix), stream=True)
    expect_sentence(prefix, text_of([chunk async for chunk in stream]))


@pytest.mark.parametrize("prefix", ["openai", "ollama_chat"])
def test_a_tool_is_called(daemon, prefix):
    message = litellm.completion(**options(daemon, prefix), tools=[TOOL]).choices[0].message
    assert [call.function.name for call in message.tool_calls] == ["forecast"]
    assert json.loads(message.tool_calls[0].function.arguments) == ARGUMENTS


@pytest.mark.parametrize("prefix", ["openai", "ollama_chat"])
def test_a_tool_is_called_in_a_stream(daemon, prefix):
    chunks = list(litellm.completion(**options(daemon, prefix), tools=[TOOL], stream=True))
    message = litellm.stream_chunk_builder(chunks).choices[0].message
    assert [call.function.name for call in message.tool_calls] == ["forecast"]


@pytest.mark.parametrize("prefix", ["openai", "text-completion-openai"])
def test_a_text_completion_continues_a_prompt(daemon, prefix):
    asked = options(daemon, prefix) | {"prompt": SENTENCE}
    del asked["messages"]
    answer = litellm.text_completion(**asked)
    assert answer.choices[0].text == SENTENCE
    pieces = [chunk.choices[0].text or "" for chunk in litellm.text_completion(**asked, stream=True)]
    assert "".join(pieces) == SENTENCE


def test_a_wrong_key_is_an_authentication_error(daemon):
    with pytest.raises(litellm.AuthenticationError):
        litellm.completion(**options(daemon, "openai") | {"api_key": "gh-wrong"})


@pytest.mark.parametrize("prefix", PREFIXES)
def test_an_unknown_model_is_an_error_that_names_it(daemon, prefix):
    with pytest.raises(Exception, match="missing") as caught:
        litellm.completion(**options(daemon, prefix) | {"model": f"{prefix}/missing"})
    assert isinstance(caught.value, litellm.NotFoundError)


def test_embeddings_are_refused_once_with_the_reason(daemon):
    asked = options(daemon, "openai") | {"input": ["hello"], "max_retries": 2}
    del asked["messages"], asked["num_retries"]
    with pytest.raises(litellm.BadRequestError, match="does not support embeddings"):
        litellm.embedding(**asked)
    assert len([line for line in daemon.log.splitlines() if "POST /v1/embeddings " in line]) == 1
