"""Compare a training step with the training step of the reference, on a model of random weights.

    python benchmarks/training.py [--size small|middle] [--steps 3]

One model is trained on one set of rows in our way and in the reference's way. The reference computes
SAP in a loop over windows, EmbQ in a loop over groups, attention with all scores in float32 and logits
at every position, and it takes a black picture for each row of text, and rows in random order. Before
they are timed, both ways must have the same loss and gradient. They train on every batch in turn, once
per pass; `--steps` is the number of passes. The head is a larger part of this model than of the
released model, so logits take a larger share of the time: `--vocabulary 1952` gives the head the
released model's share.
"""

from __future__ import annotations

import contextlib
import json
import os
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from types import MethodType
from typing import Any

# Two workers and a step share few cores, so idle threads must sleep.
os.environ.setdefault("GOMP_SPINCOUNT", "1000")

import numpy as np
import torch
import torch.nn.functional as F
from common import median_and_range, options_parser, table
from PIL import Image
from torch import Tensor, nn
from transformers.masking_utils import AttentionMaskInterface, eager_mask
from transformers.modeling_utils import AttentionInterface

from flashsloth.benchmark.meters import environment
from flashsloth.hf.modeling import FlashSlothForConditionalGeneration
from flashsloth.hf.pretrained import save_folder
from flashsloth.model.embq import EmbQ
from flashsloth.model.pooling import SpatialAttentionPooling
from flashsloth.model.query_groups import EmbqPlan
from flashsloth.model.text_model import IGNORE_INDEX
from flashsloth.training import model_setup
from flashsloth.training.dataset import Collate, LengthGroupedSampler, TrainingExample
from flashsloth.training.recipe import Recipe
from flashsloth.training.run_plan import plan_run

BATCH = 8
ROWS = 40  # every tenth row has no picture
MIN_SPEEDUP = 1.5  # the minimum speedup in rows per second

# The models have the paper's 729 patches, 81 visual and 9 query tokens, and the tower has about the
# released model's share of a step. Sizes: width and layers of the text model, width and layers of the
# tower, heads, vocabulary.
SIZES = {
    "small": (64, 3, 32, 2, 4, 2048),
    "middle": (512, 6, 256, 4, 8, 51200),
}
MODEL = """
embq_layer = {third}
embq_width = {half}
embq_heads = {heads}
[text_config]
hidden_size = {width}
intermediate_size = {inner}
num_hidden_layers = {layers}
num_attention_heads = {heads}
vocab_size = {words}
partial_rotary_factor = 0.5
[vision_config]
hidden_size = {tower}
intermediate_size = {tower_inner}
num_hidden_layers = {tower_layers}
num_attention_heads = {heads}
"""


def write_model(folder: Path, size: str, vocabulary: int | None = None) -> Path:
    """Write a model of random weights in bfloat16, with nano's tokenizer."""
    width, layers, tower, tower_layers, heads, words = SIZES[size]
    path = folder.with_suffix(".toml")
    path.write_text(
        MODEL.format(
            third=layers // 3, half=tower // 2, heads=heads, width=width, inner=4 * width, layers=layers,
            words=vocabulary or words, tower=tower, tower_inner=4 * tower, tower_layers=tower_layers,
        )
    )  # fmt: skip
    torch.manual_seed(0)
    recipe = Recipe(init=str(path), stage="instruct", method="full")
    sources = model_setup.find_sources(recipe, offline=True)
    model = model_setup.build(sources, recipe, torch.float32, hd=False)
    save_folder(model.to(torch.bfloat16), sources.processor, folder)
    return folder


WORDS = [
    "the", "a", "red", "blue", "small", "large", "dog", "cat", "car", "house", "man", "is", "on", "near", "left", "of",
]  # fmt: skip
# number of turns (0: random), fewest and most words of an answer
KINDS = {"text": (2, 30, 130), "short": (1, 1, 8), "caption": (1, 40, 140), "turns": (0, 1, 8)}


def write_rows(folder: Path) -> Path:
    """Write rows with lengths like LLaVA's mixture: short answers, captions, several turns, text alone.
    Pictures are smooth shapes."""
    random, rows = np.random.default_rng(0), []
    folder.mkdir()

    def words(least: int, most: int) -> str:
        return " ".join(random.choice(WORDS, random.integers(least, most + 1)))

    for number in range(ROWS):
        kind = ("text", *["short"] * 3, *["caption"] * 3, *["turns"] * 3)[number % 10]
        turns, least, most = KINDS[kind]
        said: list[dict[str, str]] = []
        for _ in range(turns or int(random.integers(2, 8))):
            said += [
                {"from": "human", "value": words(6, 16)},
                {"from": "gpt", "value": words(least, most)},
            ]
        row: dict[str, Any] = {"id": str(number), "conversations": said}
        if kind != "text":
            row["image"] = f"{number}.png"
            coarse = Image.fromarray(random.integers(0, 256, (12, 16, 3), np.uint8))
            coarse.resize((96, 64), Image.Resampling.BICUBIC).save(folder / row["image"])
            said[0]["value"] = "<image>\n" + said[0]["value"]
        rows.append(row)
    path = folder / "rows.json"
    path.write_text(json.dumps(rows))
    return path


# The functions below compute in the reference's way. They replace methods of one model, not of the
# library.


def sap_by_window(self: SpatialAttentionPooling, features: Tensor) -> Tensor:
    """Compute SAP one window after another."""
    side, w = round(features.shape[1] ** 0.5), self.window
    grid = features.unflatten(1, (side, side))
    scores = self.mlp(features).unflatten(1, (side, side))
    out = []
    for row in range(0, side, w):
        for column in range(0, side, w):
            values = grid[:, row : row + w, column : column + w].flatten(1, 2)
            weights = scores[:, row : row + w, column : column + w].flatten(1, 2).softmax(1)
            out.append((weights * values).sum(1))
    return torch.stack(out, dim=1)


def embq_by_group(self: EmbQ, hidden: Tensor, plan: EmbqPlan, features: Tensor) -> Tensor:
    """Compute EmbQ one group after another. Each is padded to the longest question, and has its own
    keys and values."""
    rows = hidden.flatten(0, 1)
    outputs = []
    for group in range(len(plan.images)):
        mask = plan.question_mask[group : group + 1]
        question = rows[plan.question_rows[group : group + 1]] * mask[..., None].to(rows.dtype)
        keys, values = self.project_image(features[plan.images[group, :1]])
        outputs.append(
            self.attend(rows[plan.query_rows[group : group + 1]], question, mask, keys, values)
        )
    return rows.index_copy(
        0, plan.query_rows.flatten(), torch.cat(outputs).flatten(0, 1).to(rows.dtype)
    ).view_as(hidden)


def loss_over_everything(self: Any, hidden: Tensor, labels: Tensor, num_items: Any = None) -> Tensor:
    """Compute logits at every position in float32, and return the mean loss over the labelled
    positions."""
    logits = self.lm_head(hidden).float()
    loss = F.cross_entropy(
        logits[:, :-1].flatten(0, 1),
        labels[:, 1:].flatten(),
        ignore_index=IGNORE_INDEX,
        reduction="sum",
    )
    return loss / (
        (labels[:, 1:] != IGNORE_INDEX).sum().clamp(min=1) if num_items is None else num_items
    )


def all_scores(
    module: nn.Module, q: Tensor, k: Tensor, v: Tensor, mask: Tensor | None, scaling: float, **_: Any
) -> tuple[Tensor, Tensor]:
    """Compute attention like Phi and SigLIP in transformers 4.38, without a kernel and with scores in
    float32."""
    with torch.autocast(q.device.type, enabled=False):
        scores = (q.float() @ k.float().transpose(2, 3)) * scaling
        if mask is not None:
            scores = scores + mask
        weights = F.softmax(scores, dim=-1, dtype=torch.float32).to(v.dtype)
        return (weights @ v).transpose(1, 2).contiguous(), weights


AttentionInterface.register("all_scores", all_scores)
AttentionMaskInterface.register("all_scores", eager_mask)


@contextlib.contextmanager
def reference_way(model: nn.Module) -> Iterator[None]:
    """Make the parts of a model compute in the reference's way."""
    replaced: list[tuple[Any, str]] = []
    configs: dict[int, Any] = {id(m.config): m.config for m in model.modules() if hasattr(m, "config")}
    before = {key: getattr(config, "_attn_implementation", None) for key, config in configs.items()}

    def replace(module: Any, name: str, function: Callable[..., Any]) -> None:
        setattr(module, name, MethodType(function, module))
        replaced.append((module, name))

    for module in model.modules():
        if isinstance(module, SpatialAttentionPooling):
            replace(module, "forward", sap_by_window)
        elif isinstance(module, EmbQ):
            replace(module, "forward", embq_by_group)
        elif isinstance(module, FlashSlothForConditionalGeneration):
            replace(module, "learned_loss", loss_over_everything)
    try:
        for config in configs.values():
            config._attn_implementation = "all_scores"
        yield
    finally:
        for module, name in replaced:
            delattr(module, name)
        for key, config in configs.items():
            config._attn_implementation = before[key]


WAYS: dict[str, Callable[[nn.Module], contextlib.AbstractContextManager[None]]] = {
    "ours": contextlib.nullcontext,
    "reference": reference_way,
}


def random_order(lengths: Any) -> list[int]:
    """Return the rows in random order, with the rows that have pictures separate from the rows that
    have none. The reference sorts the rows of a step and distributes them over its GPUs, so that each
    GPU gets short and long rows."""
    order = np.random.default_rng(1).permutation(len(lengths))
    return [int(i) for i in sorted(order, key=lambda i: lengths[i] >= 0)]


@dataclass
class Learner:
    """A model with its optimizer and its encoded rows."""

    model: Any
    optimizer: torch.optim.Optimizer
    items: list[TrainingExample]
    grouped: list[int]
    mixed: list[int]
    collate: Collate
    autocast: bool

    def batch(self, rows: list[TrainingExample], way: str) -> dict[str, Any]:
        batch = self.collate(rows)
        del batch["counts"], batch["faults"]
        without = [item for item in rows if item.pixels is None]
        if without and way == "reference":
            side = self.model.config.vision_config.image_size
            batch["dummy_pixel_values"] = torch.zeros(len(without), 3, side, side)
        return batch

    def loss(self, batch: dict[str, Any]) -> Tensor:
        with torch.autocast("cpu", torch.bfloat16, enabled=self.autocast):
            loss: Tensor = self.model(**batch, loss_only=True).loss
            return loss

    def step(self, number: int, way: str) -> float:
        """Return the seconds of a whole step, without the time to read its rows."""
        order = self.mixed if way == "reference" else self.grouped
        batch = self.batch([self.items[i] for i in order[number * BATCH :][:BATCH]], way)
        with WAYS[way](self.model):
            started = time.perf_counter()
            self.loss(batch).backward()  # type: ignore[no-untyped-call]
            torch.nn.utils.clip_grad_norm_(self.learning, 1.0)
            self.optimizer.step()
            self.optimizer.zero_grad()
            return time.perf_counter() - started

    @property
    def learning(self) -> list[nn.Parameter]:
        return [p for p in self.model.parameters() if p.requires_grad]


def learner(folder: Path, data: Path, *, autocast: bool = False, **recipe: Any) -> Learner:
    """Build a learner as a run does."""
    model_setup.import_quietly()
    dtype = "bfloat16" if autocast else "float32"
    plan = plan_run(
        Recipe(data=(str(data),), model=str(folder), dtype=dtype, batch_size=BATCH, **recipe),
        offline=True,
    )
    torch.manual_seed(0)
    model = model_setup.build(plan.sources, plan.recipe, plan.dtype, hd=False)
    model = model_setup.prepare(model, plan.recipe, hd=False).train()
    optimizer = torch.optim.AdamW(
        [p for p in model.parameters() if p.requires_grad], lr=1e-6, weight_decay=0.0
    )
    # encode all rows now, so that no step waits for them
    items = [plan.data[i] for i in range(len(plan.data))]
    lengths = plan.rows.rough_lengths
    grouped = list(LengthGroupedSampler(lengths, BATCH, 0))
    collate = Collate(int(plan.sources.config.text_config.pad_token_id or 0))
    return Learner(model, optimizer, items, grouped, random_order(lengths), collate, autocast)


def check_same(made: Learner) -> None:
    """Raise SystemExit if the losses or the gradient norms of the two ways differ."""
    made.model.eval()  # no dropout
    rows = [made.items[i] for i in (0, 1, 4, 7)]  # text, a short answer, a caption, several turns
    results: dict[str, list[float]] = {}
    for name, way in WAYS.items():
        with way(made.model):
            loss = made.loss(made.batch(rows, name))
            loss.backward()  # type: ignore[no-untyped-call]
        norm = torch.nn.utils.get_total_norm([p.grad for p in made.learning if p.grad is not None])
        made.optimizer.zero_grad()
        results[name] = [float(loss.detach()), float(norm)]
    made.model.train()
    if not np.allclose(results["reference"], results["ours"], rtol=1e-4, atol=0):
        sys.exit(f"not the same computation: loss and gradient norm {results}")


def speed(folder: Path, data: Path, passes: int, *, autocast: bool = False, **recipe: Any) -> Any:
    """Return the rows per second for each way and pass, and the minimum and maximum numbers of tokens
    of a row."""
    made = learner(folder, data, autocast=autocast, **recipe)
    if not autocast:
        check_same(made)
    batches = len(made.items) // BATCH
    # these steps are not timed, because a first step also allocates memory
    for number in (0, batches - 1):
        for way in WAYS:
            made.step(number, way)
    rates: dict[str, list[float]] = {way: [] for way in WAYS}
    for _ in range(passes):
        seconds = dict.fromkeys(WAYS, 0.0)
        for number in range(batches):
            # the order alternates, so that neither way always comes first
            for way in list(WAYS)[:: 1 if number % 2 else -1]:
                seconds[way] += made.step(number, way)
        for way, taken in seconds.items():
            rates[way].append(batches * BATCH / taken)
    tokens = [len(item.encoded.input_ids) for item in made.items]
    return {"samples_per_second": rates, "tokens": (min(tokens), max(tokens))}


def report(found: dict[str, Any]) -> Iterator[str]:
    """Yield the table."""
    rows = []
    for title, numbers in found.items():
        rates = numbers["samples_per_second"]
        ratio = statistics.median(rates["ours"]) / statistics.median(rates["reference"])
        rows.append((title, *(median_and_range(rates[way], 2) for way in WAYS), f"{ratio:.2f}x"))
    low, high = next(iter(found.values()))["tokens"]
    yield from table(("samples a second", *WAYS, "ratio"), rows)
    yield f"{ROWS} rows of {low}-{high} tokens, {BATCH} a step; wanted {MIN_SPEEDUP}x\n"
    machine = environment(torch.device("cpu"))
    yield ", ".join(
        f"{name} {machine[name]}" for name in ("processor", "threads", "torch", "load_average")
    )


def main() -> None:
    parser = options_parser(__doc__)
    parser.add_argument(
        "--size", choices=list(SIZES), default="middle", help="small: only to test this script"
    )
    parser.add_argument("--steps", type=int, default=3, help="passes over all batches")
    parser.add_argument("--vocabulary", type=int, help="token ids of the model")
    options = parser.parse_args()
    full: dict[str, Any] = {"stage": "instruct", "method": "full"}
    with tempfile.TemporaryDirectory() as folder:
        model = write_model(Path(folder, "model"), options.size, options.vocabulary)
        data = write_rows(Path(folder, "rows"))
        found = {
            "everything but the tower, float32": speed(model, data, options.steps, **full),
            "the same, bfloat16 autocast": speed(model, data, options.steps, autocast=True, **full),
            "LoRA, float32": speed(model, data, options.steps, method="lora"),
        }
    print("\n".join(report(found)))


if __name__ == "__main__":
    main()
