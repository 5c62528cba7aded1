"""Compose an untrained FlashSloth from a vision tower and a language model of transformers, or give a
FlashSloth a second image encoder for details.

SAP, projector, EmbQ and query tokens are initialised at random. As in the paper, the last block of the
tower is left out. The embeddings get rows for the special tokens that the tokenizer lacks. Prompts
follow the tokenizer's own chat template.

With a ConvNeXt as its second encoder the model's own tower becomes a part of a tower of mixed
resolution (MRA).
"""

from __future__ import annotations

import copy
import math
import os
from collections.abc import Mapping
from dataclasses import dataclass, field, fields, replace
from pathlib import Path
from typing import Any, TypeAlias

import torch
from torch import nn

from flashsloth.checkpoints import model_files, resolve, safetensors_reader
from flashsloth.checkpoints.folder import read_json
from flashsloth.checkpoints.model_files import read_transformers_tokenizer
from flashsloth.checkpoints.resolve import ModelSource
from flashsloth.checkpoints.safetensors_reader import TensorInfo
from flashsloth.checkpoints.sources import (
    TOWER,
    Sources,
    end_tokens,
    init_missing,
    read_language,
    read_language_tensors,
    read_normalisation,
    read_tower,
    read_tower_tensors,
    read_weights,
    without_last_block,
)
from flashsloth.errors import (
    FlashSlothError,
    OptionError,
    SettingsFileError,
    UnsupportedModel,
    error_prefix,
)
from flashsloth.hf.config import FlashSlothConfig
from flashsloth.hf.mixed_resolution import MixedResolutionConfig
from flashsloth.hf.modeling import FlashSlothForConditionalGeneration
from flashsloth.hf.processor import FlashSlothProcessor
from flashsloth.hf.size_file import check_known, read_toml
from flashsloth.processing.chat_frame import PAPER, ChatFrame
from flashsloth.processing.special_tokens import add_special_tokens
from flashsloth.sizes.families import CONVNEXT, PHI, SIGLIP, WHOLES
from flashsloth.sizes.official_config import model_kind
from flashsloth.sizes.parts import part_of
from flashsloth.utils.close_names import did_you_mean
from flashsloth.utils.progress import Progress

Part: TypeAlias = Any  # a name on the hub, a folder, a ModelSource, or a configuration of transformers

# in the paper EmbQ changes the input of layer 7 of 32
PAPER_LAYER = 7
PAPER_DEPTH = 32


@dataclass(frozen=True, slots=True)
class Tower:
    """A vision tower: the fields of `vision_config`, its folder if it has weights, and the mean and
    standard deviation with which pixels are normalised."""

    name: str
    sizes: dict[str, Any]
    source: ModelSource | None = None
    normalisation: dict[str, list[float]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Language:
    """A language model: its configuration and tokenizer, its folder if it has weights, and the ids of
    the tokens that end an answer."""

    name: str
    config: Any
    tokenizer: Any
    source: ModelSource | None = None
    ends: tuple[int, ...] = ()


def compose(
    vision: Part,
    language: Part,
    *,
    tokenizer: Any = None,
    dtype: torch.dtype | None = None,
    offline: bool = False,
    confirm: Any = None,
    on_progress: Progress | None = None,
    **sizes: Any,
) -> tuple[FlashSlothForConditionalGeneration, FlashSlothProcessor]:
    """Return an untrained FlashSloth and its processor. If `save_pretrained` of the model and of the
    processor is called with the same folder, every command can open that folder as a model.

    Args:
        vision, language: a name on the hub or a folder, from which the weights are read; or a
            configuration of transformers, for which random weights are drawn from torch's generator. If
            a tower has weights, its last block is left out. A configuration of a tower must already
            state the number of blocks without that one.
        tokenizer: a tokenizer of transformers, or a folder or model that has one. The default is the
            tokenizer of the language model, or nano's if `language` is a configuration.
        dtype: the dtype of all weights. The default is the dtype in which most of them are stored, or
            float32 if all of them are random.
        offline, confirm, on_progress: for downloads, as in `resolve.find`.
        sizes: other fields of FlashSlothConfig, such as `pooling_window`, `num_query_tokens` or
            `embq_layer`.

    Raises: UnsupportedModel for a tower or a decoder that does not fit, InvalidConfiguration for sizes
        that do not fit together, TensorMismatch, OptionError for an unknown size, and the errors of
        `resolve.find`.
    """
    sources = gather(
        vision,
        language,
        tokenizer=tokenizer,
        sizes=sizes,
        offline=offline,
        confirm=confirm,
        on_progress=on_progress,
    )
    return build(sources, dtype, on_progress), sources.processor


def build(
    sources: Sources, dtype: torch.dtype | None = None, on_progress: Progress | None = None
) -> FlashSlothForConditionalGeneration:
    """Build the model from its sources, in evaluation mode."""
    kind = dtype or sources.stored
    model = model_files.build_empty(sources.config)
    for name, tensor in read_weights(model, sources, on_progress):
        model_files.put(model, name, nn.Parameter(tensor.to(kind)))
    model.tie_weights()
    init_missing(model, {name for name, p in model.named_parameters() if p.is_meta})
    model.to(kind)
    model.config.dtype = kind
    return model.eval()


def gather(
    vision: Part,
    language: Part,
    *,
    tokenizer: Any = None,
    sizes: Mapping[str, Any] | None = None,
    **options: Any,
) -> Sources:
    """Return the sizes, the processor and the tensor descriptions of a new FlashSloth, without reading
    weights. `options` are those of `resolve.find`.

    Raises: as `compose`.
    """
    known = {f.name for f in fields(FlashSlothConfig)} - {"vision_config", "text_config", "model_type"}
    for name in sizes or {}:
        if name not in known:
            raise OptionError(
                f"unknown size {name}",
                hint=did_you_mean(name, known, otherwise="See flashsloth.FlashSlothConfig."),
            )
    return join(
        find_tower(vision, **options), find_language(language, tokenizer, **options), dict(sizes or {})
    )


def find_tower(part: Part, **options: Any) -> Tower:
    """Return a tower by its name, folder or configuration. Raises: as `compose`."""
    if hasattr(part, "model_type"):
        # models such as CLIP consist of a tower and a text model, of which only the tower is used
        own: Any = getattr(part, "vision_config", part) if part.model_type in WHOLES else part
        return Tower(own.model_type, {**own.to_dict(), "model_type": own.model_type})
    source = resolve.find(part, part=True, **options)
    sizes = without_last_block(read_tower(source.folder))
    return Tower(source.name, sizes, source, read_normalisation(source.folder, sizes["model_type"]))


def find_language(part: Part, tokenizer: Any = None, **options: Any) -> Language:
    """Return a language model by its name, folder or configuration. Raises: as `compose`."""
    if hasattr(part, "model_type"):
        return Language(
            part.model_type, copy.deepcopy(part), find_tokenizer(tokenizer or resolve.NANO, **options)
        )
    source = resolve.find(part, part=True, **options)
    text = read_language(source.folder)
    ends = end_tokens(source.folder, text)
    return Language(source.name, text, find_tokenizer(tokenizer or source, **options), source, ends)


def find_tokenizer(tokenizer: Any, **options: Any) -> Any:
    """Return a tokenizer of transformers that the caller may change. It is read from a model, or is a
    copy of the tokenizer that was passed."""
    if isinstance(tokenizer, str | os.PathLike | ModelSource):
        return read_transformers_tokenizer(resolve.find(tokenizer, part=True, **options).folder)
    return copy.deepcopy(tokenizer)


def join(tower: Tower, language: Language, sizes: dict[str, Any]) -> Sources:
    """Join a tower and a language model. Return the sources of the new model. Raises: as `compose`."""
    vocabulary = int(language.config.vocab_size)
    config = make_config(tower, language, sizes)
    tensors: dict[str, TensorInfo] = {}
    # the two parts are checked one after the other, so that an error names the folder that does not fit
    if tower.source is not None:
        seen = read_tower_tensors(tower.source.folder, model_files.empty_shapes(config))
        check_part(seen, config, "vision_tower", vocabulary, tower.source)
        tensors |= seen
    if language.source is not None:
        words = read_language_tensors(language.source.folder, config.text_config)
        check_part(words, config, "text", vocabulary, language.source)
        tensors |= words
    return Sources(
        f"{tower.name} + {language.name}",
        config,
        FlashSlothProcessor.from_config(config, language.tokenizer),
        tensors,
    )


def make_config(tower: Tower, language: Language, sizes: Mapping[str, Any]) -> FlashSlothConfig:
    """Return the configuration of the joined model. This changes `language`: its tokenizer gets the
    special tokens that it lacks, and its configuration is adapted and becomes a part of the result.
    Raises: as `compose`."""
    text = language.config
    with error_prefix(f"{tower.name} + {language.name}"):
        frame = choose_frame(text, language.tokenizer, sizes)
        special = add_special_tokens(
            language.tokenizer, int(text.vocab_size), frame, end_token_ids=language.ends
        )
        for name, value in special.text_settings().items():
            setattr(text, name, value)
        embq = embq_sizes(
            int(tower.sizes["hidden_size"]), int(text.num_hidden_layers), int(text.num_attention_heads)
        )
        settings = {**embq, **tower.normalisation, **special.own_settings()}
        # the default system prompt is the paper's, so it is only used with the paper's chat frame
        if frame is not PAPER:
            settings["system_prompt"] = ""
        settings.update(sizes)  # applied last, so that the caller's values take precedence
        return FlashSlothConfig(vision_config=tower.sizes, text_config=text, **settings)


def choose_frame(text: Any, tokenizer: Any, sizes: Mapping[str, Any]) -> ChatFrame:
    """Return the chat frame: the one in `sizes` if there is one, the paper's frame for the paper's
    decoder, and otherwise the frame of the tokenizer's chat template. Without a template, a prompt
    begins with the token that the tokenizer puts before every text, if it has such a token."""
    if "chat_frame" in sizes:
        return ChatFrame.from_dict(sizes["chat_frame"])
    if text.model_type == PHI:
        return PAPER
    frame = ChatFrame.of(tokenizer)
    begin = tokenizer.bos_token
    # Many tokenizers define a bos_token but do not use it. A text is encoded to find out whether it is
    # used.
    if (
        not tokenizer.chat_template
        and begin is not None
        and tokenizer.encode("a")[:1] == [tokenizer.bos_token_id]
    ):
        frame = replace(
            frame,
            before_system=begin + frame.before_system,
            without_system=begin + frame.without_system,
        )
    return PAPER if frame == PAPER else frame


def embq_sizes(tower_width: int, depth: int, heads: int) -> dict[str, int]:
    """Return the layer, width and number of heads of EmbQ, in the paper's proportions: layer 7 of 32,
    and half of the tower's width.

    EmbQ gets as many heads as the decoder has. If that number does not divide the widths of EmbQ and of
    the tower, it gets the nearest number that does.
    """
    width = max(1, tower_width // 2)
    layer = max(1, round(depth * PAPER_LAYER / PAPER_DEPTH))
    # the number of heads must divide the width of EmbQ's keys and the width of the tower's values
    both = math.gcd(width, tower_width)
    divisors = [n for n in range(1, both + 1) if both % n == 0]
    return {
        "embq_layer": min(layer, depth - 1),
        "embq_width": width,
        "embq_heads": min(divisors, key=lambda n: abs(n - heads)),
    }


def check_part(
    found: Mapping[str, TensorInfo],
    config: FlashSlothConfig,
    part: str,
    rows: int,
    source: ModelSource,
) -> None:
    """Compare the tensors of a part of a model with its sizes. Raises: TensorMismatch.

    `rows` is the size of the vocabulary in the part's files. The vocabulary of the new model may be
    larger, because special tokens are added to it.
    """
    grown = int(config.text_config.vocab_size)
    shapes = model_files.empty_shapes(config).items()
    expected = {name: shape for name, shape in shapes if part_of(name) == part}
    for name, shape in expected.items():
        # The embeddings and the head, which are outside of all layers, have a row for each token.
        if part == "text" and shape[:1] == (grown,) and ".layers." not in name:
            expected[name] = (rows, *shape[1:])
    safetensors_reader.check_tensors(found, expected, source.folder)


LOW = f"{TOWER}low_resolution."
HIGH = f"{TOWER}high_resolution."


def with_high_resolution(sources: Sources, part: str, **options: Any) -> Sources:
    """Return the sources of a model whose tower has mixed resolution. The model's own tower, with its
    weights, becomes the encoder of low resolution. The other parts of the new tower are added.

    Args:
        part: the name of a ConvNeXt on the hub, or a folder, from which its weights are read; or a TOML
            file with its sizes, for random weights.
        options: passed on to `resolve.find`.

    Raises: OptionError for a model whose tower is not SigLIP, UnsupportedModel, InvalidConfiguration,
        SettingsFileError, TensorMismatch.
    """
    vision = sources.config.vision_config
    if vision.model_type != SIGLIP:
        raise OptionError(
            f"--high-res needs a model with a SigLIP tower; {sources.name} has {vision.model_type}",
            hint="Leave it out.",
        )
    sizes, folder = read_convnext(part, **options)
    try:
        with error_prefix(part):
            tower = MixedResolutionConfig(low_resolution=vision, high_resolution=sizes)
            config = sources.config.with_sizes(vision_config=tower, readable_letters=None)
    except FlashSlothError as error:
        if folder is not None:
            raise
        raise SettingsFileError(str(error), hint="Correct the file.") from error
    # the model's present tower becomes the encoder of low resolution
    tensors = {}
    for name, info in sources.tensors.items():
        name = LOW + name.removeprefix(TOWER) if name.startswith(TOWER) else name
        tensors[name] = replace(info, name=name)
    if folder is not None:
        # the last norm of a ConvNeXt and its classifier are not used
        shapes = model_files.empty_shapes(config).items()
        wanted = {name: shape for name, shape in shapes if name.startswith(HIGH)}
        found = read_tower_tensors(folder, wanted, HIGH, "convnext.")
        safetensors_reader.check_tensors(found, wanted, folder)
        tensors |= found
    return replace(
        sources,
        config=config,
        processor=FlashSlothProcessor.from_config(config, sources.processor.tokenizer),
        tensors=tensors,
    )


def read_convnext(part: str, **options: Any) -> tuple[dict[str, Any], Path | None]:
    """Return the sizes of a ConvNeXt, and its folder if it has weights. Raises: as
    `with_high_resolution`."""
    if part.endswith(".toml"):
        path = Path(part).expanduser()
        sizes = read_toml(path)
        check_known(
            path, sizes, {f.name for f in fields(MixedResolutionConfig.parts["high_resolution"])}
        )
        if missing := {"depths", "hidden_sizes"} - sizes.keys():
            raise SettingsFileError(
                f"{path} lacks {' and '.join(sorted(missing))}",
                hint="State those of a published ConvNeXt.",
            )
        return sizes, None
    folder = resolve.find(part, part=True, **options).folder
    sizes = read_json(folder / "config.json")
    if sizes.get("model_type") != CONVNEXT:
        raise UnsupportedModel(
            f"{folder} is a {model_kind(sizes)} model, not a ConvNeXt",
            hint="Use one such as facebook/convnext-large-224-22k.",
        )
    return sizes, folder
