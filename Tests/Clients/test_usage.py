"""Usage as clients and operators meet it: one row for each request for a model, whatever dies meanwhile."""

import asyncio
import contextlib
import datetime
import itertools
import json
import os
import queue
import signal
import statistics
import subprocess
import threading
import time

import pytest

import configuration
import processes
import raw
from agents import Agent, Gate, answers, choice, connected, echoes, fails, keeps_silent
from streams import Stream
from waiting import eventually, eventually_async

pytestmark = pytest.mark.integration

EXACT = {"prompt_tokens": 11, "completion_tokens": 22, "total_tokens": 33}
CACHED = EXACT | {"prompt_tokens_details": {"cached_tokens": 7}}
DAY = 86_400_000


def exported(daemon):
    """All rows, in the order of their serials."""
    return [json.loads(line) for line in daemon.control("db", "export").stdout.splitlines()]


def rows_of(daemon, count, within=10.0):
    """The rows, as soon as there are so many; there must not be more."""
    rows = eventually(lambda: len(found := exported(daemon)) >= count and found, within, every=0.05)
    assert len(rows) == count, rows
    return rows


def row_of(daemon):
    return rows_of(daemon, 1)[0]


def sums(daemon, *options):
    lines = daemon.control("--json", "usage", *options).stdout.splitlines()
    return [json.loads(line)["record"] for line in lines if "record" in json.loads(line)]


def total(daemon):
    """(requests, prompt tokens, completion tokens) of all."""
    rows = exported(daemon)
    return len(rows), *(sum(row[name] for row in rows) for name in ("prompt_tokens", "completion_tokens"))


def ask(daemon, path="/v1/chat/completions", key=None, fields=(), **members):
    """The response to one request on a connection of its own."""
    body = {"model": "echo", "messages": [{"role": "user", "content": "hello there"}]} | members
    rows = [f"Authorization: Bearer {key or daemon.key}", "Content-Type: application/json", *fields]
    return raw.ask(daemon.port, raw.request("POST", path, rows, json.dumps(body).encode()))


def told(daemon, query="", key=None):
    """What GET /v1/usage says."""
    fields = [f"Authorization: Bearer {key or daemon.key}"]
    return raw.ask(daemon.port, raw.request("GET", f"/v1/usage{query}", fields))


def key_row(name, key, **members):
    return {"name": name, "sha256": configuration.digest(key)} | members


def chunk(content, **members):
    return {"delta": {"content": content}} | members


# What a row says


def tokens_of(path, body, streams):
    """What the client was told, in its own dialect."""
    if path.startswith("/api/"):
        last = json.loads(body.splitlines()[-1])
        return last["prompt_eval_count"], last["eval_count"]
    if not streams:
        usage = json.loads(body)["usage"]
    else:
        events = [line[6:] for line in body.splitlines() if line.startswith(b"data: {")]
        usage = json.loads(events[-1])["usage"]
    return usage["prompt_tokens"], usage["completion_tokens"]


@pytest.mark.parametrize("streams", [False, True])
@pytest.mark.parametrize(
    ("path", "dialect"),
    [("/v1/chat/completions", "openai"), ("/api/chat", "ollama"), ("/api/generate", "ollama")],
)
def test_a_row_has_what_the_client_was_told(start, path, dialect, streams):
    daemon = start()
    members = {"stream": streams, "prompt": "hello there", "stream_options": {"include_usage": True}}
    if path != "/api/generate":
        members.pop("prompt")
    if not streams or dialect == "ollama":
        members.pop("stream_options")
    begun = time.time() * 1000
    answer = ask(daemon, path, **members)
    assert answer.status == 200, answer

    row = row_of(daemon)
    assert (row["prompt_tokens"], row["completion_tokens"]) == tokens_of(path, answer.body, streams)
    assert row["dialect"].startswith(dialect), row
    assert (row["model"], row["served"], row["provider"], row["attempts"]) == ("echo", "echo", "echo", 1)
    assert (row["key"], row["client"], row["outcome"], row["finish"]) == (
        "tests", "127.0.0.1", "completed", "stop",
    )
    assert row["is_estimated"] is True
    assert row["id"].startswith("req-") and "request" not in row and "error" not in row
    assert abs(row["at"] - begun) < 2000
    assert 0 <= row["first_ms"] <= row["total_ms"] < 2000


@pytest.mark.parametrize("streams", [False, True])
@pytest.mark.parametrize(
    ("usage", "expected"),
    [(EXACT, (11, 22, 0, False)), (CACHED, (11, 22, 7, False)), (None, (2, 2, 0, True))],
)
def test_tokens_are_what_the_agent_says_or_guessed(start, usage, expected, streams):
    async def script(invoke, send):
        members = {"usage": usage} if usage else {}
        if not invoke.get("stream"):
            return await send("model_result", choices=[choice("12345678")], **members)
        await send("model_stream_chunk", chunk=chunk("12345678"), finished=False)
        last = {"delta": {}, "finish_reason": "stop"} | members
        await send("model_stream_chunk", chunk=last, finished=True)

    daemon = start()
    with connected(daemon, ["m"], script) as agent:
        assert ask(daemon, model="m", stream=streams).status == 200
        invoked = agent.all("model_invoke")[0]["id"]
    row = row_of(daemon)
    names = ("prompt_tokens", "completion_tokens", "cached_tokens", "is_estimated")
    assert tuple(row[name] for name in names) == expected
    assert (row["id"], row["outcome"], row["provider"]) == (invoked, "completed", "local")
    (record,) = sums(daemon)
    assert (record["prompt_tokens"], record["cached_tokens"]) == (expected[0], expected[2])
    assert record["estimated"] == int(expected[3])


@pytest.mark.parametrize(
    ("script", "status", "code"),
    [
        (fails({"code": "x", "message": "no"}), 500, "agent_error"),
        (keeps_silent, 504, "upstream_timeout"),
        (None, 503, "agent_unavailable"),
    ],
)
def test_a_failure_is_a_row_with_its_code_and_without_tokens(start, script, status, code):
    daemon = start(bridge={"response_timeout": "100ms"})
    with connected(daemon, ["m"], script) if script else contextlib.nullcontext():
        assert ask(daemon, model="m").status == status
    row = row_of(daemon)
    assert (row["outcome"], row["error"], row["is_estimated"]) == ("failed", code, False)
    assert (row["prompt_tokens"], row["completion_tokens"]) == (0, 0)
    assert sums(daemon)[0]["failed"] == 1


def test_a_failure_in_a_stream_counts_what_had_come(start):
    async def script(invoke, send):
        await send("model_stream_chunk", chunk=chunk("12345678" * 10), finished=False)
        await send("error", error="no more")

    daemon = start()
    with connected(daemon, ["m"], script):
        assert b'"error"' in ask(daemon, model="m", stream=True).body
    row = row_of(daemon)
    assert (row["outcome"], row["error"]) == ("failed", "agent_error")
    assert (row["prompt_tokens"], row["completion_tokens"], row["is_estimated"]) == (2, 20, True)


@pytest.mark.parametrize("length", [1000, 70_000])
def test_a_long_word_of_an_agent_leaves_a_row_all_the_same(start, length):
    async def script(invoke, send):
        await send("model_result", choices=[choice("x") | {"finish_reason": "x" * length}], usage=EXACT)

    daemon = start()
    with connected(daemon, ["m"], script):
        assert ask(daemon, model="m").status == 200
    row = row_of(daemon)
    assert (row["outcome"], row["prompt_tokens"], row["completion_tokens"]) == ("completed", 11, 22)


def test_what_is_refused_before_a_model_is_no_usage(start):
    few = configuration.new_key()
    keys = [key_row("few", few, requests_per_minute=1, models=["echo"])]
    daemon = start()
    daemon.reload(auth={"keys": [*daemon.configuration["auth"]["keys"], *keys]})
    refused = [
        ask(daemon, key="wrong").status,
        ask(daemon, messages=[]).status,
        ask(daemon, model="unknown").status,
        ask(daemon, "/api/chat", model="unknown").status,
        ask(daemon, key=few, model="m").status,
        told(daemon, key="wrong").status,
    ]
    assert refused == [401, 422, 422, 404, 403, 401]
    assert [ask(daemon, key=few).status for _ in range(3)] == [200, 429, 429]
    assert [row["key"] for row in rows_of(daemon, 1)] == ["few"]


def test_nothing_is_written_down_where_it_is_not_wanted_and_limits_count(start):
    daemon = start(store={"record_usage": False}, limits={"requests_per_minute": 2})
    assert [ask(daemon).status for _ in range(3)] == [200, 200, 429]
    daemon.reload(store={"record_usage": True}, limits={"requests_per_minute": 10})
    assert ask(daemon, fields=["x-request-id: later"]).status == 200
    assert row_of(daemon)["request"] == "later"


def test_the_client_s_own_name_of_a_request_is_kept(start):
    daemon = start()
    assert ask(daemon, fields=["x-request-id: order-4711"]).status == 200
    row = row_of(daemon)
    assert row["request"] == "order-4711"
    assert row["id"].startswith("req-")


# Sums


def imported(daemon, rows):
    """What `db import` says of these rows, given on its standard input."""
    text = "".join(row if isinstance(row, str) else json.dumps(row) + "\n" for row in rows)
    return subprocess.run(
        daemon.control_command("db", "import"), input=text, capture_output=True, text=True, timeout=30
    )


def made_up(count, **members):
    """Rows as another daemon may have exported them."""
    now = int(time.time() * 1000)
    standard = {"v": 1, "phase": "closed", "instance": "elsewhere", "model": "m", "outcome": "completed"}
    standard |= {"attempts": 1, "prompt_tokens": 1, "completion_tokens": 2, "at": now}
    standard |= {"segment": "00000000000000aa-00000001"} | members
    return [{"id": f"req-{number:024x}", "offset": 128 + 8 * number} | standard for number in range(count)]


def test_sums_by_key_model_and_day_within_limits(start):
    daemon = start()
    new_year = 1_767_225_600_000
    table = [(0, "a", "m"), (1, "a", "n"), (DAY - 1, "b", "m"), (DAY, "b", "m"), (2 * DAY, None, "m")]
    rows = []
    for number, (at, key, model) in enumerate(table):
        (row,) = made_up(1, at=new_year + at, model=model, offset=128 + 8 * number)
        rows.append(row | ({"key": key} if key else {}))
    assert imported(daemon, rows).stdout == "5 rows added, 0 were there already\n"

    def counts(by, *options):
        names = by.split(",")
        return {
            tuple(record.get(name) for name in names): record["requests"]
            for record in sums(daemon, "--by", by, *options)
        }

    assert counts("key") == {("a",): 2, ("b",): 2, (None,): 1}
    assert counts("model") == {("m",): 4, ("n",): 1}
    assert counts("day") == {("2026-01-01",): 3, ("2026-01-02",): 1, ("2026-01-03",): 1}
    assert counts("key,day", "--key", "b") == {("b", "2026-01-01"): 1, ("b", "2026-01-02"): 1}
    assert counts("day", "--from", "2026-01-02") == {("2026-01-02",): 1, ("2026-01-03",): 1}
    assert counts("day", "--to", "2026-01-02") == {("2026-01-01",): 3}
    assert counts("day", "--from", "2026-01-01T23:59:59Z", "--to", "2026-01-03") == {
        ("2026-01-01",): 1, ("2026-01-02",): 1,
    }
    assert counts("model", "--model", "n") == {("n",): 1}
    assert counts("key", "--from", "2026-02-01") == {}
    assert told(daemon, "?by=day&to=2026-01-02").json()["data"][0]["total_tokens"] == 9
    assert told(daemon, "?by=nonsense").status == 422
    assert told(daemon, "?from=yesterday").json()["error"]["param"] == "from"


def test_a_key_sees_itself_and_one_that_may_observe_sees_all(start):
    plain, other, watcher = (configuration.new_key() for _ in range(3))
    rows = [
        key_row("plain", plain), key_row("other", other),
        key_row("watcher", watcher, scopes=["observe", "inference"]),
    ]
    daemon = start(auth={"keys": rows})
    for key in (plain, plain, other):
        assert ask(daemon, key=key).status == 200
    eventually(lambda: sum(row["requests"] for row in told(daemon, key=watcher).json()["data"]) == 3)

    def seen(query, key):
        return {row["key"]: row["requests"] for row in told(daemon, query, key).json()["data"]}

    assert seen("", watcher) == {"plain": 2, "other": 1}
    assert seen("?key=other", watcher) == {"other": 1}
    assert seen("", plain) == seen("?key=plain", plain) == {"plain": 2}
    assert told(daemon, "?key=other", plain).status == 403
    assert told(daemon, "?by=model", other).json()["data"][0]["requests"] == 1


def test_usage_without_a_key_has_a_key_s_place_left_empty(start):
    port = configuration.free_port()
    daemon = start()
    listeners = [{"name": "open", "address": f"127.0.0.1:{port}", "auth": "none"}]
    daemon.reload(listeners=[*daemon.configuration["listeners"], *listeners])
    assert raw.ask(port, raw.chat(daemon)).status == 200
    body = json.dumps({"model": "echo", "messages": [{"role": "user", "content": "x"}]}).encode()
    fields = ["Content-Type: application/json"]
    assert raw.ask(port, raw.request("POST", "/v1/chat/completions", fields, body)).status == 200
    assert sorted(row.get("key", "-") for row in rows_of(daemon, 2)) == ["-", "tests"]


# For operators


def test_usage_is_shown_in_columns(start):
    daemon = start()
    assert daemon.control("usage").stdout == "no usage\n"
    ask(daemon)
    row_of(daemon)
    head, line = daemon.control("usage", "--by", "key,model,day").stdout.splitlines()
    names = "KEY MODEL DAY REQUESTS PROMPT COMPLETION ESTIMATED FAILED ABORTED LOST"
    today = datetime.datetime.now(datetime.UTC).date().isoformat()
    assert head.split() == names.split()
    assert line.split() == ["tests", "echo", today, "1", "2", "2", "1", "0", "0", "0"]


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["usage", "--by", "x"], "--by must be some of key, model, day"),
        (["usage", "--by", "key,key"], "--by must be some of key, model, day"),
        (["usage", "--from", "nope"], "--from must be a date"),
        (["usage", "--to", "2026-13-01"], "--to must be a date"),
        (["usage", "--bogus"], "'--bogus'"),
        (["usage", "echo"], "'echo'"),
        (["events", "--last", "x"], "--last"),
        (["events", "--last", "-3"], "--last"),
        (["events", "--follow=yes"], "--follow takes no value"),
        (["db"], "export or import"),
        (["db", "drop"], "'drop'"),
        (["db", "export", "file"], "'file'"),
    ],
)
def test_options_that_cannot_be_are_refused(daemon, words, said):
    done = daemon.control(*words, expect=2)
    assert said in done.stderr


def test_events_are_the_newest(start):
    daemon = start()
    assert imported(daemon, made_up(1500)).returncode == 0
    lines = daemon.control("--json", "events", "--last", "1200").stdout.splitlines()
    serials = [json.loads(line)["record"]["serial"] for line in lines[:-1]]
    assert serials == list(range(301, 1501))
    assert len(daemon.control("events").stdout.splitlines()) == 10


class Follower:
    """`events --follow`, its records with the moment at which each came."""

    def __init__(self, daemon):
        self.records = queue.Queue()
        command = daemon.control_command("--json", "events", "--follow", "--last", "1")
        self.process = subprocess.Popen(
            command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, bufsize=1
        )
        self.reader = threading.Thread(target=self.read, daemon=True)
        self.reader.start()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.process.kill()
        self.process.wait()
        self.reader.join(5)
        self.process.stdout.close()
        self.process.stderr.close()

    def read(self):
        for line in self.process.stdout:
            self.records.put((time.monotonic(), json.loads(line)))

    def next(self):
        moment, reply = self.records.get(timeout=10)
        return moment, reply["record"]


def test_events_follow_within_50_ms_and_end_with_their_store(start):
    daemon = start()
    ask(daemon)
    row_of(daemon)
    with Follower(daemon) as follower:
        serials, delays = [follower.next()[1]["serial"]], []
        for number in range(20):
            answer = ask(daemon, fields=[f"x-request-id: f-{number}"])
            ended = time.monotonic()
            moment, record = follower.next()
            delays.append(moment - ended)
            assert (answer.status, record["outcome"]) == (200, "completed")
            serials.append(record["serial"])
        print(f"events come after {statistics.median(delays):.4f} s, at most {max(delays):.4f} s")
        assert statistics.median(delays) <= 0.05
        assert serials == list(range(1, 22))
        daemon.control("restart", "store")
        assert follower.process.wait(10) == 1
        follower.reader.join(10)
        said = follower.process.stderr.read() + str(follower.records.queue)
        assert "the store has ended the events" in said
    with Follower(daemon) as follower:
        assert follower.next()[1]["serial"] == 21
        ask(daemon)
        assert follower.next()[1]["serial"] == 22


def test_an_export_is_taken_by_another_daemon_once(start, tmp_path):
    one, other = start(), start()
    with connected(one, ["m"], answers("x", usage=CACHED)):
        for model, name in itertools.product(["m", "echo"], range(5)):
            assert ask(one, model=model, fields=[f"x-request-id: r-{name}"]).status == 200
    rows_of(one, 10)
    file = tmp_path / "usage.jsonl"
    file.write_text(one.control("db", "export").stdout)

    assert other.control("db", "import", file).stdout == "10 rows added, 0 were there already\n"
    assert sums(other, "--by", "key,model,day") == sums(one, "--by", "key,model,day")
    assert other.control("db", "import", file).stdout == "0 rows added, 10 were there already\n"
    assert other.control("db", "export").stdout == file.read_text()
    # What is exported is what was imported, so that it can go back.
    assert one.control("db", "import", file).stdout == "0 rows added, 10 were there already\n"
    assert ask(other).status == 200
    assert len(rows_of(other, 11)) == 11


def test_bad_lines_are_named_and_the_others_are_taken(start):
    daemon = start()
    rows = made_up(6)
    del rows[1]["segment"]
    rows[3]["prompt_tokens"] = -1
    done = imported(daemon, rows)
    assert done.stdout.splitlines() == [
        "line 2: segment is missing; left out",
        "line 4: prompt_tokens has a value that it cannot have; left out",
        "4 rows added, 0 were there already",
    ]
    assert len(exported(daemon)) == 4


def test_a_line_that_is_no_json_is_named(start):
    daemon = start()
    rows = made_up(3)
    done = imported(daemon, [rows[0], "this is no JSON\n", rows[2]])
    assert "line 2" in done.stdout + done.stderr, done


def test_many_rows_go_out_and_in(start):
    one, other = start(), start()
    rows = made_up(5000)
    assert imported(one, rows).stdout == "5000 rows added, 0 were there already\n"
    assert [row["id"] for row in exported(one)] == [row["id"] for row in rows]
    assert imported(other, [one.control("db", "export").stdout]).returncode == 0
    assert total(other) == total(one) == (5000, 5000, 10000)


# A client that leaves


def leaving(start, on_abort):
    """A daemon whose key says what becomes of an answer that nobody reads."""
    key = configuration.new_key()
    daemon = start(auth={"keys": [configuration.key_row(key) | {"on_abort": on_abort}]})
    daemon.key = key
    return daemon


class Endless:
    """A script that sends a first piece, and then whatever the test wants, while it is wanted."""

    def __init__(self, first, *later):
        self.first = first
        self.later = later
        self.gate = Gate()

    async def __call__(self, invoke, send):
        await send("model_stream_chunk", chunk=chunk(self.first), finished=False)
        await self.gate.passed()
        for members in self.later:
            await send("model_stream_chunk", **members)
        await asyncio.Event().wait()


def begin_stream(daemon, **members):
    """A connection on which the answer's first piece has come."""
    connection = raw.Connection(daemon.port)
    connection.send(raw.chat(daemon, model="m", stream=True, **members))
    assert b" 200 " in connection.take_until(b"\r\n\r\n")
    next(connection.chunks())
    return connection


@pytest.mark.parametrize("on_abort", ["cancel", "estimate"])
def test_an_agent_hears_at_once_that_its_client_has_left(start, on_abort):
    daemon = leaving(start, on_abort)
    with connected(daemon, ["m"], Endless("x" * 400)) as agent:
        with begin_stream(daemon, max_tokens=500):
            left = time.monotonic()
        eventually(lambda: agent.all("cancel"), within=5)
        (invoke,), (cancel,) = agent.all("model_invoke"), agent.all("cancel")
        assert cancel["id"] == invoke["id"]
        assert agent.time_of(cancel) - left < 0.25
    row = row_of(daemon)
    completion = 100 if on_abort == "cancel" else 500
    assert (row["outcome"], row["is_estimated"]) == ("aborted", True)
    assert (row["prompt_tokens"], row["completion_tokens"]) == (1, completion)
    assert sums(daemon)[0]["aborted"] == 1


def test_a_client_that_leaves_before_the_first_word_cancels_too(start):
    daemon = leaving(start, "cancel")
    with connected(daemon, ["m"], keeps_silent) as agent:
        with raw.Connection(daemon.port) as connection:
            connection.send(raw.chat(daemon, model="m"))
            eventually(lambda: agent.all("model_invoke"))
        eventually(lambda: agent.all("cancel"), within=2)
    row = row_of(daemon)
    assert (row["outcome"], row["prompt_tokens"], row["completion_tokens"]) == ("aborted", 0, 0)


@pytest.mark.parametrize("streams", [True, False])
def test_an_answer_is_drained_and_its_exact_usage_recorded(start, streams):
    daemon = leaving(start, "drain")
    end = {"chunk": {"delta": {}, "finish_reason": "stop", "usage": EXACT}, "finished": True}
    script = Endless("one", {"chunk": chunk("two"), "finished": False}, end)
    with connected(daemon, ["m"], script) as agent:
        with raw.Connection(daemon.port) as connection:
            connection.send(raw.chat(daemon, model="m", stream=streams))
            eventually(lambda: script.gate.waiting)
            if streams:
                connection.take_until(b"one")
        time.sleep(0.2)  # If it were to be cancelled, it would be now.
        assert not exported(daemon)
        script.gate.open()
        row = row_of(daemon)
        assert not agent.all("cancel")
    assert (row["outcome"], row["finish"], row["is_estimated"]) == ("aborted", "stop", False)
    assert (row["prompt_tokens"], row["completion_tokens"]) == (11, 22)


def test_no_more_than_a_mebibyte_is_read_for_nobody(start):
    daemon = leaving(start, "drain")
    piece = {"chunk": chunk("x" * 65_500), "finished": False}
    script = Endless("x" * 400, *[piece] * 40)
    with connected(daemon, ["m"], script) as agent:
        with begin_stream(daemon):
            pass
        script.gate.open()
        eventually(lambda: agent.all("cancel"))
    row = row_of(daemon)
    assert (row["outcome"], row["is_estimated"]) == ("aborted", True)
    assert 1 << 18 <= row["completion_tokens"] + 100 <= (1 << 18) + 2 * 65_536 // 4


@pytest.mark.slow
@pytest.mark.timeout(120)
def test_no_longer_than_a_minute_is_read_for_nobody(start):
    async def script(invoke, send):
        while True:
            await send("model_stream_chunk", chunk=chunk("tick"), finished=False)
            await asyncio.sleep(0.5)

    daemon = leaving(start, "drain")
    with connected(daemon, ["m"], script) as agent:
        with begin_stream(daemon):
            left = time.monotonic()
        eventually(lambda: agent.all("cancel"), within=70)
        assert 59 < agent.time_of(agent.all("cancel")[0]) - left < 62
    row = row_of(daemon)
    assert (row["outcome"], row["is_estimated"]) == ("aborted", True)
    assert 100 <= row["completion_tokens"] <= 125


# Processes that die


async def test_a_killed_worker_s_requests_are_lost_and_each_is_one_row(start, gate):
    daemon = start(limits={"max_concurrent": 100})
    count = 8
    async with Agent(daemon, ["m"], gate) as agent:
        streams = [await asyncio.to_thread(Stream, daemon) for _ in range(count)]
        for _ in range(10):
            await asyncio.to_thread(ask, daemon)
        for pid in daemon.workers():
            os.kill(pid, signal.SIGKILL)
        await eventually_async(lambda: len(exported(daemon)) == count + 10, every=0.1)
        invoked = {invoke["id"] for invoke in agent.all("model_invoke")}
        for stream in streams:
            stream.socket.close()
    rows = exported(daemon)
    lost = [row for row in rows if row["outcome"] == "lost"]
    assert {row["id"] for row in lost} == invoked and len(lost) == count
    assert all(row["is_estimated"] and row["completion_tokens"] == 2048 for row in lost)
    assert sum(row["lost"] for row in sums(daemon)) == count
    assert len({row["id"] for row in rows}) == count + 10


class Asking:
    """Clients that ask for echoes, each request by a name of its own, until the end of `with`."""

    def __init__(self, daemon, clients=4):
        self.daemon = daemon
        self.sent, self.answered = set(), {}
        self.names = (f"ask-{number}" for number in itertools.count())
        self.is_over = False
        self.lock = threading.Lock()
        self.threads = [threading.Thread(target=self.live, daemon=True) for _ in range(clients)]

    def __enter__(self):
        for thread in self.threads:
            thread.start()
        return self

    def __exit__(self, *_):
        self.is_over = True
        for thread in self.threads:
            thread.join(15)

    def live(self):
        while not self.is_over:
            with self.lock:
                name = next(self.names)
                self.sent.add(name)
            with contextlib.suppress(OSError, AssertionError):
                answer = ask(self.daemon, fields=[f"x-request-id: {name}"], stream=len(name) % 2 == 0)
                if answer.status == 200:
                    self.answered[name] = answer

    def expect_once(self, most_lost):
        """Each answered request has one row, and there are no others but a few of unanswered ones."""
        expected = set(self.answered)

        def complete():
            rows = exported(self.daemon)
            return expected <= {row.get("request") for row in rows} and rows

        rows = eventually(complete, every=0.1)
        names = [row.get("request") for row in rows]
        assert len(names) == len(set(names)), "a request has two rows"
        others = [row for row in rows if row.get("request") not in expected]
        assert {row["request"] for row in others} <= self.sent
        assert len(others) <= most_lost, others
        done = [row for row in rows if row["request"] in expected]
        assert {row["outcome"] for row in done} == {"completed"}
        return rows


def test_a_killed_store_loses_nothing(start):
    daemon = start()
    with Asking(daemon) as asking:
        for number in range(1, 6):
            eventually(lambda number=number: len(asking.answered) > 40 * number)
            os.kill(daemon.status()["store"]["pid"], signal.SIGKILL)
            eventually(lambda number=number: daemon.status()["store"]["restarts"] == number)
    assert asking.sent == set(asking.answered)
    asking.expect_once(most_lost=0)


def kill_all_of(daemon):
    """kill -9 of the supervisor, and its children have gone by themselves."""
    os.kill(daemon.pid, signal.SIGKILL)
    daemon.wait()
    eventually(lambda: not processes.members(daemon.pid), within=8)


def test_a_killed_daemon_has_every_answered_request_once(start):
    daemon = start()
    for _ in range(3):
        with Asking(daemon) as asking:
            eventually(lambda asking=asking: len(asking.answered) > 100)
            kill_all_of(daemon)
        before = len(asking.answered)
        daemon.notify.drain()
        daemon.start()
        asking.expect_once(most_lost=4)
        assert before > 100
        keep = exported(daemon)
        assert imported(daemon, keep).stdout == f"0 rows added, {len(keep)} were there already\n"
        asking.daemon.control("db", "export")
        forget(daemon)


def forget(daemon):
    """Begins anew with an empty database."""
    daemon.terminate()
    assert daemon.wait() == 0
    for file in daemon.state_directory.glob("gatehouse.db*"):
        file.unlink()
    daemon.notify.drain()
    daemon.start()


def test_restarts_of_everything_keep_the_sums(start):
    daemon = start()
    with connected(daemon, ["m"], echoes):
        for number in range(10):
            assert ask(daemon, stream=number % 2 == 0).status == 200
            assert ask(daemon, model="m").status == 200
    rows_of(daemon, 20)
    before = sums(daemon, "--by", "key,model,day")
    for name in ("store", "worker:*", "all"):
        daemon.control("restart", name)
        eventually(lambda: sums(daemon, "--by", "key,model,day") == before, every=0.1)
    daemon.terminate()
    assert daemon.wait() == 0
    daemon.notify.drain()
    daemon.start()
    assert sums(daemon, "--by", "key,model,day") == before
    assert ask(daemon).status == 200
    assert [row["serial"] for row in rows_of(daemon, 21)] == list(range(1, 22))


def test_an_orderly_shutdown_leaves_no_journal(start):
    daemon = start()
    with Asking(daemon) as asking:
        eventually(lambda: len(asking.answered) > 50)
    daemon.terminate()
    assert daemon.wait() == 0
    assert not list((daemon.state_directory / "journal").iterdir())
    daemon.notify.drain()
    daemon.start()
    asking.expect_once(most_lost=0)


def test_counts_that_cannot_be_are_not_believed(start):
    """No sum of them may be too large for the daemon."""
    daemon = start()
    usage = {
        "prompt_tokens": 1 << 53,
        "completion_tokens": 1 << 53,
        "total_tokens": 1 << 54,
        "prompt_tokens_details": {"cached_tokens": 1 << 60},
    }
    with connected(daemon, ["m"], answers("word " * 8, usage=usage)):
        assert raw.ask(daemon.port, raw.chat(daemon, model="m")).status == 200
    usage = usage | {"prompt_tokens": 5, "completion_tokens": 6, "total_tokens": 11}
    with connected(daemon, ["m"], answers("word", usage=usage)):
        assert raw.ask(daemon.port, raw.chat(daemon, model="m")).status == 200
    rows = eventually(lambda: found if len(found := exported(daemon)) == 2 else None)
    # Which of two workers' rows is taken in first is open.
    exact, guessed = sorted(rows, key=lambda row: row["is_estimated"])
    assert guessed["is_estimated"] and guessed["completion_tokens"] == 10
    assert (exact["prompt_tokens"], exact["cached_tokens"], exact["is_estimated"]) == (5, 5, False)
    daemon.control("top", "--once", "--interval", "0.1")
    daemon.control("usage")
