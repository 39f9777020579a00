"""Recordings of exchanges as files: those that a daemon has made, and some made up."""

import base64
import json
from pathlib import Path

from waiting import eventually


def folder(daemon, provider="up"):
    return daemon.state_directory / "records" / provider


def files(daemon, count, provider="up"):
    """The recordings of that provider, in the order of their time; waited for."""

    def found():
        there = sorted(folder(daemon, provider).glob("*.jsonl"))
        return len(there) >= count and there

    there = eventually(found) if count else sorted(folder(daemon, provider).glob("*.jsonl"))
    assert len(there) == count, there
    return there


class Recorded:
    """What a file says."""

    def __init__(self, path):
        lines = [json.loads(line) for line in Path(path).read_text().split("\n")[:-1]]
        self.request, *pieces, self.end = lines
        self.body = data_of(self.request)
        # (seconds, bytes) of each piece.
        self.pieces = [(piece["us"] / 1_000_000, data_of(piece)) for piece in pieces]

    @property
    def answer(self):
        return b"".join(data for _, data in self.pieces)


def data_of(line):
    return line["text"].encode() if "text" in line else base64.b64decode(line["base64"], validate=True)


def write(path, body, answer, end="complete"):
    """A file that says that a chat with that body was answered so: bytes, and seconds before what follows."""
    path.parent.mkdir(parents=True, exist_ok=True)
    request = {"recording": 1, "target": "/v1/chat/completions", "text": body.decode()}
    lines, now = [request], 0.0
    for part in answer:
        if isinstance(part, bytes):
            lines.append({"us": round(now * 1_000_000), "base64": base64.b64encode(part).decode()})
        else:
            now += part
    lines.append({"end": end, "us": round(now * 1_000_000)})
    path.write_text("".join(json.dumps(line) + "\n" for line in lines))


def replay_row(path, models, **members):
    """The section of a provider that replays, at once unless `speed` is given."""
    return {"type": "replay", "recordings": str(path), "models": list(models), "speed": 0} | members


def instead(section):
    """The same in place of the section of one that is recorded."""
    return {"base_url": None, "api_key_env": None, "record": None} | section
