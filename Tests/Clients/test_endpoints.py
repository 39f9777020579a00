"""Every row of the daemon's table of endpoints is requested here, and has the content type of its dialect."""

import json
import re
from pathlib import Path

import httpx
import pytest

from daemon import daemons

pytestmark = pytest.mark.integration

TABLE = Path(__file__).resolve().parents[2] / "Sources/Gateway/Endpoint.swift"

SECURITY = {
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
    "x-xss-protection": "1; mode=block",
    "content-security-policy": "default-src 'self'",
}

JSON = "application/json"
OLLAMA_JSON = "application/json; charset=utf-8"
TEXT = "text/plain; charset=utf-8"
METRICS = "text/plain; version=0.0.4; charset=utf-8"

CHAT = {"model": "echo", "messages": [{"role": "user", "content": "hello"}]}
OLLAMA = CHAT | {"stream": False}
GENERATE = {"model": "echo", "prompt": "hello", "stream": False}

EMBEDDING = {"model": "echo", "input": "hello"}
AGENT = {"agent_id": "a-1"}

# (method, path of the table): (path to ask for, body, content type, a text of the answer); {own}: a session.
ENDPOINTS = {
    ("POST", "/v1/chat/completions"): ("/v1/chat/completions", CHAT, JSON, '"content":"hello"'),
    ("POST", "/chat/completions"): ("/chat/completions", CHAT, JSON, '"content":"hello"'),
    ("POST", "/v1/completions"): ("/v1/completions", GENERATE, JSON, '"text":"hello"'),
    ("POST", "/v1/embeddings"): ("/v1/embeddings", EMBEDDING, JSON, "operation_not_supported"),
    ("GET", "/v1/models"): ("/v1/models", None, JSON, '"object":"list"'),
    ("GET", "/v1/models/{id...}"): ("/v1/models/echo", None, JSON, '"id":"echo"'),
    ("GET", "/models"): ("/models", None, JSON, '"object":"list"'),
    ("POST", "/api/chat"): ("/api/chat", OLLAMA, OLLAMA_JSON, '"content":"hello"'),
    ("POST", "/api/generate"): ("/api/generate", GENERATE, OLLAMA_JSON, '"response":"hello"'),
    ("GET", "/api/tags"): ("/api/tags", None, OLLAMA_JSON, '"name":"echo"'),
    ("POST", "/api/show"): ("/api/show", {"model": "echo"}, OLLAMA_JSON, '"capabilities":["completion","tools"]'),
    ("GET", "/api/ps"): ("/api/ps", None, OLLAMA_JSON, '"name":"echo"'),
    ("POST", "/api/embed"): ("/api/embed", EMBEDDING, OLLAMA_JSON, "does not support embeddings"),
    ("POST", "/api/embeddings"): ("/api/embeddings", GENERATE, OLLAMA_JSON, "does not support embeddings"),
    ("GET", "/api/version"): ("/api/version", None, OLLAMA_JSON, '"version":"'),
    ("GET", "/"): ("/", None, TEXT, "Ollama is running"),
    ("GET", "/health"): ("/health", None, JSON, '"status":"healthy"'),
    ("GET", "/health/deep"): ("/health/deep", None, JSON, '"components":{"adapter":{"status":"healthy"}'),
    ("GET", "/openapi.json"): ("/openapi.json", None, JSON, '"openapi":"3.1.0"'),
    ("GET", "/docs"): ("/docs", None, TEXT, "nothing is served at '/docs'"),
    ("GET", "/config"): ("/config", None, JSON, '"rate_limit_rpm":null'),
    ("GET", "/livez"): ("/livez", None, TEXT, "ok"),
    ("GET", "/readyz"): ("/readyz", None, TEXT, "ok"),
    ("GET", "/metrics"): ("/metrics", None, METRICS, "gatehouse_generation 2"),
    ("GET", "/v1/sessions"): ("/v1/sessions", None, JSON, '"object":"list"'),
    ("DELETE", "/v1/sessions/{id}"): ("/v1/sessions/{own}", None, JSON, '"status":"revoked"'),
    ("POST", "/admin/revoke_all_sessions"): ("/admin/revoke_all_sessions", None, JSON, '"revoked":'),
    ("POST", "/control/register"): ("/control/register", AGENT, JSON, '"principal":"agent a-1"'),
    ("POST", "/control/revoke"): ("/control/revoke", {"session_id": "{own}"}, JSON, '"revoked":true'),
    ("GET", "/control/sessions"): ("/control/sessions", None, JSON, '"active_count":'),
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
        method = re.search(r"\((?:\.ollama, |\.manage, |\.admin, )?\.(get|post|put|patch|delete|head)\b", row)
        found.add((method[1].upper() if method else "GET", path))
    assert len(found) == len(re.findall(r'"/', table)), "every path was read"
    return found


def test_every_endpoint_is_requested_below():
    assert rows() == ENDPOINTS.keys()


STATUSES = {"/v1/embeddings": 501, "/api/embed": 501, "/api/embeddings": 501, "/docs": 404}


@pytest.fixture(scope="module")
def daemon(tmp_path_factory):
    """One whose key may do everything."""
    with daemons(tmp_path_factory.mktemp("shared")) as start:
        daemon = start()
        key = daemon.configuration["auth"]["keys"][0] | {"scopes": ["inference", "observe", "admin"]}
        daemon.reload(auth={"keys": [key]})
        yield daemon


def own_session(daemon):
    """The id of a session that there is."""
    url = daemon.base_url + "/v1/chat/completions"
    return httpx.post(url, json=CHAT, headers=daemon.headers).headers["x-session-id"]


@pytest.mark.parametrize("endpoint", ENDPOINTS, ids=" ".join)
def test_an_endpoint_answers_in_its_dialect(daemon, endpoint):
    path, body, content_type, text = ENDPOINTS[endpoint]
    own = own_session(daemon) if "{own}" in f"{path} {body}" else ""
    path, content = path.replace("{own}", own), json.dumps(body).replace("{own}", own)
    answer = httpx.request(
        endpoint[0], daemon.base_url + path, content=content if body else None, headers=daemon.headers
    )
    assert answer.status_code == STATUSES.get(path, 200), answer.text
    assert answer.headers["content-type"] == content_type
    assert text in answer.text
    assert answer.headers["x-request-id"]
    assert {name: answer.headers[name] for name in SECURITY} == SECURITY


OPEN = {"/", "/api/version", "/health", "/health/deep", "/openapi.json", "/docs", "/livez", "/readyz"}


@pytest.mark.parametrize("endpoint", ENDPOINTS, ids=" ".join)
def test_an_endpoint_needs_a_key_unless_it_only_says_that_the_daemon_is_there(daemon, endpoint):
    path, body, _, _ = ENDPOINTS[endpoint]
    answer = httpx.request(endpoint[0], daemon.base_url + path, json=body)
    assert answer.status_code == (STATUSES.get(path, 200) if endpoint[1] in OPEN else 401)


def test_the_endpoints_are_shown_as_a_page_while_debugging(start):
    page = httpx.get(start(server={"debug": True}).base_url + "/docs")
    assert page.headers["content-type"] == "text/html; charset=utf-8"
    assert "/v1/chat/completions" in page.text
