"""What a provider is asked, of what a client asks, and which connections carry it."""

import json
import threading

import pytest

import raw
import recorded
from agents import Gate
from daemon import daemons
from relaying import CHAT, MODEL, PROVIDER_KEY, ask, chat, error_of, exchange, post, relay
from replies import in_turn, streamed, whole
from upstream import Upstream

pytestmark = pytest.mark.integration

WHOLE = whole(recorded.whole("openai", 0))
STREAM = streamed(recorded.stream("openai", 0, include_usage=True))


@pytest.fixture(scope="module")
def daemon(tmp_path_factory, upstream):
    with daemons(tmp_path_factory.mktemp("relay")) as start:
        models = {"fast": {"provider": "up", "model": "gpt-4o-mini"}}
        yield relay(start, upstream.url, models=models)


# The body

USER = b'"messages":[{"role":"user","content":"x"}]'
BODIES = {
    "spelled strangely": b' { "model" :\t"gpt-4o"\n,"temperature":1.50e0, "seed":-0, %s}\r\n' % USER,
    "escapes": b'{"model":"gpt-4o","messages":[{"content":"\\u00e9\\/","role":"user"}]}',
    "numbers": b'{%s,"model":"gpt-4o","a":12345678901234567890123,"b":1E+2,"c":0.10}' % USER,
    "unknown members": b'{"model":"gpt-4o",%s,"x":{"model":"inner","b":[1,{}]}}' % USER,
    "beyond our own limits": b'{"model":"gpt-4o","temperature":3,"max_tokens":1000000,"top_p":7,%s}' % USER,
    "an unknown role": b'{"model":"gpt-4o","messages":[{"role":"chief","content":"x"}]}',
    "of types that we do not know": b'{"model":"gpt-4o","temperature":"hot","n":null,'
    b'"messages":[{"role":"user","content":{"x":1}}]}',
    "images": b'{"model":"gpt-4o","messages":[{"role":"user","content":[{"type":"text","text":"what?"},'
    b'{"type":"image_url","image_url":{"url":"data:image/png;base64,%s"}}]}]}' % (b"iVBORw0K" * 20_000),
    "tools": b'{"tools":[{"type":"function","function":{"name":"f","parameters":{"type":"object"}}}],'
    b'"model":"gpt-4o","messages":[{"role":"assistant","content":null,"tool_calls":[{"id":"c",'
    b'"type":"function","function":{"name":"f","arguments":"{}"}}]},'
    b'{"role":"tool","tool_call_id":"c","content":"1"}]}',
    "unicode": '{"model":"gpt-4o","messages":[{"role":"user","content":"猫 🦆 \u2028 \u0085 \\ud83e\\udd86"}]}'.encode(),
}


@pytest.mark.parametrize("name", BODIES)
def test_a_body_arrives_as_it_was_sent(daemon, upstream, name):
    response, request = exchange(daemon, upstream, WHOLE, post(daemon, BODIES[name]))
    assert response.status == 200, response
    assert request.body == BODIES[name]
    assert request.value("content-length") == str(len(request.body)) or request.values("transfer-encoding")
    assert request.value("content-type") == "application/json"


MESSAGES = b'"messages":[{"role":"user","content":"\\"stream_options\\":{}, \\"model\\":\\"fast\\""}]'


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        (b'{"model":"fast",%s}', b'{"model":"gpt-4o-mini",%s}'),
        (b'{"a":1.0, "model" : "fast" ,%s}\n', b'{"a":1.0, "model" : "gpt-4o-mini" ,%s}\n'),
        (b'{"x":{"model":"fast"},%s,"model":"fast"}', b'{"x":{"model":"fast"},%s,"model":"gpt-4o-mini"}'),
        (b'{"model":"f\\u0061st","user":"fast",%s}', b'{"model":"gpt-4o-mini","user":"fast",%s}'),
    ],
)
def test_only_the_model_s_name_is_replaced(daemon, upstream, body, expected):
    response, request = exchange(daemon, upstream, WHOLE, post(daemon, body % MESSAGES))
    assert response.status == 200, response
    assert request.body == expected % MESSAGES


def pairs(body):
    """The members in order, numbers as they are spelled."""
    return json.loads(body, object_pairs_hook=list, parse_float=str, parse_int=str)


def kept(before, after):
    """The bytes of `before` that are at the beginning or the end of `after`."""
    least = min(len(before), len(after))
    begin = next((at for at in range(least) if before[at] != after[at]), least)
    rest = least - begin
    end = next((at for at in range(rest) if before[-1 - at] != after[-1 - at]), rest)
    return begin + end


ADDED = [
    (b'{"model":"gpt-4o",%s,"stream":true}', 0),
    (b' { "stream" : true , "model":"gpt-4o", %s, "z":1.50 } \n', 0),
    (b'{"model":"gpt-4o","stream":true,"x":{"stream_options":{"include_usage":true}},%s}', 0),
    (b'{"model":"gpt-4o","stream_options":{},%s,"stream":true}', 0),
    (b'{"model":"gpt-4o","stream_options":{"include_obfuscation":false},%s,"stream":true}', 0),
    (b'{"model":"gpt-4o","stream_options": { "a" : 1.0 } ,%s,"stream":true}', 0),
    (b'{"model":"gpt-4o","stream_options":{"include_usage":false},%s,"stream":true}', 5),
    (b'{"model":"gpt-4o","stream_options":{"a":1, "include_usage" : false},%s,"stream":true}', 5),
    (b'{"model":"gpt-4o","stream_options":{"include_usage":null},%s,"stream":true}', 4),
    (b'{"model":"gpt-4o","stream_options":null,%s,"stream":true}', 4),
]


@pytest.mark.parametrize(("body", "replaced"), ADDED)
def test_a_stream_is_asked_for_its_usage_and_nothing_else_is_touched(daemon, upstream, body, replaced):
    body %= MESSAGES
    response, request = exchange(daemon, upstream, STREAM, post(daemon, body))
    assert response.status == 200, response
    assert kept(body, request.body) >= len(body) - replaced, request.body
    told = dict(pairs(request.body))
    assert dict(told.pop("stream_options"))["include_usage"] is True
    before = dict(pairs(body))
    options = before.pop("stream_options", None)
    assert told == before
    assert set(dict(options or [])) <= set(json.loads(request.body)["stream_options"])


@pytest.mark.parametrize(
    "members",
    [b'"stream_options":{"include_usage":true},"stream":true', b'"stream":false', b'"stream":null', b'"n":1'],
)
def test_what_asks_already_or_is_no_stream_is_not_touched(daemon, upstream, members):
    body = b'{"model":"gpt-4o",%s,%s}' % (MESSAGES, members)
    reply = STREAM if b'"stream":true' in members else WHOLE
    response, request = exchange(daemon, upstream, reply, post(daemon, body))
    assert response.status == 200, response
    assert request.body == body


def test_a_name_and_an_option_are_changed_together(daemon, upstream):
    body = b'{"stream":true,"model":"fast",%s,"z":1.50}' % MESSAGES
    _, request = exchange(daemon, upstream, STREAM, post(daemon, body))
    changed = {"model": "gpt-4o-mini", "stream_options": [("include_usage", True)]}
    assert dict(pairs(request.body)) == dict(pairs(body)) | changed
    assert b'"z":1.50' in request.body and MESSAGES in request.body


# The head

PASSED = {
    "traceparent": "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01",
    "tracestate": "congo=t61rcWkgMzE",
    "openai-beta": "assistants=v2",
    "idempotency-key": "once-4711",
    "user-agent": "OpenAI/Python 3.3.1",
    "accept": "application/json",
}
WITHHELD = {
    "cookie": "session=client-cookie",
    "x-forwarded-for": "192.0.2.7",
    "x-forwarded-host": "client.example",
    "x-forwarded-proto": "https",
    "x-real-ip": "192.0.2.7",
    "forwarded": "for=192.0.2.7",
    "openai-organization": "org-client",
    "openai-project": "proj-client",
    "proxy-authorization": "Basic Y2xpZW50",
    "te": "trailers",
    "keep-alive": "timeout=7",
}


def test_fields_are_passed_on_by_a_list(daemon, upstream):
    rows = [f"{name}: {value}" for name, value in (PASSED | WITHHELD).items()]
    rows.append(f"x-api-key: {daemon.key}")
    response, request = exchange(daemon, upstream, WHOLE, chat(daemon, rows))
    assert response.status == 200, response
    assert {name: request.value(name) for name in PASSED} == PASSED
    assert {name: request.values(name) for name in WITHHELD if request.values(name)} == {}
    assert request.values("x-api-key") == request.values("api-key") == []
    assert request.value("host") == f"127.0.0.1:{upstream.port}"
    assert request.value("accept-encoding") in (None, "identity")


def test_the_provider_gets_its_own_key_and_never_the_client_s(daemon, upstream):
    _, request = exchange(daemon, upstream, WHOLE)
    assert request.value("authorization") == f"Bearer {PROVIDER_KEY}"
    assert daemon.key.encode() not in request.head + request.body


def test_a_provider_without_a_key_gets_none(start, upstream):
    daemon = relay(start, upstream.url, {"type": "vllm", "api_key_env": None})
    response, request = exchange(daemon, upstream, WHOLE)
    assert response.status == 200
    assert request.values("authorization") == []


def test_a_key_may_stand_in_a_file(start, upstream, tmp_path):
    file = tmp_path / "key"
    file.write_text("up-from-a-file\n")
    file.chmod(0o600)
    daemon = relay(start, upstream.url, {"api_key_env": None, "api_key_file": str(file)})
    _, request = exchange(daemon, upstream, WHOLE)
    assert request.value("authorization") == "Bearer up-from-a-file"


@pytest.mark.parametrize("base", ["/v1", "/v1/", "", "/", "/openai/deployments/x"])
def test_the_path_begins_with_the_provider_s(start, upstream, base):
    daemon = relay(start, f"http://127.0.0.1:{upstream.port}{base}")
    _, request = exchange(daemon, upstream, WHOLE)
    assert (request.method, request.target) == ("POST", base.rstrip("/") + "/chat/completions")


EMBEDDINGS = whole(
    b'{"object":"list","data":[{"object":"embedding","index":0,"embedding":"AACAPw=="}],'
    b'"model":"gpt-4o","usage":{"prompt_tokens":2,"total_tokens":2}}'
)
TEXT = whole(
    b'{"id":"cmpl-1","object":"text_completion","created":1,"model":"gpt-4o","choices":[{"index":0,"text":"x",'
    b'"logprobs":null,"finish_reason":"stop"}],'
    b'"usage":{"prompt_tokens":2,"completion_tokens":1,"total_tokens":3}}'
)
ASKED_TEXT = b'{"prompt":["a","b"],"model":"gpt-4o","echo":true}'
ASKED_EMBEDDINGS = b'{"input":[1,2,3],"model":"gpt-4o","encoding_format":"base64"}'


@pytest.mark.parametrize(
    ("path", "target", "body", "reply"),
    [
        (CHAT, "/v1/chat/completions", BODIES["unknown members"], WHOLE),
        ("/chat/completions", "/v1/chat/completions", BODIES["unknown members"], WHOLE),
        ("/v1/completions", "/v1/completions", ASKED_TEXT, TEXT),
        ("/v1/embeddings", "/v1/embeddings", ASKED_EMBEDDINGS, EMBEDDINGS),
    ],
)
def test_each_operation_has_its_path_and_its_answer_is_passed_on(daemon, upstream, path, target, body, reply):
    response, request = exchange(daemon, upstream, reply, post(daemon, body, path=path))
    assert (request.target, request.body) == (target, body)
    assert (response.status, response.body) == (200, reply.body)


def test_an_upstream_may_have_an_address_of_ipv6(start):
    with Upstream(WHOLE, host="::1") as upstream:
        daemon = relay(start, upstream.url)
        response, request = exchange(daemon, upstream, WHOLE)
        assert response.status == 200
        assert request.value("host") == f"[::1]:{upstream.port}"


# Connections


def test_requests_in_sequence_share_one_connection(start):
    with Upstream(lambda request: STREAM if request.json().get("stream") else WHOLE) as upstream:
        daemon = relay(start, upstream.url)
        with raw.Connection(daemon.port) as connection:
            for number in range(100):
                connection.send(chat(daemon, stream=number % 2 == 1))
                assert connection.response().status == 200
        for _ in range(10):
            assert ask(daemon, chat(daemon)).status == 200
        assert len(upstream.requests) == 110
        assert len(upstream.connections) == 1


def test_requests_at_once_have_connections_of_their_own_and_leave_them_to_the_next(start):
    gate = Gate()
    with Upstream(whole({}).changed(pieces=(gate, *WHOLE.pieces))) as upstream:
        daemon = relay(start, upstream.url)
        statuses = []
        askers = [
            threading.Thread(target=lambda: statuses.append(ask(daemon, chat(daemon)).status))
            for _ in range(20)
        ]
        for asker in askers:
            asker.start()
        upstream.request(20)
        gate.open()
        for asker in askers:
            asker.join()
        assert statuses == [200] * 20
        assert len(upstream.connections) == 20
        upstream.wait_for(lambda: all(connection.is_idle for connection in upstream.connections))
        assert ask(daemon, chat(daemon)).status == 200
        assert len(upstream.connections) == 20


@pytest.mark.parametrize("reply", [WHOLE, STREAM], ids=["whole", "stream"])
@pytest.mark.parametrize(
    "way",
    [
        {"after": "say close"},
        {"framing": "close"},
        {"version": "1.0", "framing": "close"},
        {"version": "1.0", "framing": "length"},
    ],
)
def test_a_connection_that_will_end_is_not_used_again(start, reply, way):
    with Upstream(reply.changed(**way)) as upstream:
        daemon = relay(start, upstream.url)
        for _ in range(5):
            response = ask(
                daemon, chat(daemon, stream=reply is STREAM, stream_options={"include_usage": True})
            )
            assert (response.status, response.body) == (200, reply.body)
        assert [request.is_reused for request in upstream.requests] == [False] * 5


@pytest.mark.parametrize("size", [10, 5_000_000])
@pytest.mark.parametrize("after", ["close", "close on request", "reset on request"])
def test_a_stale_connection_is_no_failure(start, after, size):
    with Upstream(WHOLE.changed(after=after)) as upstream:
        daemon = relay(start, upstream.url)
        for number in range(10 if size < 100 else 2):
            assert ask(daemon, chat(daemon, user="x" * size)).status == 200, number
        fresh = [request for request in upstream.requests if not request.is_reused]
        assert len(fresh) == number + 1
        assert len({request.body for request in fresh}) == 1


def test_connections_that_ended_while_idle_are_no_failure(start):
    with Upstream(WHOLE) as upstream:
        daemon = relay(start, upstream.url)
        for _ in range(5):
            assert ask(daemon, chat(daemon)).status == 200
            upstream.wait_for(lambda: upstream.connections[-1].is_idle)
            assert upstream.close_idle() == 1
        assert len(upstream.requests) == 5


@pytest.mark.parametrize("offset", [1, 12, len(WHOLE.head) - 1, len(WHOLE.head), len(WHOLE.head) + 9])
@pytest.mark.parametrize("reset", [False, True])
def test_nothing_is_asked_again_once_something_was_answered(start, offset, reset):
    with Upstream(in_turn(WHOLE, WHOLE.changed(cut_at=offset, reset=reset))) as upstream:
        daemon = relay(start, upstream.url)
        assert ask(daemon, chat(daemon)).status == 200
        error_of(ask(daemon, chat(daemon)), 502)
        assert [request.is_reused for request in upstream.requests] == [False, True]


def test_what_follows_an_answer_unasked_is_no_answer_to_the_next(start):
    """Else whoever can make the upstream say one thing more answers other clients' questions."""
    smuggled = whole({"id": "smuggled"})
    with Upstream(in_turn(WHOLE.changed(raw=WHOLE.bytes + smuggled.bytes), WHOLE)) as upstream:
        daemon = relay(start, upstream.url)
        for _ in range(3):
            response = ask(daemon, chat(daemon))
            assert (response.status, response.body) == (200, WHOLE.body)
        assert not upstream.requests[1].is_reused


def test_models_of_providers_are_listed(daemon, upstream):
    fields = [f"Authorization: Bearer {daemon.key}"]
    listed = ask(daemon, raw.request(target="/v1/models", fields=fields)).json()["data"]
    assert {MODEL, "fast"} <= {model["id"] for model in listed}
