"""The audit log: who was let in, refused, limited; what was changed, and by whom."""

import json
import os

import configuration
import raw
from agents import Agent, answers, connected
from test_limits import ask, key_row
from waiting import eventually


def lines(daemon):
    """The events so far; each line of the file is whole."""
    file = daemon.state_directory / "audit.jsonl"
    return [json.loads(line) for line in file.read_text().splitlines()] if file.exists() else []


def wait_for(daemon, event, result, **members):
    """The first such event."""

    def found():
        wanted = {"event": event, "result": result} | members
        return next((line for line in lines(daemon) if wanted.items() <= line.items()), None)

    return eventually(found, within=5)


def test_wrong_keys_and_rights_are_noted(start):
    plain = configuration.new_key()
    daemon = start(auth={"keys": [key_row("plain", plain, models=["other"])]})
    ids = [ask(daemon, "wrong")[1]["x-request-id"] for _ in range(3)]
    line = wait_for(daemon, "authentication", "refused", actor="127.0.0.1", detail="invalid_api_key")
    assert line["process"].startswith("worker:") and line["request_id"] in ids
    eventually(lambda: sum(line["count"] for line in lines(daemon) if line["event"] == "authentication") == 3)
    ask(daemon, plain)
    wait_for(daemon, "authorization", "refused", actor="key plain", detail="model_not_allowed")
    raw.ask(daemon.port, raw.request(target="/v1/models", host="evil.example"))
    wait_for(daemon, "authorization", "refused", detail="host_not_allowed")


def test_limits_and_sessions_are_noted(start):
    daemon = start(limits={"requests_per_minute": 2}, sessions={"ttl": "10s"})
    session = ask(daemon)[1]["x-session-id"]
    wait_for(daemon, "session", "created", actor="key tests", session_id=session)
    foreign = raw.chat(daemon, fields=["x-session-id: sess-" + "x" * 43])
    assert raw.ask(daemon.port, foreign).fields["x-session-id"] == session
    wait_for(daemon, "session", "ignored", actor="key tests", session_id=session)
    assert ask(daemon)[0] == 429
    wait_for(daemon, "limit", "refused", detail="rate_limit_exceeded", actor="key tests")


async def test_agents_are_noted(start):
    daemon = start()
    with connected(daemon, ["m"], answers("x"), agent_id="me"):
        wait_for(daemon, "agent", "connected", actor="agent me", detail="models m", process="bridge")
    wait_for(daemon, "agent", "left", actor="agent me")
    try:
        async with Agent(daemon, ["m"], answers("x"), agent_id="thief", token="wrong"):
            pass
    except AssertionError:
        pass
    wait_for(daemon, "agent", "refused", actor="agent thief", detail="unauthorized")


def test_what_operators_do_is_noted(start):
    daemon = start()
    wait_for(daemon, "daemon", "started")
    daemon.reload(server={"workers": 1})
    line = wait_for(daemon, "configuration", "applied")
    assert "server.workers: 2 → 1" in line["detail"]
    line = wait_for(daemon, "control", "asked", detail="reload")
    assert line["actor"].startswith(f"uid {os.getuid()} pid ")
    daemon.file.write_text("nonsense")
    daemon.control("reload", expect=1)
    wait_for(daemon, "configuration", "refused")
    daemon.control("sessions", "revoke", "all")
    wait_for(daemon, "control", "asked", detail="sessions revoke all")
    daemon.write_configuration()
    daemon.terminate()
    assert daemon.wait() == 0
    assert lines(daemon)[-1]["event"] == "daemon" and lines(daemon)[-1]["result"] == "ended"


def test_it_is_private_and_only_added_to(start):
    daemon = start()
    wait_for(daemon, "daemon", "started")
    file = daemon.state_directory / "audit.jsonl"
    assert file.stat().st_mode & 0o777 == 0o600
    before = file.read_text()
    ask(daemon, "wrong")
    wait_for(daemon, "authentication", "refused")
    assert file.read_text().startswith(before)


def test_no_key_stands_in_it(start):
    daemon = start()
    secret = configuration.new_key()
    ask(daemon, secret)
    ask(daemon)
    wait_for(daemon, "authentication", "refused")
    text = (daemon.state_directory / "audit.jsonl").read_text()
    assert secret not in text and daemon.key not in text


def test_what_cannot_be_written_waits(start):
    daemon = start()
    wait_for(daemon, "daemon", "started")
    file = daemon.state_directory / "audit.jsonl"
    file.unlink()
    file.mkdir()
    ask(daemon, "wrong")
    daemon.log_line("the audit log cannot be written")
    assert ask(daemon)[0] == 200
    file.rmdir()
    wait_for(daemon, "authentication", "refused")
