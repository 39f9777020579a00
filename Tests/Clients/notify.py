"""The part of systemd that a service talks to: a socket for sd_notify(3) datagrams."""

import os
import select
import socket
import time


class NotifySocket:
    """Receives datagrams and keeps them, oldest first, as dictionaries: {"READY": "1", "STATUS": "…"}."""

    def __init__(self, path):
        self.path = str(path)
        self.received = []
        self.socket = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM | socket.SOCK_CLOEXEC)
        self.socket.bind(self.path.replace("@", "\0", 1) if self.path.startswith("@") else self.path)

    def wait_for(self, name, value="1", within=20.0, process=None):
        """The next datagram that says so; fails at once when `process` ends without having said it."""
        deadline = time.monotonic() + within
        ended = os.pidfd_open(process.pid) if process and process.poll() is None else None
        try:
            while time.monotonic() < deadline:
                watched = [self.socket] if ended is None else [self.socket, ended]
                ready, _, _ = select.select(watched, [], [], max(0.0, deadline - time.monotonic()))
                if self.socket in ready:
                    message = self.receive()
                    if message.get(name) == value:
                        return message
                elif ready or (process and process.poll() is not None):
                    raise AssertionError(
                        f"the process ended before it said {name}={value}; it said {self.received}"
                    )
        finally:
            if ended is not None:
                os.close(ended)
        raise AssertionError(f"{name}={value} was not said within {within} s, but {self.received}")

    def receive(self):
        lines = self.socket.recv(65536).decode().splitlines()
        message = dict(line.split("=", 1) for line in lines if "=" in line)
        self.received.append(message)
        return message

    def drain(self):
        """Takes what has come so far."""
        while select.select([self.socket], [], [], 0)[0]:
            self.receive()
        return self.received

    def close(self):
        self.socket.close()
        if not self.path.startswith("@"):
            os.unlink(self.path)
