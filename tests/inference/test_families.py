"""The engine with the decoders of other families: the logits of transformers' forward, whatever is computed together.

Random models in float32 on the CPU, with nano's tokenizer.
"""

from __future__ import annotations

from typing import Any

import pytest
import torch
from PIL import Image
from torch import Tensor

import families
import tiny
from flashsloth.chat import FlashSloth
from flashsloth.checkpoints import loader, model_files, resolve
from flashsloth.config.families import GATED, PHI, TESTED
from flashsloth.config.model_config import FlashSlothConfig
from flashsloth.errors import UnsupportedModel
from flashsloth.explain.attention import compute_attention
from flashsloth.generation.decode_batch import DecodeBatch
from flashsloth.generation.engine import Engine
from flashsloth.inference.make_decoder import make_decoder
from flashsloth.inference.module_decoder import ModuleDecoder
from flashsloth.inference.packed_decoder import PackedDecoder
from flashsloth.inference.packed_layers import layer_class
from flashsloth.processing.image_processor import preprocess
from flashsloth.utils.paths import NANO_FOLDER
from generation.helpers import QUESTIONS, answer, conversation, driven, generate, inputs, prompt, see
from generation.test_choices import CHOICES, step_by_step

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
    "llama, linear angles": ("llama", {"rope_parameters": {**ROPE, "rope_type": "linear", "factor": 2.0}}),
    "llama, angles of llama3": ("llama", {"rope_parameters": LLAMA3}),
    "qwen3, angles of yarn": ("qwen3", {"rope_parameters": {**ROPE, "rope_type": "yarn", "factor": 4.0}}),
    "mistral, a wide window": ("mistral", {"sliding_window": 256}),
}
OWN_FORWARD = {
    **{kind: (kind, {}) for kind in TESTED},
    "mistral, a narrow window": ("mistral", {"sliding_window": 16}),
    "llama, dynamic angles": ("llama", {"rope_parameters": {**ROPE, "rope_type": "dynamic", "factor": 2.0}}),
}
USUAL = ("qwen3", "smollm3", "llama with tied heads", "gemma2", "gpt2")  # the others are slow together
EXACT: dict[str, float] = {"rtol": 0, "atol": 1e-5}  # of logits divided by the largest


def config(kind: str, text: dict[str, Any]) -> FlashSlothConfig:
    """A tiny configuration with nano's vocabulary; windows are for those that ask for one, and for Gemma."""
    usual = {"vocab_size": tiny.VOCABULARY, "bos_token_id": 0, "eos_token_id": 2, "pad_token_id": 0}
    window = {} if "gemma" in kind or kind in (PHI, "gpt2") else {"sliding_window": None}
    return families.config(kind, {**usual, **window, **OWN.get(kind, {}), **text}, **tiny.OWN, num_query_tokens=9)


def build(kind: str, text: dict[str, Any]) -> FlashSloth:
    model = families.model(kind, made_of=config(kind, text))
    processor = model_files.read_processor(model.config, NANO_FOLDER)
    model.generation_config = model_files.generation_config(model.config)
    decoder = make_decoder(model, torch.float32, torch.device("cpu"))
    source = resolve.ModelSource(kind, NANO_FOLDER)
    return FlashSloth(loader.LoadedModel(source, model, decoder, processor, device="cpu", dtype="float32"))


def cases(*names: str, quick: tuple[str, ...] = USUAL) -> list[Any]:
    return [pytest.param(name, marks=[] if name in quick else [pytest.mark.slow]) for name in names]


@pytest.fixture(scope="module", params=cases(*PACKED, *OWN_FORWARD))
def family(request: pytest.FixtureRequest) -> FlashSloth:
    return build(*{**PACKED, **OWN_FORWARD}[request.param])


@torch.no_grad()
def reference(sloth: FlashSloth, ids: list[int], *images: Image.Image) -> Tensor:
    """The logits (T, V) of every position, of transformers' forward without a cache."""
    size = sloth.config.vision_config.image_size
    pixels = torch.stack([torch.from_numpy(preprocess(image, size)) for image in images]) if images else None
    return sloth.loaded.model(input_ids=torch.tensor([ids]), pixel_values=pixels).logits[0]


def check(found: list[Tensor], expected: Tensor) -> None:
    scale = expected.abs().max()
    torch.testing.assert_close(torch.stack(found) / scale, expected / scale, **EXACT)
    assert torch.stack(found).argmax(-1).equal(expected.argmax(-1))


def test_which_decoders_are_packed(family: FlashSloth, request: pytest.FixtureRequest) -> None:
    packed = request.node.callspec.params["family"] in PACKED
    assert isinstance(family.engine.decoder, PackedDecoder if packed else ModuleDecoder)


@pytest.mark.parametrize("padded", [False, True])
def test_an_answer_and_a_second_turn(family: FlashSloth, pictures: list[Image.Image], padded: bool) -> None:
    sloth = driven(family, padded=padded)
    engine, image = sloth.engine, see(sloth, pictures[0])
    ids, more = prompt(sloth, QUESTIONS[0], image.visual_tokens), list(range(20, 40))
    state = engine.new_state()
    found = [engine.prefill(ids, state, image), *(engine.decode(token, state) for token in more)]
    check(found, reference(sloth, ids + more, pictures[0])[len(ids) - 1 :])
    again = [*ids, *more, *sloth.prompt.between_turns(), *sloth.prompt.question(QUESTIONS[1])]
    assert engine.reusable_prefix_length(again, state, image) > len(ids)
    check([engine.prefill(again, state, image)], reference(sloth, again, pictures[0])[-1:])


def test_rows_of_different_lengths(family: FlashSloth, pictures: list[Image.Image]) -> None:
    engine, batch = family.engine, DecodeBatch(family.engine)
    image = see(family, pictures[1])
    prompts = [
        prompt(family, QUESTIONS[0], image.visual_tokens),
        prompt(family, "Hello"),
        prompt(family, QUESTIONS[2], image.visual_tokens),
    ]
    shown = [(image,), (), (image,)]
    for ids, images in zip(prompts, shown, strict=True):
        engine.prefill(ids, batch.add(), images)
    steps = [batch.step([30 + number, 50 + number, 70 + number]) for number in range(8)]
    batch.remove(0)  # the last row takes its place
    steps.append(batch.step([80, 60]))
    for row, ids in enumerate(prompts):
        tokens = [30 + 20 * row + number for number in range(8)] + ([] if row == 0 else [{1: 60, 2: 80}[row]])
        found = [step[row] for step in steps[:8]] + ([] if row == 0 else [steps[8][{1: 1, 2: 0}[row]]])
        expected = reference(family, ids + tokens, *(pictures[1:2] if shown[row] else ()))
        check(found, expected[len(ids) :])


@pytest.mark.parametrize("family", cases(*PACKED, *OWN_FORWARD, quick=("qwen3", "gpt2")), indirect=True)
def test_choices(family: FlashSloth, pictures: list[Image.Image]) -> None:
    """About a picture and without one, before the first turn and after a turn."""
    for chat in (family.chat(pictures[0]), family.chat()):
        for _ in range(2):
            together = chat.choose(*QUESTIONS[:2], choices=CHOICES)
            for question, found in zip(QUESTIONS, together, strict=False):
                assert [c.probability for c in found] == pytest.approx(step_by_step(family, chat, question), abs=1e-5)
            chat.ask("What is it?", max_tokens=5).text()


def test_answers_are_generates(family: FlashSloth, pictures: list[Image.Image]) -> None:
    image = see(family, pictures[0])
    own = generate(family, inputs(family, [conversation(QUESTIONS[0], pictures[0])]))
    assert own == [answer(family, prompt(family, QUESTIONS[0], image.visual_tokens), image)]


@pytest.mark.parametrize("case", cases(*PACKED))
def test_attention_of_an_answer(case: str, pictures: list[Image.Image]) -> None:
    """What the last position reads of every visual token is that of transformers' eager attention, the mean of heads
    and layers."""
    kind, text = PACKED[case]
    sloth = build(kind, text)
    size = sloth.config.vision_config.image_size
    pixels, image = preprocess(pictures[0], size), see(sloth, pictures[0])
    ids = prompt(sloth, QUESTIONS[0], image.visual_tokens)
    model = sloth.loaded.model
    model.set_attn_implementation("eager")
    with torch.no_grad():
        out = model(input_ids=torch.tensor([ids]), pixel_values=torch.from_numpy(pixels)[None], output_attentions=True)
    visual = [position for position, token in enumerate(ids) if token == sloth.config.image_token_id]
    expected = torch.stack([layer[0, :, -1] for layer in out.attentions]).mean((0, 1))[visual]
    found = compute_attention(sloth.engine, ids, [], [image], [pixels])
    window = sloth.config.pooling_window
    read = torch.from_numpy(found.read)[0, 0, 0].unfold(0, window, window).unfold(1, window, window).sum((2, 3))
    torch.testing.assert_close(read.flatten(), expected, rtol=1e-4, atol=1e-6)


def test_attention_of_a_familys_own_forward_is_refused(pictures: list[Image.Image]) -> None:
    sloth = build("olmo2", {})
    pixels, image = preprocess(pictures[0], sloth.config.vision_config.image_size), see(sloth, pictures[0])
    with pytest.raises(UnsupportedModel, match="olmo2"):
        compute_attention(sloth.engine, prompt(sloth, QUESTIONS[0], 4), [], [image], [pixels])


def test_tables_of_angles_grow() -> None:
    """A long context takes no memory before it is used."""
    model = families.model("llama", made_of=config("llama", {"max_position_embeddings": 16384}))
    engine = Engine(model)
    table = engine.decoder.rotary.cos
    assert table.shape[0] == 4096
    ids = [20 + number % 90 for number in range(4100)]
    check([engine.prefill(ids, engine.new_state())], model(input_ids=torch.tensor([ids])).logits[0, -1:].detach())
    grown = engine.decoder.rotary.cos
    assert grown.shape[0] == 8192
    assert grown[:4096].equal(table)


def test_the_window_decides_about_packed_layers() -> None:
    """Qwen2 may have windows in some of its layers; the context is 256."""
    narrow = {"use_sliding_window": True, "sliding_window": 32, "max_window_layers": 2}
    for text, packed in (({}, True), (narrow, False), ({**narrow, "max_window_layers": 4}, True)):
        kind = layer_class(config("qwen2", text).text_config)
        assert (kind is not None) == packed
