"""The recorded answers, by the engine as it runs on a CPU, and as it runs on a CUDA device: prefill on
bucket lengths with masks, tokens read late."""

from __future__ import annotations

import pytest
import torch
from torch import Tensor

from flashsloth.generation.engine import EncodedImage, Engine
from flashsloth.images.reader import load_image
from flashsloth.model.query_groups import find_groups
from flashsloth.processing.pictures import tower_pixels
from token_stream import TokenStream

from . import reference
from .reference import DATA, MULTITURN_END, Golden, close, expand, golden, names, quick_first
from .test_generation import check_margins


@pytest.fixture(scope="module", params=[False, True], ids=["exact", "padded"])
def engines(request: pytest.FixtureRequest, small, full) -> dict[str, Engine]:
    made = {"small": Engine(small, padded=request.param), "full": Engine(full, padded=request.param)}
    for engine in made.values():
        engine.ahead = request.param
    return made


ENCODED: dict[str, EncodedImage] = {}  # by golden: the tower is the same in both ways


def encoded(name: str, engine: Engine, pixels: Tensor) -> EncodedImage:
    if name not in ENCODED:
        ENCODED[name] = engine.encode_image(pixels.numpy())
    return ENCODED[name]


def compare(engine: Engine, case: Golden, ids: list[int], pixels: Tensor) -> Tensor:
    """The answer's ids equal the recorded ones; its logits (count, V), for those to be compared too."""
    check_margins(case)
    picture = encoded(case.name, engine, pixels)
    run = TokenStream(engine, engine.new_state(), ids, picture, max_tokens=len(case.new_ids))
    assert list(run) == case.new_ids
    state = engine.new_state()
    steps = [engine.prefill(ids, state, picture)]
    steps += [engine.decode(token, state) for token in case.new_ids[:-1]]
    assert state.ids == ids + case.new_ids[:-1]
    return torch.stack(steps)


@pytest.mark.parametrize("name", [*names("generate"), *quick_first("hd")])
def test_one_picture(engines, name: str) -> None:
    """Of one tile and of five."""
    case, engine = golden(name), engines["small"]
    pixels = case.pixels()
    ids = expand(case.ids, engine.config, engine.config.visual_tokens(hd=pixels.dim() == 5))
    logits = compare(engine, case, ids, pixels[0])
    close(logits[None], case["step_logits"], case.tol())


@pytest.mark.parametrize("name", quick_first("e2e", 0))
def test_end_to_end(engines, name: str) -> None:
    case, engine = golden(name), engines["full"]
    hd = case.meta["hd"]
    pixels = tower_pixels(load_image(DATA / case.meta["image"], reference=True), engine.config, hd=hd)
    ids = expand(case.ids, engine.config, engine.config.visual_tokens(hd))
    logits = compare(engine, case, ids, torch.from_numpy(pixels))
    close(logits[:, case["vocab_sample"]], case["step_logits_sampled"][0], case.tol(), "steps")


@pytest.mark.parametrize("padded", [False, True], ids=["exact", "padded"])
@pytest.mark.parametrize("name", names("multiturn"))
def test_turns_one_after_another_and_at_once(name: str, padded: bool) -> None:
    """Up to each turn's query tokens and to the end, from what was there before and from nothing."""
    model = reference.build("small", eos_token_id=MULTITURN_END)
    case, engine = golden(name), Engine(model, padded=padded)
    ids = expand(case.ids, model.config)
    picture = encoded(name, engine, case.pixels()[0])
    ends = [g.query_start + reference.QUERIES for g in find_groups(ids, model.config, 81)]
    assert len(ends) > 1
    state = engine.new_state()
    for end in (*ends, len(ids)):
        want = case["logits_with_labels"][0, end - 1]
        assert 0 < end - len(state.ids) < len(ids)
        close(engine.prefill(ids[:end], state, picture), want, case.tol(), f"to {end}, the rest kept")
        close(
            engine.prefill(ids[:end], engine.new_state(), picture), want, case.tol(), f"to {end}, anew"
        )
