"""Every row of the daemon's table of endpoints is requested here, and has the content type of its dialect."""

import re
from pathlib import Path

import httpx
import pytest

pytestmark = pytest.mark.integration

TABLE = Path(__file__).resolve().parents[2] / "Sources/Gateway/Endpoint.swift"

JSON = "application/json"
OLLAMA_JSON = "application/json; charset=utf-8"
TEXT = "text/plain; charset=utf-8"
METRICS = "text/plain; version=0.0.4; charset=utf-8"

CHAT = {"model": "echo", "messages": [{"role": "user", "content": "hello"}]}
OLLAMA = CHAT | {"stream": False}
GENERATE = {"model": "echo", "prompt": "hello", "stream": False}

# (method, path of the table): (path to ask for, body, content type, a text of the answer).
ENDPOINTS = {
    ("POST", "/v1/chat/completions"): ("/v1/chat/completions", CHAT, JSON, '"content":"hello"'),
    ("POST", "/chat/completions"): ("/chat/completions", CHAT, JSON, '"content":"hello"'),
    ("GET", "/v1/models"): ("/v1/models", None, JSON, '"object":"list"'),
    ("GET", "/v1/models/{id...}"): ("/v1/models/echo", None, JSON, '"id":"echo"'),
    ("GET", "/models"): ("/models", None, JSON, '"object":"list"'),
    ("POST", "/api/chat"): ("/api/chat", OLLAMA, OLLAMA_JSON, '"content":"hello"'),
    ("POST", "/api/generate"): ("/api/generate", GENERATE, OLLAMA_JSON, '"response":"hello"'),
    ("GET", "/api/tags"): ("/api/tags", None, JSON, '"name":"echo"'),
    ("GET", "/api/version"): ("/api/version", None, JSON, '"version":"'),
    ("GET", "/"): ("/", None, TEXT, "Ollama is running"),
    ("GET", "/health"): ("/health", None, JSON, '"status":"healthy"'),
    ("GET", "/livez"): ("/livez", None, TEXT, "ok"),
    ("GET", "/readyz"): ("/readyz", None, TEXT, "ok"),
    ("GET", "/metrics"): ("/metrics", None, METRICS, "gatehouse_generation 1"),
    ("GET", "/v1/sessions"): ("/v1/sessions", None, JSON, '"object":"list"'),
    ("DELETE", "/v1/sessions/{id}"): ("/v1/sessions/{own}", None, JSON, '"status":"revoked"'),
    ("GET", "/v1/usage"): ("/v1/usage", None, JSON, '"object":"list","data":['),
}


def rows():
    """The methods and paths in the Swift source; a row without a method is GET."""
    source = TABLE.read_text()
    table = source[source.index("static let rows = [") :]
    table = table[: table.index("\n    ]")]
    found = set()
    for row in re.findall(r"^ +\w+\(.*\),$", table, re.M):
        path = re.search(r'"(/[^"]*)"', row)[1]
        method = re.search(r"\((?:\.ollama, |\.manage, )?\.(get|post|put|patch|delete|head)\b", row)
        found.add((method[1].upper() if method else "GET", path))
    assert len(found) == len(re.findall(r'"/', table)), "every path was read"
    return found


def test_every_endpoint_is_requested_below():
    assert rows() == ENDPOINTS.keys()


def own_session(daemon):
    """The id of a session that there is."""
    url = daemon.base_url + "/v1/chat/completions"
    return httpx.post(url, json=CHAT, headers=daemon.headers).headers["x-session-id"]


@pytest.mark.parametrize("endpoint", ENDPOINTS, ids=" ".join)
def test_an_endpoint_answers_in_its_dialect(daemon, endpoint):
    path, body, content_type, text = ENDPOINTS[endpoint]
    path = path.replace("{own}", own_session(daemon) if "{own}" in path else "")
    answer = httpx.request(endpoint[0], daemon.base_url + path, json=body, headers=daemon.headers)
    assert answer.status_code == 200, answer.text
    assert answer.headers["content-type"] == content_type
    assert text in answer.text
    assert answer.headers["x-request-id"]


OPEN = {"/", "/api/version", "/health", "/livez", "/readyz"}


@pytest.mark.parametrize("endpoint", ENDPOINTS, ids=" ".join)
def test_an_endpoint_needs_a_key_unless_it_only_says_that_the_daemon_is_there(daemon, endpoint):
    path, body, _, _ = ENDPOINTS[endpoint]
    answer = httpx.request(endpoint[0], daemon.base_url + path, json=body)
    assert answer.status_code == (200 if endpoint[1] in OPEN else 401)
