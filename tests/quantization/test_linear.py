"""Quantized linear layers: rounding, every method of multiplying, sizes, saving."""

from __future__ import annotations

import functools
import os
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace

import pytest
import torch
from safetensors.torch import load_file, save_file
from torch import Tensor, nn

from flashsloth.errors import NonFiniteWeights, OptionError
from flashsloth.quantization import (
    bnb,
    compiled,
    linear,
    presets,
    rounding,
    torch_products,
)
from flashsloth.quantization.presets import PRESETS
from flashsloth.utils.paths import NANO_FOLDER
from paths import ROOT
from programs import run_python

from .test_kernels import moved

# bfloat16 results are off by up to 2^-9 of each value, 0.0017 to 0.0022 in the norm; twice that if the
# weight was rounded to bfloat16 too. A wrong code, scale or order gives at least 0.05.
TOLERANCE = 0.004
STORED = ("int4", "int8")
KINDS = (*STORED, "nf4")


def random(*shape: int, seed: int = 0) -> Tensor:
    return torch.randn(*shape, generator=torch.Generator().manual_seed(seed))


def quantized(
    kind: str,
    n: int,
    k: int,
    dtype: torch.dtype = torch.bfloat16,
    *,
    bias: bool = True,
    part: str = "",
) -> nn.Module:
    weight, added = random(n, k) * 0.05, random(n, seed=1) if bias else None
    return linear.quantize_linear(weight, added, PRESETS[kind], device="cpu", dtype=dtype, part=part)


def oracle(module: nn.Module) -> Tensor:
    """Dequantize a layer's weight, float32 (N, K)."""
    stored = linear.tensors_of(module)
    if "scales_zeros" in stored:
        return rounding.dequantize_int4(stored["weight"], stored["scales_zeros"])
    return rounding.dequantize_int8(stored["weight"], stored["scales"])


def relative(actual: Tensor, expected: Tensor) -> float:
    return float((actual.double() - expected.double()).norm() / expected.double().norm())


def squared_error(weight: Tensor) -> float:
    return float((rounding.dequantize_int4(*rounding.quantize_int4(weight)) - weight).square().sum())


def min_max_error(weight: Tensor) -> float:
    """Rounding with the range from the smallest to the largest value."""
    groups = weight.view(-1, 64)
    low, high = torch.aminmax(groups, dim=1, keepdim=True)
    scale, low = ((high - low) / 15).bfloat16().float(), low.bfloat16().float()
    codes = ((groups - low) / scale.clamp_min(1e-30)).round().clamp(0, 15)
    return float((codes * scale + low - groups).square().sum())


# ---- rounding


def test_scale_search_beats_min_max_on_each_layer_of_nano() -> None:
    weights = [
        w.float()
        for name, w in load_file(NANO_FOLDER / "model.safetensors").items()
        if w.dim() == 2 and ".layers." in name and presets.fits(PRESETS["int4"], *w.shape)
    ]
    assert len(weights) >= 30
    assert all(squared_error(w) < 0.92 * min_max_error(w) for w in weights)


def test_scale_search_finds_exact_lines() -> None:
    """Sixteen equal steps are reproduced, with scale and zero in bfloat16."""
    codes = torch.arange(64 * 64).view(64, 64) * 7 % 16
    scales, zeros = (x.bfloat16().float() for x in (random(64, 1).abs() + 0.1, random(64, 1, seed=3)))
    weight = (codes - 8) * scales + zeros
    assert relative(rounding.dequantize_int4(*rounding.quantize_int4(weight)), weight) < 1e-5


@pytest.mark.parametrize("value", [0.0, 1.0, -0.3, 1e-30, 3e-39, 6e4])
def test_constant_groups_and_tiny_and_huge_values(value: float) -> None:
    weight = torch.full((64, 64), value)
    assert torch.allclose(
        rounding.dequantize_int4(*rounding.quantize_int4(weight)), weight, rtol=2**-8, atol=1e-29
    )
    assert torch.allclose(
        rounding.dequantize_int8(*rounding.quantize_int8(weight)), weight, rtol=2**-7, atol=1e-29
    )
    weight[::2, ::3] *= -1
    assert torch.allclose(
        rounding.dequantize_int4(*rounding.quantize_int4(weight)), weight, rtol=2**-6, atol=1e-29
    )


def test_int8_error_is_half_a_step() -> None:
    weight = random(48, 320)
    rounded, scales = rounding.quantize_int8(weight)
    assert (
        (rounding.dequantize_int8(rounded, scales) - weight).abs() <= 0.51 * scales.float()[:, None]
    ).all()
    assert rounded.abs().max() == 127


@pytest.mark.parametrize("dtype", [torch.float32, torch.float16, torch.bfloat16])
def test_rounding_in_pieces(dtype: torch.dtype, monkeypatch: pytest.MonkeyPatch) -> None:
    weight = (random(320, 192) * 0.05).to(dtype)
    whole = [*rounding.quantize_int4(weight), *rounding.quantize_int8(weight)]
    monkeypatch.setattr(rounding, "WEIGHTS_AT_ONCE", 192 * 100)
    pieces = [*rounding.quantize_int4(weight), *rounding.quantize_int8(weight)]
    assert all(torch.equal(a, b) for a, b in zip(whole, pieces, strict=True))


def test_tile_order_is_as_documented() -> None:
    codes = torch.randint(
        0, 16, (128, 6), generator=torch.Generator().manual_seed(0), dtype=torch.uint8
    )
    packed = rounding.pack_tiles(codes).flatten()
    for tile, column, i in ((0, 0, 0), (0, 5, 31), (1, 2, 7)):
        byte = int(packed[tile * 64 * 3 + column * 32 + i])
        assert byte & 15 == codes[tile * 64 + i, column]
        assert byte >> 4 == codes[tile * 64 + 32 + i, column]


@pytest.mark.parametrize("kind", KINDS)
def test_weights_that_are_not_finite_are_refused(kind: str) -> None:
    for bad in (float("nan"), float("inf"), float("-inf")):
        weight = random(128, 64)
        weight[100, 3] = bad
        with pytest.raises(NonFiniteWeights):
            linear.quantize_linear(weight, None, PRESETS[kind], device="cpu", dtype=torch.bfloat16)


# ---- products


@pytest.mark.parametrize("kind", KINDS)
def test_shapes_and_types_of_input(kind: str) -> None:
    module = quantized(kind, 128, 64)
    x = random(2, 3, 64).bfloat16()
    with torch.inference_mode():
        expected = module(x.view(6, 64)).view(2, 3, 128)
        assert torch.equal(module(x), expected)
        assert torch.equal(module(x.transpose(0, 1).contiguous().transpose(0, 1)), expected)
        strided = torch.zeros(2, 3, 128).bfloat16()
        strided[..., ::2] = x
        assert torch.equal(module(strided[..., ::2]), expected)
        assert module(x[:0]).shape == (0, 3, 128)
        for dtype in (torch.float32, torch.float16):
            actual = quantized(kind, 128, 64, dtype)(x.to(dtype))
            assert actual.dtype == dtype
            assert relative(actual, expected.float()) < 0.01


# ---- shapes, names, sizes, choice


@pytest.mark.filterwarnings(
    "ignore:Initializing zero-element tensors:UserWarning"
)  # torch's, of no outputs
@pytest.mark.parametrize(
    ("kind", "n", "k"),
    [
        *((kind, *shape) for kind in ("none", *KINDS) for shape in ((17, 64), (64, 17))),
        *(
            ("none", 64, 64),
            ("int4", 48, 64),
            ("int4", 64, 48),
            ("int4", 0, 64),
            ("nf4", 64, 96),
            ("int8", 64, 40),
        ),
    ],
)
def test_shapes_that_do_not_fit_are_not_quantized(kind: str, n: int, k: int) -> None:
    module = quantized(kind, n, k)
    assert not presets.fits(PRESETS[kind], n, k)
    assert type(module) is nn.Linear
    x = random(3, k).bfloat16()
    weight, bias = (random(n, k) * 0.05).bfloat16(), random(n, seed=1).bfloat16()
    assert torch.equal(module(x), nn.functional.linear(x, weight, bias))


@pytest.mark.parametrize("kind", STORED)
@pytest.mark.parametrize("bias", [False, True])
def test_a_head_of_any_number_of_rows_is_quantized(kind: str, bias: bool) -> None:
    """Its rows are padded, with zeros."""
    module = quantized(kind, 1001, 64, part="head", bias=bias)
    assert type(module) is linear.Int8Linear
    specs = presets.stored_specs(1001, 64, PRESETS[kind], "head", bias=bias, dtype="BF16")
    shapes = {name: tuple(tensor.shape) for name, tensor in linear.tensors_of(module).items()}
    assert shapes == {name: spec.shape for name, spec in specs.items()}
    x = random(3, 64).bfloat16()
    exact = x.float() @ (random(1001, 64) * 0.05).bfloat16().float().t()
    exact += random(1001, seed=1).bfloat16().float() if bias else 0
    found = module(x).float()
    assert (found[:, :1001] - exact).norm() < 0.02 * exact.norm()
    assert found.shape == (3, 1024)
    assert not found[:, 1001:].any()


def test_format_of_the_head() -> None:
    kinds = {name: type(quantized(name, 64, 64, part="head")) for name in PRESETS}
    int8 = linear.Int8Linear
    assert kinds == {"none": nn.Linear, "int4": int8, "int8": int8, "nf4": nn.Linear}


@pytest.mark.parametrize("kind", ["none", *STORED])
@pytest.mark.parametrize(("part", "bias"), [("", True), ("head", False)])
@pytest.mark.parametrize(("n", "k"), [(64, 96), (10, 30)])
def test_weight_bytes(kind: str, part: str, bias: bool, n: int, k: int) -> None:
    module = quantized(kind, n, k, part=part, bias=bias)
    expected = presets.weight_bytes(n, k, PRESETS[kind], part, bias=bias)
    assert sum(x.nbytes for x in linear.tensors_of(module).values()) == expected
    memory = [*module.buffers(), *module.parameters()]
    assert sum(x.nbytes for x in memory) == expected
    assert sum(x.untyped_storage().nbytes() for x in memory) == expected


def test_a_device_has_its_own_names() -> None:
    """The whole table: the presets of each device, and the aliases that stand for them."""
    found = {
        device: [
            f"{choice.alias}={name}" if choice.alias else name
            for name, choice in presets.choices(device).items()
        ]
        for device in ("cpu", presets.TRITON, "cuda", "mps")
    }
    assert found == {
        "cpu": ["none", "8bit=int8", "4bit=int4", "nf4"],
        "cuda with Triton": ["none", "8bit=int8", "4bit=int4", "nf4"],
        "cuda": ["none", "4bit=nf4", "int4", "8bit=int8"],
        "mps": ["none", "8bit=int8", "4bit=int4"],
    }
    for device, names in found.items():
        for alias, _, name in (each.rpartition("=") for each in names):
            assert (
                presets.resolve(name, device) is presets.resolve(alias or name, device) is PRESETS[name]
            )
    with pytest.raises(OptionError, match="nf4 does not run on mps") as refused:
        presets.resolve("nf4", "mps")
    assert refused.value.hint == "Use none, int8 or int4."


def test_unknown_presets() -> None:
    close = {"int-4": "int4", "nf-4": "nf4", "INT4": "int4", "non": "none"}
    for wrong in (*close, "x", ""):
        with pytest.raises(OptionError, match="unknown quantization") as raised:
            presets.resolve(wrong)
        meant = f"Did you mean {close[wrong]}? " if wrong in close else ""
        assert raised.value.hint.startswith(f"{meant}Use auto, none, ")


# ---- saving


@pytest.mark.parametrize("kind", ["none", *STORED])
@pytest.mark.parametrize("dtype", [torch.bfloat16, torch.float32])
def test_a_restored_layer_equals_the_saved_one(kind: str, dtype: torch.dtype, tmp_path: Path) -> None:
    """Also if the layer was used before it was saved."""
    module = quantized(kind, 192, 960, dtype)
    inputs = [random(rows, 960, seed=rows).to(dtype) for rows in (1, 9, 100)]
    with torch.inference_mode():
        outputs = [module(x) for x in inputs]
        save_file(linear.tensors_of(module), tmp_path / "layer.safetensors")
        stored = load_file(tmp_path / "layer.safetensors")
        restored = linear.from_tensors(stored, PRESETS[kind], device="cpu", dtype=dtype)
        assert type(restored) is type(module)
        assert all(
            torch.equal(restored(x), expected) for x, expected in zip(inputs, outputs, strict=True)
        )
        once_more = linear.tensors_of(restored)
        assert stored.keys() == once_more.keys()
        assert all(torch.equal(stored[name], once_more[name]) for name in stored)


def test_weights_in_the_order_of_the_kernel_are_not_copied() -> None:
    for kind in ("int4", "int8"):
        stored = linear.tensors_of(quantized(kind, 128, 64))
        moved_by = {name: moved(tensor, 34) for name, tensor in stored.items()}
        elsewhere = linear.from_tensors(moved_by, PRESETS[kind], device="cpu", dtype=torch.bfloat16)
        if kind == "int4":
            # else it takes twice the time
            assert elsewhere.scales_zeros.data_ptr() % torch_products.CACHE_LINE == 0
        module = linear.from_tensors(stored, PRESETS[kind], device="cpu", dtype=torch.bfloat16)
        if kind == "int8" or torch_products.int4_tile() in (0, 64):
            assert module.weight.data_ptr() == stored["weight"].data_ptr()


@pytest.mark.parametrize("kind", ["int4", "int8"])
def test_moving(kind: str) -> None:
    module, other = quantized(kind, 128, 64), quantized(kind, 128, 64)
    x = random(3, 64).bfloat16()
    assert relative(module(x), x.float() @ oracle(module).t() + module.bias.float()) < TOLERANCE
    assert not list(module.parameters())
    before = {name: t.dtype for name, t in other.tensors().items() if name != "bias"}
    other.half().to("cpu")
    assert {name: t.dtype for name, t in other.tensors().items() if name != "bias"} == before
    assert relative(other(x), module(x).float()) < 0.01
    assert torch.equal(other.to(torch.bfloat16)(x), module(x))


# ---- other processors, imports, output


OTHER_PROCESSOR = """
import sys, torch
from safetensors.torch import load_file
from flashsloth.quantization import linear, cpu, rounding, torch_products
from flashsloth.quantization.presets import PRESETS
for kind, exact in ("int4", rounding.dequantize_int4), ("int8", rounding.dequantize_int8):
    stored = load_file(sys.argv[1] + "/" + kind + ".safetensors")
    layer = linear.from_tensors(stored, PRESETS[kind], device="cpu", dtype=torch.bfloat16)
    assert all(torch.equal(t, stored[n]) for n, t in linear.tensors_of(layer).items())
    weight = exact(stored["weight"], stored["scales_zeros" if kind == "int4" else "scales"])
    for rows in (1, 9, 100):
        x = torch.randn(rows, 192).bfloat16()
        want = x.float() @ weight.t() + stored["bias"]
        assert (layer(x).float() - want).norm() < 0.004 * want.norm(), (kind, rows)
assert "bitsandbytes" not in sys.modules
print(torch.backends.cpu.get_cpu_capability(), cpu.cpu_kind(), torch_products.int4_tile())
"""


@pytest.mark.slow
@pytest.mark.parametrize(
    ("capability", "printed"), [("avx2", "AVX2 avx2 32"), ("default", "DEFAULT other 0")]
)
def test_saved_layers_open_on_older_processors(capability: str, printed: str, tmp_path: Path) -> None:
    for kind in STORED:
        save_file(linear.tensors_of(quantized(kind, 320, 192)), tmp_path / f"{kind}.safetensors")
    found = run_python("-c", OTHER_PROCESSOR, tmp_path, ATEN_CPU_CAPABILITY=capability)
    if torch.backends.cpu.get_cpu_capability() in ("AVX512", "AVX2"):
        assert found.strip() == printed


@pytest.mark.parametrize("fault", ["raises", "computes wrong"])
def test_a_faulty_kernel_is_not_used(fault: str, monkeypatch: pytest.MonkeyPatch) -> None:
    def wrong(rows: Tensor, weight: Tensor, *_: object, **__: object) -> Tensor:
        if fault == "raises":
            raise RuntimeError("not for this device")
        return torch.zeros(rows.shape[0], weight.shape[0]).bfloat16()

    for name in ("int4_tile", "has_int4", "has_int8"):  # trials, whose outcomes are remembered
        monkeypatch.setattr(
            torch_products, name, functools.cache(getattr(torch_products, name).__wrapped__)
        )
    for name in ("_weight_int4pack_mm_for_cpu", "_weight_int8pack_mm"):
        monkeypatch.setattr(torch, name, wrong)
    monkeypatch.setattr(compiled, "takes", lambda *_: False)
    x = random(3, 128).bfloat16()
    for kind in ("int4", "int8"):
        module = quantized(kind, 192, 128)
        assert module.dequantize_from == torch_products.ALWAYS
        expected = x.float() @ oracle(module).t() + module.bias.float()
        assert relative(module(x), expected) < TOLERANCE


USE = """
import sys, torch
from flashsloth.quantization import linear, presets
preset = presets.resolve("nf4", "cuda")
weight, bias = torch.randn(128, 64), torch.randn(128)
layer = linear.quantize_linear(weight, bias, preset, device="cpu", dtype=torch.bfloat16)
with torch.inference_mode():
    for x in (torch.randn(1, 64) * 5, torch.randn(2, 20, 64)):
        layer(x.bfloat16())
assert "bitsandbytes" in sys.modules
"""


@pytest.mark.slow
def test_bitsandbytes_is_silent_and_downloads_nothing(tmp_path: Path) -> None:
    """It would download native code through the package `kernels`, if that is installed."""
    (tmp_path / "kernels").mkdir()
    (tmp_path / "kernels" / "__init__.py").write_text("raise SystemExit('kernels was imported')")
    env = os.environ | {"PYTHONPATH": f"{ROOT}:{tmp_path}"}
    done = subprocess.run(
        [sys.executable, "-W", "always", "-c", USE], cwd=ROOT, env=env, capture_output=True, text=True
    )
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")


def test_bitsandbytes_downloads_nothing_on_mps() -> None:
    module = SimpleNamespace(_kernel_load_failed=False)
    bnb.refuse_download(module)
    assert module._kernel_load_failed is True
    with pytest.raises(AttributeError):
        bnb.refuse_download(SimpleNamespace())


def test_missing_bitsandbytes_is_an_option_error(monkeypatch: pytest.MonkeyPatch) -> None:
    bnb.library.cache_clear()
    for name in [name for name in sys.modules if name.partition(".")[0] == "bitsandbytes"]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.setitem(sys.modules, "bitsandbytes", None)
    try:
        with pytest.raises(OptionError) as raised:
            quantized("nf4", 32, 64)  # the smallest that is quantized
        assert "pip install bitsandbytes" in raised.value.hint
    finally:
        bnb.library.cache_clear()
