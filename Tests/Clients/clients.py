"""OpenAI's official clients, set up for a daemon of ours."""

import openai


def new_client(daemon, **changes):
    return openai.OpenAI(**options(daemon, changes))


def new_async_client(daemon, **changes):
    return openai.AsyncOpenAI(**options(daemon, changes))


def options(daemon, changes):
    """No retries and some patience, unless the test changes it."""
    base = {"base_url": f"{daemon.base_url}/v1", "api_key": daemon.key, "max_retries": 0, "timeout": 20}
    return base | changes
