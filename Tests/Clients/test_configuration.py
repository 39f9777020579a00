"""The command line of gatehoused, the checking of its file, its keys and its directories."""

import os
import re
import stat
import subprocess
from pathlib import Path

import pytest

import configuration
import raw
from daemon import BIN, Daemon

pytestmark = pytest.mark.integration


def gatehoused(*arguments, **environment):
    return subprocess.run(
        [BIN / "gatehoused", *arguments],
        capture_output=True,
        text=True,
        timeout=20,
        env=os.environ | environment,
    )


@pytest.fixture
def check(tmp_path):
    """check(text): what `gatehoused --check` does with a file of that text, and the path of the file."""

    def check(text, **environment):
        file = tmp_path / "gatehouse.toml"
        file.write_bytes(text if isinstance(text, bytes) else text.encode())
        return gatehoused("--config", file, "--check", **environment), file

    return check


# Text, and for each fault its line and column and a word of the sentence.
FAULTS = [
    ("[server]\nwrokers = 2\n", [(2, 1, "workers")]),
    ("[servr]\n", [(1, 2, "server")]),
    ("[server]\nworkers = 99\n", [(2, 11, "0 to 64")]),
    ('[server]\nworkers = "two"\n', [(2, 11, "integer")]),
    ("[server]\nheader_timeout = 10\n", [(2, 18, "duration")]),
    ('[server]\nheader_timeout = "10 s"\n', [(2, 18, "10 s")]),
    ('[server]\nrequest_body_limit = "10MX"\n', [(2, 22, "10MX")]),
    ('[server]\nrequest_head_limit = "1"\n', [(2, 22, "1KiB")]),
    ('[server]\nallowed_hosts = ["a/b"]\n', [(2, 18, "a/b")]),
    ('[server]\nallowed_origins = ["example.org"]\n', [(2, 20, "example.org")]),
    ('[[listeners]]\naddress = "localhost:80"\n', [(2, 11, "localhost:80")]),
    ('[[listeners]]\naddress = "0.0.0.0:80"\n', [(2, 11, "allow_plaintext")]),
    ('[[listeners]]\nname="a"\n[[listeners]]\nname="a"\naddress="[::1]:9"\n', [(4, 6, "another")]),
    ('[[listeners]]\naddress="127.0.0.1:9"\n[[listeners]]\nname="b"\naddress="127.0.0.1:9"\n', [(5, 9, "9")]),
    ('[[listeners]]\nprofile = "Proxy"\n', [(2, 11, "straico")]),
    ('[[auth.keys]]\nname = "k"\n', [(1, 1, "sha256")]),
    ('[[auth.keys]]\nname = "k"\nsha256 = "abc"\n', [(3, 10, "64")]),
    ('[[auth.keys]]\nname = "k"\nkey = "clear text"\n', [(3, 1, "key")]),
    ('[bridge]\nlisten = "0.0.0.0:8787"\n', [(2, 10, "loopback")]),
    ('[bridge]\nconnect = "http://hub"\n', [(2, 11, "ws://")]),
    ('[log]\nlevel = "loud"\n', [(2, 9, "warning")]),
    ('[log]\nlevel = "${NO_SUCH_NAME}"\n', [(2, 9, "NO_SUCH_NAME")]),
    ('[providers.p]\ntype = "magic"\n', [(2, 8, "agent")]),
    ('[providers.p]\nmodels = ["a"]\n', [(1, 1, "type")]),
    ('[models."x"]\nmax_tokens = 0\n', [(2, 14, "1 to 8192")]),
    ("[cache]\nenabled = true\n", [(1, 2, "cache")]),
    ("[server\n", [(1, 8, "")]),
    ("a = 1\na = 2\n", [(2, 1, "a")]),
    ("[server]\ndebug = maybe\n", [(2, 9, "maybe")]),
    ('[log]\nlevel = "\t\x01"\n', [(2, 0, "")]),
    (b'[log]\nlevel = "\xff"\n', [(2, 0, "UTF-8")]),
    ("[server]\nworkers = 99\n[log]\nlevel = 1\n[bridg]\n", [(2, 11, "99"), (4, 9, "1"), (5, 2, "bridge")]),
]


@pytest.mark.parametrize(("text", "faults"), FAULTS, ids=[repr(text)[:50] for text, _ in FAULTS])
def test_every_fault_is_told_with_its_place(check, text, faults):
    done, file = check(text)
    assert done.returncode == 78
    assert done.stdout == ""
    errors = [line for line in done.stderr.splitlines() if ": error: " in line]
    places = [re.fullmatch(rf"{re.escape(str(file))}:(\d+):(\d+): error: (.+)", line) for line in errors]
    assert all(places), done.stderr
    assert len(places) >= len(faults)
    for line, column, word in faults:
        found = [match for match in places if int(match[1]) == line and column in (0, int(match[2]))]
        assert found and any(word in match[3] for match in found), done.stderr


def test_a_good_file_is_good(check):
    done, _ = check(configuration.toml(configuration.standard(1234, 1235, "key", ["m"])))
    assert (done.returncode, done.stderr) == (0, "")
    done, _ = check("")
    assert done.returncode == 0


ETC = Path(__file__).resolve().parents[2] / "etc"


@pytest.mark.parametrize("file", ["gatehouse.toml", *(f"examples/{file.name}" for file in ETC.glob("examples/*"))])
def test_the_files_that_come_with_it_are_good(file):
    assert gatehoused("--config", ETC / file, "--check").returncode == 0


def test_the_file_may_be_named_by_the_environment(tmp_path):
    file = tmp_path / "elsewhere.toml"
    file.write_text("[server]\nwrokers = 1\n")
    done = gatehoused("--check", GATEHOUSE_CONFIG=str(file))
    assert done.returncode == 78
    assert done.stderr.startswith(f"{file}:2:1: error: ")


def test_a_file_that_is_not_there_is_a_fault_of_the_configuration(tmp_path):
    done = gatehoused("--config", tmp_path / "none.toml", "--check")
    assert done.returncode == 78
    assert "none.toml" in done.stderr


def test_the_printed_configuration_has_every_key_and_is_good_itself(check, tmp_path):
    text = '[log]\nlevel = "${LEVEL}"\n[[auth.keys]]\nname = "k"\nkey_env = "SOME_KEY"\n'
    file = tmp_path / "first.toml"
    file.write_text(text)
    printed = gatehoused("--config", file, "--print-config", LEVEL="debug")
    assert printed.returncode == 0
    assert 'level = "${LEVEL}"' in printed.stdout
    assert 'header_timeout = "10s"' in printed.stdout
    assert 'listen = "127.0.0.1:8787"' in printed.stdout
    again, _ = check(printed.stdout, LEVEL="debug")
    assert again.returncode == 0, again.stderr


def test_a_faulty_file_is_not_printed(tmp_path):
    file = tmp_path / "bad.toml"
    file.write_text("[servr]\n")
    done = gatehoused("--config", file, "--print-config")
    assert (done.returncode, done.stdout) == (78, "")


def test_the_version_is_one_line():
    done = gatehoused("--version")
    assert done.returncode == 0
    assert re.fullmatch(r"gatehoused \d+\.\d+\.\d+\n", done.stdout)


@pytest.mark.parametrize("words", [["--frobnicate"], ["serve"], ["--config"], ["--run-dir"]], ids=" ".join)
def test_what_makes_no_sense_is_a_usage_error(words):
    done = gatehoused(*words)
    assert done.returncode == 64
    assert words[0] in done.stderr


def test_a_daemon_does_not_start_on_a_faulty_file(tmp_path):
    file = tmp_path / "bad.toml"
    file.write_text("[server]\nworkers = 99\n[log]\nlevel = 1\n")
    done = gatehoused("--config", file, "--run-dir", tmp_path / "run")
    assert done.returncode == 78
    assert done.stderr.count(": error: ") == 2
    assert not (tmp_path / "run" / "gatehouse.sock").exists()


def test_a_key_is_made_at_the_first_start_and_kept(start):
    daemon = start(auth={"keys": None})
    file = daemon.state_directory / "api-key"
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    key = file.read_text().strip()
    assert re.fullmatch(r"gh-[A-Za-z0-9_-]{43}", key)
    assert key not in daemon.log
    daemon.key = key
    assert raw.ask(daemon.port, raw.chat(daemon)).status == 200

    daemon.terminate()
    daemon.wait()
    daemon.start()
    assert file.read_text().strip() == key
    assert raw.ask(daemon.port, raw.chat(daemon)).status == 200


def test_keys_come_from_files_and_variables_and_in_pairs(start, tmp_path):
    keys = {name: configuration.new_key() for name in ("file", "variable", "old", "new", "expired")}
    path = tmp_path / "key"
    path.write_text(keys["file"] + "\n")
    path.chmod(0o600)
    digests = [configuration.digest(keys["old"]), configuration.digest(keys["new"])]
    rows = [
        {"name": "file", "key_file": str(path)},
        {"name": "variable", "key_env": "THE_KEY"},
        {"name": "pair", "sha256": digests},
    ]
    daemon = start(auth={"keys": rows}, environment={"THE_KEY": keys["variable"]})
    for name, key in keys.items():
        answer = raw.ask(daemon.port, raw.request("GET", "/v1/models", [f"Authorization: Bearer {key}"]))
        assert answer.status == (401 if name == "expired" else 200), name


def test_a_key_expires(start):
    daemon = start()
    text = daemon.file.read_text()
    place = text.index("agent_models")
    for moment, status in (("2020-01-01T00:00:00Z", 401), ("2120-01-01T00:00:00Z", 200)):
        daemon.file.write_text(f"{text[:place]}expires = {moment}\n{text[place:]}")
        daemon.control("reload")
        assert raw.ask(daemon.port, raw.chat(daemon)).status == status


def test_a_second_daemon_on_the_same_directory_is_refused(start):
    daemon = start()
    second = gatehoused(*daemon.command[1:])
    assert second.returncode == 1
    assert str(daemon.run_directory) in second.stderr and "another gatehoused" in second.stderr
    assert raw.ask(daemon.port, raw.chat(daemon)).status == 200
    daemon.control("status")


def test_an_address_that_is_taken_is_named(start, tmp_path):
    first = start()
    second = Daemon(tmp_path / "second", listeners=first.configuration["listeners"])
    second.write_configuration()
    done = gatehoused(*second.command[1:])
    second.notify.close()
    assert done.returncode == 1
    assert "'main'" in done.stderr and f"127.0.0.1:{first.port}" in done.stderr
    assert raw.ask(first.port, raw.chat(first)).status == 200


def test_started_by_hand_it_tells_address_key_and_a_line_that_works(tmp_path):
    daemon = Daemon(tmp_path, auth={"keys": None})
    daemon.write_configuration()
    environment = {name: value for name, value in os.environ.items() if name != "NOTIFY_SOCKET"}
    daemon.process = subprocess.Popen(
        daemon.command, stderr=subprocess.PIPE, text=True, env=environment, start_new_session=True
    )
    try:
        line = next(line for line in daemon.process.stderr if "curl" in line)
        told = subprocess.run(
            ["sh", "-c", line[line.index("curl") :]], capture_output=True, text=True, timeout=20
        )
        assert '"chat.completion"' in told.stdout, told.stderr
    finally:
        daemon.terminate()
        assert daemon.wait() == 0
        daemon.process.stderr.close()
        daemon.notify.close()
