"""What `forward` and `generate` must not leave out in silence, and prompts whose placeholders are no whole runs."""

from __future__ import annotations

from typing import Any

import pytest
import torch
from transformers import BitsAndBytesConfig

import tiny
from flashsloth import FlashSlothForConditionalGeneration
from flashsloth.model.query_groups import plan_embq

CONFIG = tiny.config()
PLACE, QUERY, END = CONFIG.image_token_id, CONFIG.query_token_id, CONFIG.end_token_id
VISUAL, QUERIES = [PLACE] * tiny.VISUAL_TOKENS, [QUERY] * CONFIG.num_query_tokens
PROMPT = [5, 6, *VISUAL, 201, 7, 8, *QUERIES, 9]
PIXELS = torch.linspace(-1, 1, 3 * 48 * 48).view(1, 3, 48, 48)


def ids(*rows: list[int]) -> torch.Tensor:
    return torch.tensor(rows)


@pytest.mark.parametrize(
    ("row", "place"),
    [
        (PROMPT[:-3], "row 1 has 7 query tokens at position 9"),  # truncated
        ([*PROMPT, QUERY, 3], "row 1 has 1 query tokens at position 19"),  # typed
        ([*PROMPT, *QUERIES[:4], 3, *QUERIES[4:]], "row 1 has 4 query tokens at position 19"),  # strays of a whole Q
        ([QUERY, *PROMPT[:-2], 9], "row 1 has 1 query tokens at position 0"),
    ],
)
@pytest.mark.parametrize("shown", [True, False])
def test_an_incomplete_run_of_query_tokens_is_named(tiny_model: Any, row: list[int], place: str, shown: bool) -> None:
    if not shown:
        row = [i for i in row if i != PLACE]
        place = place.replace("position 9", "position 5").replace("position 19", "position 15")
    whole = [4] * (len(row) - len(PROMPT)) + PROMPT if shown else [4] * len(row)
    rows = ids(whole[-len(row) :], row) if shown else ids([4] * len(row), row)
    pixels = torch.cat([PIXELS, PIXELS]) if shown else None
    if shown and len(row) < len(PROMPT):
        rows, place, pixels = ids(row), place.replace("row 1", "row 0"), PIXELS
    with pytest.raises(ValueError, match=place):
        tiny_model(input_ids=rows, pixel_values=pixels)
    with pytest.raises(ValueError, match=place):
        tiny_model.generate(input_ids=rows, pixel_values=pixels, max_new_tokens=2)


def test_pictures_places_are_whole_runs(tiny_model: Any) -> None:
    """Two rows whose strays add up to two pictures: each would get a part of the other's."""
    rows = ids([*VISUAL[:3], 4, 4, 4], [*VISUAL, 4, PLACE])
    with pytest.raises(ValueError, match="row 0 has 3 visual tokens at position 0, but they come in runs of 4"):
        tiny_model(input_ids=rows, pixel_values=torch.cat([PIXELS, PIXELS]))


def test_runs_behind_each_other_are_whole(tiny_model: Any) -> None:
    tiny_model(input_ids=ids([*VISUAL, *VISUAL, 201, 7, *QUERIES, *QUERIES]), pixel_values=torch.cat([PIXELS, PIXELS]))


def test_places_without_pictures_are_refused(tiny_model: Any) -> None:
    with pytest.raises(ValueError, match="places for visual tokens, but there are no pixel_values"):
        tiny_model(input_ids=ids(PROMPT))


def test_embeddings_with_pictures_are_refused(tiny_model: Any) -> None:
    embeds = tiny_model.get_input_embeddings()(ids(PROMPT))
    for call, more in ((tiny_model, {}), (tiny_model.model, {}), (tiny_model.generate, {"max_new_tokens": 2})):
        with pytest.raises(ValueError, match="pixel_values need input_ids"):
            call(inputs_embeds=embeds, pixel_values=PIXELS, **more)


def test_embeddings_with_pictures_in_them_are_the_ids(tiny_model: Any) -> None:
    """What the error says to do instead."""
    seen = tiny_model.get_image_features(PIXELS)
    embeds = tiny_model.model.embed(ids(PROMPT), seen.pooler_output)
    plan = plan_embq([PROMPT], CONFIG, tiny.VISUAL_TOKENS)
    got = tiny_model(inputs_embeds=embeds, image_features=seen.last_hidden_state, embq_plan=plan).logits
    assert torch.equal(got, tiny_model(input_ids=ids(PROMPT), pixel_values=PIXELS).logits)


def test_features_that_nothing_reads_are_refused(tiny_model: Any) -> None:
    features = tiny_model.get_image_features(PIXELS).last_hidden_state
    with pytest.raises(ValueError, match="either pixel_values or image_features"):
        tiny_model(input_ids=ids(PROMPT), pixel_values=PIXELS, image_features=features)
    with pytest.raises(ValueError, match="needs an embq_plan"):
        tiny_model(input_ids=ids([4, 5, *QUERIES, 6]), image_features=features)
    tiny_model(input_ids=ids([4, 5, 6]), image_features=features)  # no question that could read them


def test_a_second_picture_behind_cached_turns_is_refused(tiny_model: Any) -> None:
    """By hand no plan is made of it, and EmbQ would stay out."""
    first = tiny_model(input_ids=ids([4, 5, 6, END]), use_cache=True)
    with pytest.raises(ValueError, match="behind cached turns"):
        tiny_model(input_ids=ids(PROMPT), pixel_values=PIXELS, past_key_values=first.past_key_values)


@pytest.mark.parametrize("shape", [(1, 3, 47, 48), (1, 3, 56, 56), (3, 48, 48), (1, 1, 48, 48), (1, 48, 48, 3)])
def test_pixels_of_another_shape_are_refused(tiny_model: Any, shape: tuple[int, ...]) -> None:
    with pytest.raises(ValueError, match=r"pixel_values must be \(pictures, 3, 48, 48\)"):
        tiny_model.get_image_features(torch.zeros(shape))


def test_pixels_must_be_what_the_processor_makes(tiny_model: Any) -> None:
    with pytest.raises(ValueError, match=r"must be floats.*not torch\.uint8"):
        tiny_model.get_image_features(torch.zeros(1, 3, 48, 48, dtype=torch.uint8))
    with pytest.raises(TypeError, match="vision_feature_layer"):
        tiny_model.get_image_features(PIXELS, vision_feature_layer=-2)


def test_what_the_tower_makes_can_be_asked_for(tiny_model: Any) -> None:
    seen = tiny_model.get_image_features(PIXELS, output_hidden_states=True)
    assert len(seen.hidden_states) == CONFIG.vision_config.num_hidden_layers + 1
    assert seen.attentions is None
    assert isinstance(tiny_model.get_image_features(PIXELS, return_dict=False), tuple)


def test_pictures_without_places_are_refused_for_several_answers(tiny_model: Any) -> None:
    with pytest.raises(ValueError, match="0 places"):
        tiny_model.generate(
            input_ids=ids([4, 5]), pixel_values=PIXELS, num_return_sequences=2, do_sample=True, max_new_tokens=2
        )


# quantizers of transformers


@pytest.mark.parametrize(
    "quantization",
    [
        BitsAndBytesConfig(load_in_4bit=True),
        BitsAndBytesConfig(load_in_4bit=True, bnb_4bit_quant_type="nf4", bnb_4bit_use_double_quant=True),
        BitsAndBytesConfig(load_in_8bit=True),
        BitsAndBytesConfig(load_in_4bit=True).to_dict(),
    ],
    ids=["4 bit", "nf4", "8 bit", "a dictionary"],
)
def test_bitsandbytes_takes_the_decoder_alone(native_folder, tmp_path, quantization: Any) -> None:
    from flashsloth.quantization.bnb import is_quantized, library

    library()  # in silence
    model = FlashSlothForConditionalGeneration.from_pretrained(native_folder, quantization_config=quantization)
    packed = {name for name, module in model.named_modules() if is_quantized(module)}
    assert packed
    assert all(name.startswith("model.language_model.layers.") for name in packed), packed
    assert model(input_ids=ids(PROMPT), pixel_values=PIXELS).logits.isfinite().all()
    assert getattr(quantization, "llm_int8_skip_modules", None) is None  # whose it is
    model.save_pretrained(tmp_path)
    again = FlashSlothForConditionalGeneration.from_pretrained(tmp_path)
    assert {name for name, module in again.named_modules() if is_quantized(module)} == packed


def test_what_is_said_to_be_skipped_is_skipped(native_folder) -> None:
    from flashsloth.quantization.bnb import is_quantized, library

    library()
    skip = ["lm_head", "model.vision_tower", "model.pooling", "model.language_model.embq", "fc1"]
    said = BitsAndBytesConfig(load_in_8bit=True, llm_int8_skip_modules=skip)
    model = FlashSlothForConditionalGeneration.from_pretrained(native_folder, quantization_config=said)
    packed = [name for name, module in model.named_modules() if is_quantized(module)]
    assert "model.projector.linear_1" in packed
    assert "model.language_model.layers.0.mlp.fc2" in packed
    assert not any(name.endswith("fc1") for name in packed)
