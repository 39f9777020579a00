"""A scripted agent that calls the tool it is given, and else says back what it is told."""

import json
import re

from agents import choice, last_message

USAGE = {"prompt_tokens": 11, "completion_tokens": 7, "total_tokens": 18}
ARGUMENTS = {"city": "Tromsø", "days": 3}


def call(invoke):
    """A call of the first tool, as OpenAI spells it."""
    name = invoke["tools"][0]["function"]["name"]
    function = {"name": name, "arguments": json.dumps(ARGUMENTS, ensure_ascii=False)}
    return {"index": 0, "id": "call_1", "type": "function", "function": function}


def asks_for_a_tool(invoke):
    return bool(invoke.get("tools")) and invoke["messages"][-1]["role"] == "user"


async def assistant(invoke, send):
    """Streams word by word if that is asked, and tells the same usage either way."""
    answer = deltas if invoke.get("stream") else whole
    await answer(invoke, send)


async def whole(invoke, send):
    if asks_for_a_tool(invoke):
        message = {"role": "assistant", "content": None, "tool_calls": [call(invoke)]}
        choices = [{"index": 0, "message": message, "finish_reason": "tool_calls"}]
    else:
        choices = [choice(text(invoke))]
    await send("model_result", choices=choices, usage=USAGE)


async def deltas(invoke, send):
    reason = "stop"
    if asks_for_a_tool(invoke):
        reason = "tool_calls"
        await send("model_stream_chunk", chunk={"delta": {"tool_calls": [call(invoke)]}}, finished=False)
    else:
        for piece in re.findall(r"\s*\S+|\s+$", text(invoke)):
            await send("model_stream_chunk", chunk={"delta": {"content": piece}}, finished=False)
    end = {"delta": {}, "finish_reason": reason, "usage": USAGE}
    await send("model_stream_chunk", chunk=end, finished=True)


def text(invoke):
    """The last message; some clients send it in parts."""
    content = last_message(invoke) or ""
    if isinstance(content, list):
        return "".join(part.get("text", "") for part in content)
    return content
