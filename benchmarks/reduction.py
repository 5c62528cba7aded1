"""Measure the time that is saved by leaving out visual tokens, at full size. docs/reduction.md has the
commands for accuracy.

    python benchmarks/reduction.py [--tokens 81 405 729]

The 3.2 B model has random weights in int4. It is measured as in the paper (81 visual tokens), with five
tiles (405) and without pooling (729). The first time is from the pixels to the first token, the second
time is for each further token. The methods run in turn; the table has medians. FitPrune's recipe has
the shape that its authors publish: half of the tokens that are dropped are dropped in the first six
layers. EAS leaves out the attention of a quarter of the layers, which are the last ones before the
final layer. MRA makes 81 tokens of 864 x 864 pixels. The multiply-adds of the decoder are counted, not
timed; "cache" is the memory of its KV cache.
"""

from __future__ import annotations

import copy
import gc
import math
import statistics
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import torch
from common import options_parser, table

from flashsloth.benchmark import random_weights
from flashsloth.benchmark.measurement import picture, random_prompt
from flashsloth.checkpoints import model_files
from flashsloth.checkpoints.packed_builder import PackedBuilder, in_layer_order
from flashsloth.generation.engine import Engine, KVState
from flashsloth.hf.config import FlashSlothConfig
from flashsloth.hf.mixed_resolution import CONVNEXT_LARGE
from flashsloth.inference.reduced_core import ReductionPolicy
from flashsloth.processing.pictures import tower_pixels
from flashsloth.quantization import presets
from flashsloth.reduction.dyvte import ExitPolicy
from flashsloth.reduction.fitprune import FitPrune, round_drops
from flashsloth.reduction.mod import MixtureOfDepths, Router
from flashsloth.reduction.recipe import Visual, dropping, exiting, layer_costs, prefill_cost
from flashsloth.sizes.families import attention_heads

MODES: dict[int, dict[str, Any]] = {
    81: {},
    405: {"image_hd": True},
    729: {"pooling": "average", "pooling_window": 1},
}
MRA = {"vision_config": {"model_type": "mixed_resolution", "high_resolution": CONVNEXT_LARGE}}
BUDGETS = (0.2, 0.4, 0.6, 0.8)
COMBINED = 0.6  # the budget of FitPrune together with EAS
SKIP_RATIO = 0.34
TOKENS = 8  # the number of tokens that are decoded after the first one


@dataclass(frozen=True)
class Method:
    name: str
    policy: ReductionPolicy | None
    visual: Visual  # the numbers of visual tokens at the input and at the output of each layer


def models(tokens: int, layers: int) -> Iterator[dict[str, Any]]:
    """Yield the models that are measured with this number of visual tokens, as the sizes in which they
    differ."""
    yield {}
    yield {"skipped_attention": list(range(layers - 1 - layers // 4, layers - 1))}
    if tokens == min(MODES):
        yield MRA


def methods(config: FlashSlothConfig, tokens: int, budgets: Sequence[float]) -> Iterator[Method]:
    """Yield the methods with which a model is measured; the first one leaves out no visual tokens."""
    layers = int(config.text_config.num_hidden_layers)
    whole = exiting(tokens, layers, layers)
    if config.skipped_attention:
        yield Method(f"EAS ({len(config.skipped_attention)} attentions)", None, whole)
        yield pruned(config, tokens, COMBINED, "EAS, ")
    elif config.vision_config.model_type == MRA["vision_config"]["model_type"]:
        yield Method("MRA", None, whole)
    else:
        yield Method("none", None, whole)
        yield from (pruned(config, tokens, budget) for budget in budgets)
        for layer in (layers // 4, layers // 2):
            yield Method(
                f"exit before layer {layer}", ExitPolicy(layer, tokens), exiting(tokens, layer, layers)
            )
        yield routed(config, tokens)


def pruned(config: FlashSlothConfig, tokens: int, budget: float, before: str = "") -> Method:
    drops = published_shape(config, tokens, budget)
    policy = FitPrune(drops, tokens, config.embq_layer)
    return Method(f"{before}FitPrune {budget:.0%}", policy, dropping(tokens, drops))


def routed(config: FlashSlothConfig, tokens: int) -> Method:
    """Return gamma-MoD as its authors use it: a third of the tokens skips all layers except the first
    three and the last."""
    layers = int(config.text_config.num_hidden_layers)
    mixed = copy.copy(config)
    mixed.routed_layers, mixed.skip_ratio = list(range(min(3, layers - 2), layers - 1)), SKIP_RATIO
    router = Router(config.text_config.hidden_size).to(torch.bfloat16)
    router.reset_parameters(config.initializer_range)
    less = tokens - math.ceil(tokens * (1 - SKIP_RATIO))
    passing = [tokens - less * (layer in mixed.routed_layers) for layer in range(layers)]
    # A layer returns as many tokens as it gets, because the tokens that skip it are added again after
    # it.
    visual = [(passed, passed) for passed in passing]
    return Method(f"gamma-MoD {SKIP_RATIO:.0%}", MixtureOfDepths(router, mixed), visual)


def published_shape(config: FlashSlothConfig, tokens: int, budget: float) -> list[int]:
    """Return a recipe that meets a budget. Half of the tokens to be dropped are dropped in the first
    six layers, the rest evenly in the next fifteen layers."""
    layers, costs = int(config.text_config.num_hidden_layers), layer_costs(config)
    allowed = (1 - budget) * prefill_cost(costs, exiting(tokens, layers, layers))

    def enough(drops: Sequence[float]) -> bool:
        return prefill_cost(costs, dropping(tokens, drops)) <= allowed

    attending = min([layers, *(config.skipped_attention or ())])  # only these layers can drop tokens
    early, late = min(6, attending), max(1, min(15, attending - 6))
    for share in (0.5, 0.6, 0.7, 0.8, 0.9, 1.0):  # the largest budgets need a larger share
        for leaving in range(1, tokens):
            means = [leaving * share / early] * early + [leaving * (1 - share) / late] * late
            means = (means + [0.0] * layers)[:layers]
            if enough(means):
                return round_drops(means, tokens, enough)
    raise SystemExit(f"no recipe saves {budget:.0%} of {tokens} tokens")


class Model:
    """A model of random weights in int4, with its prompt and picture."""

    def __init__(self, sizes: dict[str, Any]) -> None:
        self.config = config = random_weights.make_config(sizes)
        # an end token without a logit is never generated, so every answer has its full length
        config.text_config.eos_token_id = config.text_config.vocab_size
        self.tokens = config.visual_tokens(config.image_hd)
        model = model_files.build_empty(config)
        parts = PackedBuilder(model, presets.PRESETS["int4"], torch.device("cpu"), torch.bfloat16)
        infos = random_weights.infos(model)
        infos = {name: infos[name] for name in in_layer_order(infos)}
        for each in random_weights.random_tensors(infos, torch.bfloat16):
            parts.accept(*each)
        self.engine = Engine(model.eval(), parts.finish())
        self.ids = [token for part in random_prompt(config, self.tokens) for token in part]
        self.pixels = tower_pixels(picture(), config, hd=config.image_hd)
        # the first prefill compiles the kernels
        self.engine.prefill(self.ids, self.engine.new_state(), self.engine.encode_image(self.pixels))

    def measure(self, method: Method, row: dict[str, Any]) -> None:
        engine = self.engine
        engine.policy = method.policy
        state, start = KVState(engine.new_cache()), time.perf_counter()
        image = engine.encode_image(self.pixels)
        encoded = time.perf_counter()
        token = int(engine.prefill(self.ids, state, image).argmax())
        first = time.perf_counter()
        for _ in range(TOKENS):
            token = int(engine.decode(token, state).argmax())
        row["first"].append((first - start) * 1000)
        row["prefill"].append((first - encoded) * 1000)
        row["step"].append((time.perf_counter() - first) * 1000 / TOKENS)

    def count(self, method: Method) -> dict[str, Any]:
        """Return the decoder's multiply-adds for the prompt, and the bytes of its KV cache."""
        costs, others = layer_costs(self.config), len(self.ids) - self.tokens
        skipped, heads = self.config.skipped_attention or (), attention_heads(self.config.text_config)
        rows = sum(
            others + held for layer, (held, _) in enumerate(method.visual) if layer not in skipped
        )
        work = prefill_cost(costs, method.visual, others)
        return {"multiply_adds": work, "cache": rows * 2 * heads.keys * heads.width * 2}


def speed(tokens: int, sizes: str, repeats: int, budgets: Sequence[float]) -> list[dict[str, Any]]:
    name, given = random_weights.read_sizes(sizes)
    layers = int(random_weights.make_config(given).text_config.num_hidden_layers)
    chosen: list[tuple[Model, Method, dict[str, Any]]] = []
    for changes in models(tokens, layers):
        model = Model({**given, **MODES[tokens], **changes})
        for method in methods(model.config, model.tokens, budgets):
            times: dict[str, Any] = {"first": [], "prefill": [], "step": []}
            facts = {"model": name, "tokens": model.tokens, "method": method.name}
            chosen.append((model, method, {**facts, **model.count(method), **times}))
    for _ in range(repeats):
        for model, method, row in chosen:
            model.measure(method, row)
    found = [row for _, _, row in chosen]
    # Free these models before the caller builds the next ones.
    del chosen, model
    gc.collect()
    return found


def speed_table(rows: list[dict[str, Any]]) -> list[str]:
    lines, plain = [], rows[0]
    for row in rows:
        plain = row if row["method"] == "none" else plain
        first, before = (statistics.median(each["first"]) for each in (row, plain))
        prefill, step = statistics.median(row["prefill"]) / 1000, statistics.median(row["step"])
        times = (f"{prefill:.2f} s", f"{first / 1000:.2f} s", f"{before / first:.2f}", f"{step:.0f} ms")
        work, held = f"{row['multiply_adds'] / 1e9:.0f} G", f"{row['cache'] / 1e6:.0f} MB"
        lines.append([row["tokens"], row["method"], work, *times, held])
    head = (
        "visual tokens",
        "method",
        "multiply-adds",
        "prefill",
        "first token",
        "times as quick",
        "a token",
        "cache",
    )
    return table(head, lines)


def main() -> None:
    parser = options_parser(__doc__, sizes="flashsloth", repeats=3)
    parser.add_argument(
        "--tokens", type=int, nargs="+", choices=list(MODES), default=list(MODES), help="visual tokens"
    )
    parser.add_argument("--budgets", type=float, nargs="*", default=BUDGETS, help="of FitPrune")
    given = parser.parse_args()
    found: list[dict[str, Any]] = []
    for tokens in given.tokens:
        found += speed(tokens, given.sizes, given.repeats, given.budgets)
        print("\n".join(speed_table(found)), flush=True)


if __name__ == "__main__":
    main()
