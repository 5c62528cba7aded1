"""Compare a training step with the reference's, and check the estimate of memory.

    python benchmarks/training.py [--only speed|memory] [--size small|middle] [--steps 3] [--mapped] [--json FILE]

speed: one model and one set of rows, trained our way and the reference's way: SAP in a loop over windows, EmbQ in a
loop over groups, attention with all scores in float32, logits at every position, a black picture for each row of text,
and rows in random order (docs/parity.md). Both must have the same loss and gradient before they are timed. Each takes
every batch once per pass, in turn; `--steps` is the number of passes. The head is a larger part of this model than of
the released one, so logits weigh more: `--vocabulary 1952` gives it the released model's share.

memory: the peak of a run beyond that of the imports, compared with `--dry-run`, each run in a process of its own. With
`--mapped` glibc maps every tensor separately and returns it, so that the peak has no holes between tensors of
different sizes. The weights are random.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from types import MethodType
from typing import Any

os.environ.setdefault("GOMP_SPINCOUNT", "1000")  # two workers and a step share few cores: let idle threads sleep

import numpy as np
import torch
import torch.nn.functional as F
from common import median_and_range, options_parser, table
from PIL import Image
from torch import Tensor, nn
from transformers.masking_utils import AttentionMaskInterface, eager_mask
from transformers.modeling_utils import AttentionInterface

from flashsloth.benchmark.meters import PeakMemory, environment
from flashsloth.checkpoints import save
from flashsloth.model.embq import EmbQ
from flashsloth.model.modeling import IGNORE_INDEX, FlashSlothForConditionalGeneration
from flashsloth.model.pooling import SpatialAttentionPooling
from flashsloth.model.query_groups import EmbqPlan
from flashsloth.training import model_setup
from flashsloth.training.dataset import Collate, LengthGroupedSampler, TrainingExample
from flashsloth.training.recipe import Recipe
from flashsloth.training.run import train
from flashsloth.training.run_plan import RunPlan, plan_run

BATCH = 8
ROWS = 40  # every tenth has no picture
MAX_ERROR = 0.15  # of the estimated peak
MIN_SPEEDUP = 1.5  # in rows per second

# The paper's 729 patches, 81 visual and 9 query tokens; the tower's share of a step is about the released model's.
SIZES: dict[str, dict[str, Any]] = {
    "small": {"text": (64, 3), "vision": (32, 2), "vocab_size": 2048, "heads": 4},
    "middle": {"text": (512, 6), "vision": (256, 4), "vocab_size": 51200, "heads": 8},
    "large": {"text": (1280, 14), "vision": (576, 10), "vocab_size": 51200, "heads": 16},
}


def write_model(folder: Path, size: str, vocabulary: int | None = None) -> Path:
    """Write a model of random weights in bfloat16, with nano's tokenizer."""
    numbers = SIZES[size]
    layers, towers = numbers["text"][1], numbers["vision"][0]
    lines = [f"embq_layer = {layers // 3}", f"embq_width = {towers // 2}", f"embq_heads = {numbers['heads']}"]
    for part in ("text", "vision"):
        width, blocks = numbers[part]
        lines += [f"[{part}_config]", f"hidden_size = {width}", f"intermediate_size = {4 * width}"]
        lines += [f"num_hidden_layers = {blocks}", f"num_attention_heads = {numbers['heads']}"]
        if part == "text":
            lines += [f"vocab_size = {vocabulary or numbers['vocab_size']}", "partial_rotary_factor = 0.5"]
    path = folder.with_suffix(".toml")
    path.write_text("\n".join(lines))
    torch.manual_seed(0)
    recipe = Recipe(init=str(path), stage="instruct", method="full")
    base = model_setup.build(model_setup.find_sources(recipe, offline=True), recipe, torch.float32, hd=False)
    save.save(base.model.to(torch.bfloat16), base.processor, folder)
    return folder


WORDS = [
    "the", "a", "red", "blue", "small", "large", "dog", "cat", "car", "house", "man", "is", "on", "near", "left", "of",
]  # fmt: skip
KINDS = {
    "text": (2, 30, 130),
    "short": (1, 1, 8),
    "caption": (1, 40, 140),
    "turns": (0, 1, 8),
}  # turns, words of answers


def write_rows(folder: Path) -> Path:
    """Write rows with lengths like LLaVA's mixture: short answers, captions, several turns, text alone. Pictures are
    smooth shapes."""
    random, rows = np.random.default_rng(0), []
    folder.mkdir()

    def words(least: int, most: int) -> str:
        return " ".join(random.choice(WORDS, random.integers(least, most + 1)))

    for number in range(ROWS):
        kind = ("text", *["short"] * 3, *["caption"] * 3, *["turns"] * 3)[number % 10]
        turns, least, most = KINDS[kind]
        said: list[dict[str, str]] = []
        for _ in range(turns or int(random.integers(2, 8))):
            said += [{"from": "human", "value": words(6, 16)}, {"from": "gpt", "value": words(least, most)}]
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


# The reference's way, replaced on a model and not in the library


def sap_by_window(self: SpatialAttentionPooling, features: Tensor) -> Tensor:
    """SAP one window after another."""
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
    """EmbQ one group after another, each padded to the longest question, with its own keys and values."""
    rows = hidden.flatten(0, 1)
    outputs = []
    for group in range(len(plan.images)):
        mask = plan.question_mask[group : group + 1]
        question = rows[plan.question_rows[group : group + 1]] * mask[..., None].to(rows.dtype)
        keys, values = self.project_image(features[plan.images[group, :1]])
        outputs.append(self.attend(rows[plan.query_rows[group : group + 1]], question, mask, keys, values))
    return rows.index_copy(0, plan.query_rows.flatten(), torch.cat(outputs).flatten(0, 1).to(rows.dtype)).view_as(
        hidden
    )


def loss_over_everything(self: Any, hidden: Tensor, labels: Tensor, num_items: Any = None) -> Tensor:
    """Logits at every position in float32, and the mean over labelled ones."""
    logits = self.lm_head(hidden).float()
    loss = F.cross_entropy(
        logits[:, :-1].flatten(0, 1), labels[:, 1:].flatten(), ignore_index=IGNORE_INDEX, reduction="sum"
    )
    return loss / ((labels[:, 1:] != IGNORE_INDEX).sum().clamp(min=1) if num_items is None else num_items)


def all_scores(
    module: nn.Module, q: Tensor, k: Tensor, v: Tensor, mask: Tensor | None, scaling: float, **_: Any
) -> tuple[Tensor, Tensor]:
    """Attention of Phi and SigLIP in transformers 4.38: no kernel, scores in float32."""
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
    """Compute a model's parts the reference's way."""
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
    """Return rows with pictures apart from rows of text, else at random: the reference deals the sorted rows of a step
    out to its GPUs, so that each gets short and long ones."""
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

    def batch(self, number: int, way: str) -> dict[str, Any]:
        order = self.mixed if way == "reference" else self.grouped
        return self.of([self.items[i] for i in order[number * BATCH :][:BATCH]], way)

    def of(self, rows: list[TrainingExample], way: str) -> dict[str, Any]:
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
        """Return the seconds of a whole step without reading its rows."""
        batch = self.batch(number, way)
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
    plan = plan_run(Recipe(data=(str(data),), model=str(folder), dtype=dtype, batch_size=BATCH, **recipe), offline=True)
    torch.manual_seed(0)
    base = model_setup.build(plan.sources, plan.recipe, plan.dtype, hd=False)
    model = model_setup.prepare(base, plan.recipe, hd=False).train()
    optimizer = torch.optim.AdamW([p for p in model.parameters() if p.requires_grad], lr=1e-6, weight_decay=0.0)
    items = [plan.data[i] for i in range(len(plan.data))]
    lengths = plan.rows.rough_lengths
    grouped = list(LengthGroupedSampler(lengths, BATCH, 0))
    collate = Collate(int(plan.sources.config.text_config.pad_token_id or 0))
    return Learner(model, optimizer, items, grouped, random_order(lengths), collate, autocast)


def check_same(made: Learner) -> dict[str, list[float]]:
    """Return loss and gradient norm of every way. SystemExit if they differ."""
    made.model.eval()  # no dropout
    rows = [made.items[i] for i in (0, 1, 4, 7)]  # text, a short answer, a caption, several turns
    results: dict[str, list[float]] = {}
    for name, way in WAYS.items():
        with way(made.model):
            loss = made.loss(made.of(rows, name))
            loss.backward()  # type: ignore[no-untyped-call]
        norm = torch.nn.utils.get_total_norm([p.grad for p in made.learning if p.grad is not None])
        made.optimizer.zero_grad()
        results[name] = [float(loss.detach()), float(norm)]
    made.model.train()
    if not np.allclose(results["reference"], results["ours"], rtol=1e-4, atol=0):
        sys.exit(f"not the same computation: loss and gradient norm {results}")
    return results


def speed(folder: Path, data: Path, passes: int, *, autocast: bool = False, **recipe: Any) -> Any:
    """Return rows per second by way and pass."""
    made = learner(folder, data, autocast=autocast, **recipe)
    same = {} if autocast else check_same(made)
    batches = len(made.items) // BATCH
    for number in (0, batches - 1):  # a first step allocates
        for way in WAYS:
            made.step(number, way)
    rates: dict[str, list[float]] = {way: [] for way in WAYS}
    for _ in range(passes):
        seconds = dict.fromkeys(WAYS, 0.0)
        for number in range(batches):
            for way in list(WAYS)[:: 1 if number % 2 else -1]:
                seconds[way] += made.step(number, way)
        for way, taken in seconds.items():
            rates[way].append(batches * BATCH / taken)
    tokens = [len(item.encoded.input_ids) for item in made.items]
    facts = {"learning": sum(p.numel() for p in made.learning), "tokens": [min(tokens), max(tokens)]}
    return {"samples_per_second": rates, "same": same, "batches": batches, **facts}


CASES: dict[str, dict[str, Any]] = {
    f"{method}{', checkpointing' if again else ''}": {"method": method, "checkpointing": again}
    for method in ("qlora", "lora", "full")
    for again in (False, True)
}


def memory_of(folder: Path, data: Path, case: str, steps: int = 5) -> dict[str, Any]:
    """Return the peak of a run in this process, which must be new, and the estimate."""
    model_setup.import_quietly()
    import flashsloth.training.trainer  # noqa: F401 - not counted as the run's memory

    estimate: dict[str, int] = {}

    def note(plan: RunPlan) -> None:
        memory = plan.memory
        estimate.update(
            foreseen=memory.total, frozen=memory.frozen, learning=memory.learning, activations=memory.activations,
            item=plan.dtype.itemsize,
        )  # fmt: skip

    with tempfile.TemporaryDirectory() as out:
        recipe = Recipe(
            data=(str(data),), output=f"{out}/run", model=str(folder), batch_size=BATCH, max_steps=steps, workers=1,
            lr=1e-6, **CASES[case],
        )  # fmt: skip
        peak = PeakMemory(torch.device("cpu"))
        train(recipe, offline=True, on_plan=note)
        return {**estimate, "peak": peak.peak(), "how": peak.how}


def fresh(folder: Path, data: Path, case: str, *, mapped: bool) -> dict[str, Any]:
    """Run `memory_of` in a new process."""
    command = [sys.executable, __file__, "--child", str(folder), str(data), case]
    environ = os.environ | ({"MALLOC_MMAP_THRESHOLD_": str(2**20)} if mapped else {})
    done = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=True, env=environ)
    return dict(json.loads(done.stdout.splitlines()[-1]))


def report(found: dict[str, Any]) -> Iterator[str]:
    """Yield the tables."""
    rows = []
    for title, numbers in found.get("speed", {}).items():
        rates = numbers["samples_per_second"]
        ratio = statistics.median(rates["ours"]) / statistics.median(rates["reference"])
        rows.append((title, *(median_and_range(rates[way], 2) for way in WAYS), f"{ratio:.2f}x"))
    if rows:
        low, high = next(iter(found["speed"].values()))["tokens"]
        yield from table(("samples a second", *WAYS, "ratio"), rows)
        yield f"{ROWS} rows of {low}-{high} tokens, {BATCH} a step; wanted {MIN_SPEEDUP}x\n"
    if "memory" in found:
        rows = []
        for name, numbers in found["memory"].items():
            sizes = [numbers[key] / 1e9 for key in ("foreseen", "peak")]
            rows.append((name, *(f"{size:.2f}" for size in sizes), f"{sizes[0] / sizes[1] - 1:.0%}"))
        yield from table(
            ("memory, mapped" if found["mapped"] else "memory", "foreseen, GB", "peak, GB", "off by"), rows
        )
        yield f"wanted: within {MAX_ERROR:.0%}\n"
    machine = found["environment"]
    load = machine["load_average"]
    yield f"{machine['processor']}, {machine['threads']} threads, torch {machine['torch']}, load {load}"


def measure(options: argparse.Namespace, folder: Path) -> dict[str, Any]:
    found: dict[str, Any] = {}

    def wanted(name: str) -> bool:
        return options.only in (None, name)

    if wanted("memory"):
        large = write_model(folder / "large", "small" if options.size == "small" else "large")
        data = write_rows(folder / "memory_rows")
        found["mapped"] = options.mapped
        cases = [case for case in CASES if case.startswith(options.case)]
        found["memory"] = {case: fresh(large, data, case, mapped=options.mapped) for case in cases}
    if wanted("speed"):
        model = write_model(folder / "model", options.size, options.vocabulary)
        data = write_rows(folder / "rows")
        full: dict[str, Any] = {"stage": "instruct", "method": "full"}
        found["speed"] = {
            "everything but the tower, float32": speed(model, data, options.steps, **full),
            "the same, bfloat16 autocast": speed(model, data, options.steps, autocast=True, **full),
            "LoRA, float32": speed(model, data, options.steps, method="lora"),
        }
    return found


def main() -> None:
    if "--child" in sys.argv:
        folder, data, case = sys.argv[2:]
        print(json.dumps(memory_of(Path(folder), Path(data), case)))
        return
    parser = options_parser(__doc__)
    parser.add_argument("--only", choices=["speed", "memory"])
    parser.add_argument(
        "--size", choices=["small", "middle"], default="middle", help="small: only to check that it runs"
    )
    parser.add_argument("--steps", type=int, default=3, help="passes over all batches")
    parser.add_argument("--vocabulary", type=int, help="token ids of the model for speed")
    parser.add_argument("--case", default="", help="memory: the cases that begin like this")
    parser.add_argument("--mapped", action="store_true", help="memory: without the allocator's unused memory (glibc)")
    parser.add_argument("--json", type=Path, metavar="FILE")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        found = measure(options, Path(folder))
    found["environment"] = environment(torch.device("cpu"))
    if options.json:
        options.json.write_text(json.dumps(found, indent=1))
    print("\n".join(report(found)))


if __name__ == "__main__":
    main()
