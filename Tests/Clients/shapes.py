"""The shapes of the answers of /v1/* and /api/*, as official clients parse them.

A shape is a type, a literal, a predicate, a tuple of alternatives, a list of the shape of all its elements,
or a dict of all members: those with `?` behind them may be missing, and with `...` there may be others.
"""

import json
import re


def check(value, shape, place="answer"):
    """Fails with every place at which `value` is not what `shape` says."""
    found = list(faults(value, shape, place))
    assert not found, "\n".join(found)
    return value


def faults(value, shape, place):
    """What is wrong, a sentence for each place."""
    if isinstance(shape, dict):
        yield from faults_of_members(value, shape, place)
    elif isinstance(shape, list) and shape:
        if not isinstance(value, list):
            yield f"{place} is {value!r}, not an array"
            return
        for number, element in enumerate(value):
            yield from faults(element, shape[0], f"{place}[{number}]")
    elif isinstance(shape, tuple):
        if all(any(faults(value, one, place)) for one in shape):
            yield f"{place} is {value!r}, not one of {[name_of(one) for one in shape]}"
    elif isinstance(shape, type):
        if type(value) is not shape:
            yield f"{place} is {value!r}, not {name_of(shape)}"
    elif callable(shape):
        if not shape(value):
            yield f"{place} is {value!r}, not {name_of(shape)}"
    elif type(value) is not type(shape) or value != shape:
        yield f"{place} is {value!r}, not {shape!r}"


def faults_of_members(value, shape, place):
    if not isinstance(value, dict):
        yield f"{place} is {value!r}, not an object"
        return
    members = {name.removesuffix("?"): inner for name, inner in shape.items() if name is not ...}
    for name, inner in members.items():
        if name in value:
            yield from faults(value[name], inner, f"{place}.{name}")
        elif f"{name}?" not in shape:
            yield f"{place}.{name} is missing"
    if ... not in shape:
        yield from (f"{place}.{name} is one member too many" for name in value.keys() - members.keys())


def name_of(shape):
    return getattr(shape, "__name__", repr(shape))


# Predicates


def count(value):
    return type(value) is int and value >= 0


def positive(value):
    return type(value) is int and value > 0


def name(value):
    return type(value) is str and value != ""


def moment(value):
    """RFC 3339, in UTC."""
    return type(value) is str and bool(re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z", value))


def digest(value):
    return type(value) is str and bool(re.fullmatch("(sha256:)?[0-9a-f]{64}", value))


def version(value):
    return type(value) is str and bool(re.fullmatch(r"\d+\.\d+\.\d+", value))


def begins_with(prefix):
    def begins(value):
        return type(value) is str and value.startswith(prefix) and value != prefix

    begins.__name__ = f"a string that begins with {prefix!r}"
    return begins


# OpenAI

USAGE = {"prompt_tokens": count, "completion_tokens": count, "total_tokens": count, ...: ...}
FINISH = ("stop", "length", "tool_calls", "content_filter", "function_call")
FUNCTION = {"name": name, "arguments": str}
TOOL_CALL = {"id": name, "type": "function", "function": FUNCTION, "index?": count}
FUNCTION_PIECE = {"name?": name, "arguments?": str}
TOOL_CALL_PIECE = {"index": count, "id?": name, "type?": "function", "function?": FUNCTION_PIECE}
MESSAGE = {"role": "assistant", "content": (str, None), "tool_calls?": [TOOL_CALL], "refusal?": (str, None)}
DELTA = {"role?": "assistant", "content?": (str, None), "tool_calls?": [TOOL_CALL_PIECE]}

CHAT_COMPLETION = {
    "id": begins_with("chatcmpl-"),
    "object": "chat.completion",
    "created": positive,
    "model": name,
    "choices": [{"index": count, "message": MESSAGE, "finish_reason": FINISH, "logprobs?": None}],
    "usage": USAGE,
}
CHUNK = {
    "id": begins_with("chatcmpl-"),
    "object": "chat.completion.chunk",
    "created": positive,
    "model": name,
    "choices": [{"index": count, "delta": DELTA, "finish_reason": (*FINISH, None), "logprobs?": None}],
    "usage?": (USAGE, None),
}
TEXT_COMPLETION = {
    "id": begins_with("cmpl-"),
    "object": "text_completion",
    "created": positive,
    "model": name,
    "choices": [{"text": str, "index": count, "logprobs": None, "finish_reason": FINISH}],
    "usage": USAGE,
}
TEXT_CHUNK = TEXT_COMPLETION | {
    "choices": [{"text": str, "index": count, "logprobs": None, "finish_reason": (*FINISH, None)}],
    "usage?": (USAGE, None),
}
del TEXT_CHUNK["usage"]

MODEL = {
    "id": name,
    "object": "model",
    "created": positive,
    "owned_by": name,
    "permission": [],
    "root": name,
    "parent": None,
}
MODELS = {"object": "list", "data": [MODEL]}
ERROR = {"error": {"message": name, "type": name, "param": (name, None), "code": name}, "detail": name}
ERROR_EVENT = {"error": ERROR["error"]}

SESSION = {
    "session_id": begins_with("sess-"),
    "status": "active",
    "principal": name,
    "model": name,
    "client_ip": name,
    "created_at": moment,
    "expires_at": moment,
    "last_activity": moment,
    "request_count": count,
}
SESSIONS = {"object": "list", "data": [SESSION], "total_count": count}
REVOKED = {"session_id": begins_with("sess-"), "status": "revoked"}
USAGE_SUM = {"key": (name, None), "model": name, "requests": count, "failed": count, ...: ...} | USAGE
USAGE_LIST = {"object": "list", "data": [USAGE_SUM]}

# Ollama

OLLAMA_CALL = {"id?": name, "function": {"index?": count, "name": name, "arguments": dict}}
OLLAMA_MESSAGE = {"role": "assistant", "content": str, "thinking?": str, "tool_calls?": [OLLAMA_CALL]}
COSTS = {
    "total_duration?": positive,
    "load_duration?": positive,
    "prompt_eval_count?": positive,
    "prompt_eval_duration?": positive,
    "eval_count?": positive,
    "eval_duration?": positive,
}
END = {"done": True, "done_reason": ("stop", "length")} | COSTS
LOAD = {"done": True, "done_reason": ("load", "unload")}

CHAT_LINE = {"model": name, "created_at": moment, "message": OLLAMA_MESSAGE, "done": False}
LAST_CHAT_LINE = CHAT_LINE | END
LOADED_CHAT = CHAT_LINE | LOAD
GENERATE_LINE = {"model": name, "created_at": moment, "response": str, "thinking?": str, "done": False}
LAST_GENERATE_LINE = GENERATE_LINE | END | {"context?": [int]}
LOADED_GENERATE = GENERATE_LINE | LOAD
OLLAMA_ERROR = {"error": name}

CAPABILITIES = [("completion", "tools", "insert", "vision", "embedding", "thinking", "image", "audio")]
DETAILS = {
    "parent_model": str,
    "format": name,
    "family": name,
    "families": [name],
    "parameter_size": name,
    "quantization_level": name,
}
TAG = {
    "name": name,
    "model": name,
    "modified_at": moment,
    "size": count,
    "digest": digest,
    "details": DETAILS,
    "capabilities?": CAPABILITIES,
}
TAGS = {"models": [TAG]}
PS = {"models": [TAG | {"expires_at": moment, "size_vram": count, "context_length?": count}]}
SHOW = {
    "license": str,
    "modelfile": str,
    "parameters": str,
    "template": str,
    "system": str,
    "details": DETAILS,
    "model_info": {"general.architecture": name, ...: ...},
    "capabilities": CAPABILITIES,
    "modified_at": moment,
}
VERSION = {"version": version}

# Whole answers and streams, as HTTP brings them


def head(response, status, *content_types):
    assert response.status_code == status, response.text
    assert response.headers["content-type"] in content_types
    assert response.headers["x-request-id"]


def openai(response, shape):
    """The body of a good answer of /v1/*."""
    head(response, 200, "application/json")
    return check(response.json(), shape)


def openai_error(response, status, type, code):
    """The error of an answer of /v1/*."""
    head(response, status, "application/json")
    body = check(response.json(), ERROR)
    error = body["error"]
    assert (error["type"], error["code"]) == (type, code)
    assert body["detail"] == error["message"]
    return error


def ollama(response, shape):
    """The body of a good answer of /api/*."""
    head(response, 200, "application/json", "application/json; charset=utf-8")
    return check(response.json(), shape)


def ollama_error(response, status):
    """The sentence of an answer of /api/* that failed."""
    head(response, status, "application/json; charset=utf-8")
    return check(response.json(), OLLAMA_ERROR)["error"]


def events(text):
    """The data of each event, comments left out; each event has its blank line."""
    assert text.endswith("\n\n"), text[-100:]
    blocks = [re.sub("^(:.*\n)+", "", block) for block in text.split("\n\n")[:-1]]
    assert all(block.startswith("data: ") and "\n" not in block for block in blocks), blocks
    return [block.removeprefix("data: ") for block in blocks]


def openai_stream(response, shape, includes_usage=False):
    """The chunks of a stream that came to its end."""
    head(response, 200, "text/event-stream; charset=utf-8")
    assert response.headers["cache-control"] == "no-cache"
    *data, done = events(response.text)
    assert done == "[DONE]"
    chunks = [check(json.loads(text), shape, f"event {number}") for number, text in enumerate(data)]
    assert len({(chunk["id"], chunk["created"], chunk["model"]) for chunk in chunks}) == 1
    if includes_usage:
        assert all(chunk["usage"] is None for chunk in chunks[:-1])
        assert chunks[-1]["choices"] == [] and chunks[-1]["usage"]
        chunks.pop()
    assert all(chunk["choices"] and not chunk.get("usage") for chunk in chunks)
    reasons = [chunk["choices"][0]["finish_reason"] for chunk in chunks]
    assert reasons[-1] and not any(reasons[:-1]), reasons
    roles = [chunk["choices"][0].get("delta", {}).get("role") for chunk in chunks]
    assert roles == ["assistant" if shape is CHUNK else None] + [None] * (len(chunks) - 1)
    return chunks


def ollama_stream(response, line, last):
    """The lines of a stream that came to its end."""
    head(response, 200, "application/json; charset=utf-8")
    *texts, end, nothing = response.text.split("\n")
    assert nothing == ""
    lines = [check(json.loads(text), line, f"line {number}") for number, text in enumerate(texts)]
    return [*lines, check(json.loads(end), last, "last line")]
