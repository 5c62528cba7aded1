"""Which products of the packed decoder go through oneDNN."""

from __future__ import annotations

import copy

import pytest
import torch

import tiny
from flashsloth.generation.decode_loop import DecodeLoop
from flashsloth.generation.engine import Engine
from flashsloth.inference.packed_layers import SLOW_ROWS
from flashsloth.quantization import torch_products


@pytest.mark.parametrize(("dtype", "plain"), [(torch.bfloat16, True), (torch.float32, False)])
def test_a_step_of_one_row_is_computed_without_onednn(
    dtype: torch.dtype, plain: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Decode steps of bfloat16 with one row; no prefill, no step of two rows, no other dtype."""
    # private: it is measured, and differs by machine
    monkeypatch.setattr(torch_products, "_reads_slowly", lambda: True)
    engine = Engine(tiny.model().to(dtype).eval())
    used: list[bool] = []
    engine.decoder.layers[0].register_forward_pre_hook(
        lambda *_: used.append(bool(torch._C._get_mkldnn_enabled()))
    )
    state = engine.new_state()
    engine.prefill([100, 101, 102], state)
    engine.decode(103, state)
    assert used == [True, not plain]
    batch = DecodeLoop(engine)
    for _ in range(2):
        engine.prefill([100, 101, 102], batch.new_row())
    batch.decode([103, 104])
    batch.remove(batch.states[1])
    batch.decode([105])
    assert used[2:] == [True, True, True, not plain]


def test_many_rows_are_multiplied_in_32_bit_where_bfloat16_is_slow(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(torch_products, "is_slow", lambda dtype: False)  # whatever this processor is
    model = tiny.model().to(torch.bfloat16).eval()
    wanted, plain = Engine(copy.deepcopy(model).float()), Engine(model)
    ids = list(range(100, 100 + SLOW_ROWS))
    products, product = list[int](), torch_products.converted_product
    monkeypatch.setattr(
        torch_products, "converted_product", lambda x, *w: products.append(len(x)) or product(x, *w)
    )
    before = plain.prefill(ids, plain.new_state())
    assert products == []
    monkeypatch.setattr(torch_products, "is_slow", lambda dtype: dtype == torch.bfloat16)
    state = plain.new_state()
    after = plain.prefill(ids, state)
    assert products == [SLOW_ROWS] * 2 * len(plain.decoder.layers)
    want = wanted.prefill(ids, wanted.new_state())
    assert (after - want).norm() <= 1.05 * (before - want).norm()
    plain.decode(103, state)
    assert len(products) == 2 * len(plain.decoder.layers)  # not for one row


def test_weights_and_biases_that_change_after_a_use() -> None:
    """Those of q, k, v and fc1 are shared with transformers' modules."""
    engine = Engine(tiny.model().eval())
    ids = [100, 101, 102]
    engine.prefill(ids, engine.new_state())
    layer = engine.model.language_model.layers[0]
    with torch.no_grad():
        layer.self_attn.v_proj.bias += 1
        layer.mlp.fc1.weight *= 2
    changed = engine.prefill(ids, engine.new_state())
    want = engine.model(torch.tensor([ids])).logits[0, -1].detach()
    torch.testing.assert_close(changed, want, rtol=0, atol=1e-4)
