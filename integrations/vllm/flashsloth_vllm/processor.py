"""Turn pictures into pixels, and replace the placeholder of each picture by its visual tokens."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import torch
from transformers.feature_extraction_utils import BatchFeature

from flashsloth.hf.config import FlashSlothConfig
from flashsloth.hf.processor import as_rgb
from flashsloth.processing.pictures import tower_pixels
from flashsloth_vllm.vllm_api import (
    BaseDummyInputsBuilder,
    BaseMultiModalProcessor,
    BaseProcessingInfo,
    MultiModalFieldConfig,
    PromptReplacement,
)


class FlashSlothProcessingInfo(BaseProcessingInfo):
    def get_hf_config(self) -> FlashSlothConfig:
        return self.ctx.get_hf_config(FlashSlothConfig)

    def get_supported_mm_limits(self) -> Mapping[str, int | None]:
        return {"image": None}

    def get_supported_mm_processor_kwargs(self) -> dict[str, set[str]]:
        return {"images_kwargs": {"hd"}}

    def get_mm_max_tokens_per_item(
        self, seq_len: int, mm_counts: Mapping[str, int]
    ) -> Mapping[str, int]:
        return {"image": self.get_hf_config().visual_tokens(self.is_hd({}))}

    def is_hd(self, options: Mapping[str, object]) -> bool:
        """Return whether the pictures of a request are cut into tiles: as the request says, otherwise
        as the server was started, otherwise as the model was trained."""
        merged = self.ctx.get_merged_mm_kwargs(options)
        chosen = merged.get("images_kwargs", merged).get("hd", merged.get("hd"))
        if chosen not in (None, True, False):
            raise ValueError(f"mm_processor_kwargs: hd must be true or false, not {chosen!r}")
        return self.get_hf_config().image_hd if chosen is None else bool(chosen)


class FlashSlothDummyInputs(BaseDummyInputsBuilder[FlashSlothProcessingInfo]):
    """The pictures with which vLLM measures memory. Pictures of any size take the same memory."""

    def get_dummy_text(self, mm_counts: Mapping[str, int]) -> str:
        return "<image>" * mm_counts.get("image", 0)

    def get_dummy_mm_data(self, seq_len: int, mm_counts: Mapping[str, int], mm_options: Any) -> Any:
        side = self.info.get_hf_config().vision_config.image_size
        return {
            "image": self._get_dummy_images(
                width=side, height=side, num_images=mm_counts.get("image", 0)
            )
        }


class FlashSlothMultiModalProcessor(BaseMultiModalProcessor[FlashSlothProcessingInfo]):
    def _call_hf_processor(
        self, hf_data: Mapping[str, Any], hf_kwargs: Mapping[str, object]
    ) -> BatchFeature:
        config, hd = self.info.get_hf_config(), self.info.is_hd(hf_kwargs)
        images = hf_data.get("images", [])
        pixels = [torch.from_numpy(tower_pixels(as_rgb(image)[0], config, hd=hd)) for image in images]
        dtype = self.info.ctx.model_config.dtype
        return BatchFeature({"pixel_values": torch.stack(pixels).to(dtype)} if pixels else {})

    def _get_mm_fields_config(
        self, hf_inputs: BatchFeature, hf_processor_mm_kwargs: Mapping[str, object]
    ) -> Mapping[str, MultiModalFieldConfig]:
        return {"pixel_values": MultiModalFieldConfig.batched("image")}

    def _get_prompt_updates(
        self, mm_items: Any, hf_processor_mm_kwargs: Mapping[str, object], out_mm_kwargs: Any
    ) -> Sequence[PromptReplacement]:
        config = self.info.get_hf_config()
        token = config.image_token_id
        count = config.visual_tokens(self.info.is_hd(hf_processor_mm_kwargs))
        return [PromptReplacement(modality="image", target=[token], replacement=[token] * count)]
