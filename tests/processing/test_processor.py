"""FlashSlothProcessor: the number of visual tokens, and the tokenizer's control tokens."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image
from tokenizers import Tokenizer
from transformers import AutoTokenizer, PreTrainedTokenizerFast

from flashsloth.hf.config import FlashSlothConfig
from flashsloth.hf.processor import FlashSlothProcessor
from flashsloth.processing.prompt import prepare_tokenizer
from flashsloth.utils.paths import NANO_FOLDER

HD = {"image_hd": True, "image_aspect_ratio": "pad"}


@pytest.fixture
def tokenizer() -> Any:
    return AutoTokenizer.from_pretrained(NANO_FOLDER)


def configuration(**changes: Any) -> FlashSlothConfig:
    return FlashSlothConfig.from_pretrained(NANO_FOLDER, **changes)


@pytest.mark.parametrize("hd", [False, True])
def test_predicted_number_of_tokens(hd: bool, tokenizer: Any, tmp_path: Path) -> None:
    """_get_num_multimodal_tokens predicts the number of image tokens in the prompt."""
    config = configuration(image_hd=hd)
    processor = FlashSlothProcessor.from_config(config, tokenizer)
    Image.new("RGB", (70, 30), "red").save(tmp_path / "a.png")
    content = [
        {"type": "image", "path": str(tmp_path / "a.png")},
        {"type": "text", "text": "What is it?"},
    ]
    options = {
        "tokenize": True,
        "return_dict": True,
        "return_tensors": "np",
        "images_kwargs": {"hd": hd},
    }
    processed = processor.apply_chat_template([{"role": "user", "content": content}], **options)
    # private: the name by which servers ask a processor of transformers
    predicted = processor._get_num_multimodal_tokens(image_sizes=[(30, 70), (1, 1)])
    tiles = 1 + config.tile_grid**2 if hd else 1
    assert predicted.num_image_tokens == [tiles * config.tokens_per_tile] * 2
    assert predicted.num_image_patches == [tiles] * 2
    assert (
        int(np.sum(np.asarray(processed["input_ids"]) == config.image_token_id))
        == predicted.num_image_tokens[0]
    )
    assert processor._get_num_multimodal_tokens(image_sizes=[(3, 4)], hd=not hd).num_image_patches != [
        tiles
    ]
    assert processor._get_num_multimodal_tokens() == type(predicted)()


def test_image_token_is_added_to_a_tokenizer(tokenizer: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """Unused tokens fill the ids up to the image token, because ids must have no gaps."""
    data = tokenizer.backend_tokenizer.to_str().replace("<image>", "<picture>")
    bare = PreTrainedTokenizerFast(
        tokenizer_object=Tokenizer.from_str(data), eos_token=tokenizer.eos_token
    )
    assert bare.pad_token is None
    config = configuration(image_token_id=len(tokenizer) + 3)
    calls, add = [], bare.add_special_tokens
    monkeypatch.setattr(bare, "add_special_tokens", lambda *given: calls.append(given) or add(*given))
    prepare_tokenizer(bare, config)
    assert len(calls) == 1  # each call reads all added tokens again
    assert bare.convert_tokens_to_ids("<image>") == config.image_token_id == len(bare) - 1
    assert [bare.convert_ids_to_tokens(len(tokenizer) + n) for n in range(3)] == [
        f"<unused_{len(tokenizer) + n}>" for n in range(3)
    ]
    assert (bare.pad_token, bare.padding_side) == (bare.eos_token, "left")
    assert bare("a <image> b").input_ids.count(config.image_token_id) == 1
