"""Two keys, the client's and the provider's: neither is seen on the other's side, nor written down anywhere."""

import json
import os
import re

import pytest

import configuration
import processes
import raw
import recorded
from daemon import daemons
from relaying import ask, chat, error_of, exchange, post, relay, row
from replies import Reply, event, failure, in_turn, streamed, whole
from upstream import Upstream
from waiting import eventually

pytestmark = pytest.mark.security

CANARY = "up-CANARY-7c1e5d0b9f42-of-the-provider"
ASKED = {"stream": True, "stream_options": {"include_usage": True}}
WHOLE = whole(recorded.whole("openai", 0))
FIRST = event({"id": "c", "object": "chat.completion.chunk", "created": 1, "model": "m",
               "choices": [{"index": 0, "delta": {"content": "first"}, "finish_reason": None}]})  # fmt: skip
DONE = b"data: [DONE]\n\n"
WORDS = f"Incorrect API key provided: {CANARY} (Bearer {CANARY})"


@pytest.fixture(scope="module")
def daemon(tmp_path_factory, upstream):
    """One that logs all that it can, and whose key may see everything."""
    with daemons(tmp_path_factory.mktemp("credentials")) as start:
        key = configuration.new_key()
        keys = [configuration.key_row(key) | {"scopes": ["inference", "observe", "admin"]}]
        patience = {"timeout": "300ms", "stream_gap_timeout": "300ms"}
        daemon = relay(
            start, upstream.url, patience,
            environment={"UP_KEY": CANARY}, auth={"keys": keys}, log={"level": "debug"}, server={"workers": 1, "debug": True},
            providers={"gone": row(f"http://127.0.0.1:{configuration.free_port()}/v1", ["gone"])},
        )  # fmt: skip
        daemon.key = key
        yield daemon


def everything(response):
    """Its head and body as bytes."""
    return repr(response.fields).encode() + response.body


ECHOES = {
    "whole error": failure(400, WORDS),
    "server's error": failure(500, WORDS),
    "limit": failure(429, WORDS),
    "401": failure(401, WORDS),
    "403": failure(403, WORDS),
    "error with 200": whole({"error": {"message": WORDS}}),
    "error in chunks": failure(400, WORDS, framing="chunked", step=7),
    "page": Reply(502, (("content-type", "text/html"),), (f"<p>{WORDS}</p>".encode(),)),
    "text": Reply(400, (("content-type", "text/plain"),), (WORDS.encode(),)),
    "fields": failure(
        429,
        "no",
        fields=(("content-type", "application/json"), ("x-request-id", CANARY), ("retry-after", CANARY)),
    ),
    "reason": Reply(raw=f"HTTP/1.1 500 {WORDS}\r\ncontent-length: 0\r\n\r\n".encode()),
    "garbage": Reply(raw=f"{WORDS}\r\n\r\n".encode(), after="close"),
    "first event": streamed([event({"error": {"message": WORDS}})]),
    "later event": streamed([FIRST, event({"error": {"message": WORDS}}), DONE]),
    "later event in pieces": streamed([FIRST, event({"error": {"message": WORDS}}), DONE], step=5),
    "half an event": streamed([FIRST, event({"error": {"message": WORDS}})[:-20]]),
    "no event": streamed([f"data: {WORDS}\n\n".encode()]),
    "location": Reply(302, (("location", f"http://127.0.0.1/?key={CANARY}"),)),
}


@pytest.mark.parametrize("form", [{}, ASKED], ids=["whole", "stream"])
@pytest.mark.parametrize("name", ECHOES)
def test_a_key_that_the_upstream_says_back_goes_no_further(daemon, upstream, name, form):
    response, request = exchange(daemon, upstream, ECHOES[name], chat(daemon, **form))
    assert request.value("authorization") == f"Bearer {CANARY}", "it was there to be said"
    assert CANARY.encode() not in everything(response)
    if name in ("whole error", "server's error", "limit"):
        assert response.status == ECHOES[name].status and response.json()["error"]["message"]


@pytest.mark.parametrize(
    "name, is_secret", [("X-Api-Token", True), ("Cookie", True), ("OpenAI-Organization", False)]
)
def test_credentials_in_other_fields_go_no_further_either(start, upstream, name, is_secret):
    """An organisation's name is none: providers say it in their errors."""
    value = "org-CANARY-4f1b77a0c2"
    daemon = relay(start, upstream.url, {"headers": {name: value}}, environment={"UP_KEY": CANARY})
    words = f"Limit reached in {value}"
    for reply in (failure(429, words), streamed([FIRST, event({"error": {"message": words}}), DONE])):
        response, request = exchange(daemon, upstream, reply, chat(daemon, **ASKED))
        assert request.value(name) == value, "it was there to be said"
        assert (value.encode() in everything(response)) != is_secret


def places(daemon):
    """The names and bytes of all that the daemon shows or leaves behind."""
    for target in ("/config", "/metrics", "/health", "/health/deep", "/v1/models", "/v1/usage", "/v1/sessions",
                   "/openapi.json", "/docs", "/v1/models/gpt-4o"):  # fmt: skip
        fields = [f"Authorization: Bearer {daemon.key}"]
        yield target, everything(ask(daemon, raw.request(target=target, fields=fields)))
    for command in ("status", "config", "models", "limits", "usage", "sessions", "tail worker:0", "tail gatehoused",
                    "db export", "pid", "events"):  # fmt: skip
        for options in ([], ["--json"]):
            done = daemon.control(*options, *command.split(), expect=None)
            yield f"{command} {options}", (done.stdout + done.stderr).encode()
    for pid in processes.members(daemon.pid):
        yield f"command line of {pid}", processes.title(pid).encode()
    for directory in (daemon.run_directory, daemon.state_directory):
        for path in directory.rglob("*"):
            if path.is_file():
                yield str(path), path.read_bytes()
    yield "log", daemon.log_file.read_bytes()


def ids(daemon):
    """The ids of requests in the log."""
    return re.findall(r"\bid=(req-\w+)", daemon.log)


def test_neither_key_stands_anywhere(daemon, upstream):
    upstream.script = in_turn(WHOLE, *ECHOES.values())
    for number in range(len(ECHOES) + 1):
        rows = [f"x-api-key: {daemon.key}", f"api-key: {daemon.key}"]
        ask(daemon, chat(daemon, rows, **(ASKED if number % 2 else {})))
    error_of(
        ask(daemon, post(daemon, {"model": "gone", "messages": [{"role": "user", "content": "x"}]})), 502
    )
    upstream.script = streamed([FIRST], stall_at=200)
    ask(daemon, chat(daemon, **ASKED))
    eventually(lambda: len(daemon.control("db", "export").stdout.splitlines()) > len(ECHOES))

    found = dict(places(daemon))
    for request in ids(daemon)[-40:]:
        done = daemon.control("why", request, expect=None)
        found[f"why {request}"] = (done.stdout + done.stderr).encode()
    secrets = {"the provider's": CANARY.encode(), "the client's": daemon.key.encode()}
    shown = [
        (whose, name) for name, data in found.items() for whose, secret in secrets.items() if secret in data
    ]
    assert not shown
    assert any(".journal" in name or "gatehouse.db" in name for name in found), "the search has seen files"
    assert any(name.endswith("audit.jsonl") for name in found)


def test_the_client_s_key_never_reaches_the_upstream(daemon, upstream):
    secret = daemon.key.encode()
    requests = []
    for form in ({}, ASKED):
        for rows in (
            [],
            [f"x-api-key: {daemon.key}"],
            [f"api-key: {daemon.key}"],
            [f"cookie: key={daemon.key}"],
        ):
            requests.append(exchange(daemon, upstream, WHOLE, chat(daemon, rows, **form))[1])
    for request in requests:
        assert secret not in request.head + request.body
        assert request.values("authorization") == [f"Bearer {CANARY}"]


def test_only_who_needs_the_key_has_it(daemon):
    """What other processes of this user may read of a child's environment has no key in it."""
    for role, pid in daemon.roles().items():
        with open(f"/proc/{pid}/environ", "rb") as environment:
            assert CANARY.encode() not in environment.read(), role


def memory(pid):
    """All that a core of the process would hold, mapping by mapping."""
    with open(f"/proc/{pid}/maps") as maps, open(f"/proc/{pid}/mem", "rb", buffering=0) as bytes_:
        for line in maps:
            start, end = (int(number, 16) for number in line.split()[0].split("-"))
            if line.split()[1].startswith("r") and "[v" not in line:
                bytes_.seek(start)
                try:
                    yield bytes_.read(end - start)
                except OSError:
                    pass  # of a file that has become shorter


def test_nobody_s_core_would_hold_a_key_that_is_not_its_business(daemon, upstream):
    """Workers see both, the supervisor hands the provider's on; a client's stands nowhere else, not even there."""
    for form in ({}, ASKED):
        assert exchange(daemon, upstream, WHOLE, chat(daemon, **form))[0].status == 200
    eventually(lambda: daemon.control("usage").stdout.strip())
    roles = daemon.roles()
    held = {
        role: {whose for piece in memory(pid) for whose, key in (("provider", CANARY), ("client", daemon.key))
               if key.encode() in piece}
        for role, pid in {**roles, "gatehoused": daemon.pid}.items()
    }  # fmt: skip
    assert held.pop("gatehoused") <= {"provider"}
    assert held.pop("worker 0") == {"provider", "client"}, "the search has found what is there"
    assert {role: found for role, found in held.items() if found} == {}
    assert {"bridge 0", "store 0"} <= set(held)


def test_a_printed_configuration_has_no_key(start, upstream, tmp_path):
    file = tmp_path / "key"
    file.write_text(CANARY + "\n")
    file.chmod(0o600)
    daemon = relay(start, upstream.url, {"api_key_env": None, "api_key_file": str(file)})
    response, request = exchange(daemon, upstream, WHOLE)
    assert response.status == 200 and request.value("authorization") == f"Bearer {CANARY}"
    done = daemon.control("config")
    assert CANARY not in done.stdout
    assert CANARY not in daemon.log


def test_a_new_key_is_used_after_a_reload_and_the_old_one_no_more(start, upstream, tmp_path):
    file = tmp_path / "key"
    file.write_text("up-first")
    file.chmod(0o600)
    daemon = relay(start, upstream.url, {"api_key_env": None, "api_key_file": str(file)})
    _, first = exchange(daemon, upstream, WHOLE)
    file.write_text("up-second")
    # Something has to differ, or there is nothing to take up.
    daemon.reload(server={"request_body_limit": "5MiB"})
    _, second = exchange(daemon, upstream, WHOLE)
    assert [first.value("authorization"), second.value("authorization")] == [
        "Bearer up-first",
        "Bearer up-second",
    ]


@pytest.mark.parametrize(
    "members",
    [
        {"api_key_env": "NOT_SET_ANYWHERE"},
        {"api_key_env": None, "api_key_file": "/no/such/file"},
        {"api_key_file": "/no/such/file"},
    ],
    ids=["unset", "no file", "both"],
)
def test_a_key_that_cannot_be_had_is_said_before_anybody_asks(start, upstream, members):
    """A reload with it is refused, and says where; what runs goes on with what it has."""
    assert "NOT_SET_ANYWHERE" not in os.environ
    daemon = relay(start, upstream.url)
    good = daemon.configuration
    given = {"up": {name: None for name in good["providers"]["up"]}}
    daemon.write_configuration(providers=given)
    daemon.write_configuration(providers={"up": row(upstream.url, **members)})
    told = daemon.control("reload", expect=1)
    assert "api_key" in told.stdout + told.stderr or "NOT_SET" in told.stdout + told.stderr
    assert exchange(daemon, upstream, WHOLE)[0].status == 200


def test_two_providers_get_each_their_own(start):
    with Upstream(WHOLE) as one, Upstream(WHOLE) as other:
        daemon = relay(
            start, one.url,
            environment={"UP_KEY": "up-one", "OTHER_KEY": "up-other"},
            providers={"other": row(other.url, ["other"], api_key_env="OTHER_KEY")},
        )  # fmt: skip
        for model in ("gpt-4o", "other", "gpt-4o", "other"):
            assert ask(daemon, chat(daemon, model=model)).status == 200
        assert {request.value("authorization") for request in one.requests} == {"Bearer up-one"}
        assert {request.value("authorization") for request in other.requests} == {"Bearer up-other"}
        assert [json.loads(request.body)["model"] for request in other.requests] == ["other"] * 2
