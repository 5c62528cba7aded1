"""A decode step of the kernels for cards beside torch's: what they compute in torch's operators, and
one whole step by Triton's interpreter."""

from __future__ import annotations

import copy
import importlib.util
from typing import Any

import pytest
import torch
from torch import Tensor

import families
from flashsloth.hf.module_decoder import make_decoder
from flashsloth.inference import card_step
from flashsloth.inference.attention import KeyValueCache, row_mask
from flashsloth.inference.decoder import PackedDecoder, Span
from flashsloth.inference.packed_layers import Gate
from flashsloth.quantization import card_products, linear
from flashsloth.quantization.presets import PRESETS
from inference.test_families import OWN, PACKED

CPU, CAPACITY = torch.device("cpu"), 128
EDGE = card_step.SPLIT
BITS = {"none": 16, "int8": 8, "int4": 4}
POSITIONS = (
    [0],
    [CAPACITY - 1],
    [EDGE - 1, 9],
    [0, 1, EDGE, EDGE + 1, CAPACITY - 1],
)


@pytest.fixture(autouse=True)
def on_card(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the CPU have the kernels."""
    for module in (card_products, card_step):
        monkeypatch.setattr(module, "problem", lambda _: "")


def decoders(family: str, preset: str, **changes: Any) -> tuple[PackedDecoder, PackedDecoder]:
    """Return a decoder in bfloat16 or a preset, and one of the same weights in float32."""
    made = families.model(
        family, made_of=families.config(family, {**OWN.get(family, {}), **changes})
    ).bfloat16()
    exact = make_decoder(copy.deepcopy(made).float(), torch.float32, CPU)
    decoder = make_decoder(made, torch.bfloat16, CPU)
    assert isinstance(decoder, PackedDecoder)
    assert isinstance(exact, PackedDecoder)
    pairs = [
        (decoder, exact, "head"),
        *(
            (a, b, part)
            for a, b in zip(decoder.layers, exact.layers, strict=True)
            for part in a.PRODUCTS
        ),
    ]
    for of, other, name in pairs if preset != "none" else ():
        product: Any = getattr(of, name)
        bias = product.joined_bias() if name != "head" else product.bias
        how: Any = {"device": CPU, "dtype": torch.bfloat16, "part": "head" if name == "head" else ""}
        quantized: Any = linear.quantize_linear(product.weight.detach(), bias, PRESETS[preset], **how)
        setattr(of, name, quantized)
        if getattr(quantized, "card", None) is not None:
            getattr(other, name).weight.data = quantized.card.dequantized()
    return decoder, exact


@torch.inference_mode()
def errors(
    decoder: PackedDecoder,
    exact: PackedDecoder,
    positions: list[int],
    offsets: Tensor | None = None,
    *,
    prompt: bool = False,
) -> list[Tensor]:
    """Return the relative errors of logits and caches by the kernels and by torch's operators in 16
    bit. Each position is of another row, or all are of a prompt."""
    torch.manual_seed(0)
    rows, heads = len(positions), decoder.heads
    x = torch.randn(rows, 64).bfloat16()
    cached = torch.randn(len(decoder.layers), 2, rows + 1, heads.keys, CAPACITY, heads.width).bfloat16()
    at, found = torch.tensor(positions), []
    for each in (exact, decoder, decoder):
        cache = KeyValueCache(cached.to(each.norm.weight.dtype, copy=True), 256, offsets)
        with pytest.MonkeyPatch.context() as patch:
            if found[1:]:  # the last
                patch.setattr(card_products, "problem", lambda _: "none here")
                patch.setattr(torch.ops.flashsloth, "product", card_products.product)
            inputs = x.to(cache.pairs.dtype)
            if prompt:
                span = Span(cache.row(0), at, CAPACITY, row_mask(at, CAPACITY, inputs.dtype)[:, 0, 0])
                if each.shifts:
                    span = span._replace(axes=torch.stack((at - 3, at // 2, at // 3)))
                logits = each.logits(inputs, span, None, at[-1:] - at[0])
            else:
                logits = each.step_at(inputs, at, CAPACITY, cache)
        found.append((logits.float(), cache.pairs.float()))
    (want, stored), *others = found
    return [
        torch.stack([(a - want).norm() / want.norm(), (b - stored).norm() / stored.norm()])
        for a, b in others
    ]


# "mistral" has a short window here; weights and angles have nothing to do with each other
@pytest.mark.parametrize(
    ("family", "preset"),
    [
        (family, preset)
        for family in PACKED
        for preset in BITS
        if family != "mistral" and (preset == "none" or "angles" not in family)
    ],
)
def test_a_step(family: str, preset: str) -> None:
    """As exact as torch's operators; one row, two, more than the kernels multiply, and a prompt."""
    kind, changes = PACKED[family]
    decoder, exact = decoders(kind, preset, **changes)
    step = decoder.card_step(CPU, torch.bfloat16)
    if preset == "int4" and family == "llama with wide heads":  # 96 inputs
        assert step is None
        return
    assert step is not None
    assert [step.takes(rows) for rows in (1, 2, 5)] == [True, step.quantized, False]
    found = [errors(decoder, exact, positions) for positions in POSITIONS]
    found.append(errors(decoder, exact, [*range(9, 25)], prompt=True))
    by_kernels, by_torch = torch.stack([torch.stack(each) for each in found]).mean(0)
    assert (by_kernels <= 1.3 * by_torch).all(), (by_kernels, by_torch)


def test_left_out_positions() -> None:
    """A layer holds the others together."""
    decoder, exact = decoders("llama", "none")
    removed = torch.tensor([[0, 0, 0], [0, 0, 0], [40, 3, 0], [61, 3, 0], [0, 0, 0]])
    found = [errors(decoder, exact, [positions, 60], removed) for positions in (64, 70, 100, 127)]
    by_kernels, by_torch = torch.stack([torch.stack(each) for each in found]).mean(0)
    assert (by_kernels <= 1.3 * by_torch).all(), (by_kernels, by_torch)


def test_rotary_positions_that_are_not_the_cache_s() -> None:
    """In a step they are smaller by the shift of the row. In a prompt they have three axes."""
    decoder, exact = decoders("qwen3", "none")
    usual = errors(decoder, exact, [64, 60])
    for each in (decoder, exact):
        each.shifts = True
        each.rotary.axes = torch.arange(each.heads.width // 2) % 3
    offsets = torch.zeros(len(decoder.layers) + 1, 3, dtype=torch.int64)
    found = [errors(decoder, exact, [64, 60], offsets)]
    assert torch.equal(found[0][0], usual[0])
    offsets[-1] = torch.tensor([41, 7, 0])
    found = [errors(decoder, exact, [positions, 60], offsets) for positions in (64, 70, 100, 127)]
    assert not torch.equal(found[0][0], usual[0])
    found.append(errors(decoder, exact, [*range(9, 25)], prompt=True))
    by_kernels, by_torch = torch.stack([torch.stack(each) for each in found]).mean(0)
    assert (by_kernels <= 1.3 * by_torch).all(), (by_kernels, by_torch)


@pytest.mark.skipif(
    importlib.util.find_spec("triton") is None, reason="the kernels for cards need Triton"
)
@pytest.mark.filterwarnings("ignore:overflow encountered in exp")  # of the sigmoid, as on a card
@pytest.mark.parametrize(("family", "preset"), [("phi", "none"), ("qwen3", "int4")])
def test_a_step_by_the_interpreter(family: str, preset: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """And a prompt. It truncates to bfloat16, where a card rounds: up to twice the error for each
    number."""
    for residual in (False, True):
        tile = card_products.Tile(64 if residual else 128, 64, 1, 1, 1 + 2 * residual)
        monkeypatch.setitem(card_products.TILES, (80, BITS[preset], residual), tile)
    for module in (card_products, card_step):
        for name in ("product", "dequantize", "attend", "place", "add_norm", "activate"):
            if kernel := getattr(module, f"launch_{name}", None):
                monkeypatch.setattr(torch.ops.flashsloth, name, kernel)
    made = decoders(family, preset, num_hidden_layers=3)
    found = [errors(*made, [EDGE + 5])]
    if preset == "none":  # to dequantize all weights would take half a minute
        found.append(errors(*made, [3, 4, 5, 6], prompt=True))
    for by_kernels, by_torch in found:
        assert (by_kernels <= 3 * by_torch).all(), (by_kernels, by_torch)


def test_what_stays_on_torchs_operators(monkeypatch: pytest.MonkeyPatch) -> None:
    decoder, _ = decoders("llama", "none")
    assert decoder.card_problem(CPU, torch.bfloat16) == ""
    assert decoder.card_problem(CPU, torch.float32) == "they compute in 16 bit"
    layer: Any = decoder.layers[2]
    layer.gate = Gate(torch.nn.GELU())
    assert decoder.card_problem(CPU, torch.bfloat16) == "layer 3: its activation is not SiLU"
    layer.down_proj = torch.nn.Linear(128, 64)  # of 32 bit
    layer.gate = Gate(torch.nn.SiLU())
    assert "layer 3: they take no weights" in decoder.card_problem(CPU, torch.bfloat16)
    monkeypatch.setattr(card_products, "problem", lambda _: "they need Triton")
    assert decoder.card_problem(CPU, torch.bfloat16) == "they need Triton"
    assert decoder.card_step(CPU, torch.bfloat16) is None


def test_weights_that_are_replaced() -> None:
    decoder, _ = decoders("phi", "none")
    step = decoder.card_step(CPU, torch.bfloat16)
    assert decoder.card_step(CPU, torch.bfloat16) is step
    layer: Any = decoder.layers[1]
    layer.outer.weight = torch.nn.Parameter(layer.outer.weight.clone())
    assert decoder.card_step(CPU, torch.bfloat16) is not step
