"""The kernels between the products by Triton's interpreter, beside what they compute in torch's
operators."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
import torch
from torch import Tensor

from flashsloth.inference import card_step
from flashsloth.inference.attention import RotaryTable
from flashsloth.quantization import cpu

pytest.importorskip("triton", reason="the kernels for cards need Triton")
FAMILIES = {  # heads of queries, of keys; width, rotated; norms of queries and keys
    "phi": (2, 2, 20, 8, False),
    "llama": (4, 2, 16, 16, False),
    "qwen3": (3, 1, 16, 16, True),
    "smollm3": (2, 2, 16, 0, False),  # a layer without rotary embeddings
}
EDGE = 16  # positions of a program
# of the sigmoid, as on a card
pytestmark = pytest.mark.filterwarnings("ignore:overflow encountered in exp")


@pytest.mark.parametrize("shifts", [False, True])
@pytest.mark.parametrize("family", FAMILIES)
@pytest.mark.parametrize(
    ("extent", "positions"), [(4 * EDGE, (0, EDGE - 1, EDGE, 4 * EDGE - 1)), (EDGE, (0, EDGE - 1))]
)
def test_attention(
    family: str,
    extent: int,
    positions: tuple[int, ...],
    shifts: bool,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """At the first position, at both sides of a part's edge and at the end of the cache; left-out
    positions; rotary positions that are smaller; a cache with more rows and layers."""
    monkeypatch.setattr(card_step, "SPLIT", EDGE)
    monkeypatch.setattr(card_step, "BLOCK", 8)
    queries, keys, width, rotary, normed = FAMILIES[family]
    rows, packed_width = len(positions), (queries + 2 * keys) * width + 12
    cache = cpu.example(2 * 2 * (rows + 1) * keys * extent, width)
    cache = cache.view(2, 2, rows + 1, keys, extent, width)[
        :, :, 1:
    ].half()  # the interpreter truncates to bfloat16
    table = RotaryTable(1 / 10 ** torch.arange(max(rotary, 4) // 2), 1.0, 512).table
    norms = (cpu.example(1, width)[0] + 1, cpu.example(1, width)[0].flip(0)) if normed else (None, None)
    removed = torch.tensor([0, 5, 0, 17])[:rows]
    shift = torch.tensor([0, 3, 11, 7])[:rows] if shifts else None
    written: list[tuple[Tensor, Tensor]] = []
    for function in (card_step.launch_attend, card_step.attend):
        pair, out = cache.clone()[1], torch.zeros(rows, queries * width + 8)
        partial = torch.empty(rows * card_step.partial_numbers(queries, width, extent))
        count = torch.zeros(rows * queries, dtype=torch.int32)
        given = (
            cpu.example(rows, packed_width),
            pair,
            torch.tensor(positions),
            removed,
            shift,
            table,
            rotary > 0,
        )
        function(*given, *norms, 1e-6, extent, out[:, :-8], partial, count)
        assert not count.any()  # for the next layer
        written.append((out, pair))
    torch.testing.assert_close(*written, rtol=1e-4, atol=1e-5)


def both(kernel: Callable[..., None], twin: Callable[..., None], *given: Any, written: int) -> None:
    """Compare the last tensors that a kernel and its twin write."""
    found = []
    for function in (kernel, twin):
        copies = [x.clone() if isinstance(x, Tensor) else x for x in given[-written:]]
        function(*given[:-written], *copies)
        found.append(copies)
    torch.testing.assert_close(*found, rtol=1e-4, atol=1e-5)


@pytest.mark.parametrize("family", FAMILIES)
def test_rotary_embeddings_and_cache_of_a_prompt(family: str) -> None:
    """Positions that begin anywhere, and nothing else of the cache is written."""
    queries, keys, width, rotary, normed = FAMILIES[family]
    rows, capacity = 5, 16
    packed = cpu.example(rows, (queries + 2 * keys) * width + 12)
    table = RotaryTable(1 / 10 ** torch.arange(max(rotary, 4) // 2), 1.0, 512).table
    norm = cpu.example(1, width)[0] + 1
    norms = (norm, norm.flip(0)) if normed else (None, None)
    found = []
    for function in (card_step.launch_place, card_step.place):
        cache = cpu.example(2 * 2 * keys * capacity, width).view(2, 2, keys, capacity, width)
        pair = cache[:, :1].clone()
        out = torch.zeros(queries, rows, width).transpose(0, 1)
        # their angles are those of any positions
        angles = table[:, torch.tensor([3, 3, 9, 0, 4])]
        how = (torch.arange(7, 7 + rows), angles, rotary > 0, *norms, 1e-6)
        function(packed, pair, *how, out)
        found.append((pair, out))
    torch.testing.assert_close(*found, rtol=1e-4, atol=1e-5)


@pytest.mark.parametrize("layer_norm", [True, False])
@pytest.mark.parametrize("adds", [True, False])
def test_residual_and_norm(layer_norm: bool, adds: bool) -> None:
    """Widths that are no power of two."""
    x = cpu.example(3, 100)
    weight = x[0] + 1
    bias = x[1] if layer_norm else None
    stream = torch.zeros_like(x) if adds else None
    given = (x.flip(0) if adds else None, weight, bias, 1e-5, stream, torch.zeros_like(x))
    both(card_step.launch_add_norm, card_step.add_norm, x, *given, written=2)


@pytest.mark.parametrize("gate", [True, False])
def test_activations(gate: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    """Of columns of what is packed, in several programs, of which one has context and activation."""
    monkeypatch.setattr(card_step, "ACTIVATED", 16)
    packed = (4 * cpu.example(3, 90))[:, 10:]
    context = None if gate else cpu.example(3, 22)[:, :20]
    out = torch.zeros(3, 40 if gate else 100)
    both(card_step.launch_activate, card_step.activate, packed, context, out, written=1)
