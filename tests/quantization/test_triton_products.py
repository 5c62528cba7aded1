"""Products in Triton: their error, run by Triton's interpreter, and when a card uses them."""

from __future__ import annotations

import contextlib
import functools
import importlib.util
import json
import os
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
import torch
from torch import Tensor

from flashsloth.quantization import card_kernels, kernels, rounding

CPU = torch.device("cpu")
SUM_ERROR = 1e-6  # of sums in 32 bit, before they are rounded to the rows' dtype
LAYER_ERROR = 6e-3  # of a layer's result in bfloat16
K = 128


@pytest.fixture(scope="module")
def interpreted() -> Any:
    """What triton_errors.py prints."""
    if importlib.util.find_spec("triton") is None:
        pytest.skip("needs Triton")
    script, root = Path(__file__).with_name("triton_errors.py"), Path(__file__).parents[2]
    environment = os.environ | {"PYTHONPATH": str(root)}
    done = subprocess.run([sys.executable, script], capture_output=True, text=True, env=environment, timeout=200)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


@pytest.mark.parametrize("kind", ["int4", "int8"])
@pytest.mark.parametrize("dtype", ["float16", "bfloat16"])
def test_products_of_one_to_five_rows(kind: str, dtype: str, interpreted: Any) -> None:
    assert 0 < interpreted["products"][f"{kind} {dtype}"] <= SUM_ERROR


def test_layers_multiply_few_rows_by_triton_and_more_by_a_dequantized_weight(interpreted: Any) -> None:
    assert len(interpreted["layers"]) == 6
    assert max(interpreted["layers"].values()) <= LAYER_ERROR


def test_the_trials_accept_the_products(interpreted: Any) -> None:
    assert interpreted["trials"] == {"int4": True, "int8": True}


def exact_int4(rows: Tensor, weight: Tensor, scales: Tensor) -> Tensor:
    return rows.float() @ rounding.dequantize_int4(weight, scales).t()


def exact_int8(rows: Tensor, weight: Tensor, scales: Tensor) -> Tensor:
    return rows.float() @ rounding.dequantize_int8(weight, scales).t()


def exact_tiles(tiles: Tensor, affine: Tensor, dtype: torch.dtype) -> Tensor:
    return kernels._dequantize_tiles(tiles, affine.clone(), dtype).clone()


def chosen(kind: str) -> int:
    """Choose on the CPU, as card_kernels does on a card."""
    if kind == "int4":
        arguments: tuple[Any, ...] = CPU, K, 64
        return card_kernels._rows(
            CPU,
            lambda triton: card_kernels._try_int4(triton, *arguments),
            lambda triton: card_kernels.int4_pairs(triton, CPU, 64, K, 64),
        )
    return card_kernels._rows(
        CPU,
        lambda triton: card_kernels._try_int8(triton, CPU, torch.bfloat16, K),
        lambda triton: card_kernels.int8_pairs(triton, CPU, torch.bfloat16, 64, K, 2),
    )


@pytest.fixture
def card(monkeypatch: pytest.MonkeyPatch) -> SimpleNamespace:
    """A fake of the products, right and quicker than torch's; `times` are of Triton's ways, torch's take 2 ms."""
    fake = SimpleNamespace(ROWS=5, int4_product=exact_int4, int8_product=exact_int8, dequantize_tiles=exact_tiles)
    fake.times = lambda rows: 1.0

    def milliseconds(run: functools.partial[Tensor]) -> float:
        is_new = run.func in (card_kernels.int4_product, card_kernels.int8_product)
        return fake.times(len(run())) if is_new else 2.0

    monkeypatch.setattr(card_kernels, "triton_products", lambda: fake)
    monkeypatch.setattr(card_kernels, "_milliseconds", milliseconds)
    monkeypatch.setattr(torch.cuda, "device", lambda device: contextlib.nullcontext())
    return fake


@pytest.mark.parametrize("kind", ["int4", "int8"])
def test_a_right_and_quicker_product_is_used(kind: str, card: SimpleNamespace) -> None:
    assert chosen(kind) == 5


@pytest.mark.parametrize(("kind", "rows"), [("int4", 1), ("int4", 5), ("int4", 145), ("int8", 1), ("int8", 5)])
def test_a_product_slower_for_one_number_of_rows_is_not_used(kind: str, rows: int, card: SimpleNamespace) -> None:
    card.times = lambda count: 3.0 if count == rows else 1.0
    assert chosen(kind) == 0


@pytest.mark.parametrize("kind", ["int4", "int8"])
def test_a_product_wrong_for_one_number_of_rows_is_not_used(kind: str, card: SimpleNamespace) -> None:
    right = getattr(card, f"{kind}_product")
    setattr(card, f"{kind}_product", lambda rows, *weight: right(rows, *weight) * (1.1 if len(rows) == 3 else 1))
    assert chosen(kind) == 0


@pytest.mark.parametrize("dtype", card_kernels.DTYPES)
def test_int4_is_not_used_where_weights_are_dequantized_wrongly(dtype: torch.dtype, card: SimpleNamespace) -> None:
    card.dequantize_tiles = lambda tiles, affine, to: exact_tiles(tiles, affine, to) * (1.1 if to == dtype else 1)
    assert chosen("int4") == 0


@pytest.mark.parametrize("error", [ImportError, OSError, AssertionError, torch.OutOfMemoryError])
@pytest.mark.parametrize("kind", ["int4", "int8"])
def test_failures_leave_what_is_used_today(kind: str, error: type[Exception], card: SimpleNamespace) -> None:
    def fail(*_: Any) -> Tensor:
        raise error("no compiler")

    setattr(card, f"{kind}_product", fail)
    assert chosen(kind) == 0


def test_without_triton_nothing_is_used(card: SimpleNamespace, monkeypatch: pytest.MonkeyPatch) -> None:
    def missing() -> Any:
        raise ImportError("No module named 'triton'")

    monkeypatch.setattr(card_kernels, "triton_products", missing)
    assert chosen("int4") == chosen("int8") == 0


def test_only_cuda_devices_try_them(card: SimpleNamespace) -> None:
    for device in (CPU, torch.device("mps")):
        assert card_kernels.int4_rows(device, 64, K, 64) == card_kernels.int8_rows(device, torch.float16, 64, K, 2) == 0
