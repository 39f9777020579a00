"""The same latency over TLS on both hops: clients speak it to us, and we to the upstream; beside nginx that does so."""

import ssl
import subprocess
import time

import bench_proxy
import bench_rig as rig
from bench_rig import Nginx

LISTENER = """
[[listeners]]
name = "tls"
address = "127.0.0.1:{port}"
tls_cert = "{certificate}"
tls_key = "{key}"
"""

PROVIDER = """
[providers.up]
type = "openai"
base_url = "https://127.0.0.1:{port}/v1"
ca_file = "{certificate}"
models = ["{model}"]
"""

SECURE = "listen 127.0.0.1:{{port}} ssl; ssl_certificate {certificate}; ssl_certificate_key {key};"

UPSTREAM = """
    server {{{{
        {secure}
        keepalive_requests 1000000000;
        default_type application/json;
        location / {{{{ return 200 '{answer}'; }}}}
    }}}}
"""

PROXY = """
    upstream up {{{{ server 127.0.0.1:{port}; keepalive 256; keepalive_requests 1000000000; }}}}
    server {{{{
        {secure}
        location / {{{{
            proxy_pass https://up;
            proxy_ssl_verify on;
            proxy_ssl_name 127.0.0.1;
            proxy_ssl_trusted_certificate {certificate};
            proxy_http_version 1.1;
            proxy_set_header Connection "";
        }}}}
    }}}}
"""


class Identity:
    """A certificate for 127.0.0.1 that vouches for itself, its key, and a client's trust in it."""

    def __init__(self, directory):
        directory.mkdir(parents=True)
        self.certificate, self.key = directory / "cert.pem", directory / "key.pem"
        command = ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes"]
        command += ["-keyout", self.key, "-out", self.certificate, "-days", "2", "-subj", "/CN=127.0.0.1"]
        command += ["-addext", "subjectAltName=IP:127.0.0.1"]
        subprocess.run(command, check=True, capture_output=True)
        self.context = ssl.create_default_context(cafile=self.certificate)

    @property
    def secure(self):
        return SECURE.format(certificate=self.certificate, key=self.key)


def upstream(stack, identity, directory):
    answer = bench_proxy.ANSWER.replace("{", "{{").replace("}", "}}")
    return stack.enter_context(Nginx(directory, UPSTREAM.format(secure=identity.secure, answer=answer)))


def both(stack, upstream, identity, directory):
    """The ports of ours and of nginx, each before the upstream, each with a core for its worker."""
    port = rig.free_port()
    more = LISTENER.format(port=port, certificate=identity.certificate, key=identity.key)
    more += PROVIDER.format(port=upstream.port, certificate=identity.certificate, model=bench_proxy.MODEL)
    ours = stack.enter_context(rig.Daemon(directory / "ours", more=more))
    server = PROXY.format(port=upstream.port, secure=identity.secure, certificate=identity.certificate)
    nginx = stack.enter_context(Nginx(directory / "nginx", server))
    for served in (port, nginx.port):
        wait(served, identity)
    for one in (ours, nginx):
        one.pin_worker()
    return [port, nginx.port]


def wait(port, identity, seconds=10):
    """Until a request is answered."""
    deadline = time.monotonic() + seconds
    while True:
        try:
            bench_proxy.latencies(port, 1, identity.context)
            return
        except OSError:
            if time.monotonic() > deadline:
                raise
            time.sleep(0.01)
