"""The table of `peers.py --programs`: our text model in FlashSloth and in llama.cpp."""

from __future__ import annotations

import argparse
import statistics
import sys
from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from typing import Any

from common import median_and_range, table

from flashsloth.benchmark.prompts import random_prompt
from flashsloth.benchmark.random_weights import make_config
from runtimes import in_turn
from runtimes.in_turn import Program, ProgramFailed, column

STEPS = 48
KINDS = ("q4_0", "q4_k", "q8_0", "bf16")
BASELINE = "llama.cpp q4_k"
TEXT = ("hidden_size", "intermediate_size", "vocab_size", "num_hidden_layers", "num_attention_heads")
VISION = (*(name for name in TEXT if name != "vocab_size"), "image_size", "patch_size", "layer_norm_eps")
HEADING = (
    *("program", "decode, tok/s", "of Q4_K", "weights read, GB", "of bandwidth", "prefill, ms", "Q4_K / this"),
    *("tower, ms", "first token, ms", "resident, GB"),
)


@dataclass(frozen=True)
class Comparison:
    """What the programs replied, and what they said when they were loaded."""

    ready: dict[str, dict[str, Any]]
    replies: in_turn.Replies
    bandwidths: list[float]
    steps: int = STEPS

    def to_json(self) -> dict[str, Any]:
        rounds = {"ready": self.ready, "replies": self.replies}
        return {**rounds, "read_bytes_per_second": self.bandwidths, "steps": self.steps}


def published(changes: Mapping[str, Any]) -> dict[str, dict[str, Any]]:
    """Return the sizes of the released model, with `changes` as FlashSlothConfig takes them."""
    config = make_config(dict(changes))
    text, vision = config.text_config, config.vision_config
    rotary = text.rope_parameters["partial_rotary_factor"] * text.hidden_size / text.num_attention_heads
    return {
        "text": {
            **{name: getattr(text, name) for name in (*TEXT, "max_position_embeddings", "layer_norm_eps")},
            "rotary_width": round(rotary),
        },
        "vision": {
            **{name: getattr(vision, name) for name in VISION},
            "window": config.pooling_window,
            "text_width": text.hidden_size,
        },
    }


def prompt_parts(changes: Mapping[str, Any]) -> tuple[int, int, int]:
    """Return the positions of a prompt before its picture, those after it, and all."""
    config = make_config(dict(changes))
    prompt = random_prompt(config, config.visual_tokens(hd=False))
    before = prompt.opening.index(config.image_token_id)
    return before, len(prompt.question), len(prompt.ids)


def llama_programs(options: argparse.Namespace) -> list[Program]:
    """Return llama.cpp's rows, their files written; none, with a line, where its Python lacks a package."""
    python = options.llama_python
    if python is None or not in_turn.has_llama(python):
        where = f"{python} has no llama_cpp and gguf" if python else "--llama-python is not given"
        print(f"left out: llama.cpp, as {where}", file=sys.stderr)
        return []
    in_turn.make_files([*options.kinds, "vision"], python, options.files, published(options.sizes))
    return [in_turn.llama(kind, python, options.files) for kind in options.kinds]


def compare(options: argparse.Namespace) -> Comparison:
    """Load all programs, then ask them in turn. Raises: ProgramFailed if none could be loaded."""
    before, after, prompt = prompt_parts(options.sizes)
    requests = [
        {"task": "answer", "prompt": prompt, "steps": STEPS},
        {"task": "picture", "before": before, "after": after},
    ]
    programs = [*(in_turn.ours(name, options.sizes) for name in options.ours), *llama_programs(options)]
    with ExitStack() as stack:
        started = in_turn.load(programs, stack)
        if not started:
            raise ProgramFailed("no program could be loaded")
        replies, bandwidths = in_turn.ask_in_turn(started, requests, options.rounds)
    return Comparison({program.name: program.ready for program in started}, replies, bandwidths)


def lines(result: Comparison) -> list[str]:
    """Return the table in Markdown: medians and ranges of the rounds."""
    baseline = result.replies.get(BASELINE, [])
    rows = [_cells(name, replies, baseline, result) for name, replies in result.replies.items()]
    gigabytes = [bandwidth / 1e9 for bandwidth in result.bandwidths]
    threads = {ready["threads"] for ready in result.ready.values()}
    spins = {str(ready["spins"]) for ready in result.ready.values() if "spins" in ready}
    return [
        *table(HEADING, rows),
        "",
        f"Two threads read {median_and_range(gigabytes)} GB/s beside it. Threads of each program: "
        f"{', '.join(map(str, sorted(threads)))}; ours spin {', '.join(sorted(spins))} times. {len(gigabytes)} rounds, "
        f"{result.steps} tokens each; medians with the least and the greatest.",
    ]


def _cells(
    name: str, replies: Sequence[Mapping[str, Any]], baseline: Sequence[Mapping[str, Any]], all_: Comparison
) -> list[str]:
    speeds, prefills = column(replies, "decode_tokens_per_second"), column(replies, "prefill_ms")
    read = all_.ready[name]["read_bytes"]
    shares = [100 * speed * read / bandwidth for speed, bandwidth in zip(speeds, all_.bandwidths, strict=True)]
    return [
        name,
        median_and_range(speeds),
        _ratio(speeds, column(baseline, "decode_tokens_per_second")),
        f"{read / 1e9:.2f}",
        f"{statistics.median(shares):.0f}%",
        median_and_range(prefills, 0),
        _ratio(column(baseline, "prefill_ms"), prefills),
        *(median_and_range(column(replies, key), 0) for key in ("tower_ms", "ttft_ms")),
        median_and_range(column(replies, "resident_bytes", 1e9)),
    ]


def _ratio(values: Sequence[float], others: Sequence[float]) -> str:
    """Return the ratio of the medians; a dash if one is missing."""
    return f"{statistics.median(values) / statistics.median(others):.2f}x" if values and others else "-"
