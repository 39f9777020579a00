"""What goes wrong reaches OpenAI's client as the exception it has for it, and the daemon goes on."""

import json

import httpx
import openai
import pytest

from agents import Agent, Gate, connected, fails, keeps_silent
from clients import new_client
from configuration import digest, new_key

pytestmark = pytest.mark.e2e

HELLO = [{"role": "user", "content": "hello"}]


def post(daemon, body, path="/v1/chat/completions", **headers):
    headers = daemon.headers | {"Content-Type": "application/json"} | headers
    return httpx.post(daemon.base_url + path, content=body, headers=headers)


def test_a_wrong_key_is_an_authentication_error(daemon):
    with pytest.raises(openai.AuthenticationError) as caught:
        new_client(daemon, api_key=new_key()).chat.completions.create(model="echo", messages=HELLO)
    assert caught.value.code == "invalid_api_key"
    assert caught.value.type == "authentication_error"
    assert "Invalid API key" in caught.value.message
    assert caught.value.response.headers["www-authenticate"].startswith("Bearer")
    assert caught.value.request_id


def test_a_missing_key_is_refused_with_a_body_that_both_kinds_of_clients_read(daemon):
    answer = httpx.get(f"{daemon.base_url}/v1/models")
    assert answer.status_code == 401
    assert set(answer.json()["error"]) == {"message", "type", "param", "code"}
    assert answer.json()["detail"] == answer.json()["error"]["message"]


def test_an_unknown_model_is_unprocessable(client):
    with pytest.raises(openai.UnprocessableEntityError) as caught:
        client.chat.completions.create(model="gpt-9", messages=HELLO)
    assert (caught.value.code, caught.value.param) == ("model_not_found", "model")
    with pytest.raises(openai.UnprocessableEntityError) as caught:
        client.models.retrieve("gpt-9")
    assert caught.value.code == "model_not_found"


def test_a_key_may_be_kept_to_some_models(start):
    key = new_key()
    daemon = start(auth={"keys": [{"name": "little", "sha256": digest(key), "models": ["echo"]}]})
    client = new_client(daemon, api_key=key)
    client.chat.completions.create(model="echo", messages=HELLO)
    with pytest.raises(openai.PermissionDeniedError) as caught:
        client.chat.completions.create(model="m", messages=HELLO)
    assert caught.value.code == "model_not_allowed"
    assert [model.id for model in client.models.list()] == ["echo"]


INVALID = [
    ({"messages": []}, "messages"),
    ({"messages": "hello"}, "messages"),
    ({"messages": ["hello"]}, "messages[0]"),
    ({"messages": [{"content": "hello"}]}, "messages[0].role"),
    ({"messages": [*HELLO, {"role": "chief", "content": "hello"}]}, "messages[1].role"),
    ({"messages": [{"role": "user"}]}, "messages[0].content"),
    ({"messages": [{"role": "user", "content": 7}]}, "messages[0].content"),
    ({"model": None}, "model"),
    ({"model": 7}, "model"),
    ({"messages": [{"role": "user", "content": "x" * 100_001}]}, "messages[0].content"),
    ({"max_tokens": 0}, "max_tokens"),
    ({"max_tokens": 8193}, "max_tokens"),
    ({"max_tokens": 1.5}, "max_tokens"),
    ({"max_tokens": "many"}, "max_tokens"),
    ({"temperature": 2.01}, "temperature"),
    ({"temperature": "hot"}, "temperature"),
    ({"top_p": -0.1}, "top_p"),
    ({"stream": "yes"}, "stream"),
    ({"stream_options": 1, "stream": True}, "stream_options"),
]


@pytest.mark.parametrize(
    ("fields", "parameter"), INVALID, ids=[json.dumps(fields)[:60] for fields, _ in INVALID]
)
def test_an_invalid_field_is_named(client, fields, parameter):
    with pytest.raises(openai.UnprocessableEntityError) as caught:
        client.chat.completions.create(model="echo", messages=HELLO, extra_body=fields)
    assert caught.value.param == parameter
    assert (caught.value.code, caught.value.type) == ("invalid_value", "invalid_request_error")
    assert parameter in caught.value.message


VALID = [
    {"max_tokens": 1},
    {"max_tokens": 8192},
    {"temperature": 0},
    {"temperature": 2},
    {"top_p": 0},
    {"top_p": 1},
    {"messages": [{"role": "user", "content": "🦆" * 100_000}]},
    {"messages": [{"role": "user", "content": [{"type": "text", "text": "hello"}]}]},
]


@pytest.mark.parametrize("fields", VALID, ids=[json.dumps(fields)[:60] for fields in VALID])
def test_a_field_may_have_its_extreme_values(client, fields):
    answer = client.chat.completions.create(model="echo", messages=HELLO, extra_body=fields)
    assert answer.choices[0].message.content == (
        fields["messages"][0]["content"] if "🦆" in str(fields) else "hello"
    )


def test_all_faults_are_named_at_once(client):
    with pytest.raises(openai.UnprocessableEntityError) as caught:
        client.chat.completions.create(model="echo", messages=[], extra_body={"temperature": 9, "top_p": 9})
    assert all(name in caught.value.message for name in ("messages", "temperature", "top_p"))


@pytest.mark.parametrize("body", [b"", b"{", b"hello", b"[]", b"null", b"{'model': 1}", b"{} {}", b"\xff"])
def test_a_body_that_is_no_json_object_is_a_bad_request(daemon, body):
    answer = post(daemon, body)
    assert answer.status_code == 400
    assert answer.json()["error"]["code"] == "invalid_json"
    assert set(answer.json()["error"]) == {"message", "type", "param", "code"}


def test_a_multipart_body_is_not_read(daemon):
    assert post(daemon, b"--a--", **{"Content-Type": "multipart/form-data; boundary=a"}).status_code == 415


def test_a_body_beyond_the_limit_is_too_large(start):
    daemon = start(server={"request_body_limit": "64KiB"})
    with pytest.raises(openai.APIStatusError) as caught:
        new_client(daemon).chat.completions.create(
            model="echo", messages=[{"role": "user", "content": "x" * 70_000}]
        )
    assert caught.value.status_code == 413
    assert caught.value.code == "request_too_large"
    assert new_client(daemon).chat.completions.create(model="echo", messages=HELLO)


def test_a_model_without_agent_is_unavailable(client):
    with pytest.raises(openai.InternalServerError) as caught:
        client.chat.completions.create(model="nobody", messages=HELLO)
    assert caught.value.status_code == 503
    assert (caught.value.type, caught.value.code) == ("service_error", "agent_unavailable")
    assert caught.value.response.headers["retry-after"] == "2"
    with pytest.raises(openai.InternalServerError):
        client.chat.completions.create(model="nobody", messages=HELLO, stream=True)


def test_the_client_tries_again_until_an_agent_is_there(start):
    daemon = start()
    attempts, agents = [], []

    def note(response):
        attempts.append(response.status_code)
        if len(attempts) == 1:
            agents.append(connected(daemon))
            agents[0].__enter__()

    http_client = openai.DefaultHttpxClient(event_hooks={"response": [note]})
    client = new_client(daemon, max_retries=2, http_client=http_client)
    try:
        answer = client.chat.completions.create(model="m", messages=HELLO)
    finally:
        agents[0].__exit__(None, None, None)
    assert answer.choices[0].message.content == "hello"
    assert attempts == [503, 200]


@pytest.mark.parametrize(
    "error", ["its disk is full", {"code": "no_space", "message": "its disk is full", "details": {"free": 0}}]
)
def test_the_error_of_an_agent_is_told_and_the_next_request_is_fine(start, error):
    daemon = start()
    client = new_client(daemon)
    with connected(daemon, script=fails(error)), pytest.raises(openai.InternalServerError) as caught:
        client.chat.completions.create(model="m", messages=HELLO)
    assert (caught.value.status_code, caught.value.code) == (500, "agent_error")
    assert "its disk is full" in caught.value.message
    with connected(daemon):
        assert client.chat.completions.create(model="m", messages=HELLO).choices[0].message.content == "hello"


async def test_an_agent_that_leaves_fails_its_requests(daemon, async_client):
    async def leave(invoke, send):
        await agent.socket.close()

    async with Agent(daemon, script=leave) as agent:
        with pytest.raises(openai.InternalServerError) as caught:
            await async_client.chat.completions.create(model="m", messages=HELLO)
    assert (caught.value.status_code, caught.value.code) == (500, "agent_error")


async def test_an_agent_that_fails_in_a_stream_ends_it_with_its_error(daemon, async_client):
    async def fail(invoke, send):
        await send("model_stream_chunk", chunk={"delta": {"content": "first"}}, finished=False)
        await send("error", error="its disk is full")

    texts = []
    async with Agent(daemon, script=fail):
        stream = await async_client.chat.completions.create(model="m", messages=HELLO, stream=True)
        with pytest.raises(openai.APIError) as caught:
            async for chunk in stream:
                texts.append(chunk.choices[0].delta.content)
    assert texts == ["first"]
    assert "its disk is full" in caught.value.message
    assert caught.value.body["code"] == "agent_error"


async def test_a_stream_that_failed_has_no_done(daemon):
    async def fail(invoke, send):
        await send("model_stream_chunk", chunk={"delta": {"content": "first"}}, finished=False)
        await send("error", error="its disk is full")

    body = {"model": "m", "messages": HELLO, "stream": True}
    async with Agent(daemon, script=fail), httpx.AsyncClient() as client:
        answer = await client.post(
            f"{daemon.base_url}/v1/chat/completions", json=body, headers=daemon.headers
        )
    *_, last, empty = answer.text.split("\n\n")
    assert empty == ""
    assert set(json.loads(last.removeprefix("data: "))["error"]) == {"message", "type", "param", "code"}
    assert "[DONE]" not in answer.text


def test_a_silent_agent_times_out_once(start):
    daemon = start(bridge={"response_timeout": "1s"})
    attempts = []
    http_client = openai.DefaultHttpxClient(
        event_hooks={"response": [lambda one: attempts.append(one.status_code)]}
    )
    client = new_client(daemon, max_retries=2, http_client=http_client)
    with connected(daemon, script=keeps_silent) as agent:
        with pytest.raises(openai.InternalServerError) as caught:
            client.chat.completions.create(model="m", messages=HELLO)
        assert (caught.value.type, caught.value.code) == ("timeout_error", "upstream_timeout")
        assert attempts == [504], "x-should-retry: false"
        assert agent.all("model_invoke")


def test_an_agent_that_falls_silent_in_a_stream_ends_it(start):
    daemon = start(bridge={"stream_gap_timeout": "500ms"})
    gate = Gate()
    texts = []
    with connected(daemon, script=gate):
        stream = new_client(daemon).chat.completions.create(model="m", messages=HELLO, stream=True)
        with pytest.raises(openai.APIError) as caught:
            for chunk in stream:
                texts.append(chunk.choices[0].delta.content)
        gate.open()
    assert texts == ["first "]
    assert caught.value.body["code"] == "upstream_timeout"
