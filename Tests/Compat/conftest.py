"""Fixtures: a daemon set up like etc/examples/local-provider.toml, and an agent for its model."""

import os
import sys
from pathlib import Path

# What runs the daemon and plays the agent is what the client tests use.
sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "Clients"))

# Nobody is told that they run, and nothing is fetched: prices and presets are those that were installed.
os.environ |= {
    "ANONYMIZED_TELEMETRY": "False",
    "DO_NOT_TRACK": "1",
    "HF_HUB_DISABLE_TELEMETRY": "1",
    "HF_HUB_OFFLINE": "1",
    "LANGCHAIN_TRACING_V2": "false",
    "LANGSMITH_TRACING": "false",
    "LITELLM_LOCAL_ANTHROPIC_BETA_HEADERS": "True",
    "LITELLM_LOCAL_AUTOROUTER_PRESETS": "True",
    "LITELLM_LOCAL_BLOG_POSTS": "True",
    "LITELLM_LOCAL_MODEL_COST_MAP": "True",
    "LITELLM_LOCAL_POLICY_TEMPLATES": "True",
    "LITELLM_MODE": "PRODUCTION",
    "LITELLM_TELEMETRY": "False",
    "NO_PROXY": "*",
}
# Programs take these for their own, whatever a test says.
for name in [name for name in os.environ if name.startswith(("OPENAI_", "OLLAMA_", "LLM_"))]:
    del os.environ[name]

import pytest  # noqa: E402

from agents import connected  # noqa: E402
from assistant import assistant  # noqa: E402
from local_provider import MODEL, local_provider  # noqa: E402


@pytest.fixture(scope="module")
def daemon(request, tmp_path_factory):
    """A daemon with an agent, shared by a module, whose CHANGES are joined with the example's sections."""
    changes = getattr(request.module, "CHANGES", {})
    with local_provider(tmp_path_factory.mktemp("daemon"), **changes) as daemon:
        with connected(daemon, models=[MODEL], script=assistant):
            yield daemon
