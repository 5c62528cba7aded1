"""Triton's kernels under its interpreter, compared with the same in torch's operators."""

from __future__ import annotations

import importlib.util
import os
import re
import shutil
import sysconfig
from pathlib import Path
from typing import Any

import pytest
import torch
from torch import Tensor

from card.pretend import pretend
from flashsloth.quantization import card_products, cpu, rounding
from flashsloth.quantization.card_products import CardWeight, Tile
from programs import run_python

pytest.importorskip("triton", reason="the kernels for cards need Triton")
# of the sigmoid, as on a card
pytestmark = pytest.mark.filterwarnings("ignore:overflow encountered in exp")
FORMATS = {16: torch.bfloat16, 8: torch.int8, 4: torch.int32}


def weight_of(bits: int, n: int, k: int) -> CardWeight:
    example = cpu.example(n, k)
    if bits == 4:  # rounded as 64 rows
        packed = card_products.pack_int4(*rounding.quantize_int4(cpu.example(-(-n // 64) * 64, k)))
        return CardWeight(*(part[:n].contiguous() for part in packed))  # type: ignore[union-attr]
    return (
        CardWeight(*rounding.quantize_int8(example))
        if bits == 8
        else CardWeight(example.bfloat16(), None)
    )


def both(**given: Any) -> tuple[list[Tensor], list[Tensor]]:
    """Return what the kernel wrote and what its twin wrote."""
    written = []
    for function in (card_products.launch_product, card_products.product):
        each = dict(given)
        for name in ("out", "active", "gained"):
            each[name] = None if given[name] is None else given[name].clone()
        function(**each)
        written.append([each[name] for name in ("out", "active", "gained") if each[name] is not None])
        if given["count"] is not None:
            assert not given["count"].any()  # for the next product
    return written[0], written[1]


@pytest.mark.parametrize("bits", FORMATS)
@pytest.mark.parametrize(
    ("kind", "stages"),
    [
        *((kind, 1) for kind in ("plain", "layer norm", "rms norm", "residual")),
        ("last residual", 3),
    ],
)
def test_products(bits: int, stages: int, kind: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Two rows, with outputs that do not fill the last program and inputs that fill neither the last
    block nor a power of two. For a residual two programs share the inputs."""
    normed, added = "norm" in kind, "residual" in kind
    monkeypatch.setattr(card_products, "tile", lambda *_, **__: Tile(32, 128, 1, stages, 2))
    n, k, F = 40, 192 if not added else 384, 12
    weight, x, gain = (
        weight_of(bits, n, k),
        cpu.example(2, k) + 0.3,
        cpu.example(1, k)[0] + 1,
    )
    norm = torch.nn.LayerNorm(k)
    norm.weight.data, norm.bias.data = gain, gain.flip(0) - 1
    written, expected = both(
        x=x * gain if normed else x.bfloat16(),
        weight=weight.weight,
        scales=weight.scales,
        bias=None if kind == "rms norm" else cpu.example(1, n)[0].bfloat16(),
        stream=x if normed else None,
        sums=card_products.norm_sums(weight, norm).detach() if kind == "layer norm" else None,
        eps=1e-5,
        gain=cpu.example(1, n)[0].bfloat16() if kind == "residual" else None,
        out=cpu.example(2, n - F if kind == "layer norm" else n // 2 if kind == "rms norm" else n),
        active=torch.zeros(2, 2 * F)[:, F:] if kind == "layer norm" else None,
        gained=torch.zeros(2, n) if added else None,
        partial=torch.zeros(2 * 2 * n) if added else None,
        count=torch.zeros(2 * n, dtype=torch.int32) if added else None,
    )
    torch.testing.assert_close(written, expected, rtol=1e-4, atol=2e-4)
    if kind == "layer norm":
        y = norm(x) @ weight.dequantized().t() + cpu.example(1, n)[0].bfloat16().float()
        torch.testing.assert_close(written[0], y[:, : n - F].detach(), rtol=1e-3, atol=2e-3)


@pytest.mark.parametrize("bits", [8, 4])
@pytest.mark.parametrize("columns", [64, 576])
def test_dequantized_weights(bits: int, columns: int) -> None:
    """Rows and columns that do not fill the last program."""
    weight, out = weight_of(bits, 64, columns), torch.zeros(20, columns)
    stored = rounding.quantize_int8 if bits == 8 else rounding.quantize_int4
    back = rounding.dequantize_int8 if bits == 8 else rounding.dequantize_int4
    card_products.launch_dequantize(weight.weight[:20], weight.scales[:20], out)
    torch.testing.assert_close(out, weight.dequantized()[:20], rtol=0, atol=1e-6)
    whole = back(*stored(cpu.example(64, columns)))
    torch.testing.assert_close(out, whole[:20], rtol=0, atol=1e-6)


@pytest.mark.parametrize("bits", [8, 4])
@pytest.mark.parametrize("rows", [1, card_products.DEQUANTIZE_FROM])
@pytest.mark.parametrize("piece", [card_products.PIECE, 130 * 64])
def test_products_of_rows(bits: int, rows: int, piece: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """A few rows are multiplied by the kernel, many by the dequantized weight, whole or in pieces."""
    monkeypatch.setattr(card_products, "PIECE", piece)
    weight, x, bias = (
        weight_of(bits, 192, 64),
        cpu.example(rows, 64),
        cpu.example(1, 192)[0],
    )
    torch.testing.assert_close(
        card_products.matmul(x, weight, bias), x @ weight.dequantized().t() + bias
    )


def test_what_triton_lacks(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("TRITON_CACHE_DIR", str(tmp_path / "new" / "folder"))
    monkeypatch.setenv("CC", "cc")
    monkeypatch.setattr(sysconfig, "get_path", lambda *_: str(tmp_path))
    assert "Python.h" in card_products.missing()
    (tmp_path / "Python.h").touch()
    assert card_products.missing() == ""
    monkeypatch.setattr(os, "access", lambda *_: False)
    assert "a writable folder in place of" in card_products.missing()
    monkeypatch.delenv("CC")
    monkeypatch.setattr(shutil, "which", lambda _: None)
    assert card_products.missing() == "a C compiler (gcc or clang)"
    monkeypatch.setattr(importlib.util, "find_spec", lambda _: None)
    assert card_products.missing().startswith("Triton")


@pytest.mark.parametrize(
    ("change", "said"), [(2.0, "a trial gave another result"), (None, "a trial failed: no ptxas")]
)
def test_a_trial_that_fails(change: float | None, said: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Then torch's operators are used, and the reason is reported."""

    def product(*given: Any) -> None:
        if change is None:
            raise RuntimeError("no ptxas\nwas found")
        card_products.product(*given)
        if given[8].is_cuda:
            given[8].mul_(change)

    with pretend("cuda"):
        assert card_products.problem(torch.device("cuda:0")) == ""
        card_products.problem.cache_clear()
        monkeypatch.setattr(torch.ops.flashsloth, "product", product)
        assert card_products.problem(torch.device("cuda:0")) == said
        assert card_products.kind_of(torch.device("cuda:0")) == "cuda"


@pytest.mark.slow
@pytest.mark.parametrize(
    ("capability", "bits", "kernels"),
    [
        ("80", "/4", 12),
        *(
            pytest.param(each, "", 19, marks=pytest.mark.nightly)
            for each in ("80", "86", "89", "90", "120")
        ),
    ],
)
def test_kernels_compile_for_cards_that_are_not_here(
    capability: str, bits: str, kernels: int, tmp_path: Path
) -> None:
    """For Ampere, Ada, Hopper and Blackwell, without registers that are spilled to memory. Products of
    4 bits do most; those of 8 and 16 are the same kernel."""
    folder = {"TRITON_CACHE_DIR": str(tmp_path)}
    printed = run_python(
        "tests/quantization/compile_kernels.py", capability + bits, TRITON_INTERPRET="0", **folder
    )
    print(printed)
    found = re.findall(rf"sm_{capability} .*: (\d+) registers, (\d+) bytes spilled", printed)
    assert len(found) == kernels
    assert all(int(registers) < 255 and spilled == "0" for registers, spilled in found)
