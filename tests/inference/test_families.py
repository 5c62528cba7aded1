"""A decoder of each family is the family's own without a picture and takes EmbQ with one.

The engine's logits are those of transformers' forward, whatever is computed together.
Random models in float32 on the CPU, with nano's tokenizer, each made once.
"""

from __future__ import annotations

import copy
import math
import pickle
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
import torch
from PIL import Image
from torch import Tensor
from transformers.models.auto.configuration_auto import AutoConfig
from transformers.models.auto.modeling_auto import AutoModelForImageTextToText

import families
import flashsloth.auto  # noqa: F401 - registers the Auto classes
import tiny
from flashsloth.chat import FlashSloth
from flashsloth.errors import UnsupportedModel
from flashsloth.explain.attention import compute_attention
from flashsloth.generation.engine import Engine
from flashsloth.hf.config import FlashSlothConfig
from flashsloth.hf.module_decoder import ModuleDecoder
from flashsloth.inference import attention
from flashsloth.inference.decoder import PackedDecoder
from flashsloth.inference.packed_layers import layer_class
from flashsloth.processing.pictures import tower_pixels
from flashsloth.sizes.families import FAMILIES, GATED, OWN_FORWARD, PHI, check_family
from flashsloth.utils.yield_point import yielding_to
from generation import ways
from generation.helpers import (
    QUESTIONS,
    conversation,
    driven,
    generate,
    in_memory,
    inputs,
    later,
    pixel_values,
    prompt,
    see,
)
from generation.test_choices import CHOICES, step_by_step
from model.test_embq import by_hand

QUERIES, PICTURE = 9, families.pixels()
ROPE = {"rope_theta": 10000.0, "original_max_position_embeddings": 64}
LLAMA3 = {**ROPE, "rope_type": "llama3", "factor": 8.0, "low_freq_factor": 1.0, "high_freq_factor": 4.0}
OWN = {
    "granite": {"embedding_multiplier": 3.0, "logits_scaling": 2.0, "residual_multiplier": 0.7},
    "smollm3": {"no_rope_layers": [1, 1, 0, 1]},
}
PACKED = {
    "phi": ("phi", {}),
    **{kind: (kind, {}) for kind in GATED},
    "llama with biases": ("llama", {"attention_bias": True, "mlp_bias": True}),
    "llama with wide heads": ("llama", {"head_dim": 24}),
    "llama with tied heads": ("llama", {"tie_word_embeddings": True}),
    "llama of one head of keys": ("llama", {"num_key_value_heads": 1}),
    "llama, linear angles": (
        "llama",
        {"rope_parameters": {**ROPE, "rope_type": "linear", "factor": 2.0}},
    ),
    "llama, angles of llama3": ("llama", {"rope_parameters": LLAMA3}),
    "qwen3, angles of yarn": (
        "qwen3",
        {"rope_parameters": {**ROPE, "rope_type": "yarn", "factor": 4.0}},
    ),
    "mistral, a wide window": ("mistral", {"sliding_window": 256}),
}
UNPACKED = {
    **{kind: (kind, {}) for kind in OWN_FORWARD},
    "mistral, a narrow window": ("mistral", {"sliding_window": 16}),
    "llama, dynamic angles": (
        "llama",
        {"rope_parameters": {**ROPE, "rope_type": "dynamic", "factor": 2.0}},
    ),
}
# the others are slow together
USUAL = ("qwen3", "smollm3", "llama with tied heads", "gemma2", "gpt_neox")
EXACT: dict[str, float] = {"rtol": 0, "atol": 1e-5}  # of logits divided by the largest


def config(kind: str, text: dict[str, Any]) -> FlashSlothConfig:
    """A tiny configuration with nano's vocabulary; windows are for those that ask for one, and for
    Gemma."""
    usual = {"vocab_size": tiny.VOCABULARY, "bos_token_id": 0, "eos_token_id": 2, "pad_token_id": 0}
    window = {} if "gemma" in kind or kind == PHI else {"sliding_window": None}
    return families.config(
        kind, {**usual, **window, **OWN.get(kind, {}), **text}, **tiny.OWN, num_query_tokens=QUERIES
    )


def build(kind: str, text: dict[str, Any]) -> FlashSloth:
    return in_memory(families.model(kind, made_of=config(kind, text)))


def cases(*names: str, quick: tuple[str, ...] = USUAL, others: str = "slow") -> list[Any]:
    """Return parameters of which those that are not quick have a mark."""
    marks = [pytest.mark.slow, getattr(pytest.mark, others)]
    return [pytest.param(name, marks=[] if name in quick else marks) for name in names]


@pytest.fixture(scope="module", params=cases(*PACKED, *UNPACKED))
def family(request: pytest.FixtureRequest) -> FlashSloth:
    return build(*{**PACKED, **UNPACKED}[request.param])


@torch.no_grad()
def plain_logits(sloth: FlashSloth, ids: list[int], *images: Image.Image) -> Tensor:
    """The logits (T, V) of every position, of transformers' forward without a cache."""
    return sloth.loaded.model(input_ids=torch.tensor([ids]), **pixel_values(sloth, *images)).logits[0]


def check(found: list[Tensor], expected: Tensor) -> None:
    scale = expected.abs().max()
    torch.testing.assert_close(torch.stack(found) / scale, expected / scale, **EXACT)
    assert torch.stack(found).argmax(-1).equal(expected.argmax(-1))


@pytest.mark.parametrize("family", cases(*PACKED, *UNPACKED, quick=FAMILIES), indirect=True)
@pytest.mark.parametrize("padded", [False, True])
def test_an_answer_and_a_second_turn(
    family: FlashSloth, pictures: list[Image.Image], padded: bool, request: pytest.FixtureRequest
) -> None:
    packed = request.node.callspec.params["family"] in PACKED
    assert isinstance(family.engine.decoder, PackedDecoder if packed else ModuleDecoder)
    sloth = driven(family, padded=padded)
    engine, image = sloth.engine, see(sloth, pictures[0])
    ids, more = prompt(sloth, QUESTIONS[0], image.visual_tokens), list(range(20, 40))
    state = engine.new_state()
    found = [engine.prefill(ids, state, image), *(engine.decode(token, state) for token in more)]
    check(found, plain_logits(sloth, ids + more, pictures[0])[len(ids) - 1 :])
    again = [*ids, *more, *later(sloth.prompt, QUESTIONS[1])]
    assert engine.reusable_prefix_length(again, state, image) > len(ids)
    check([engine.prefill(again, state, image)], plain_logits(sloth, again, pictures[0])[-1:])


@pytest.mark.parametrize(
    "family", cases(*PACKED, *UNPACKED, quick=(PHI, "gpt_neox"), others="nightly"), indirect=True
)
def test_layers_are_yield_points(family: FlashSloth) -> None:
    calls: list[int] = []
    with yielding_to(lambda: calls.append(1)):
        family.engine.prefill(list(range(20, 30)), family.engine.new_state())
    assert len(calls) == family.config.text_config.num_hidden_layers


@pytest.mark.parametrize(
    "family", cases(*PACKED, *UNPACKED, quick=("gpt_neox",), others="nightly"), indirect=True
)
def test_choices(family: FlashSloth, pictures: list[Image.Image]) -> None:
    """About a picture and without one, before the first turn and after a turn."""
    for chat in (family.chat(pictures[0]), family.chat()):
        for _ in range(2):
            together = chat.choose(*QUESTIONS[:2], choices=CHOICES)
            for question, found in zip(QUESTIONS, together, strict=False):
                sums = step_by_step(family, chat, question)
                expected = [each / sum(sums) for each in sums]
                assert [c.probability for c in found] == pytest.approx(expected, abs=1e-5)
            chat.ask("What is it?", max_tokens=5).text()


@pytest.mark.parametrize("case", cases(*PACKED))
def test_attention_of_an_answer(case: str, pictures: list[Image.Image]) -> None:
    """What the last position reads of every visual token is that of transformers' eager attention, the
    mean of heads and layers."""
    kind, text = PACKED[case]
    sloth = build(kind, text)
    pixels, image = tower_pixels(pictures[0], sloth.config, hd=False), see(sloth, pictures[0])
    ids = prompt(sloth, QUESTIONS[0], image.visual_tokens)
    model = sloth.loaded.model
    model.set_attn_implementation("eager")
    with torch.no_grad():
        out = model(
            input_ids=torch.tensor([ids]),
            pixel_values=torch.from_numpy(pixels)[None],
            output_attentions=True,
        )
    visual = [position for position, token in enumerate(ids) if token == sloth.config.image_token_id]
    expected = torch.stack([layer[0, :, -1] for layer in out.attentions]).mean((0, 1))[visual]
    found = compute_attention(sloth.engine, ids, [], [image], [pixels])
    window = sloth.config.pooling_window
    side = math.isqrt(sloth.config.patches_per_tile)
    read = (
        torch.from_numpy(found.read)
        .view(side, side)
        .unfold(0, window, window)
        .unfold(1, window, window)
        .sum((2, 3))
    )
    torch.testing.assert_close(read.flatten(), expected, rtol=1e-4, atol=1e-6)


def test_tables_of_angles_grow(monkeypatch: pytest.MonkeyPatch) -> None:
    """A long context takes no memory before it is used."""
    monkeypatch.setattr(attention, "FIRST_POSITIONS", 256)
    model = families.model("llama", made_of=config("llama", {"max_position_embeddings": 16384}))
    engine = Engine(model)
    table = engine.decoder.rotary.table
    assert table.shape[1] == 256
    ids = [20 + number % 90 for number in range(260)]
    check(
        [engine.prefill(ids, engine.new_state())],
        model(input_ids=torch.tensor([ids])).logits[0, -1:].detach(),
    )
    grown = engine.decoder.rotary.table
    assert grown.shape[1] == 512
    assert grown[:, :256].equal(table)


def test_the_window_decides_about_packed_layers() -> None:
    """Qwen2 may have windows in some of its layers; the context is 256."""
    narrow = {"use_sliding_window": True, "sliding_window": 32, "max_window_layers": 2}
    for text, packed in (({}, True), (narrow, False), ({**narrow, "max_window_layers": 4}, True)):
        kind = layer_class(config("qwen2", text).text_config)
        assert (kind is not None) == packed


# The family's own without a picture

WORDS = torch.randint(12, families.WORDS, (2, 12), generator=torch.Generator().manual_seed(1))
LEFT = (torch.arange(12) >= torch.tensor([[0], [4]])).long()
each_family = pytest.mark.parametrize(
    "family", cases(*FAMILIES, quick=(PHI, "qwen3", "gemma2")), indirect=True
)


@each_family
def test_padded_and_generated_text_is_the_family(family: FlashSloth) -> None:
    """Hidden states of rows padded on either side, loss, and answers, in each kind of attention."""
    made = copy.deepcopy(family.loaded.model)
    twins = made, families.causal(made)
    usual = made.language_model.config._attn_implementation  # Gemma has no other than eager
    for kind in {"eager", usual}:
        for model in twins:
            model.set_attn_implementation(kind)
        with torch.no_grad():
            for mask in (None, LEFT, LEFT.flip(1)):
                bodies = made.language_model, twins[1].base_model
                ours, own = (
                    m(input_ids=WORDS, attention_mask=mask, output_hidden_states=True) for m in bodies
                )
                assert all(
                    torch.equal(a, b)
                    for a, b in zip(ours.hidden_states, own.hidden_states, strict=True)
                )
                assert torch.equal(ours.last_hidden_state, own.last_hidden_state)
    with torch.no_grad():
        losses = [float(m(input_ids=WORDS, labels=WORDS).loss) for m in twins]
        only = float(made(input_ids=WORDS, labels=WORDS, loss_only=True).loss)
        embeds = made.get_input_embeddings()(WORDS)
        assert torch.equal(made(inputs_embeds=embeds).logits, twins[1](input_ids=WORDS).logits)
    assert losses[0] == losses[1] == pytest.approx(only, rel=1e-5)
    options = {"max_new_tokens": 6, "do_sample": False, "eos_token_id": 2, "pad_token_id": 0}
    options["attention_mask"] = torch.ones_like(WORDS)
    assert torch.equal(*(m.generate(WORDS, **options) for m in twins))


# EmbQ


def asked(sloth: FlashSloth) -> dict[str, Tensor]:
    """Return a question of the words 7 to 10 about a picture."""
    visual, queries = (
        [sloth.config.image_token_id] * tiny.VISUAL_TOKENS,
        [sloth.config.query_token_id] * QUERIES,
    )
    return {
        "input_ids": torch.tensor([[0, 4, 6, *visual, 6, 7, 8, 9, 10, *queries, 11]]),
        "pixel_values": PICTURE,
    }


@pytest.mark.parametrize("kind", cases(*FAMILIES, quick=("qwen3", "gemma2")))
@torch.no_grad()
def test_embq_changes_the_input_of_its_layer(kind: str) -> None:
    made, before, after = families.model(kind), [], []
    layer = made.language_model.layers[made.config.embq_layer]

    def keep(into: list[Tensor]) -> Any:
        return lambda module, args, kwargs: into.append(args[0] if args else kwargs["hidden_states"])

    layer.register_forward_pre_hook(keep(before), with_kwargs=True, prepend=True)
    layer.register_forward_pre_hook(keep(after), with_kwargs=True)
    ids = families.prompt()
    features = made(input_ids=torch.tensor([ids]), pixel_values=PICTURE).image_features
    last, first = len(ids) - 1 - ids[::-1].index(families.IMAGE), ids.index(families.QUERY)
    queries, expected = slice(first, first + families.QUERIES), before[0][0].clone()
    expected[queries] = by_hand(
        made.language_model.embq, expected[queries], expected[last + 2 : first], features[0]
    )
    torch.testing.assert_close(after[0][0], expected, rtol=1e-5, atol=1e-5)
    assert not torch.allclose(before[0], after[0])


def test_dropped_argument_is_an_error() -> None:
    """A decoder that ignores EMBQ would answer without EmbQ in silence."""
    sloth = build("qwen3", {})
    made = sloth.loaded.model
    made.language_model.layers[
        made.config.embq_layer
    ]._forward_pre_hooks.clear()  # no public way exists
    with pytest.raises(UnsupportedModel, match="keyword arguments"):
        made(**asked(sloth))


# transformers' features


@each_family
def test_save_and_load(family: FlashSloth, tmp_path: Path) -> None:
    made = family.loaded.model
    made.save_pretrained(tmp_path)
    again = AutoModelForImageTextToText.from_pretrained(tmp_path).eval()
    half = AutoModelForImageTextToText.from_pretrained(tmp_path, dtype=torch.bfloat16)
    assert {p.dtype for p in half.parameters()} == {torch.bfloat16}
    assert type(AutoConfig.from_pretrained(tmp_path).text_config) is type(made.config.text_config)
    tied = made.config.tie_word_embeddings
    assert (again.lm_head.weight is again.get_input_embeddings().weight) == tied
    with torch.no_grad():
        assert torch.equal(made(**asked(family)).logits, again(**asked(family)).logits)


@pytest.mark.parametrize("family", cases(*PACKED, *UNPACKED, others="nightly"), indirect=True)
def test_every_way_gives_the_same_ids(family: FlashSloth, pictures: list[Image.Image]) -> None:
    """Rows of different lengths and numbers of turns, alone, together and by transformers."""
    asked = [
        ways.Asked(pictures[0], (QUESTIONS[0], "And what else?", QUESTIONS[2])),
        ways.Asked(None, ("Hello",)),
        ways.Asked(pictures[1], (QUESTIONS[2], "Why?")),
    ]
    expected = ways.from_nothing(family, asked)
    for way in (ways.chat, ways.together, ways.two_at_a_time, ways.transformers):
        assert way(family, asked) == expected, way.__name__
    assert ways.transformers_together(family, asked) == [answers[:1] for answers in expected]
    batch = inputs(family, [conversation(QUESTIONS[0], pictures[0])] * 2)
    assert len(generate(family, batch, 4, num_beams=2, num_return_sequences=2)) == 4


@each_family
def test_gradient_checkpointing(family: FlashSloth, request: pytest.FixtureRequest) -> None:
    """Of either kind, which takes turns with the families."""
    reentrant, gradients = bool(FAMILIES.index(request.node.callspec.params["family"]) % 2), []
    for checkpointing in (False, True):
        made = copy.deepcopy(family.loaded.model).train()
        made.model.pooling.eval()  # its dropout
        if checkpointing:
            made.activation_checkpointing_enable({"use_reentrant": reentrant})
            made.enable_input_require_grads()
        torch.manual_seed(3)
        made(**asked(family), labels=asked(family)["input_ids"]).loss.backward()
        gradients.append(made.language_model.embq.up.weight.grad)
    assert gradients[0].abs().sum() > 0
    torch.testing.assert_close(*gradients)


@pytest.mark.filterwarnings("ignore:`is_gradient_checkpointing`:FutureWarning")  # peft's
@each_family
def test_lora(family: FlashSloth) -> None:
    from peft import LoraConfig, get_peft_model

    made, given = copy.deepcopy(family.loaded.model), asked(family)
    with torch.no_grad():
        plain = made(**given).logits
    modules = made.language_model.layers[0].named_modules()
    names = {name.rpartition(".")[2] for name, module in modules if type(module) is torch.nn.Linear}
    lora = LoraConfig(r=2, target_modules=sorted(names), modules_to_save=["embq"])
    tuned = get_peft_model(made, lora)
    with torch.no_grad():
        assert torch.equal(tuned(**given).logits, plain)
        for name, weight in tuned.named_parameters():
            if "lora_B" in name or "modules_to_save" in name:
                weight.add_(0.05)
        assert not torch.allclose(tuned(**given).logits, plain)
    tuned(**given, labels=given["input_ids"]).loss.backward()
    embq = [w for name, w in tuned.named_parameters() if "embq.modules_to_save" in name]
    assert embq
    assert all(w.grad is not None for w in embq)


@pytest.mark.parametrize("family", ["qwen3", "gemma2"], indirect=True)
def test_copies_pickles_and_threads(family: FlashSloth) -> None:
    made, given = family.loaded.model, asked(family)
    logits = torch.no_grad()(lambda model: model(**given).logits)
    plain = logits(made)
    for other in (copy.deepcopy(made), pickle.loads(pickle.dumps(made))):
        assert torch.equal(logits(other), plain)
    with ThreadPoolExecutor(4) as threads:
        assert all(torch.equal(found, plain) for found in threads.map(logits, [made] * 4))


@pytest.mark.slow
@pytest.mark.parametrize("family", cases(*FAMILIES, quick=(PHI,), others="nightly"), indirect=True)
def test_compiled_graph_has_no_break(family: FlashSloth) -> None:
    made = family.loaded.model
    torch._dynamo.reset()  # it holds eight graphs of one function, whatever the model
    with torch.no_grad():
        embeds = made.get_input_embeddings()(WORDS)
        plain = made.language_model(inputs_embeds=embeds).last_hidden_state
        compiled = torch.compile(made.language_model, fullgraph=True, backend="eager")
        torch.testing.assert_close(
            compiled(inputs_embeds=embeds).last_hidden_state, plain, rtol=1e-5, atol=1e-5
        )


def test_other_decoders_are_refused() -> None:
    for name in ("mamba", "gpt2", "made_up", None, 3, ["llama"]):
        with pytest.raises(UnsupportedModel, match=r"phi, llama, .*, phi3") as caught:
            check_family("text_config", name)
        assert str(name) in str(caught.value)
        assert "CONTRIBUTING.md" in caught.value.hint
