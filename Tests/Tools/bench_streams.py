"""Many streams at once: opened over as many connections, each open as soon as its first event has come."""

import resource
import selectors
import socket

from bench_rig import KEY

WINDOW = 500
"""As many as have not answered yet."""


def room():
    """As many connections as this process and each worker may have, of ten thousand."""
    wanted = 10_000
    try:
        resource.setrlimit(resource.RLIMIT_NOFILE, (65536, 65536))
    except (ValueError, PermissionError):
        soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
        resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
        wanted = min(wanted, (hard - 256) // 2 - 100)
    return wanted


def opened(port, path, body, count):
    """Sockets, each in the middle of a streamed answer."""
    head = f"POST {path} HTTP/1.1\r\nhost: 127.0.0.1\r\nauthorization: Bearer {KEY}\r\ncontent-length: {len(body)}\r\n\r\n"
    request = head.encode() + body.encode()
    sockets, silent = [], selectors.DefaultSelector()
    while len(sockets) < count or silent.get_map():
        while len(sockets) < count and len(silent.get_map()) < WINDOW:
            sockets.append(socket.create_connection(("127.0.0.1", port)))
            sockets[-1].sendall(request)
            silent.register(sockets[-1], selectors.EVENT_READ, [])
        for key, _ in silent.select(10.0) or _give_up(silent):
            key.data.append(key.fileobj.recv(65536))
            answer = b"".join(key.data)
            if not key.data[-1] or not answer.startswith(b"HTTP/1.1 200"):
                raise RuntimeError(f"a stream did not open: {answer[:500]!r}")
            if b"data: " in answer:
                silent.unregister(key.fileobj)
    return sockets


def _give_up(silent):
    raise RuntimeError(f"{len(silent.get_map())} streams say nothing")
