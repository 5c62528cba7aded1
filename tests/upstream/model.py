"""transformers' common tests of a model, with a tiny FlashSloth. Run by .ci/transformers-tests."""

from __future__ import annotations

import unittest
from contextlib import nullcontext
from typing import Any
from unittest.mock import patch

import torch
from transformers.models.auto import modeling_auto
from transformers_tests import test_modeling_common as common

import flashsloth.auto  # noqa: F401 - registers the Auto classes
import tiny
from flashsloth.hf.config import FlashSlothConfig
from flashsloth.hf.modeling import FlashSlothForConditionalGeneration, FlashSlothModel


def random_words(shape: Any, vocab_size: int, **_: Any) -> torch.Tensor:
    """Return random ids of words only: the mixin's `ids_tensor` also draws single query tokens, which
    are invalid."""
    return torch.randint(10, vocab_size, tuple(shape))


common.ids_tensor = random_words
# the tests look in these mappings for the shape of the labels
modeling_auto.MODEL_MAPPING_NAMES["flashsloth"] = "FlashSlothModel"
modeling_auto.MODEL_FOR_IMAGE_TEXT_TO_TEXT_MAPPING_NAMES["flashsloth"] = (
    "FlashSlothForConditionalGeneration"
)


class FlashSlothModelTester:
    """Sizes and inputs under the names that the tests use."""

    batch_size = 7  # with fewer rows some tests make seven, with other ids
    is_training = True
    num_hidden_layers = 2
    num_attention_heads = 4
    hidden_size = 32
    question, margin = 5, 3  # words of the question, and at both ends, which tests overwrite

    def __init__(self, parent: unittest.TestCase) -> None:
        config = self.get_config()
        self.parent, self.image_size = parent, config.vision_config.image_size
        self.seq_length = (
            self.margin + tiny.VISUAL_TOKENS + self.question + config.num_query_tokens + self.margin
        )

    def get_config(self) -> FlashSlothConfig:
        """Use small image and query ids, which stay valid when a test shrinks the vocabulary."""
        text = {"num_hidden_layers": self.num_hidden_layers, "hidden_size": self.hidden_size}
        return tiny.config(text=text, image_token_id=5, query_token_id=6)

    def prepare_config_and_inputs_for_common(self) -> tuple[FlashSlothConfig, dict[str, Any]]:
        """Return rows with a picture, a question of random words, and its query tokens."""
        config, rows = self.get_config(), self.batch_size
        words = torch.randint(10, config.query_offset_token_id, (rows, self.seq_length))
        question = self.margin + tiny.VISUAL_TOKENS
        queries = question + self.question
        words[:, self.margin : question] = config.image_token_id
        words[:, queries : queries + config.num_query_tokens] = config.query_token_id
        pixels = torch.rand(rows, 3, self.image_size, self.image_size)
        return config, {
            "input_ids": words,
            "attention_mask": torch.ones_like(words),
            "pixel_values": pixels,
        }


class FlashSlothModelTest(common.ModelTesterMixin, unittest.TestCase):
    all_model_classes = (FlashSlothModel, FlashSlothForConditionalGeneration)
    additional_model_inputs = ("pixel_values",)
    _is_composite = True

    def setUp(self) -> None:
        self.model_tester = FlashSlothModelTester(self)

    def test_reverse_loading_mapping(self, **kwargs: Any) -> None:
        """Run without subtests: pytest does not count failing subtests as an expected failure."""
        with patch.object(self, "subTest", lambda *_: nullcontext()):
            super().test_reverse_loading_mapping(**kwargs)
