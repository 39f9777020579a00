"""What the program `ollama` sends and takes: requests as Go's http.Client writes them, and Go's types.

Sources: api/client.go and api/types.go of ollama 0.12. It sends no key to a host that is not ollama.com.
"""

import http.client
import json
import re

USER_AGENT = "ollama/0.12.6 (amd64 linux) Go/go1.24.1"
LINE_LIMIT = 512_000
"""Its scanner gives up on a longer line."""

STRING, INTEGER, STRINGS, OBJECT = "string", "int64", "[]string", "map[string]any"
TIME = "time.Time"

DETAILS = {
    "parent_model": STRING,
    "format": STRING,
    "family": STRING,
    "families": STRINGS,
    "parameter_size": STRING,
    "quantization_level": STRING,
}
LISTED = {
    "name": STRING,
    "model": STRING,
    "modified_at": TIME,
    "size": INTEGER,
    "digest": STRING,
    "details": DETAILS,
}
RUNNING = LISTED | {"expires_at": TIME, "size_vram": INTEGER, "context_length": INTEGER}
SHOWN = {
    "license": STRING,
    "modelfile": STRING,
    "parameters": STRING,
    "template": STRING,
    "system": STRING,
    "details": DETAILS,
    "model_info": OBJECT,
    "capabilities": STRINGS,
    "modified_at": TIME,
    "remote_model": STRING,
    "remote_host": STRING,
}
METRICS = {
    "total_duration": INTEGER,
    "load_duration": INTEGER,
    "prompt_eval_count": INTEGER,
    "prompt_eval_duration": INTEGER,
    "eval_count": INTEGER,
    "eval_duration": INTEGER,
}
ANSWER = {"model": STRING, "created_at": TIME, "done": "bool", "done_reason": STRING} | METRICS
CHAT_ANSWER = ANSWER | {"message": {"role": STRING, "content": STRING}}
GENERATE_ANSWER = ANSWER | {"response": STRING}

RFC_3339 = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)")

IS_OF = {
    STRING: lambda value: isinstance(value, str),
    INTEGER: lambda value: isinstance(value, int) and not isinstance(value, bool) and abs(value) < 1 << 63,
    STRINGS: lambda value: isinstance(value, list) and all(isinstance(each, str) for each in value),
    OBJECT: lambda value: isinstance(value, dict),
    TIME: lambda value: isinstance(value, str) and RFC_3339.fullmatch(value),
    "bool": lambda value: isinstance(value, bool),
}


class Answer:
    """A response, whose fields and body have come."""

    def __init__(self, response):
        self.status = response.status
        self.fields = {name.lower(): value for name, value in response.getheaders()}
        self.body = response.read()


class GoClient:
    """One connection to the daemon, kept open as Go keeps it."""

    def __init__(self, daemon):
        self.connection = http.client.HTTPConnection("127.0.0.1", daemon.port, timeout=20)

    def close(self):
        self.connection.close()

    def ask(self, method, path, body=None, accept="application/json"):
        """The fields stand in Go's order; it says what type a body has even if it sends none."""
        data = None if body is None else json.dumps(body, ensure_ascii=False, separators=(",", ":")).encode()
        self.connection.putrequest(method, path, skip_accept_encoding=True)
        self.connection.putheader("User-Agent", USER_AGENT)
        if data is not None:
            self.connection.putheader("Content-Length", str(len(data)))
        self.connection.putheader("Accept", accept)
        self.connection.putheader("Content-Type", "application/json")
        if method != "HEAD":
            self.connection.putheader("Accept-Encoding", "gzip")
        self.connection.endheaders(data)
        return Answer(self.connection.getresponse())

    def do(self, method, path, body=None, into=None):
        """`Client.do`: the body as a value of the type `into`."""
        answer = self.ask(method, path, body)
        assert answer.status < 400, f"{method} {path}: {answer.status} {answer.body}"
        return unmarshalled(json.loads(answer.body), into) if into else answer

    def stream(self, path, body, into):
        """`Client.stream`: the values of the lines; it takes the error of a line for its own."""
        answer = self.ask("POST", path, body, accept="application/x-ndjson")
        values = []
        for line in answer.body.removesuffix(b"\n").split(b"\n"):
            assert len(line) < LINE_LIMIT
            value = json.loads(line)
            assert not value.get("error"), value["error"]
            assert answer.status < 400, f"{path}: {answer.status} {line}"
            values.append(unmarshalled(value, into))
        return values


def unmarshalled(value, type, place="$"):
    """The value, if Go takes it for the type: null and what is missing are zero values, others are faults."""
    if isinstance(type, list):
        assert isinstance(value, list), f"{place} is {value!r}"
        return [unmarshalled(each, type[0], f"{place}[{index}]") for index, each in enumerate(value)]
    if isinstance(type, dict):
        assert isinstance(value, dict), f"{place} is {value!r}"
        for name, member in value.items():
            if name in type and member is not None:
                unmarshalled(member, type[name], f"{place}.{name}")
        return value
    assert IS_OF[type](value), f"{place} is {value!r} and not a {type}"
    return value
