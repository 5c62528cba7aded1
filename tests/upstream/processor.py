"""transformers' common tests of a processor, with that of nano. Run by .ci/transformers-tests."""

from __future__ import annotations

import unittest
from typing import Any

from transformers import AutoTokenizer
from transformers_tests.test_processing_common import ProcessorTesterMixin

import flashsloth.auto  # noqa: F401 - registers the Auto classes
from flashsloth.hf.processor import FlashSlothImageProcessor, FlashSlothProcessor
from flashsloth.utils.paths import NANO_FOLDER


class FlashSlothProcessorTest(ProcessorTesterMixin, unittest.TestCase):
    processor_class = FlashSlothProcessor

    @classmethod
    def _setup_image_processor(cls) -> Any:
        return FlashSlothImageProcessor.from_pretrained(NANO_FOLDER)

    @classmethod
    def _setup_tokenizer(cls) -> Any:
        return AutoTokenizer.from_pretrained(NANO_FOLDER)

    @staticmethod
    def prepare_processor_dict() -> dict[str, Any]:
        return {
            "tokens_per_tile": 16,
            "chat_template": (NANO_FOLDER / "chat_template.jinja").read_text(),
        }
