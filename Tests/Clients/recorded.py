"""Streams and whole answers as providers spell them: made up, always the same for one kind and seed.

`recording("groq", 7, include_usage=True)` is what Groq's API would have sent to a request that asked for usage;
with None or False it is the same answer without what the question adds. No two seeds give the same text.
"""

import dataclasses
import json
import random

import traits

KINDS = tuple(traits.KINDS)

# 500 of them.
ALL = [(KINDS[number % len(KINDS)], number // len(KINDS)) for number in range(500)]

WORDS = [
    "Grüße", "猫", "🦆", "👩‍👩‍👧", "the", "quick", "brown", "fox",
    "a\u2028b", "a\u2029b", "a\u0085b", "\ufeff", "é", "e\u0301",
    '"usage":null', ',"usage":null', '{"choices":[],"usage":{"prompt_tokens":1}}', "[DONE]", "data: [DONE]",
    "data: ", '"error"', '{"error":{"message":"no"}}', "event: error", ": ping", "\n\n", "\r\n\r\n", "\n\ndata: {}\n\n", "\t",
    "\\", '\\"', "\\u0022", "</script>", "\u0001", "\x7f", "null", "0", "1e400", "\U0010ffff", "ﷺ", " ", "",
]  # fmt: skip

LONG = 70_000
"""More characters than many readers of lines can take."""


@dataclasses.dataclass
class Recording:
    body: bytes
    # What it says, by choice.
    texts: dict
    reasoning: dict
    arguments: dict
    # (prompt, completion, cached) tokens.
    usage: tuple
    # Whether clients are told the usage in an event of its own, without choices.
    has_usage_event: bool = False


def stream(kind, seed, include_usage=None):
    return recording(kind, seed, include_usage).body


def whole(kind, seed):
    return whole_recording(kind, seed).body


def recording(kind, seed, include_usage=None):
    answer = Answer(kind, seed, bool(include_usage))
    style = answer.style
    prefix = b"data: " if style.has_space else b"data:"
    end = b"\r\n" if style.has_returns else b"\n"
    body = b""
    for event in answer.events():
        body += (event.encode() if isinstance(event, str) else prefix + style.spelled(event)) + end * 2
    body += prefix + b"[DONE]" + end * 2
    return answer.recording(body, answer.is_asked and answer.trait.adds_event)


def whole_recording(kind, seed):
    answer = Answer(kind, seed)
    body = answer.style.spelled(answer.whole())
    return answer.recording(body + b"\n" if answer.ends_line else body)


class Style:
    """How a provider spells: spaces, line ends, escapes."""

    def __init__(self, source):
        self.has_space = source.random() < 0.8
        self.has_returns = source.random() < 0.2
        self.separators = source.choice([(",", ":"), (",", ":"), (", ", ": "), (" , ", " : ")])
        self.is_escaped = source.random() < 0.3

    def spelled(self, value):
        text = json.dumps(value, ensure_ascii=self.is_escaped, separators=self.separators)
        return text.encode()


class Answer:
    """What is said, before it is cut into chunks and spelled; all that is random is drawn here."""

    def __init__(self, kind, seed, is_asked=False):
        self.kind = kind
        # Whether the request asks for usage.
        self.is_asked = is_asked
        self.trait = traits.KINDS[kind]
        source = self.source = random.Random(f"{kind}/{seed}")
        self.style = Style(source)
        self.id = f"{self.trait.id_prefix}{source.getrandbits(96):024x}"
        self.created = 1_700_000_000 + source.randrange(90_000_000)
        self.ends_line = source.random() < 0.3
        self.count = source.choice([1, 1, 1, 2, 3]) if self.trait.has_choices else 1
        self.form = source.choice(["text", "text", "text", "tools", "reasoning"])
        self.has_logprobs = self.trait.has_logprobs and source.random() < 0.3
        self.has_nested_null = source.random() < 0.2
        self.has_null_error = source.random() < 0.2
        self.has_comment = source.random() < 0.5
        prompt, completion = source.randrange(1, 100_000), source.randrange(1, 5_000)
        self.usage = (prompt, completion, source.choice([0, source.randrange(prompt)]))
        self.reasoned = source.randrange(completion)
        self.pieces = {index: self.drawn_pieces(seed) for index in range(self.count)}
        self.reasons = {
            index: "tool_calls" if self.form == "tools" else source.choice(["stop", "length"])
            for index in range(self.count)
        }

    def drawn_pieces(self, seed):
        """(name of the delta's member, text) of each delta of one choice."""
        source = self.source
        thoughts = (
            [(self.trait.reasoning, word) for word in self.words(6)] if self.form == "reasoning" else []
        )
        pieces = [*thoughts, *(("content", word) for word in self.words(12))]
        if seed % 20 == 19:
            pieces.append(("content", source.choice(["猫", "x", '"', "\\"]) * LONG))
        if self.form == "tools":
            text = json.dumps({"city": " ".join(self.words(5)), "usage": None}, ensure_ascii=False)
            size = source.randrange(1, 9)
            pieces += [("arguments", text[at : at + size]) for at in range(0, len(text), size)]
        return pieces

    def words(self, most):
        return [
            self.source.choice(WORDS) + self.source.choice(["", " "])
            for _ in range(self.source.randrange(1, most))
        ]

    def joined(self, name):
        texts = {
            index: "".join(text for given, text in pieces if given == name)
            for index, pieces in self.pieces.items()
        }
        return {index: text for index, text in texts.items() if text}

    def recording(self, body, has_usage_event=False):
        texts, reasoning = self.joined("content"), self.joined(self.trait.reasoning)
        return Recording(body, texts, reasoning, self.joined("arguments"), self.usage, has_usage_event)

    # A stream

    def events(self):
        """Values of `data` fields, and lines that are sent as they are (comments)."""
        trait = self.trait
        found = [*trait.beginning(self), *self.deltas(), *trait.last(self)]
        if self.is_asked and trait.adds_event:
            found.append(trait.usage_event(self))
        if trait.has_nulls and not self.is_asked:
            for event in found:
                event.pop("usage", None)
        return found

    def deltas(self):
        """The choices' deltas, first those with the role, last those with the reason, in between mixed."""
        source, trait = random.Random(f"{self.id}/order"), self.trait
        first = {"role": "assistant", "content": ""} | (
            {"refusal": None} if self.kind in ("openai", "azure") else {}
        )
        for index in range(self.count):
            yield self.chunk(index, first)
        left = {index: list(pieces) for index, pieces in self.pieces.items()}
        named = set()
        while left:
            index = source.choice(sorted(left))
            name, text = left[index].pop(0)
            if self.has_comment and trait.comment and source.random() < 0.1:
                yield trait.comment
            yield self.chunk(index, self.delta(index, name, text, index not in named))
            named |= {index} if name == "arguments" else set()
            if source.random() < 0.05:
                yield self.chunk(index, {})
            if not left[index]:
                del left[index]

    def delta(self, index, name, text, is_first):
        role = {"role": "assistant"} if self.trait.repeats_role else {}
        if name != "arguments":
            return role | {name: text}
        call = {"index": 0}
        if is_first:
            call |= {"id": f"call_{self.id[-8:]}{index}", "type": "function"}
        return role | {
            "tool_calls": [call | {"function": ({"name": "look"} if is_first else {}) | {"arguments": text}}]
        }

    def chunk(self, index, delta, reason=None, **members):
        choice = {"index": index, "delta": delta}
        if self.trait.has_logprobs:
            text = delta.get("content")
            choice["logprobs"] = logprobs(text) if self.has_logprobs and text and len(text) < 100 else None
        choice["finish_reason"] = reason
        return self.event([choice | members])

    def event(self, choices):
        """A chunk, now and then with members that look like what a gateway looks for, but are not that."""
        found = self.trait.chunk(self, choices)
        if self.has_nested_null:
            found = {"x_trace": {"usage": None, "stream_options": None}} | found
        return found | ({"error": None} if self.has_null_error else {})

    def usage_object(self):
        prompt, completion, cached = self.usage
        return {
            "prompt_tokens": prompt,
            "completion_tokens": completion,
            "total_tokens": prompt + completion,
            "prompt_tokens_details": {"cached_tokens": cached, "audio_tokens": 0},
            "completion_tokens_details": {"reasoning_tokens": self.reasoned, "audio_tokens": 0},
        }

    # A whole answer

    def whole(self):
        choices = []
        for index in range(self.count):
            message = {"role": "assistant", "content": self.joined("content").get(index)}
            if text := self.joined(self.trait.reasoning).get(index):
                message[self.trait.reasoning] = text
            if text := self.joined("arguments").get(index):
                function = {"name": "look", "arguments": text}
                message["tool_calls"] = [{"id": f"call_{index}", "type": "function", "function": function}]
            choices.append(
                {"index": index, "message": message, "logprobs": None, "finish_reason": self.reasons[index]}
            )
        answer = {
            "id": self.id,
            "object": "chat.completion",
            "created": self.created,
            "model": self.trait.model,
            "choices": choices,
            "usage": self.usage_object(),
            "system_fingerprint": None,
            "x_number": 1.50,
        }
        return answer | ({"error": None} if self.has_null_error else {})


def logprobs(text):
    top = [{"token": text, "logprob": -0.0000123, "bytes": list(text.encode())}]
    return {"content": [top[0] | {"top_logprobs": top}], "refusal": None}
