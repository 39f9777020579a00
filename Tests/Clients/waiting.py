"""Waiting for what reports no event: a condition is asked again and again until a deadline."""

import asyncio
import time


def eventually(condition, within=10.0, every=0.01):
    """The first true value of `condition()`; what it last returned is told when time is up."""
    deadline = time.monotonic() + within
    while not (value := condition()):
        if time.monotonic() > deadline:
            raise AssertionError(f"{describe(condition)} is still {value!r} after {within} s")
        time.sleep(every)
    return value


async def eventually_async(condition, within=10.0, every=0.01):
    """The same for tests whose agents run in the same loop; `condition` is a plain function."""
    deadline = time.monotonic() + within
    while not (value := condition()):
        if time.monotonic() > deadline:
            raise AssertionError(f"{describe(condition)} is still {value!r} after {within} s")
        await asyncio.sleep(every)
    return value


def describe(condition):
    code = condition.__code__
    return f"the condition of {code.co_filename.rsplit('/', 1)[-1]}:{code.co_firstlineno}"
