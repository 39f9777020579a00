"""Daemons whose models a scripted upstream serves, and requests through them."""

import json
import re

import raw

MODEL = "gpt-4o"
PROVIDER_KEY = "up-0123456789-the-provider-s-own-key"
CHAT = "/v1/chat/completions"


def row(url, models=(MODEL,), type="openai", **members):
    """A provider's section; a member that is None is left out."""
    members = {"type": type, "base_url": url, "api_key_env": "UP_KEY", "models": list(models)} | members
    return {name: value for name, value in members.items() if value is not None}


def relay(start, url, provider=None, **sections):
    """A daemon with one worker that relays to that address; `provider` changes its section."""
    sections = {"server": {"workers": 1}} | sections
    providers = {"up": row(url, **(provider or {}))} | sections.pop("providers", {})
    environment = {"UP_KEY": PROVIDER_KEY} | sections.pop("environment", {})
    return start(environment=environment, providers=providers, **sections)


def post(daemon, body, fields=(), path=CHAT):
    """The bytes of a request with the client's key; a body that is no bytes is spelled."""
    body = body if isinstance(body, bytes) else json.dumps(body).encode()
    rows = [f"Authorization: Bearer {daemon.key}", "Content-Type: application/json", *fields]
    return raw.request("POST", path, rows, body)


def chat(daemon, fields=(), **members):
    """The bytes of a chat."""
    body = {"model": MODEL, "messages": [{"role": "user", "content": "hello"}]} | members
    return post(daemon, body, fields)


def ask(daemon, data, **options):
    return raw.ask(daemon.port, data, **options)


def exchange(daemon, upstream, reply, data=None):
    """(the client's response, the upstream's request) of one request that `reply` answers."""
    upstream.script = reply
    upstream.forget()
    response = ask(daemon, data or chat(daemon))
    return response, upstream.requests[-1]


def error_of(response, status, code="provider_error"):
    """Our own error in OpenAI's words."""
    assert response.status == status, response
    assert response.fields["content-type"] == "application/json", response
    error = response.json()["error"]
    assert error.keys() == {"message", "type", "param", "code"}
    assert error["code"] == code, error
    assert response.json()["detail"] == error["message"]
    return error


def error_event(body):
    """(what came before, the error) of a stream that ended with an error event and said nothing after it."""
    assert not re.search(rb"^data: ?\[DONE\]", body, re.M), body[-300:]
    start = body.rindex(b"data:")
    event = body[start:]
    assert event.endswith((b"\n\n", b"\r\n\r\n")), event
    error = json.loads(event.removeprefix(b"data:"))["error"]
    assert error.keys() == {"message", "type", "param", "code"} and error["message"], error
    return body[:start], error
