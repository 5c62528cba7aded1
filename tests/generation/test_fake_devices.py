"""The engine on CUDA and MPS as far as it goes without them: no operation mixes devices or dtypes."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import torch

import fake_device
import tiny
from flashsloth.checkpoints.model_files import build_empty
from flashsloth.checkpoints.packed_builder import PackedBuilder
from flashsloth.generation import engine as engine_module
from flashsloth.generation.decode_loop import DecodeLoop
from flashsloth.generation.engine import EncodedImage, Engine
from flashsloth.generation.sampling import Sampler
from flashsloth.generation.sampling_settings import Sampling
from flashsloth.inference.kv_cache import KeyValueCache
from flashsloth.quantization import compiled, torch_products
from flashsloth.quantization.presets import PRESETS

CPU = torch.device("cpu")
CONFIG = tiny.config(text={"hidden_size": 64, "intermediate_size": 128})  # int4 wants rows in 64s
SIZE = CONFIG.vision_config.image_size


@pytest.fixture
def engine(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Engine:
    """An engine of the tiny model on a device, in a dtype and a preset. Call it inside `fake_tensors` only."""
    kind, dtype, preset, padded = request.param
    for name in ("has_int4", "has_int8", "has_plain_order"):
        monkeypatch.setattr(torch_products, name, lambda *_: True)
    compiled.takes_many_rows(32, 32)  # tried on the CPU first, so that what follows could use it
    for name in ("plan_embq", "safe_prefix_length"):
        monkeypatch.setattr(engine_module, name, fake_device.real(getattr(engine_module, name)))
    generator = torch.Generator()
    monkeypatch.setattr(torch, "Generator", lambda device="cpu": generator)
    model = build_empty(CONFIG)
    parts = PackedBuilder(model, PRESETS[preset], CPU, dtype)
    for name, tensor in tiny.model(0, CONFIG).named_parameters():
        parts.accept(name, tensor.detach())
    decoder = parts.finish()
    device = torch.device(kind, 0)
    with fake_device.fake_tensors():
        fake_device.move([model.eval(), decoder], device)
        return Engine(model, decoder, graphs=False, padded=padded)


def case(kind: str, dtype: torch.dtype, preset: str, padded: bool, *, quick: bool = False) -> Any:
    name = f"{kind} {str(dtype)[6:]} {preset} {'padded' if padded else 'unpadded'}"
    return pytest.param((kind, dtype, preset, padded), id=name, marks=[] if quick else [pytest.mark.slow])


BF16, F16 = torch.bfloat16, torch.float16
CASES = [  # each value of one beside each of another
    case("cuda", BF16, "none", True, quick=True),
    case("cuda", BF16, "int4", True, quick=True),
    case("mps", BF16, "int8", True, quick=True),
    *(case("cuda", F16, preset, False) for preset in ("none", "int8")),
    case("cuda", F16, "int4", True),
    case("mps", F16, "none", False),
    case("mps", F16, "int8", True),
    case("mps", BF16, "int4", False),
]


@pytest.mark.slow
@pytest.mark.parametrize("engine", CASES, indirect=True)
def test_an_evening(engine: Engine) -> None:
    """One image, tiles, a second image, another turn, decode, sampling: all on the device, all in one dtype."""
    sampling = Sampling(temperature=0.7, top_k=20, top_p=0.9, min_p=0.02, repetition_penalty=1.1, seed=1)
    with fake_device.fake_tensors():
        first, second = (engine.encode_image(np.zeros((3, SIZE, SIZE), np.float32)) for _ in range(2))
        tiles = engine.encode_image(np.zeros((5, 3, SIZE, SIZE), np.float32))
        for image in (first, second, tiles):
            check(engine, image.tokens, image.keys, image.values)
        for shown in ((first,), (tiles,), (first, second)):
            state = engine.new_state()
            ids = prompt(shown)
            check(engine, engine.prefill(ids, state, shown))
            check(engine, engine.decode(107, state))
            token = Sampler(sampling, CONFIG.text_config.vocab_size, ids, engine.device).next(
                engine.mask_placeholders(engine.decode(108, state))
            )
            assert token.device == engine.device
            check(engine, engine.decode(token, state))
        state.ids.append(109)
        longer = state.ids + turn() + [104] * 300  # another turn, and the cache grows
        check(engine, engine.prefill(longer, state, shown))


@pytest.mark.slow
@pytest.mark.parametrize("engine", CASES, indirect=True)
def test_a_batch(engine: Engine) -> None:
    """Images encoded together, rows that join, decode, go on with another turn, grow and leave."""
    with fake_device.fake_tensors():
        images = engine.encode_images([np.zeros((3, SIZE, SIZE), np.float32)] * 3)
        batch = DecodeLoop(engine)
        for image in images:
            check(engine, image.tokens, image.keys, image.values, engine.prefill(prompt((image,)), batch.add(), image))
            check(engine, batch.decode([107] * len(batch.states)))
        longer = batch.states[1].ids + turn() + [104] * 300
        check(engine, engine.prefill(longer, batch.states[1], images[1]))
        batch.remove(0)
        logits = engine.mask_placeholders(batch.decode([104, 105]))
        assert logits.shape == (2, CONFIG.text_config.vocab_size)
        check(engine, logits)


def check(engine: Engine, *tensors: torch.Tensor) -> None:
    for tensor in tensors:
        assert (tensor.device, tensor.dtype) == (engine.device, engine.dtype)


def turn() -> list[int]:
    return [105, 106, 107, *[CONFIG.query_token_id] * CONFIG.num_query_tokens, 108]


def prompt(images: tuple[EncodedImage, ...]) -> list[int]:
    ids: list[Any] = [101, 103]
    for image in images:
        ids += [CONFIG.image_token_id] * image.visual_tokens + turn()
    return ids


@pytest.mark.parametrize("engine", [("mps", torch.bfloat16, "none", None)], indirect=True)
def test_mps_is_padded_and_writes_its_cache_by_slices(engine: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    """Its causal attention leaks later tokens, and index_copy_ would rewrite the whole buffer of a layer."""
    written: list[Any] = []
    write = KeyValueCache.write
    monkeypatch.setattr(
        KeyValueCache,
        "write",
        lambda cache, layer, where, pair: written.append(where) or write(cache, layer, where, pair),
    )
    with fake_device.fake_tensors():
        state = engine.new_state()
        engine.prefill(prompt(()), state)
        engine.decode(107, state)
    assert engine.padded
    assert written
    assert {type(where) for where in written} == {slice}
