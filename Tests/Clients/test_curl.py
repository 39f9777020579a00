"""The real curl, and with it whatever is built on libcurl."""

import json
import re
import subprocess

import pytest

from configuration import new_key

pytestmark = pytest.mark.integration

CHAT = json.dumps({"model": "echo", "messages": [{"role": "user", "content": "hello"}]})
MANY = [{"role": "user", "content": f"{number} " + "x" * 90_000} for number in range(15)]
LONG = json.dumps({"model": "echo", "messages": MANY})


class Answer:
    """What `curl --include` printed of one response; interim responses are in `interim`."""

    def __init__(self, output):
        self.interim = []
        while True:
            head, output = output.split("\r\n\r\n", 1)
            self.status = int(head.split(" ", 2)[1])
            if self.status >= 200:
                break
            self.interim.append(self.status)
        rows = [line.split(":", 1) for line in head.split("\r\n")[1:]]
        self.fields = {name.lower(): value.strip() for name, value in rows}
        self.version = head.split(" ", 1)[0]
        self.body = output

    def json(self):
        return json.loads(self.body)


def run(*arguments):
    command = ["curl", "--silent", "--show-error", "--noproxy", "*", "--max-time", "20", *arguments]
    return subprocess.run(command, capture_output=True, text=True, timeout=30)


def curl(daemon, path, *arguments, key=True, input=None):
    """The response to one request, with the daemon's key unless `key` is False."""
    keys = ["-H", f"Authorization: Bearer {daemon.key}"] if key else []
    command = ["curl", "--silent", "--show-error", "--include", "--noproxy", "*", "--max-time", "20"]
    command += [*keys, *arguments, daemon.base_url + path]
    done = subprocess.run(command, capture_output=True, input=input and input.encode(), timeout=30)
    assert done.returncode == 0, done.stderr.decode()
    return Answer(done.stdout.decode())


def test_the_root_says_that_ollama_is_running(daemon):
    answer = curl(daemon, "/", key=False)
    assert (answer.status, answer.body) == (200, "Ollama is running")
    assert answer.fields["content-type"].startswith("text/plain")


@pytest.mark.parametrize(
    "path", ["/", "/api/version", "/api/tags", "/v1/models", "/health", "/livez", "/readyz"]
)
def test_head_answers_like_get_without_body(daemon, path):
    get, head = curl(daemon, path), curl(daemon, path, "--head")
    assert (head.status, head.body) == (200, "")
    assert head.fields["content-type"] == get.fields["content-type"]
    assert len(head.fields["content-length"]) == len(get.fields["content-length"])


@pytest.mark.parametrize("path", ["/health", "/livez", "/readyz", "/api/version"])
def test_the_state_of_the_daemon_is_shown_without_key(daemon, path):
    assert curl(daemon, path, key=False).status == 200


def test_the_version_looks_like_one_of_ollama(daemon):
    assert re.fullmatch(r"\d+\.\d+\.\d+", curl(daemon, "/api/version", key=False).json()["version"])


@pytest.mark.parametrize(
    ("path", "method", "allow"),
    [
        ("/v1/models", "DELETE", {"GET", "HEAD", "OPTIONS"}),
        ("/v1/models/echo", "POST", {"GET", "HEAD", "OPTIONS"}),
        ("/v1/chat/completions", "GET", {"POST", "OPTIONS"}),
        ("/api/chat", "PUT", {"POST", "OPTIONS"}),
        ("/health", "PATCH", {"GET", "HEAD", "OPTIONS"}),
    ],
)
def test_another_method_is_not_allowed_and_told_which_are(daemon, path, method, allow):
    answer = curl(daemon, path, "--request", method)
    assert answer.status == 405
    assert set(re.split(r", *", answer.fields["allow"])) == allow


@pytest.mark.parametrize("path", ["/v1/models", "/api/chat"])
def test_options_tells_the_methods_of_a_path(daemon, path):
    answer = curl(daemon, path, "--request", "OPTIONS")
    assert answer.status in (200, 204)
    assert "OPTIONS" in answer.fields["allow"]


def test_options_of_everything(daemon):
    answer = curl(daemon, "/", "--request", "OPTIONS", "--request-target", "*")
    assert answer.status in (200, 204)
    assert {"GET", "POST"} <= set(re.split(r", *", answer.fields["allow"]))


def test_an_unknown_path_is_not_found_in_the_dialect_of_its_neighbours(daemon):
    answer = curl(daemon, "/v1/nothing")
    assert (answer.status, answer.json()["error"]["code"]) == (404, "not_found")
    answer = curl(daemon, "/api/nothing")
    assert answer.status == 404 and isinstance(answer.json()["error"], str)


def test_a_long_body_waits_for_100_continue(daemon):
    assert len(LONG) > 1 << 20
    answer = curl(
        daemon, "/v1/chat/completions", "-H", "Expect: 100-continue", "--data-binary", "@-", input=LONG
    )
    assert answer.interim == [100]
    assert answer.status == 200
    assert answer.json()["choices"][0]["message"]["content"].startswith("14 xxx")


def test_a_body_that_would_be_refused_is_not_asked_for(daemon):
    expect = ["-H", "Expect: 100-continue", "--expect100-timeout", "10", "--data-binary", "@-"]
    answer = curl(daemon, "/v1/chat/completions", *expect, key=False, input=LONG)
    assert (answer.interim, answer.status) == ([], 401)


def test_a_chunked_upload_is_read(daemon):
    chunked = ["-H", "Transfer-Encoding: chunked", "-H", "Expect:", "--data-binary", "@-"]
    answer = curl(daemon, "/v1/chat/completions", *chunked, input=LONG)
    assert answer.status == 200
    answer = curl(daemon, "/v1/chat/completions", "--upload-file", "-", "--request", "POST", input=CHAT)
    assert answer.json()["choices"][0]["message"]["content"] == "hello"


def test_http_1_0_is_answered_and_closed(daemon):
    answer = curl(daemon, "/v1/chat/completions", "--http1.0", "--data", CHAT)
    assert answer.status == 200
    assert answer.fields["connection"] == "close"
    assert "transfer-encoding" not in answer.fields
    stream = json.dumps(json.loads(CHAT) | {"stream": True})
    answer = curl(daemon, "/v1/chat/completions", "--http1.0", "--data", stream)
    assert "transfer-encoding" not in answer.fields
    assert answer.body.endswith("data: [DONE]\n\n")


def test_a_stream_is_chunked_and_ends_with_done(daemon):
    stream = json.dumps(json.loads(CHAT) | {"stream": True})
    answer = curl(daemon, "/v1/chat/completions", "--no-buffer", "--data", stream)
    assert answer.fields["transfer-encoding"] == "chunked"
    assert answer.body.endswith("data: [DONE]\n\n")


def test_tls_on_the_plain_port_fails_at_once(daemon):
    done = run("--insecure", f"https://127.0.0.1:{daemon.port}/")
    assert done.returncode == 35, "no handshake"
    assert curl(daemon, "/livez").status == 200


def test_a_connection_is_used_again(daemon):
    url = f"{daemon.base_url}/livez"
    done = run("--output", "/dev/null", "--output", "/dev/null", "--write-out", "%{num_connects}\n", url, url)
    assert done.stdout.split() == ["1", "0"]


@pytest.mark.parametrize(
    "field", ["Authorization: Bearer {}", "authorization: bearer {}", "x-api-key: {}", "api-key: {}"]
)
def test_a_key_may_stand_in_several_fields(daemon, field):
    assert curl(daemon, "/v1/models", "-H", field.format(daemon.key), key=False).status == 200
    assert curl(daemon, "/v1/models", "-H", field.format(new_key()), key=False).status == 401


def test_a_key_may_stand_in_a_field_of_ones_own(start):
    daemon = start(auth={"header": "x-team-key"})
    assert curl(daemon, "/v1/models", "-H", f"X-Team-Key: {daemon.key}", key=False).status == 200


def test_two_keys_that_differ_are_a_bad_request(daemon):
    assert curl(daemon, "/v1/models", "-H", f"x-api-key: {daemon.key}").status == 200
    answer = curl(daemon, "/v1/models", "-H", f"x-api-key: {new_key()}")
    assert (answer.status, answer.json()["error"]["code"]) == (400, "conflicting_credentials")


def test_dot_segments_are_forbidden(daemon):
    assert curl(daemon, "/v1/../v1/models", "--path-as-is").status == 403


@pytest.mark.parametrize("host", ["localhost", "127.0.0.1:1", "127.1.2.3", "[::1]:8788", "LOCALHOST"])
def test_names_of_this_machine_are_served(daemon, host):
    assert curl(daemon, "/v1/models", "-H", f"Host: {host}").status == 200


@pytest.mark.parametrize(
    "host", ["evil.example", "localhost.evil.example", "127.0.0.1.evil.example", "10.0.0.1"]
)
@pytest.mark.parametrize("path", ["/v1/models", "/api/tags", "/health", "/"])
def test_names_of_others_are_not_served(daemon, host, path):
    assert curl(daemon, path, "-H", f"Host: {host}").status == 403


@pytest.mark.parametrize("origin", ["https://evil.example", "null", "http://localhost.evil.example"])
def test_pages_of_others_may_not_ask(daemon, origin):
    answer = curl(daemon, "/v1/models", "-H", f"Origin: {origin}")
    assert answer.status == 403
    assert "access-control-allow-origin" not in answer.fields


def test_allowed_hosts_and_origins_are_served(start):
    daemon = start(server={"allowed_hosts": ["gate.example"], "allowed_origins": ["https://page.example"]})
    page = ["-H", "Host: gate.example", "-H", "Origin: https://page.example"]
    answer = curl(daemon, "/v1/models", *page)
    assert answer.status == 200
    assert answer.fields["access-control-allow-origin"] == "https://page.example"
    assert "Origin" in answer.fields["vary"]


def test_a_page_of_this_machine_may_ask_after_a_preflight_without_key(daemon):
    preflight = ["--request", "OPTIONS", "-H", "Origin: http://localhost:3000"]
    preflight += ["-H", "Access-Control-Request-Method: POST"]
    preflight += ["-H", "Access-Control-Request-Headers: authorization, content-type"]
    answer = curl(daemon, "/v1/chat/completions", *preflight, key=False)
    assert answer.status in (200, 204)
    assert answer.fields["access-control-allow-origin"] == "http://localhost:3000"
    assert "POST" in answer.fields["access-control-allow-methods"]
    assert {"authorization", "content-type"} <= set(answer.fields["access-control-allow-headers"].split(", "))
    answer = curl(daemon, "/v1/chat/completions", "-H", "Origin: http://localhost:3000", "--data", CHAT)
    assert (answer.status, answer.fields["access-control-allow-origin"]) == (200, "http://localhost:3000")


def test_a_listener_shows_only_its_groups_and_models(start):
    daemon = start()
    daemon.reload(
        listeners=[daemon.configuration["listeners"][0] | {"groups": ["openai"], "models": ["echo"]}]
    )
    assert curl(daemon, "/api/tags").status == 404
    assert [model["id"] for model in curl(daemon, "/v1/models").json()["data"]] == ["echo"]
    hidden = json.dumps(json.loads(CHAT) | {"model": "m"})
    assert curl(daemon, "/v1/chat/completions", "--data", hidden).status == 422


def test_a_listener_without_authentication_serves_everybody(start):
    daemon = start()
    daemon.reload(listeners=[daemon.configuration["listeners"][0] | {"auth": "none"}])
    assert curl(daemon, "/v1/chat/completions", "--data", CHAT, key=False).status == 200


def test_a_unix_socket_is_served(start, tmp_path):
    path = tmp_path / "http.sock"
    daemon = start()
    daemon.reload(
        listeners=[*daemon.configuration["listeners"], {"name": "local", "address": f"unix:{path}"}]
    )
    answer = curl(daemon, "/v1/models", "--unix-socket", str(path), "-H", "Host: any.example")
    assert answer.status == 200
