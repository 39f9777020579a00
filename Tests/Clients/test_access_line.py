"""The line that each request leaves in the log, and what is kept of it for `why`: in full, and harmless."""

import json
import re

import pytest
import raw
from waiting import eventually

TIME = r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z"
# The client's name of a request and the model that it asks for, and the model as a line of text has it.
ROWS = [
    ("plain", "echo", "echo"),
    ("x" * 128, "gpt", "gpt"),
    ('a"b\\c=d', "gpt", "gpt"),
    ("n", "two words\ttabbed", "two_words_tabbed"),
    ("n", "line\nfeed", "line_feed"),
    ("n", "größer", "größer"),
    ("n", 'quo"te\\d', 'quo"te\\d'),
    ("n", "y" * 200, "y" * 128),
]


def lines(daemon):
    """The access lines, one for each row."""
    for name, model, _ in ROWS:
        raw.ask(daemon.port, raw.chat(daemon, model=model, fields=[f"x-request-id: {name}"]))
    found = lambda: [line for line in daemon.log.splitlines() if "/v1/chat/completions" in line]
    return eventually(lambda: found() if len(found()) == len(ROWS) else None)


def test_a_line_of_text_says_what_a_request_was_and_nothing_breaks_it(start):
    for line, (name, _, model) in zip(lines(start(server={"workers": 1})), ROWS):
        ending = "" if model == "echo" else " error=model_not_found"
        numbers = r"status=\d{3} us=\d+ bytes=\d+ gen=1"
        names = rf"id={re.escape(name)} model={re.escape(model)} key=\S+{ending}"
        assert re.fullmatch(f"{TIME} access worker:0 POST /v1/chat/completions {numbers} {names}", line), line


def test_a_line_of_json_says_the_same(start):
    for line, (name, model, _) in zip(lines(start(server={"workers": 1}, log={"format": "json"})), ROWS):
        members = json.loads(line)
        assert re.fullmatch(TIME, members.pop("ts"))
        assert all(isinstance(members.pop(number), int) for number in ("status", "us", "bytes"))
        assert members.pop("error", None) == (None if model == "echo" else "model_not_found")
        assert members.pop("key")
        assert members == {
            "level": "info", "process": "worker:0", "event": "access", "method": "POST",
            "path": "/v1/chat/completions", "gen": 1, "id": name, "model": model,
        }  # fmt: skip


@pytest.mark.parametrize("name", ["plain", 'a"b', "z" * 128])
def test_a_path_is_logged_as_it_came_and_told_decoded(daemon, name):
    raw.ask(daemon.port, raw.request("GET", "/v1/no%20such/caf%C3%A9", [f"x-request-id: {name}"]))
    assert "GET /v1/no%20such/caf%C3%A9 status=404" in daemon.log_line(f"id={name}")
    assert "/v1/no such/café" in daemon.control("why", name).stdout
