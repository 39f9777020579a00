"""What operators' programs ask: health, configuration, sessions of everybody; and what a listener lets be asked for."""

import httpx
import pytest

import shapes
from agents import Agent, connected, streams
from configuration import new_key
from test_limits import key_row
from waiting import eventually

pytestmark = pytest.mark.integration

HELLO = [{"role": "user", "content": "hello"}]
UNKNOWN = "sess-" + "A" * 43


@pytest.fixture
def admin(start):
    """A client with a key that may do everything, of a daemon of its own; `start(…)` before it is used."""

    def admin(**sections):
        key = new_key()
        daemon = start(**sections)
        row = key_row("boss", key, scopes=["inference", "observe", "admin"])
        daemon.reload(auth={"keys": [*daemon.configuration["auth"]["keys"], row]})
        client = httpx.Client(base_url=daemon.base_url, headers={"Authorization": f"Bearer {key}"})
        client.daemon = daemon
        return client

    return admin


def chat(model="echo", **members):
    return {"model": model, "messages": HELLO} | members


async def test_health_counts_what_goes_to_agents_and_comes_from_them(start):
    daemon = start()

    def connection():
        return httpx.get(daemon.base_url + "/health").json()["mcp_connection"]

    nobody = {"status": "disconnected", "agents": 0, "last_ping": None, "messages_sent": 0, "messages_received": 0}
    assert connection() == nobody | {"pending_requests": 0, "active_streams": 0}
    async with Agent(daemon, script=streams(["a", "b"])), httpx.AsyncClient(headers=daemon.headers) as http:
        answer = await http.post(f"{daemon.base_url}/v1/chat/completions", json=chat("m"))
        assert answer.status_code == 200
        eventually(lambda: connection()["status"] == "connected")
        eventually(lambda: connection()["messages_received"] >= 2)
        eventually(lambda: connection()["messages_sent"] >= 1)
    eventually(lambda: connection()["status"] == "disconnected")


def test_deep_health_tells_of_every_process(start):
    daemon = start(server={"workers": 2})
    report = httpx.get(daemon.base_url + "/health/deep").json()
    names = sorted(process["name"] for process in report["metrics"]["processes"])
    assert names == ["bridge", "store", "worker:0", "worker:1"]
    assert {name: part["status"] for name, part in report["components"].items()} == {
        "adapter": "healthy",
        "mcp_bridge": "disconnected",
        "sessions": "healthy",
        "store": "healthy",
    }


def test_the_configuration_is_that_of_the_key_and_has_no_secret(admin):
    client = admin(limits={"requests_per_minute": 60, "tokens_per_minute": 100000}, sessions={"max": 10, "ttl": "300s"})
    answer = client.get("/config")
    assert answer.json()["security"] == {
        "rate_limit_rpm": 60,
        "rate_limit_tpm": 100000,
        "session_ttl_seconds": 300,
        "max_sessions": 10,
    }
    assert "sha256" not in answer.text and client.headers["authorization"].split()[1] not in answer.text


def test_sessions_are_registered_listed_and_revoked(admin):
    client = admin()
    own = client.post("/control/register", json={"agent_id": "a-1", "session_id": UNKNOWN, "label": "m"}).json()
    assert (own["session_id"], own["status"], own["registered"]) == (UNKNOWN, "active", True)
    taken = client.post("/control/register", json={"agent_id": "a-2", "session_id": UNKNOWN})
    assert shapes.openai_error(taken, 409, "invalid_request_error", "session_in_use")["param"] == "session_id"
    again = client.post("/control/register", json={"agent_id": "a-1", "session_id": UNKNOWN, "label": "m"})
    assert again.json()["session_id"] == UNKNOWN
    client.post("/v1/chat/completions", json=chat()).raise_for_status()
    listed = client.get("/control/sessions").json()
    assert {session["principal"] for session in listed["sessions"]} == {"agent a-1", "key boss"}
    assert listed["total_count"] == listed["active_count"] == 2
    revoked = client.post("/control/revoke", json={"session_id": UNKNOWN, "reason": "done"})
    assert revoked.json() == {"revoked": True, "status": "success"}
    again = client.post("/control/revoke", json={"session_id": UNKNOWN})
    assert shapes.openai_error(again, 404, "invalid_request_error", "session_not_found")
    assert client.post("/admin/revoke_all_sessions").json() == {"revoked": 1, "status": "success"}
    assert client.get("/control/sessions").json()["total_count"] == 0


REGISTRATIONS = [
    ({}, "agent_id"),
    ({"agent_id": ""}, "agent_id"),
    ({"agent_id": "x" * 100}, "agent_id"),
    ({"agent_id": "a@b"}, "agent_id"),
    ({"agent_id": "a b"}, "agent_id"),
    ({"agent_id": "../../etc"}, "agent_id"),
    ({"agent_id": "a", "session_id": "mine"}, "session_id"),
    ({"agent_id": "a", "ttl_seconds": 100000}, "ttl_seconds"),
    ({"agent_id": "a", "allowed_scopes": "all"}, "allowed_scopes"),
]
"""Bodies and the member that is wrong."""


def test_a_session_cannot_be_registered_with_anything(admin):
    client = admin()
    for body, parameter in REGISTRATIONS:
        answer = client.post("/control/register", json=body)
        assert shapes.openai_error(answer, 422, "invalid_request_error", "invalid_value")["param"] == parameter


def test_only_an_administrator_may(start):
    daemon = start()
    for method, path in [
        ("POST", "/control/register"),
        ("POST", "/control/revoke"),
        ("GET", "/control/sessions"),
        ("POST", "/admin/revoke_all_sessions"),
    ]:
        answer = httpx.request(method, daemon.base_url + path, json={"agent_id": "a"}, headers=daemon.headers)
        assert shapes.openai_error(answer, 403, "permission_error", "insufficient_scope")


def test_a_listener_s_models_are_all_that_can_be_asked_for_there(start):
    daemon = start()
    daemon.reload(listeners=[daemon.configuration["listeners"][0] | {"models": ["echo"]}])
    http = httpx.Client(base_url=daemon.base_url, headers=daemon.headers)
    assert [model["id"] for model in http.get("/v1/models").json()["data"]] == ["echo"]
    assert [model["name"] for model in http.get("/api/tags").json()["models"]] == ["echo"]
    assert [model["name"] for model in http.get("/api/ps").json()["models"]] == ["echo"]
    assert "enum" not in http.get("/openapi.json").json()["components"]["schemas"]["ModelName"]
    assert http.get("/v1/models/m").status_code == 422
    for path, body, status in [
        ("/v1/chat/completions", chat("m"), 422),
        ("/v1/completions", {"model": "m", "prompt": "a"}, 422),
        ("/v1/embeddings", {"model": "m", "input": "a"}, 422),
        ("/api/chat", chat("m"), 404),
        ("/api/generate", {"model": "m", "prompt": "a"}, 404),
        ("/api/show", {"model": "m"}, 404),
        ("/api/embed", {"model": "m", "input": "a"}, 404),
    ]:
        assert http.post(path, json=body).status_code == status, path


def test_what_runs_is_what_somebody_answers_for(start):
    daemon = start()

    def running():
        answer = httpx.get(daemon.base_url + "/api/ps", headers=daemon.headers)
        return {model["name"] for model in answer.json()["models"]}

    assert running() == {"echo"}
    with connected(daemon):
        eventually(lambda: running() == {"echo", "m"})


def test_prompts_are_sanitised_only_where_that_is_wanted(start):
    daemon = start()
    dirty = "a <script>alert(1)</script>b"

    def echoed():
        asked = chat(messages=[{"role": "user", "content": dirty}])
        answer = httpx.post(f"{daemon.base_url}/v1/chat/completions", json=asked, headers=daemon.headers)
        return answer.json()["choices"][0]["message"]["content"]

    assert echoed() == dirty
    daemon.reload(listeners=[daemon.configuration["listeners"][0] | {"sanitize_prompts": True}])
    assert echoed() == "a b"


def test_what_is_too_large_is_refused_in_the_dialect_of_its_path(start):
    daemon = start(server={"request_body_limit": "1KB"})
    for path, check in [("/v1/chat/completions", shapes.openai_error), ("/api/chat", shapes.ollama_error)]:
        answer = httpx.post(daemon.base_url + path, json=chat(user="x" * 2000), headers=daemon.headers)
        words = ["invalid_request_error", "request_too_large"] if check is shapes.openai_error else []
        assert check(answer, 413, *words)


def test_the_description_names_models_where_anybody_may_list_them(start):
    daemon = start()
    daemon.reload(listeners=[daemon.configuration["listeners"][0] | {"auth": "none", "models": ["echo"]}])
    schemas = httpx.get(daemon.base_url + "/openapi.json").json()["components"]["schemas"]
    assert schemas["ModelName"]["enum"] == ["echo"]
