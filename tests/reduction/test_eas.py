"""EAS: removing attentions and merging adapters are exact, and the search finds the layers that a
planted loss favours."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
import torch
from safetensors.torch import load_file
from torch import Tensor

import flashsloth
import tiny
from conftest import draw
from data.helpers import messages, write_rows
from flashsloth.chat import FlashSloth
from flashsloth.checkpoints import resolve, save
from flashsloth.data.data_files import Rows
from flashsloth.data.sample import encode_chat
from flashsloth.errors import OptionError, UnsupportedModel
from flashsloth.evaluation import reduction_prompts
from flashsloth.evaluation.evaluate import open_dataset
from flashsloth.explain import attention
from flashsloth.hf.config import FlashSlothConfig
from flashsloth.inference import compiled_step
from flashsloth.inference.packed_layers import Attend, Gelu, HalfBlock, TorchCore
from flashsloth.processing.pictures import tower_pixels
from flashsloth.quantization import cpu
from flashsloth.reduction import eas, fitprune
from flashsloth.reduction.eas import Pia
from flashsloth.reduction.recipe import Recipe, check_model, describe
from flashsloth.sizes.families import Heads
from generation.helpers import QUESTIONS, conversation, hf, inputs, prompt, see
from training import helpers

SKIPPED = [1, 2]
RANK = 6
WIDTH: Any = tiny.TEXT["hidden_size"]


def filled(pia: Pia, seed: int = 0) -> Pia:
    """Fill an adapter with values that change much, with every bias and an uneven router."""
    generator = torch.Generator().manual_seed(seed)
    with torch.no_grad():
        for parameter in pia.parameters():
            parameter.copy_(torch.randn(parameter.shape, generator=generator) * 0.4)
        pia.router.copy_(torch.tensor([1.0, -0.5]))
    return pia.eval()


def convert(source: Path, target: Path, change: Any) -> Path:
    return save.convert(resolve.find(str(source)), target, adapter=change)


@pytest.fixture(scope="module")
def fresh(native_folder: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The tiny model without two attentions, with new adapters."""
    return convert(
        native_folder, tmp_path_factory.mktemp("fresh") / "model", eas.Removal(SKIPPED, RANK)
    )


@pytest.fixture(scope="module")
def trained(fresh: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The same with adapters that change much."""

    class Filled(eas.Merge):
        def apply(self, tensors: Any) -> Any:
            pia = {n: filled(Pia(WIDTH, RANK), n).state_dict() for n in SKIPPED}
            for name, tensor in tensors:
                match = eas.IN_LAYER.fullmatch(name)
                yield name, pia[int(match[2])][match[4]] if match and match[3] == "pia" else tensor

        def configure(self, config: FlashSlothConfig) -> None:
            """Keep the adapters."""

    return convert(fresh, tmp_path_factory.mktemp("trained") / "model", Filled())


@pytest.fixture(scope="module")
def merged(trained: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return convert(trained, tmp_path_factory.mktemp("merged") / "model", eas.Merge())


def opened(folder: Path, **options: Any) -> FlashSloth:
    return flashsloth.open(folder, device="cpu", **{"dtype": "float32", **options})


def logits(sloth: FlashSloth) -> Tensor:
    """Return the logits (T, V) of transformers' forward for a question about a picture."""
    with torch.inference_mode():
        found: Tensor = hf(sloth)(**inputs(sloth, [conversation(QUESTIONS[0], draw(1))])).logits[0]
    return found


def error(a: Tensor, b: Tensor) -> float:
    return float((a - b).detach().abs().max())


def test_the_adapter_is_two_paths_of_two_groups() -> None:
    pia, y = filled(Pia(8, 4)), torch.randn(3, 8, generator=torch.Generator().manual_seed(2))
    z = (y @ pia.down.T + pia.down_bias) / 2
    first, second = pia.router.softmax(0).tolist()
    assert first > 0.8
    expected = y.clone()
    for share, up, bias in zip((first, second), pia.up, pia.up_bias, strict=True):
        expected += share * (torch.cat((z[:, :2] @ up[0].T, z[:, 2:] @ up[1].T), 1) + bias)
    assert error(pia(y), expected) < 1e-6


def test_paths_part_in_training() -> None:
    torch.manual_seed(0)
    pia = Pia(16, 8).train()
    pia(torch.randn(20, 16)).square().sum().backward()
    assert pia.up.grad is not None
    assert not torch.equal(pia.up.grad[0], pia.up.grad[1])


def test_merged_models_equal_unmerged_ones(
    trained: Path, merged: Path, fresh: Path, native_folder: Path
) -> None:
    expected = logits(opened(trained))
    assert error(logits(opened(merged)), expected) < 1e-5 * float(expected.abs().max())
    assert error(logits(opened(fresh)), expected) > 0.1
    settings = json.loads((merged / "config.json").read_text())
    assert settings["skipped_attention"] == SKIPPED
    assert "pia_rank" not in settings
    before, after = (load_file(folder / "model.safetensors") for folder in (native_folder, merged))
    gone = {
        name for name in before if any(f"language_model.layers.{n}.self_attn." in name for n in SKIPPED)
    }
    assert len(gone) == 2 * 8
    assert after.keys() == before.keys() - gone


@pytest.mark.fresh
def test_fresh_adapters_leave_the_block_without_attention(fresh: Path, native_folder: Path) -> None:
    plain = opened(native_folder)
    # private: the model that is measured, of which nothing is saved
    with eas._without_attention(hf(plain).language_model, frozenset(SKIPPED)):
        expected = logits(plain)
    assert error(logits(opened(fresh)), expected) < 1e-5 * float(expected.abs().max())
    assert error(logits(plain), expected) > 0.1


def test_an_empty_list_changes_no_bit(tiny_model: Any) -> None:
    other = tiny.model(config=tiny.config(skipped_attention=[]))
    ids = torch.tensor([[5, 6, 7, 8, 9]])
    assert other.state_dict().keys() == tiny_model.state_dict().keys()
    assert torch.equal(other(input_ids=ids).logits, tiny_model(input_ids=ids).logits)


def step_logits(sloth: FlashSloth) -> Tensor:
    """Return the logits of a prompt, and of a token after it."""
    state, ids = sloth.engine.new_state(), prompt(sloth, QUESTIONS[0], tiny.VISUAL_TOKENS)
    first = sloth.engine.prefill(ids, state, see(sloth, draw(1)), 0)
    return torch.stack((first, sloth.engine.decode(7, state)))


@pytest.mark.fresh
@pytest.mark.parametrize("kind", ["trained", "merged"])
@pytest.mark.parametrize("quant", ["none", "int8", "int4"])
def test_bfloat16_and_presets(
    kind: str, quant: str, request: pytest.FixtureRequest, tmp_path: Path
) -> None:
    """The logits are close to those in 32 bit, and equal after saving. int4 rounds the weights of this
    model too much to be close."""
    folder = request.getfixturevalue(kind)
    expected, found = (
        step_logits(opened(folder)),
        step_logits(opened(folder, dtype="bfloat16", quant=quant)),
    )
    kept = expected > -10  # the placeholders are far below
    if quant != "int4":
        assert error(found[kept], expected[kept]) < 0.1 * float(expected[kept].abs().max())
    if quant != "none":
        saved = save.quantize(resolve.find(str(folder)), tmp_path / "small", quant)
        again = step_logits(opened(saved))
        assert torch.equal(again, step_logits(opened(folder, quant=quant)))


def test_the_compiled_step_computes_the_block() -> None:
    if not compiled_step.available(16, 8, 64):
        pytest.skip("this processor has no such kernels")
    norm: Any = torch.nn.LayerNorm(64).bfloat16().requires_grad_(False)
    norm.bias.copy_(cpu.example(1, 64)[0])
    # private: the weights of the kernels' own trials
    int4 = compiled_step._int4
    part = HalfBlock(norm, int4(64, 64), int4(64, 64), Gelu())
    angles = cpu.example(2, 8).view(2, 1, 1, 2, 4).bfloat16()
    pairs = cpu.example(2 * 2 * 4 * 8, 16).view(1, 2, 2, 4, 8, 16).bfloat16()
    kept = pairs.clone()
    step, x = (
        compiled_step.CompiledStep((angles, angles), pairs, torch.tensor((3, 5))),
        cpu.example(2, 64).bfloat16(),
    )
    found, by_torch = (
        step.whole_part(0, x, part),
        TorchCore((angles, angles), lambda *_: x, Heads(4, 4, 16)),
    )
    assert found is not None
    assert cpu.close(found, by_torch.part(0, x, part).float())
    assert torch.equal(pairs, kept)  # the cache is unused
    attending = HalfBlock(norm, int4(3 * 64 + 64, 64), int4(64, 128), Attend())
    again = compiled_step.CompiledStep((angles, angles), kept, torch.tensor((3, 5))).part(
        0, x, attending
    )
    assert torch.equal(step.part(0, x, attending), again)  # its heads are back


def test_removals_are_checked(fresh: Path) -> None:
    config = tiny.config()
    for count, rank, match in ((0, 4, "first of 3"), (3, 4, "first of 3"), (1, 3, "even number")):
        with pytest.raises(OptionError, match=match):
            eas.check_removal(config, count, rank)
    eas.check_removal(config, 2, 4)
    assert config.skipped_attention is None
    with pytest.raises(UnsupportedModel, match="already reduced"):
        eas.check_removal(FlashSlothConfig.from_pretrained(fresh), 1, 4)
    with pytest.raises(UnsupportedModel, match="only Phi's layers"):
        tiny.config({"model_type": "llama"}, skipped_attention=[1])


def test_recipes_belong_to_one_list(fresh: Path) -> None:
    config = FlashSlothConfig.from_pretrained(fresh)
    recipe = Recipe("fitprune", describe(config), 4, {"drops": [1, 1, 0]})
    with pytest.raises(OptionError, match="another model: skipped_attention"):
        check_model(recipe.model, tiny.config(), "r.json is the recipe", "")
    with pytest.raises(ValueError, match="without attention"):
        fitprune.policy(recipe, config, Path("r.json"))


def some_rows(folder: Path) -> Rows:
    """A row with a picture, and one without."""
    draw(0).save(folder / "0.png")
    texts = ("What is it?", "a circle", "Which colour?", "red")
    return open_dataset(
        [write_rows(folder / "rows.jsonl", messages(*texts, image="0.png"), messages(*texts))]
    )


def test_fitprune_fits_around_skipped_layers(fresh: Path, tmp_path: Path) -> None:
    sloth = opened(fresh)
    prompts = list(reduction_prompts.prompts(sloth, some_rows(tmp_path)))
    recipe = fitprune.fit(reduction_prompts.reducible(sloth), sloth.config, prompts, 0.3)
    assert recipe.values["drops"][0] > 0
    sloth.engine.reduce(fitprune.policy(recipe, sloth.config, Path("r.json")))
    ids, image = prompt(sloth, QUESTIONS[0], tiny.VISUAL_TOKENS), see(sloth, draw(1))
    state = sloth.engine.new_state()
    sloth.engine.prefill(ids, state, image, 0)
    dropped = recipe.values["drops"][0]
    assert sloth.engine.kept_by_layer(state) == (4, 4 - dropped, 4 - dropped)


def test_the_loss_is_that_of_training(native_folder: Path, tmp_path: Path) -> None:
    """The answers of all turns have a loss, and nothing else has."""
    sloth = opened(native_folder)
    samples = some_rows(tmp_path)
    prompts = list(reduction_prompts.prompts(sloth, samples, answers=True))
    assert len(prompts) == 1
    found = eas.answer_loss(hf(sloth), sloth.engine.decoder, prompts, frozenset())
    pixels = torch.from_numpy(tower_pixels(draw(0), sloth.config, hd=False))[None]
    encoded = encode_chat(sloth.prompt, samples[0], tiny.VISUAL_TOKENS)
    ids, labels = torch.tensor([encoded.input_ids]), torch.tensor([encoded.labels])
    with torch.inference_mode():
        out = hf(sloth)(input_ids=ids, labels=labels, pixel_values=pixels)
    assert found == pytest.approx(float(out.loss), abs=1e-4)
    without = eas.answer_loss(hf(sloth), sloth.engine.decoder, prompts, frozenset({1}))
    assert abs(without - found) > 1e-3
    assert eas.answer_loss(hf(sloth), sloth.engine.decoder, prompts, frozenset()) == found


def planted(skipped: frozenset[int]) -> float:
    """Layer 3 is needed. Layers 2 and 5 are not, but one of the two is."""
    costs = {1: 0.3, 2: 0.01, 3: 2.0, 4: 0.2, 5: 0.02, 6: 0.1, 7: 0.4}
    return 0.5 + sum(costs[layer] for layer in skipped) + (1.0 if {2, 5} <= skipped else 0.0)


def test_the_greedy_search_sees_that_layers_replace_each_other() -> None:
    found = eas.search_redundant(planted, 8, 3)
    assert found.layers == [2, 6, 4]
    assert found.losses == pytest.approx([0.5, 0.51, 0.61, 0.81])
    # never the first
    assert sorted(eas.search_redundant(lambda skipped: 0.0, 4, 3).layers) == [1, 2, 3]


@pytest.mark.parametrize("frozen", [False, pytest.param(True, marks=pytest.mark.slow)])
def test_only_adapters_and_projector_learn(fresh: Path, tmp_path: Path, frozen: bool) -> None:
    """The projector does not if the compression is frozen."""
    data, out = helpers.make_data(tmp_path / "data"), tmp_path / "out"
    helpers.Run(helpers.recipe(fresh, data, out, method="full", stage="pia", freeze_compression=frozen))
    before, after = (load_file(folder / "model.safetensors") for folder in (fresh, out))
    assert before.keys() == after.keys()
    changed = {name for name in before if not torch.equal(before[name], after[name])}
    assert any(name.startswith("model.projector.") for name in changed) is not frozen
    assert all(".pia." in name or name.startswith("model.projector.") for name in changed)
    assert {f"model.language_model.layers.{n}.pia.up" for n in SKIPPED} <= changed
    folder = convert(out, tmp_path / "merged", eas.Merge())
    assert error(logits(opened(folder)), logits(opened(out))) < 1e-4


def test_the_stage_needs_adapters(native_folder: Path, tmp_path: Path) -> None:
    data = helpers.make_data(tmp_path / "data")
    with pytest.raises(OptionError, match="needs a model with adapters"):
        helpers.Run(helpers.recipe(native_folder, data, tmp_path / "out", method="full", stage="pia"))


def test_explaining_counts_the_layers_that_attend(merged: Path) -> None:
    sloth = opened(merged)
    ids, image = prompt(sloth, QUESTIONS[0], tiny.VISUAL_TOKENS), see(sloth, draw(1))
    rows = torch.tensor([len(ids) - 1])
    # private: its numbers, of which the finished page shows colours
    shares, _ = attention._decoder_attention(sloth.engine, ids, rows, [image])
    assert float(shares.sum()) == pytest.approx(1, abs=1e-4)
