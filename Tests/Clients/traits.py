"""What the streams of each provider have of their own (recorded.py)."""

import dataclasses

SAFE = {"filtered": False, "severity": "safe"}
FILTERS = {name: SAFE for name in ("hate", "self_harm", "sexual", "violence")}


@dataclasses.dataclass
class Trait:
    """Members, and steps of an answer that providers take differently."""

    model: str
    id_prefix: str = "chatcmpl-"
    # Whether each chunk says `"usage": null` when usage was asked for.
    has_nulls: bool = False
    # Whether an event without choices tells the usage when it was asked for.
    adds_event: bool = True
    has_choices: bool = False
    has_logprobs: bool = False
    repeats_role: bool = False
    reasoning: str = "reasoning_content"
    comment: str | None = None

    def beginning(self, answer):
        """What comes before the first delta."""
        return []

    def chunk(self, answer, choices):
        """An event; with `has_nulls` its usage is null, and is taken out again where nobody asked."""
        return {
            "id": answer.id,
            "object": "chat.completion.chunk",
            "created": answer.created,
            "model": self.model,
            "choices": choices,
        }

    def last(self, answer):
        """The chunks with the reasons."""
        return [answer.chunk(index, {}, reason) for index, reason in answer.reasons.items()]

    def usage_event(self, answer):
        return answer.event([]) | {"usage": answer.usage_object()}


class OpenAI(Trait):
    def chunk(self, answer, choices):
        plain = super().chunk(answer, [])
        plain.pop("choices")
        named = {"service_tier": "default", "system_fingerprint": "fp_b376dfbbd5", "choices": choices}
        return plain | named | {"usage": None, "obfuscation": "x" * (answer.created % 17)}


class Azure(Trait):
    """All members in the order of their names; first what the filters think of the prompt, without choices."""

    def beginning(self, answer):
        results = [{"prompt_index": 0, "content_filter_results": FILTERS}]
        first = {
            "choices": [],
            "created": 0,
            "id": "",
            "model": "",
            "object": "",
            "prompt_filter_results": results,
        }
        return [first | {"usage": None} if answer.has_nested_null else first]

    def chunk(self, answer, choices):
        choices = [{"content_filter_results": FILTERS} | dict(sorted(choice.items())) for choice in choices]
        plain = super().chunk(answer, choices)
        return dict(sorted((plain | {"system_fingerprint": None, "usage": None}).items()))


class Groq(Trait):
    def usage_with_times(self, answer):
        return {"queue_time": 0.037, "prompt_time": 0.00070} | answer.usage_object() | {"total_time": 4.6e-1}

    def beginning(self, answer):
        first = answer.chunk(0, {"role": "assistant", "content": None})
        return [first | {"x_groq": {"id": "req_01jpra5n2qef"}}]

    def last(self, answer):
        *others, final = super().last(answer)
        return [
            *others,
            final | {"x_groq": {"id": "req_01jpra5n2qef", "usage": self.usage_with_times(answer)}},
        ]

    def usage_event(self, answer):
        return answer.event([]) | {"x_groq": None, "usage": self.usage_with_times(answer)}


class Mistral(Trait):
    """Usage rides on the last chunk with content, asked for or not."""

    def last(self, answer):
        (reason,) = answer.reasons.values()
        return [answer.chunk(0, {"content": ""}, reason) | {"usage": answer.usage_object()}]


class OpenRouter(Trait):
    """Comments while it waits; usage always comes, with a choice."""

    def beginning(self, answer):
        return [self.comment] * (answer.created % 4)

    def chunk(self, answer, choices):
        plain = super().chunk(answer, [])
        choices = [choice | {"native_finish_reason": choice["finish_reason"]} for choice in choices]
        return {"id": plain.pop("id"), "provider": "Novita"} | plain | {"choices": choices}

    def last(self, answer):
        final = answer.chunk(0, {"role": "assistant", "content": ""})
        return [*super().last(answer), final | {"usage": answer.usage_object() | {"cost": 1.0e-05}}]


class Moonshot(Trait):
    """Usage is in the last choice, and once more in an event of its own when it was asked for."""

    def last(self, answer):
        (reason,) = answer.reasons.values()
        return [answer.chunk(0, {}, reason, usage=answer.usage_object())]


class LlamaCpp(Trait):
    """Its times ride on the last event, whichever that is."""

    def timings(self, answer):
        prompt, completion, cached = answer.usage
        return {
            "cache_n": cached,
            "prompt_n": prompt - cached,
            "predicted_n": completion,
            "predicted_ms": 890.50,
        }

    def last(self, answer):
        *others, final = super().last(answer)
        return [*others, final if answer.is_asked else final | {"timings": self.timings(answer)}]

    def usage_event(self, answer):
        return super().usage_event(answer) | {"timings": self.timings(answer)}


class Ollama(Trait):
    def chunk(self, answer, choices):
        return super().chunk(answer, choices) | {"system_fingerprint": "fp_ollama"}


KINDS = {
    "openai": OpenAI("gpt-4o-mini-2024-07-18", has_nulls=True, has_choices=True, has_logprobs=True),
    "azure": Azure("gpt-4.1-2025-04-14", has_nulls=True, has_choices=True),
    "groq": Groq("llama-3.1-8b-instant", reasoning="reasoning"),
    "mistral": Mistral("mistral-small-latest", id_prefix="", adds_event=False),
    "openrouter": OpenRouter(
        "deepseek/deepseek-r1", id_prefix="gen-", adds_event=False, repeats_role=True, reasoning="reasoning",
        comment=": OPENROUTER PROCESSING",
    ),
    "moonshot": Moonshot("kimi-k2-0711-preview"),
    "vllm": Trait("Qwen/Qwen3-8B", has_choices=True, has_logprobs=True),
    "llamacpp": LlamaCpp("ggml-org/gemma-3-4b-it-GGUF"),
    "ollama": Ollama("llama3.2", repeats_role=True),
}  # fmt: skip
