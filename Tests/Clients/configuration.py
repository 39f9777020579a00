"""The daemon's TOML as nested Python values, ports and keys that nobody else uses."""

import hashlib
import json
import random
import secrets
import socket


def new_key():
    return "gh-" + secrets.token_urlsafe(32)


def digest(key):
    return hashlib.sha256(key.encode()).hexdigest()


given = set()


def free_port():
    """A port that nobody was given before, below those that connections get: none takes it before the daemon does."""
    while True:
        port = random.randrange(12000, 32000)
        if port in given:
            continue
        given.add(port)
        with socket.socket() as probe:
            try:
                probe.bind(("127.0.0.1", port))
                return port
            except OSError:
                continue


def standard(port, bridge_port, key, models):
    """Two workers, one key, `echo`, and `models` that agents answer for."""
    return {
        "listeners": [{"name": "main", "address": f"127.0.0.1:{port}"}],
        "server": {"workers": 2},
        "auth": {"keys": [key_row(key)]},
        "bridge": {"listen": f"127.0.0.1:{bridge_port}"},
        "providers": {
            "echo": {"type": "echo", "models": ["echo"]},
            "local": {"type": "agent", "models": models},
        },
    }


def key_row(key):
    return {
        "name": "tests",
        "sha256": digest(key),
        "agent_models": ["*"],
        "scopes": ["inference", "observe"],
    }


def merged(base, changes):
    """`base` with the members of `changes`, tables joined; a member that is None is taken out."""
    result = dict(base)
    for name, value in changes.items():
        if isinstance(value, dict) and isinstance(result.get(name), dict):
            result[name] = merged(result[name], value)
        elif value is None:
            result.pop(name, None)
        else:
            result[name] = value
    return result


def toml(tree):
    """The text of a file; strings, numbers, booleans and arrays of them are spelled as in JSON."""
    return "\n".join(lines(tree, ())) + "\n"


def lines(table, path):
    simple = {name: value for name, value in table.items() if not is_table(value)}
    yield from (f"{name} = {json.dumps(value, ensure_ascii=False)}" for name, value in simple.items())
    for name, value in table.items():
        inner = (*path, json.dumps(name) if "." in name else name)
        if isinstance(value, dict):
            yield f"[{'.'.join(inner)}]"
            yield from lines(value, inner)
        elif is_table(value):
            for element in value:
                yield f"[[{'.'.join(inner)}]]"
                yield from lines(element, inner)


def is_table(value):
    return isinstance(value, dict) or (isinstance(value, list) and bool(value) and isinstance(value[0], dict))
