"""What passing on to an upstream costs, beside nginx that passes the same on: whole answers, streams, and latency."""

import json
import selectors
import socket
import sys
import time

import bench_rig as rig
from bench_rig import Daemon, Nginx, Running, wait_for_200

CHAT = "/v1/chat/completions"
MODEL = "gpt-4o"
ANSWER = json.dumps(
    {
        "id": "chatcmpl-B9MHDbslfkBeAs8l4bebGdFOJ6PeG",
        "object": "chat.completion",
        "created": 1741570283,
        "model": "gpt-4o-2024-08-06",
        "choices": [
            {
                "index": 0,
                "message": {
                    "role": "assistant",
                    "content": "The image shows a wooden boardwalk that leads through a lush green field.",
                    "refusal": None,
                    "annotations": [],
                },
                "logprobs": None,
                "finish_reason": "stop",
            }
        ],
        "usage": {
            "prompt_tokens": 1117,
            "completion_tokens": 46,
            "total_tokens": 1163,
            "prompt_tokens_details": {"cached_tokens": 0, "audio_tokens": 0},
        },
        "service_tier": "default",
    }
)
BODY = json.dumps({"model": MODEL, "messages": [{"role": "user", "content": "What do you see in this picture?"}]})
STREAM = json.dumps({"model": MODEL, "messages": [{"role": "user", "content": "Tell me a story."}], "stream": True})

PROVIDER = """
[providers.up]
type = "openai"
base_url = "http://127.0.0.1:{port}/v1"
models = ["{model}"]
"""

PROXY = """
    upstream up {{{{ server 127.0.0.1:{port}; keepalive 256; keepalive_requests 1000000000; }}}}
    server {{{{
        listen 127.0.0.1:{{port}};
        location / {{{{
            proxy_pass http://up;
            proxy_http_version 1.1;
            proxy_set_header Connection "";
            proxy_buffering {buffering};
        }}}}
    }}}}
"""


class WholeUpstream(Nginx):
    """An nginx that gives every request the same answer."""

    def __init__(self, directory):
        location = f"location / {{{{ return 200 '{ANSWER.replace('{', '{{').replace('}', '}}')}'; }}}}"
        super().__init__(directory, f"server {{{{ listen 127.0.0.1:{{port}}; default_type application/json; {location} }}}}")


class StreamUpstream(Running):
    """A script that streams events, each at its time."""

    def __init__(self, directory, events, pause):
        directory.mkdir(parents=True)
        self.port = rig.free_port()
        script = rig.TOOLS / "bench_upstream.py"
        super().__init__([sys.executable, script, str(self.port), str(events), str(pause)], directory / "upstream.log")


def daemon_before(upstream, directory, **settings):
    return Daemon(directory, more=settings.pop("more", "") + PROVIDER.format(port=upstream.port, model=MODEL), **settings)


def proxy_server(upstream, buffering="on"):
    return PROXY.format(port=upstream.port, buffering=buffering)


def nginx_before(upstream, directory, buffering="on"):
    return Nginx(directory, proxy_server(upstream, buffering))


LITELLM = """
model_list:
  - model_name: {model}
    litellm_params: {{model: openai/{model}, api_base: "http://127.0.0.1:{port}/v1", api_key: none}}
general_settings: {{master_key: {key}}}
"""


class LiteLLM(Running):
    """LiteLLM's proxy with one worker, pinned to the measured core once it answers."""

    KEY = "sk-bench"

    def __init__(self, upstream, directory):
        directory.mkdir(parents=True)
        self.port = rig.free_port()
        configuration = directory / "litellm.yaml"
        configuration.write_text(LITELLM.format(model=MODEL, port=upstream.port, key=self.KEY))
        program = rig.TOOLS.parents[1] / ".build/litellm-venv/bin/litellm"
        options = ["--host", "127.0.0.1", "--port", str(self.port), "--num_workers", "1"]
        super().__init__([program, "--config", configuration, *options], directory / "litellm.log")

    def pin(self):
        """The one process that serves."""
        wait_for_200(self.port, "POST", CHAT, BODY, seconds=120, key=self.KEY)
        for pid in (self.process.pid, *rig.descendants(self.process.pid)):
            rig.pin(pid)
        return self.process.pid


def both(stack, upstream, directory, buffering="on"):
    """(port, worker) of ours and of nginx, each before the same upstream, each answering."""
    ours = stack.enter_context(daemon_before(upstream, directory / "ours"))
    nginx = stack.enter_context(nginx_before(upstream, directory / "nginx", buffering))
    for server in (ours, nginx):
        wait_for_200(server.port, "POST", CHAT, BODY)
    return [(server.port, server.pin_worker()) for server in (ours, nginx)]


def message(body):
    head = f"POST {CHAT} HTTP/1.1\r\nhost: 127.0.0.1\r\nauthorization: Bearer {rig.KEY}\r\n"
    return f"{head}content-type: application/json\r\ncontent-length: {len(body)}\r\n\r\n{body}".encode()


def stream_cost(port, worker, connections, events):
    """Processor microseconds per event, while so many streams run from their first event to their last."""
    before = rig.cpu_seconds(worker)
    streams = [socket.create_connection(("127.0.0.1", port)) for _ in range(connections)]
    selector = selectors.DefaultSelector()
    for stream in streams:
        stream.sendall(message(STREAM))
        selector.register(stream, selectors.EVENT_READ)
    while selector.get_map():
        for key, _ in selector.select(30) or [(None, None)]:
            piece = key.fileobj.recv(1 << 16) if key else b""
            if not piece:
                raise RuntimeError("a stream was cut, or stands still")
            if piece.endswith(b"0\r\n\r\n"):
                selector.unregister(key.fileobj)
                key.fileobj.close()
    return (rig.cpu_seconds(worker) - before) / (connections * events) * 1e6


def latencies(port, count, tls=None):
    """Seconds of so many requests, one after the other over one connection; `tls`: the context of a client."""
    request, times, end = message(BODY), [], ANSWER.encode()[-20:]
    with socket.create_connection(("127.0.0.1", port)) as connection:
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        if tls:
            connection = tls.wrap_socket(connection, server_hostname="127.0.0.1")
        for _ in range(count):
            began = time.perf_counter()
            connection.sendall(request)
            answer = b""
            while not answer.endswith(end):
                piece = connection.recv(1 << 16)
                if not piece:
                    raise ConnectionError(f"cut after {answer!r}")
                answer += piece
            times.append(time.perf_counter() - began)
    return times


def percentile(times, share):
    """In microseconds."""
    return sorted(times)[int(len(times) * share)] * 1e6
