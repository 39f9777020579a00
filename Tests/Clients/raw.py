"""HTTP by hand: exactly the bytes that a test wants to send, and what comes back."""

import contextlib
import json
import re
import socket


class Response:
    def __init__(self, status, fields, body):
        self.status = status
        self.fields = fields
        self.body = body

    def json(self):
        return json.loads(self.body)

    def __repr__(self):
        return f"{self.status} {self.fields} {self.body[:200]!r}"


class Connection:
    """A TCP connection to a daemon, or with a path to a Unix socket."""

    def __init__(self, port=None, path=None, timeout=10.0):
        if path is None:
            self.socket = socket.create_connection(("127.0.0.1", port), timeout)
            self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        else:
            self.socket = socket.socket(socket.AF_UNIX)
            self.socket.settimeout(timeout)
            self.socket.connect(str(path))
        self.unread = b""

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.socket.close()

    def send(self, data):
        """Sends it all, unless the peer has closed: it may answer before it has read everything."""
        with contextlib.suppress(BrokenPipeError, ConnectionResetError):
            self.socket.sendall(data)

    def receive(self):
        """Some bytes more; False at the end of the stream."""
        try:
            data = self.socket.recv(65536)
        except ConnectionResetError:
            data = b""
        self.unread += data
        return bool(data)

    def take(self, count):
        while len(self.unread) < count:
            assert self.receive(), f"the stream ended in {self.unread!r}"
        data, self.unread = self.unread[:count], self.unread[count:]
        return data

    def take_until(self, mark):
        while mark not in self.unread:
            assert self.receive(), f"the stream ended in {self.unread!r}"
        return self.take(self.unread.index(mark) + len(mark))

    def rest(self):
        """Everything up to the end of the stream."""
        while self.receive():
            pass
        data, self.unread = self.unread, b""
        return data

    def response(self, method="GET"):
        """The next response, 100 (Continue) included."""
        head = self.take_until(b"\r\n\r\n").decode("latin-1")
        line, *rows = head.strip().split("\r\n")
        match = re.fullmatch(r"HTTP/1\.[01] (\d{3}) ?.*", line)
        assert match, f"{line!r} is no status line"
        status = int(match[1])
        fields = {name.lower(): value.strip() for name, value in (row.split(":", 1) for row in rows)}
        if status in (204, 304) or status < 200 or method == "HEAD":
            body = b""
        elif "chunked" in fields.get("transfer-encoding", ""):
            body = b"".join(self.chunks())
        elif "content-length" in fields:
            body = self.take(int(fields["content-length"]))
        else:
            body = self.rest()
        return Response(status, fields, body)

    def chunks(self):
        """The pieces of a chunked body, as they come."""
        while size := int(self.take_until(b"\r\n"), 16):
            yield self.take(size)
            assert self.take(2) == b"\r\n"
        assert self.take_until(b"\r\n") == b"\r\n", "trailers"

    def responses(self):
        """All responses up to the end of the stream."""
        found = []
        while self.unread or self.receive():
            found.append(self.response())
        return found

    def is_closed(self):
        """Waits for the peer to close, which it has to do without a byte more."""
        return not self.receive() and not self.unread


def request(method="GET", target="/livez", fields=(), body=None, host="127.0.0.1"):
    """The bytes of a valid request; a body gets its Content-Length."""
    rows = [f"{method} {target} HTTP/1.1", f"Host: {host}", *fields]
    if body is not None:
        rows.append(f"Content-Length: {len(body)}")
    return "\r\n".join([*rows, "", ""]).encode("latin-1") + (body or b"")


def chat(daemon, content="hello", model="echo", fields=(), **members):
    """The bytes of a chat request with the key."""
    body = json.dumps(
        {"model": model, "messages": [{"role": "user", "content": content}], **members}
    ).encode()
    return chat_body(daemon, body, fields)


def chat_body(daemon, body, fields=()):
    """The same with that body."""
    fields = [f"Authorization: Bearer {daemon.key}", "Content-Type: application/json", *fields]
    return request("POST", "/v1/chat/completions", fields, body)


def ask(port, data, **options):
    """The response to these bytes on a connection of their own."""
    with Connection(port, **options) as connection:
        connection.send(data)
        return connection.response()
