"""What was recorded of a provider is said again: the same bytes, at their pace, with the faults one wants."""

import hashlib
import json
import os
import re
import time
import tomllib
from pathlib import Path

import pytest

import raw
import recorded
from daemon import daemons
from recordings import files, folder, instead, replay_row, write
from relaying import MODEL, ask, chat, error_event, error_of, exchange, post, relay, row
from replies import event, failure, streamed, whole
from waiting import eventually

pytestmark = pytest.mark.integration

ASKED = {"stream": True, "stream_options": {"include_usage": True}}
WHOLE = whole(recorded.whole("openai", 0))
CHOICE = {"index": 0, "delta": {"content": "first"}, "finish_reason": None}
FIRST = event({"id": "c", "object": "chat.completion.chunk", "created": 1, "model": "m", "choices": [CHOICE]})
LAST = FIRST.replace(b"first", b"last").replace(b"null", b'"stop"')
STREAM = streamed([FIRST, LAST, b"data: [DONE]\n\n"])
PATIENCE = {"timeout": "400ms", "stream_gap_timeout": "400ms"}


def replaying(start, place, **members):
    """A daemon that replays what is there."""
    return start(server={"workers": 1}, providers={"up": replay_row(place, [MODEL], **members)})


def replay_instead(daemon, **members):
    """From now on what was recorded is replayed."""
    daemon.reload(providers={"up": instead(replay_row(folder(daemon), [MODEL], **members))})


def body(**members):
    return json.dumps({"model": MODEL, "messages": [{"role": "user", "content": "hello"}]} | members).encode()


@pytest.fixture
def place(tmp_path):
    """A folder with a whole answer and a stream."""
    write(tmp_path / "records/1.jsonl", body(), [WHOLE.bytes])
    write(tmp_path / "records/2.jsonl", body(**ASKED), [STREAM.head, *chunks(STREAM)])
    return tmp_path / "records"


def chunks(reply):
    return [part for part in reply.parts() if isinstance(part, bytes)][1:]


# Recorded and replayed

FORMS = {
    "whole": {},
    "stream": {"stream": True},
    "stream with usage": ASKED,
    "stream without usage": {"stream": True, "stream_options": {"include_usage": False}},
}


def has_asked(request):
    return (request.json().get("stream_options") or {}).get("include_usage") is True


def script(request):
    """An answer for each request, always the same, in different framings."""
    asked = request.json()
    kind, seed = asked["user"].split("/")
    framing = ["chunked", "length", "close"][int(seed) % 3]
    if not asked.get("stream"):
        return whole(recorded.whole(kind, int(seed)), framing=framing)
    return streamed(recorded.stream(kind, int(seed), has_asked(request)), framing=framing)


def test_the_same_requests_get_the_same_bytes(tmp_path, upstream):
    upstream.script = script
    requests = [(kind, seed, form) for kind in recorded.KINDS for seed in range(6) for form in FORMS]
    sections = {f"up-{kind}": row(upstream.url, [kind], kind, record=True) for kind in recorded.KINDS}

    def digest(daemon, request):
        kind, seed, form = request
        asked = {"model": kind, "messages": [{"role": "user", "content": "hi"}], "user": f"{kind}/{seed}"}
        response = ask(daemon, post(daemon, asked | FORMS[form]))
        return response.status, hashlib.sha256(response.body).hexdigest()

    with daemons(tmp_path) as start:
        daemon = relay(start, upstream.url, providers=sections)
        direct = {request: digest(daemon, request) for request in requests}
        assert {status for status, _ in direct.values()} == {200}
        for kind in recorded.KINDS:
            files(daemon, 6 * len(FORMS), f"up-{kind}")
        upstream.forget()
        replays = {name: replay_row(folder(daemon, name), row["models"]) for name, row in sections.items()}
        daemon.reload(providers={name: instead(section) for name, section in replays.items()})
        begin = time.monotonic()
        replayed = {request: digest(daemon, request) for request in reversed(requests)}
        took = time.monotonic() - begin
    changed = [request for request in requests if replayed[request] != direct[request]]
    assert not changed, f"{len(changed)} of {len(requests)}: {changed[:5]}"
    assert upstream.requests == []
    assert took < 5, "216 recordings, at once"


def test_usage_is_written_down_as_ever(start, place):
    daemon = replaying(start, place)
    ask(daemon, chat(daemon, ["x-request-id: replayed"]))

    def found():
        rows = [json.loads(line) for line in daemon.control("db", "export").stdout.splitlines()]
        return next((row for row in rows if row.get("request") == "replayed"), None)

    row = eventually(found, every=0.1)
    assert (row["prompt_tokens"], row["completion_tokens"]) == recorded.whole_recording("openai", 0).usage[:2]
    assert row["provider"] == "up"


def test_other_requests_of_the_kind_get_the_recordings_in_turn(start, tmp_path):
    for number in range(3):
        write(tmp_path / f"r/{number}.jsonl", b'{"model":"x"}', [whole({"choices": [], "n": number}).bytes])
    daemon = replaying(start, tmp_path / "r")
    found = [ask(daemon, chat(daemon, user=str(number))).json()["n"] for number in range(7)]
    assert found == [0, 1, 2, 0, 1, 2, 0]


def test_one_file_is_enough(start, place):
    daemon = replaying(start, place / "1.jsonl")
    assert ask(daemon, chat(daemon)).body == WHOLE.body


def test_the_example_of_the_readme_works(start, place):
    readme = (Path(__file__).resolve().parents[2] / "README.md").read_text()
    [example] = [text for text in re.findall(r"```toml\n(.*?)```", readme, re.S) if '"replay"' in text]
    section = tomllib.loads(example)["providers"]["again"] | {"recordings": str(place)}
    daemon = start(server={"workers": 1}, providers={"again": section})
    assert [ask(daemon, chat(daemon)).status for _ in range(3)] == [200, 200, 200], "none of 4 KiB"
    assert [ask(daemon, chat(daemon, **ASKED)).body for _ in range(3)] == [STREAM.body] * 3


# What there is not


def test_what_was_not_recorded_is_not_found(start, place):
    daemon = replaying(start, place / "1.jsonl")
    for data in (chat(daemon, **ASKED), post(daemon, {"model": MODEL, "input": "x"}, path="/v1/embeddings")):
        response = ask(daemon, data)
        assert response.status == 404
        error = response.json()["error"]
        assert error["code"] == "recording_not_found"
        assert "replays 1 recordings" in error["message"]
    assert ask(daemon, chat(daemon)).body == WHOLE.body


def test_files_that_are_no_recordings_are_named_and_passed_over(start, place):
    (place / "0.jsonl").write_text("{}\n")
    (place / "3.jsonl").write_bytes(b"\xff\n\n")
    (place / "notes.txt").write_text("not looked at")
    (place / "4.jsonl").mkdir()
    daemon = replaying(start, place)
    assert ask(daemon, chat(daemon)).body == WHOLE.body
    for name in ("0.jsonl", "3.jsonl", "4.jsonl"):
        assert "no recording" in daemon.log_line(name)
    assert "notes.txt" not in daemon.log


@pytest.mark.parametrize("name", ["missing", "empty"])
def test_a_folder_without_any_is_no_reason_not_to_start(start, tmp_path, name):
    (tmp_path / "empty").mkdir()
    daemon = replaying(start, tmp_path / name)
    assert ask(daemon, chat(daemon)).json()["error"]["code"] == "recording_not_found"
    assert daemon.log_line("recordings were read").endswith("count=0")
    assert ("no recording" in daemon.log) == (name == "missing")


def test_a_changed_configuration_reads_them_again(start, place):
    daemon = replaying(start, place)
    assert ask(daemon, chat(daemon)).body == WHOLE.body
    write(place / "1.jsonl", body(), [whole({"choices": [], "n": 2}).bytes])
    assert ask(daemon, chat(daemon)).body == WHOLE.body
    daemon.reload(server={"debug": True})
    assert ask(daemon, chat(daemon)).json()["n"] == 2


# Pace


def times(daemon, data):
    """When each event came, in seconds since the request."""
    with raw.Connection(daemon.port) as connection:
        begin = time.monotonic()
        connection.send(data)
        connection.take_until(b"\r\n\r\n")
        return [time.monotonic() - begin for _ in connection.chunks()]


PACES = [(1, 0.4, 0.8), (10, 0.04, 0.08), (0.5, 0.8, 1.6), (0, 0, 0)]


@pytest.mark.parametrize(("speed", "first", "last"), PACES)
def test_events_come_at_their_time(start, upstream, speed, first, last):
    upstream.script = streamed([FIRST, 0.4, LAST, b"data: [DONE]\n\n"], wait=0.4)
    daemon = relay(start, upstream.url, {"record": True})
    direct = times(daemon, chat(daemon, **ASKED))
    files(daemon, 1)
    replay_instead(daemon, speed=speed)
    times(daemon, chat(daemon, **ASKED))
    found = times(daemon, chat(daemon, **ASKED))
    # Later than its time is anything on a machine with other things to do.
    for there, expected in ((direct, (0.4, 0.8)), (found, (first, last))):
        for moment, wanted in zip((there[0], there[-1]), expected):
            assert wanted * 0.95 <= moment < wanted + 0.3, (found, direct)


def test_an_end_comes_at_its_time_too(start, tmp_path):
    write(tmp_path / "r.jsonl", body(), [WHOLE.bytes[:-5], 0.5], end="cut")
    daemon = replaying(start, tmp_path / "r.jsonl", speed=1)
    begin = time.monotonic()
    error_of(ask(daemon, chat(daemon)), 502)
    assert 0.5 < time.monotonic() - begin < 2


# What was recorded of failures


@pytest.mark.parametrize("cut", [0, 10, len(WHOLE.head) + 5])
def test_a_cut_answer_is_a_cut_answer_again(start, upstream, cut):
    daemon = relay(start, upstream.url, {"record": True})
    direct, _ = exchange(daemon, upstream, WHOLE.changed(cut_at=cut))
    files(daemon, 1)
    replay_instead(daemon)
    error_of(direct, 502)
    assert ask(daemon, chat(daemon)).json() == direct.json()


def test_after_what_was_cancelled_there_is_silence(start, tmp_path):
    write(tmp_path / "r.jsonl", body(**ASKED), [STREAM.head, chunks(STREAM)[0]], end="cancelled")
    daemon = replaying(start, tmp_path / "r.jsonl", **PATIENCE)
    before, error = error_event(ask(daemon, chat(daemon, **ASKED)).body)
    assert (before, error["code"]) == (FIRST, "upstream_timeout")


def test_a_client_that_left_after_the_last_event_has_cancelled_nothing(start, tmp_path):
    write(tmp_path / "r.jsonl", body(**ASKED), [STREAM.head, *chunks(STREAM)[:-1]], end="cancelled")
    daemon = replaying(start, tmp_path / "r.jsonl")
    times = []
    for _ in range(5):
        begin = time.monotonic()
        assert ask(daemon, chat(daemon, **ASKED)).body == STREAM.body
        times.append(time.monotonic() - begin)
    assert min(times) < 0.08


def test_errors_are_replayed(start, upstream):
    daemon = relay(start, upstream.url, {"record": True})
    direct, _ = exchange(daemon, upstream, failure(429, "slow down"))
    files(daemon, 1)
    replay_instead(daemon)
    response = ask(daemon, chat(daemon))
    assert (response.status, response.body) == (429, direct.body)


# Faults


def test_a_cut_before_the_first_event_is_an_error(start, place):
    offsets = [0, 20, len(STREAM.head), len(STREAM.head) + 20]
    daemon = replaying(start, place, faults=[f"cut:{offset}" for offset in offsets])
    for _ in offsets:
        error_of(ask(daemon, chat(daemon, **ASKED)), 502)


def test_a_cut_in_a_stream_is_an_error_event(start, place):
    offset = len(STREAM.head) + len(chunks(STREAM)[0])
    daemon = replaying(start, place, faults=[f"cut:{offset}", f"cut:{offset + 30}"])
    for _ in range(2):
        before, error = error_event(ask(daemon, chat(daemon, **ASKED)).body)
        assert (before, error["code"]) == (FIRST, "provider_error")


def test_a_stall_is_a_time_out(start, place):
    offset = len(STREAM.head) + len(chunks(STREAM)[0])
    daemon = replaying(start, place, faults=["stall:0", f"stall:{offset}"], **PATIENCE)
    error_of(ask(daemon, chat(daemon, **ASKED)), 504, "upstream_timeout")
    before, error = error_event(ask(daemon, chat(daemon, **ASKED)).body)
    assert (before, error["code"]) == (FIRST, "upstream_timeout")


def test_a_status_comes_instead_of_the_answer(start, place):
    daemon = replaying(start, place, faults=["status:503", "status:429", "status:401"])
    for status in (503, 429):
        response = ask(daemon, chat(daemon, **ASKED))
        assert (response.status, response.json()["error"]["code"]) == (status, "replayed_fault")
    error_of(ask(daemon, chat(daemon)), 502)


def test_a_refusal_is_no_connection(start, place):
    daemon = replaying(start, place, faults=["refuse"])
    error = error_of(ask(daemon, chat(daemon)), 502)
    assert "refused" in error["message"]


def test_a_delay_is_waited_out(start, place):
    daemon = replaying(start, place, faults=["delay:300ms"])
    begin = time.monotonic()
    assert ask(daemon, chat(daemon)).body == WHOLE.body
    assert 0.3 < time.monotonic() - begin < 2


def test_faults_come_in_turn(start, place):
    daemon = replaying(start, place, faults=["none", "none", "status:500", "cut:0"])
    statuses = [ask(daemon, chat(daemon)).status for _ in range(9)]
    assert statuses == [200, 200, 500, 502, 200, 200, 500, 502, 200]


def test_a_question_for_usage_uses_up_no_fault(start, tmp_path):
    """A stream that was not asked for its usage is replayed to one who is not to be asked."""
    write(tmp_path / "r.jsonl", body(stream=True), [STREAM.bytes])
    daemon = replaying(start, tmp_path / "r.jsonl", faults=["none", "status:500"])
    found = [ask(daemon, chat(daemon, stream=True)) for _ in range(4)]
    assert [response.status for response in found] == [200, 500, 200, 500]
    assert found[0].body == STREAM.body


def test_a_client_that_leaves_ends_the_replay(start, place):
    daemon = replaying(start, place, faults=["stall:0"])
    [worker] = daemon.workers()
    before = len(os.listdir(f"/proc/{worker}/fd"))
    connections = [raw.Connection(daemon.port) for _ in range(20)]
    for connection in connections:
        connection.send(chat(daemon, **ASKED))
    # That of the client, and both ends of that to what is replayed.
    eventually(lambda: len(os.listdir(f"/proc/{worker}/fd")) >= before + 60)
    for connection in connections:
        connection.socket.close()
    eventually(lambda: len(os.listdir(f"/proc/{worker}/fd")) <= before + 5)
