"""`models = ["*"]`: every name goes to its provider, and the list of models is the provider's own, too."""

import concurrent.futures
import time

import httpx
import ollama
import openai
import pytest

import configuration
import raw
import recorded
from agents import Gate
from clients import new_client
from relaying import PROVIDER_KEY, ask, chat, error_of, post, relay, row
from replies import Reply, failure, whole
from upstream import Upstream
from waiting import eventually

pytestmark = pytest.mark.integration

ANSWER = whole(recorded.whole("openai", 0))
OPEN = {"models": ["a", "*"]}
USER = [{"role": "user", "content": "hello"}]


def listing(*names):
    return whole({"object": "list", "data": [{"id": name, "object": "model"} for name in names]})


class Provider:
    """A script: its list of models, and a chat for each name of it; another name gets its own 404."""

    def __init__(self, *names, list=None):
        self.names = names
        self.list = list or listing(*names)

    def __call__(self, request):
        if request.method == "GET":
            return self.list
        if request.json()["model"] in self.names:
            return ANSWER
        return failure(404, "there is none such", "invalid_request_error", "model_not_found")


def questions(upstream):
    """The requests for the list."""
    return [request for request in upstream.requests if request.method == "GET"]


def names(daemon, key=None, path="/v1/models"):
    headers = {"Authorization": f"Bearer {key or daemon.key}"}
    response = httpx.get(daemon.base_url + path, headers=headers, timeout=20)
    assert response.status_code == 200, response.text
    body = response.json()
    return [model.get("id") or model["name"] for model in body.get("data") or body["models"]]


def warnings(daemon):
    return [line for line in daemon.log.splitlines() if "models unknown" in line]


@pytest.fixture
def upstream():
    with Upstream(Provider("z", "b", "b", "org/c d", "echo")) as upstream:
        yield upstream


STANDARD = ["echo", "m", "a"]
ALL = [*STANDARD, "b", "org/c d", "z"]


def test_the_official_client_lists_both_kinds(start, upstream):
    daemon = relay(start, upstream.url, OPEN)
    with new_client(daemon) as client:
        models = client.models.list().data
        assert [model.id for model in models] == ALL
        assert {model.owned_by for model in models} == {"gatehouse"}
        assert len({model.created for model in models}) == 1
        assert [client.models.retrieve(name).id for name in ("b", "echo")] == ["b", "echo"]
        with pytest.raises(openai.APIStatusError) as error:
            client.models.retrieve("nobody")
        assert error.value.code == "model_not_found"
    assert names(daemon, path="/models") == names(daemon, path="/api/tags") == ALL
    model = httpx.get(daemon.base_url + "/v1/models/org%2Fc%20d", headers=daemon.headers).json()
    assert model["id"] == "org/c d"
    (question,) = upstream.requests
    assert (question.target, question.body) == ("/v1/models", b"")
    assert question.value("authorization") == f"Bearer {PROVIDER_KEY}"
    assert question.value("content-type") is None
    assert daemon.key.encode() not in question.head


def test_ollama_s_client_lists_and_shows_them(start, upstream):
    daemon = relay(start, upstream.url, OPEN)
    client = ollama.Client(host=daemon.base_url, headers=daemon.headers)
    assert [model.model for model in client.list().models] == ALL
    assert client.show("z").capabilities == ["completion", "tools"]
    with pytest.raises(ollama.ResponseError) as error:
        client.show("nobody")
    assert error.value.status_code == 404
    assert len(upstream.requests) == 1


def test_a_name_that_nobody_listed_reaches_the_provider(start, upstream):
    daemon = relay(start, upstream.url, OPEN)
    with new_client(daemon) as client:
        for name in ["b", "a", "org/c d"]:
            upstream.script.names = [name]
            assert client.chat.completions.create(model=name, messages=USER).choices
            assert upstream.requests[-1].json()["model"] == name
            assert upstream.requests[-1].value("authorization") == f"Bearer {PROVIDER_KEY}"
        answer = client.chat.completions.create(model="echo", messages=USER)
        assert answer.choices[0].message.content == "hello"
    assert len(upstream.requests) == 3
    assert questions(upstream) == []


def test_the_provider_s_own_404_comes_back(start, upstream):
    daemon = relay(start, upstream.url, OPEN)
    response = ask(daemon, chat(daemon, model="tpyo"))
    assert response.status == 404
    assert response.body == upstream.script(upstream.requests[-1]).body
    assert response.json()["error"]["message"] == "there is none such"


@pytest.mark.parametrize("name", ["a\nb", "\0", "b\x7f", "ü" * 128 + "a"])
def test_what_can_be_no_name_is_asked_of_nobody(start, upstream, name):
    daemon = relay(start, upstream.url, OPEN)
    error_of(ask(daemon, chat(daemon, model=name)), 422, "model_not_found")
    assert upstream.requests == []


def test_rows_and_lists_are_decisive(start, upstream):
    with Upstream(ANSWER) as other:
        daemon = relay(
            start, upstream.url, {"models": ["*"], "priority": 1},
            providers={"named": row(other.url, ["own"])},
            models={"fast": {"provider": "up", "model": "b"}, "z": {"provider": "named"}},
        )  # fmt: skip
        assert ask(daemon, chat(daemon, model="fast")).status == 200
        assert upstream.requests[-1].json()["model"] == "b"
        assert [ask(daemon, chat(daemon, model=name)).status for name in ("own", "z")] == [200, 200]
        assert [request.json()["model"] for request in other.requests] == ["own", "z"]
        assert names(daemon) == ["fast", "z", "echo", "m", "own", "b", "org/c d"]


def test_a_list_is_asked_for_once(start, upstream):
    daemon = relay(start, upstream.url, OPEN)
    assert [names(daemon) for _ in range(5)] == [ALL] * 5
    assert len(upstream.requests) == 1


def test_concurrent_clients_share_one_question(start, upstream):
    gate = Gate()
    reply = upstream.script.list
    upstream.script.list = reply.changed(pieces=(gate, *reply.pieces))
    daemon = relay(start, upstream.url, OPEN)
    with concurrent.futures.ThreadPoolExecutor(8) as pool:
        asked = [pool.submit(names, daemon) for _ in range(8)]
        upstream.request(1)
        eventually(lambda: daemon.status()["worker:0"]["in_flight"] == 8)
        gate.open()
        assert [each.result() for each in asked] == [ALL] * 8
    assert len(upstream.requests) == 1


def test_all_providers_are_asked_at_once(start, upstream):
    gate = Gate()
    upstream.script.list = upstream.script.list.changed(wait=gate)
    with Upstream(Provider(list=listing("b", "w").changed(wait=gate))) as other:
        daemon = relay(start, upstream.url, OPEN, providers={"other": row(other.url, ["*"])})
        with concurrent.futures.ThreadPoolExecutor(1) as pool:
            asked = pool.submit(names, daemon)
            upstream.request(1)
            other.request(1)
            gate.open()
            assert asked.result() == [*ALL, "w"]


FAULTS = {
    "401": failure(401, f"Incorrect API key provided: {PROVIDER_KEY}"),
    "500": failure(500, PROVIDER_KEY),
    "redirect": Reply(302, (("location", f"http://127.0.0.1/?key={PROVIDER_KEY}"),)),
    "no JSON": Reply(pieces=(f"<p>{PROVIDER_KEY}</p>".encode(),)),
    "no list": whole({"error": {"message": PROVIDER_KEY}}),
    "too long": whole(b'{"data":[]}' + b" " * (4 << 20)),
    "too long in chunks": whole(b'{"data":[]}' + b" " * (4 << 20), framing="chunked"),
    "too many": listing(*(f"m{number}" for number in range(10_001))),
    "cut": listing("b").changed(cut_at=120),
    "no HTTP": Reply(raw=f"{PROVIDER_KEY}\r\n\r\n".encode(), after="close"),
}


@pytest.mark.parametrize("name", FAULTS)
def test_a_provider_that_gives_no_list_is_warned_of_and_left_out(start, upstream, name):
    upstream.script.list = FAULTS[name]
    daemon = relay(start, upstream.url, OPEN, log={"level": "debug"})
    assert [names(daemon) for _ in range(3)] == [STANDARD] * 3
    (line,) = eventually(lambda: warnings(daemon))
    assert "provider=up" in line and "reason=" in line, line
    assert len(upstream.requests) == 1
    assert PROVIDER_KEY not in daemon.log


def test_a_provider_that_is_down_is_listed_when_it_is_up_again(start, upstream):
    upstream.stop_listening()
    daemon = relay(start, upstream.url, OPEN)
    assert names(daemon) == STANDARD
    assert len(eventually(lambda: warnings(daemon))) == 1
    error_of(ask(daemon, chat(daemon, model="b")), 502)
    upstream.listen_again()
    eventually(lambda: names(daemon) == ALL, within=10)
    assert len(warnings(daemon)) == 1


@pytest.mark.slow
def test_nobody_waits_for_a_provider_that_says_nothing(start, upstream):
    upstream.script.list = upstream.script.list.changed(stall_at=20)
    daemon = relay(start, upstream.url, OPEN)
    began = time.monotonic()
    with concurrent.futures.ThreadPoolExecutor(3) as pool:
        asked = [pool.submit(names, daemon) for _ in range(3)]
        assert [each.result() for each in asked] == [STANDARD] * 3
    assert 4.5 < time.monotonic() - began < 7
    assert "no answer in time" in warnings(daemon)[0]
    began = time.monotonic()
    assert names(daemon) == STANDARD
    assert time.monotonic() - began < 2
    upstream.left(0)


def test_hostile_names_are_dropped(start, upstream):
    token = "another-secret-0123456789"
    hostile = ["", "x" * 257, "a\nb", "\x7f", f"key {PROVIDER_KEY}", f"x{token}", "*", "<script>", "ü"]
    upstream.script.list = listing(*hostile, None, 7)
    daemon = relay(start, upstream.url, OPEN | {"headers": {"x-api-token": token}})
    assert names(daemon) == [*STANDARD, "*", "<script>", "ü"]
    assert upstream.requests[0].value("x-api-token") == token
    assert PROVIDER_KEY not in daemon.log


def keys(**models):
    """(the rows, the keys) of keys that may use these models."""
    secrets = {name: configuration.new_key() for name in models}
    rows = [
        {"name": name, "sha256": configuration.digest(secrets[name]), "models": allowed}
        for name, allowed in models.items()
    ]
    return rows, secrets


def test_a_key_sees_and_reaches_its_own_models_only(start, upstream):
    rows, secret = keys(one=["a"], other=["z", "echo", "unlisted"])
    daemon = relay(start, upstream.url, OPEN, auth={"keys": rows})
    assert names(daemon, secret["one"]) == names(daemon, secret["one"], "/api/tags") == ["a"]
    assert names(daemon, secret["other"]) == ["echo", "z"]
    upstream.forget()
    daemon.key = secret["one"]
    error_of(ask(daemon, chat(daemon, model="b")), 403, "model_not_allowed")
    error_of(ask(daemon, chat(daemon, model="unlisted")), 403, "model_not_allowed")
    assert httpx.get(daemon.base_url + "/v1/models/z", headers=daemon.headers).status_code == 422
    assert upstream.requests == []
    daemon.key = secret["other"]
    upstream.script.names = ["unlisted"]
    assert ask(daemon, chat(daemon, model="unlisted")).status == 200


def test_a_listener_shows_and_lets_through_its_own_models_only(start, upstream):
    port = configuration.free_port()
    second = {"name": "second", "address": f"127.0.0.1:{port}", "models": ["b"], "auth": "none"}
    daemon = relay(start, upstream.url, OPEN)
    daemon.reload(listeners=[*daemon.configuration["listeners"], second])
    body = httpx.get(f"http://127.0.0.1:{port}/v1/models").json()
    assert [model["id"] for model in body["data"]] == ["b"]
    error_of(raw.ask(port, chat(daemon, model="z")), 422, "model_not_found")
    assert raw.ask(port, chat(daemon, model="b")).status == 200
    document = httpx.get(f"http://127.0.0.1:{port}/openapi.json").json()
    assert "enum" not in document["components"]["schemas"]["ModelName"]
    assert httpx.get(f"http://127.0.0.1:{port}/health").json()["status"] == "healthy"


def test_only_names_of_a_list_become_labels(start, upstream):
    daemon = relay(start, upstream.url, OPEN)
    for name in ("b", "unlisted"):
        ask(daemon, chat(daemon, model=name))
    assert "b" not in labels(daemon)
    names(daemon)
    for name in ("b", "unlisted", "z"):
        ask(daemon, chat(daemon, model=name))
    assert {"b", "z", "other"} <= labels(daemon) and "unlisted" not in labels(daemon)
    # Lines of requests wait for company, and rows for the store.
    eventually(lambda: sum("model=unlisted" in line for line in daemon.log.splitlines()) == 2)
    eventually(lambda: '"b"' in httpx.get(daemon.base_url + "/v1/usage", headers=daemon.headers).text)


def labels(daemon):
    fields = daemon.headers | {"Accept": "text/plain"}
    text = httpx.get(daemon.base_url + "/metrics", headers=fields).text
    return {line.split('model="')[1].split('"')[0] for line in text.splitlines() if 'model="' in line}


def test_a_reload_forgets_the_lists_of_rows_that_changed(start, upstream):
    daemon = relay(start, upstream.url, OPEN)
    assert names(daemon) == ALL
    daemon.reload(limits={"burst": 7, "requests_per_minute": 700})
    assert names(daemon) == ALL
    assert len(upstream.requests) == 1
    upstream.script.list = listing("new")
    daemon.reload(providers={"up": {"timeout": "299s"}})
    assert names(daemon) == [*STANDARD, "new"]
    assert len(upstream.requests) == 2
    daemon.reload(providers={"up": {"models": ["a"]}})
    assert names(daemon) == STANDARD
    error_of(ask(daemon, chat(daemon, model="new")), 422, "model_not_found")


def test_questions_need_no_turn(start):
    gate = Gate()
    replies = {"GET": listing("a"), "POST": ANSWER.changed(wait=gate)}
    with Upstream(lambda request: replies[request.method]) as upstream:
        daemon = relay(start, upstream.url, OPEN | {"max_concurrent": 1, "max_queue": 0})
        with raw.Connection(daemon.port) as client:
            client.send(chat(daemon))
            upstream.request(1)
            assert names(daemon) == STANDARD
            gate.open()
            assert client.response().status == 200


def test_embeddings_and_completions_reach_it_too(start, upstream):
    daemon = relay(start, upstream.url, OPEN)
    for path, member in (("/v1/embeddings", "input"), ("/v1/completions", "prompt")):
        ask(daemon, post(daemon, {"model": "z", member: "x"}, path=path))
        assert (upstream.requests[-1].target, upstream.requests[-1].json()["model"]) == (path, "z")
