"""Sessions as clients and operators meet them."""

import json
import os
import signal

import configuration
from agents import Agent, answers, choice, connected
from test_limits import ask, key_row
from waiting import eventually


def sessions(daemon):
    """What `sessions` says, by id."""
    lines = daemon.control("--json", "sessions").stdout.splitlines()
    records = [json.loads(line)["record"] for line in lines if "record" in json.loads(line)]
    return {record["id"]: record for record in records}


def session_of(daemon, key=None, **members):
    status, headers, _ = ask(daemon, key, **members)
    assert status == 200
    return headers["x-session-id"]


def raw(daemon, method, path, key=None):
    """(status, body) of a request without one."""
    import http.client

    connection = http.client.HTTPConnection("127.0.0.1", daemon.port, timeout=10)
    try:
        connection.request(method, path, headers={"Authorization": f"Bearer {key or daemon.key}"})
        answer = connection.getresponse()
        return answer.status, json.loads(answer.read())
    finally:
        connection.close()


def test_requests_of_a_key_for_a_model_share_a_session(start):
    daemon = start()
    ids = {session_of(daemon) for _ in range(6)}

    assert len(ids) == 1
    (session,) = sessions(daemon).values()
    assert session["id"] in ids and len(session["id"]) == 48
    assert (session["principal"], session["model"], session["requests"]) == ("key tests", "echo", 6)
    assert session["left_seconds"] in (298, 299, 300)


def test_another_key_or_model_has_another_session(start):
    one, other = configuration.new_key(), configuration.new_key()
    daemon = start(auth={"keys": [key_row("one", one, agent_models=["*"]), key_row("other", other)]})
    with connected(daemon, ["m"], answers("x"), token=one):
        ids = [session_of(daemon, one), session_of(daemon, other), session_of(daemon, one, model="m")]
    assert len(set(ids)) == 3


async def test_the_agent_is_told_the_session_that_the_client_is_told(start):
    seen = []

    async def script(invoke, send):
        seen.append(invoke["session_id"])
        await send("model_result", choices=[choice("x")])

    daemon = start()
    with connected(daemon, ["m"], script):
        told = session_of(daemon, model="m")
    assert seen == [told]


def test_usage_names_the_session(start):
    daemon = start()
    told = session_of(daemon)
    rows = eventually(lambda: daemon.control("db", "export").stdout.splitlines())
    assert json.loads(rows[0])["session"] == told


def test_streams_tell_their_session(start):
    daemon = start()
    import urllib.request

    body = {"model": "echo", "stream": True, "messages": [{"role": "user", "content": "hi"}]}
    request = urllib.request.Request(
        daemon.base_url + "/v1/chat/completions", json.dumps(body).encode(), daemon.headers
    )
    with urllib.request.urlopen(request, timeout=10) as answer:
        assert answer.headers["x-session-id"].startswith("sess-")


def test_11_a_third_session_of_two_is_refused(start):
    keys = [configuration.new_key() for _ in range(3)]
    rows = [key_row(f"k{number}", key) for number, key in enumerate(keys)]
    daemon = start(sessions={"max": 2}, auth={"keys": rows})

    assert [ask(daemon, key)[0] for key in keys] == [200, 200, 429]
    status, headers, body = ask(daemon, keys[2])
    assert "Maximum sessions reached" in body["detail"]
    assert body["error"]["code"] == "session_limit"
    assert 290 <= int(headers["retry-after"]) <= 301
    # Those who have a session are served.
    assert [ask(daemon, key)[0] for key in keys[:2]] == [200, 200]


def test_an_idle_session_makes_room(start):
    keys = [configuration.new_key() for _ in range(2)]
    rows = [key_row(f"k{number}", key) for number, key in enumerate(keys)]
    daemon = start(sessions={"max": 1, "max_idle": "300ms"}, auth={"keys": rows})

    first = session_of(daemon, keys[0])
    assert ask(daemon, keys[1])[0] == 429
    eventually(lambda: ask(daemon, keys[1])[0] == 200)
    assert first not in sessions(daemon)


def test_10_a_session_is_gone_when_its_time_is(start):
    daemon = start(sessions={"ttl": "1s"})
    first = session_of(daemon)
    eventually(lambda: not sessions(daemon))
    assert session_of(daemon) != first


def test_a_client_s_own_session_id_changes_nothing(start):
    daemon = start()
    own = session_of(daemon)
    import urllib.request

    for given in (own, "sess-invalid", "sess-" + "x" * 43):
        body = {"model": "echo", "messages": [{"role": "user", "content": "hi"}]}
        request = urllib.request.Request(
            daemon.base_url + "/v1/chat/completions",
            json.dumps(body).encode(),
            daemon.headers | {"X-Session-ID": given},
        )
        with urllib.request.urlopen(request, timeout=10) as answer:
            assert answer.headers["x-session-id"] == own


def test_sessions_survive_their_processes_and_the_daemon(start):
    daemon = start()
    daemon.may_crash = True
    told = session_of(daemon)
    for pid in [*daemon.workers(), daemon.store]:
        os.kill(pid, signal.SIGKILL)
    assert eventually(lambda: session_of(daemon)) == told

    # Written down within a second or two.
    requests = sessions(daemon)[told]["requests"]
    daemon.control("restart", "store")
    daemon.terminate()
    assert daemon.wait() == 0
    daemon.start()
    eventually(lambda: told in sessions(daemon))
    assert session_of(daemon) == told
    assert sessions(daemon)[told]["requests"] == requests + 1


def test_sessions_are_listed_and_ended_over_http(start):
    plain, watcher, boss = (configuration.new_key() for _ in range(3))
    daemon = start(
        auth={
            "keys": [
                key_row("plain", plain),
                key_row("watcher", watcher, scopes=["observe"]),
                key_row("boss", boss, scopes=["inference", "admin"]),
            ]
        }
    )
    mine, others = session_of(daemon, plain), session_of(daemon, boss)

    assert [row["session_id"] for row in raw(daemon, "GET", "/v1/sessions", plain)[1]["data"]] == [mine]
    listed = raw(daemon, "GET", "/v1/sessions", watcher)[1]
    assert listed["total_count"] == 2
    assert {row["principal"] for row in listed["data"]} == {"key plain", "key boss"}
    assert raw(daemon, "DELETE", f"/v1/sessions/{others}", plain)[0] == 404
    assert raw(daemon, "DELETE", f"/v1/sessions/{mine}", watcher)[0] == 403
    assert raw(daemon, "DELETE", f"/v1/sessions/{mine}", boss) == (
        200,
        {"session_id": mine, "status": "revoked"},
    )
    assert raw(daemon, "GET", "/v1/sessions", plain)[1]["data"] == []
    assert session_of(daemon, plain) != mine


def test_operators_see_and_end_sessions(start):
    daemon = start()
    assert daemon.control("sessions").stdout == "no sessions\n"
    told = session_of(daemon)
    lines = daemon.control("sessions").stdout.splitlines()
    assert lines[0].split() == ["SESSION", "WHO", "MODEL", "FROM", "REQUESTS", "AGE", "IDLE", "LEFT"]
    assert lines[1].split()[0] == told
    assert daemon.control("sessions", "revoke", told).stdout == f"{told}: revoked\n"
    assert "no such session" in daemon.control("sessions", "revoke", told, expect=4).stderr
    session_of(daemon)
    assert daemon.control("sessions", "revoke", "all").stdout.endswith(": revoked\n")
    assert daemon.control("sessions").stdout == "no sessions\n"


def test_health_counts_sessions(start):
    daemon = start()
    session_of(daemon)
    eventually(lambda: raw(daemon, "GET", "/health")[1]["active_sessions"] == 1)
