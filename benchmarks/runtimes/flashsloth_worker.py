"""Answer the requests of `llama_worker.py` with FlashSloth, in the environment in which the command line runs it.

    python flashsloth_worker.py '{"quant": "int4", "dtype": "bfloat16", "sizes": {}}'

The prompt is a real one: EmbQ and the choice of each token belong to the times.
"""

from __future__ import annotations

import json
import os
import sys
import time
from typing import Any

from flashsloth_cli.__main__ import set_environment

set_environment(["ask"])  # before torch is imported

import torch  # noqa: E402

from flashsloth.benchmark import meters  # noqa: E402
from flashsloth.benchmark.backends import FlashSlothBackend, time_answer  # noqa: E402
from flashsloth.benchmark.prompts import make_task  # noqa: E402
from flashsloth.benchmark.runner import Job  # noqa: E402


class Worker:
    """A model of random weights and what it can be asked."""

    def __init__(self, values: dict[str, Any]) -> None:
        self.backend = FlashSlothBackend(make_task(Job("flashsloth", "flashsloth", device="cpu", **values)))
        self.task, self.engine = self.backend.task, self.backend.engine
        self.pixels = self.task.pixels()
        self.image = self.engine.encode_image(self.pixels)

    def ready(self) -> dict[str, Any]:
        read, threads = meters.read_bytes(self.backend.read_per_token), torch.get_num_threads()
        spins = os.environ.get("GOMP_SPINCOUNT")
        return {"read_bytes": read, "threads": threads, "prompt": len(self.task.prompt.ids), "spins": spins}

    def answer(self, prompt: int, steps: int) -> dict[str, Any]:
        """Compute the prompt around an encoded picture, then token after token."""
        ids = self.task.prompt.ids
        if len(ids) != prompt:
            raise ValueError(f"the prompt has {len(ids)} positions, not {prompt}")
        began = time.perf_counter()
        timer = time_answer(self.engine, self.engine.new_state(), ids, self.image, steps + 1)
        return {"prefill_ms": (timer.first - began) * 1000, "decode_tokens_per_second": timer.speed}

    def picture(self, before: int, after: int) -> dict[str, Any]:
        """Encode the picture, then compute the prompt."""
        began = time.perf_counter()
        image = self.engine.encode_image(self.pixels)
        tower_ms = (time.perf_counter() - began) * 1000
        ids = self.task.prompt.ids
        timer = time_answer(self.engine, self.engine.new_state(), ids, image, 1)
        return {"tower_ms": tower_ms, "ttft_ms": (timer.first - began) * 1000, "visual_tokens": image.visual_tokens}

    def reply(self, request: dict[str, Any]) -> dict[str, Any]:
        task = {"answer": self.answer, "picture": self.picture}[request.pop("task")]
        return {**task(**request), "resident_bytes": meters.resident()}


def main() -> None:
    out = os.fdopen(os.dup(1), "w")
    os.dup2(2, 1)  # what libraries print
    worker = Worker(json.loads(sys.argv[1]))
    print(json.dumps({"ready": worker.ready()}), file=out, flush=True)
    for line in sys.stdin:
        print(json.dumps(worker.reply(json.loads(line))), file=out, flush=True)


if __name__ == "__main__":
    main()
