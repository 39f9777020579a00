"""How many instructions a request takes in a worker, function by function, and in nginx beside it.

Callgrind counts them, not a clock: the same build gives the same numbers on a machine however busy. What the kernel
does is not in them. An async function is several functions here, one for each stretch between two awaits.
"""

import argparse
import os
import re
import shutil
import socket
import subprocess
import tempfile
import time
from contextlib import ExitStack, contextmanager
from pathlib import Path

import bench_proxy as proxy
import bench_rig as rig

CONNECTIONS, WARM = 8, 400
EVENTS = 200
COUNTED = re.compile(r"^ *([\d,]+) \([ \d.]+%\)  (?:\S+?:)?(.+?)(?: \[.*\])?$", re.M)


def prepared(directory):
    """The binaries without debugging information, and what starts the worker under callgrind."""
    directory.mkdir()
    for name in ("gatehoused", "gatehousectl"):
        subprocess.run(["objcopy", "--strip-debug", rig.BIN / name, directory / name], check=True)
    preloaded = directory / "under_callgrind.so"
    source = rig.TOOLS / "under_callgrind.c"
    subprocess.run(["cc", "-shared", "-fPIC", "-o", preloaded, source, "-ldl"], check=True)
    return preloaded


@contextmanager
def environment(**variables):
    before = dict(os.environ)
    os.environ.update({name: str(value) for name, value in variables.items()})
    try:
        yield
    finally:
        os.environ.clear()
        os.environ.update(before)


def daemon(stack, upstream, directory):
    """(port, pid) of a daemon before the upstream, its worker under callgrind."""
    preloaded = prepared(directory / "bin")
    rig.BIN = directory / "bin"
    variables = {"UNDER_CALLGRIND_BINARY": rig.BIN / "gatehoused", "UNDER_CALLGRIND_OUTPUT": directory / "ours.out"}
    with environment(LD_PRELOAD=preloaded, **variables):
        server = stack.enter_context(proxy.daemon_before(upstream, directory / "ours"))
    rig.wait_for_200(server.port, "POST", proxy.CHAT, proxy.BODY, seconds=60)
    worker = next(pid for pid in rig.descendants(server.process.pid) if "worker" in rig.title(pid))
    return server.port, worker


def nginx(stack, upstream, directory):
    """(port, pid) of an nginx of one process before the same upstream, under callgrind."""
    output = f"--callgrind-out-file={directory / 'nginx.out'}"
    command = ["valgrind", "--tool=callgrind", "--instr-atstart=no", output]

    class Counted(rig.Nginx):
        def __init__(self, directory, server):
            super().__init__(directory, server, before=command, more="master_process off;")

    server = stack.enter_context(Counted(directory / "nginx", proxy.proxy_server(upstream, buffering="off")))
    rig.wait_for_200(server.port, "POST", proxy.CHAT, proxy.BODY, seconds=60)
    return server.port, server.process.pid


def send(port, body, count, end):
    """So many requests over a few connections, each sent when the one before it is answered."""
    connections = [socket.create_connection(("127.0.0.1", port)) for _ in range(CONNECTIONS)]
    for _ in range(count // CONNECTIONS):
        for connection in connections:
            connection.sendall(proxy.message(body))
        for connection in connections:
            answer = b""
            while end not in answer[-200:]:
                piece = connection.recv(1 << 16)
                if not piece:
                    raise RuntimeError(f"cut after {answer!r}")
                answer += piece
    for connection in connections:
        connection.close()


def count(pid, output, load):
    """callgrind_annotate's lines of what the process did while `load` ran."""
    control = lambda *words: subprocess.run(["callgrind_control", *words, str(pid)], check=True, capture_output=True)
    control("-i", "on")
    load()
    control("-i", "off")
    control("-d", "counted")
    dump = output.with_name(output.name + ".1")
    while not (dump.exists() and "totals:" in dump.read_text()):
        time.sleep(0.05)
    return dump


def report(dump, per, options):
    command = ["callgrind_annotate", "--threshold=100", f"--inclusive={'yes' if options.inclusive else 'no'}", dump]
    text = subprocess.run(command, check=True, capture_output=True, text=True).stdout
    text = subprocess.run(["swift", "demangle", "--simplified"], input=text, capture_output=True, text=True).stdout
    rows = [(int(number.replace(",", "")) / per, name) for number, name in COUNTED.findall(text)]
    total = next(number for number, name in rows if name == "PROGRAM TOTALS")
    return total, [row for row in rows if row[1] != "PROGRAM TOTALS"][: options.functions]


def main():
    parser = argparse.ArgumentParser(description="instructions per request, or per event, of a worker")
    parser.add_argument("--requests", type=int, default=1000)
    parser.add_argument("--functions", type=int, default=40, metavar="N", help="how many functions to name")
    parser.add_argument("--inclusive", action="store_true", help="count what a function calls to it as well")
    parser.add_argument("--stream", action="store_true", help="relay streams, and count per event")
    parser.add_argument("--nginx", action="store_true", help="count nginx's as well")
    parser.add_argument("--keep", type=Path, metavar="FILE", help="keep callgrind's file (for kcachegrind)")
    options = parser.parse_args()
    with ExitStack() as stack:
        directory = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="instructions-")))
        if options.stream:
            upstream = stack.enter_context(proxy.StreamUpstream(directory / "upstream", EVENTS, 0.002))
            body, end, per = proxy.STREAM, b"0\r\n\r\n", options.requests // CONNECTIONS * CONNECTIONS
            per, unit = per * EVENTS, "event"
        else:
            upstream = stack.enter_context(proxy.WholeUpstream(directory / "upstream"))
            body, end, unit = proxy.BODY, proxy.ANSWER.encode()[-20:], "request"
            per = options.requests // CONNECTIONS * CONNECTIONS
        servers = {"ours": daemon} | ({"nginx": nginx} if options.nginx else {})
        for name, server in servers.items():
            port, pid = server(stack, upstream, directory)
            send(port, body, 8 if options.stream else WARM, end)
            dump = count(pid, directory / f"{name}.out", lambda: send(port, body, options.requests, end))
            total, functions = report(dump, per, options)
            print(f"{name}: {total:.0f} instructions per {unit}")
            for number, function in functions:
                print(f"  {number:9.1f}  {function[:120]}")
            if options.keep and name == "ours":
                shutil.copy(dump, options.keep)


if __name__ == "__main__":
    main()
