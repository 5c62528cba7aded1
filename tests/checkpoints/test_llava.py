"""A LLaVA as a FlashSloth without compression: the same logits, and what is refused."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

import pytest
import torch
from torch import Tensor

import flashsloth
from damages import changed
from flashsloth.checkpoints import llava, resolve
from flashsloth.errors import InputError, InvalidConfiguration, TensorMismatch, UnsupportedModel
from training.parts import GROUPED, TOWER, write_tokenizer

PATCHES = 36


def write_llava(folder: Path, tower: str = "clip_vision_model", **text: Any) -> Path:
    """Write a LLaVA with random weights, whose tokenizer has an image token."""
    from transformers import AutoConfig, LlavaConfig, LlavaForConditionalGeneration
    from transformers.tokenization_utils_tokenizers import PreTrainedTokenizerFast

    folder.mkdir(exist_ok=True)
    write_tokenizer(folder, chat=False)
    tokenizer = PreTrainedTokenizerFast.from_pretrained(folder)
    tokenizer.add_special_tokens({"additional_special_tokens": ["<image>"]}, False)
    tokenizer.save_pretrained(folder)
    torch.manual_seed(3)
    vision = AutoConfig.for_model(tower, **TOWER)
    words = AutoConfig.for_model("llama", **{**GROUPED, "vocab_size": len(tokenizer) + 1, **text})
    model = LlavaForConditionalGeneration(
        LlavaConfig(
            vision_config=vision.to_dict(),
            text_config=words.to_dict(),
            image_token_index=tokenizer.convert_tokens_to_ids("<image>"),
            tie_word_embeddings=bool(text.get("tie_word_embeddings")),
        )
    )
    with torch.no_grad():
        for parameter in model.parameters():
            parameter.add_(0.1 * torch.randn_like(parameter))
    model.save_pretrained(folder)
    return folder


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_llava(tmp_path_factory.mktemp("llava"))


def logits(model: Any, ids: list[int], pixels: Tensor) -> Tensor:
    with torch.no_grad():
        found: Tensor = model.eval()(input_ids=torch.tensor([ids]), pixel_values=pixels).logits
    return found


@pytest.mark.parametrize(
    ("tower", "tied"), [("clip_vision_model", False), ("clip_vision_model", True), ("siglip_vision_model", False)]
)
def test_the_same_logits(tower: str, tied: bool, tmp_path: Path) -> None:
    """Also where the vocabulary grows: it has room for one more token and two are added."""
    from transformers import LlavaForConditionalGeneration

    folder = write_llava(tmp_path / "llava", tower, **({"tie_word_embeddings": True} if tied else {}))
    if tower == "siglip_vision_model":  # it has no class token, which "default" would leave out
        changed("config.json", vision_feature_select_strategy="full")(folder)
    theirs = LlavaForConditionalGeneration.from_pretrained(folder)
    llava.convert(resolve.find(folder), tmp_path / "sloth")
    ours = flashsloth.FlashSlothForConditionalGeneration.from_pretrained(tmp_path / "sloth")
    config = ours.config
    assert config.tokens_per_tile == PATCHES
    assert (config.num_query_tokens, config.has_embq, config.tie_word_embeddings) == (0, False, tied)
    image = theirs.config.image_token_id
    ids = [0, 40, 41, *[image] * PATCHES, 50, 51, 60]
    assert config.image_token_id == image
    pixels = torch.randn(1, 3, 48, 48, generator=torch.Generator().manual_seed(1))
    expected = logits(theirs, ids, pixels)
    assert float(expected.std()) > 0.1
    assert float((expected - logits(theirs, ids, -pixels)).abs().max()) > 1e-2  # it looks
    found = logits(ours, ids, pixels)
    torch.testing.assert_close(found[..., : expected.shape[-1]], expected, rtol=0, atol=1e-5)


@pytest.fixture
def copied(folder: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(folder, tmp_path / "copy"))


@pytest.mark.parametrize(
    ("values", "message"),
    [
        ({"model_type": "llava_next"}, "a llava_next model, not a llava"),
        ({"model_type": "llama"}, "a llama model, not a llava"),
        ({"vision_feature_layer": -1}, "vision_feature_layer must be -2, not -1"),
        ({"vision_feature_layer": [-2, -5]}, "vision_feature_layer must be -2"),
        ({"vision_feature_select_strategy": "full"}, "'full' reads other tokens than the patches"),
        ({"projector_hidden_act": "relu"}, "projector_hidden_act must be 'gelu'"),
        ({"quantization_config": {"quant_method": "awq"}}, "quantized"),
        ({"text_config": {"model_type": "mamba"}}, "keeps a recurrent state"),
        ({"vision_config": {"model_type": "swin"}}, "no square grid"),
    ],
    ids=str,
)
def test_others_are_refused(values: dict[str, Any], message: str, copied: Path) -> None:
    changed("config.json", **values)(copied)
    with pytest.raises(UnsupportedModel, match=message) as error:
        llava.read_llava(resolve.find(copied))
    assert "Only FlashSloth" not in error.value.hint


@pytest.mark.parametrize("name", ["vision_config", "text_config"])
@pytest.mark.parametrize("value", [None, "x", [1]])
def test_missing_parts(name: str, value: Any, copied: Path) -> None:
    changed("config.json", **{name: value})(copied)
    with pytest.raises(InvalidConfiguration, match=f"{name} must be an object"):
        llava.read_llava(resolve.find(copied))


def test_sizes_that_do_not_match_the_weights(copied: Path) -> None:
    changed("config.json", **{"vision_config/intermediate_size": 40})(copied)
    with pytest.raises(TensorMismatch):
        llava.read_llava(resolve.find(copied))


def test_over_itself(folder: Path) -> None:
    with pytest.raises(InputError, match="own folder"):
        llava.convert(resolve.find(folder), folder, force=True)
