"""The order of rows, and rows as tensors with the ids of a conversation."""

from __future__ import annotations

import itertools
import json
import re
from collections.abc import Sequence
from itertools import islice
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from hypothesis import example, given
from hypothesis import strategies as st

from data.helpers import messages, write_rows
from flashsloth.chat import FlashSloth, Turn
from flashsloth.data.data_files import open_rows
from flashsloth.data.sample import IGNORED, Encoded
from flashsloth.images.reader import read_image
from flashsloth.processing.pictures import tower_pixels
from flashsloth.training.dataset import (
    WINDOW,
    WINDOWS,
    Collate,
    LengthGroupedSampler,
    TrainingExample,
    TrainingRows,
)
from token_stream import prompt_ids

from .helpers import make_data, picture

# The order


def lengths(count: int, seed: int = 0) -> np.ndarray[Any, np.dtype[np.int32]]:
    """Rough lengths, a third of them without a picture."""
    random = np.random.default_rng(seed)
    return (random.integers(20, 2000, count) * np.where(random.random(count) < 1 / 3, -1, 1)).astype(
        np.int32
    )


def in_steps(order: Sequence[int], size: int) -> list[list[int]]:
    rows = iter(order)
    return list(iter(lambda: list(islice(rows, size)), []))


SIZES = st.lists(st.integers(-3000, 3000).filter(bool), min_size=1, max_size=300)


@example(lengths(WINDOW * 4 * 3 + 7).tolist(), 4, 0, 0)  # of several windows
@given(SIZES, st.integers(1, 40), st.integers(0, 2**32), st.integers(0, 5))
def test_every_row_once_per_epoch(sizes: list[int], step_rows: int, seed: int, epoch: int) -> None:
    order = LengthGroupedSampler(np.array(sizes, np.int32), step_rows, seed)
    order.set_epoch(epoch)
    found = list(order)
    assert sorted(found) == list(range(len(sizes))) == list(range(len(order)))
    assert list(order) == found
    assert all(isinstance(row, int) for row in found)


def test_the_order_depends_on_epoch_and_seed() -> None:
    found = []
    for seed, epoch in [*itertools.product((0, 1), (0, 1)), (1, 1)]:
        order = LengthGroupedSampler(lengths(200), 4, seed)
        order.set_epoch(epoch)
        found.append(tuple(order))
    assert len(set(found)) == 4
    assert found[-1] == found[-2]
    small, lasts = LengthGroupedSampler(np.arange(1, 13, dtype=np.int32), 8, 0), set()
    for epoch in range(12):
        small.set_epoch(epoch)
        lasts.add(frozenset(list(small)[8:]))
    assert len(lasts) > 6  # the rows that are left for the last step


def test_rows_of_a_step_are_similar() -> None:
    """In length, and in having a picture, except in the few steps where one kind ends."""
    sizes, step = lengths(1600), 8
    steps = in_steps(list(LengthGroupedSampler(sizes, step, 0)), step)
    by_chance = in_steps(np.random.default_rng(0).permutation(1600).tolist(), step)

    def spread(order: list[list[int]]) -> float:
        return float(np.mean([np.ptp(np.abs(sizes[rows])) for rows in order]))

    assert spread(steps) < 0.15 * spread(by_chance)
    mixed, mixed_by_chance = (
        sum(np.ptp(np.sign(sizes[rows])) > 0 for rows in order) for order in (steps, by_chance)
    )
    windows = 1600 // step // (1600 // step // WINDOWS)  # so many at least, or else of 50 steps
    assert mixed <= windows
    assert mixed_by_chance > len(by_chance) / 2


def test_steps_are_not_sorted_by_length() -> None:
    sizes = np.arange(1, 401, dtype=np.int32)
    means = [
        float(np.mean(sizes[rows])) for rows in in_steps(list(LengthGroupedSampler(sizes, 8, 0)), 8)
    ]
    assert abs(float(np.corrcoef(means, range(len(means)))[0, 1])) < 0.5


@pytest.mark.parametrize(("batch", "processes", "accum"), [(8, 1, 1), (4, 2, 1), (2, 2, 2), (1, 4, 2)])
def test_rows_of_a_step_do_not_depend_on_the_processes(batch: int, processes: int, accum: int) -> None:
    """accelerate gives batches to the processes in turn."""
    sizes = lengths(160)
    wanted = [set(rows) for rows in in_steps(list(LengthGroupedSampler(sizes, 8, 3)), 8)]
    order = LengthGroupedSampler(sizes, batch * processes * accum, 3)
    dealt = in_steps(list(order), batch)
    by_process = [dealt[number::processes] for number in range(processes)]
    steps = [
        {row for batches in by_process for rows in batches[start : start + accum] for row in rows}
        for start in range(0, len(by_process[0]), accum)
    ]
    assert steps == wanted


# Rows as ids


THREE_TURNS = [
    ("What is this?", "A disc."),
    ("Which colour?\nSay it in one word.", "Red, as <image> it seems"),
    ("Sure? </s><learnable>", "Yes </s>, quite."),
]


def rows_of(sloth: FlashSloth, path: Path, **changes: Any) -> TrainingRows:
    settings: dict[str, Any] = {"rendering": "chat", "hd": False, "max_length": 2048, **changes}
    return TrainingRows(open_rows([path]), sloth.prompt, sloth.config, **settings)


def conversation(
    folder: Path, turns: list[tuple[str, str]], image: str | None, system: str | None = None
) -> Path:
    row = messages(*itertools.chain(*turns))
    if system is not None:
        row["system"] = system
    if image is not None:
        row["image"] = picture(folder / image).name
    return write_rows(folder / "rows.jsonl", row)


@pytest.mark.parametrize(
    ("count", "image", "system"),
    [(3, "one.png", None), (3, None, ""), (1, "one.png", "Be brief."), (1, None, None)],
)
def test_the_ids_of_a_conversation(
    count: int, image: str | None, system: str | None, nano: FlashSloth, tmp_path: Path
) -> None:
    """The ids are those of `chat`; the labels are the answers with their `</s>`."""
    turns = THREE_TURNS[:count]
    encoded = rows_of(nano, conversation(tmp_path, turns, image, system))[0].encoded
    chat = nano.chat(*([tmp_path / image] if image else []), system=system)
    answers = [nano.prompt.text(f" {answer}") for _, answer in turns]
    for (question, answer), ids in zip(turns[:-1], answers, strict=False):
        # the picture stands before the first question
        shown = int(image is not None and not chat.turns)
        chat.turns.append(Turn(question, answer, tuple(ids), "stop", shown))
    end = nano.config.end_token_id
    assert encoded.input_ids == [*prompt_ids(chat, turns[-1][0]), *answers[-1], end]
    learned = [
        token for token, label in zip(encoded.input_ids, encoded.labels, strict=True) if label == token
    ]
    assert learned == [label for label in encoded.labels if label != IGNORED]
    assert learned == [token for ids in answers for token in (*ids, end)]


@pytest.mark.parametrize("image", ["one.png", None])
def test_the_ids_of_a_caption(image: str | None, nano: FlashSloth, tmp_path: Path) -> None:
    """The last answer alone, after its picture, and a line's end: both are learned."""
    encoded = rows_of(nano, conversation(tmp_path, THREE_TURNS[:2], image, "no"), rendering="caption")[
        0
    ].encoded
    shown = [nano.config.image_token_id] * nano.config.visual_tokens(False) if image else []
    queries = [nano.config.query_token_id] * nano.config.num_query_tokens
    answer, end = nano.prompt.text(THREE_TURNS[1][1]), nano.prompt.text("\n")
    assert encoded.input_ids == [*shown, *answer, *queries, *end]
    assert encoded.labels == [*[IGNORED] * len(shown), *answer, *[IGNORED] * len(queries), *end]


def test_pixels_of_five_tiles(nano: FlashSloth, tmp_path: Path) -> None:
    """They are those of an answer."""
    item = rows_of(nano, conversation(tmp_path, THREE_TURNS[:1], "one.png"), hd=True)[0]
    wanted = tower_pixels(read_image(tmp_path / "one.png").image, nano.config, hd=True)
    assert item.pixels.shape[0] == nano.config.tiles
    assert np.array_equal(item.pixels, wanted)
    assert item.encoded.input_ids.count(nano.config.image_token_id) == nano.config.visual_tokens(True)


def test_rows_with_a_fault(nano: FlashSloth, tmp_path: Path) -> None:
    """They have a reason and no labels, and do not change the other rows."""
    data = make_data(tmp_path, 5)
    fine = [rows_of(nano, data)[row] for row in range(5)]
    rows = [json.loads(line) for line in data.read_text().splitlines()]
    rows[1]["answer"] = "word " * 3000
    rows[2]["image"] = "missing.png"
    (tmp_path / "3.png").write_bytes((tmp_path / "3.png").read_bytes()[:60])
    write_rows(data, *rows, "{")
    items = [rows_of(nano, data)[row] for row in range(6)]
    for number, said in {
        1: "more than the limit of 2048",
        2: "missing.png",
        3: "3.png",
        5: "JSON",
    }.items():
        item = items[number]
        assert re.match(rf"{re.escape(str(data))}:{number + 1}: .*{said}", item.fault)
        assert (item.encoded.labels, item.pixels) == ([IGNORED] * len(item.encoded.input_ids), None)
        assert item.encoded.input_ids
    for number in (0, 4):
        assert (items[number].encoded, items[number].fault) == (fine[number].encoded, "")


def test_the_longest_row_that_fits(nano: FlashSloth, tmp_path: Path) -> None:
    path = conversation(tmp_path, THREE_TURNS, "one.png")
    length = len(rows_of(nano, path)[0].encoded.input_ids)
    assert rows_of(nano, path, max_length=length)[0].fault == ""
    assert f"{length} tokens" in rows_of(nano, path, max_length=length - 1)[0].fault


# Batches


def item(length: int, pixels: float | None = None, fault: str = "") -> TrainingExample:
    array = None if pixels is None else np.full((3, 4, 4), pixels, np.float32)
    return TrainingExample(
        Encoded(list(range(10, 10 + length)), [IGNORED] * (length - 1) + [9 + length]), array, fault
    )


def test_a_batch() -> None:
    batch = Collate(pad=7)([item(3, 1.0), item(5), item(2, 2.0, fault="broken")])
    assert batch["input_ids"].tolist() == [[10, 11, 12, 7, 7], [10, 11, 12, 13, 14], [10, 11, 7, 7, 7]]
    no = IGNORED
    assert batch["labels"].tolist() == [
        [no, no, 12, no, no],
        [no, no, no, no, 14],
        [no, 11, no, no, no],
    ]
    assert batch["attention_mask"].tolist() == [[1, 1, 1, 0, 0], [1] * 5, [1, 1, 0, 0, 0]]
    assert batch["pixel_values"].shape == (2, 3, 4, 4)
    assert batch["pixel_values"][:, 0, 0, 0].tolist() == [1.0, 2.0]
    assert batch["counts"] == [3, 10]
    assert batch["faults"] == ["broken"]
    assert "dummy_pixel_values" not in batch


def test_the_plan_is_made_of_rows_without_their_padding() -> None:
    planned: list[list[list[int]]] = []

    def plan(rows: Sequence[Sequence[int]]) -> None:
        planned.append([list(row) for row in rows])

    batch = Collate(7, plan=plan)([item(2, 1.0), item(3, 2.0)])
    assert planned == [[[10, 11, -1], [10, 11, 12]]]
    assert "embq_plan" in batch
    assert "embq_plan" not in Collate(7, plan=plan)([item(2)])  # EmbQ reads pictures


def test_a_batch_without_pictures_among_several_processes() -> None:
    shape = (5, 3, 4, 4)
    assert {"pixel_values", "dummy_pixel_values"}.isdisjoint(Collate(0)([item(3)]))
    batch = Collate(0, idle=shape)([item(3), item(4)])
    assert "pixel_values" not in batch
    assert torch.equal(batch["dummy_pixel_values"], torch.zeros(1, *shape))
    assert "dummy_pixel_values" not in Collate(0, idle=(3, 4, 4))([item(3), item(4, 1.0)])
