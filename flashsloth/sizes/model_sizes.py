"""The sizes of a model, the numbers that follow from them, and the rules that they must satisfy. This
module imports neither torch nor transformers. `PictureScale` tells how many pixels of a picture a model
sees, and how large letters must be to stay readable.

The program uses ModelSizes to open a model. Training, other families and transformers' own interface
need the subclass FlashSlothConfig (flashsloth/hf/config.py), which has the same fields and obeys the
same rules.
"""

# Annotations are not postponed in this module, because values are checked against them.
import math
import re
from collections.abc import Mapping
from dataclasses import dataclass, fields
from typing import Any, ClassVar, NamedTuple, Self

from flashsloth.errors import InvalidConfiguration, OptionError, UnsupportedModel
from flashsloth.sizes.bounds import (
    check_choice_temperature,
    check_normalisation,
    check_one_of,
    check_share,
    check_size,
    check_text_sizes,
    check_value,
    check_vision_sizes,
    known_fields,
    require,
)
from flashsloth.sizes.families import PACKED, PHI
from flashsloth.sizes.part_sizes import SYSTEM_PROMPT, USUAL, check_types, read_part

LEGIBLE = 3  # height in pixels below which nobody can tell letters apart
# A picture is reduced strongly if it becomes 4 times smaller or more, because letters under 12 pixels,
# which is most text on screens, then become unreadable.
STRONG = 4


# What `hd` may be if it chooses how many visual tokens a picture may have, the fewest first.
DETAIL = (False, None, True)
# the numbers of the first two; with --hd it is that of the model's folder
FEWER_TOKENS = 256
USUAL_TOKENS = 1024


class ApparentSize(NamedTuple):
    """How a model sees a picture. `width` and `height` are the size of the picture without padding.
    `smallest_letters` is the height, in the picture's own pixels, below which letters become
    unreadable; letters below LEGIBLE are unreadable in the picture itself. `is_strong` says whether the
    picture is reduced STRONG times or more."""

    width: int
    height: int
    smallest_letters: int
    is_strong: bool


@dataclass(frozen=True, slots=True)
class PictureScale:
    """How a model scales pictures: to `side` x `side` pixels, or with tiles to `grid` * `side` pixels
    along each side. `aspect` is "square" or "pad"; or "area" if a picture with more than `side` x
    `side` pixels is reduced to this number, and keeps its shape. `readable` is the smallest height, in
    these pixels, of letters that the model was measured to read; None if that was not measured. A
    picture whose longest side has more than `max_side` pixels is first reduced to that."""

    side: int
    grid: int
    aspect: str
    readable: int | None = None
    max_side: int | None = None

    def seen(self, width: int, height: int, *, hd: bool | None) -> ApparentSize:
        """Return how a picture is seen."""
        side = self.side * (self.grid if hd else 1)
        longest = max(width, height)
        if self.aspect == "area":
            less = max(1, math.sqrt(width * height) / side, longest / (self.max_side or longest))
            across, down = (max(1, round(each / less)) for each in (width, height))
            return ApparentSize(across, down, math.ceil(LEGIBLE * less), less >= STRONG)
        # Letters must be tall enough in the pixels that the model reads and in the picture's own
        # pixels.
        detail = min(side, self.max_side or side)
        letters = max(LEGIBLE, math.ceil(max(LEGIBLE, self.readable or 0) * longest / detail))
        if self.aspect == "square" and not hd:
            width = height = longest
        across, down = (max(1, round(each * side / longest)) for each in (width, height))
        return ApparentSize(across, down, letters, longest >= STRONG * detail)


# settings of an adapter, which a model into which it was merged has in its config.json
OF_ADAPTERS = ("image_hd", "schema_in_prompt", "choice_temperature", "detail_threshold")
# what works with the models of transformers
OTHERS_HINT = (
    "What works with such a model: ask, chat, batch, serve, eval, bench, quantize and finetune --lora."
)


@dataclass(kw_only=True, repr=False)
class ModelSizes:
    """Sizes of a FlashSloth model. The defaults are the sizes of the released 3.2 B model
    (arXiv:2412.04317), which `read({})` returns.

    Args:
        vision_config: the tower (part_sizes.py, or a configuration of transformers).
            `num_hidden_layers` counts the blocks that are kept (26 of 27).
        text_config: the decoder, in one of the same two forms.
        pooling: "attention" (SAP), or "average", the mean of each window.
        pooling_window: side of the square window of patches that becomes one visual token. 1 with
            "average" is no pooling.
        pooling_dropout: dropout in SAP's MLP.
        num_query_tokens: number of learned tokens after each question; 0 also turns EmbQ off.
        embq: False turns EmbQ off and keeps the query tokens as ordinary tokens.
        embq_layer: EmbQ changes the input of this decoder layer.
        embq_width: width of the queries and keys of EmbQ's attentions.
        embq_heads: heads of EmbQ's attentions; must divide `embq_width` and the tower's hidden size.
        skipped_attention: Phi's layers without attention, ascending (docs/reduction.md). The first
            layer is not allowed.
        pia_rank: rank of the adapters that replace these attentions; None if there are no adapters, or
            if they were merged.
        routed_layers: layers that visual tokens may skip, ascending (docs/reduction.md). The first and
            the last layer are not allowed.
        skip_ratio: the share of each picture's visual tokens that skips these layers.
        image_token_id, query_token_id: placeholder ids of visual and query tokens.
        query_offset_token_id: this token's embedding is added to every query token.
        turn_prefix_length: number of tokens from the `</s>` of one turn to the first token of the next
            question (`</s>`, `USER`, `:`).
        image_hd: True if the model was trained on tiles; None if it reads pictures at any size, so that
            `hd` chooses how many visual tokens there may be.
        tile_grid: number of tiles along each side of a padded picture; the whole picture is one tile
            more.
        image_aspect_ratio: "square" resizes the picture to a square, "pad" pads it with grey first.
        image_mean, image_std: the numbers, one for each channel, with which the tower's pixels of 0 to
            1 are normalised; None means 0.5 for each.
        readable_letters: the smallest height, in the tower's pixels, of letters that the model was
            measured to read; None if that was not measured.
        choice_temperature: the probabilities of choices are raised to the power
            1 / choice_temperature, and normalised (docs/answers.md).
        detail_threshold: the fitted value of this setting (docs/answers.md); None for the default.
        schema_in_prompt: whether the schema of an answer is also written into its question
            (docs/answers.md); False for a model that was trained without schemas in questions.
        system_prompt: the text before the first turn.
        chat_frame: the texts between the messages of a conversation; None for the form of the released
            model.
        tie_word_embeddings: as in `text_config`.
        initializer_range: standard deviation of the random weights with which training begins.

    Raises:
        InvalidConfiguration: for sizes that do not fit together, with the allowed values.
        UnsupportedModel: for a decoder or a tower that is not supported.
    """

    model_type: ClassVar[str] = "flashsloth"
    is_flashsloth: ClassVar[bool] = True  # False for a model of transformers (vlm/sizes.py)

    vision_config: Any = None
    text_config: Any = None
    pooling: str = "attention"
    pooling_window: int = 3
    pooling_dropout: float = 0.1
    num_query_tokens: int = 9
    embq: bool = True
    embq_layer: int = 7
    embq_width: int = 576
    embq_heads: int = 32
    embq_layer_norm_eps: float = 1e-5
    skipped_attention: list[int] | None = None
    pia_rank: int | None = None
    routed_layers: list[int] | None = None
    skip_ratio: float | None = None
    image_token_id: int = 50297
    query_token_id: int = 50295
    query_offset_token_id: int = 764
    turn_prefix_length: int = 3
    image_hd: bool | None = False
    tile_grid: int = 2
    image_aspect_ratio: str = "square"
    image_mean: Any = None
    image_std: Any = None
    readable_letters: int | None = None
    choice_temperature: int | float = 1.0
    detail_threshold: int | float | None = None
    schema_in_prompt: bool = True
    system_prompt: str = SYSTEM_PROMPT
    chat_frame: dict[str, str] | None = None
    tie_word_embeddings: bool = False
    initializer_range: float = 0.02

    @classmethod
    def read(cls, values: Mapping[str, Any]) -> Self | None:
        """Return the sizes of a config.json in the native layout; None for a model that only
        transformers computes.

        Raises: InvalidConfiguration, UnsupportedModel.
        """
        # only transformers' modules can leave out attentions or route tokens around layers
        if values.get("skipped_attention") or values.get("routed_layers"):
            return None
        parts: dict[str, Any] = {name: read_part(name, values.get(name)) for name in USUAL}
        if None in parts.values():
            return None
        parts["tie_word_embeddings"] = parts["text_config"].tie_word_embeddings
        return cls(**known_fields(cls, {**values, **parts}))

    # FlashSlothConfig replaces this method, because it has to convert its parts before the check.
    def __post_init__(self) -> None:
        self.check()

    @property
    def rotary_axes(self) -> list[int] | None:
        """The position axis (0 time, 1 row, 2 column) of each pair of a head's dimensions; None if
        positions have one axis."""
        return None

    @property
    def architecture(self) -> str:
        """The model_type of the whole model."""
        return self.model_type

    @property
    def reads_tiles(self) -> bool:
        """Whether pictures can be cut into tiles, even if the model was trained without."""
        return True

    def check_hd(self, hd: object) -> None:
        """Raise OptionError if a value of the setting `hd` asks for a choice that the model lacks.
        With "auto" such a model reads a picture in its one way."""
        if hd is True and not self.reads_tiles:
            raise OptionError(
                "this model has one way to read a picture, so that --hd cannot cut it into more tiles",
                hint="Leave out --hd; --crop X,Y,W,H shows a part larger.",
            )

    def require_flashsloth(self, what: str) -> None:
        """Raise UnsupportedModel for a model of transformers. `what` is what needs a FlashSloth."""
        if not self.is_flashsloth:
            raise UnsupportedModel(
                f"{what} works only with FlashSloth models, and this is {self.architecture}",
                hint=OTHERS_HINT,
            )

    def check_layout(self) -> None:
        """Raise UnsupportedModel if it is not known where on a picture its visual tokens lie."""

    def with_sizes(self, **sizes: Any) -> Self:
        """Return a copy with some sizes changed. Raises: the errors of the class."""
        names = (field.name for field in fields(self) if hasattr(self, field.name))
        return type(self)(**{**{name: getattr(self, name) for name in names}, **sizes})

    def check(self) -> None:
        """Check all sizes. Raises: InvalidConfiguration, UnsupportedModel."""
        check_types(ModelSizes, vars(self))
        check_vision_sizes(self.vision_config)
        check_normalisation("image_mean", self.image_mean)
        check_normalisation("image_std", self.image_std, positive=True)
        check_text_sizes(self.text_config)
        self._check_own()
        self._check_embq()
        if self.skipped_attention or self.pia_rank is not None:
            self.check_skipped()
        if self.routed_layers or self.skip_ratio is not None:
            self._check_routed()
        self._check_ids()

    @property
    def patches_per_tile(self) -> int:
        """Return N of one tile: the patches of the tower's square grid."""
        return int(self.vision_config.image_size // self.vision_config.patch_size) ** 2

    @property
    def tokens_per_tile(self) -> int:
        """Return P of one tile: its visual tokens after SAP."""
        side = self.vision_config.image_size // self.vision_config.patch_size
        return math.ceil(side / self.pooling_window) ** 2

    @property
    def tiles(self) -> int:
        """Return the number of tiles of one picture with HD: the whole picture, and the cells of the
        grid."""
        return 1 + self.tile_grid**2

    @property
    def has_embq(self) -> bool:
        """Return whether the model uses EmbQ, which needs query tokens."""
        return self.embq and self.num_query_tokens > 0

    @property
    def end_token_ids(self) -> tuple[int, ...]:
        """Return the ids that end an answer. The first one closes a turn: `</s>` of the released
        model."""
        eos = self.text_config.eos_token_id
        return tuple(map(int, eos)) if isinstance(eos, list) else (int(eos),)

    @property
    def end_token_id(self) -> int:
        """Return the id that closes a turn."""
        return self.end_token_ids[0]

    def visual_tokens(self, hd: bool | None) -> int:
        """Return the number of visual tokens of one picture: 81, or 405 with tiles, at the released
        size."""
        return self.tokens_per_tile * (self.tiles if hd else 1)

    @property
    def picture_scale(self) -> PictureScale:
        """Return how the model scales pictures."""
        return PictureScale(
            int(self.vision_config.image_size),
            self.tile_grid,
            self.image_aspect_ratio,
            self.readable_letters,
        )

    def _check_own(self) -> None:
        """Check the sizes that belong neither to the tower nor to the decoder, and whether all sizes
        fit together."""
        for name in ("pooling_window", "embq_width", "embq_heads", "tile_grid", "turn_prefix_length"):
            check_size(name, getattr(self, name))
        check_size("num_query_tokens", self.num_query_tokens, least=0)
        check_value("image_hd", self.image_hd, self.image_hd is not None, "true or false")
        check_one_of("pooling", self.pooling, ("attention", "average"))
        check_one_of("image_aspect_ratio", self.image_aspect_ratio, ("square", "pad"))
        letters = self.readable_letters
        is_height = letters is None or (
            type(letters) is int and 0 < letters <= self.vision_config.image_size
        )
        check_value(
            "readable_letters", letters, is_height, f"1 to {self.vision_config.image_size} pixels"
        )
        if problem := check_choice_temperature(self.choice_temperature):
            raise InvalidConfiguration(problem)
        if self.detail_threshold is not None:
            check_share("detail_threshold", self.detail_threshold)
        require(
            not re.search("[\ud800-\udfff]", self.system_prompt),
            "system_prompt holds bytes that are not UTF-8",
        )
        check_share("embq_layer_norm_eps", self.embq_layer_norm_eps)
        window = self.pooling_window
        side = self.vision_config.image_size // self.vision_config.patch_size
        check_value(
            "pooling_dropout",
            self.pooling_dropout,
            0 <= self.pooling_dropout < 1,
            "0 or more and less than 1",
        )
        # A larger window would pad the patches to its own size, however much memory that takes.
        check_value(
            "pooling_window",
            window,
            window < 2 * side,
            f"less than {2 * side} for {side} x {side} patches",
        )
        require(
            self.visual_tokens(self.image_hd) < self.text_config.max_position_embeddings,
            "the visual tokens of one picture do not fit into max_position_embeddings",
        )

    def _check_embq(self) -> None:
        if not self.has_embq:
            return
        if self.embq_width % self.embq_heads or self.vision_config.hidden_size % self.embq_heads:
            both = math.gcd(self.embq_width, self.vision_config.hidden_size)
            allowed = [n for n in range(1, both + 1) if both % n == 0]
            raise InvalidConfiguration(
                f"embq_heads {self.embq_heads} must divide embq_width {self.embq_width} and the tower's width "
                f"{self.vision_config.hidden_size}; allowed: {', '.join(map(str, allowed))}"
            )
        layers = range(self.text_config.num_hidden_layers)
        is_layer = not isinstance(self.embq_layer, bool) and self.embq_layer in layers
        check_value(
            "embq_layer", self.embq_layer, is_layer, f"one of the decoder's layers, 0 to {layers[-1]}"
        )

    def check_skipped(self) -> None:
        """Check the layers without attention. The first layer must have attention, because transformers
        takes the length of a sequence from the keys of this layer."""
        width = self.text_config.hidden_size
        if not self.skipped_attention:
            require(self.pia_rank is None, "pia_rank needs skipped_attention")
            return
        if self.text_config.model_type != PHI:
            raise UnsupportedModel(
                f"only Phi's layers can do without attention, not those of a {self.text_config.model_type} model"
            )
        _check_layers(
            "skipped_attention", self.skipped_attention, self.text_config.num_hidden_layers - 1
        )
        rank = self.pia_rank
        if rank is not None:
            is_even = type(rank) is int and rank % 2 == 0 and width % 2 == 0
            check_value(
                "pia_rank", rank, is_even and 0 < rank <= width, f"an even number from 2 to {width}"
            )

    def _check_routed(self) -> None:
        ratio = self.skip_ratio
        if not self.routed_layers:
            require(ratio is None, "skip_ratio needs routed_layers")
            return
        if self.text_config.model_type not in PACKED or getattr(self.text_config, "mlp_bias", False):
            raise UnsupportedModel(
                f"visual tokens cannot skip layers of a {self.text_config.model_type} model"
            )
        if self.skipped_attention:
            raise UnsupportedModel("a model has either routed_layers or skipped_attention")
        _check_layers("routed_layers", self.routed_layers, self.text_config.num_hidden_layers - 2)
        check_value(
            "skip_ratio", ratio, ratio is not None and 0 <= ratio < 1, "at least 0 and less than 1"
        )

    def _check_ids(self) -> None:
        text = self.text_config
        ids = [
            (n, getattr(self, n)) for n in ("image_token_id", "query_token_id", "query_offset_token_id")
        ]
        ends = text.eos_token_id if isinstance(text.eos_token_id, list) else [text.eos_token_id]
        # An empty list is refused like None, because an answer could not end.
        ids += [("text_config.eos_token_id", end) for end in ends or [None]]
        if text.pad_token_id is not None:
            ids.append(("text_config.pad_token_id", text.pad_token_id))
        for name, value in ids:
            require(
                isinstance(value, int) and 0 <= value < text.vocab_size,
                f"{name} {value} lies outside the vocabulary of {text.vocab_size}",
            )
        require(
            self.image_token_id != self.query_token_id
            and {self.image_token_id, self.query_token_id}.isdisjoint(ends),
            "image_token_id, query_token_id and eos_token_id must differ",
        )


def _check_layers(name: str, layers: list[int], last: int) -> None:
    in_range = all(type(layer) is int and 0 < layer <= last for layer in layers)
    is_valid = in_range and layers == sorted(set(layers))
    check_value(name, layers, is_valid, f"different layers from 1 to {last}, ascending")
