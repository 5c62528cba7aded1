"""Quantized linears: every way of multiplying against the weight multiplied out, saving, sizes, and the choice."""

from __future__ import annotations

import subprocess
import sys
import threading
from pathlib import Path

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from safetensors.torch import load_file, save_file
from torch import Tensor, nn

from flashsloth import quantization
from flashsloth.errors import NonFiniteWeights, OptionError, TensorMismatch
from flashsloth.quantization import PRESETS, kernels, rounding
from flashsloth.utils.paths import NANO_FOLDER
from paths import ROOT

CPU = torch.device("cpu")
SHAPES = [(1344, 192), (192, 960), (64, 96), (128, 1024)]  # N, K; the third has groups of 32
ROWS = (1, 4, 5, 9, 63, 64, 150)
# bfloat16 results are off by up to 2^-9 of each value, 0.0017 to 0.0022 in the norm; twice that where a weight was
# rounded to bfloat16 first. A wrong code, scale or order would show as 0.05 and more.
TOLERANCE = 0.004
FORMS = ("int4", "int8", "nf4", "llm-int8")


def random(*shape: int, seed: int = 0) -> Tensor:
    return torch.randn(*shape, generator=torch.Generator().manual_seed(seed))


def quantized(form: str, n: int, k: int, dtype: torch.dtype = torch.bfloat16) -> nn.Module:
    weight, bias = random(n, k) * 0.05, random(n, seed=1)
    return quantization.quantize_linear(weight, bias, PRESETS[form], device="cpu", dtype=dtype)


def oracle(module: nn.Module) -> Tensor:
    """The weight that a layer stands for, float32 (N, K)."""
    parts = quantization.tensors(module)
    if "scales_zeros" in parts:
        return rounding.dequantize_int4(parts["weight"], parts["scales_zeros"])
    return rounding.dequantize_int8(parts["weight"], parts["scales"])


def relative(got: Tensor, want: Tensor) -> float:
    return float((got.float() - want).norm() / want.norm())


def squared_error(weight: Tensor, group: int = 64) -> float:
    return float((rounding.dequantize_int4(*rounding.quantize_int4(weight, group)) - weight).square().sum())


def min_max_error(weight: Tensor, group: int = 64) -> float:
    """Smallest and largest value as the ends of the range, scale and zero in bfloat16 too."""
    groups = weight.view(-1, group)
    low, high = torch.aminmax(groups, dim=1, keepdim=True)
    scale, low = ((high - low) / 15).bfloat16().float(), low.bfloat16().float()
    codes = ((groups - low) / scale.clamp_min(1e-30)).round().clamp(0, 15)
    return float((codes * scale + low - groups).square().sum())


# ---- rounding


@pytest.mark.parametrize("group", [32, 64, 128])
@pytest.mark.parametrize("kind", ["normal", "heavy tails", "shifted"])
def test_scale_search_beats_min_max(kind: str, group: int) -> None:
    weight = random(256, 1024)
    if kind == "heavy tails":
        weight = weight / random(256, 1024, seed=2).square().add(0.1)
    elif kind == "shifted":
        weight = weight * 0.2 + 3
    assert squared_error(weight, group) < 0.92 * min_max_error(weight, group)


def test_scale_search_beats_min_max_on_each_layer_of_nano() -> None:
    weights = [
        w.float()
        for name, w in load_file(NANO_FOLDER / "model.safetensors").items()
        if w.dim() == 2 and ".layers." in name and quantization.fits(PRESETS["int4"], *w.shape)
    ]
    assert len(weights) >= 30
    assert all(squared_error(w) < 0.92 * min_max_error(w) for w in weights)


def test_scale_search_finds_exact_lines() -> None:
    """Sixteen equal steps are reproduced but for the bfloat16 of scale and zero."""
    codes = torch.arange(64 * 64).view(64, 64) * 7 % 16
    scales, zeros = (x.bfloat16().float() for x in (random(64, 1).abs() + 0.1, random(64, 1, seed=3)))
    weight = (codes - 8) * scales + zeros
    assert relative(rounding.dequantize_int4(*rounding.quantize_int4(weight)), weight) < 1e-5


@pytest.mark.parametrize("value", [0.0, 1.0, -0.3, 1e-30, 3e-39, 6e4])
def test_constant_groups_and_tiny_and_huge_values(value: float) -> None:
    weight = torch.full((64, 64), value)
    assert torch.allclose(rounding.dequantize_int4(*rounding.quantize_int4(weight)), weight, rtol=2**-8, atol=1e-29)
    assert torch.allclose(rounding.dequantize_int8(*rounding.quantize_int8(weight)), weight, rtol=2**-7, atol=1e-29)
    weight[::2, ::3] *= -1
    assert torch.allclose(rounding.dequantize_int4(*rounding.quantize_int4(weight)), weight, rtol=2**-6, atol=1e-29)


def test_int8_error_is_half_a_step() -> None:
    weight = random(48, 320)
    rounded, scales = rounding.quantize_int8(weight)
    assert ((rounding.dequantize_int8(rounded, scales) - weight).abs() <= 0.51 * scales.float()[:, None]).all()
    assert rounded.abs().max() == 127


@pytest.mark.parametrize("dtype", [torch.float32, torch.float16, torch.bfloat16])
def test_rounding_takes_every_type_and_many_pieces(dtype: torch.dtype, monkeypatch: pytest.MonkeyPatch) -> None:
    weight = (random(320, 192) * 0.05).to(dtype)
    whole = [*rounding.quantize_int4(weight), *rounding.quantize_int8(weight)]
    monkeypatch.setattr(rounding, "WORK", 192 * 100)
    pieces = [*rounding.quantize_int4(weight), *rounding.quantize_int8(weight)]
    assert all(torch.equal(a, b) for a, b in zip(whole, pieces, strict=True))


@settings(max_examples=25)
@given(st.integers(1, 3), st.integers(1, 40), st.sampled_from([32, 64]))
def test_tiles_come_back(tiles: int, k: int, tile: int) -> None:
    codes = (torch.arange(tiles * tile * 2 * k) * 31 % 97 % 16).to(torch.uint8).view(-1, 2 * k)
    packed = rounding.pack_tiles(codes, tile)
    assert packed.shape == (tiles * tile, k)
    assert packed.is_contiguous()
    assert torch.equal(rounding.unpack_tiles(packed, tile), codes)


def test_tile_order_is_as_documented() -> None:
    codes = torch.randint(0, 16, (128, 6), generator=torch.Generator().manual_seed(0), dtype=torch.uint8)
    packed = rounding.pack_tiles(codes).flatten()
    for tile, column, i in ((0, 0, 0), (0, 5, 31), (1, 2, 7)):
        byte = int(packed[tile * 64 * 3 + column * 32 + i])
        assert byte & 15 == codes[tile * 64 + i, column]
        assert byte >> 4 == codes[tile * 64 + 32 + i, column]


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("bad", [float("nan"), float("inf"), float("-inf")])
def test_weights_that_are_not_finite_are_refused(form: str, bad: float) -> None:
    weight = random(128, 64)
    weight[100, 3] = bad
    with pytest.raises(NonFiniteWeights):
        quantization.quantize_linear(weight, None, PRESETS[form], device="cpu", dtype=torch.bfloat16)


# ---- products


@pytest.mark.parametrize("form", ["int4", "int8"])
@pytest.mark.parametrize(("n", "k"), SHAPES)
def test_layer_equals_the_weight_multiplied_out(form: str, n: int, k: int) -> None:
    module, bias = quantized(form, n, k), random(n, seed=1).bfloat16()
    weight = oracle(module)
    for rows in ROWS:
        x = random(rows, k, seed=rows).bfloat16()
        got = module(x)
        assert got.dtype == x.dtype
        assert relative(got, x.float() @ weight.t() + bias.float()) < TOLERANCE, rows


@pytest.mark.parametrize("dtype", [torch.bfloat16, torch.float32])
@pytest.mark.parametrize(("n", "k"), SHAPES)
def test_every_way_equals_the_oracle(n: int, k: int, dtype: torch.dtype, monkeypatch: pytest.MonkeyPatch) -> None:
    """Also those that this processor would not take, in one piece and in many."""
    int4, int8 = quantized("int4", n, k), quantized("int8", n, k)
    w4, w8 = oracle(int4), oracle(int8)
    tight = TOLERANCE if dtype == torch.bfloat16 else 1e-5
    for piece, accumulators in ((2**20, 2**20), (1, 1)):
        monkeypatch.setattr(kernels, "PIECE", piece)
        monkeypatch.setattr(kernels, "ACCUMULATORS", accumulators)
        for rows in (1, 2, 37):
            x = random(rows, k, seed=rows)
            x = x.bfloat16().float()
            got = kernels.int4_expand(x, int4.weight, int4.scales_zeros, int4.tile, dtype)
            assert relative(got, x @ w4.t()) < tight
            assert relative(kernels.int8_expand(x, int8.weight, int8.scales, dtype), x @ w8.t()) < tight
            if kernels.cpu_thresholds().int8_whole != kernels.NEVER:
                assert relative(kernels.int8_whole(x, int8.weight, int8.scales), x @ w8.t()) < 1e-4


@pytest.mark.parametrize("way", ["whole numbers", "kernel", "multiplied out"])
def test_int8_with_activations_that_differ_a_thousandfold(way: str) -> None:
    """Decoders have channels far above the rest. The small ones must not drown in the steps of the large."""
    module = quantized("int8", 128, 512)
    never = kernels.NEVER
    if way == "whole numbers" and kernels.cpu_thresholds().int8_whole == never:
        pytest.skip("this processor has no exact 8-bit products")
    module.whole_from, module.expand_from = {
        "whole numbers": (0, never),
        "kernel": (never, never),
        "multiplied out": (never, 0),
    }[way]
    assert module.way(8) == way
    x = random(8, 512).bfloat16()
    x[:, 17] = 1000
    weight = oracle(module)
    want = x.float() @ weight.t() + module.bias.float()
    assert ((module(x).float() - want).abs() <= 2**-7 * want.abs() + 0.05).all()  # rounded once or twice to bfloat16


@pytest.mark.parametrize("form", FORMS)
def test_shapes_and_types_of_input(form: str) -> None:
    module = quantized(form, 128, 64)
    x = random(2, 3, 64).bfloat16()
    with torch.inference_mode():
        want = module(x.view(6, 64)).view(2, 3, 128)
        assert torch.equal(module(x), want)
        assert torch.equal(module(x.transpose(0, 1).contiguous().transpose(0, 1)), want)
        strided = torch.zeros(2, 3, 128).bfloat16()
        strided[..., ::2] = x
        assert torch.equal(module(strided[..., ::2]), want)
        assert module(x[:0]).shape == (0, 3, 128)
        for dtype in (torch.float32, torch.float16):
            got = quantized(form, 128, 64, dtype)(x.to(dtype))
            assert got.dtype == dtype
            assert relative(got, want.float()) < 0.01


@pytest.mark.parametrize("form", ["int4", "int8"])
def test_memory_to_work_in_serves_every_mode_and_thread(form: str) -> None:
    """It is kept: between inference mode and others, calls of other sizes, and threads at the same time."""
    module, x = quantized(form, 1344, 192), random(200, 192).bfloat16()
    with torch.inference_mode():
        want = module(x)
    assert torch.equal(module(x), want)
    small = quantized(form, 64, 64)(random(100, 64).bfloat16())
    assert torch.equal(quantized(form, 64, 64)(random(100, 64).bfloat16()), small)
    results: list[Tensor] = []
    threads = [threading.Thread(target=lambda: results.extend(module(x) for _ in range(5))) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(results) == 15
    assert all(torch.equal(got, want) for got in results)


@pytest.mark.parametrize("form", ["int4", "int8"])
@pytest.mark.parametrize("rows", [1, 100])
def test_nan_stays_in_its_row(form: str, rows: int) -> None:
    x = random(rows + 1, 64).bfloat16()
    x[0, 5] = float("nan")
    got = quantized(form, 64, 64)(x)
    assert got[0].isnan().all()
    assert got[1:].isfinite().all()


def test_zeros_stay_zeros() -> None:
    for form in ("int4", "int8"):
        module = quantized(form, 64, 64)
        for rows in (1, 100):
            assert torch.equal(module(torch.zeros(rows, 64).bfloat16()), module.bias.expand(rows, 64))


# ---- shapes, names, sizes, choice


@pytest.mark.parametrize(
    ("form", "n", "k", "fits"),
    [
        ("int4", 17920, 2560, True),
        ("int4", 2560, 12800, True),
        ("int4", 64, 96, True),
        ("int4", 48, 64, False),
        ("int4", 64, 48, False),
        ("int4", 0, 64, False),
        ("int8", 51200, 2560, True),
        ("int8", 17, 64, False),
        ("int8", 64, 17, False),
        ("nf4", 64, 96, False),
        ("nf4", 16, 64, False),
        ("nf4", 32, 64, True),
        ("llm-int8", 64, 40, False),
        ("none", 64, 64, False),
    ],
)
def test_fits(form: str, n: int, k: int, fits: bool) -> None:
    assert quantization.fits(PRESETS[form], n, k) is fits


@pytest.mark.parametrize("form", ["none", *FORMS])
@pytest.mark.parametrize(("n", "k"), [(17, 64), (64, 17), (5, 3)])
def test_odd_shapes_stay_as_they_are(form: str, n: int, k: int) -> None:
    module = quantized(form, n, k)
    assert type(module) is nn.Linear
    x = random(3, k).bfloat16()
    weight, bias = (random(n, k) * 0.05).bfloat16(), random(n, seed=1).bfloat16()
    assert torch.equal(module(x), nn.functional.linear(x, weight, bias))


def test_head_has_its_own_form() -> None:
    kinds = {
        name: type(quantization.quantize_linear(random(64, 64), None, p, device="cpu", dtype=torch.bfloat16, head=True))
        for name, p in PRESETS.items()
    }
    int8 = quantization.Int8Linear
    assert kinds == {"none": nn.Linear, "int4": int8, "int8": int8, "nf4": nn.Linear, "llm-int8": nn.Linear}


@pytest.mark.parametrize("form", ["none", *FORMS])
@pytest.mark.parametrize("head", [False, True])
@pytest.mark.parametrize("bias", [False, True])
@pytest.mark.parametrize(("n", "k"), [(1344, 192), (192, 960), (64, 96), (10, 30)])
def test_memory_falls_as_computed(form: str, head: bool, bias: bool, n: int, k: int) -> None:
    preset = PRESETS[form]
    module = quantization.quantize_linear(
        random(n, k), random(n) if bias else None, preset, device="cpu", dtype=torch.bfloat16, head=head
    )
    expected = quantization.weight_bytes(n, k, preset, head=head, bias=bias)
    assert sum(x.nbytes for x in quantization.tensors(module).values()) == expected
    if form in ("none", "int4", "int8"):
        held = [*module.buffers(), *module.parameters()]
        assert sum(x.nbytes for x in held) == expected
        assert sum(x.untyped_storage().nbytes() for x in held) == expected


def test_sizes_of_the_whole_decoder() -> None:
    """DESIGN 5: 2.64 GB in int4 with an int8 head and all else in 16 bit, for 3.196e9 parameters."""

    def total(preset: quantization.Preset) -> int:
        layer = sum(quantization.weight_bytes(n, k, preset) for n, k in ((17920, 2560), (2560, 12800)))
        return 32 * layer + quantization.weight_bytes(51200, 2560, preset, head=True)

    none, int8, int4, nf4 = (total(PRESETS[name]) for name in ("none", "int8", "int4", "nf4"))
    rest = 2 * 3_196_000_000 - none
    assert rest + int4 == pytest.approx(2.64e9, rel=0.02)
    assert rest + int8 == pytest.approx(3.75e9, rel=0.02)
    assert int4 < nf4 < int8 < none


def test_names() -> None:
    assert quantization.resolve("4bit") is PRESETS["int4"]
    assert quantization.resolve("8bit") is PRESETS["int8"]
    assert all(quantization.resolve(name).name == name for name in PRESETS)
    for wrong, meant in (
        ("int-4", "int4"),
        ("nf-4", "nf4"),
        ("llm_int8", "llm-int8"),
        ("INT4", "int4"),
        ("non", "none"),
    ):
        with pytest.raises(OptionError, match="unknown quantization") as raised:
            quantization.resolve(wrong)
        assert f"Did you mean {meant}?" in raised.value.hint
    with pytest.raises(OptionError) as raised:
        quantization.resolve("x")
    assert "mean" not in raised.value.hint
    assert "auto, none, " in raised.value.hint


GB = 10**9
NEEDED = {"none": 7 * GB, "int8": 4 * GB, "int4": 3 * GB, "nf4": 3 * GB, "llm-int8": 4 * GB}


@pytest.mark.parametrize(
    ("device", "free", "capability", "bf16", "parameters", "expected"),
    [
        ("cpu", 100 * GB, None, True, 3_196_000_000, "int4"),
        ("cpu", 1 * GB, None, False, 3_196_000_000, "int4"),
        ("cpu", 100 * GB, None, True, 10_000_000, "none"),
        ("cuda", 7 * GB, (9, 0), True, 3_196_000_000, "none"),
        ("cuda", 7 * GB - 1, (9, 0), True, 3_196_000_000, "int8"),
        ("cuda", 4 * GB - 1, (8, 0), True, 3_196_000_000, "int4"),
        ("cuda", 4 * GB - 1, (8, 9), True, 3_196_000_000, "int4"),
        ("cuda", 4 * GB - 1, (7, 5), False, 3_196_000_000, "nf4"),
        ("cuda", 4 * GB - 1, (8, 0), False, 3_196_000_000, "nf4"),
        ("cuda", 4 * GB - 1, None, True, 3_196_000_000, "nf4"),
        ("cuda", 4 * GB, (7, 5), False, 3_196_000_000, "int8"),
        ("cuda", 0, (8, 6), True, 3_196_000_000, "int4"),
        ("mps", 7 * GB, None, True, 3_196_000_000, "none"),
        ("mps", 5 * GB, None, True, 3_196_000_000, "int8"),
        ("mps", 3 * GB, None, True, 3_196_000_000, "int4"),
    ],
)
def test_auto(
    device: str, free: int, capability: tuple[int, int] | None, bf16: bool, parameters: int, expected: str
) -> None:
    chosen = quantization.auto(device, NEEDED, free, parameters=parameters, capability=capability, bf16=bf16)
    assert chosen is PRESETS[expected]


@pytest.mark.parametrize(("free", "expected"), [(8 * GB, "none"), (6 * GB, "int4")])
def test_auto_on_a_processor_without_quick_kernels(free: int, expected: str) -> None:
    """There int4 is far slower than 16 bit: only what would not fit otherwise is worth it."""
    assert quantization.auto("cpu", NEEDED, free, parameters=3 * GB, kernels=False) is PRESETS[expected]


# ---- saving


@pytest.mark.parametrize("form", ["none", *FORMS])
@pytest.mark.parametrize("dtype", [torch.bfloat16, torch.float32])
@pytest.mark.parametrize("used", [False, True])
def test_a_saved_layer_answers_bit_for_bit(form: str, dtype: torch.dtype, used: bool, tmp_path: Path) -> None:
    module = quantized(form, 192, 960, dtype)
    inputs = [random(rows, 960, seed=rows).to(dtype) for rows in (1, 9, 100)]
    with torch.inference_mode():
        if used:
            wanted = [module(x) for x in inputs]
        save_file(quantization.tensors(module), tmp_path / "layer.safetensors")
        wanted = [module(x) for x in inputs]
        found = load_file(tmp_path / "layer.safetensors")
        again = quantization.from_tensors(found, PRESETS[form], device="cpu", dtype=dtype)
        assert type(again) is type(module)
        assert all(torch.equal(again(x), want) for x, want in zip(inputs, wanted, strict=True))
        once_more = quantization.tensors(again)
        assert found.keys() == once_more.keys()
        assert all(torch.equal(found[name], once_more[name]) for name in found)


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("offset", [2, 8, 16, 34])
def test_weights_and_rows_may_lie_anywhere(form: str, offset: int) -> None:
    """As in a file that is mapped into memory, or a view. A kernel that minds would end the process."""

    def moved(tensor: Tensor) -> Tensor:
        memory = torch.empty(tensor.nbytes + 128, dtype=torch.uint8)
        start = -memory.data_ptr() % 64 + offset // tensor.itemsize * tensor.itemsize
        return memory[start : start + tensor.nbytes].view(tensor.dtype).view(tensor.shape).copy_(tensor)

    module = quantized(form, 192, 192)
    found = {name: moved(tensor) for name, tensor in quantization.tensors(module).items()}
    again = quantization.from_tensors(found, PRESETS[form], device="cpu", dtype=torch.bfloat16)
    with torch.inference_mode():
        for rows in (1, 3, 9, 100):
            x = random(rows, 192).bfloat16()
            assert torch.equal(again(moved(x)), module(x))
    if form == "int4":
        assert again.scales_zeros.data_ptr() % kernels.LINE == 0  # else the kernel takes twice the time
        assert kernels.int4_tile() == 32 or again.weight.data_ptr() == found["weight"].data_ptr()


def test_nothing_is_copied_on_loading_where_the_kernel_wants_it_as_stored() -> None:
    for form in ("int4", "int8"):
        found = quantization.tensors(quantized(form, 128, 64))
        module = quantization.from_tensors(found, PRESETS[form], device="cpu", dtype=torch.bfloat16)
        if form == "int8" or kernels.int4_tile() in (0, 64):
            assert module.weight.data_ptr() == found["weight"].data_ptr()


@pytest.mark.parametrize("form", ["int4", "int8"])
def test_state_dict_and_moving(form: str) -> None:
    module, other = quantized(form, 128, 64), quantized(form, 128, 64)
    x = random(3, 64).bfloat16()
    assert not list(module.parameters())
    assert module.state_dict().keys() == quantization.tensors(module).keys()
    other.load_state_dict({name: torch.zeros_like(t) for name, t in module.state_dict().items()})
    assert not other(x).any()
    other.load_state_dict(module.state_dict())
    assert torch.equal(other(x), module(x))
    holder = nn.Sequential(other, nn.Linear(1, 1))
    state = holder.state_dict()
    with pytest.raises(RuntimeError, match=r"0\.weight"):
        holder.load_state_dict({name: t[:1] for name, t in state.items()})
    with pytest.raises(RuntimeError, match="Missing"):
        holder.load_state_dict({name: t for name, t in state.items() if name != "0.weight"})
    before = {name: t.dtype for name, t in other.state_dict().items() if name != "bias"}
    other.half().to("cpu")
    assert {name: t.dtype for name, t in other.state_dict().items() if name != "bias"} == before
    assert relative(other(x), module(x).float()) < 0.01
    meant = other.to(torch.bfloat16)
    assert torch.equal(meant(x), module(x))


def damaged(form: str, what: str) -> dict[str, Tensor]:
    found = quantization.tensors(quantized(form, 192, 192))
    extra = next(name for name in found if name not in ("weight", "bias"))
    match what:
        case "missing":
            del found[extra]
        case "surplus":
            found["other"] = torch.zeros(1)
        case "short":
            found[extra] = found[extra][:-1].clone()
        case "type":
            found[extra] = found[extra].to(torch.float16)
        case "flat":
            found["weight"] = found["weight"].flatten()
        case "narrow":
            found["weight"] = found["weight"][:, :-1].clone()
        case "bias":
            found["bias"] = found["bias"][:-1].clone()
        case "no weight":
            del found["weight"]
    return found


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("what", ["missing", "surplus", "short", "type", "flat", "narrow", "bias", "no weight"])
def test_tensors_that_do_not_belong_together_are_refused(form: str, what: str) -> None:
    with pytest.raises(TensorMismatch, match=r"layers\.3"):
        quantization.from_tensors(
            damaged(form, what), PRESETS[form], device="cpu", dtype=torch.bfloat16, name="layers.3"
        )


@pytest.mark.parametrize("group", [32, 64, 128])
def test_other_groups_are_saved_and_restored(group: int) -> None:
    preset, x = PRESETS["int4"], random(9, 128).bfloat16()
    module = quantization.quantize_linear(random(64, 128), None, preset, device="cpu", dtype=x.dtype, group=group)
    found = quantization.tensors(module)
    assert found["scales_zeros"].shape == (128 // group, 64, 2)
    assert sum(t.nbytes for t in found.values()) == quantization.weight_bytes(64, 128, preset, bias=False, group=group)
    assert relative(module(x), x.float() @ oracle(module).t()) < TOLERANCE
    assert torch.equal(quantization.from_tensors(found, preset, device="cpu", dtype=x.dtype)(x), module(x))


def test_a_layer_of_another_preset_is_refused() -> None:
    for form in FORMS:
        for other in FORMS:
            if form != other:
                found = quantization.tensors(quantized(form, 192, 128))
                with pytest.raises(TensorMismatch):
                    quantization.from_tensors(found, PRESETS[other], device="cpu", dtype=torch.bfloat16)


@pytest.mark.parametrize("form", FORMS)
def test_scales_that_are_not_finite_are_refused(form: str) -> None:
    found = quantization.tensors(quantized(form, 192, 128))
    name = next(name for name in found if name not in ("weight", "bias") and found[name].is_floating_point())
    found[name].view(-1)[0] = float("nan")
    with pytest.raises(NonFiniteWeights, match=name):
        quantization.from_tensors(found, PRESETS[form], device="cpu", dtype=torch.bfloat16)


# ---- other processors, and what is imported and printed


def run(code: str, **environment: str) -> subprocess.CompletedProcess[str]:
    import os

    return subprocess.run(
        [sys.executable, "-W", "always", "-c", code],
        cwd=ROOT,
        env=os.environ | {"PYTHONPATH": str(ROOT), "OMP_WAIT_POLICY": "PASSIVE"} | environment,
        capture_output=True,
        text=True,
        check=True,
        timeout=200,
    )


ELSEWHERE = """
import torch
from safetensors.torch import load_file
from flashsloth import quantization
from flashsloth.quantization import PRESETS, kernels
folder = {folder!r}
inputs = load_file(folder + "/inputs.safetensors")
for form in ("int4", "int8"):
    found = load_file(folder + "/" + form + ".safetensors")
    layer = quantization.from_tensors(found, PRESETS[form], device="cpu", dtype=torch.bfloat16)
    assert all(torch.equal(t, found[n]) for n, t in quantization.tensors(layer).items())
    for name, x in inputs.items():
        if name in ("1", "9", "100"):
            want = inputs[form + name]
            assert (layer(x).float() - want).norm() / want.norm() < 0.004, (form, name)
print(torch.backends.cpu.get_cpu_capability(), kernels.cpu_kind(), kernels.int4_tile())
"""


@pytest.mark.parametrize(("capability", "shown"), [("avx2", "AVX2 avx2 32"), ("default", "DEFAULT other 0")])
def test_a_copy_made_here_opens_on_lesser_processors(capability: str, shown: str, tmp_path: Path) -> None:
    inputs = {str(rows): random(rows, 192, seed=rows).bfloat16() for rows in (1, 9, 100)}
    for form in ("int4", "int8"):
        module = quantized(form, 320, 192)
        weight, bias = oracle(module), random(320, seed=1).bfloat16().float()
        save_file(quantization.tensors(module), tmp_path / f"{form}.safetensors")
        inputs |= {form + rows: inputs[rows].float() @ weight.t() + bias for rows in ("1", "9", "100")}
    save_file(inputs, tmp_path / "inputs.safetensors")
    done = run(ELSEWHERE.format(folder=str(tmp_path)), ATEN_CPU_CAPABILITY=capability)
    if torch.backends.cpu.get_cpu_capability() in ("AVX512", "AVX2"):
        assert done.stdout.strip() == shown


@pytest.mark.parametrize("how", ["raises", "computes wrong"])
def test_a_kernel_that_is_not_right_is_not_used(how: str, monkeypatch: pytest.MonkeyPatch) -> None:
    caches = (kernels.int4_tile, kernels.has_int4, kernels.has_int8, kernels.cpu_thresholds)
    names = ("_weight_int4pack_mm_for_cpu", "_weight_int8pack_mm", "_int_mm")
    for cache in caches:
        cache.cache_clear()

    def wrong(rows: Tensor, weight: Tensor, *_: object, **__: object) -> Tensor:
        if how == "raises":
            raise RuntimeError("not for this device")
        return torch.zeros(rows.shape[0], weight.shape[0]).bfloat16()

    for name in names:
        monkeypatch.setattr(torch, name, wrong)
    try:
        for form in ("int4", "int8"):
            module = quantized(form, 192, 128)
            assert module.way(1) == module.way(100) == "multiplied out"
            x = random(3, 128).bfloat16()
            want = x.float() @ oracle(module).t() + module.bias.float()
            assert relative(module(x), want) < TOLERANCE
    finally:
        for cache in caches:
            cache.cache_clear()


def test_names_load_no_torch() -> None:
    done = run(
        "import sys, flashsloth.quantization as q; q.resolve('4bit'); print(sorted({'torch'} & set(sys.modules)))"
    )
    assert done.stdout.strip() == "[]"


USE = """
import sys, torch
from flashsloth import quantization
for form in {forms!r}:
    for dtype in (torch.bfloat16, torch.float32):
        preset = quantization.resolve(form)
        weight, bias = torch.randn(128, 64), torch.randn(128)
        layer = quantization.quantize_linear(weight, bias, preset, device="cpu", dtype=dtype)
        with torch.inference_mode():
            for x in (torch.randn(1, 64) * 5, torch.randn(2, 20, 64)):
                layer(x.to(dtype))
        quantization.from_tensors(quantization.tensors(layer), preset, device="cpu", dtype=dtype)
assert ("bitsandbytes" in sys.modules) is {loaded}
"""


def test_bitsandbytes_is_not_imported_for_int4_and_int8() -> None:
    run(USE.format(forms=("none", "int4", "int8"), loaded=False))


def test_bitsandbytes_is_silent_and_downloads_nothing(tmp_path: Path) -> None:
    """A package `kernels` would be asked by it for native code from the hub."""
    (tmp_path / "kernels").mkdir()
    (tmp_path / "kernels" / "__init__.py").write_text("raise SystemExit('kernels was imported')")
    done = run(USE.format(forms=("nf4", "llm-int8"), loaded=True), PYTHONPATH=f"{ROOT}:{tmp_path}")
    assert (done.stdout, done.stderr) == ("", "")


def test_without_bitsandbytes_an_error_says_what_to_do(monkeypatch: pytest.MonkeyPatch) -> None:
    from flashsloth.quantization import bnb

    bnb.library.cache_clear()
    for name in [name for name in sys.modules if name.partition(".")[0] == "bitsandbytes"]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.setitem(sys.modules, "bitsandbytes", None)
    try:
        with pytest.raises(OptionError) as raised:
            quantized("nf4", 64, 64)
        assert "pip install bitsandbytes" in raised.value.hint
    finally:
        bnb.library.cache_clear()
