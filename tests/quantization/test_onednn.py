"""oneDNN is turned off for products with one row, and only for them."""

from __future__ import annotations

import threading

import pytest
import torch
from torch import nn

from flashsloth.quantization import cpu, torch_products

BF16 = torch.bfloat16


@pytest.fixture
def pays(monkeypatch: pytest.MonkeyPatch) -> None:
    """Pretend a processor on which torch's own loop is faster for one row."""
    # private: it is measured, and differs by machine
    monkeypatch.setattr(torch_products, "_reads_slowly", lambda: True)


LINEAR = nn.Linear(8, 8, dtype=BF16)


def enabled() -> bool:
    return bool(torch._C._get_mkldnn_enabled())


@pytest.mark.usefixtures("pays")
def test_only_weights_of_bfloat16() -> None:
    """Products with integer weights are several times slower without oneDNN."""
    integers = nn.Linear(8, 8)
    integers.weight = nn.Parameter(torch.zeros(8, 8, dtype=torch.int8), requires_grad=False)
    for linear in (integers, nn.Linear(8, 8), nn.Identity()):
        with torch_products.one_row(torch.zeros(1, 8, dtype=BF16), linear):
            assert enabled()


@pytest.mark.usefixtures("pays")
def test_the_setting_comes_back_after_an_error_and_when_the_last_user_leaves() -> None:
    row = torch.zeros(1, 8, dtype=BF16)
    with pytest.raises(ValueError, match="inside"), torch_products.one_row(row, LINEAR):
        raise ValueError("inside")
    assert enabled()
    first, entered, leave = torch_products.one_row(row, LINEAR), threading.Event(), threading.Event()

    def second() -> None:
        with torch_products.one_row(row, LINEAR):
            entered.set()
            assert leave.wait(60)

    thread = threading.Thread(target=second)
    with first:
        thread.start()
        assert entered.wait(60)
    assert not enabled()
    leave.set()
    thread.join()
    assert enabled()


@pytest.mark.usefixtures("pays")
def test_a_setting_of_the_user_is_kept() -> None:
    torch._C._set_mkldnn_enabled(False)
    try:
        with torch_products.one_row(torch.zeros(1, 8, dtype=BF16), LINEAR):
            assert not enabled()
        assert not enabled()
    finally:
        torch._C._set_mkldnn_enabled(True)


def test_processors_with_tiles_read_quickly(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cpu, "cpu_kind", lambda: "avx512_bf16")
    for amx in (False, True):
        monkeypatch.setattr(torch_products, "has_amx", lambda amx=amx: amx)
        # private: it differs by machine, and is remembered
        assert torch_products._reads_slowly.__wrapped__() is not amx
