"""LangChain, unmodified, speaks OpenAI and Ollama to the daemon."""

import pytest
from langchain_core.messages import AIMessageChunk, HumanMessage, SystemMessage, ToolMessage
from langchain_core.tools import tool
from langchain_ollama import ChatOllama, OllamaEmbeddings
from langchain_openai import ChatOpenAI

from agents import connected
from assistant import ARGUMENTS, USAGE, assistant
from local_provider import MODEL, local_provider

# The example lets twenty requests through at once, then one a second.
CHANGES = {"limits": {"enabled": False}}
SENTENCE = "Grüße an alle, von 猫 und 🦆."


@tool
def forecast(city: str, days: int) -> str:
    """What the weather will be like."""
    return f"{days} days of snow in {city}"


def new_openai(daemon, **changes):
    options = {"base_url": f"{daemon.base_url}/v1", "api_key": daemon.key, "timeout": 20, "max_retries": 0}
    return ChatOpenAI(model=MODEL, stream_usage=True, **(options | changes))


def new_ollama(daemon, **changes):
    headers = {"headers": daemon.headers, "timeout": 20}
    return ChatOllama(model=MODEL, base_url=daemon.base_url, client_kwargs=headers, **changes)


@pytest.fixture(params=[new_openai, new_ollama], ids=["openai", "ollama"])
def chat(request, daemon):
    return request.param(daemon)


def joined(chunks):
    """One message out of those of a stream."""
    total = chunks[0]
    for chunk in chunks[1:]:
        total += chunk
    return total


def expect_usage(message):
    told = message.usage_metadata
    assert (told["input_tokens"], told["output_tokens"], told["total_tokens"]) == tuple(USAGE.values())


def expect_call(message):
    assert [(call["name"], call["args"]) for call in message.tool_calls] == [("forecast", ARGUMENTS)]
    assert message.tool_calls[0]["id"]
    assert message.invalid_tool_calls == []


def test_a_model_is_invoked(chat):
    answer = chat.invoke([SystemMessage("Be brief."), HumanMessage(SENTENCE)])
    assert answer.content == SENTENCE
    assert MODEL in (answer.response_metadata.get("model_name"), answer.response_metadata.get("model"))
    expect_usage(answer)


def test_a_stream_comes_word_by_word(chat):
    chunks = list(chat.stream(SENTENCE))
    assert all(isinstance(chunk, AIMessageChunk) for chunk in chunks)
    assert len([chunk for chunk in chunks if chunk.content]) >= len(SENTENCE.split(" "))
    assert joined(chunks).content == SENTENCE
    expect_usage(joined(chunks))


async def test_a_model_is_invoked_and_streamed_asynchronously(chat):
    assert (await chat.ainvoke(SENTENCE)).content == SENTENCE
    assert joined([chunk async for chunk in chat.astream(SENTENCE)]).content == SENTENCE


def test_a_batch_gets_its_answers_in_order(chat):
    questions = [f"question {number}" for number in range(3)]
    assert [answer.content for answer in chat.batch(questions)] == questions


def test_a_bound_tool_is_called(chat):
    answer = chat.bind_tools([forecast]).invoke("How is the weather?")
    expect_call(answer)
    assert not answer.content


def test_a_bound_tool_is_called_in_a_stream(chat):
    expect_call(joined(list(chat.bind_tools([forecast]).stream("How is the weather?"))))


def test_what_a_tool_said_goes_back_to_the_model(chat):
    question = HumanMessage("How is the weather?")
    bound = chat.bind_tools([forecast])
    asked = bound.invoke([question])
    said = forecast.invoke(asked.tool_calls[0])
    assert isinstance(said, ToolMessage)
    assert bound.invoke([question, asked, said]).content == "3 days of snow in Tromsø"


def test_a_chain_runs_to_its_end(chat):
    chain = chat | (lambda message: message.content.upper())
    assert chain.invoke("hello") == "HELLO"


def test_a_client_that_asks_too_often_waits_and_goes_on(tmp_path):
    """LangChain tries again by itself, after as long as Retry-After says."""
    with local_provider(tmp_path) as limited, connected(limited, models=[MODEL], script=assistant):
        chat = new_openai(limited, max_retries=5)
        answers = [chat.invoke(f"question {number}").content for number in range(23)]
        assert answers == [f"question {number}" for number in range(23)]
        assert '"rate_limit' in (limited.state_directory / "audit.jsonl").read_text()


def test_an_unknown_model_is_an_error_that_names_it(daemon):
    for chat, name in (
        (new_openai(daemon).bind(model="missing"), "missing"),
        (new_ollama(daemon).bind(model="missing"), "missing"),
    ):
        with pytest.raises(Exception, match=name):
            chat.invoke("hello")


def test_options_that_langchain_sends_are_accepted(daemon):
    openai = new_openai(daemon, temperature=0.3, max_tokens=50, top_p=0.9, seed=7, stop=["never"], n=1)
    assert openai.invoke("hello").content == "hello"
    ollama = new_ollama(daemon, temperature=0.3, num_predict=50, top_k=5, seed=7, stop=["never"])
    assert ollama.invoke("hello").content == "hello"


def test_json_is_asked_for_in_both_dialects(daemon):
    asked = '{"answer": 42}'
    bound = new_openai(daemon).bind(response_format={"type": "json_object"})
    assert bound.invoke(asked).content == asked
    assert new_ollama(daemon, format="json").invoke(asked).content == asked


def test_embeddings_are_refused_with_the_reason(daemon):
    headers = {"headers": daemon.headers}
    embeddings = OllamaEmbeddings(model=MODEL, base_url=daemon.base_url, client_kwargs=headers)
    with pytest.raises(Exception, match="does not support embeddings"):
        embeddings.embed_query("hello")
