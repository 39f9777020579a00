"""Where the systems that Gatehouse unites contradict each other: one listener each."""

import httpx
import openai
import pytest

from agents import connected, fails
from configuration import free_port
from daemon import daemons

pytestmark = pytest.mark.integration

HELLO = [{"role": "user", "content": "hello"}]


@pytest.fixture(scope="module")
def profiles(tmp_path_factory):
    """The URL of a listener for each profile, and the head that all want."""
    ports = {name: free_port() for name in ("default", "proxy", "straico")}
    rows = [{"name": name, "address": f"127.0.0.1:{port}", "profile": name} for name, port in ports.items()]
    with daemons(tmp_path_factory.mktemp("profiles")) as start:
        daemon = start(listeners=rows)
        with connected(daemon, script=fails("no")):
            yield {name: (f"http://127.0.0.1:{port}", daemon.headers) for name, port in ports.items()}


def post(profile, path="/v1/chat/completions", **members):
    url, headers = profile
    return httpx.post(url + path, json={"model": "echo", "messages": HELLO} | members, headers=headers)


@pytest.mark.parametrize(
    ("name", "content_type"),
    [
        ("default", "text/event-stream; charset=utf-8"),
        ("proxy", "text/event-stream; charset=utf-8"),
        ("straico", "text/event-stream"),
    ],
)
def test_c1_the_content_type_of_a_stream(profiles, name, content_type):
    assert post(profiles[name], stream=True).headers["content-type"] == content_type


@pytest.mark.parametrize(("name", "status"), [("default", 422), ("proxy", 400), ("straico", 400)])
def test_c5_an_unknown_model(profiles, name, status):
    answer = post(profiles[name], model="unknown")
    assert (answer.status_code, answer.json()["error"]["code"]) == (status, "model_not_found")


@pytest.mark.parametrize(("name", "status"), [("default", 422), ("proxy", 422), ("straico", 400)])
def test_c8_an_invalid_field(profiles, name, status):
    answer = post(profiles[name], temperature=9)
    assert (answer.status_code, answer.json()["error"]["code"]) == (status, "invalid_value")


@pytest.mark.parametrize(("name", "status"), [("default", 500), ("proxy", 502), ("straico", 502)])
def test_c17_an_agent_that_fails(profiles, name, status):
    answer = post(profiles[name], model="m")
    assert (answer.status_code, answer.json()["error"]["code"]) == (status, "agent_error")


@pytest.mark.parametrize("name", ["default", "proxy", "straico"])
def test_official_clients_are_served_by_every_profile(profiles, name):
    url, headers = profiles[name]
    with openai.OpenAI(
        base_url=f"{url}/v1", api_key=headers["Authorization"].split()[1], max_retries=0
    ) as client:
        chunks = client.chat.completions.create(model="echo", messages=HELLO, stream=True)
        assert "".join(chunk.choices[0].delta.content or "" for chunk in chunks).strip() == "hello"
        with pytest.raises(openai.APIStatusError):
            client.chat.completions.create(model="m", messages=HELLO)
