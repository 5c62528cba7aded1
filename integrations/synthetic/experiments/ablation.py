"""What SAP, the query tokens and EmbQ are worth at miniature size: the model compared with variants
that lack them.

    python -m flashsloth_synthetic train examples/nano/see.toml --set pooling=average \
        --set pooling_window=1 -o see
    python integrations/synthetic/experiments ablation --tower see [--steps N] [--seconds T] \
        [--seeds 3] [--json FILE]

Five variants learn to answer questions about drawn pictures: the whole model, means instead of SAP, no
pooling, no query tokens, and query tokens without EmbQ. All share one frozen tower, trained before on
patch labels; its features are computed once. The rest starts from random weights and learns at a
constant rate after a warm-up, so that one run gives the accuracy after a number of steps and after a
number of seconds. Seconds are those of training alone. Seeds choose the initial weights and the order
of rows; all variants have the same pictures and questions.

Each form of question has one wording and an answer of a word or two, so that language matters little.
Accuracy is measured on new pictures, with the model's own earlier answers in the context
(flashsloth.evaluation). Each variant's range over the seeds is compared with the whole model's: higher,
lower, or overlap, which claims nothing.
"""

# ruff: noqa: T201 - a program
from __future__ import annotations

import argparse
import hashlib
import json
import statistics
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import asdict, dataclass, field
from itertools import product
from pathlib import Path
from random import Random
from typing import Any, Literal

import numpy as np
import torch
from torch import Tensor, nn
from transformers.modeling_outputs import BaseModelOutput

import flashsloth_synthetic as synthetic
from flashsloth.benchmark.meters import environment
from flashsloth.chat import FlashSloth
from flashsloth.checkpoints import loader, model_files, resolve
from flashsloth.data.data_files import Rows
from flashsloth.data.labels import encode_chat
from flashsloth.data.sample import QAPair, Sample
from flashsloth.dialogues.answerers import choose_answerer
from flashsloth.evaluation.evaluate import ScoredSample, evaluate, open_dataset
from flashsloth.evaluation.metrics import Scores
from flashsloth.generation.answer_settings import AnswerSettings
from flashsloth.hf.config import FlashSlothConfig
from flashsloth.hf.module_decoder import make_decoder
from flashsloth.hf.processor import FlashSlothProcessor
from flashsloth.processing.pixels import tower_pixels
from flashsloth.processing.prompt import PromptEncoder
from flashsloth.training import model_setup
from flashsloth.training.dataset import Collate, LengthGroupedSampler, TrainingExample
from flashsloth.training.recipe import Recipe
from flashsloth_synthetic import question_templates
from flashsloth_synthetic.master_weights import MasterWeightAdamW, use_fast_modules
from flashsloth_synthetic.question_builders import BUILDERS
from flashsloth_synthetic.scene import Category, Scene
from flashsloth_synthetic.scene_index import View
from flashsloth_synthetic.write import row

WHOLE = "SAP and EmbQ"
VARIANTS: dict[str, dict[str, Any]] = {
    WHOLE: {},
    "average pooling": {"pooling": "average"},
    "no pooling": {"pooling": "average", "pooling_window": 1},
    "no queries": {"num_query_tokens": 0},
    "queries, no EmbQ": {"embq": False},
}
TEXT = {
    "hidden_size": 128,
    "intermediate_size": 512,
    "num_hidden_layers": 3,
    "num_attention_heads": 4,
    "max_position_embeddings": 1024,
    "partial_rotary_factor": 0.5,
    "resid_pdrop": 0.0,
}
OWN = {
    "system_prompt": "",
    "pooling_window": 3,
    "pooling_dropout": 0.0,
    "num_query_tokens": 4,
    "embq_layer": 1,
    "embq_width": 128,
    "embq_heads": 4,
    "initializer_range": 0.08,  # about 1 / sqrt(width), as 0.02 is for the released model
}

# forms that need the right place in the picture, or a detail
FORMS: dict[Category, tuple[str, ...]] = {
    "shapes": ("colour", "shape", "side", "neighbour", "direction", "biggest"),
    "chart": ("value", "tallest", "edge", "holder"),
}
MAX_TURNS = 8  # of a row
TRIES = 32
DTYPE = torch.bfloat16
CPU = torch.device("cpu")
TOWER_BATCH = 64


@dataclass(frozen=True)
class Plan:
    """The settings of the comparison."""

    steps: int
    seconds: float
    seeds: int
    pictures: int
    dialogues: int  # rows per picture
    asked: int  # dialogues about new pictures
    batch: int
    rate: float
    warmup: int


# Pictures and questions


class CachingTower(nn.Module):
    """The tower, with a cache of its features by picture."""

    def __init__(self, tower: nn.Module) -> None:
        super().__init__()
        self.tower = tower.eval().requires_grad_(False)
        self.dtype = DTYPE
        self.cache: dict[bytes, Tensor] = {}

    @torch.no_grad()
    def forward(self, pixels: Tensor) -> BaseModelOutput:
        keys = [
            hashlib.sha1(one.contiguous().view(torch.uint8).numpy().data).digest() for one in pixels
        ]
        new = {key: one for key, one in zip(keys, pixels, strict=True) if key not in self.cache}
        if new:
            features = self.tower(torch.stack(list(new.values()))).last_hidden_state
            self.cache.update(zip(new, features, strict=True))
        return BaseModelOutput(last_hidden_state=torch.stack([self.cache[key] for key in keys]))


class FeatureTable(nn.Module):
    """In place of the tower: returns features (I, N, V) for pictures whose pixels all hold the
    picture's number."""

    dtype = torch.float32  # holds the number exactly

    def __init__(self, features: Tensor) -> None:
        super().__init__()
        self.features = features  # neither parameter nor buffer, so never trained nor saved

    def forward(self, pixels: Tensor) -> BaseModelOutput:
        return BaseModelOutput(last_hidden_state=self.features[pixels[:, 0, 0, 0].long()])


@dataclass(frozen=True)
class World:
    """Training rows by the number of their picture, features (pictures, N, V), and dialogues for the
    evaluation."""

    tower: CachingTower
    config: FlashSlothConfig
    processor: FlashSlothProcessor
    features: Tensor
    rows: list[tuple[int, Sample]]
    dialogues: Rows


def category_of(number: int) -> Category:
    return list(FORMS)[number % len(FORMS)]


def turns_about(scene: Scene, name: str) -> tuple[QAPair, ...]:
    """Write a few different questions about a scene."""
    random, view, forms = Random(f"ablation/{name}"), View(scene), FORMS[scene.category]
    answers: dict[str, str] = {}
    for _ in range(TRIES):
        form = random.choice(forms)
        question = BUILDERS[form](random, view, None)
        if question is not None and len(answers) < MAX_TURNS:
            phrasing = question.phrasing or form
            # the same wording every time
            text = question_templates.question(Random(form), phrasing, question.words)
            answers.setdefault(text, question.bare)
    return tuple(QAPair(text, answer) for text, answer in answers.items())


def make_world(folder: str, plan: Plan, pictures: Path) -> World:
    """Draw all pictures, the new ones into the folder `pictures`, and compute the features of the
    others."""
    opened = loader.load(
        resolve.find(folder, offline=True), device="cpu", dtype=str(DTYPE).removeprefix("torch.")
    )
    model = opened.as_transformers()
    tower = CachingTower(model.model.vision_tower)
    rows, features = [], []
    for start in range(0, plan.pictures, TOWER_BATCH):
        numbers = range(plan.pictures)[start : start + TOWER_BATCH]
        drawn = [(n, *synthetic.picture("train", n, category_of(n))) for n in numbers]
        views = [tower_pixels(image, model.config, hd=False) for _, image, _ in drawn]
        pixels = torch.from_numpy(np.stack(views)).to(DTYPE)
        with torch.no_grad():
            features.append(tower.tower(pixels).last_hidden_state)
        for number, _, scene in drawn:
            dialogues = (turns_about(scene, f"train/{number}/{i}") for i in range(plan.dialogues))
            rows += [(number, Sample(turns, "drawn")) for turns in dialogues if turns]
    evaluation = new_dialogues(plan.asked, pictures)
    processor = model_files.read_processor(model.config, opened.source.folder)
    return World(tower, model.config, processor, torch.cat(features), rows, evaluation)


def new_dialogues(count: int, folder: Path) -> Rows:
    """Write dialogues about new pictures."""
    rows = folder / "rows.jsonl"
    with rows.open("w") as file:
        for number in range(count):
            category = category_of(number)
            image, scene = synthetic.picture("test", number, category)
            turns = turns_about(scene, f"test/{number}")
            if turns:
                image.save(folder / f"{number}.png")
                file.write(json.dumps(row(f"{number}.png", turns, category)) + "\n")
    return open_dataset([rows])


def guess_accuracy(rows: Sequence[tuple[int, Sample]], dialogues: Sequence[Sample]) -> float:
    """Return the accuracy of the most common answer to each question, which needs no picture."""
    answers: dict[str, Counter[str]] = {}
    for _, sample in rows:
        for turn in sample.turns:
            answers.setdefault(turn.question, Counter())[turn.answer] += 1
    common = {question: counts.most_common(1)[0][0] for question, counts in answers.items()}
    right = [
        common.get(turn.question) == turn.answer for dialogue in dialogues for turn in dialogue.turns
    ]
    return sum(right) / len(right)


# Learning


@dataclass(slots=True)
class Course:
    """The training of a variant with a seed. `right`: its scores after the steps and after the
    seconds."""

    variant: str
    seed: int
    parameters: int
    steps: dict[str, int] = field(default_factory=dict)
    seconds: dict[str, float] = field(default_factory=dict)
    right: dict[str, dict[str, Any]] = field(default_factory=dict)
    losses: list[float] = field(default_factory=list)


Mark = Literal["steps", "seconds"]
MARKS: tuple[Mark, ...] = ("steps", "seconds")


def configure(world: World, variant: str) -> FlashSlothConfig:
    """Return the configuration of a variant, with the tower's sizes and tokens."""
    own = ("image_token_id", "query_token_id", "query_offset_token_id", "turn_prefix_length")
    kept = {name: getattr(world.config, name) for name in (*own, "image_aspect_ratio")}
    words = ("vocab_size", "bos_token_id", "eos_token_id", "pad_token_id")
    text = {name: getattr(world.config.text_config, name) for name in words}
    vision = world.config.vision_config.to_dict()
    return FlashSlothConfig(
        text_config={**text, **TEXT}, vision_config=vision, **{**kept, **OWN, **VARIANTS[variant]}
    )


def batches(world: World, config: FlashSlothConfig, plan: Plan, seed: int) -> Iterator[dict[str, Any]]:
    """Yield batches without end, in a new order each epoch."""
    prompt, visual = PromptEncoder(world.processor.tokenizer, config), config.visual_tokens(hd=False)
    items = [TrainingExample(encode_chat(prompt, sample, visual), None) for _, sample in world.rows]
    lengths = np.array([len(item.encoded.input_ids) for item in items], np.int32)
    collate = Collate(int(config.text_config.pad_token_id))
    order, epoch = LengthGroupedSampler(lengths, plan.batch, seed), 0
    while True:
        order.set_epoch(epoch)
        numbers = list(order)
        for start in range(0, len(numbers) - plan.batch + 1, plan.batch):
            chosen = numbers[start : start + plan.batch]
            batch = collate([items[number] for number in chosen])
            # padded on the right: the causal mask is enough
            del (batch["counts"], batch["faults"], batch["attention_mask"])
            pictures = torch.tensor([float(world.rows[number][0]) for number in chosen])
            size = int(config.vision_config.image_size)
            yield batch | {"pixel_values": pictures[:, None, None, None].expand(-1, 3, size, size)}
        epoch += 1


def learn(world: World, variant: str, seed: int, plan: Plan) -> Course:
    """Train a variant, and evaluate it after the steps and after the seconds."""
    config = configure(world, variant)
    torch.manual_seed(seed)
    recipe = Recipe(stage="all", method="full")
    processor = FlashSlothProcessor.from_config(config, world.processor.tokenizer)
    built = model_setup.build(
        model_setup.Sources(variant, config, processor, {}), recipe, torch.float32, hd=False
    )
    use_fast_modules(built, torch.device("cpu"))
    built.model.vision_tower = FeatureTable(world.features)
    model = model_setup.prepare(built, recipe, hd=False).train()
    learning = list(model_setup.trainable(model).values())
    optimizer = MasterWeightAdamW(learning, plan.rate, dtype=DTYPE)
    course = Course(variant, seed, sum(p.numel() for p in learning))
    spent, rows = 0.0, batches(world, config, plan, seed)
    next(rows)  # the first one encodes all texts
    for step in range(1, sys.maxsize):
        started = time.perf_counter()
        batch = next(rows)
        optimizer.param_groups[0]["lr"] = plan.rate * min(1.0, step / plan.warmup)
        loss = model(**batch, loss_only=True, use_cache=False).loss
        loss.backward()
        nn.utils.clip_grad_norm_(learning, 1.0)
        optimizer.step()
        optimizer.zero_grad()
        spent += time.perf_counter() - started
        course.losses.append(round(float(loss.detach()), 4))
        for mark, reached in zip(MARKS, (step >= plan.steps, spent >= plan.seconds), strict=True):
            if reached and mark not in course.right:
                course.steps[mark], course.seconds[mark] = step, spent
                course.right[mark] = score(world, model, processor)
                model.train()
        if len(course.right) == len(MARKS):
            break
    return course


def score(world: World, trained: Any, processor: FlashSlothProcessor) -> dict[str, Any]:
    """Evaluate the weights on the new pictures, with the packed decoder."""
    model = model_files.build_empty(trained.config)
    own = {name: tensor.detach().clone() for name, tensor in trained.state_dict().items()}
    model.load_state_dict(own, strict=False, assign=True)
    model.model.vision_tower = world.tower
    decoder = make_decoder(model, DTYPE, CPU)
    source = resolve.ModelSource("miniature", Path())
    sloth = FlashSloth(
        loader.LoadedModel(source, model.eval(), decoder, processor.tokenizer, "cpu", "bfloat16")
    )
    scores = Scores()
    for event in evaluate(
        world.dialogues, choose_answerer(sloth, AnswerSettings(max_tokens=16), batch_size=100)
    ):
        assert isinstance(event, ScoredSample)
        scores.add(event.sample.category, event.turns)
    return scores.as_values()


# Results


def verdict(these: Sequence[float], whole: Sequence[float]) -> str:
    """Compare a variant's range with the whole model's."""
    if min(these) > max(whole):
        return "higher"
    return "lower" if max(these) < min(whole) else "overlap"


def lines(courses: Sequence[Course], plan: Plan) -> Iterator[str]:
    """Yield a table of exact answers in percent, mean and range over the seeds."""
    yield f"{'':<17}{'weights':>8}{'steps/s':>8}  after {plan.steps:,} steps{'':<16}after {plan.seconds:g} s"
    names = [name for name in VARIANTS if any(course.variant == name for course in courses)]
    for name in names:
        mine = [course for course in courses if course.variant == name]
        speed = statistics.mean(course.steps["seconds"] / course.seconds["seconds"] for course in mine)
        yield (
            f"{name:<17}{mine[0].parameters:>8,}{speed:>8.2f}  "
            f"{cell(courses, name, 'steps'):<27}{statistics.mean(c.seconds['steps'] for c in mine):>4.0f} s  "
            f"{cell(courses, name, 'seconds'):<27}{statistics.mean(c.steps['seconds'] for c in mine):>6.0f} steps"
        ).rstrip()


def cell(courses: Sequence[Course], name: str, mark: Mark) -> str:
    """Return `61.2 (59.8-62.0) lower`."""
    mine, whole = (
        [100 * c.right[mark]["accuracy"] for c in courses if c.variant == n] for n in (name, WHOLE)
    )
    compared = f" {verdict(mine, whole)}" if whole and name != WHOLE else ""
    return f"{statistics.mean(mine):.1f} ({min(mine):.1f}-{max(mine):.1f}){compared}"


def add_options(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--tower", default="nano", help="a model with a trained tower")
    parser.add_argument("--steps", type=int, default=240)
    parser.add_argument("--seconds", type=float, default=45)
    parser.add_argument("--seeds", type=int, default=3)
    parser.add_argument("--pictures", type=int, default=6000, help="for training")
    parser.add_argument("--dialogues", type=int, default=1, help="per picture")
    parser.add_argument("--asked", type=int, default=300, help="new pictures")
    parser.add_argument("--batch", type=int, default=32)
    parser.add_argument("--rate", type=float, default=3e-3)
    parser.add_argument("--warmup", type=int, default=40, help="steps")
    parser.add_argument("--only", action="append", choices=list(VARIANTS))
    parser.add_argument("--json", dest="json_file", type=Path, help="file for all numbers")


def run(tower: str, only: list[str] | None, json_file: Path | None, **numbers: Any) -> None:
    names, plan = only or list(VARIANTS), Plan(**numbers)
    started = time.perf_counter()
    with tempfile.TemporaryDirectory() as pictures:
        compare(make_world(tower, plan, Path(pictures)), names, plan, started, json_file)


def compare(world: World, names: list[str], plan: Plan, started: float, json_file: Path | None) -> None:
    """Train all variants, and print the table."""
    seconds = time.perf_counter() - started
    note(f"{len(world.features):,} pictures and {len(world.rows):,} rows in {seconds:.0f} s")
    guessing = guess_accuracy(world.rows, world.dialogues)
    note(f"right without the picture: {guessing:.1%}")
    courses: list[Course] = []
    with suppress(KeyboardInterrupt):  # then print what is done
        for seed, name in product(range(plan.seeds), names):
            courses.append(learn(world, name, seed, plan))
            note(f"seed {seed}: {name:<17} {progress(courses[-1])}")
    print("\n".join(lines(courses, plan)))
    note(f"{time.perf_counter() - started:.0f} s in all")
    if json_file is not None:
        rows = [asdict(course) for course in courses]
        document = {
            "plan": asdict(plan),
            "environment": environment(CPU),
            "guessing": guessing,
            "courses": rows,
        }
        json_file.write_text(json.dumps(document, indent=1) + "\n")


def progress(course: Course) -> str:
    numbers = [
        (course.right[mark]["accuracy"], course.steps[mark], course.seconds[mark]) for mark in MARKS
    ]
    return ", ".join(
        f"{right:.1%} at step {step} ({seconds:.0f} s)" for right, step, seconds in numbers
    )


def note(text: str) -> None:
    print(text, file=sys.stderr, flush=True)
