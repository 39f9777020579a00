"""What schemathesis has to be told of Ollama's streams: one JSON value a line, the last ends the answer.

In the profile `default` they are called application/json, as answers are that are not streamed.
"""

import json

import schemathesis

STREAMED = ("/api/chat", "/api/generate")


@schemathesis.deserializer("application/json", "application/x-ndjson")
def value_of(context, response):
    """The value of a body; of a stream each line has to be one, and the last is taken."""
    if context.operation.path not in STREAMED:
        return response.json()
    return [json.loads(line) for line in response.content.removesuffix(b"\n").split(b"\n")][-1]
