"""The command `llm`, unmodified, with the daemon as one more OpenAI model."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from assistant import ARGUMENTS, USAGE
from local_provider import MODEL

LLM = Path(sys.executable).with_name("llm")


class Command:
    """`llm` with a user directory of its own, in which the daemon's model is called `local`."""

    def __init__(self, daemon, directory):
        self.directory = directory
        row = {"model_id": "local", "model_name": MODEL, "api_base": f"{daemon.base_url}/v1"}
        row |= {"api_key_name": "gatehouse", "supports_tools": True}
        completion = row | {"model_id": "local-text", "completion": True, "supports_tools": False}
        self.write("extra-openai-models.yaml", [row, completion])
        self.write("keys.json", {"gatehouse": daemon.key})

    def write(self, name, value):
        """JSON is YAML too."""
        (self.directory / name).write_text(json.dumps(value))

    def __call__(self, *arguments, input=None):
        environment = os.environ | {"LLM_USER_PATH": str(self.directory), "LLM_LOAD_PLUGINS": ""}
        done = subprocess.run(
            [LLM, *arguments], input=input or "", capture_output=True, text=True, timeout=40, env=environment
        )
        assert done.returncode == 0, f"{arguments}: {done.returncode}\n{done.stdout}{done.stderr}"
        return done.stdout.strip()

    def last_logged(self):
        return json.loads(self("logs", "list", "-n", "1", "--json"))[0]


@pytest.fixture
def llm(daemon, tmp_path):
    return Command(daemon, tmp_path)


def test_the_model_is_listed(llm):
    assert "local" in llm("models", "list")


@pytest.mark.parametrize("streaming", [["--no-stream"], []], ids=["whole", "stream"])
def test_a_prompt_is_answered_and_its_usage_logged(llm, streaming):
    assert llm("-m", "local", *streaming, "Grüße von 猫") == "Grüße von 猫"
    logged = llm.last_logged()
    assert logged["response"].strip() == "Grüße von 猫"
    assert (logged["input_tokens"], logged["output_tokens"]) == tuple(USAGE.values())[:2]


def test_a_prompt_comes_through_a_pipe(llm):
    assert llm("-m", "local", "-s", "Be brief.", input="piped in") == "piped in"


def test_a_conversation_goes_on(llm):
    llm("-m", "local", "first")
    assert llm("-c", "second") == "second"
    conversation = json.loads(llm("logs", "list", "--json"))
    assert len({entry["conversation_id"] for entry in conversation}) == 1


def test_a_chat_answers_line_by_line(llm):
    said = llm("chat", "-m", "local", input="hello there\nquit\n")
    assert "hello there" in said


def test_options_are_accepted(llm):
    options = ["-o", "temperature", "0.2", "-o", "max_tokens", "20", "-o", "seed", "7"]
    assert llm("-m", "local", *options, "hello") == "hello"


@pytest.mark.parametrize("streaming", [["--no-stream"], []], ids=["whole", "stream"])
def test_a_tool_is_called_and_its_answer_goes_back(llm, streaming):
    function = "def forecast(city: str, days: int) -> str:\n    return f'{days} days of snow in {city}'"
    said = llm("-m", "local", *streaming, "--functions", function, "How is the weather?")
    assert said == f"{ARGUMENTS['days']} days of snow in {ARGUMENTS['city']}"


@pytest.mark.parametrize("streaming", [["--no-stream"], []], ids=["whole", "stream"])
def test_a_completion_model_continues_a_prompt(llm, streaming):
    assert llm("-m", "local-text", *streaming, "once upon a time") == "once upon a time"
