"""Exchanges with a provider are stored as they were, and without what only the provider may see."""

import os
import re
import socket
import sys
from pathlib import Path

import pytest

import raw
import recorded
from agents import Gate
from certificates import certificate
from daemon import daemons
from recordings import Recorded, files, folder
from relaying import MODEL, PROVIDER_KEY, ask, chat, exchange, relay
from replies import event, failure, streamed, whole
from upstream import Upstream
from waiting import eventually

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "Faults"))
import scenarios_usage as usage  # isort: skip

pytestmark = pytest.mark.security

ASKED = {"stream": True, "stream_options": {"include_usage": True}}
WHOLE = whole(recorded.whole("openai", 0))
STREAM = streamed(recorded.stream("openai", 0, include_usage=True))
CHOICE = {"index": 0, "delta": {"content": "first"}, "finish_reason": None}
FIRST = event({"id": "c", "object": "chat.completion.chunk", "created": 1, "model": "m", "choices": [CHOICE]})
DONE = b"data: [DONE]\n\n"


@pytest.fixture
def recorder(start, upstream):
    upstream.forget()
    return relay(start, upstream.url, {"record": True, "headers": {"x-team": "search-team-secret"}})


# What a file says


@pytest.mark.parametrize(
    ("members", "reply"),
    [
        ({}, WHOLE),
        ({}, WHOLE.changed(step=7)),
        ({}, WHOLE.changed(framing="close")),
        ({}, failure(429)),
        (ASKED, STREAM),
        (ASKED, STREAM.changed(step=100)),
        (ASKED, STREAM.changed(interim=((103, (("link", "</x>"),)),))),
        ({"stream": True}, STREAM),
    ],
    ids=["whole", "in pieces", "to the end", "error", "stream", "stream in pieces", "interim", "asked by us"],
)
def test_every_byte_is_stored_with_its_time(recorder, upstream, members, reply):
    response, request = exchange(recorder, upstream, reply, chat(recorder, **members))
    assert response.status == reply.status
    [file] = files(recorder, 1)
    found = Recorded(file)
    assert found.answer == reply.bytes
    assert (found.request["method"], found.request["target"]) == ("POST", request.target)
    assert found.body == request.body
    assert found.request["asks_for_usage"] == (members == {"stream": True})
    assert found.end["end"] == "complete"
    assert (found.end["status"], found.end["bytes"]) == (reply.status, len(reply.bytes))
    times = [time for time, _ in found.pieces]
    assert times == sorted(times) and times[-1] <= found.end["us"] / 1_000_000 < 5
    at = r"\d{8}T\d{6}\.\d{6}Z"
    assert re.fullmatch(at + r"-req-[0-9a-f]{24}\.jsonl", file.name)
    assert found.request["id"] == response.fields["x-request-id"]


def test_pauses_are_stored(recorder, upstream):
    reply = streamed([0.2, FIRST, 0.3, FIRST.replace(b"null", b'"stop"'), DONE], wait=0.1)
    exchange(recorder, upstream, reply, chat(recorder, **ASKED))
    found = Recorded(files(recorder, 1)[0])
    marks = (b"HTTP/", b'first"}', b'"stop"')
    head, first, last = (next(time for time, data in found.pieces if mark in data) for mark in marks)
    assert 0.09 < head < 1 and 0.15 < first - head < 1 and 0.25 < last - first < 1


def test_what_came_over_tls_is_stored_in_clear(start, tmp_path):
    context, file = certificate(tmp_path)
    with Upstream(STREAM.changed(step=1), tls=context) as upstream:
        daemon = relay(start, upstream.url, {"record": True, "ca_file": str(file)})
        assert ask(daemon, chat(daemon, **ASKED)).body == STREAM.body
        assert Recorded(files(daemon, 1)[0]).answer == STREAM.bytes


@pytest.mark.parametrize("reset", [False, True])
def test_an_end_before_the_end_is_stored_as_such(recorder, upstream, reset):
    cut = len(STREAM.head) + len(FIRST)
    exchange(recorder, upstream, STREAM.changed(cut_at=cut, reset=reset), chat(recorder, **ASKED))
    found = Recorded(files(recorder, 1)[0])
    assert found.end["end"] == "cut"
    # A reset may overtake the last bytes.
    assert found.answer == STREAM.bytes[:cut] or reset and STREAM.bytes.startswith(found.answer)


def test_what_the_client_has_left_is_stored_as_far_as_it_came(recorder, upstream):
    upstream.script = streamed([FIRST, Gate()])
    with raw.Connection(recorder.port) as connection:
        connection.send(chat(recorder, **ASKED))
        connection.take_until(b"first")
    found = Recorded(files(recorder, 1)[0])
    assert found.end["end"] == "cancelled" and found.answer.endswith(FIRST + b"\r\n")


def test_what_was_not_asked_is_not_stored(start):
    with socket.create_server(("127.0.0.1", 0)) as closed:
        port = closed.getsockname()[1]
    daemon = relay(start, f"http://127.0.0.1:{port}/v1", {"record": True})
    assert ask(daemon, chat(daemon)).status == 502
    files(daemon, 0)


# What no file says


def everything(daemon):
    """The text of all that is stored."""
    return "".join(path.read_text() for path in folder(daemon).iterdir())


def test_files_and_folders_are_the_owner_s(recorder, upstream):
    exchange(recorder, upstream, WHOLE)
    [file] = files(recorder, 1)
    modes = [path.stat().st_mode & 0o777 for path in (file, file.parent, file.parent.parent)]
    assert modes == [0o600, 0o700, 0o700]


def test_only_harmless_fields_are_stored(recorder, upstream):
    rows = ["Cookie: a=client-cookie", "User-Agent: tester/1", "Idempotency-Key: once-4711"]
    fields = (*WHOLE.fields, ("set-cookie", "session=provider-cookie; path=/"), ("x-request-id", "req_x"))
    exchange(recorder, upstream, WHOLE.changed(fields=fields), chat(recorder, rows))
    [file] = files(recorder, 1)
    assert Recorded(file).request["fields"] == {"user-agent": "tester/1"}
    assert len(Recorded(file).answer) == len(WHOLE.changed(fields=fields).bytes)
    text = everything(recorder)
    secrets = PROVIDER_KEY, recorder.key, "search-team-secret"
    for secret in (*secrets, "client-cookie", "provider-cookie", "once-4711"):
        assert secret not in text, secret
    assert "req_x" in text


WORDS = f"Incorrect API key provided: {PROVIDER_KEY}"
SPLIT = event({"error": {"message": WORDS}})
MIDDLE = SPLIT.index(PROVIDER_KEY.encode()) + 9
ECHOES = {
    "error": failure(401, WORDS),
    "error in pieces": failure(400, WORDS, step=5),
    "field": failure(429, fields=(*WHOLE.fields, ("x-request-id", PROVIDER_KEY))),
    "event": streamed([FIRST, SPLIT]),
    "two chunks": streamed([FIRST, SPLIT[:MIDDLE], SPLIT[MIDDLE:]]),
    "a field of the configuration": failure(400, "search-team-secret"),
}


@pytest.mark.parametrize("name", ECHOES)
def test_what_shows_a_secret_is_not_stored(recorder, upstream, name):
    asked = ASKED if ECHOES[name].status == 200 else {}
    exchange(recorder, upstream, ECHOES[name], chat(recorder, **asked))
    recorder.log_line("an exchange is not recorded")
    exchange(recorder, upstream, WHOLE)
    files(recorder, 1)
    assert PROVIDER_KEY not in everything(recorder)


# When there is no place


def is_served_without_a_file(daemon, upstream):
    for number in range(5):
        response, _ = exchange(daemon, upstream, STREAM, chat(daemon, **ASKED, user=str(number)))
        assert (response.status, response.body) == (200, STREAM.body)
    line = daemon.log_line("exchanges cannot be recorded")
    assert daemon.log.count("exchanges cannot be recorded") == 1
    return line


def test_a_folder_that_cannot_be_made_harms_no_request(recorder, upstream):
    (recorder.state_directory / "records").write_text("no folder")
    assert "Not a directory" in is_served_without_a_file(recorder, upstream)
    (recorder.state_directory / "records").unlink()
    exchange(recorder, upstream, WHOLE)
    eventually(lambda: list(folder(recorder).glob("*.jsonl")))


@pytest.mark.skipif(os.getuid() != 0, reason="only root can mount a small disk")
def test_a_full_disk_harms_no_request_and_is_not_filled_by_recordings(tmp_path, upstream):
    with usage.small_disk(tmp_path / "daemon0/state", 48), daemons(tmp_path) as start:
        daemon = relay(start, upstream.url, {"record": True})
        assert "less than 64 MiB are free" in is_served_without_a_file(daemon, upstream)
        files(daemon, 0)


def test_a_long_answer_is_passed_on_and_not_stored(recorder, upstream):
    long = whole(b'{"choices":[],"x":"' + b"x" * (65 << 20) + b'"}')
    response, _ = exchange(recorder, upstream, long)
    assert len(response.body) == len(long.body)
    assert "longer than 64 MiB" in recorder.log_line("an exchange is not recorded")
    files(recorder, 0)


# Reloads


def test_a_reload_begins_and_ends_it_and_what_is_under_way_goes_on(start, upstream):
    gate = Gate()
    daemon = relay(start, upstream.url)
    exchange(daemon, upstream, WHOLE)
    daemon.reload(providers={"up": {"record": True}})
    files(daemon, 0)
    upstream.script = streamed([FIRST, gate, FIRST.replace(b"null", b'"stop"'), DONE])
    with raw.Connection(daemon.port) as connection:
        connection.send(chat(daemon, **ASKED))
        connection.take_until(b"first")
        daemon.reload(providers={"up": {"record": False}})
        exchange(daemon, upstream, WHOLE)
        gate.open()
        connection.take_until(b"0\r\n\r\n")
    [file] = files(daemon, 1)
    assert Recorded(file).end["end"] == "complete"


def test_a_provider_s_name_leaves_no_folder(start, upstream):
    up = {"type": "openai", "base_url": upstream.url, "models": [MODEL], "record": True}
    daemon = start(server={"workers": 1}, providers={"..": up})
    exchange(daemon, upstream, WHOLE)
    files(daemon, 1, provider="_..")


def test_what_was_recorded_last_is_stored_before_the_end(recorder, upstream):
    for number in range(20):
        exchange(recorder, upstream, WHOLE, chat(recorder, user=str(number)))
    recorder.terminate()
    assert recorder.wait() == 0
    assert len(list(folder(recorder).iterdir())) == 20
