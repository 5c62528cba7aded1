"""Does EmbQ follow its question? What it computes for the question, for another one, and what the
answers lose.

    python integrations/synthetic/experiments question [--samples 300] [--model nano]

The first question of each sample of test. EmbQ's first attention gives q', which its second attention
compares with the patches: q' is replaced by that of another question about the same picture, by the
mean over all questions, or by 0, or EmbQ is left out. Accuracy counts answers that are exactly right.
Then how much q' and what follows from it differ between the two questions.
"""

# ruff: noqa: T201 - a program
from __future__ import annotations

import argparse
import statistics
from collections import defaultdict
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import torch
from maps import table
from torch import Tensor

import flashsloth
from flashsloth.chat import FlashSloth
from flashsloth.model.embq import split_heads
from flashsloth_synthetic import sample

MAX_TOKENS = 48


def add_options(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--samples", type=int, default=300)
    parser.add_argument("--model", default="nano")


@torch.inference_mode()
def run(samples: int, model: str) -> None:
    torch.set_num_threads(1)
    opened = flashsloth.open(model)
    drawn = [each for n in range(samples) if (each := sample("test", n)).image is not None]
    rows = [(each.image, each.turns[0].question, each.turns[0].answer) for each in drawn]
    # the first question of the sample before
    others = [rows[number - 1][1] for number in range(len(rows))]

    seen = [observe(opened, image, question) for image, question, _ in rows]
    elsewhere = [
        observe(opened, image, other) for (image, _, _), other in zip(rows, others, strict=True)
    ]
    mean = torch.stack([each["guided"] for each in seen]).mean(0)
    changes: dict[str, Callable[[int], dict[str, Any]]] = {
        "its own": lambda n: {},
        "another question's": lambda n: {"guide": lambda *_: elsewhere[n]["guided"]},
        "the mean of all questions": lambda n: {"guide": lambda *_: mean},
        "0": lambda n: {"guide": lambda *_: torch.zeros_like(mean)},
        "EmbQ left out": lambda n: {"attend": lambda query, *_: query},
    }
    answers = {
        name: [ask(opened, *rows[n][:2], **change(n)) for n in range(len(rows))]
        for name, change in changes.items()
    }
    own = answers["its own"]
    results = []
    for name, given in answers.items():
        right = sum(answer == truth for answer, (_, _, truth) in zip(given, rows, strict=True))
        changed = sum(answer != before for answer, before in zip(given, own, strict=True))
        results.append((name, f"{right / len(rows):.1%}", f"{changed / len(rows):.1%}"))
    print(len(rows), "questions")
    print(table(("q'", "right", "other answers"), results))
    numbers = defaultdict(list)
    for one, other in zip(seen, elsewhere, strict=True):
        for name, value in differences(opened, one, other, mean).items():
            numbers[name].append(value)
    print(table(("number", "median"), [(n, f"{statistics.median(v):.3f}") for n, v in numbers.items()]))


def embq_of(model: FlashSloth) -> Any:
    return model.engine.decoder.embq


@contextmanager
def replaced(module: Any, **functions: Any) -> Iterator[None]:
    """Replace methods of a module."""
    for name, function in functions.items():
        setattr(module, name, function)
    try:
        yield
    finally:
        for name in functions:
            delattr(module, name)


def ask(model: FlashSloth, image: Any, question: str, **functions: Any) -> str:
    with replaced(embq_of(model), **functions):
        return model.chat(image).ask(question, temperature=0, max_tokens=MAX_TOKENS).text()


def observe(model: FlashSloth, image: Any, question: str) -> dict[str, Tensor]:
    """Return q' and the query's own state, the attention to patches with its scores, and what is added
    to the query."""
    embq, found = embq_of(model), {}
    whole, guide = embq.attend, embq.guide

    def attend(query: Tensor, question: Tensor, mask: Tensor, keys: Tensor, *rest: Any) -> Tensor:
        guided = guide(query, question, mask)
        out = whole(query, question, mask, keys, *rest)
        found.update(query=query, guided=guided, keys=keys, added=out - query)
        return out

    with replaced(embq, attend=attend):
        model.chat(image).ask(question, temperature=0, max_tokens=1).text()
    return found


def differences(
    model: FlashSloth, one: dict[str, Tensor], other: dict[str, Tensor], mean: Tensor
) -> dict[str, float]:
    read = embq_of(model).read_picture
    weights = [read.weights(each["guided"], one["keys"]).mean((0, 1, 2)) for each in (one, other)]
    guided = (one["guided"], other["guided"], mean, torch.zeros_like(mean))
    q, q_other, q_mean, q_zero = (split_heads(read.q_proj(each), read.heads) for each in guided)
    still = read.weights(torch.zeros_like(mean), one["keys"]).mean((0, 1, 2))

    def spread(query: Tensor) -> float:
        """The standard deviation over the patches of the scores that a query gives."""
        scores = query @ one["keys"].transpose(-1, -2) * query.shape[-1] ** -0.5
        return float(scores.std(-1).mean())

    return {
        "q': own - other, relative to own": ratio(one["guided"] - other["guided"], one["guided"]),
        "q': own - mean of all questions, relative to own": ratio(one["guided"] - mean, one["guided"]),
        "q' between query tokens: one - their mean, relative to one": ratio(
            one["guided"] - one["guided"].mean(1, keepdim=True), one["guided"]
        ),
        "scores over patches: deviation by the mean q'": spread(q_mean),
        "scores over patches: deviation by q' = 0": spread(q_zero),
        "scores over patches: deviation by own - other": spread(q - q_other),
        "attention: part that moves between the two questions": float(
            (weights[0] - weights[1]).abs().sum() / 2
        ),
        "attention: part that moves from q' = 0 to the question": float(
            (weights[0] - still).abs().sum() / 2
        ),
        "what is added, relative to the query's own state": ratio(one["added"], one["query"]),
        "what is added: own - other, relative to own": ratio(
            one["added"] - other["added"], one["added"]
        ),
    }


def ratio(part: Tensor, whole: Tensor) -> float:
    return float(part.norm() / whole.norm())
