#!/usr/bin/env python3
"""Measures the daemon beside nginx, in one run, with public tools: bench.py [--baseline FILE]

The worker has core 0 to itself; wrk, upstream and the rest of the tree share core 1. Pairs (ours, nginx) are
interleaved, and the median of their ratios counts; the spread is printed. The primary figure is processor time per
request. Requests per second are compared only where both workers kept their core busy; otherwise the row says so.

Writes .build/reports/bench.json. With --baseline (such a file of an earlier run) it exits 1 if a ratio got worse by
over 10 %. FAST=1: fewer and shorter pairs.
"""

import argparse
import json
import os
import statistics
import sys
import tempfile
import time
from contextlib import ExitStack
from dataclasses import asdict, dataclass
from pathlib import Path

import bench_proxy
import bench_rig as rig
import bench_streams
import bench_tls
from bench_rig import Daemon, Load, Nginx, Running, wait_for_200

FAST = os.environ.get("FAST") == "1"
PAIRS, SECONDS = (3, 1) if FAST else (7, 4)
STARTS = 9
LATENCY_PAIRS, LATENCY_REQUESTS = (3, 500) if FAST else (9, 2000)
STREAMS, EVENTS = 32, 500
CHUNKS = 100
CHAT = "/v1/chat/completions"
TOLERANCE = 1.1


@dataclass
class Row:
    what: str
    values: list
    unit: str
    mark: float | None = None
    """The most that the design allows."""
    is_ratio: bool = False
    higher_is_better: bool = False
    note: str = ""

    @property
    def median(self):
        return statistics.median(self.values)

    @property
    def verdict(self):
        if self.mark is None:
            return ""
        return "met" if self.median <= self.mark else "missed"

    def record(self):
        return asdict(self) | {"median": self.median, "min": min(self.values), "max": max(self.values)}


def chat(model, stream=False):
    return json.dumps({"model": model, "messages": [{"role": "user", "content": "Hello, world"}], "stream": stream})


def against_nginx(directory):
    """`/health` and echo chat, each beside nginx's `return 200` under the same requests."""
    rows = []
    with Daemon(directory / "ours") as daemon, Nginx(directory / "nginx") as nginx:
        wait_for_200(daemon.port, "GET", "/health")
        wait_for_200(daemon.port, "POST", CHAT, chat("echo"))
        wait_for_200(nginx.port, "GET", "/health")
        servers = [(daemon.port, daemon.pin_worker()), (nginx.port, nginx.pin_worker())]
        rows += paired("/health", servers, 1.1, {})
        echo = {"method": "POST", "path": CHAT, "body": chat("echo")}
        rows += paired("echo chat, key checked", servers, None, echo)
    return rows


# A million requests a minute, the most that can be said, would refuse some.
LIMITS = """
[limits]
tokens_per_minute = 1000000000
max_concurrent = 1000
"""


UNGOVERNED = """
[limits]
enabled = false
[store]
record_usage = false
"""


def governed(directory):
    """Chat with key check, limits and usage journal, beside the same without them; both write their access log."""
    directory = directory / "governing"
    with bench_proxy.WholeUpstream(directory / "upstream") as upstream:
        wait_for_200(upstream.port, "POST", CHAT, bench_proxy.BODY)
        with bench_proxy.daemon_before(upstream, directory / "governed", more=LIMITS) as ours:
            with bench_proxy.daemon_before(upstream, directory / "plain", auth="none", more=UNGOVERNED) as plain:
                bodies = {"echo chat": chat("echo"), "proxying": bench_proxy.BODY}
                return [governed_row(what, body, ours, plain) for what, body in bodies.items()]


def governed_row(what, body, ours, plain):
    load = {"method": "POST", "path": CHAT, "body": body}
    servers = []
    for daemon, key in ((ours, rig.KEY), (plain, None)):
        wait_for_200(daemon.port, "POST", CHAT, body)
        servers.append((daemon.port, daemon.pin_worker(), load | {"key": key}))
    costs = [one.cpu_per_request / other.cpu_per_request for one, other in interleaved(servers)]
    return Row(f"{what}: governed ÷ ungoverned, CPU", costs, "", 1.1, is_ratio=True)


def interleaved(servers):
    """Pairs of loads, each server its own: the first goes first or the second, in turn."""
    for port, worker, load in servers:
        Load(port, worker, 1, **load)
    pairs = []
    for turn in range(PAIRS):
        order = servers if turn % 2 == 0 else servers[::-1]
        loads = {port: Load(port, worker, SECONDS, **load) for port, worker, load in order}
        pairs.append([loads[port] for port, *_ in servers])
    return pairs


def paired(what, servers, mark, load, other="nginx return 200"):
    """Rows of the pairs of one kind of request."""
    pairs = interleaved([(*server, load) for server in servers])
    costs = [ours.cpu_per_request / nginx.cpu_per_request for ours, nginx in pairs]
    busy = [pair for pair in pairs if not any(side.is_load_bound for side in pair)]
    rates = {"is_ratio": True, "higher_is_better": True} if busy else {"note": "load-bound"}
    return [
        Row(f"{what}: CPU per request", [ours.cpu_per_request for ours, _ in pairs], "µs"),
        Row(f"  {other}", [nginx.cpu_per_request for _, nginx in pairs], "µs"),
        Row(f"{what}: CPU ÷ nginx", costs, "", mark, is_ratio=True),
        Row(f"{what}: requests/s", [ours.rate for ours, _ in pairs], "/s"),
        Row(f"  {other}", [nginx.rate for _, nginx in pairs], "/s"),
        Row(f"{what}: requests/s ÷ nginx", [o.rate / n.rate for o, n in busy or pairs], "", **rates),
    ]


def proxying(directory):
    """Chat passed on to an upstream that answers at once, governed, beside nginx's `proxy_pass`; and what that adds."""
    directory = directory / "proxying"
    with ExitStack() as stack:
        upstream = stack.enter_context(bench_proxy.WholeUpstream(directory / "upstream"))
        wait_for_200(upstream.port, "POST", CHAT, bench_proxy.BODY)
        servers = bench_proxy.both(stack, upstream, directory)
        load = {"method": "POST", "path": CHAT, "body": bench_proxy.BODY}
        rows = paired("proxying, governed", servers, 1.0, load, "nginx proxy_pass")
        return rows + added("added latency", [upstream.port, *(port for port, _ in servers)])


def secured(directory):
    """What a request takes longer than directly, with TLS on every hop."""
    directory = directory / "secured"
    with ExitStack() as stack:
        identity = bench_tls.Identity(directory / "identity")
        upstream = bench_tls.upstream(stack, identity, directory / "upstream")
        bench_tls.wait(upstream.port, identity)
        ports = bench_tls.both(stack, upstream, identity, directory)
        return added("added latency over TLS", [upstream.port, *ports], identity.context)


def beside_litellm(directory):
    """Chat passed on by one worker of ours, and by one of LiteLLM's proxy; memory of all processes of each."""
    directory = directory / "litellm"
    with ExitStack() as stack:
        upstream = stack.enter_context(bench_proxy.WholeUpstream(directory / "upstream"))
        wait_for_200(upstream.port, "POST", CHAT, bench_proxy.BODY)
        ours = stack.enter_context(bench_proxy.daemon_before(upstream, directory / "ours"))
        other = stack.enter_context(bench_proxy.LiteLLM(upstream, directory / "other"))
        wait_for_200(ours.port, "POST", CHAT, bench_proxy.BODY)
        load = {"method": "POST", "path": CHAT, "body": bench_proxy.BODY}
        servers = [(ours.port, ours.pin_worker(), load), (other.port, other.pin(), load | {"key": other.KEY})]
        pairs = interleaved(servers)
        sizes = [rig.tree_megabytes(ours), rig.tree_megabytes(other)]
    return [
        Row("LiteLLM's proxy: requests/s", [theirs.rate for _, theirs in pairs], "/s"),
        Row("LiteLLM's proxy: CPU per request", [theirs.cpu_per_request for _, theirs in pairs], "µs"),
        Row("LiteLLM's proxy: PSS under load", [sizes[1]], "MB"),
        Row("ours ÷ LiteLLM: requests/s", [o.rate / t.rate for o, t in pairs], "", higher_is_better=True),
        Row("ours ÷ LiteLLM: PSS of the tree", [sizes[0] / sizes[1]], ""),
    ]


def added(what, ports, tls=None):
    """What a request takes longer than directly, over one connection; ports: of upstream, ours, nginx."""
    p50, p99, ratio, nginx_p50 = [], [], [], []
    for _ in range(LATENCY_PAIRS):
        direct, ours, nginx = (bench_proxy.latencies(port, LATENCY_REQUESTS, tls) for port in ports)
        late = [bench_proxy.percentile(times, 0.99) - bench_proxy.percentile(direct, 0.99) for times in (ours, nginx)]
        p50.append(bench_proxy.percentile(ours, 0.5) - bench_proxy.percentile(direct, 0.5))
        nginx_p50.append(bench_proxy.percentile(nginx, 0.5) - bench_proxy.percentile(direct, 0.5))
        p99.append(late[0])
        ratio.append(late[0] / max(late[1], 1.0))
    return [
        Row(f"{what}, p50", p50, "µs", 50),
        Row("  nginx", nginx_p50, "µs"),
        Row(f"{what}, p99", p99, "µs"),
        Row(f"{what}, p99 ÷ nginx", ratio, "", 1.5),
    ]


def streaming(directory):
    """Events passed on one by one, beside nginx with buffering off."""
    directory = directory / "streaming"
    with ExitStack() as stack:
        upstream = stack.enter_context(bench_proxy.StreamUpstream(directory / "upstream", EVENTS, 0.002))
        wait_for_200(upstream.port, "POST", CHAT, bench_proxy.BODY)
        servers = bench_proxy.both(stack, upstream, directory, "off")
        pairs = [
            [bench_proxy.stream_cost(port, worker, STREAMS, EVENTS) for port, worker in servers] for _ in range(PAIRS + 1)
        ][1:]
    return [
        Row("streaming relay: CPU per event", [ours for ours, _ in pairs], "µs"),
        Row("  nginx, buffering off", [nginx for _, nginx in pairs], "µs"),
        Row("streaming relay: CPU ÷ nginx", [ours / nginx for ours, nginx in pairs], "", 1.0, is_ratio=True),
    ]


def relayed_streams(directory):
    """Memory of the tree while ten thousand streams of an upstream are under way."""
    count = bench_streams.room()
    directory = directory / "relayed"
    with bench_proxy.StreamUpstream(directory / "upstream", 0, 0) as upstream:
        wait_for_200(upstream.port, "POST", CHAT, bench_proxy.BODY)
        with bench_proxy.daemon_before(upstream, directory / "ours", workers=2) as daemon:
            wait_for_200(daemon.port, "GET", "/health")
            time.sleep(1)
            before = rig.tree_megabytes(daemon)
            streams = bench_streams.opened(daemon.port, CHAT, bench_proxy.STREAM, count)
            grown = rig.tree_megabytes(daemon) - before
            for stream in streams:
                stream.close()
    return [Row(f"{count} relayed streams, PSS of the tree minus before", [grown], "MB", 150)]


def many_sessions(directory):
    """Memory of the tree with ten thousand sessions, of 100 keys with 100 models each, minus that without."""
    numbers = range(100)
    keys = "".join(
        f'[[auth.keys]]\nname = "k{number}"\nsha256 = "{rig.digest(f"key-{number}")}"\n' for number in numbers
    )
    models = "".join(f'[models."m{number}"]\nprovider = "echo"\n' for number in numbers)
    with Daemon(directory / "sessions", keys=keys + models) as daemon:
        wait_for_200(daemon.port, "POST", CHAT, chat("echo"))
        before = rig.tree_megabytes(daemon)
        for number in numbers:
            rig.ask_in_turn(daemon.port, CHAT, f"key-{number}", [chat(f"m{model}") for model in numbers])
        time.sleep(1)
        return [Row("10 000 sessions, PSS of the tree minus before", [rig.tree_megabytes(daemon) - before], "MB")]


def imports(directory):
    """How fast the store takes in a journal that has gathered while it was stopped."""
    with Daemon(directory / "imports") as daemon:
        wait_for_200(daemon.port, "POST", CHAT, chat("echo"))
        rig.control(daemon, "stop", "store")
        load = Load(daemon.port, daemon.pin_worker(), SECONDS, method="POST", path=CHAT, body=chat("echo"))
        known = rig.usage_rows(daemon)
        began = time.monotonic()
        rig.control(daemon, "start", "store")
        store = rig.child(daemon, "store")
        while (rows := rig.usage_rows(daemon)) < known + load.requests:
            time.sleep(0.02)
        seconds = time.monotonic() - began
        cost = rig.cpu_seconds(store) / (rows - known) * 1e6
    return [
        Row("import of a journal: requests/s", [(rows - known) / seconds], "/s"),
        Row("import of a journal: CPU per request", [cost], "µs"),
    ]


def starts(directory):
    """From the spawn of the supervisor to the first 200."""
    times = []
    for turn in range(STARTS):
        began = time.monotonic()
        with Daemon(directory / f"start-{turn}") as daemon:
            wait_for_200(daemon.port, "GET", "/health")
            times.append((time.monotonic() - began) * 1000)
    return [Row("start to first 200", times, "ms", 100)]


def idle_tree(directory):
    """PSS of the supervisor and all below it, two workers, after ten requests and a second of rest."""
    with Daemon(directory / "idle", workers=2) as daemon:
        for _ in range(10):
            wait_for_200(daemon.port, "GET", "/health")
        time.sleep(1)
        tree = [daemon.process.pid, *rig.descendants(daemon.process.pid)]
        sizes = {pid: rig.pss_megabytes(pid) for pid in tree}
        rows = [Row(f"  {rig.name(pid)}", [size], "MB") for pid, size in sizes.items()]
        return [Row("idle tree, PSS", [sum(sizes.values())], "MB", 40), *rows]


def agent(daemon, model, command):
    """A running agent, once its model answers."""
    running = Running(command, daemon.directory / f"agent-{model}.log", said=rig.KEY + "\n")
    with ExitStack() as stack:
        stack.enter_context(running)
        wait_for_200(daemon.port, "POST", CHAT, chat(model))
        stack.pop_all()
    return running


def command_agent(daemon):
    url = f"ws://127.0.0.1:{daemon.bridge}/agent"
    options = ["--model", "command", "--url", url, "--key-file", daemon.key_file, "--concurrency", "8"]
    return agent(daemon, "command", [rig.BIN / "gatehousectl", "agent", *options, "--", "cat"])


def scripted_agent(daemon, chunks=CHUNKS):
    script = rig.TOOLS / "bench_agent.py"
    return agent(daemon, "raw", [sys.executable, script, str(daemon.bridge), "raw", str(chunks)])


def many_streams(directory):
    """Memory of the tree, and of each part, while ten thousand answers of an agent are under way."""
    count = bench_streams.room()
    with Daemon(directory / "streams", workers=2) as daemon:
        wait_for_200(daemon.port, "GET", "/health")
        with scripted_agent(daemon, chunks=0):
            time.sleep(1)
            before, began = rig.tree_megabytes(daemon), time.monotonic()
            streams = bench_streams.opened(daemon.port, CHAT, chat("raw", stream=True), count)
            seconds = time.monotonic() - began
            grown = rig.tree_megabytes(daemon) - before
            for stream in streams:
                stream.close()
    return [
        Row(f"{count} open agent streams, PSS of the tree minus before", [grown], "MB", 150),
        Row("opening of agent streams", [count / seconds], "/s"),
    ]


def chain(directory):
    """Client → worker → bridge → agent and back: a command per request, then an agent that answers from memory."""
    with Daemon(directory / "chain") as daemon:
        wait_for_200(daemon.port, "GET", "/health")
        worker = daemon.pin_worker()
        with command_agent(daemon):
            command = chain_rates(daemon, worker, 8, chat("command"))
        with scripted_agent(daemon):
            whole = chain_rates(daemon, worker, 32, chat("raw"))
            events = rig.request(daemon.port, "POST", CHAT, chat("raw", stream=True))[1].count(b'"word "')
            if events != CHUNKS:
                raise RuntimeError(f"{CHUNKS} chunks expected in the stream, {events} came")
            streams = chain_rates(daemon, worker, 32, chat("raw", stream=True))
    return [
        Row("agent chain, cat per request: requests/s", command, "/s"),
        Row("agent chain, scripted agent: requests/s", whole, "/s"),
        Row("agent chain, scripted agent: chunks/s", [rate * CHUNKS for rate in streams], "/s"),
    ]


def chain_rates(daemon, worker, connections, body):
    loads = (Load(daemon.port, worker, SECONDS, connections, "POST", CHAT, body) for _ in range(3))
    return [load.rate for load in loads]


def print_table(rows):
    print(f"{'what':<46} {'median':>10} {'min':>10} {'max':>10}  {'':4} mark")
    for row in rows:
        shown = (row.median, min(row.values), max(row.values))
        numbers = " ".join(f"{number:>10.{digits(number)}f}" for number in shown)
        mark = f"≤ {row.mark:g} {row.verdict}" if row.mark is not None else row.note
        print(f"{row.what:<46} {numbers}  {row.unit:4} {mark}".rstrip())


def digits(number):
    return 0 if number >= 1000 else 1 if number >= 100 else 2


def worse(rows, baseline):
    """What the baseline had better by over the tolerance; a ratio that only one of them has is not compared."""
    earlier = {record["what"]: record["median"] for record in baseline["rows"] if record["is_ratio"]}
    faults = []
    for row in rows:
        before = earlier.get(row.what)
        if not row.is_ratio or before is None:
            continue
        change = before / row.median if row.higher_is_better else row.median / before
        if change > TOLERANCE:
            faults.append(f"{row.what}: {row.median:.2f}, was {before:.2f}")
    return faults


def main():
    arguments = argparse.ArgumentParser(description="Measures the daemon beside nginx.")
    arguments.add_argument("--baseline", type=Path, help="bench.json of an earlier run")
    baseline_file = arguments.parse_args().baseline
    baseline = json.loads(baseline_file.read_text()) if baseline_file else None
    if len(os.sched_getaffinity(0)) < 2:
        sys.exit("bench: two cores are needed, one for the measured process and one for the load")
    rows = []
    with tempfile.TemporaryDirectory(prefix="gatehouse-bench-") as directory:
        for part in (against_nginx, governed, proxying, secured, streaming, relayed_streams, beside_litellm, starts, idle_tree, many_sessions, imports, chain, many_streams):
            print(f"bench: {part.__name__.replace('_', ' ')}", flush=True)
            try:
                rows += part(Path(directory))
            except (RuntimeError, OSError) as error:
                sys.exit(f"bench: {error}")
    print_table(rows)
    report = Path(".build/reports/bench.json")
    report.parent.mkdir(parents=True, exist_ok=True)
    report.write_text(json.dumps({"fast": FAST, "rows": [row.record() for row in rows]}, indent=2) + "\n")
    faults = worse(rows, baseline) if baseline else []
    for fault in faults:
        print(f"bench: worse than the baseline: {fault}", file=sys.stderr)
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
