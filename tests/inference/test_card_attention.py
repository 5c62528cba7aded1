"""The kernel of attention by Triton's interpreter, beside what it computes in torch's operators."""

from __future__ import annotations

import pytest
import torch
from torch import Tensor

from flashsloth.inference import card_attention
from flashsloth.inference.rotary import RotaryTable
from flashsloth.quantization import cpu

pytest.importorskip("triton", reason="the kernels for cards need Triton")
FAMILIES = {  # heads of queries, of keys; width, rotated; norms of queries and keys
    "phi": (3, 3, 20, 8, False),
    "llama": (4, 2, 16, 16, False),
    "qwen3": (4, 1, 16, 16, True),
    "smollm3": (2, 2, 16, 0, False),  # a layer without rotary embeddings
}
EDGE = 16  # positions of a program


@pytest.mark.parametrize("family", FAMILIES)
@pytest.mark.parametrize(
    ("extent", "positions"), [(4 * EDGE, (0, EDGE - 1, EDGE, 4 * EDGE - 1)), (EDGE, (0, EDGE - 1))]
)
def test_attention(
    family: str, extent: int, positions: tuple[int, ...], monkeypatch: pytest.MonkeyPatch
) -> None:
    """At the first position, at both sides of a part's edge and at the end of the cache; left-out
    positions; a cache with more rows and layers."""
    monkeypatch.setattr(card_attention, "SPLIT", EDGE)
    monkeypatch.setattr(card_attention, "BLOCK", 8)
    queries, keys, width, rotary, normed = FAMILIES[family]
    rows, packed_width = len(positions), (queries + 2 * keys) * width + 12
    cache = cpu.example(2 * 2 * (rows + 1) * keys * extent, width)
    cache = cache.view(2, 2, rows + 1, keys, extent, width)[
        :, :, 1:
    ].half()  # the interpreter truncates to bfloat16
    table = RotaryTable(1 / 10 ** torch.arange(max(rotary, 4) // 2), 1.0, 512).table
    norms = (cpu.example(1, width)[0] + 1, cpu.example(1, width)[0].flip(0)) if normed else (None, None)
    removed = torch.tensor([0, 5, 0, 17])[:rows] if family == "llama" else None
    written: list[tuple[Tensor, Tensor]] = []
    for function in (card_attention.launch_attend, card_attention.attend):
        pair, out = cache.clone()[1], torch.zeros(rows, queries * width + 8)
        partial = torch.empty(rows * card_attention.partial_numbers(queries, width, extent))
        count = torch.zeros(rows * queries, dtype=torch.int32)
        given = (
            cpu.example(rows, packed_width),
            pair,
            torch.tensor(positions),
            removed,
            table,
            rotary > 0,
        )
        function(*given, *norms, 1e-6, extent, out[:, :-8], partial, count)
        assert not count.any()  # for the next layer
        written.append((out, pair))
    torch.testing.assert_close(*written, rtol=1e-4, atol=1e-5)
