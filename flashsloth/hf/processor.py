"""transformers' processor for FlashSloth, which converts pictures and messages to model inputs."""

# Annotations are not postponed in this module, because transformers reads the types of the keyword
# classes below.
from pathlib import Path
from typing import Any

from transformers.models.codegen.tokenization_codegen import CodeGenTokenizer
from transformers.processing_utils import MultiModalData, ProcessingKwargs, ProcessorMixin
from transformers.tokenization_utils_tokenizers import PreTrainedTokenizerFast

from flashsloth.hf.image_processor import FlashSlothImageProcessor, FlashSlothImagesKwargs
from flashsloth.processing.prompt import IMAGE_TOKEN, chat_template, prepare_tokenizer
from flashsloth.sizes.model_sizes import ModelSizes


def open_tokenizer(folder: Path) -> Any:
    """Open the tokenizer of a folder with transformers: tokenizer.json, or CodeGen's files as in the
    released layout. Return None if there is neither. Raises: errors of many types for damaged files."""
    if (folder / "tokenizer.json").is_file():
        # Without this argument transformers warns of an error in Mistral's tokenizers if config.json
        # says mistral3, as LightOnOCR-2's does, whose tokenizer is Qwen's.
        found = PreTrainedTokenizerFast.from_pretrained(
            folder, local_files_only=True, fix_mistral_regex=False
        )
        found.init_kwargs.pop("fix_mistral_regex", None)  # which would be saved
        return found
    if (folder / "vocab.json").is_file() and (folder / "merges.txt").is_file():
        return CodeGenTokenizer.from_pretrained(folder, local_files_only=True)
    return None


class FlashSlothProcessorKwargs(ProcessingKwargs, total=False):  # type: ignore[call-arg]
    images_kwargs: FlashSlothImagesKwargs
    _defaults = {"text_kwargs": {"padding": False}}  # noqa: RUF012 - transformers' own form


class FlashSlothProcessor(ProcessorMixin):
    """A tokenizer, an image processor and the chat template.

    `apply_chat_template(messages, tokenize=True, return_dict=True, return_tensors="pt",
    add_generation_prompt=True)` returns the inputs of `FlashSlothForConditionalGeneration.generate`.
    Use `sanitize_control_tokens=True` for untrusted text. Batches are padded on the left. `from_config`
    creates the processor of a model.

    Raises: ValueError if `tokens_per_tile` (of the model's configuration) is missing, or if the
    tokenizer does not have the image token.
    """

    valid_processor_kwargs = FlashSlothProcessorKwargs

    def __init__(
        self,
        image_processor: Any = None,
        tokenizer: Any = None,
        chat_template: str | None = None,
        tokens_per_tile: int | None = None,
        image_token: str = IMAGE_TOKEN,
        **kwargs: Any,
    ) -> None:
        if image_processor is None or tokenizer is None:
            raise ValueError("FlashSlothProcessor needs an image_processor and a tokenizer")
        if not isinstance(tokens_per_tile, int) or tokens_per_tile < 1:
            raise ValueError(
                f"tokens_per_tile must be the model's config.tokens_per_tile, not {tokens_per_tile!r}: "
                "use FlashSlothProcessor.from_config(config, tokenizer)"
            )
        self.image_token = image_token
        self.tokens_per_tile = tokens_per_tile
        # A tokenizer returns None or its unknown token for a token that it does not have.
        self.image_token_id = tokenizer.convert_tokens_to_ids(image_token)
        if self.image_token_id in (None, tokenizer.unk_token_id):
            raise ValueError(
                f"the tokenizer has no token {image_token}: use FlashSlothProcessor.from_config, which adds it"
            )
        super().__init__(image_processor, tokenizer, chat_template=chat_template, **kwargs)

    @classmethod
    def from_config(cls, config: ModelSizes, tokenizer: Any) -> "FlashSlothProcessor":
        """Create the processor of a model, and add `<image>` to the tokenizer if it is missing.

        Raises: InvalidConfiguration if a control token has another id than in the configuration.
        """
        prepare_tokenizer(tokenizer, config)
        images = FlashSlothImageProcessor(
            size=config.vision_config.image_size,
            hd=config.image_hd,
            tile_grid=config.tile_grid,
            aspect=config.image_aspect_ratio,
            image_mean=config.image_mean,
            image_std=config.image_std,
        )
        return cls(images, tokenizer, chat_template(config), tokens_per_tile=config.tokens_per_tile)

    def replace_image_token(self, image_inputs: dict[str, Any], image_idx: int, **kwargs: Any) -> str:
        """Return one `<image>` for each visual token of the picture."""
        pixels = image_inputs["pixel_values"][image_idx]
        return str(
            self.image_token * (self.tokens_per_tile * (pixels.shape[0] if pixels.ndim == 4 else 1))
        )

    def _get_num_multimodal_tokens(self, image_sizes: Any = None, **kwargs: Any) -> MultiModalData:
        if image_sizes is None:
            return MultiModalData()
        hd = kwargs.get("hd", self.image_processor.hd)
        tiles = 1 + self.image_processor.tile_grid**2 if hd else 1
        return MultiModalData(
            num_image_tokens=[tiles * self.tokens_per_tile] * len(image_sizes),
            num_image_patches=[tiles] * len(image_sizes),
        )
