"""The program `ollama`: itself, where it is installed, and its requests everywhere.

It sends no key, so that the daemon it talks to needs a listener without (`auth = "none"`).
"""

import datetime
import json
import os
import shutil
import subprocess

import pytest

from agents import connected
from assistant import USAGE, assistant
from go_client import CHAT_ANSWER, GENERATE_ANSWER, LISTED, RUNNING, SHOWN, GoClient
from local_provider import MODEL, local_provider

PROGRAM = shutil.which("ollama")


@pytest.fixture(scope="module")
def daemon(tmp_path_factory):
    with local_provider(tmp_path_factory.mktemp("daemon"), listener={"auth": "none"}) as daemon:
        with connected(daemon, models=[MODEL], script=assistant):
            yield daemon


@pytest.fixture
def client(daemon):
    client = GoClient(daemon)
    yield client
    client.close()


def show_request(**members):
    """api.ShowRequest has no field that is left out when empty."""
    empty = {"model": "", "system": "", "template": "", "verbose": False, "options": None, "name": ""}
    return empty | members


def generate_request(**members):
    return {"model": MODEL, "prompt": "", "suffix": "", "system": "", "template": "", "options": {}} | members


def when(text):
    return datetime.datetime.fromisoformat(text)


# The requests


def test_the_heartbeat_before_each_command_is_answered(client):
    answer = client.do("HEAD", "/")
    assert (answer.status, answer.body) == (200, b"")


def test_list_shows_the_model(client):
    rows = client.do("GET", "/api/tags", into={"models": [LISTED]})["models"]
    assert [row["name"] for row in rows] == [MODEL]
    assert len(rows[0]["digest"]) >= 12, "it prints twelve characters, and panics if there are fewer"
    assert when(rows[0]["modified_at"]).year > 2000


@pytest.mark.parametrize("field", ["model", "name"])
def test_show_describes_the_model(client, field):
    """`ollama show` names it in `name` and leaves `model` empty, `ollama run` the other way round."""
    shown = client.do("POST", "/api/show", show_request(**{field: MODEL}), into=SHOWN)
    assert shown["model_info"]["general.architecture"]
    assert "completion" in shown["capabilities"]
    assert "thinking" not in shown["capabilities"], "it would ask the model to think"
    assert not shown.get("remote_host"), "it would take the model for one of ollama.com"


def test_show_of_an_unknown_model_is_not_found(client):
    """`ollama run` pulls a model when it hears 404, and no other status."""
    answer = client.ask("POST", "/api/show", show_request(name="missing"))
    assert answer.status == 404
    assert "missing" in json.loads(answer.body)["error"]


def test_a_pull_is_refused_with_an_error_it_can_show(client):
    answer = client.ask("POST", "/api/pull", {"model": "missing", "name": "missing"}, "application/x-ndjson")
    assert answer.status in (404, 501)
    assert isinstance(json.loads(answer.body)["error"], str)


def test_ps_shows_the_model_whose_agent_is_connected(client):
    rows = client.do("GET", "/api/ps", into={"models": [RUNNING]})["models"]
    assert [row["name"] for row in rows] == [MODEL]
    assert len(rows[0]["digest"]) >= 12
    now = datetime.datetime.now(datetime.timezone.utc)
    assert when(rows[0]["expires_at"]) > now, "it prints 'Stopping...' for a time that is over"


def test_ps_does_not_show_a_model_without_agent(tmp_path):
    with local_provider(tmp_path, listener={"auth": "none"}) as alone:
        client = GoClient(alone)
        assert client.do("GET", "/api/ps", into={"models": [RUNNING]})["models"] == []
        client.close()


def test_run_loads_the_model_with_an_empty_prompt(client):
    lines = client.stream("/api/generate", generate_request(options=None), into=GENERATE_ANSWER)
    assert [(line["done"], line["done_reason"], line["response"]) for line in lines] == [(True, "load", "")]


def test_stop_unloads_the_model(client):
    lines = client.stream("/api/generate", generate_request(options=None, keep_alive="0s"), GENERATE_ANSWER)
    assert [(line["done"], line["done_reason"]) for line in lines] == [(True, "unload")]


def test_run_with_a_prompt_generates(client):
    asked = generate_request(prompt="Grüße von 猫", options={})
    lines = client.stream("/api/generate", asked, into=GENERATE_ANSWER)
    assert "".join(line["response"] for line in lines) == "Grüße von 猫"
    assert [line["done"] for line in lines] == [False] * (len(lines) - 1) + [True]


@pytest.mark.parametrize("members", [{}, {"format": "json"}, {"think": False}, {"keep_alive": "5m0s"}])
def test_run_chats(client, members):
    asked = {"model": MODEL, "messages": [{"role": "user", "content": "Grüße von 猫"}], "options": {}}
    lines = client.stream("/api/chat", asked | members, into=CHAT_ANSWER)
    assert "".join(line["message"]["content"] for line in lines) == "Grüße von 猫"
    assert len(lines) >= 3
    assert lines[-1]["done_reason"] == "stop"
    assert (lines[-1]["prompt_eval_count"], lines[-1]["eval_count"]) == tuple(USAGE.values())[:2]
    assert lines[-1]["total_duration"] > 0


def test_a_chat_with_an_unknown_model_is_an_error_in_one_line(client):
    asked = {"model": "missing", "messages": [{"role": "user", "content": "x"}]}
    answer = client.ask("POST", "/api/chat", asked, accept="application/x-ndjson")
    assert answer.status == 404
    assert json.loads(answer.body) == {"error": "model 'missing' not found"}


def test_one_connection_serves_a_whole_session(client):
    client.do("HEAD", "/")
    socket = client.connection.sock
    client.do("GET", "/api/version")
    client.do("POST", "/api/show", show_request(model=MODEL))
    client.stream("/api/generate", generate_request(), into=GENERATE_ANSWER)
    client.stream("/api/chat", {"model": MODEL, "messages": [{"role": "user", "content": "x"}]}, CHAT_ANSWER)
    assert client.connection.sock is socket


# The program


@pytest.fixture
def ollama(daemon, tmp_path):
    if PROGRAM is None:
        pytest.skip("no program `ollama` in PATH")

    def run(*arguments):
        home = {"HOME": str(tmp_path), "OLLAMA_HOST": f"127.0.0.1:{daemon.port}"}
        done = subprocess.run(
            [PROGRAM, *arguments],
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=40,
            env=os.environ | home,
        )
        assert done.returncode == 0, f"{arguments}: {done.stdout}{done.stderr}"
        return done.stdout

    return run


def test_the_program_lists_and_shows_the_model(ollama):
    assert MODEL in ollama("list")
    assert MODEL in ollama("ps")
    assert "completion" in ollama("show", MODEL)


def test_the_program_runs_the_model(ollama):
    assert "Grüße von 猫" in ollama("run", MODEL, "Grüße von 猫")
