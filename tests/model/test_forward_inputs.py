"""Invalid inputs of `forward` and `generate`, incomplete runs of placeholders, and transformers'
quantizers."""

from __future__ import annotations

from typing import Any

import pytest
import torch
from transformers import BitsAndBytesConfig

import tiny
from flashsloth import FlashSlothForConditionalGeneration
from flashsloth.hf.families import CACHE
from flashsloth.model.query_groups import plan_embq
from flashsloth.quantization.bnb import is_quantized, library

CONFIG = tiny.config()
IMAGE, QUERY, END = CONFIG.image_token_id, CONFIG.query_token_id, CONFIG.end_token_id
VISUAL, QUERIES = [IMAGE] * tiny.VISUAL_TOKENS, [QUERY] * CONFIG.num_query_tokens
PROMPT = [5, 6, *VISUAL, 201, 7, 8, *QUERIES, 9]
PIXELS = torch.linspace(-1, 1, 3 * 48 * 48).view(1, 3, 48, 48)


TWO = torch.cat([PIXELS, PIXELS])


def ids(*rows: list[int]) -> torch.Tensor:
    return torch.tensor(rows)


REFUSED: dict[
    str, tuple[dict[str, Any], str]
] = {  # by `forward` and by `generate`; runs: test_query_groups.py
    "query tokens": (
        {"input_ids": ids(PROMPT[:-3]), "pixel_values": PIXELS},
        "row 0 has 7 query tokens at position 9",
    ),
    "query tokens of a second row": (
        {"input_ids": ids([4, 4, *PROMPT], [*PROMPT, QUERY, 3]), "pixel_values": TWO},
        "row 1 has 1 query .* position 19",
    ),
    "query tokens without a picture": (
        {"input_ids": ids([4] * 4, [4, 4, QUERY, 3])},
        "row 1 has 1 .* at position 2",
    ),
    # the total is that of two pictures, but each row would get a part of the other's
    "image tokens": (
        {"input_ids": ids([*VISUAL[:3], 4, 4, 4], [*VISUAL, 4, IMAGE]), "pixel_values": TWO},
        "row 0 has 3 visual tokens at position 0",
    ),
    "no picture": ({"input_ids": ids(PROMPT)}, "no pixel_values"),
    "embeddings with a picture": (
        {"inputs_embeds": torch.zeros(1, len(PROMPT), 32), "pixel_values": PIXELS},
        "pixel_values need input_ids",
    ),
}


@pytest.mark.parametrize(("inputs", "message"), REFUSED.values(), ids=list(REFUSED))
def test_inputs_that_do_not_fit_together(tiny_model: Any, inputs: dict[str, Any], message: str) -> None:
    for call, options in ((tiny_model, {}), (tiny_model.generate, {"max_new_tokens": 2})):
        with pytest.raises(ValueError, match=message):
            call(**inputs, **options)


def test_adjacent_runs_are_complete(tiny_model: Any) -> None:
    tiny_model(input_ids=ids([*VISUAL, *VISUAL, 201, 7, *QUERIES, *QUERIES]), pixel_values=TWO)


def test_inputs_embeds_with_a_plan_equal_input_ids(tiny_model: Any) -> None:
    """The error for inputs_embeds with pixel_values recommends this way."""
    encoded = tiny_model.get_image_features(PIXELS)
    embeds = tiny_model.model.embed(ids(PROMPT), encoded.pooler_output)
    plan = plan_embq([PROMPT], CONFIG, tiny.VISUAL_TOKENS)
    got = tiny_model(
        inputs_embeds=embeds, image_features=encoded.last_hidden_state, embq_plan=plan
    ).logits
    assert torch.equal(got, tiny_model(input_ids=ids(PROMPT), pixel_values=PIXELS).logits)
    asked = {"input_ids": ids(PROMPT), "pixel_values": PIXELS, "max_new_tokens": 3, "do_sample": False}
    assert torch.equal(tiny_model.generate(**asked, embq_plan=plan), tiny_model.generate(**asked))


def test_unused_image_features_are_refused(tiny_model: Any) -> None:
    features = tiny_model.get_image_features(PIXELS).last_hidden_state
    with pytest.raises(ValueError, match="either pixel_values or image_features"):
        tiny_model(input_ids=ids(PROMPT), pixel_values=PIXELS, image_features=features)
    with pytest.raises(ValueError, match="embq_plan"):
        tiny_model(input_ids=ids([4, 5, *QUERIES, 6]), image_features=features)
    # no question, so EmbQ has nothing to do
    tiny_model(input_ids=ids([4, 5, 6]), image_features=features)


def test_a_picture_after_cached_turns_needs_a_plan(tiny_model: Any) -> None:
    """Without one EmbQ would not be applied."""
    first = tiny_model(input_ids=ids([4, 5, 6, END]), use_cache=True)
    with pytest.raises(ValueError, match="after cached turns"):
        tiny_model(input_ids=ids(PROMPT), pixel_values=PIXELS, **{CACHE: first[CACHE]})


@pytest.mark.parametrize(
    "shape", [(1, 3, 47, 48), (1, 3, 56, 56), (3, 48, 48), (1, 1, 48, 48), (1, 48, 48, 3)]
)
def test_pixel_values_of_another_shape(tiny_model: Any, shape: tuple[int, ...]) -> None:
    with pytest.raises(ValueError, match=r"pixel_values.*\(images, 3, 48, 48\)"):
        tiny_model.get_image_features(torch.zeros(shape))


def test_pixel_values_of_another_dtype(tiny_model: Any) -> None:
    with pytest.raises(ValueError, match=r"torch\.uint8"):
        tiny_model.get_image_features(torch.zeros(1, 3, 48, 48, dtype=torch.uint8))
    with pytest.raises(TypeError, match="vision_feature_layer"):
        tiny_model.get_image_features(PIXELS, vision_feature_layer=-2)
    assert isinstance(tiny_model.get_image_features(PIXELS, return_dict=False), tuple)


def test_pixel_values_without_image_tokens_are_refused_for_several_answers(tiny_model: Any) -> None:
    with pytest.raises(ValueError, match="0 image tokens"):
        tiny_model.generate(
            input_ids=ids([4, 5]),
            pixel_values=PIXELS,
            num_return_sequences=2,
            do_sample=True,
            max_new_tokens=2,
        )


# transformers' quantizers


@pytest.mark.parametrize(
    "quantization",
    [
        BitsAndBytesConfig(load_in_4bit=True),
        BitsAndBytesConfig(
            load_in_4bit=True, bnb_4bit_quant_type="nf4", bnb_4bit_use_double_quant=True
        ),
        BitsAndBytesConfig(load_in_8bit=True),
        BitsAndBytesConfig(load_in_4bit=True).to_dict(),
    ],
    ids=["4 bit", "nf4", "8 bit", "a dictionary"],
)
def test_bitsandbytes_quantizes_only_the_decoder(native_folder, tmp_path, quantization: Any) -> None:
    library()  # imported without its output
    model = FlashSlothForConditionalGeneration.from_pretrained(
        native_folder, quantization_config=quantization
    )
    packed = {name for name, module in model.named_modules() if is_quantized(module)}
    assert packed
    assert all(name.startswith("model.language_model.layers.") for name in packed), packed
    assert model(input_ids=ids(PROMPT), pixel_values=PIXELS).logits.isfinite().all()
    assert getattr(quantization, "llm_int8_skip_modules", None) is None  # the argument is unchanged
    model.save_pretrained(tmp_path)
    again = FlashSlothForConditionalGeneration.from_pretrained(tmp_path)
    assert {name for name, module in again.named_modules() if is_quantized(module)} == packed


def test_modules_to_skip_can_be_named(native_folder) -> None:
    library()
    skip = ["lm_head", "model.vision_tower", "model.pooling", "model.language_model.embq", "fc1"]
    quantization = BitsAndBytesConfig(load_in_8bit=True, llm_int8_skip_modules=skip)
    model = FlashSlothForConditionalGeneration.from_pretrained(
        native_folder, quantization_config=quantization
    )
    packed = [name for name, module in model.named_modules() if is_quantized(module)]
    assert "model.projector.linear_1" in packed
    assert "model.language_model.layers.0.mlp.fc2" in packed
    assert not any(name.endswith("fc1") for name in packed)
