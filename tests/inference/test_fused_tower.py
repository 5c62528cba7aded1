"""The fused tower computes what transformers' modules compute."""

from __future__ import annotations

import copy
import itertools
import sys
from collections.abc import Iterator
from typing import Any

import pytest
import torch
import torch.nn.functional as F
from torch import Tensor, nn
from transformers.models.clip.configuration_clip import CLIPVisionConfig
from transformers.models.siglip.configuration_siglip import SiglipVisionConfig

from flashsloth.hf.families import make_tower as make_tower_of
from flashsloth.inference import image_encoder
from flashsloth.quantization import compiled, rounding, torch_products
from flashsloth.quantization.linear import RoundedLinear
from flashsloth.utils.yield_point import yielding_to
from quantization.test_linear import relative

CPU = torch.device("cpu")
PATCHES = 21  # along a side: enough for attention head by head
KIND = "siglip"


@pytest.fixture(autouse=True, params=["siglip", "clip"])
def kind_of_tower(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setattr(sys.modules[__name__], "KIND", request.param)
    with torch.inference_mode():
        yield


def make_tower(dtype: torch.dtype = torch.float32) -> Any:
    """A tower whose scores of attention spread widely and whose biases are not zero."""
    sizes = {
        "hidden_size": 96,
        "intermediate_size": 160,
        "num_hidden_layers": 3,
        "num_attention_heads": 4,
    }
    sizes |= {"image_size": PATCHES * 4, "patch_size": 4}
    siglip = KIND == "siglip"
    config: Any = (
        SiglipVisionConfig(vision_use_head=False, **sizes) if siglip else CLIPVisionConfig(**sizes)
    )
    with torch.random.fork_rng():
        torch.manual_seed(0)  # CLIP's class embedding is drawn
        tower = make_tower_of(config).eval()
    generator = torch.Generator().manual_seed(0)
    for name, parameter in tower.named_parameters():
        noise = torch.randn(parameter.shape, generator=generator)
        if parameter.dim() > 1:
            parameter.copy_(noise * parameter[0].numel() ** -0.5 * (2 if "q_proj" in name else 1))
        else:
            parameter.add_(noise * 0.1)
    return tower.to(dtype)


def pixels(images: int = 1) -> Tensor:
    return torch.randn(images, 3, PATCHES * 4, PATCHES * 4, generator=torch.Generator().manual_seed(1))


def need(dtype: torch.dtype) -> None:
    if not torch_products.has_fused_linear(dtype, 3, 64, 128):
        pytest.skip("this processor has no fused products in this dtype")


@pytest.mark.parametrize("images", [1, 5])
def test_float32_equals_the_modules(images: int) -> None:
    need(torch.float32)
    tower = make_tower()
    assert image_encoder.block_of(tower) is not None
    expected = tower(pixels(images)).last_hidden_state
    torch.testing.assert_close(
        image_encoder.encode_patches(tower, pixels(images)), expected, rtol=1e-5, atol=1e-5
    )


@pytest.mark.parametrize("images", [1, 5])
def test_bfloat16_is_as_exact_as_the_modules(images: int) -> None:
    need(torch.bfloat16)
    narrow, values = make_tower(torch.bfloat16), pixels(images).bfloat16()
    exact = copy.deepcopy(narrow).float()(values.float()).last_hidden_state
    fused = relative(image_encoder.encode_patches(narrow, values), exact)
    assert fused < 1.05 * relative(narrow(values).last_hidden_state, exact)


@pytest.mark.parametrize("spread", [1, 4])
def test_large_scores_keep_their_differences(spread: float, monkeypatch: pytest.MonkeyPatch) -> None:
    """Scores of up to 20 rounded to 16 bit without the shift give an error of 1%. With AMX they are not
    rounded."""
    monkeypatch.setattr(torch_products, "has_amx", lambda: False)
    generator = torch.Generator().manual_seed(2)
    q, k, v = (torch.randn(2, 3, PATCHES**2, 72, generator=generator).bfloat16() for _ in range(3))
    q = q * spread
    exact = (
        F.scaled_dot_product_attention(q.double(), k.double(), v.double()).transpose(1, 2).flatten(2)
    )
    assert relative(image_encoder.attend(q, k, v), exact) < 0.005


def test_few_patches_and_float32_use_torchs_attention() -> None:
    for shape, dtype in (((1, 2, 64, 16), torch.bfloat16), ((1, 2, PATCHES**2, 16), torch.float32)):
        q, k, v = (torch.randn(shape).to(dtype) for _ in range(3))
        expected = F.scaled_dot_product_attention(q, k, v).transpose(1, 2).flatten(2)
        assert torch.equal(image_encoder.attend(q, k, v), expected)


class OtherLinear(nn.Linear):
    """A linear that doubles its result, as an adapter might."""

    def forward(self, x: Tensor) -> Tensor:
        return super().forward(x) * 2


@pytest.mark.parametrize("bits", [32, 8])
def test_a_replaced_linear_is_used(bits: int) -> None:
    tower = make_tower() if bits == 32 else rounded(make_tower())
    linear = tower.encoder.layers[1].mlp.fc1
    tower.encoder.layers[1].mlp.fc1 = OtherLinear(linear.in_features, linear.out_features)
    assert image_encoder.block_of(tower) is None
    assert torch.equal(image_encoder.encode_patches(tower, pixels()), tower(pixels()).last_hidden_state)


def test_another_activation_is_used() -> None:
    tower = make_tower()
    tower.config.hidden_act = "gelu"
    assert image_encoder.block_of(tower) is None


@pytest.mark.parametrize("dtype", [torch.bfloat16, torch.float16])
def test_a_failed_trial_leads_to_the_modules(
    dtype: torch.dtype, monkeypatch: pytest.MonkeyPatch
) -> None:
    # private: as in a torch without the operator
    monkeypatch.setattr(torch_products, "linear", None)
    monkeypatch.setattr(torch_products, "is_slow", lambda _: False)
    torch_products.has_fused_linear.cache_clear()
    try:
        tower = make_tower(dtype)
        expected = tower(pixels().to(dtype)).last_hidden_state
        assert torch.equal(image_encoder.encode_patches(tower, pixels().to(dtype)), expected)
    finally:
        torch_products.has_fused_linear.cache_clear()


def test_a_slow_dtype_is_computed_in_32_bit(monkeypatch: pytest.MonkeyPatch) -> None:
    """More exactly than by the modules."""
    monkeypatch.setattr(torch_products, "is_slow", lambda dtype: dtype == torch.bfloat16)
    tower, values = make_tower(torch.bfloat16), pixels(2).bfloat16()
    expected = copy.deepcopy(tower).float()(values.float()).last_hidden_state
    found = image_encoder.encode_patches(tower, values)
    assert found.dtype == torch.bfloat16
    assert relative(found, expected) < 0.9 * relative(tower(values).last_hidden_state, expected)


def test_other_threads_never_see_weights_in_32_bit(monkeypatch: pytest.MonkeyPatch) -> None:
    """Two threads that exchanged weights in turn would leave them exchanged."""
    monkeypatch.setattr(torch_products, "is_slow", lambda dtype: dtype == torch.bfloat16)
    tower, seen = make_tower(torch.bfloat16), []
    for module in tower.modules():
        module.register_forward_pre_hook(lambda *_: seen.extend(p.dtype for p in tower.parameters()))
    image_encoder.encode_patches(tower, pixels().bfloat16())
    assert {*seen} == {torch.bfloat16}


def yields(tower: Any, values: Tensor) -> int:
    """Encode a picture, and return how often the server could give way to other answers meanwhile."""
    calls = itertools.count()
    with yielding_to(lambda: next(calls)):
        image_encoder.encode_patches(tower, values)
    return next(calls)


@pytest.mark.parametrize("dtype", [torch.float32, torch.bfloat16, torch.float16])
@pytest.mark.parametrize("is_slow", [False, True])
def test_each_block_is_one_yield_point(
    dtype: torch.dtype, is_slow: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(torch_products, "is_slow", lambda dtype: is_slow and dtype == torch.bfloat16)
    tower = make_tower(dtype)
    assert yields(tower, pixels().to(dtype)) == len(tower.encoder.layers)


def rounded(tower: Any) -> Any:
    """The tower with weights of 8 bits."""
    for name, linear in list(tower.encoder.named_modules()):
        if type(linear) is nn.Linear:
            parent, _, leaf = name.rpartition(".")
            weight, scales = rounding.quantize_int8(linear.weight)
            module = RoundedLinear(weight, scales, linear.bias.data, CPU)
            setattr(tower.encoder.get_submodule(parent), leaf, module)
    return tower


@pytest.fixture(params=["8 bits", "16 bits", "32 bits", "tiles"])
def inputs(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> str:
    """To how many bits the inputs of products are rounded."""
    if request.param == "tiles":
        if not compiled.takes_in_tiles("int8", 64, 64):
            pytest.skip("this processor has no tiles, or Linux does not allow them")
        return "tiles"
    monkeypatch.setattr(compiled, "takes_in_tiles", lambda *_: False)
    if request.param != "8 bits":
        monkeypatch.setattr(torch_products, "has_int8_linear", lambda: False)
    elif not torch_products.has_int8_linear():
        pytest.skip("this processor has no products of 8 bits")
    if request.param == "32 bits":
        monkeypatch.setattr(compiled, "takes", lambda *_: False)
    elif request.param == "16 bits" and not compiled.takes("int8", 64, 64, torch.float32):
        pytest.skip("this machine compiles no kernels")
    return str(request.param)


@pytest.mark.parametrize("dtype", [torch.float32, torch.bfloat16])
def test_8_bits_are_as_exact_as_the_modules(inputs: str, dtype: torch.dtype) -> None:
    """The modules round each row of inputs; the fused block rounds those of fc1 together."""
    exact, tower = make_tower(), rounded(make_tower(dtype))
    assert image_encoder.block_of(tower) is not None
    values = pixels(3 if dtype == torch.float32 else 1).to(dtype)
    expected = exact(values.float()).last_hidden_state
    fused = image_encoder.encode_patches(tower, values)
    assert fused.dtype == dtype
    # rounding the weights alone moves this CLIP's features by 0.024; in tiles all else is bfloat16
    most = 0.03 if KIND == "clip" else {"8 bits": 0.03, "tiles": 0.013}.get(inputs, 0.012)
    assert relative(fused, expected) < most
    assert relative(fused, expected) < 1.2 * relative(tower(values).last_hidden_state, expected)


@pytest.mark.usefixtures("inputs")
@pytest.mark.parametrize("dtype", [torch.float32, torch.bfloat16])
def test_each_block_of_8_bits_is_one_yield_point(dtype: torch.dtype) -> None:
    tower = rounded(make_tower(dtype))
    assert yields(tower, pixels().to(dtype)) == len(tower.encoder.layers)


@pytest.mark.usefixtures("inputs")
@pytest.mark.parametrize("dtype", [torch.float32, torch.bfloat16])
def test_8_bits_encode_each_image_alone(dtype: torch.dtype) -> None:
    tower, values = rounded(make_tower(dtype)), pixels(3).to(dtype)
    together = image_encoder.encode_patches(tower, values)
    for number in range(3):
        alone = image_encoder.encode_patches(tower, values[number : number + 1])
        assert torch.equal(together[number], alone[0])
