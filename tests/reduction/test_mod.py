"""gamma-MoD: routed rows equal a dense computation with masks, the engine computes what transformers
does, and the ranks of planted attention are found."""

from __future__ import annotations

import json
import math
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import torch
from torch import Tensor
from torch.nn.utils.rnn import pad_sequence

import families
import flashsloth
import tiny
from conftest import draw
from flashsloth.chat import FlashSloth
from flashsloth.checkpoints import model_files
from flashsloth.errors import InvalidConfiguration, OptionError, SettingsFileError, UnsupportedModel
from flashsloth.evaluation import reduction_prompts
from flashsloth.evaluation.evaluate import open_dataset
from flashsloth.explain import attention
from flashsloth.generation.engine import Engine
from flashsloth.hf import families as layers
from flashsloth.hf import modeling
from flashsloth.hf.config import FlashSlothConfig
from flashsloth.hf.modeling import FlashSlothForConditionalGeneration, save_folder
from flashsloth.inference import reduced_core
from flashsloth.inference.reduced_core import ReductionPolicy
from flashsloth.reduction import eas, mod
from flashsloth.reduction.mod import LOSS_SHARE, Router, RoutingCall, passing
from flashsloth.reduction.recipe import describe
from flashsloth.utils.paths import NANO_FOLDER
from generation.helpers import (
    QUESTIONS,
    answer,
    conversation,
    driven,
    generate,
    hf,
    inputs,
    later,
    prompt,
    see,
)
from generation.test_choices import CHOICES, step_by_step

ROUTED, RATIO, LAYERS = [1, 2, 3], 0.4, 5
TOKENS = 9  # visual, of a picture
SIZES: dict[str, Any] = {
    "pooling_window": 2,
    "embq_layer": 2,
    "routed_layers": ROUTED,
    "skip_ratio": RATIO,
}


def routed_config(text: dict[str, Any] | None = None, **own: Any) -> FlashSlothConfig:
    return tiny.config({"num_hidden_layers": LAYERS, **(text or {})}, **{**SIZES, **own})


@pytest.fixture(scope="module")
def routed_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A model that was not trained, but whose router chooses tokens."""
    folder, config = tmp_path_factory.mktemp("routed") / "model", routed_config()
    save_folder(tiny.model(config=config), model_files.read_processor(config, NANO_FOLDER), folder)
    return folder


@pytest.fixture(scope="module")
def routed(routed_folder: Path) -> FlashSloth:
    return flashsloth.open(routed_folder, device="cpu", dtype="float32")


def forward(model: Any, ids: list[list[int]], pictures: int, **more: Any) -> Any:
    return model(input_ids=torch.tensor(ids), pixel_values=families.pixels(images=pictures), **more)


def ids_of(model: FlashSlothForConditionalGeneration, pictures: int) -> list[int]:
    config = model.config
    shown = [
        i for _ in range(pictures) for i in (6, *[config.image_token_id] * config.visual_tokens(False))
    ]
    return [4, *shown, 5, 7, 8, 9, *[config.query_token_id] * config.num_query_tokens, 11, 12]


def test_routed_rows_equal_a_dense_computation_with_masks(monkeypatch: pytest.MonkeyPatch) -> None:
    model = tiny.model(config=routed_config())
    ids = ids_of(model, 2)
    found = forward(model, [ids], 2).logits.detach()
    skipped = []

    def dense(layer: Any, x: Tensor, routing: RoutingCall, **kwargs: Any) -> Tensor:
        """Compute every row of a layer. No row attends to those that skip it, and these keep their
        values."""
        y, T = layer.input_layernorm(x), x.shape[1]
        p_of = model.language_model.router.weight.detach()
        visual = torch.tensor([token == model.config.image_token_id for token in ids])
        p = torch.ones(T)
        p[visual] = torch.softmax(y[0, visual].detach() @ p_of.T, -1)[:, 1]
        passes = torch.ones(T, dtype=torch.bool)
        for rows in visual.nonzero().flatten().split(TOKENS):
            passes[
                sorted(rows.tolist(), key=lambda row: float(p[row]))[: math.floor(TOKENS * RATIO)]
            ] = False
        skipped.append(int((~passes).sum()))
        visible = torch.ones(T, T, dtype=torch.bool).tril() & passes | torch.eye(T, dtype=torch.bool)
        attended, _ = layer.self_attn(
            hidden_states=y, **{**kwargs, "attention_mask": visible[None, None]}
        )
        mlp = layer.mlp
        mixed = attended + mlp.fc2(mlp.activation_fn(mlp.fc1(y)) * p[:, None]) + x
        return torch.where(passes[:, None], mixed, x)

    monkeypatch.setattr(
        layers.RoutedLayer, "forward", lambda self, x, **kwargs: dense(self, x, **kwargs)
    )
    expected = forward(model, [ids], 2, use_cache=False).logits.detach()
    assert skipped == [2 * 3] * len(ROUTED)
    assert float((found - expected).abs().max()) < 1e-5 * float(expected.abs().max())


def test_how_many_pass() -> None:
    logits = torch.randn(3, TOKENS, 2, generator=torch.Generator().manual_seed(0))
    for ratio in (0.0, 0.34, 0.5, 0.99):
        passes, weights = passing(logits, ratio)
        assert passes.sum(1).tolist() == [math.ceil(TOKENS * (1 - ratio))] * 3
        for each, p in zip(passes, weights, strict=True):
            assert not (~each).any() or float(p[each].min()) >= float(p[~each].max())
    passes, _ = passing(torch.zeros(1, 4, 2), 0.5)
    assert passes.tolist() == [[True, True, False, False]]  # ties: the first


@torch.no_grad()
def test_sequences_with_other_pictures_keep_their_answers() -> None:
    """With two pictures, one and none, different numbers of rows pass in the sequences of a batch."""
    model = tiny.model(config=routed_config())
    rows, pixels = (
        [torch.tensor(ids_of(model, count)) for count in (2, 1, 0)],
        families.pixels(images=3),
    )
    parts = pixels[:2], pixels[2:], None
    alone = [
        model(input_ids=r[None], pixel_values=p).logits[0] for r, p in zip(rows, parts, strict=True)
    ]
    for side in ("left", "right"):
        ids = pad_sequence(rows, batch_first=True, padding_side=side)
        mask = pad_sequence([torch.ones_like(row) for row in rows], batch_first=True, padding_side=side)
        whole = model(input_ids=ids, attention_mask=mask, pixel_values=pixels).logits
        for found, real, expected in zip(whole, mask.bool(), alone, strict=True):
            assert float((found[real] - expected).abs().max()) < 1e-4 * float(expected.abs().max())


@torch.no_grad()
@pytest.mark.parametrize("family", [pytest.param("llama", marks=pytest.mark.slow), "qwen3", "smollm3"])
def test_gated_decoders_route(family: str) -> None:
    config = families.config(
        family, {"num_hidden_layers": LAYERS}, routed_layers=[1, 3], skip_ratio=0.5
    )
    model = families.model(family, made_of=config)
    ids, words = families.prompt(), [9, 15, 4]
    engine = Engine(model)
    state = engine.new_state()
    found = [engine.prefill(ids, state, engine.encode_image(families.pixels()[0].numpy()))]
    found += [engine.decode(word, state) for word in words]
    expected = forward(model, [[*ids, *words]], 1, use_cache=False).logits[0, -4:]
    plain = families.model(family, made_of=families.config(family, {"num_hidden_layers": LAYERS}))
    assert engine.kept_by_layer(state) == (4, 2, 4, 2, 4)
    assert float((torch.stack(found) - expected).abs().max()) < 1e-4 * float(expected.abs().max())
    assert float((forward(plain, [ids], 1).logits[0, -1] - expected[0]).abs().max()) > 0.01


@pytest.mark.parametrize("padded", [False, True])
def test_turns_and_pictures_reuse_the_cache(routed: FlashSloth, padded: bool) -> None:
    """A further question about the picture, then a second picture, then back to the first one."""
    sloth = driven(routed, padded=padded)
    engine, images = sloth.engine, [see(sloth, draw(1)), see(sloth, draw(2))]
    first = [*prompt(routed, QUESTIONS[0], TOKENS), 17]
    second = [*first, *later(routed.prompt, QUESTIONS[1]), 18]
    third = [*second, *later(routed.prompt, QUESTIONS[2], TOKENS)]
    state, whole = engine.new_state(), routed.loaded.model
    for ids, count, least in ((first, 1, 0), (second, 1, 20), (third, 2, 40), (second, 1, 0)):
        shown = images[:count]
        assert engine.reusable_prefix_length(ids, state, shown) >= least
        found = engine.prefill(ids, state, shown)
        fresh = Engine(whole, routed.loaded.decoder)
        alone = fresh.new_state()
        expected = fresh.prefill(ids, alone, shown)
        assert float((found - expected).abs().max()) < 1e-4 * float(expected.abs().max())
        assert engine.kept_by_layer(state) == fresh.kept_by_layer(alone) == kept(count)
        assert torch.argmax(engine.decode(9, state)) == torch.argmax(fresh.decode(9, alone))
        del state.ids[-1:]


def kept(pictures: int) -> tuple[int, ...]:
    passed = math.ceil(TOKENS * (1 - RATIO))
    return tuple(pictures * (passed if layer in ROUTED else TOKENS) for layer in range(LAYERS))


def test_choices_are_those_of_the_routed_model(routed: FlashSloth) -> None:
    """In the first and in the second turn, a choice's probability is the product over its tokens."""
    chat = driven(routed, padded=False).chat(draw(1))
    for _ in range(2):
        (found,) = chat.choose(QUESTIONS[0], choices=CHOICES)
        shares = [choice.probability for choice in found]
        sums = step_by_step(chat.model, chat, QUESTIONS[0])
        assert shares == pytest.approx([each / sum(sums) for each in sums], abs=1e-5)
        chat.ask(QUESTIONS[1], max_tokens=4).text()


def test_transformers_refuses_a_batch_with_a_cache(routed: FlashSloth) -> None:
    batch = inputs(routed, [conversation(QUESTIONS[0], draw(1)), conversation(QUESTIONS[1], draw(2))])
    with pytest.raises(UnsupportedModel, match="cannot continue a batch"):
        generate(routed, batch)


@pytest.mark.parametrize("quant", ["int4", "int8"])
def test_quantized_models_route(routed_folder: Path, quant: str) -> None:
    sloth = flashsloth.open(routed_folder, device="cpu", quant=quant)
    state, image = sloth.engine.new_state(), see(sloth, draw(1))
    ids = prompt(sloth, QUESTIONS[0], TOKENS)
    scores = sloth.engine.mask_placeholders(sloth.engine.prefill(ids, state, image))
    assert sloth.engine.kept_by_layer(state) == kept(1)
    assert isinstance(sloth.engine.policy, mod.MixtureOfDepths)
    assert answer(sloth, ids, image, 1) == [int(scores.argmax())]


# training


def learning() -> FlashSlothForConditionalGeneration:
    """Return a model in training, without dropout."""
    return tiny.model(config=routed_config(pooling_dropout=0.0, text={"resid_pdrop": 0.0})).train()


def loss(model: FlashSlothForConditionalGeneration, **more: Any) -> Tensor:
    """Return the loss of three words after a question about a picture."""
    ids = ids_of(model, 1)
    labels = torch.tensor([[-100] * (len(ids) - 3) + ids[-3:]])
    found: Tensor = forward(model, [ids], 1, labels=labels, loss_only=True, **more).loss
    return found


@torch.no_grad()
def test_the_loss_of_the_router(monkeypatch: pytest.MonkeyPatch) -> None:
    model, calls = learning(), list[RoutingCall]()

    class Noted(RoutingCall):
        def __init__(self, *args: Any) -> None:
            super().__init__(*args)
            calls.append(self)

    monkeypatch.setattr(modeling, "RoutingCall", Noted)
    with_router, by_items, alone = loss(model), loss(model, num_items_in_batch=6), loss(model.eval())
    expected = float(torch.stack(list(calls[0].losses.values())).sum())
    assert sorted(calls[0].losses) == ROUTED
    assert expected > 0.1
    assert float(with_router - alone) == pytest.approx(LOSS_SHARE * expected, rel=1e-3)
    assert float(by_items - alone / 2) == pytest.approx(LOSS_SHARE * expected / 2, rel=1e-3)


def test_one_layers_loss_by_hand() -> None:
    router = Router(4)
    with torch.no_grad():
        router.weight.copy_(torch.tensor([[0.0, 0, 0, 0], [1.0, 0, 0, 0]]))
    call = RoutingCall(router, 0.5, torch.tensor([[1, 2]]))
    y = torch.zeros(1, 4, 4)
    y[0, 1, 0], y[0, 2, 0] = 2.0, -1.0
    chosen, weights = call(3, y)
    assert chosen.tolist() == [[True, True, False, True]]
    passes, skips = 1 / (1 + math.exp(-2)), 1 / (1 + math.exp(1))
    assert weights[0].tolist() == pytest.approx([1, passes, skips, 1])
    assert float(call.losses[3].detach()) == pytest.approx(
        -(math.log(passes) + math.log(1 - skips)) / 2
    )


def test_both_losses_teach_the_one_router() -> None:
    """With activation checkpointing and without. In evaluation the router has no loss of its own, but
    gets gradients through the weights of the MLPs."""
    models: list[Any] = [learning(), learning(), learning().eval()]
    models[1].activation_checkpointing_enable({"use_reentrant": False})
    found = []
    for model in models:
        [router] = [module for module in model.modules() if isinstance(module, Router)]
        assert router.weight.numel() == 2 * tiny.TEXT["hidden_size"]
        loss(model).backward()
        found.append(router.weight.grad)
    assert torch.allclose(*found[:2], atol=1e-6)
    assert all(float(gradient.abs().max()) > 1e-6 for gradient in found)


# ranks


def sinks(count: int, rows: int = 40) -> Tensor:
    """Return attention (1, n, n) in which all rows attend to the first `count` rows, each row with
    other shares."""
    shares = torch.zeros(rows, rows)
    shares[:, :count] = torch.rand(rows, count, generator=torch.Generator().manual_seed(count)) + 0.1
    return (shares / shares.sum(1, keepdim=True))[None]


@pytest.mark.parametrize("count", [1, 2, 5, 12])
def test_ranks_of_planted_attention(count: int) -> None:
    for dtype in (torch.float32, torch.float64):
        ranks, effective = mod.arank(sinks(count).to(dtype))
        assert ranks.tolist() == [count]
        assert 1 <= float(effective) <= count + 1e-3
    both, _ = mod.arank(torch.cat((sinks(count), sinks(3))))
    assert both.tolist() == [count, 3]


def test_measured_ranks_are_those_of_the_attention(
    sloth: FlashSloth, drawn: Callable[..., Path]
) -> None:
    decoder = reduction_prompts.reducible(sloth)
    prompts = list(reduction_prompts.prompts(sloth, open_dataset([drawn(3)])))
    found = mod.measure(decoder, sloth.config, prompts, 1)
    assert len(found.ranks) == len(decoder.layers) == len(found.effective)
    assert all(0 < value <= 1 for value in (*found.ranks, *found.effective))
    assert found.layers == mod.lowest(found.ranks, 1)
    alone = [mod.measure(decoder, sloth.config, [each]) for each in prompts]
    assert found.ranks == pytest.approx(
        torch.tensor([each.ranks for each in alone]).mean(0).tolist(), abs=1e-4
    )
    x, module = prompts[0].x, hf(sloth).language_model
    y = module.layers[0].input_layernorm(x[None])
    angles = module.rotary_emb(y, torch.arange(len(x))[None])
    module.set_attn_implementation("eager")
    causal = torch.full((len(x), len(x)), torch.finfo(torch.float32).min).triu(1)[None, None]
    _, shares = module.layers[0].self_attn(
        hidden_states=y, attention_mask=causal, position_embeddings=angles
    )
    module.set_attn_implementation("sdpa")
    heads = mod.arank(shares[0])[0]
    assert alone[0].ranks[0] == pytest.approx(float(heads.mean()) / len(x), abs=0.02)


def test_which_layers_are_chosen() -> None:
    ranks = [0.1, 0.9, 0.3, 0.2, 0.8, 0.05]
    assert mod.lowest(ranks) == [2, 3]
    assert mod.lowest(ranks, 3) == [2, 3, 4]
    assert mod.lowest([0.5, 0.5, 0.5]) == [1]
    for count in (0, 5):
        with pytest.raises(OptionError, match="the first and the last stay"):
            mod.lowest(ranks, count)


def test_damaged_ranks_are_refused(tmp_path: Path) -> None:
    config, path = routed_config(routed_layers=None, skip_ratio=None), tmp_path / "ranks.json"
    mod.Ranks(describe(config), [0.5] * LAYERS, [0.5] * LAYERS, 1, [1, 2]).write(path)
    assert mod.routed(config, path, 0.3) == {"routed_layers": [1, 2], "skip_ratio": 0.3}
    sound = json.loads(path.read_text())
    for name, value, error, problem in (
        ("format", "other", SettingsFileError, "not a file of ranks"),
        ("version", 2, SettingsFileError, "version 2"),
        *(("layers", value, SettingsFileError, "damaged") for value in ([], [True])),
        *(("model", value, OptionError, "of another model") for value in ({}, 3)),
    ):
        path.write_text(json.dumps({**sound, name: value}))
        with pytest.raises(error, match=problem):
            mod.routed(config, path, 0.3)


# refusals


def test_configurations_that_do_not_fit() -> None:
    wrong: tuple[tuple[str, dict[str, Any]], ...] = (
        *(("from 1 to 3", {"routed_layers": layers}) for layers in ([0], [4])),
        ("ascending", {"routed_layers": [2, 1]}),
        *(("less than 1", {"skip_ratio": ratio}) for ratio in (None, 1.0, float("nan"))),
        ("needs routed_layers", {"routed_layers": None}),
        ("either", {"skipped_attention": [1]}),
    )
    for problem, own in wrong:
        with pytest.raises((InvalidConfiguration, UnsupportedModel), match=problem):
            routed_config(**own)
    with pytest.raises(UnsupportedModel, match="olmo2"):
        families.config("olmo2", routed_layers=[1], skip_ratio=0.5)


def test_other_ways_of_doing_less_are_refused(routed: FlashSloth) -> None:
    with pytest.raises(UnsupportedModel, match="already"):
        routed.engine.reduce(ReductionPolicy())
    with pytest.raises(UnsupportedModel, match="already"):
        reduction_prompts.reducible(routed)
    with pytest.raises(UnsupportedModel, match="already"):
        eas.check_removal(routed.config, 1, 4)
    with pytest.raises(ValueError, match="needs input_ids"):
        routed.loaded.model(inputs_embeds=torch.zeros(1, 4, tiny.TEXT["hidden_size"]))


@torch.inference_mode()
def test_explaining_reads_what_the_prompt_computed(
    routed: FlashSloth, monkeypatch: pytest.MonkeyPatch
) -> None:
    engine, seen, chosen = routed.engine, list[tuple[Tensor, Tensor]](), dict[int, Tensor]()
    assert isinstance(engine.policy, mod.MixtureOfDepths)
    route = engine.policy.route

    def attend(q: Tensor, keys: Tensor, *args: Any, **more: Any) -> Tensor:
        seen.append((q, keys[0]))
        return whole_attend(q, keys, *args, **more)

    def note(layer: int, *args: Any) -> Any:
        found = route(layer, *args)
        chosen[layer] = torch.arange(len(args[0])) if found is None else found.rows
        return found

    whole_attend = reduced_core.attend
    ids, image = prompt(routed, QUESTIONS[0], TOKENS), see(routed, draw(1))
    with monkeypatch.context() as patch:
        patch.setattr(reduced_core, "attend", attend)
        patch.setattr(engine.policy, "route", note)
        engine.prefill(ids, engine.new_state(), image)
    expected, passed = torch.zeros(len(ids)), torch.zeros(len(ids))
    for layer, (q, keys) in enumerate(seen):
        scores = torch.einsum("hd,hnd->hn", q[-1], keys.repeat_interleave(q.shape[1] // len(keys), 0))
        shares = (scores * q.shape[-1] ** -0.5).softmax(-1).mean(0)
        for row, share in zip(chosen[layer].tolist(), shares.tolist(), strict=True):
            expected[row] += share / LAYERS
            passed[row] += 1 / LAYERS
    # private: its numbers, of which the finished page shows colours
    found = attention._decoder_attention(engine, ids, torch.tensor([len(ids) - 1]), [image])
    torch.testing.assert_close(found[0][0], expected, atol=1e-5, rtol=1e-4)
    visual = torch.tensor([token == engine.image_token for token in ids])
    torch.testing.assert_close(attention.layers_held(engine, ids, [image]), passed[visual])
    assert 0 < float(passed.min()) < 1
