"""Measure a server's throughput: throughput.py URL MODEL TOY.json [REQUESTS] [AT_ONCE]

Sends the dialogues of a file that reference.py wrote, again and again, each time with a different
question: after the first time the pictures are in the server's cache, but questions never are. Prints
one line.
"""

from __future__ import annotations

import asyncio
import copy
import json
import secrets
import statistics
import sys
import time
from pathlib import Path
from typing import Any

from openai import AsyncOpenAI

TOKENS = 32


async def measure(url: str, model: str, rows: list[dict[str, Any]], requests: int, at_once: int) -> str:
    seconds: list[float] = []
    salt = secrets.token_hex(2)  # so that a second run asks different questions
    tokens = [0, 0]
    free = asyncio.Semaphore(at_once)

    async def ask(client: AsyncOpenAI, number: int) -> None:
        messages = copy.deepcopy(rows[number % len(rows)]["messages"])
        messages[-1]["content"][-1]["text"] += f" ({salt} {number})"
        async with free:
            start = time.perf_counter()
            reply = await client.chat.completions.create(
                model=model, messages=messages, temperature=0, max_tokens=TOKENS
            )
            seconds.append(time.perf_counter() - start)
        tokens[0] += reply.usage.prompt_tokens
        tokens[1] += reply.usage.completion_tokens

    async with AsyncOpenAI(base_url=f"{url}/v1", api_key="none", max_retries=0, timeout=600) as client:
        await asyncio.gather(*(ask(client, number) for number in range(-at_once, 0)))  # warm up
        seconds.clear()
        tokens[:] = [0, 0]
        start = time.perf_counter()
        await asyncio.gather(*(ask(client, number) for number in range(requests)))
        took = time.perf_counter() - start
    median = statistics.median(seconds)
    rates = f"{requests / took:.1f} requests/s, {tokens[0] / took:.0f} prompt and "
    rates += f"{tokens[1] / took:.0f} answer tokens/s"
    return f"{requests} requests, {at_once} at once: {took:.1f} s, {rates}, median {median:.2f} s"


def main() -> None:
    url, model, file, *numbers = sys.argv[1:]
    requests, at_once = [int(number) for number in numbers] + [200, 32][len(numbers) :]
    print(asyncio.run(measure(url, model, json.loads(Path(file).read_text()), requests, at_once)))


if __name__ == "__main__":
    main()
