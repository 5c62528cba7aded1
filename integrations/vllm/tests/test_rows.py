"""The rows of slots and the plan of a step, without an engine: a request cut at any position gives the
same pieces."""

from __future__ import annotations

from itertools import pairwise

import pytest
import torch
from flashsloth_vllm.rows import (
    GroupLayout,
    RowLayout,
    SlotRows,
    Step,
    complete_group,
    pack_windows,
    patches_in_windows,
)

from flashsloth.model.pooling import to_windows

IMAGE, QUERY, END, Q = 90, 91, 92, 3
TURN = [1, *[IMAGE] * 4, 2, 3, 4, 5, *[QUERY] * Q, 6, 7, END, 8, 9, 10, 11, *[QUERY] * Q, 6]
N = 4  # slots of a block


LAYOUT = GroupLayout(IMAGE, QUERY, Q, turn_prefix_length=3, end_token_id=END)


def make_rows(blocks: int = 16) -> SlotRows:
    layout = RowLayout(5, 7, torch.bfloat16)
    return SlotRows(layout, torch.zeros(blocks, N, layout.nbytes, dtype=torch.uint8))


def step_of(requests: list[tuple[int, int, list[int]]], rows: SlotRows) -> Step:
    """Return a step of requests given as (first position, end, block numbers)."""
    starts, slots = [0], []
    for first, end, blocks in requests:
        starts.append(starts[-1] + end - first)
        slots += [blocks[at // N] * N + at % N for at in range(first, end)]
    tables = torch.tensor(
        [[*blocks, *[0] * (9 - len(blocks))] for _, _, blocks in requests], dtype=torch.int32
    )
    return Step(torch.tensor(slots), starts, [end for _, end, _ in requests], tables)


def run(rows: SlotRows, requests: list[tuple[int, int, list[int]]]) -> list[tuple[list[int], ...]]:
    """Write a step's ids and return its pieces: rows in the step, offsets, question, pictures."""
    step = step_of(requests, rows)
    ids = torch.tensor([token for first, end, _ in requests for token in TURN[first:end]])
    rows.write(rows.ids, step.slots, ids)
    pieces = rows.plan(step, ids, LAYOUT)
    return [tuple(t.tolist() for t in (p.rows, p.offsets, p.question, p.pictures)) for p in pieces]


def test_parts_of_a_row_do_not_touch() -> None:
    rows = make_rows()
    slots = torch.tensor([3, 9, 12])
    states, features = torch.randn(3, 5).bfloat16(), torch.randn(3, 7).bfloat16()
    rows.write(rows.ids, slots, torch.tensor([2**40, 5, -1]))
    rows.write(rows.states, slots, states)
    rows.write(rows.features, slots, features)
    assert rows.read(rows.ids, slots).tolist() == [2**40, 5, -1]
    assert rows.read(rows.states, slots).equal(states)
    assert rows.read(rows.features, slots).equal(features)
    assert not rows.ids[0, 0]


@pytest.mark.parametrize("cut", range(1, len(TURN)))
@pytest.mark.parametrize("second", [0, 2])
def test_a_cut_changes_no_piece(cut: int, second: int) -> None:
    """Cut a request in two or three steps, in blocks of any order."""
    blocks = [7, 2, 9, 4, 1, 12, 3]
    slots = [blocks[at // N] * N + at % N for at in range(len(TURN))]
    rows = make_rows()
    cuts = sorted({0, cut, min(cut + second, len(TURN)), len(TURN)})
    seen: dict[int, tuple[list[int], list[int], int]] = {}
    for first, end in pairwise(cuts):
        for at, offsets, question, pictures in run(rows, [(first, end, blocks)]):
            for row, offset in zip(at, offsets, strict=True):
                seen[first + row] = (question, pictures, offset)
    expected = {}
    for query, question in ((9, range(6, 9)), (17 + 2, range(17, 19))):
        query = TURN.index(QUERY) if query == 9 else len(TURN) - 1 - Q
        question = range(6, 9) if query == 9 else range(TURN.index(END) + 3, query)
        for offset in range(Q):
            expected[query + offset] = ([slots[at] for at in question], slots[1:5], offset)
    assert seen == expected


def test_requests_of_one_step() -> None:
    rows = make_rows()
    run(rows, [(0, 10, [1, 2, 3])])
    alone = run(rows, [(10, 12, [1, 2, 3])])
    together = run(rows, [(0, 5, [8, 9]), (10, 12, [1, 2, 3]), (0, 3, [5])])
    assert [(question, pictures) for _, _, question, pictures in together] == [
        (q, p) for _, _, q, p in alone
    ]
    assert together[0][0] == [5, 6]


@pytest.mark.parametrize(
    "ids", [[QUERY, 5], [5, QUERY, QUERY, 6], [IMAGE, QUERY, QUERY, QUERY, QUERY, 1]]
)
def test_ids_that_nobody_renders_have_no_groups(ids: list[int]) -> None:
    rows = make_rows()
    step = step_of([(0, len(ids), [1, 2])], rows)
    rows.write(rows.ids, step.slots, torch.tensor(ids))
    assert rows.plan(step, torch.tensor(ids), LAYOUT) == []


def test_complete_group() -> None:
    assert complete_group([5, QUERY], LAYOUT) == [5, QUERY, QUERY, QUERY]
    assert complete_group([5, QUERY, QUERY, QUERY], LAYOUT) == [5, QUERY, QUERY, QUERY]
    assert complete_group([5], LAYOUT) == [5]


@pytest.mark.parametrize(("side", "window"), [(12, 3), (12, 5), (4, 1), (5, 4)])
def test_windows_hold_every_patch_once(side: int, window: int) -> None:
    V, tiles = 2, 3
    features = torch.randn(2, tiles * side**2, V)
    packed = pack_windows(features, window, side**2)
    tokens = (-(-side // window)) ** 2
    assert packed.shape == (2, tiles * tokens, window**2 * V)
    kept = packed.view(2, tiles, tokens * window**2, V)[
        :, :, patches_in_windows(window, side**2)
    ].flatten(1, 2)
    assert kept.sort(dim=1).values.equal(features.sort(dim=1).values)
    if side % window == 0:
        first = to_windows(features[:, : side**2], window).flatten(2)
        assert packed[:, :tokens].equal(first)
