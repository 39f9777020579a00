"""The control socket without the cost of a process for every question."""

import json

import raw


def frame(command: str, *arguments: str) -> bytes:
    body = json.dumps({"command": command, "arguments": list(arguments)}).encode()
    return len(body).to_bytes(4, "big") + body


def reply(connection: raw.Connection) -> dict:
    return json.loads(connection.take(int.from_bytes(connection.take(4), "big")))


def ask(daemon, command: str, *arguments: str, timeout: float = 15.0) -> list[dict]:
    """All replies to a command; the last one has `ok`."""
    with raw.Connection(path=daemon.control_socket, timeout=timeout) as connection:
        connection.send(frame(command, *arguments))
        replies = [reply(connection)]
        while "ok" not in replies[-1]:
            replies.append(reply(connection))
        return replies


def records(daemon, *names: str) -> dict[str, dict]:
    """What `status` says, by name."""
    replies = ask(daemon, "status", *names)
    return {row["record"]["name"]: row["record"] for row in replies if row.get("record")}


def state(daemon, name: str) -> str:
    return records(daemon, name).get(name, {}).get("state", "")


def is_running(daemon, name: str, other_than: int | None = None) -> bool:
    """Whether the slot serves, with another process than that one."""
    record = records(daemon, name).get(name, {})
    return record.get("state") == "RUNNING" and record.get("pid") not in (None, other_than)
