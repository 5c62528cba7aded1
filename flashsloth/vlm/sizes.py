"""The configuration of a vision-language model of transformers."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any, ClassVar

from transformers.models.auto.configuration_auto import CONFIG_MAPPING

from flashsloth.errors import InvalidConfiguration, OptionError, UnsupportedModel
from flashsloth.processing.chat_frame import control_texts
from flashsloth.processing.prompt import check_vocabulary
from flashsloth.sizes import bounds
from flashsloth.sizes.families import ELSEWHERE, VLM_FAMILIES, VlmFamily, attention_heads, check_family
from flashsloth.sizes.model_sizes import OF_ADAPTERS, USUAL_TOKENS, ModelSizes, PictureScale
from flashsloth.utils.text import printable
from flashsloth.vlm.template import read_frame

MOST_MERGED = 16  # patches of one visual token along each side
MOST_ROWS = 128  # of patches
# models in which the number of visual tokens depends on the shape of the picture
VARYING = ("lighton_ocr", "llava_next", "llava_onevision")
# models that leave out the visual tokens of padding and add one at the end of each row
UNPADDED = ("llava_next", "llava_onevision")


@dataclass(kw_only=True, repr=False)
class VlmSizes(ModelSizes):
    """The sizes of a model of transformers. It has neither SAP nor EmbQ nor query tokens.

    Args:
        whole: transformers' configuration of the model. `text_config` and `vision_config` are its
            parts.
        tokenizer: transformers' tokenizer of the model's folder, with which pictures are prepared. The
            prompt has one of its own, because encoding control tokens changes its state.
    """

    is_flashsloth: ClassVar[bool] = False

    whole: Any
    tokenizer: Any

    @property
    def family(self) -> VlmFamily:
        return VLM_FAMILIES[self.whole.model_type]

    @property
    def architecture(self) -> str:
        return str(self.whole.model_type)

    def to_diff_dict(self) -> dict[str, Any]:
        """Return transformers' configuration without its defaults, for the record of a run."""
        return dict(self.whole.to_diff_dict())

    def check(self) -> None:
        bounds.check_text_sizes(self.text_config)
        _check_vision(self.vision_config)
        if self.family.mrope:
            _check_mrope(self.text_config, self.vision_config)
        else:
            _check_connector(self.whole)

    @property
    def reads_tiles(self) -> bool:
        return bool(self.family.whole)

    def check_hd(self, hd: object) -> None:
        if self.family.mrope:
            return
        super().check_hd(hd)
        if hd is False and hasattr(self.whole, "image_grid_pinpoints"):
            raise OptionError(
                "this model cuts every picture into tiles, so that --no-hd cannot make one of it",
                hint="Leave out --no-hd; with --set max_side=N a picture has fewer tiles.",
            )

    def check_layout(self) -> None:
        is_square = math.isqrt(self.tokens_per_tile) ** 2 == self.tokens_per_tile
        if self.whole.model_type in UNPADDED or not is_square:
            raise UnsupportedModel(
                f"the visual tokens of this {self.architecture} model are no grid, so that a map of where "
                "it looked cannot be drawn",
                hint="Only LLaVA-NeXT, LLaVA-OneVision and LLaVAs that use a class token cannot be explained.",
            )

    @property
    def image_side(self) -> int:
        """The side of the pictures that the tower reads, in pixels; of a square with USUAL_TOKENS if it
        reads any size."""
        if self.family.mrope:
            return math.isqrt(USUAL_TOKENS) * self.token_side
        return _side(self.vision_config.image_size)

    @property
    def patch_side(self) -> int:
        """The side of the tower's patches, in pixels."""
        return _side(self.vision_config.patch_size)

    @property
    def token_side(self) -> int:
        """The side, in pixels, of the part of a picture that becomes one visual token; for a decoder
        with three position axes."""
        return self.patch_side * int(self.vision_config.spatial_merge_size)

    @property
    def rotary_axes(self) -> list[int] | None:
        if not self.family.mrope:
            return None
        sections = self.text_config.rope_parameters["mrope_section"]
        if self.family.mrope != "qwen3":
            return [axis for axis, count in enumerate(sections) for _ in range(count)]
        # interleaved: t h w t h w ... until the pairs of h and w are used up, then t
        pairs = range(sum(sections))
        return [pair % 3 if pair < 3 * sections[pair % 3] else 0 for pair in pairs]

    @property
    def tokens_per_tile(self) -> int:
        """The number of visual tokens of a tile, before families join the tiles of a picture; of the
        largest picture if one tile may have any size."""
        whole = self.whole
        rows = self.image_side // self.patch_side
        match whole.model_type:
            case "idefics3" | "smolvlm":
                return int(rows // whole.scale_factor) ** 2
            case "internvl":
                return int(rows * whole.downsample_ratio) ** 2
            case "lighton_ocr":
                return int(rows // whole.spatial_merge_size) ** 2
        if self.family.mrope:
            return USUAL_TOKENS
        return rows**2 + self.has_class_token - self.leaves_first_out

    @property
    def has_class_token(self) -> bool:
        return bool(self.vision_config.model_type == "clip_vision_model")

    @property
    def leaves_first_out(self) -> bool:
        """Whether a LLaVA drops the tower's first output, which is that of CLIP's class token."""
        return getattr(self.whole, "vision_feature_select_strategy", "") == "default"

    def visual_tokens(self, hd: bool | None) -> int:
        """The number for one tile; 0 if it depends on the picture, as with several tiles."""
        varies = self.whole.model_type in VARYING or self.family.mrope
        return 0 if hd or varies else self.tokens_per_tile

    @property
    def picture_scale(self) -> PictureScale:
        """How much of a picture one tile shows."""
        return PictureScale(self.image_side, 1, "square", None)


def make_sizes(
    data: Mapping[str, Any], family: str, template: str, tokenizer: Any, ends: Any
) -> VlmSizes:
    """Return the sizes of an untrusted config.json.

    Args:
        family: the key of the model in VLM_FAMILIES.
        template: its chat template.
        tokenizer: transformers' tokenizer of its folder.
        ends: the end tokens of generation_config.json; None if there is no such file.

    Raises: UnsupportedModel, InvalidConfiguration.
    """
    # 1. The parts, by the allow-lists.
    kind = CONFIG_MAPPING[family]
    allowed = VLM_FAMILIES[family]
    if allowed.mrope:
        # In some published files the settings of the decoder are at the top level, without a
        # text_config. transformers would warn of rope_scaling there.
        data = {"text_config": data, **data}
        data.pop("rope_scaling", None)
    names = ("text_config", "vision_config")
    parts = {name: _part(kind, name, data.get(name), allowed) for name in names}
    whole = bounds.make_config(kind, {**data, **parts}, "config.json")
    text = whole.text_config
    if allowed.mrope:
        text.model_type = allowed.mrope
    # A missing key is not the default of the class: published files with a head of their own lack it.
    tied = bool(data["text_config"].get("tie_word_embeddings") or data.get("tie_word_embeddings"))
    text.tie_word_embeddings = whole.tie_word_embeddings = tied
    whole.vision_config.vision_use_head = False  # SigLIP's, which no family reads
    # 2. The placeholder, and the strings of the chat template.
    image = whole.image_token_id
    placeholder = tokenizer.added_tokens_decoder.get(image)
    bounds.require(
        placeholder is not None,
        f"image_token_id {image} is not an added token of the tokenizer",
    )
    frame = read_frame(tokenizer, template, placeholder.content)
    # 3. The end tokens. The one that closes an answer in the chat template comes first. Classes have
    #    defaults, which are ordinary tokens of other vocabularies.
    closing = tokenizer.convert_tokens_to_ids(_last_control(frame.after_answer, tokenizer))
    stored = data.get("eos_token_id", data["text_config"].get("eos_token_id")) if ends is None else ends
    more = stored if isinstance(stored, list) else [stored]
    numbers = [closing, *(each for each in more if each is not None)]
    written = "".join(asdict(frame).values())
    control = [number for token, number in control_texts(tokenizer).items() if token in written]
    bounds.require(
        all(type(each) is int and 0 <= each < text.vocab_size for each in (image, *numbers, *control)),
        f"image_token_id {image}, an end token of {numbers} or a token of the chat template lies outside the "
        f"vocabulary of {text.vocab_size}",
    )
    check_vocabulary(tokenizer, text.vocab_size)
    bounds.require(image not in numbers, "image_token_id is an end token")
    text.eos_token_id = list(dict.fromkeys(numbers))
    # 4. The settings of an adapter that `merge` has merged into the model.
    own = {name: data[name] for name in OF_ADAPTERS if data.get(name) is not None}
    for name in ("image_hd", "schema_in_prompt"):
        value = own.get(name, True)
        bounds.check_value(name, value, isinstance(value, bool), "true or false")
    if problem := bounds.check_choice_temperature(own.get("choice_temperature", 1.0)):
        raise InvalidConfiguration(problem)
    bounds.check_share("detail_threshold", own.get("detail_threshold", 0))
    if allowed.mrope:
        own.setdefault("image_hd", None)
    else:
        own["image_hd"] = own.get("image_hd", True) and bool(allowed.whole)
    return VlmSizes(
        whole=whole,
        tokenizer=tokenizer,
        chat_frame=asdict(frame),
        text_config=text,
        vision_config=whole.vision_config,
        image_token_id=image,
        query_token_id=-1,  # no token
        num_query_tokens=0,
        embq=False,
        system_prompt="",
        tie_word_embeddings=tied,
        **own,
    )


def _part(kind: Any, name: str, part: Any, allowed: VlmFamily) -> Any:
    """Return transformers' configuration of the decoder or the tower. Raises: UnsupportedModel,
    InvalidConfiguration."""
    bounds.check_value(name, part, isinstance(part, dict), "an object")
    own = kind.sub_configs[name]  # AutoConfig, or the only class that this part can have
    model_type = getattr(own, "model_type", "") or part.get("model_type")
    if name == "text_config":
        if not allowed.mrope:
            check_family(name, model_type)
    elif model_type not in allowed.towers:
        raise UnsupportedModel(
            f"{name}: {printable(str(model_type))} is not among the towers {', '.join(allowed.towers)}",
            hint=ELSEWHERE,
        )
    return bounds.make_config(CONFIG_MAPPING[model_type], part, name)


def _last_control(text: str, tokenizer: Any) -> str:
    """Return the special token with which a string ends."""
    special = (token.content for token in tokenizer.added_tokens_decoder.values() if token.special)
    return max((each for each in special if text.endswith(each)), key=len)


def _side(size: Any) -> int:
    return int(size if isinstance(size, int) else max(size))


def _check_vision(vision: Any) -> None:
    further = ("intermediate_size", "embed_dim", "mlp_ratio")
    sizes = (*bounds.BLOCKS, *(name for name in further if hasattr(vision, name)))
    bounds.check_blocks("vision_config", vision, sizes, (*bounds.VISION_ACTIVATIONS, "silu"))
    for name in ("image_size", "patch_size"):
        value = getattr(vision, name, 1)
        each, *others = value if isinstance(value, list | tuple) else [value]
        bounds.check_size(f"vision_config.{name}", each)
        bounds.require({*others} <= {each}, f"vision_config.{name} is not that of a square")
    if hasattr(vision, "image_size"):
        rows = _side(vision.image_size) // _side(vision.patch_size)
        bounds.require(
            0 < rows <= MOST_ROWS,
            f"vision_config: a picture has {rows} rows of patches, not 1 to {MOST_ROWS}",
        )
    heads = vision.num_attention_heads
    states = getattr(vision, "embed_dim", vision.hidden_size)
    width = getattr(vision, "head_dim", None) or states // heads
    bounds.require(
        heads * width == states,
        f"vision_config: {heads} heads of {width} numbers do not make the width {states}",
    )
    for name in ("num_channels", "in_channels"):
        bounds.require(getattr(vision, name, 3) == 3, f"vision_config.{name} must be 3")


def _check_mrope(text: Any, vision: Any) -> None:
    """Check a decoder with three position axes, and its tower."""
    # 1. The axes share the pairs of a head's dimensions.
    rope = text.rope_parameters
    sections = rope.get("mrope_section")
    pairs = attention_heads(text).width // 2
    is_list = isinstance(sections, list) and [type(each) for each in sections] == [int] * 3
    bounds.check_value(
        "text_config.mrope_section",
        sections,
        is_list and min(sections) > 0 and sum(sections) == pairs,
        f"three whole numbers whose sum is {pairs}",
    )
    kinds = {*(getattr(text, "layer_types", None) or ())}
    bounds.require(
        rope["rope_type"] == "default"
        and rope.get("partial_rotary_factor", 1) == 1
        and kinds <= {"full_attention"},
        "text_config: with mrope_section neither scaled or partial rotary embeddings nor a sliding window "
        "are supported",
    )
    # 2. The tower, whose own positions have two axes. Patches are merged to visual tokens.
    heads = vision.num_attention_heads
    bounds.require(
        getattr(vision, "embed_dim", vision.hidden_size) // heads % 4 == 0,
        f"vision_config: {heads} heads leave no two pairs of dimensions for rows and columns",
    )
    for name in ("spatial_merge_size", "temporal_patch_size"):
        bounds.check_range(f"vision_config.{name}", getattr(vision, name, 1), 1, MOST_MERGED)
    made = getattr(vision, "out_hidden_size", vision.hidden_size)
    bounds.require(
        # PaddleOCR-VL's connector, which is outside of the tower, makes the width of the decoder
        made == text.hidden_size or vision.model_type == "paddleocr_vl_vision",
        f"vision_config: visual tokens have a width of {made}, and the decoder of {text.hidden_size}",
    )
    bounds.check_size("vision_config.patch_size", vision.patch_size)
    side = vision.patch_size * vision.spatial_merge_size
    window = getattr(vision, "window_size", side)
    bounds.check_range("vision_config.window_size", window, side, bounds.MAX_WIDTH)
    places = getattr(vision, "num_position_embeddings", 1)
    is_square = type(places) is int and places > 0 and math.isqrt(places) ** 2 == places
    bounds.check_value("vision_config.num_position_embeddings", places, is_square, "a square number")
    # 3. Its blocks that see the whole picture, and those whose states are added to the first layers of
    #    the decoder.
    depth = vision.num_hidden_layers
    most = {"fullatt_block_indexes": depth, "deepstack_visual_indexes": text.num_hidden_layers - 1}
    for name, count in most.items():
        blocks = getattr(vision, name, [])
        is_list = isinstance(blocks, list | tuple) and len(blocks) <= count
        is_list = is_list and all(type(each) is int and 0 <= each < depth for each in blocks)
        bounds.check_value(
            f"vision_config.{name}",
            blocks,
            is_list and sorted({*blocks}) == [*blocks],
            f"at most {count} different blocks of {depth}, ascending",
        )


def _check_connector(whole: Any) -> None:
    """Check the numbers between tower and decoder, some of which are divisors."""
    for name in ("scale_factor", "spatial_merge_size"):
        value = getattr(whole, name, 1)
        bounds.check_range(name, value, 1, MOST_MERGED)
    ratio = getattr(whole, "downsample_ratio", 1)
    is_ratio = type(ratio) in (int, float) and 1 / MOST_MERGED <= ratio <= 1
    bounds.check_value("downsample_ratio", ratio, is_ratio, f"1/{MOST_MERGED} to 1")
    strategy = getattr(whole, "vision_feature_select_strategy", "full")
    bounds.check_one_of("vision_feature_select_strategy", strategy, ("default", "full"))
    aspect = getattr(whole, "vision_aspect_ratio", "anyres_max_9")
    is_aspect = isinstance(aspect, str) and re.fullmatch(r"anyres_max_[1-9]\d?", aspect)
    bounds.check_value("vision_aspect_ratio", aspect, bool(is_aspect), "anyres_max_N")
    activation = getattr(whole, "projector_hidden_act", "gelu")
    bounds.check_one_of("projector_hidden_act", activation, (*bounds.VISION_ACTIVATIONS, "silu"))
    depth = whole.vision_config.num_hidden_layers + 1  # with the input of the first layer
    layers = getattr(whole, "vision_feature_layer", -1)
    for layer in layers if isinstance(layers, list) else [layers]:
        is_layer = type(layer) is int and -depth <= layer < depth
        bounds.check_value("vision_feature_layer", layer, is_layer, f"one of {depth} layers")
