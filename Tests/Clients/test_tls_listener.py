"""Clients that come over TLS."""

import asyncio
import contextlib
import shutil
import socket
import ssl
import subprocess

import httpx
import openai
import pytest

import raw
from certificates import certificate
from configuration import free_port
from daemon import Daemon
from waiting import eventually

pytestmark = pytest.mark.security


class Files:
    """A certificate and its key, where the daemon looks for them."""

    def __init__(self, directory):
        self.directory = directory
        self.cert, self.key = directory / "served.pem", directory / "served.key"
        self.renew()

    def renew(self):
        """Puts another certificate in the place of the one that is there."""
        made = self.directory / "new"
        made.mkdir(exist_ok=True)
        certificate(made)
        shutil.copy(made / "certificate.pem", self.cert)
        shutil.copy(made / "key.pem", self.key)

    @property
    def listener(self):
        return {"tls_cert": str(self.cert), "tls_key": str(self.key)}

    def context(self):
        """That of a client that trusts what is in the file now."""
        return ssl.create_default_context(cafile=str(self.cert))


@pytest.fixture
def files(tmp_path):
    return Files(tmp_path)


def listeners(port, files):
    return [{"name": "main", "address": f"127.0.0.1:{port}", **files.listener}]


def secured(start, files, **sections):
    """A daemon whose one listener speaks TLS only."""
    port = free_port()
    daemon = start(listeners=listeners(port, files), **sections)
    daemon.port = port
    return daemon


@pytest.fixture
def daemon(start, files):
    return secured(start, files)


def serial(port):
    """The certificate that is shown on a port."""
    with socket.create_connection(("127.0.0.1", port), 10) as plain:
        context = ssl._create_unverified_context()
        with context.wrap_socket(plain, server_hostname="localhost") as secured:
            return secured.getpeercert(binary_form=True)


def https(daemon, files, **options):
    return httpx.Client(base_url=f"https://localhost:{daemon.port}", verify=files.context(), headers=daemon.headers, **options)


def test_the_official_client_chats_and_streams_over_tls(daemon, files):
    with https(daemon, files) as http:
        client = openai.OpenAI(base_url=f"https://localhost:{daemon.port}/v1", api_key=daemon.key, http_client=http)
        asked = {"model": "echo", "messages": [{"role": "user", "content": "one two three " * 2000}]}
        assert client.chat.completions.create(**asked).choices[0].message.content == "one two three " * 2000
        pieces = [chunk.choices[0].delta.content or "" for chunk in client.chat.completions.create(**asked, stream=True)]
        assert "".join(pieces) == "one two three " * 2000 and len(pieces) > 1000


def test_versions_before_1_2_are_refused(daemon, files):
    context = files.context()
    assert context.minimum_version <= ssl.TLSVersion.TLSv1_2
    for version in (ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3):
        context = files.context()
        context.minimum_version = context.maximum_version = version
        with socket.create_connection(("127.0.0.1", daemon.port)) as plain:
            with context.wrap_socket(plain, server_hostname="localhost") as secured:
                assert secured.version() == version.name.replace("_", ".")
    done = subprocess.run(
        ["openssl", "s_client", "-connect", f"127.0.0.1:{daemon.port}", "-tls1_1", "-cipher", "DEFAULT@SECLEVEL=0"],
        stdin=subprocess.DEVNULL, capture_output=True, timeout=10,
    )  # fmt: skip
    assert done.returncode != 0


def test_http_1_1_is_agreed_on_and_nothing_else(daemon, files):
    def shake_hands(*protocols):
        context = files.context()
        context.set_alpn_protocols(protocols)
        with socket.create_connection(("127.0.0.1", daemon.port)) as plain:
            with context.wrap_socket(plain, server_hostname="localhost") as secured:
                return secured.selected_alpn_protocol()

    assert shake_hands("h2", "http/1.1") == "http/1.1"
    with pytest.raises(ssl.SSLError):
        shake_hands("h2")


def test_who_speaks_no_tls_is_not_answered_and_the_log_says_why(daemon):
    with raw.Connection(daemon.port) as connection:
        connection.send(b"GET /health HTTP/1.1\r\nhost: localhost\r\n\r\n")
        while connection.receive():
            pass
    assert b"HTTP/1.1 200" not in connection.unread
    eventually(lambda: '"no TLS"' in daemon.log)


def test_a_renewed_certificate_is_shown_after_a_reload_and_nobody_is_cut_off(daemon, files):
    before = serial(daemon.port)
    with https(daemon, files) as kept:
        assert kept.get("/health").status_code == 200
        files.renew()
        done = daemon.control("reload")
        assert "listeners.main.tls_cert: changed" in done.stdout
        assert serial(daemon.port) != before
        assert kept.get("/health").status_code == 200
    with https(daemon, files) as client:
        assert client.get("/health").status_code == 200


@pytest.mark.parametrize(
    ("spoil", "said"),
    [
        (lambda files: files.cert.write_text("no certificate"), "served.pem"),
        (lambda files: files.key.write_text("no key"), "served.key"),
        (lambda files: files.key.unlink(), "served.key"),
        (lambda files: files.cert.write_bytes((files.directory / "old.pem").read_bytes()), "served.key"),
    ],
    ids=["certificate", "key", "missing", "of another key"],
)
def test_what_cannot_be_used_is_refused_and_the_old_one_stays(daemon, files, spoil, said):
    shutil.copy(files.cert, files.directory / "old.pem")
    trusted, before = files.context(), serial(daemon.port)
    files.renew()
    spoil(files)
    done = daemon.control("reload", expect=1)
    assert "listeners.main.tls_cert: " in done.stdout and said in done.stdout, done.stdout
    assert "the old configuration stays" in done.stderr
    assert serial(daemon.port) == before
    with httpx.Client(base_url=f"https://localhost:{daemon.port}", verify=trusted) as client:
        assert client.get("/health").status_code == 200


def test_a_daemon_without_its_certificate_does_not_start(files, tmp_path):
    files.cert.unlink()
    daemon = Daemon(tmp_path / "daemon")
    daemon.write_configuration(listeners=listeners(daemon.port, files))
    assert daemon.spawn().wait(20) != 0
    assert "listeners.main.tls_cert: " in daemon.log and f"{files.cert}: No such file" in daemon.log


def test_many_at_once_are_let_in_while_a_stream_runs(daemon, files):
    async def everybody():
        context = files.context()
        async with httpx.AsyncClient(verify=context, headers=daemon.headers) as client:
            limits = httpx.Limits(max_keepalive_connections=0)
            async with httpx.AsyncClient(verify=context, limits=limits, timeout=30) as others:
                url = f"https://localhost:{daemon.port}"
                answers = asyncio.gather(*(others.get(f"{url}/health") for _ in range(300)))
                body = {"model": "echo", "stream": True, "messages": [{"role": "user", "content": "word " * 3000}]}
                async with client.stream("POST", f"{url}/v1/chat/completions", json=body) as stream:
                    lines = [line async for line in stream.aiter_lines()]
                assert lines[-2] == "data: [DONE]" or "data: [DONE]" in lines
                assert {answer.status_code for answer in await answers} == {200}

    asyncio.run(everybody())


def test_who_says_nothing_is_let_go(start, files):
    daemon = secured(start, files, server={"header_timeout": "300ms"})
    with raw.Connection(daemon.port) as connection, contextlib.suppress(ConnectionError):
        assert not connection.receive()
