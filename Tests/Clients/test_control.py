"""Every command of gatehousectl, with the exit statuses of supervisorctl."""

import json
import os
import re
import subprocess

import pytest

import processes
import raw
from daemon import BIN
from waiting import eventually

pytestmark = pytest.mark.integration


def test_status_lists_the_processes_in_columns(daemon):
    lines = daemon.control("status").stdout.splitlines()
    rows = dict(line.split(maxsplit=1) for line in lines if not line.startswith(" "))
    assert rows.keys() == {"bridge", "store", "worker:0", "worker:1"}
    pids = daemon.roles()
    assert re.fullmatch(rf"RUNNING +pid {pids['bridge 0']}, uptime 0:\d\d:\d\d, generation 1", rows["bridge"])
    assert daemon.control("status", "bridge").stdout.splitlines() == [
        line for line in lines if "bridge" in line
    ]
    assert len(daemon.control("status", "worker:*").stdout.splitlines()) == 2


def test_a_name_that_nobody_has_is_refused(daemon):
    for command in ("status", "pid", "start", "stop", "restart", "tail"):
        told = daemon.control(command, "worker:7", expect=4)
        assert "worker:7" in told.stderr


def test_a_process_is_stopped_and_started(start):
    daemon = start()
    assert "stopped" in daemon.control("stop", "worker:1").stdout
    status = daemon.control("status", expect=3)
    assert re.search(r"^worker:1 +STOPPED", status.stdout, re.M)
    assert daemon.control("status", "worker:0").returncode == 0
    assert len(daemon.workers()) == 1
    assert daemon.control("pid", "worker:1", expect=7).stdout == "0\n"
    assert raw.ask(daemon.port, raw.chat(daemon)).status == 200

    assert "started" in daemon.control("start", "worker:1").stdout
    daemon.control("status")
    assert len(daemon.workers()) == 2


def test_stopping_what_is_stopped_and_starting_what_runs_is_no_fault(start):
    daemon = start()
    before = daemon.roles()
    daemon.control("start", "all")
    assert daemon.roles() == before
    daemon.control("stop", "worker:0")
    daemon.control("stop", "worker:0")
    daemon.control("start", "worker:*")
    daemon.control("status")


def test_restart_makes_new_processes_of_those_named(start):
    daemon = start()
    before = daemon.roles()
    daemon.control("restart", "worker:*")
    after = daemon.roles()
    assert after["bridge 0"] == before["bridge 0"]
    assert not set(before.values()) & {after["worker 0"], after["worker 1"]}
    assert {record["restarts"] for record in daemon.status().values()} == {0}, "nothing died"
    daemon.control("restart", "all")
    assert not set(after.values()) & set(daemon.roles().values())
    assert raw.ask(daemon.port, raw.chat(daemon)).status == 200


def test_pid_shows_one_number_a_line(daemon):
    assert daemon.control("pid").stdout == f"{daemon.pid}\n"
    assert daemon.control("pid", "bridge").stdout == f"{daemon.bridge}\n"
    numbers = [int(line) for line in daemon.control("pid", "all").stdout.splitlines()]
    assert sorted(numbers) == sorted(daemon.roles().values())


def test_tail_shows_the_last_lines(start):
    daemon = start(server={"workers": 1})
    for number in range(30):
        raw.ask(daemon.port, raw.request("GET", f"/livez?number={number}"))
    daemon.log_line("GET /livez")
    eventually(lambda: len(daemon.control("tail", "-256", "worker:0").stdout.splitlines()) >= 30)
    assert len(daemon.control("tail", "worker:0").stdout.splitlines()) == 20
    lines = daemon.control("tail", "-5", "worker:0").stdout.splitlines()
    assert len(lines) == 5 and all("GET /livez" in line for line in lines)


def test_tail_follows_until_it_is_stopped(start):
    daemon = start(server={"workers": 1})
    command = daemon.control_command("tail", "-f", "worker:0")
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as tail:
        raw.ask(daemon.port, raw.chat(daemon))
        assert "POST /v1/chat/completions" in next(line for line in tail.stdout if "/v1/" in line)
        raw.ask(daemon.port, raw.request("GET", "/health"))
        assert "GET /health" in next(line for line in tail.stdout if "/health" in line)
        tail.terminate()
        assert tail.wait(timeout=5) == 0
    daemon.control("status")


def test_config_shows_every_key_and_no_secret(daemon):
    shown = daemon.control("config").stdout
    assert 'request_body_limit = "10MiB"' in shown
    assert f'address = "127.0.0.1:{daemon.port}"' in shown
    assert "workers = 2" in shown
    assert "redacted" in shown
    assert daemon.configuration["auth"]["keys"][0]["sha256"] not in shown


def test_config_shows_what_is_in_force_not_what_is_in_the_file(start):
    daemon = start()
    daemon.write_configuration(server={"request_body_limit": "3MiB"})
    assert 'request_body_limit = "10MiB"' in daemon.control("config").stdout
    daemon.control("reload")
    assert 'request_body_limit = "3MiB"' in daemon.control("config").stdout


def test_key_shows_the_generated_key_only(start):
    configured = start()
    assert "configuration" in configured.control("key", expect=1).stderr
    generating = start(auth={"keys": None})
    key = (generating.state_directory / "api-key").read_text()
    assert generating.control("key").stdout == key


def test_reload_says_what_it_did(start):
    daemon = start()
    assert "unchanged" in daemon.control("reload").stdout
    assert "request_body_limit" in daemon.reload(server={"request_body_limit": "3MiB"}).stdout
    daemon.file.write_text(daemon.file.read_text() + "\n[servr]\n")
    told = daemon.control("reload", expect=1)
    assert re.search(rf"^{re.escape(str(daemon.file))}:\d+:2: error: .*servr", told.stdout, re.M)
    assert "old configuration stays" in told.stderr


def test_version_is_the_daemons(daemon):
    version = subprocess.run([BIN / "gatehoused", "--version"], capture_output=True, text=True).stdout
    assert daemon.control("version").stdout == version
    assert re.fullmatch(r"gatehoused \d+\.\d+\.\d+\n", version)
    assert daemon.control("--version").stdout.startswith("gatehousectl ")


def test_help_lists_the_commands_and_explains_each(daemon):
    overview = daemon.control("help").stdout
    names = re.findall(r"^  ([a-z]+) ", overview, re.M)
    wanted = "status start stop restart pid tail reload signal config key keys shutdown version help agent"
    assert set(wanted.split()) <= set(names)
    for name in names:
        assert f"gatehousectl {name}" in daemon.control("help", name).stdout
        assert daemon.control(name, "--help").stdout == daemon.control("help", name).stdout


@pytest.mark.parametrize(
    "words",
    [
        ["frobnicate"],
        ["statu"],
        [],
        ["--frobnicate", "status"],
        ["stop"],
        ["tail"],
        ["tail", "a", "b"],
        ["reload", "x"],
        ["status", "--json"],
        ["--socket"],
    ],
    ids=" ".join,
)
def test_what_makes_no_sense_is_a_usage_error(words):
    done = subprocess.run([BIN / "gatehousectl", *words], capture_output=True, text=True)
    assert done.returncode == 2
    assert done.stderr.startswith("gatehousectl: ")


def test_a_slip_of_the_finger_gets_a_suggestion():
    done = subprocess.run([BIN / "gatehousectl", "statsu"], capture_output=True, text=True)
    assert "status" in done.stderr


@pytest.mark.parametrize("command", [["status"], ["stop", "worker:7"], ["reload"], ["version"], ["config"]])
def test_every_answer_is_json_if_wanted(start, command):
    daemon = start()
    done = daemon.control("--json", *command, expect=None)
    *replies, verdict = [json.loads(line) for line in done.stdout.splitlines()]
    assert verdict["exit"] == done.returncode
    assert verdict["ok"] is (done.returncode == 0)
    assert all(reply.keys() == {"line"} or reply.keys() == {"record"} for reply in replies)


def test_a_record_tells_what_monitoring_wants_to_know(daemon):
    record = daemon.status()["worker:0"]
    assert record["pid"] in daemon.workers()
    wanted = {
        "name",
        "state",
        "uptime_seconds",
        "description",
        "restarts",
        "generation",
        "in_flight",
        "connections",
    }
    assert wanted | {"requests", "foreign_enqueues"} <= record.keys()


def test_without_a_daemon_every_command_is_refused(tmp_path):
    for command in (["status"], ["reload"], ["shutdown"], ["pid"], ["tail", "bridge"]):
        words = [BIN / "gatehousectl", "--socket", tmp_path / "none.sock", *command]
        done = subprocess.run(words, capture_output=True, text=True)
        assert done.returncode == 4
        assert "gatehoused" in done.stderr


def test_the_socket_is_found_in_the_runtime_directory(daemon):
    environment = os.environ | {"RUNTIME_DIRECTORY": str(daemon.run_directory)}
    done = subprocess.run([BIN / "gatehousectl", "pid"], capture_output=True, text=True, env=environment)
    assert done.stdout == f"{daemon.pid}\n"


def test_shutdown_ends_the_daemon(start):
    daemon = start()
    daemon.control("shutdown")
    assert daemon.wait() == 0
    daemon.expect_nothing_left()
    daemon.control("status", expect=4)


def test_a_stopped_process_does_not_come_back_by_itself(start):
    daemon = start()
    daemon.control("stop", "all")
    assert not processes.children(daemon.pid)
    daemon.reload(server={"request_body_limit": "3MiB"})
    assert all(record["state"] == "STOPPED" for record in daemon.status().values())
    daemon.control("start", "all")
    assert raw.ask(daemon.port, raw.chat(daemon, "x" * 10)).status == 200


def test_a_new_key_is_let_in_by_the_lines_that_came_with_it(start):
    done = subprocess.run([BIN / "gatehousectl", "keys", "new", "ci"], capture_output=True, text=True, check=True)
    key, rows = done.stdout.split("\n", 1)
    daemon = start()
    with daemon.file.open("a") as file:
        file.write(rows[rows.index("[[auth.keys]]") :])
    daemon.control("reload")
    asked = raw.request(target="/v1/models", fields=[f"authorization: Bearer {key}"])
    assert raw.ask(daemon.port, asked).status == 200
    assert "weak key" not in daemon.log


@pytest.mark.parametrize("key, reason", [("changeme", "tried first"), ("short-but-unusual", "17 characters")])
def test_a_key_that_can_be_guessed_is_named_in_the_log(start, key, reason):
    daemon = start(environment={"WEAK": key}, auth={"keys": [{"name": "weak", "key_env": "WEAK"}]})
    assert reason in daemon.log_line("weak key")
    assert key not in daemon.log
