"""Compare FlashSloth with the same model in transformers' `generate()`: first token, decode speed,
memory, greedy ids.

    python benchmarks/compare.py [-m nano | --random-weights NAME|FILE.toml] [--quant PRESET]...
                                 [--dtype DTYPE] [--device cpu] [--hd] [--max-tokens 64]
                                 [--repeats 5] [--json]

Prints the table of `flashsloth bench` (docs/speed.md explains its numbers) with a row `hf`. This row
has the same weights, unquantized, in transformers: with its default cache, with sdpa attention if the
decoder has it, in inference mode, with greedy decoding. FlashSloth's weights are unquantized, too,
unless --quant names presets. --json prints the document of `bench`, with the ratios as `comparison`.
"""

from __future__ import annotations

import argparse
import json
import sys
import textwrap
import time
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from typing import Any

import torch
from common import measure_if_child, measure_rows, options_parser
from torch import Tensor, nn

from flashsloth import benchmark
from flashsloth.benchmark import random_weights, table
from flashsloth.benchmark.measurement import Answer, Task, open_model, part_times, token_times
from flashsloth.checkpoints import resolve
from flashsloth.errors import FlashSlothError
from flashsloth.model.query_groups import plan_embq
from flashsloth.processing.pictures import Pixels


class TransformersBackend:
    """The same model through transformers' generate(), with the attributes of `FlashSlothBackend`."""

    graphs = "transformers captures none"

    def __init__(self, task: Task) -> None:
        self.task = task
        self.model = open_model(task)
        # a model of random weights is already a model of transformers
        self.network: Any = self.model.as_transformers() if task.job.folder else self.model.model
        self.network.generation_config.eos_token_id = None  # no token ends the answer
        self.network.generation_config.pad_token_id = 0
        self.modules: list[nn.Module] = [self.network]
        self.read_per_token: list[nn.Module] = [
            self.network.language_model.layers,
            self.network.lm_head,
        ]
        self.ids = torch.tensor([task.ids], device=task.device)

    def answer(self) -> Answer:
        task = self.task
        times = part_times(task, task.pixels, self._encode, self._prefill)
        start = time.perf_counter()
        pixels = task.pixels()
        scaled = time.perf_counter()
        inputs = {"input_ids": self.ids, "attention_mask": torch.ones_like(self.ids)}
        timer = generate(self.network, {**inputs, "pixel_values": self._to_device(pixels)}, task.tokens)
        return {**times, **token_times(timer.moments, start, scaled)}, timer.ids

    def _to_device(self, pixels: Pixels) -> Tensor:
        return torch.from_numpy(pixels)[None].to(self.task.device, getattr(torch, self.model.dtype))

    def _encode(self, pixels: Pixels) -> Any:
        return self.network.get_image_features(self._to_device(pixels))

    def _prefill(self, features: Any) -> Tensor:
        plan = plan_embq([self.task.ids], self.task.config, features.pooler_output.shape[1])
        embeds = self.network.model.embed(self.ids, features.pooler_output)
        return self.network(
            inputs_embeds=embeds,
            image_features=features.last_hidden_state,
            embq_plan=plan,
            use_cache=True,
            logits_to_keep=1,
        ).logits


class TokenTimer:
    """A streamer for generate(). It stores the ids and the times at which they arrived on the host."""

    def __init__(self) -> None:
        self.ids: list[int] = []
        self.moments: list[float] = []
        self.prompt_seen = False  # the first call of generate() passes the prompt

    def put(self, value: Tensor) -> None:
        """Called by generate() with the prompt, then with each token."""
        if self.prompt_seen:
            self.ids.append(int(value))
            self.moments.append(time.perf_counter())
        self.prompt_seen = True

    def end(self) -> None:
        """Called by generate() after the last token."""


def generate(model: Any, inputs: dict[str, Any], tokens: int) -> TokenTimer:
    """Generate greedily with transformers and time the tokens."""
    timer = TokenTimer()
    model.generate(**inputs, max_new_tokens=tokens, do_sample=False, streamer=timer)
    return timer


def compare(rows: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """Compare each row of FlashSloth with the row of transformers. The results are the speedups, and
    whether the greedy ids are the same."""
    *ours, theirs = rows
    if theirs["error"]:
        return []
    return [
        {
            "quant": row["quant"],
            "dtype": row["dtype"],
            "beside_dtype": theirs["dtype"],
            "ttft_speedup": round(theirs["ttft_ms"] / row["ttft_ms"], 3),
            "decode_speedup": round(
                row["decode_tokens_per_second"] / theirs["decode_tokens_per_second"], 3
            ),
            "same_ids": row["token_ids"] == theirs["token_ids"],
        }
        for row in ours
        if not row["error"]
    ]


def sentence(entry: Mapping[str, Any]) -> str:
    """Return a comparison in words."""
    baseline = table.SHORT.get(entry["beside_dtype"], entry["beside_dtype"])
    figures = f"first token {entry['ttft_speedup']:.2f}x, decode {entry['decode_speedup']:.2f}x"
    ids = "the same" if entry["same_ids"] else "different"
    return f"{table.weights(entry)} compared with transformers' generate in {baseline}: {figures} as fast, {ids} ids."


def plan(options: argparse.Namespace) -> list[benchmark.Job]:
    """Return the jobs: first FlashSloth in each preset, then transformers. Raises the errors of finding
    a model."""
    common: dict[str, Any] = {
        name: getattr(options, name) for name in ("dtype", "hd", "max_tokens", "repeats")
    }
    common["device"] = options.device
    if options.random_weights is not None:
        common["model"], common["sizes"] = random_weights.read_sizes(options.random_weights)
    else:
        source = resolve.find(options.model)
        common |= {"model": source.name, "folder": str(source.folder)}
    ours = [benchmark.Job("flashsloth", quant=quant, **common) for quant in options.quant or ["none"]]
    return [*ours, benchmark.Job("hf", quant="none", **common)]


def measure(job: dict[str, Any], on_progress: Any) -> dict[str, Any]:
    """Measure transformers in this process; return its row."""
    from flashsloth.benchmark import measurement

    return measurement.measure(job, on_progress, TransformersBackend)


def main() -> None:
    measure_if_child(measure)
    parser = options_parser(__doc__, device="auto", max_tokens=64, repeats=5, json=False)
    parser.add_argument("-m", "--model", default="nano")
    parser.add_argument(
        "--random-weights", metavar="NAME|FILE.toml", help="random weights of these sizes"
    )
    parser.add_argument("--quant", action="append", help="measure ours in this preset")
    parser.add_argument("--dtype")
    parser.add_argument("--hd", action="store_true", default=None)
    options = parser.parse_args()
    try:
        jobs = plan(options)
    except FlashSlothError as error:
        sys.exit(f"error: {error}. {error.hint}")
    rows = measure_rows(map(asdict, jobs), __file__)
    settings = {name: getattr(options, name) for name in ("random_weights", "max_tokens", "repeats")}
    document = table.document(rows, settings) | {"comparison": compare(rows)}
    if options.json:
        print(json.dumps(document))
    else:
        words = (textwrap.fill(sentence(entry), table.WIDTH) for entry in document["comparison"])
        print("\n".join([*table.lines(document), *words]))
    sys.exit(any(row["error"] for row in rows))


if __name__ == "__main__":
    main()
