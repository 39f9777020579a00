"""The local provider, set up by etc/examples/local-provider.toml: its acceptance criteria by number.

| criterion | tests |
|---|---|
| 1, 2, 3 | here; ids also SessionTableTests |
| 4, 5, 6 | SanitizerTests |
| 7, 8, 9 | here; 8 and 9 also SessionTableTests |
| 10, 11 | test_sessions: test_10, test_11 |
| 12 | here; also SessionTableTests |
| 13 to 16 | test_limits: test_13, test_14, test_15, test_16; also LimitWordTests and LimitTableTests |
| 17 | here, and the minute itself in LimitWordTests |
| 18 to 23 | test_acceptance: test_18 to test_22, test_23_and_28 |
| 24 | here; test_limits: test_24_and_31 |
| 25 to 28 | test_acceptance: test_25 to test_27, test_23_and_28 |
| 29 to 32 | test_acceptance: test_29 to test_32 |
| 33 | here; also SessionTableTests |
| 34, 35, 36 | test_workflows |
| 37 | here; several clients: test_workflows; stale limits: LimitTableTests |
"""

import asyncio
import datetime
import itertools
import statistics
import time
import tomllib
from pathlib import Path

import httpx
import ollama
import openai
import pytest

import processes
import raw
import shapes
from agents import answers, connected, fails
from clients import new_async_client, new_client
from configuration import free_port, merged, new_key
from daemon import daemons
from test_limits import ask, key_row
from waiting import eventually

pytestmark = pytest.mark.e2e

EXAMPLE = Path(__file__).resolve().parents[2] / "etc/examples/local-provider.toml"
MODEL = "cursor-agent-local"
HELLO = [{"role": "user", "content": "hello there"}]
CHAT = {"model": MODEL, "messages": HELLO}
PROMPT = {"model": MODEL, "prompt": "hello there"}
WHOLE = {"stream": False}


def provide(start, **changes):
    """A local provider; only its ports and keys are not those of the example."""
    port = free_port()
    example = tomllib.loads(EXAMPLE.read_text())
    example["listeners"][0]["address"] = f"127.0.0.1:{port}"
    del example["bridge"]["listen"]
    sections = merged(example, changes)
    sections["providers"]["echo"] = None
    daemon = start(**sections)
    daemon.port = port
    return daemon


@pytest.fixture(scope="module")
def daemon(tmp_path_factory):
    """One that nobody can use up, for the tests that are about something else than limits."""
    with daemons(tmp_path_factory.mktemp("provider")) as start:
        yield provide(start, limits={"enabled": False}, auth={"attempts_per_minute": 0})


@pytest.fixture(scope="module")
def agent(daemon):
    with connected(daemon, models=[MODEL]) as agent:
        yield agent


@pytest.fixture
def http(daemon, agent):
    with http_client(daemon) as client:
        yield client


def http_client(daemon):
    return httpx.Client(base_url=daemon.base_url, headers=daemon.headers)


def of_ollama(daemon, key=None):
    """Ollama's official client."""
    return ollama.Client(host=daemon.base_url, headers={"Authorization": f"Bearer {key or daemon.key}"})


def send(http, path, body=None):
    """GET without a body."""
    return http.post(path, json=body) if body else http.get(path)


def sessions(daemon):
    """What GET /v1/sessions says, by id."""
    with http_client(daemon) as http:
        rows = shapes.openai(send(http, "/v1/sessions"), shapes.SESSIONS)["data"]
    return {row["session_id"]: row for row in rows}


# Keys


WRONG = {
    "one character": lambda key: "x",
    "the last character missing": lambda key: key[:-1],
    "one character more": lambda key: key + "x",
    "the last character different": lambda key: key[:-1] + ("a" if key[-1] != "a" else "b"),
    "the first character different": lambda key: "x" + key[1:],
    "the other case": lambda key: key.swapcase(),
    "4000 characters": lambda key: (key * 100)[:4000],
}


@pytest.mark.parametrize("spoil", WRONG.values(), ids=WRONG)
def test_01_only_the_configured_key_is_valid(daemon, spoil):
    with new_client(daemon) as client, of_ollama(daemon) as other:
        assert [model.id for model in client.models.list()] == [MODEL]
        assert [model.model for model in other.list().models] == [MODEL]

    wrong = spoil(daemon.key)
    with new_client(daemon, api_key=wrong) as client, of_ollama(daemon, wrong) as other:
        with pytest.raises(openai.AuthenticationError) as caught:
            client.models.list()
        error = shapes.openai_error(caught.value.response, 401, "authentication_error", "invalid_api_key")
        assert "Invalid API key" in error["message"]
        with pytest.raises(ollama.ResponseError, match="Invalid API key") as refused:
            other.list()
        assert refused.value.status_code == 401


@pytest.mark.parametrize("spoil", WRONG.values(), ids=WRONG)
def test_07_a_wrong_key_takes_as_long_as_the_right_one(daemon, spoil):
    """2000 calls, by turns, over one connection: the medians differ by less than a millisecond."""
    calls = {200: daemon.key, 401: spoil(daemon.key)}
    heads = {
        status: raw.request(target="/v1/models", fields=[f"Authorization: Bearer {key}"])
        for status, key in calls.items()
    }
    seconds = {status: [] for status in calls}
    with raw.Connection(daemon.port) as connection:
        for status in itertools.islice(itertools.cycle(calls), 2000):
            begin = time.perf_counter()
            connection.send(heads[status])
            assert connection.response().status == status
            seconds[status].append(time.perf_counter() - begin)
    assert abs(statistics.median(seconds[200]) - statistics.median(seconds[401])) < 0.001


# Requests that are valid, and those that are not


VALIDATION = {
    "valid": ({}, 200, None),
    "another model": ({"model": "invalid-model"}, 422, "model"),
    "no model": ({"model": None}, 422, "model"),
    "no messages": ({"messages": []}, 422, "messages"),
    "a message without role": ({"messages": [{"content": "x"}]}, 422, "messages[0].role"),
    "a message without content": ({"messages": [{"role": "user"}]}, 422, "messages[0].content"),
    "the second without content": ({"messages": [*HELLO, {"role": "user"}]}, 422, "messages[1].content"),
    "an unknown role": ({"messages": [{"role": "chief", "content": "x"}]}, 422, "messages[0].role"),
}


@pytest.mark.parametrize(("fields", "status", "parameter"), VALIDATION.values(), ids=VALIDATION)
def test_03_a_request_is_validated(http, agent, fields, status, parameter):
    before = len(agent.all("model_invoke"))
    answer = send(http, "/v1/chat/completions", CHAT | fields)
    assert answer.status_code == status
    if status == 200:
        shapes.openai(answer, shapes.CHAT_COMPLETION)
    else:
        code = "model_not_found" if fields.get("model") else "invalid_value"
        assert shapes.openai_error(answer, 422, "invalid_request_error", code)["param"] == parameter
    assert len(agent.all("model_invoke")) - before == (status == 200), "agents see only what is valid"


# Sessions


def test_02_a_thousand_sessions_have_a_thousand_ids(daemon, agent):
    """Each is ended, so that the next request begins another."""
    told = set()
    head = [f"Authorization: Bearer {daemon.key}"]
    with raw.Connection(daemon.port) as connection:
        for _ in range(1000):
            connection.send(raw.chat(daemon, model=MODEL))
            session = connection.response().fields["x-session-id"]
            assert session.startswith("sess-") and len(session) > 10
            told.add(session)
            connection.send(raw.request("DELETE", f"/v1/sessions/{session}", head))
            assert connection.response().json() == {"session_id": session, "status": "revoked"}
    assert len(told) == 1000


def test_08_a_session_knows_whose_it_is(start):
    daemon = provide(start)
    with connected(daemon, models=[MODEL]) as agent, new_client(daemon) as client:
        create = client.chat.completions.with_raw_response.create
        told = create(**CHAT).headers["x-session-id"]
        create(**CHAT, max_tokens=64)
        invokes = agent.all("model_invoke")
    (row,) = sessions(daemon).values()

    assert row["session_id"] == told and told.startswith("sess-")
    assert (row["client_ip"], row["model"], row["principal"]) == ("127.0.0.1", MODEL, "key tests")
    assert row["request_count"] == 2
    created, expires = (datetime.datetime.fromisoformat(row[name]) for name in ("created_at", "expires_at"))
    assert expires - created == datetime.timedelta(seconds=300)
    assert [(invoke["session_id"], invoke["max_tokens"]) for invoke in invokes] == [(told, 2048), (told, 64)]


def test_09_a_live_session_is_found_and_an_unknown_one_is_not(start):
    daemon = provide(start)
    with connected(daemon, models=[MODEL]), http_client(daemon) as http:
        told = [send(http, "/v1/chat/completions", CHAT).headers["x-session-id"] for _ in range(2)]
        assert list(sessions(daemon)) == [told[0]] == [told[1]]

        unknown = http.delete("/v1/sessions/sess-invalid")
        shapes.openai_error(unknown, 404, "invalid_request_error", "session_not_found")
        assert list(sessions(daemon)) == [told[0]]

        shapes.openai(http.delete(f"/v1/sessions/{told[0]}"), shapes.REVOKED)
        ended = http.delete(f"/v1/sessions/{told[0]}")
        shapes.openai_error(ended, 404, "invalid_request_error", "session_not_found")
        assert sessions(daemon) == {}


@pytest.mark.parametrize("interval", ["1s", "1h"])
def test_12_the_sweep_removes_sessions_that_have_expired(start, interval):
    daemon = provide(start, sessions={"ttl": "1s", "cleanup_interval": interval})
    with connected(daemon, models=[MODEL]):
        assert ask(daemon, model=MODEL)[0] == 200
    eventually(lambda: not sessions(daemon))
    if interval == "1s":
        eventually(lambda: is_removed(daemon), every=0.3)
    else:
        assert not is_removed(daemon)


def is_removed(daemon):
    """A longer time shows again what has only expired."""
    daemon.reload(sessions={"ttl": "300s"})
    found = sessions(daemon)
    daemon.reload(sessions={"ttl": "1s"})
    return not found


def hundred_sessions(daemon, keys):
    """The ids, and the memory of all processes while they live."""
    told = {ask(daemon, key, model=MODEL)[1]["x-session-id"] for key in keys}
    assert len(told) == len(keys) == len(sessions(daemon))
    return told, memory(daemon)


def memory(daemon):
    return sum(processes.pss_bytes(pid) for pid in [daemon.pid, *daemon.roles().values()])


def test_33_a_hundred_sessions_take_little_memory_and_give_it_back(start):
    keys = [new_key() for _ in range(100)]
    rows = [key_row(f"key-{number}", key, agent_models=["*"]) for number, key in enumerate(keys)]
    rows[0]["scopes"] = ["inference", "observe"]
    daemon = provide(start, sessions={"max": 0}, auth={"keys": rows})
    daemon.key = keys[0]
    with connected(daemon, models=[MODEL]):
        assert ask(daemon, model=MODEL)[0] == 200
        before = memory(daemon)
        first, with_first = hundred_sessions(daemon, keys)
        assert with_first / before < 3.0

        daemon.control("sessions", "revoke", "all")
        assert not sessions(daemon)
        second, with_second = hundred_sessions(daemon, keys)
    assert not first & second
    growth, again = with_first - before, with_second - with_first
    assert again < 0.7 * growth, "over 30 % of what the first took is free for the second"


# Limits


def test_17_the_window_is_over_a_minute_after_it_began(start):
    """Refused requests do not put it off; that it is over then, is told by LimitWordTests."""
    daemon = provide(start, limits={"requests_per_minute": 2, "burst": 0})
    with connected(daemon, models=[MODEL]):
        begin = time.monotonic()
        first, second = (ask(daemon, model=MODEL) for _ in range(2))
        assert (first[0], second[0]) == (200, 200)
        assert first[1]["x-ratelimit-reset-requests"] == "1m0s"

        def rest():
            asked = time.monotonic() - begin
            status, headers, body = ask(daemon, model=MODEL)
            assert status == 429
            shapes.check(body, shapes.ERROR)
            seconds = int(headers["retry-after"])
            assert 59 <= asked + seconds and seconds <= 60, "rounded up"
            return seconds

        assert rest() >= 59
        eventually(lambda: rest() <= 58, every=0.3)


async def test_24_of_25_chats_at_once_some_are_refused(start):
    daemon = provide(start)
    with connected(daemon, models=[MODEL]):
        async with new_async_client(daemon) as client:
            calls = [client.chat.completions.create(**CHAT) for _ in range(25)]
            told = await asyncio.gather(*calls, return_exceptions=True)
    refused = [one for one in told if isinstance(one, openai.RateLimitError)]
    assert 1 <= len(refused) <= 5, "the burst is 20"
    for error in refused:
        shapes.openai_error(error.response, 429, "rate_limit_error", "rate_limit_exceeded")
        assert int(error.response.headers["retry-after"]) >= 1
    assert all(one.choices[0].message.content == "hello there" for one in told if one not in refused)


# Shapes


OPENAI_ANSWERS = [
    ("/v1/chat/completions", CHAT, shapes.CHAT_COMPLETION),
    ("/chat/completions", CHAT, shapes.CHAT_COMPLETION),
    ("/v1/completions", PROMPT, shapes.TEXT_COMPLETION),
    ("/v1/models", None, shapes.MODELS),
    (f"/v1/models/{MODEL}", None, shapes.MODEL),
    ("/v1/sessions", None, shapes.SESSIONS),
    ("/v1/usage", None, shapes.USAGE_LIST),
]
OLLAMA_ANSWERS = [
    ("/api/chat", CHAT | WHOLE, shapes.LAST_CHAT_LINE),
    ("/api/generate", PROMPT | WHOLE, shapes.LAST_GENERATE_LINE),
    ("/api/chat", {"model": MODEL}, shapes.LOADED_CHAT),
    ("/api/generate", {"model": MODEL}, shapes.LOADED_GENERATE),
    ("/api/generate", {"model": MODEL, "keep_alive": 0}, shapes.LOADED_GENERATE),
    ("/api/show", {"model": MODEL}, shapes.SHOW),
    ("/api/show", {"name": MODEL}, shapes.SHOW),
    ("/api/tags", None, shapes.TAGS),
    ("/api/ps", None, shapes.PS),
    ("/api/version", None, shapes.VERSION),
]


def named(rows):
    """`/v1/models`, `/api/chat (stream)`."""
    return [f"{path} ({', '.join(body)})" if body else path for path, body, *_ in rows]


@pytest.mark.parametrize(("path", "body", "shape"), OPENAI_ANSWERS, ids=named(OPENAI_ANSWERS))
def test_an_answer_has_the_shape_of_openai(http, path, body, shape):
    shapes.openai(send(http, path, body), shape)


@pytest.mark.parametrize(("path", "body", "shape"), OLLAMA_ANSWERS, ids=named(OLLAMA_ANSWERS))
def test_an_answer_has_the_shape_of_ollama(http, path, body, shape):
    shapes.ollama(send(http, path, body), shape)


@pytest.mark.parametrize("includes_usage", [False, True])
@pytest.mark.parametrize(
    ("path", "body", "shape"),
    [("/v1/chat/completions", CHAT, shapes.CHUNK), ("/v1/completions", PROMPT, shapes.TEXT_CHUNK)],
    ids=["chat", "text"],
)
def test_a_stream_has_the_shape_of_openai(http, path, body, shape, includes_usage):
    options = {"stream": True, "stream_options": {"include_usage": includes_usage}}
    chunks = shapes.openai_stream(send(http, path, body | options), shape, includes_usage)
    choices = [chunk["choices"][0] for chunk in chunks]
    texts = [choice.get("text", choice.get("delta", {}).get("content")) or "" for choice in choices]
    assert "".join(texts).strip() == "hello there"


@pytest.mark.parametrize(
    ("path", "body", "line", "last"),
    [
        ("/api/chat", CHAT, shapes.CHAT_LINE, shapes.LAST_CHAT_LINE),
        ("/api/generate", PROMPT, shapes.GENERATE_LINE, shapes.LAST_GENERATE_LINE),
    ],
    ids=["chat", "generate"],
)
def test_a_stream_has_the_shape_of_ollama(http, path, body, line, last):
    lines = shapes.ollama_stream(send(http, path, body), line, last)
    texts = [line.get("response", line.get("message", {}).get("content")) for line in lines]
    assert "".join(texts).strip() == "hello there"


def test_a_tool_call_has_its_shape_in_both_dialects(start):
    function = {"name": "read_file", "arguments": '{"path":"/etc/hosts"}'}
    call = {"id": "call-1", "type": "function", "function": function}
    message = {"role": "assistant", "content": None, "tool_calls": [call]}

    async def script(invoke, send):
        await send("model_result", choices=[{"index": 0, "message": message, "finish_reason": "tool_calls"}])

    daemon = provide(start)
    with connected(daemon, models=[MODEL], script=script), http_client(daemon) as http:
        whole = shapes.openai(send(http, "/v1/chat/completions", CHAT), shapes.CHAT_COMPLETION)
        streamed = send(http, "/v1/chat/completions", CHAT | {"stream": True})
        chunks = shapes.openai_stream(streamed, shapes.CHUNK)
        one = shapes.ollama(send(http, "/api/chat", CHAT | WHOLE), shapes.LAST_CHAT_LINE)
        lines = shapes.ollama_stream(send(http, "/api/chat", CHAT), shapes.CHAT_LINE, shapes.LAST_CHAT_LINE)

    assert whole["choices"][0]["message"]["tool_calls"] == [call]
    deltas = [chunk["choices"][0]["delta"].get("tool_calls", []) for chunk in chunks]
    assert [piece["function"] for pieces in deltas for piece in pieces] == [function]
    called = [one["message"], *(line["message"] for line in lines)]
    arguments = [call["function"]["arguments"] for part in called for call in part.get("tool_calls", [])]
    assert arguments == [{"path": "/etc/hosts"}] * 2


# Shapes of errors


INVALID = "invalid_request_error"
OPENAI_ERRORS = [
    ("/v1/chat/completions", CHAT | {"model": "x"}, 422, INVALID, "model_not_found"),
    ("/v1/chat/completions", CHAT | {"temperature": 9}, 422, INVALID, "invalid_value"),
    ("/v1/completions", PROMPT | {"model": "x"}, 422, INVALID, "model_not_found"),
    ("/v1/completions", PROMPT | {"prompt": []}, 422, INVALID, "invalid_value"),
    ("/v1/completions", PROMPT | {"prompt": ["one", "two"]}, 422, INVALID, "invalid_value"),
    ("/v1/completions", {"model": MODEL}, 422, INVALID, "invalid_value"),
    ("/v1/embeddings", {"model": MODEL, "input": "x"}, 501, INVALID, "operation_not_supported"),
    ("/v1/embeddings", {"model": "x", "input": "x"}, 422, INVALID, "model_not_found"),
    ("/v1/models/x", None, 422, INVALID, "model_not_found"),
    ("/v1/usage?from=yesterday", None, 422, INVALID, "invalid_value"),
    ("/v1/nothing", None, 404, INVALID, "not_found"),
    ("/v1/models", {"any": "body"}, 405, INVALID, "method_not_allowed"),
]
OLLAMA_ERRORS = [
    ("/api/chat", CHAT | {"model": "x"}, 404, "model 'x' not found"),
    ("/api/chat", CHAT | {"messages": [{"role": "user"}]}, 400, "messages[0].content"),
    ("/api/generate", PROMPT | {"model": "x"}, 404, "model 'x' not found"),
    ("/api/generate", PROMPT | {"prompt": 7}, 400, "prompt"),
    ("/api/show", {"model": "x"}, 404, "model 'x' not found"),
    ("/api/embed", {"model": MODEL, "input": "x"}, 501, f"model '{MODEL}' does not support embeddings"),
    ("/api/embed", {"model": "x", "input": "x"}, 404, "model 'x' not found"),
    ("/api/embeddings", {"model": MODEL, "prompt": "x"}, 501, f"model '{MODEL}' does not support embeddings"),
    ("/api/embeddings", {"model": "x", "prompt": "x"}, 404, "model 'x' not found"),
    ("/api/nothing", None, 404, "/api/nothing"),
    ("/api/tags", {"any": "body"}, 405, "GET"),
]


@pytest.mark.parametrize(("path", "body", "status", "type", "code"), OPENAI_ERRORS, ids=named(OPENAI_ERRORS))
def test_an_error_has_the_shape_of_openai(http, path, body, status, type, code):
    shapes.openai_error(send(http, path, body), status, type, code)


@pytest.mark.parametrize(("path", "body", "status", "words"), OLLAMA_ERRORS, ids=named(OLLAMA_ERRORS))
def test_an_error_has_the_shape_of_ollama(http, path, body, status, words):
    assert words in shapes.ollama_error(send(http, path, body), status)


NEEDS_KEY = {path: body for path, body, *_ in [*OPENAI_ANSWERS, *OLLAMA_ANSWERS] if path != "/api/version"}


@pytest.mark.parametrize("path", NEEDS_KEY)
def test_22_a_wrong_key_is_refused_at_every_path_in_its_dialect(daemon, agent, path):
    wrong = {"Authorization": "Bearer wrong"}
    with httpx.Client(base_url=daemon.base_url, headers=wrong) as http:
        answer = send(http, path, NEEDS_KEY[path])
    assert answer.headers["www-authenticate"].startswith("Bearer")
    if path.startswith("/api/"):
        assert "Invalid API key" in shapes.ollama_error(answer, 401)
    else:
        shapes.openai_error(answer, 401, "authentication_error", "invalid_api_key")
        assert "Invalid API key" in answer.json()["detail"]


@pytest.mark.parametrize("path", ["/v1/chat/completions", "/v1/completions", "/v1/embeddings"])
@pytest.mark.parametrize("body", [b"", b"{", b"[]"])
def test_what_is_no_json_object_is_refused_in_the_shape_of_openai(http, path, body):
    shapes.openai_error(http.post(path, content=body), 400, "invalid_request_error", "invalid_json")


@pytest.mark.parametrize("path", ["/api/chat", "/api/generate", "/api/show", "/api/embed", "/api/embeddings"])
@pytest.mark.parametrize("body", [b"", b"{", b"[]"])
def test_what_is_no_json_object_is_refused_in_the_shape_of_ollama(http, path, body):
    assert "JSON" in shapes.ollama_error(http.post(path, content=body), 400)


SECURITY = {
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
    "x-xss-protection": "1; mode=block",
    "content-security-policy": "default-src 'self'",
}


@pytest.mark.parametrize("path", ["/v1/models", "/v1/chat/completions", "/api/tags", "/health", "/nothing"])
def test_every_answer_tells_browsers_what_they_may_not_do(http, path):
    for body in (None, CHAT | {"stream": True}):
        answer = send(http, path, body)
        assert {name: answer.headers.get(name) for name in SECURITY} == SECURITY, answer


# What only official clients ask for


def test_the_official_client_completes_a_text(daemon, agent):
    with new_client(daemon) as client:
        whole = client.completions.create(model=MODEL, prompt="hello there", max_tokens=16)
        chunks = list(client.completions.create(model=MODEL, prompt="hello there", stream=True))
    assert (whole.object, whole.model, whole.choices[0].text) == ("text_completion", MODEL, "hello there")
    assert whole.usage.total_tokens > 0
    assert "".join(chunk.choices[0].text for chunk in chunks).strip() == "hello there"
    assert chunks[-1].choices[0].finish_reason == "stop"


def test_the_official_clients_are_told_that_there_are_no_embeddings(daemon, agent):
    with new_client(daemon) as client, pytest.raises(openai.InternalServerError) as caught:
        client.embeddings.create(model=MODEL, input="x")
    assert (caught.value.status_code, caught.value.code) == (501, "operation_not_supported")
    with of_ollama(daemon) as client:
        with pytest.raises(ollama.ResponseError, match="does not support embeddings") as refused:
            client.embed(model=MODEL, input="x")
    assert refused.value.status_code == 501


def test_the_official_client_is_shown_the_model(daemon, agent):
    with of_ollama(daemon) as client:
        shown = client.show(MODEL)
    assert "completion" in shown.capabilities
    assert shown.modelinfo["general.architecture"]


def test_the_official_client_sees_which_models_run(start):
    daemon = provide(start)
    with of_ollama(daemon) as client:
        assert client.ps().models == []
        with connected(daemon, models=[MODEL]):
            eventually(lambda: [model.model for model in client.ps().models] == [MODEL])
        eventually(lambda: client.ps().models == [])


# The check-list (criterion 37)


def test_37_an_agent_connects_answers_streams_fails_and_recovers(start):
    daemon = provide(start)
    with new_client(daemon) as client:

        def chat(**members):
            return client.chat.completions.create(**CHAT, **members)

        with connected(daemon, models=[MODEL], agent_id="editor"):
            assert daemon.agents()["editor"]["models"] == [MODEL]
            assert chat().choices[0].message.content == "hello there"
            words = [chunk.choices[0].delta.content or "" for chunk in chat(stream=True)]
            assert "".join(words).strip() == "hello there"
        with connected(daemon, models=[MODEL], script=fails("out of memory"), agent_id="editor"):
            with pytest.raises(openai.InternalServerError, match="out of memory") as caught:
                chat()
            shapes.openai_error(caught.value.response, 500, "api_error", "agent_error")
        with connected(daemon, models=[MODEL], script=answers("here again"), agent_id="editor"):
            assert chat().choices[0].message.content == "here again"


def test_37_without_an_agent_the_service_is_unavailable_and_the_daemon_healthy(start):
    daemon = provide(start)
    with new_client(daemon) as client, pytest.raises(openai.InternalServerError) as caught:
        client.chat.completions.create(**CHAT)
    shapes.openai_error(caught.value.response, 503, "service_error", "agent_unavailable")
    assert int(caught.value.response.headers["retry-after"]) > 0
    with of_ollama(daemon) as client, pytest.raises(ollama.ResponseError) as refused:
        client.chat(**CHAT)
    assert refused.value.status_code == 503
    assert httpx.get(f"{daemon.base_url}/health").json()["status"] == "healthy"


@pytest.mark.parametrize("streams", [False, True])
@pytest.mark.parametrize(("path", "body"), [("/v1/completions", PROMPT), ("/api/generate", PROMPT)])
def test_37_without_an_agent_prompts_have_no_answer_either(start, path, body, streams):
    with http_client(provide(start)) as http:
        answer = send(http, path, body | {"stream": streams})
    if path.startswith("/api/"):
        assert "no agent is connected" in shapes.ollama_error(answer, 503)
    else:
        shapes.openai_error(answer, 503, "service_error", "agent_unavailable")


def test_37_metrics_count_what_happened(start):
    daemon = provide(start, limits={"requests_per_minute": 3})
    with connected(daemon, models=[MODEL]):
        assert [ask(daemon, model=MODEL)[0] for _ in range(4)] == [200, 200, 200, 429]
    answer = httpx.get(f"{daemon.base_url}/metrics", headers=daemon.headers | {"Accept": "application/json"})
    metrics = answer.json()
    assert (metrics["requests"]["successful"], metrics["requests"]["rate_limited"]) == (3, 1)
    assert metrics["tokens"]["total_processed"] > 0
    assert metrics["sessions"]["active"] == 1
    text = httpx.get(f"{daemon.base_url}/metrics", headers=daemon.headers).text
    assert f'gatehouse_answers_total{{model="{MODEL}",result="succeeded"}} 3' in text
    assert httpx.get(f"{daemon.base_url}/metrics").status_code == 401


CONFIG = {
    "provider": {
        "model_name": MODEL,
        "models": [MODEL],
        "max_tokens": 2048,
        "temperature": 0.7,
        "stream_enabled": True,
    },
    "security": {
        "rate_limit_rpm": 60,
        "rate_limit_tpm": 100_000,
        "session_ttl_seconds": 300,
        "max_sessions": 10,
    },
    "mcp": {
        "connection_status": ("connected", "disconnected"),
        "agent_id": (shapes.name, None),
        "heartbeat_interval": 30,
    },
}


def test_37_the_configuration_is_told_without_secrets(start):
    daemon = provide(start)
    with http_client(daemon) as http, connected(daemon, models=[MODEL]):
        answer = http.get("/config")
        shapes.openai(answer, CONFIG)
        assert daemon.key not in answer.text and "sha256" not in answer.text
        eventually(lambda: http.get("/config").json()["mcp"]["connection_status"] == "connected")
    assert httpx.get(f"{daemon.base_url}/config").status_code == 401


MCP_CONNECTION = {
    "status": "connected",
    "agents": 1,
    "last_ping": (shapes.moment, None),
    "messages_sent": shapes.positive,
    "messages_received": shapes.positive,
    "pending_requests": 0,
    "active_streams": 0,
}


def test_37_health_tells_of_the_connection_to_agents(start):
    daemon = provide(start)

    def connection():
        return httpx.get(f"{daemon.base_url}/health").json()["mcp_connection"]

    with connected(daemon, models=[MODEL]):
        assert ask(daemon, model=MODEL)[0] == 200
        eventually(lambda: not list(shapes.faults(connection(), MCP_CONNECTION, "mcp_connection")))
    left = eventually(lambda: (now := connection())["status"] == "disconnected" and now)
    assert (left["agents"], left["pending_requests"]) == (0, 0)
