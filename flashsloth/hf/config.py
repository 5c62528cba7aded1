"""FlashSlothConfig: the sizes of a model as a configuration of transformers, for transformers' classes
and for training."""

# Annotations are not postponed in this module, because transformers reads the types of the fields.
from collections.abc import Mapping
from dataclasses import fields
from typing import Any, ClassVar

from transformers.configuration_utils import PreTrainedConfig
from transformers.models.auto.configuration_auto import CONFIG_MAPPING, AutoConfig

from flashsloth.errors import UnsupportedModel, error_prefix
from flashsloth.hf.mixed_resolution import MixedResolutionConfig
from flashsloth.sizes import bounds
from flashsloth.sizes.families import SIGLIP, check_family
from flashsloth.sizes.model_sizes import ModelSizes
from flashsloth.sizes.part_sizes import USUAL, upgrade_official

AutoConfig.register(MixedResolutionConfig.model_type, MixedResolutionConfig, exist_ok=True)

# the fields that are written to config.json only if they differ from their defaults
UNWRITTEN = (
    "pooling",
    "embq",
    "readable_letters",
    "choice_temperature",
    "detail_threshold",
    "chat_frame",
    "image_mean",
    "image_std",
    "schema_in_prompt",
    "skipped_attention",
    "pia_rank",
    "routed_layers",
    "skip_ratio",
)


class FlashSlothConfig(PreTrainedConfig, ModelSizes):
    """ModelSizes with a tower and a decoder of any family in sizes/families.py.

    `vision_config` and `text_config` are configurations of transformers, or dictionaries of their
    fields with a `model_type`; by default the configurations of the released model.

    Raises:
        InvalidConfiguration: for sizes that do not fit together, with the allowed values.
        UnsupportedModel: for a decoder or a tower of an unsupported family.
    """

    model_type = "flashsloth"
    sub_configs: ClassVar[dict[str, Any]] = {"vision_config": AutoConfig, "text_config": AutoConfig}

    def __post_init__(self, **kwargs: Any) -> None:
        for name, (usual, defaults) in USUAL.items():
            setattr(self, name, _part(name, getattr(self, name), usual, defaults))
        # The tower's features are used and not SigLIP's pooled output, so SigLIP's head is left out.
        if self.vision_config.model_type == SIGLIP:
            self.vision_config.vision_use_head = False
        self.tie_word_embeddings = bool(getattr(self.text_config, "tie_word_embeddings", False))
        super().__post_init__(**kwargs)
        self.check()

    def to_dict(self) -> dict[str, Any]:
        """Return the fields as transformers does, except the fields in UNWRITTEN that have their
        default value."""
        usual = {f.name: f.default for f in fields(self) if f.name in UNWRITTEN}
        values: dict[str, Any] = super().to_dict()
        return {k: v for k, v in values.items() if k not in usual or v != usual[k]}

    @classmethod
    def get_config_dict(cls, *args: Any, **kwargs: Any) -> tuple[dict[str, Any], dict[str, Any]]:
        """Read a configuration as transformers does, and upgrade the flat config.json of the released
        models."""
        config, rest = super().get_config_dict(*args, **kwargs)
        return upgrade_official(config), rest


def part_config(name: str, values: Mapping[str, Any], where: object) -> Any:
    """Return transformers' configuration of a tower (`name` is "vision_config") or a decoder
    ("text_config") with these fields. Fields that its family does not have are dropped. Error messages
    name `where`, the file that the fields come from.

    Raises: UnsupportedModel for an unsupported family, InvalidConfiguration for wrong values.
    """
    with error_prefix(where):
        return bounds.make_config(
            CONFIG_MAPPING[check_family(name, values.get("model_type"))], values, name
        )


def _part(name: str, part: Any, usual: str, defaults: dict[str, Any]) -> PreTrainedConfig:
    """Return the configuration of a tower or a decoder, from a configuration or its fields."""
    if isinstance(part, PreTrainedConfig):
        if not isinstance(part, CONFIG_MAPPING[check_family(name, part.model_type)]):
            raise UnsupportedModel(
                f"{name}: a {type(part).__name__} is not transformers' own configuration"
            )
        return part
    bounds.check_value(name, part, isinstance(part, dict | None), "an object")
    # The released model's sizes are defaults for its own family; other families have their own
    # defaults.
    values = {"model_type": usual, **(part or {})}
    given = {**(defaults if values["model_type"] == usual else {}), **values}
    return bounds.make_config(CONFIG_MAPPING[check_family(name, values["model_type"])], given, name)
