"""EAS (arXiv:2403.15226): remove the attention of the layers in which a model needs it least.

1. `search_redundant` finds the layers whose attention can be removed with the smallest increase of the
   loss.
2. `Removal` replaces the attention of these layers by adapters, which at first return their input.
3. The adapters are trained (flashsloth/training).
4. `Merge` merges them into the linears after them.

The method needs parallel blocks, as in Phi, where the MLP reads the block's normalised input and not
the attention's output. A block with the adapter `pia` instead of its attention computes x +
mlp(pia(norm x)). As long as the adapter returns its input, this equals the block with an attention
whose output is zero.

Two differences from the paper:

- The paper computes the router's weights for each prompt, and adds a mean over the prompt to z. Here
  the weights are learned constants, and there is no mean. The adapter's output for a row thus depends
  only on that row, so the adapter can be merged exactly.
- The paper searches with a bandit algorithm while adapters train. Here nothing is trained during the
  search. The score of an attention is the rise of the loss of known answers if its output is set to
  zero. Attentions are chosen greedily.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from typing import Any, NamedTuple, TypeAlias

import torch
from torch import Tensor, nn

from flashsloth.errors import InvalidConfiguration, OptionError, UnsupportedModel
from flashsloth.inference.decoder import Decoder, PromptInputs
from flashsloth.model.network import IGNORE_INDEX
from flashsloth.sizes.model_sizes import ModelSizes
from flashsloth.utils.progress import Progress, ignore

# returns the loss without the attention of these layers
Loss: TypeAlias = Callable[[frozenset[int]], float]

RANK = 128
PATHS = 2
GROUPS = 2
DROPOUT = 0.1
CANDIDATES = 2  # number of candidates in the greedy search for each layer that it has to choose
IN_LAYER = re.compile(r"(model\.language_model\.layers\.(\d+)\.)(self_attn|pia|mlp\.fc1)\.(\w+).*")


class Pia(nn.Module):
    """A low-rank adapter with two paths: y + w0 (B z + b) + w1 (D z + d) with z = (C y + c) / 2. The
    weights w0 and w1 of the paths are the softmax of `router`. B and D are block diagonal with two
    blocks. Both are initialised with zeros, so that the adapter returns y at first.

    The matrices are plain parameters. If they were nn.Linear modules, LoRA would adapt them and presets
    would quantize them. Shape: (..., width) -> (..., width).
    """

    def __init__(self, width: int, rank: int) -> None:
        super().__init__()
        self.down = nn.Parameter(torch.empty(rank, width))  # C
        self.down_bias = nn.Parameter(torch.empty(rank))
        self.up = nn.Parameter(torch.empty(PATHS, GROUPS, width // GROUPS, rank // GROUPS))  # B and D
        self.up_bias = nn.Parameter(torch.empty(PATHS, width))
        self.router = nn.Parameter(torch.empty(PATHS))
        self.reset_parameters()

    def reset_parameters(self) -> None:
        nn.init.xavier_uniform_(self.down)
        for parameter in (self.down_bias, self.up, self.up_bias, self.router):
            nn.init.zeros_(parameter)

    def forward(self, y: Tensor) -> Tensor:
        shares = self.router.softmax(0)
        z = nn.functional.linear(y, self.down, self.down_bias)[..., None, :] / 2
        # Each path needs a dropout of its own. The paths are equal at first, and with the same dropout
        # they would get equal gradients and remain equal.
        z = z.expand(*z.shape[:-2], PATHS, -1)
        z = nn.functional.dropout(z, DROPOUT, self.training) * shares[:, None]
        mixed = torch.einsum("...pgr,pgdr->...gd", z.reshape(*z.shape[:-1], GROUPS, -1), self.up)
        return y + (mixed.flatten(-2) + shares @ self.up_bias).to(y.dtype)


@dataclass(frozen=True, slots=True)
class AnsweredPrompt(PromptInputs):
    """A conversation with its answers, and labels (T,)."""

    labels: Tensor


class RedundantAttentions(NamedTuple):
    """The layers in the order in which a search chose them, and the losses. The first loss is with all
    attentions, the second without the attention of the first layer, the third without the attention of
    the first two layers, and so on."""

    layers: list[int]
    losses: list[float]


def search_redundant(
    loss: Loss, layers: int, count: int, on_progress: Progress = ignore
) -> RedundantAttentions:
    """Choose `count` layers so that removing all their attentions raises the loss as little as
    possible. Layer 0 is never chosen."""
    pool = min(CANDIDATES * count, layers - 1)
    total = layers + sum(pool - chosen for chosen in range(1, count))
    done = itertools.count(1)

    def measured(skipped: Sequence[int]) -> float:
        found = loss(frozenset(skipped))
        on_progress(next(done), total, "subsets measured")
        return found

    # 1. The candidates are the layers that raise the loss least if only their attention is removed.
    losses = [measured(())]
    chosen = list[int]()
    single = {layer: measured((layer,)) for layer in range(1, layers)}
    left = sorted(single, key=lambda layer: (single[layer], layer))[:pool]
    # 2. Greedily add the candidate that raises the loss least when it is removed together with the
    #    layers that were already chosen.
    for _ in range(count):
        found = {layer: measured((*chosen, layer)) for layer in left} if chosen else single
        best = min(left, key=lambda layer: (found[layer], layer))
        chosen.append(best)
        losses.append(found[best])
        left.remove(best)
    return RedundantAttentions(chosen, losses)


@torch.inference_mode()
def answer_loss(
    model: Any, decoder: Decoder, prompts: Sequence[AnsweredPrompt], skipped: frozenset[int]
) -> float:
    """Return the mean loss of the answers' tokens, in nats, without the attention of the layers in
    `skipped`.

    Args:
        model: a FlashSlothForConditionalGeneration in 16 or 32 bit.
        decoder: the engine's decoder of this model.
    """
    total = 0.0
    count = 0
    with _without_attention(model.language_model, skipped):
        for prompt in prompts:
            labels = prompt.labels[1:]
            out = model.language_model(
                inputs_embeds=prompt.x[None], use_cache=False, **decoder.embq_argument(prompt.embq)
            )
            hidden = out.last_hidden_state[0, :-1][labels != IGNORE_INDEX]
            logits = decoder.logit_scale(model.lm_head(hidden)).float()
            total += float(
                nn.functional.cross_entropy(logits, labels[labels != IGNORE_INDEX], reduction="sum")
            )
            count += len(hidden)
    return total / count


@contextmanager
def _without_attention(text: Any, skipped: frozenset[int]) -> Iterator[None]:
    """Within the context, make the attention of these layers return zeros."""

    def zero(module: Any, args: Any, out: tuple[Any, ...]) -> tuple[Any, ...]:
        return torch.zeros_like(out[0]), *out[1:]

    with ExitStack() as hooks:
        for layer in skipped:
            hooks.enter_context(text.layers[layer].self_attn.register_forward_hook(zero))
        yield


def check_removal(config: ModelSizes, count: int, rank: int) -> None:
    """Raise UnsupportedModel or OptionError if this number of attentions cannot be replaced by adapters
    of this rank."""
    if config.skipped_attention or config.routed_layers:
        raise UnsupportedModel(
            "this model is already reduced", hint="Use the model that it was made from."
        )
    layers = int(config.text_config.num_hidden_layers)
    if not 0 < count < layers:
        raise OptionError(
            f"--layers {count}: the first of {layers} layers keeps its attention",
            hint=f"Use 1 to {layers - 1}.",
        )
    try:
        config.with_sizes(skipped_attention=list(range(1, count + 1)), pia_rank=rank)
    except InvalidConfiguration as error:
        raise OptionError(str(error), hint="Use another --rank.") from error


@dataclass(eq=False)
class Removal:
    """Replaces the attentions of some layers, in ascending order, by new adapters. It is a change for
    `save.convert`."""

    layers: list[int]
    rank: int

    def check(self, shapes: dict[str, tuple[int, ...]]) -> None:
        """Accept every model. The check is in `configure`."""

    def apply(self, tensors: Iterator[tuple[str, Tensor]]) -> Iterator[tuple[str, Tensor]]:
        """Yield the tensors of a model without the removed attentions, and those of the new
        adapters."""
        for name, tensor in tensors:
            match = IN_LAYER.fullmatch(name)
            removed = match is not None and int(match[2]) in self.layers
            if not (removed and match and match[3] == "self_attn"):
                yield name, tensor
            # The shape of this weight gives the width of the new adapter.
            if removed and match and match[3] == "mlp.fc1" and match[4] == "weight":
                for leaf, parameter in Pia(tensor.shape[1], self.rank).named_parameters():
                    yield f"{match[1]}pia.{leaf}", parameter.detach().to(tensor.dtype)

    def configure(self, config: ModelSizes) -> None:
        config.skipped_attention = self.layers
        config.pia_rank = self.rank
        config.check_skipped()
        # These values were measured with all attentions, and are not valid for the reduced model.
        config.readable_letters = None
        config.choice_temperature = 1.0
        config.detail_threshold = None


class Merge:
    """Merges the adapters into the linears after them. It is a change for `save.convert`."""

    def check(self, shapes: dict[str, tuple[int, ...]]) -> None:
        """Raise UnsupportedModel for a model without adapters."""
        if not any(".pia." in name for name in shapes):
            raise UnsupportedModel(
                "this model has no adapters in place of attentions",
                hint="Make one with flashsloth reduce skip.",
            )

    def apply(self, tensors: Iterator[tuple[str, Tensor]]) -> Iterator[tuple[str, Tensor]]:
        """Yield a model's tensors with the adapters merged."""
        # 1. Collect the tensors of each adapter and of its linear by the prefix of their layer, because
        #    they arrive in any order. Yield all other tensors.
        wholes: dict[str, dict[str, Tensor]] = {}
        for name, tensor in tensors:
            match = IN_LAYER.fullmatch(name)
            if match is None or match[3] == "self_attn":
                yield name, tensor
            else:
                wholes.setdefault(match[1], {})[f"{match[3]}.{match[4]}"] = tensor
        # 2. Merge each adapter. For a layer without an adapter only the linear was collected.
        for start, parts in wholes.items():
            weight = parts.pop("mlp.fc1.weight")
            bias = parts.pop("mlp.fc1.bias")
            if parts:
                weight, bias = merge_pia(
                    {n.removeprefix("pia."): t for n, t in parts.items()}, weight, bias
                )
            yield f"{start}mlp.fc1.weight", weight
            yield f"{start}mlp.fc1.bias", bias

    def configure(self, config: ModelSizes) -> None:
        config.pia_rank = None


@torch.no_grad()
def merge_pia(tensors: dict[str, Tensor], weight: Tensor, bias: Tensor) -> tuple[Tensor, Tensor]:
    """Merge an adapter into the linear that reads its output.

    With U = w0 B + w1 D the adapter computes y (I + U C / 2) + t, with t = U c / 2 + w0 b + w1 d.

    Args:
        tensors: the adapter's parameters by name.
        weight, bias: those of the linear that reads the adapter's output, (F, width) and (F,).

    Returns: weight and bias of a linear that computes the same results from the adapter's input.
    """
    # The merge is computed in float64, because its rounding errors remain in the weights.
    pia = {name: tensor.double() for name, tensor in tensors.items()}
    shares = pia["router"].softmax(0)
    old = weight.double()
    by_group = old.reshape(len(old), GROUPS, -1)
    moved = torch.einsum("fgd,p,pgdr->fgr", by_group, shares, pia["up"]).flatten(1) / 2  # W U / 2
    constant = moved @ pia["down_bias"] + old @ (shares @ pia["up_bias"])
    return (old + moved @ pia["down"]).to(weight.dtype), (bias.double() + constant).to(bias.dtype)
