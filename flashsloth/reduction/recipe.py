"""Recipes: the numbers of a reduction policy, measured for one model and stored in a JSON file. The
computation that a policy saves is counted here too, in multiply-adds of a prefill.

An untrusted recipe can make answers worse, but it cannot run code: it contains only numbers, and all of
them are checked. Weights that belong to a recipe are stored in a safetensors file beside it.
"""

from __future__ import annotations

import itertools
import json
import os
import pkgutil
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Any, NamedTuple, TypeAlias

import torch
from safetensors import SafetensorError, safe_open
from safetensors.torch import save

from flashsloth.errors import OptionError, SettingsFileError
from flashsloth.inference.packed_layers import layer_class
from flashsloth.inference.reduced_core import ReductionPolicy
from flashsloth.sizes.families import attention_heads
from flashsloth.sizes.model_sizes import ModelSizes
from flashsloth.utils.atomic_write import atomic_write, convert_os_errors
from flashsloth.utils.safe_read import read_json
from flashsloth.utils.text import printable

FORMAT = "flashsloth-recipe"
VERSION = 1  # the version of recipes, and of files of ranks (mod.py)
# the functions (recipe, config, path) that return the policy of each method
METHODS = {
    "fitprune": "flashsloth.reduction.fitprune:policy",
    "exit": "flashsloth.reduction.dyvte:exit_policy",
    "gates": "flashsloth.reduction.dyvte:gate_policy",
}
MOST_LAYERS = 10_000
MOST_HEADER = 2**12  # maximum bytes of the header of a safetensors file
AGAIN = "Make another with `flashsloth reduce fit`."


@contextmanager
def damaged(source: str, hint: str = AGAIN) -> Iterator[None]:
    """Convert a ValueError about the values of a file to a SettingsFileError."""
    try:
        yield
    except ValueError as error:
        raise SettingsFileError(f"{source} is damaged: {error}", hint=hint) from error


@dataclass(frozen=True, slots=True)
class Recipe:
    """A method with its numbers, and the conditions under which they were measured.

    Args:
        method: a key of METHODS.
        model: the result of `describe` for the model on which it was measured.
        visual_tokens: the number of visual tokens of each picture.
        values: the method's own numbers, which its function `policy` checks.
        achieved: the savings, as shares of the computation without the recipe.
        calibration: the number of rows on which it was measured, and other counts of the measurement.
        tensors: the weights that belong to the recipe. They are stored in a file beside it.
    """

    method: str
    model: Mapping[str, Any]
    visual_tokens: int
    values: Mapping[str, Any]
    achieved: Mapping[str, Any] = field(default_factory=dict)
    calibration: Mapping[str, Any] = field(default_factory=dict)
    tensors: Mapping[str, torch.Tensor] = field(default_factory=dict)

    @damaged("the recipe")
    def kept_by_layer(self) -> list[int]:
        """Return how many visual tokens each layer attends to. If this depends on the prompt, return
        the mean over the prompts on which the recipe was measured. Raises: SettingsFileError if the
        recipe is damaged."""
        layers = self.model.get("layers")
        if type(layers) is not int or not 0 < layers < MOST_LAYERS:
            raise ValueError("the number of the model's layers is not a whole number")
        # `gone` is the number of tokens that were dropped before each layer's attention
        if self.method == "fitprune":
            drops = whole_numbers(self.values, "drops", layers, self.visual_tokens)
            gone = list(itertools.accumulate(drops, initial=0))
        elif self.method == "exit":
            layer = whole_number(self.values, "layer", layers)
            gone = [self.visual_tokens if at >= layer else 0 for at in range(layers)]
        else:
            exits = whole_numbers(self.calibration, "exits", layers, 2**31)
            total = max(1, whole_number(self.calibration, "held_out", 2**31))
            gone = [round(self.visual_tokens * done / total) for done in itertools.accumulate(exits)]
        return [max(0, self.visual_tokens - less) for less in gone[:layers]]

    def write(self, path: Path) -> None:
        """Write the weights first and then the recipe, because a recipe cannot be opened without its
        weights. Raises: InputError, DiskFull."""
        if self.tensors:
            tensors = {name: tensor.contiguous() for name, tensor in self.tensors.items()}
            write_file(weights_of(path), save(tensors))
        names = (f.name for f in fields(self) if f.name != "tensors")
        write_numbers(path, FORMAT, {name: getattr(self, name) for name in names})


def write_file(path: Path, data: bytes) -> None:
    with convert_os_errors(path), atomic_write(path) as file:
        file.write(data)


def write_numbers(path: Path, format: str, values: Mapping[str, Any]) -> None:
    """Write measured numbers as JSON. Raises: InputError, DiskFull."""
    numbers = {"format": format, "version": VERSION, **values}
    write_file(path, json.dumps(numbers, indent=1, allow_nan=False).encode() + b"\n")


def read_numbers(path: str | os.PathLike[str], format: str, kind: str, hint: str) -> dict[str, Any]:
    """Read a file that `write_numbers` wrote. `kind` names it in errors, for example "a recipe".
    Raises: SettingsFileError."""
    source = printable(os.fspath(path))
    try:
        found = read_json(Path(path))
        json.dumps(found, allow_nan=False)  # raises ValueError for NaN, which Python's parser accepts
    except FileNotFoundError as error:
        raise SettingsFileError(f"{source} is not a file", hint=hint) from error
    except (OSError, ValueError) as error:
        raise SettingsFileError(
            f"{source} is not {kind}: {printable(str(error))}", hint=hint
        ) from error
    if not isinstance(found, dict) or found.get("format") != format:
        raise SettingsFileError(f"{source} is not {kind} of this program", hint=hint)
    if found.get("version") != VERSION:
        version = printable(str(found.get("version")))
        raise SettingsFileError(f"{source} has version {version}, not {VERSION}", hint=hint)
    return found


def weights_of(path: Path) -> Path:
    """Return the path of the weights that belong to a recipe."""
    return path.with_suffix(".safetensors")


@contextmanager
def opened_weights(file: Path) -> Iterator[tuple[Any, dict[str, tuple[int, ...]]]]:
    """Open an untrusted file of weights, and yield it with the shapes of its tensors. Raises:
    ValueError."""
    name = printable(file.name)
    try:
        # a pipe is refused, because opening it would block until someone writes to it
        if not file.is_file():
            raise ValueError(f"{name} beside it is missing, or is not a regular file")
        # The first 8 bytes are the length of the header. It is checked here, because safetensors would
        # read a header of any length.
        with file.open("rb") as start:
            if int.from_bytes(start.read(8), "little") > MOST_HEADER:
                raise ValueError(f"{name} beside it does not hold the weights of a recipe")
        with safe_open(file, framework="pt") as opened:
            names = list(opened.keys())
            yield opened, {each: tuple(opened.get_slice(each).get_shape()) for each in names}
    except (OSError, SafetensorError) as error:
        raise ValueError(f"{name} beside it cannot be read: {printable(str(error))}") from error


def read_weights(path: Path, shapes: Mapping[str, tuple[int, ...]]) -> dict[str, torch.Tensor]:
    """Read the float16 tensors in the file beside a recipe. Raises: ValueError unless their names and
    shapes are exactly `shapes`."""
    name = printable(weights_of(path).name)
    with opened_weights(weights_of(path)) as (opened, found):
        if found != shapes:
            raise ValueError(f"{name} holds tensors of other shapes")
        tensors = {each: opened.get_tensor(each) for each in shapes}
    if any(
        tensor.dtype != torch.float16 or not bool(tensor.isfinite().all())
        for tensor in tensors.values()
    ):
        raise ValueError(f"{name} must hold finite float16 values")
    return tensors


def describe(config: ModelSizes) -> dict[str, Any]:
    """Return those sizes of a model that must be equal if a recipe is to be used with another model. An
    adapter does not change them."""
    text = config.text_config
    vision = config.vision_config
    return {
        "decoder": text.model_type,
        "layers": text.num_hidden_layers,
        "hidden_size": text.hidden_size,
        "attention_heads": text.num_attention_heads,
        "vocabulary": text.vocab_size,
        "tower": vision.model_type,
        "image_size": vision.image_size,
        "patch_size": vision.patch_size,
        "pooling": config.pooling,
        "query_tokens": config.num_query_tokens,
        "embq_layer": config.embq_layer if config.has_embq else None,
        "skipped_attention": config.skipped_attention,
        "routed_layers": config.routed_layers,
    }


def check_model(model: Mapping[str, Any], config: ModelSizes, what: str, hint: str) -> None:
    """Raise OptionError if `model`, a result of `describe`, does not describe a model with this
    configuration. The message begins with `what`, for example "FILE is the recipe"."""
    here = describe(config)
    wrong = next((name for name, value in here.items() if model.get(name) != value), None)
    if wrong is not None:
        other = printable(str(model.get(wrong)))
        raise OptionError(
            f"{what} of another model: {wrong} {other} instead of {here[wrong]}", hint=hint
        )


def read(path: str | os.PathLike[str]) -> Recipe:
    """Read a recipe. Raises: SettingsFileError naming the file and the problem."""
    source = printable(os.fspath(path))
    found = read_numbers(path, FORMAT, "a recipe", AGAIN)
    if found.get("method") not in list(METHODS):  # a list, because the value may not be hashable
        method = printable(str(found.get("method")))
        raise SettingsFileError(
            f"{source}: unknown method {method}", hint=f"Known: {', '.join(METHODS)}."
        )
    tables = {name: found.get(name, {}) for name in ("model", "values", "achieved", "calibration")}
    wrong = next((name for name, table in tables.items() if not isinstance(table, dict)), None)
    tokens = found.get("visual_tokens")
    if wrong is not None or type(tokens) is not int or not 0 < tokens < 2**20:
        raise SettingsFileError(
            f"{source} is damaged: {wrong or 'visual_tokens'} has an invalid value", hint=AGAIN
        )
    return Recipe(found["method"], visual_tokens=tokens, **tables)


def open_policy(path: str | os.PathLike[str], config: ModelSizes) -> ReductionPolicy:
    """Read a recipe and return its policy for a model. Raises: OptionError if the recipe is for another
    model, SettingsFileError if it is damaged, UnsupportedModel for a model of transformers."""
    config.require_flashsloth("a recipe of reduce fit")
    recipe = read(path)
    source = printable(os.fspath(path))
    check_model(recipe.model, config, f"{source} is the recipe", AGAIN)
    with damaged(source):
        policy: ReductionPolicy = pkgutil.resolve_name(METHODS[recipe.method])(
            recipe, config, Path(path)
        )
    return policy


def whole_number(values: Mapping[str, Any], name: str, limit: int) -> int:
    """Return a whole number from 0 to a limit. Raises: ValueError."""
    return whole_numbers({name: [values.get(name)]}, name, 1, limit)[0]


def whole_numbers(values: Mapping[str, Any], name: str, length: int, limit: int) -> list[int]:
    """Return a list of whole numbers from 0 to a limit. Raises: ValueError."""
    found = values.get(name)
    if not isinstance(found, list) or len(found) != length:
        raise ValueError(f"{name} is not a list of {length} numbers")
    if any(type(value) is not int or not 0 <= value <= limit for value in found):
        raise ValueError(f"{name} has values that are not whole numbers from 0 to {limit}")
    return found


# The cost of a prefill


class LayerCost(NamedTuple):
    """The multiply-adds of a layer. Tokens are dropped after its attention."""

    before: int  # for each row, before tokens are dropped
    after: int  # for each row that is left afterwards
    pair: int  # for each pair of rows in the attention

    def of(self, entering: float, leaving: float, others: float = 0) -> float:
        """Return the multiply-adds of the layer for `entering` visual rows and `others` rows of text.
        `leaving` of the visual rows are left after tokens were dropped."""
        # As in the FitPrune paper, the attention is counted for all pairs of rows, including those that
        # the causal mask excludes.
        rows = entering + others
        return self.before * rows + self.pair * rows * rows + self.after * (leaving + others)


def layer_costs(config: ModelSizes) -> list[LayerCost]:
    """Return the cost of each layer of a packed decoder."""
    text = config.text_config
    kind = layer_class(config.text_config)
    assert kind is not None  # only packed decoders can leave rows out
    D = int(text.hidden_size)
    F = int(text.intermediate_size)
    heads = attention_heads(text)
    q = heads.queries * heads.width
    kv = 2 * heads.keys * heads.width
    # In a parallel block the first product computes a part of the MLP together with the attention. This
    # part is therefore also computed for rows that are dropped after the attention.
    first, *rest = (
        F * sum("mlp." in part for part in product.parts) for product in kind.PRODUCTS.values()
    )
    whole = LayerCost(D * (q + kv + first), D * (q + sum(rest)), 2 * q)
    skipped = LayerCost(D * first, D * sum(rest), 0)
    return [
        skipped if n in (config.skipped_attention or ()) else whole
        for n in range(int(text.num_hidden_layers))
    ]


# for each layer the numbers of visual tokens that enter it and that are left after it
Visual: TypeAlias = Sequence[tuple[float, float]]


def dropping(tokens: int, drops: Sequence[float]) -> Visual:
    """Return for each layer the number of visual tokens before and after it. Layer i drops `drops[i]`
    tokens after its attention."""
    left = [tokens - gone for gone in itertools.accumulate(drops, initial=0)]
    return list(itertools.pairwise(left))


def exiting(tokens: int, layer: int, layers: int) -> Visual:
    """Return for each of `layers` layers how many visual tokens enter it and are left after it, if all
    visual tokens are dropped before layer `layer`."""
    return [(tokens, tokens)] * layer + [(0, 0)] * (layers - layer)


def prefill_cost(costs: Sequence[LayerCost], visual: Visual, others: float = 0) -> float:
    """Return the multiply-adds of all layers for their visual tokens and `others` rows of text."""
    return sum(cost.of(*each, others) for cost, each in zip(costs, visual, strict=True))


def savings(config: ModelSizes, tokens: int, visual: Visual, others: float) -> dict[str, float]:
    """Return the shares of multiply-adds that are saved: "visual" for a prompt of only `tokens` visual
    tokens, and "decoder" for a prompt that has `others` further tokens."""
    costs = layer_costs(config)
    whole = [(tokens, tokens)] * len(visual)

    def share(others: float) -> float:
        return round(1 - prefill_cost(costs, visual, others) / prefill_cost(costs, whole, others), 4)

    return {"visual": share(0.0), "decoder": share(others)}
