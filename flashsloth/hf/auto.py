"""Register FlashSloth's classes with the Auto classes of transformers, for `import flashsloth.auto`."""

from __future__ import annotations

from transformers.models.auto.configuration_auto import AutoConfig
from transformers.models.auto.image_processing_auto import AutoImageProcessor
from transformers.models.auto.modeling_auto import (
    MODEL_FOR_IMAGE_TEXT_TO_TEXT_MAPPING_NAMES,
    MODEL_FOR_MULTIMODAL_LM_MAPPING_NAMES,
    AutoModel,
    AutoModelForImageTextToText,
    AutoModelForMultimodalLM,
)
from transformers.models.auto.processing_auto import AutoProcessor

from flashsloth.hf.config import FlashSlothConfig
from flashsloth.hf.modeling import FlashSlothForConditionalGeneration, FlashSlothModel
from flashsloth.hf.processor import FlashSlothImageProcessor, FlashSlothProcessor

AutoConfig.register(FlashSlothConfig.model_type, FlashSlothConfig, exist_ok=True)
AutoModel.register(FlashSlothConfig, FlashSlothModel, exist_ok=True)
AutoModelForImageTextToText.register(
    FlashSlothConfig, FlashSlothForConditionalGeneration, exist_ok=True
)
AutoModelForMultimodalLM.register(FlashSlothConfig, FlashSlothForConditionalGeneration, exist_ok=True)
AutoImageProcessor.register(
    FlashSlothConfig, slow_image_processor_class=FlashSlothImageProcessor, exist_ok=True
)
AutoProcessor.register(FlashSlothConfig, FlashSlothProcessor, exist_ok=True)

# Pipelines and `transformers serve` look up names of classes in these tables, which `register` does not
# fill.
for names in (MODEL_FOR_IMAGE_TEXT_TO_TEXT_MAPPING_NAMES, MODEL_FOR_MULTIMODAL_LM_MAPPING_NAMES):
    names[FlashSlothConfig.model_type] = FlashSlothForConditionalGeneration.__name__
