"""DyVTE: all visual tokens of a prompt are dropped before one layer (arXiv:2411.19628).

After EmbQ has run, the query tokens contain what the question needs of the picture, so later layers
may not need the visual tokens. `fit_exit` finds the earliest layer before which they can be dropped
(the exit) with hardly any change of the probabilities of the answer's first token. It is the same
layer for all prompts.

With gates (section 3 of the paper) it is the first layer whose gate decides to drop them. A gate reads
the text after the pictures: the mean of its rows, and the last row. It is trained on prompts with
known answers, and predicts whether the answer stays the same if the visual tokens are dropped before
the gate's layer. The model itself is not trained. Letters: G gates, N prompts, D hidden size.
"""

from __future__ import annotations

import hashlib
import math
from collections.abc import Collection, Iterable, Mapping, Sequence
from pathlib import Path

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from flashsloth.errors import DataError, OptionError, UnsupportedModel
from flashsloth.inference.decoder import PackedDecoder, PromptInputs
from flashsloth.inference.reduced_core import PromptRows, ReducedCore, ReductionPolicy
from flashsloth.reduction.eas import AnsweredPrompt
from flashsloth.reduction.recipe import (
    Recipe,
    describe,
    exiting,
    opened_weights,
    read_weights,
    savings,
    whole_number,
    whole_numbers,
)
from flashsloth.sizes.model_sizes import ModelSizes
from flashsloth.utils.progress import Progress, ignore


class ExitPolicy(ReductionPolicy):
    """Drops all visual tokens before a fixed layer."""

    drops_tokens = True

    def __init__(self, layer: int, visual_tokens: int) -> None:
        self.visual_tokens = visual_tokens
        self.layer = layer

    def exits_before(self, layer: int, x: Tensor, rows: PromptRows) -> bool:
        return layer == self.layer


def exit_policy(recipe: Recipe, config: ModelSizes, path: Path) -> ExitPolicy:
    """Return the policy of a recipe. Raises: ValueError if it is damaged."""
    layers = int(config.text_config.num_hidden_layers)
    first = first_exit(config)
    layer = whole_number(recipe.values, "layer", layers - 1)
    if layer < first:
        raise ValueError(
            f"visual tokens leave before layer {layer}, but the query tokens are filled before {first}"
        )
    return ExitPolicy(layer, recipe.visual_tokens)


def first_exit(config: ModelSizes) -> int:
    """Return the first layer before which visual tokens may be dropped. It is EmbQ's layer, because
    EmbQ updates the query tokens before this layer. It is at least 1."""
    return max(1, config.embq_layer if config.has_embq else 1)


def fit_exit(
    decoder: PackedDecoder,
    config: ModelSizes,
    prompts: Sequence[PromptInputs],
    limit: float,
    on_progress: Progress = ignore,
) -> Recipe:
    """Find the earliest layer before which the visual tokens can be dropped. The distribution of the
    answer's first token may change only a little: the mean Kullback-Leibler divergence over the prompts
    must be at most `limit`, in nats.

    Raises: OptionError if there is no such layer, or the limit is not positive.
    """
    if not 0 < limit < math.inf:
        raise OptionError(f"--kl {limit:g} is not a positive number", hint="0.02 is a careful limit.")
    layers = len(decoder.layers)
    tokens = prompts[0].rows.tokens
    sums = torch.zeros(layers)
    for number, prompt in enumerate(prompts, 1):
        sums += divergences(decoder, prompt, first_exit(config))
        on_progress(number, len(prompts), "prompts measured")
    curve = (sums / len(prompts)).tolist()
    layer = next((at for at in range(first_exit(config), layers) if curve[at] <= limit), None)
    if layer is None:
        least = min(curve[first_exit(config) :])
        raise OptionError(
            f"no layer keeps the divergence below {limit:g}: the least is {least:.3g}",
            hint="Raise --kl.",
        )
    others = sum(int(p.rows.real.sum()) - tokens for p in prompts) / len(prompts)
    values = {"layer": layer, "kl": limit, "divergence": [round(value, 5) for value in curve]}
    saved = savings(config, tokens, exiting(tokens, layer, layers), others)
    return Recipe("exit", describe(config), tokens, values, saved, {"rows": len(prompts)})


@torch.inference_mode()
def divergences(decoder: PackedDecoder, prompt: PromptInputs, first: int) -> Tensor:
    """Return for each layer (L,) the divergence of the first token's distribution, in nats, if the
    visual tokens are dropped before this layer. The value is 0 for layers before `first`."""
    found = torch.zeros(len(decoder.layers))
    _, whole, without = without_visual(decoder, prompt, range(first, len(found)))
    plain = _log_probabilities(decoder, whole)
    for layer, rows in without.items():
        found[layer] = F.kl_div(
            _log_probabilities(decoder, rows), plain, reduction="sum", log_target=True
        ).cpu()
    return found


def without_visual(
    decoder: PackedDecoder, prompt: PromptInputs, layers: Collection[int]
) -> tuple[dict[int, Tensor], Tensor, dict[int, Tensor]]:
    """Compute a prompt with all its visual tokens. In the same pass compute a variant for each of
    `layers`, in which the visual tokens are dropped before that layer.

    Returns: the inputs (T, D) of these layers; the last layer's output (T, D) with all tokens; and for
        each of these layers the last layer's output (n, D) for the text in its variant.
    """
    x = prompt.x
    angles = decoder.angles(prompt)
    text = (prompt.rows.pictures < 0).nonzero().flatten()
    left = angles[0][text], angles[1][text]
    inputs = dict[int, Tensor]()
    without = dict[int, Tensor]()
    cores = dict[int, ReducedCore]()
    core = ReducedCore(ReductionPolicy(), prompt.rows, angles, decoder.heads)
    for index, layer in enumerate(decoder.layers):
        if index == decoder.embq_layer and prompt.embq is not None:
            x = decoder.apply_embq(x, prompt.embq)
        # 1. Before the exit a variant equals the whole prompt, so the variant begins here with the rows
        #    of the text. It has a core of its own, because a core holds the state of only one prompt.
        if index in layers:
            inputs[index] = x
            without[index] = x[text]
            cores[index] = ReducedCore(ReductionPolicy(), prompt.rows.at(text), left, decoder.heads)
        # 2. Compute the layer for each variant, and for the whole prompt.
        for at, those in without.items():
            without[at] = layer(those, index, cores[at])
        x = layer(x, index, core)
    return inputs, x, without


def _log_probabilities(decoder: PackedDecoder, x: Tensor) -> Tensor:
    """Return the log probabilities of the token after the last row: (n, D) -> (V,) float32."""
    return decoder._head(decoder.norm(x[-1:]))[0].float().log_softmax(-1)


# Gates

# The width of a gate's hidden layer. With the paper's width of 2048, the gates would have a tenth of
# the model's size.
WIDTH = 256
DEPTH = 16  # maximum number of layers with a gate, which is every second layer of 32
SAME = 0.99  # the share of an answer's tokens that must not change
# An answer counts as unchanged only if its loss is less than RATIO * (the loss before) + SLACK, in
# nats. The slack is not in the paper. Without it a loss near zero could hardly rise at all.
RATIO = 1.03
SLACK = 0.01
STEPS = 300
BATCH = 256
RATE = 1e-3
DECAY = 0.01
MOST_BIAS = 1e6
HELD_OUT = 5  # one of this many prompts is held out to test the gates


class ExitGates(nn.Module):
    """The gates of all layers. Each gate consists of a linear, a GELU and a linear, without biases.
    They map states (G, N, 2D) to logits (G, N, 2) of staying and of leaving. If `number` selects a
    single gate, it maps (2D,) to (2,)."""

    def __init__(self, gates: int, width: int, hidden: int) -> None:
        super().__init__()
        self.first = nn.Parameter(torch.empty(gates, hidden, 2 * width))
        self.second = nn.Parameter(torch.empty(gates, 2, hidden))

    def reset_parameters(self, generator: torch.Generator) -> None:
        for linear in (*self.first, *self.second):
            nn.init.xavier_uniform_(linear.data, generator=generator)

    def forward(self, states: Tensor, number: int | slice = slice(None)) -> Tensor:
        return F.gelu(states @ self.first[number].mT) @ self.second[number].mT


class GatePolicy(ReductionPolicy):
    """Drops all visual tokens before the first layer whose gate prefers leaving by more than `bias`.

    Args:
        gates: float32, in the order of `layers`.
        layers: the layers that have a gate.
        bias: the amount by which the logit of leaving must exceed the logit of staying.
        visual_tokens: the number of visual tokens of each picture.
    """

    drops_tokens = True

    def __init__(
        self, gates: ExitGates, layers: Sequence[int], bias: float, visual_tokens: int
    ) -> None:
        self.visual_tokens = visual_tokens
        self.gates = gates.requires_grad_(False)
        self.bias = bias
        self.numbers = {layer: number for number, layer in enumerate(layers)}

    def exits_before(self, layer: int, x: Tensor, rows: PromptRows) -> bool:
        number = self.numbers.get(layer)
        if number is None or not bool((rows.pictures >= 0).any()):
            return False
        stay, leave = self.gates.to(x.device)(state(x, rows), number).tolist()
        return bool(leave > stay + self.bias)


def state(x: Tensor, rows: PromptRows) -> Tensor:
    """Return the input of a gate, float32 (2D,), from a layer's input (n, D): the mean of the rows
    between the last picture and the last row, followed by the last row. Each of the two is divided by
    its root mean square.
    """
    last = int(rows.real.nonzero()[-1])
    after = int((rows.pictures >= 0).nonzero()[-1]) + 1
    text = x[after : max(after, last)].float().sum(0) / max(1, last - after)
    return torch.cat([F.rms_norm(part, part.shape) for part in (text, x[last].float())])


def gated_layers(config: ModelSizes) -> list[int]:
    """Return the layers that have a gate: EmbQ's layer and those after it. In deep models it is only
    every second or third of them, so that at most DEPTH layers have a gate."""
    layers = int(config.text_config.num_hidden_layers)
    return list(range(first_exit(config), layers, -(-layers // DEPTH)))


def stays_right(whole: Tensor, without: Tensor, labels: Tensor) -> bool:
    """Return whether an answer stays the same if the visual tokens are dropped.

    Args:
        whole, without: logits (n, V) of the answer's tokens with and without the visual tokens.
        labels: the answer's ids, (n,).
    """
    same = (whole.argmax(-1) == without.argmax(-1)).float().mean()
    before, after = (F.cross_entropy(logits.float(), labels) for logits in (whole, without))
    return bool(same > SAME and after < RATIO * before + SLACK)


@torch.inference_mode()
def examples(
    decoder: PackedDecoder, prompt: AnsweredPrompt, layers: Sequence[int]
) -> tuple[Tensor, Tensor]:
    """Return the training examples of one prompt: the inputs of the gates of `layers`, (G, 2D), and
    whether the visual tokens may be dropped there, int64 (G,)."""
    answer = (prompt.labels >= 0).nonzero().flatten()
    asked = torch.arange(int(answer[0]), device=answer.device)
    inputs, whole, without = without_visual(decoder, prompt, layers)
    text = (prompt.rows.pictures < 0).nonzero().flatten()
    labels = prompt.labels[answer]
    # A token is predicted at the position before it. `before` contains the indices of these positions
    # among the rows of the text, because only those rows are left after the exit.
    before = torch.searchsorted(text, answer - 1)

    def logits(x: Tensor, rows: Tensor) -> Tensor:
        return decoder._head(decoder.norm(x[rows]))

    answered = logits(whole, answer - 1)
    # Gates decide before the answer is known, so they may read only the rows of the question.
    rows = prompt.rows.at(asked)
    may_leave = [stays_right(answered, logits(without[layer], before), labels) for layer in layers]
    states = torch.stack([state(inputs[layer][asked], rows) for layer in layers])
    return states.cpu(), torch.tensor(may_leave).long()


def train(states: Tensor, may_leave: Tensor, *, seed: int = 0, steps: int = STEPS) -> ExitGates:
    """Train gates. `states` has their inputs (G, N, 2D). `may_leave`, int64 (G, N), tells whether the
    visual tokens may be dropped there."""
    generator = torch.Generator().manual_seed(seed)
    G, N, width = states.shape
    gates = ExitGates(G, width // 2, WIDTH)
    gates.reset_parameters(generator)
    optimizer = torch.optim.AdamW(gates.parameters(), RATE, weight_decay=DECAY)
    schedule = torch.optim.lr_scheduler.CosineAnnealingLR(optimizer, steps)
    for _ in range(steps):
        rows = torch.randperm(N, generator=generator)[:BATCH]
        loss = F.cross_entropy(gates(states[:, rows]).flatten(0, 1), may_leave[:, rows].flatten())
        optimizer.zero_grad()
        loss.backward()  # type: ignore[no-untyped-call]
        optimizer.step()
        schedule.step()
    return gates.requires_grad_(False)


def fit_gates(
    decoder: PackedDecoder,
    config: ModelSizes,
    prompts: Iterable[AnsweredPrompt],
    bias: float = 0.0,
    seed: int = 0,
) -> Recipe:
    """Train gates on four fifths of the prompts, and test them on the other fifth: before which layer
    the visual tokens are dropped, and how often the answer stays the same. Prompts are read one at a
    time, because all of them together may not fit into memory.

    Raises: DataError for fewer than ten prompts; OptionError for a bias that is too large or not
        finite; UnsupportedModel for a model that has only one layer or hidden states that are not
        finite.
    """
    if not abs(bias) <= MOST_BIAS:
        raise OptionError(
            f"--exit-bias {bias:g} must be between -{MOST_BIAS:g} and {MOST_BIAS:g}",
            hint="0 to 5 is usual.",
        )
    layers = gated_layers(config)
    total = len(decoder.layers)
    if not layers:
        raise UnsupportedModel(
            "in a model with a single layer, tokens cannot leave early", hint="Use fitprune."
        )
    # 1. Collect the examples of all prompts.
    found = []
    others = []  # the number of other tokens of each prompt
    tokens = 0
    for prompt in prompts:
        found.append(examples(decoder, prompt, layers))
        tokens = prompt.rows.tokens
        others.append(int((prompt.labels >= 0).nonzero()[0]) - tokens)
    states, may_leave = _stacked(found)
    # 2. Train on the prompts that are not held out. Inference mode is switched off, because a caller
    #    may have switched it on, and nothing can be trained in it.
    held = held_out(len(others), seed)
    with torch.inference_mode(False), torch.enable_grad():
        gates = train(states[:, ~held].clone(), may_leave[:, ~held].clone(), seed=seed)
    gates = gates.half().float()  # the precision in which the gates are saved
    # 3. Let the gates decide for the held-out prompts, and count how often the answer stays the same.
    exits = exit_layers(gates(states[:, held]), bias, layers, total)
    decided = zip(exits, may_leave[:, held].T, strict=True)
    right = [labels[layers.index(at)] for at, labels in decided if at < total]
    may_exit = {str(layer): int(each.sum()) for layer, each in zip(layers, may_leave, strict=True)}
    exit_counts = [exits.count(layer) for layer in range(total)]
    measured = {
        "rows": len(others),
        "held_out": len(exits),
        "exits": exit_counts,
        "exits_that_keep_the_answer": int(sum(right)),
        "may_exit": may_exit,
    }
    # 4. Make the recipe. It states the mean share of the computation that is saved.
    tensors = {name: parameter.detach().half() for name, parameter in gates.named_parameters()}
    values = {"layers": layers, "exit_bias": bias, "sha256": digest(tensors)}
    text = sum(others) / len(others)
    saved = [savings(config, tokens, exiting(tokens, at, total), text) for at in exits]
    achieved = {name: round(sum(each[name] for each in saved) / len(saved), 4) for name in saved[0]}
    return Recipe("gates", describe(config), tokens, values, achieved, measured, tensors)


def _stacked(found: Sequence[tuple[Tensor, Tensor]]) -> tuple[Tensor, Tensor]:
    """Return the results of `examples` for N prompts together: (G, N, 2D) and (G, N). Raises: DataError
    for too few, UnsupportedModel for hidden states that are not finite."""
    if len(found) < 2 * HELD_OUT:
        raise DataError(
            f"{len(found)} rows are too few for gates",
            hint=f"Give {2 * HELD_OUT} or more; hundreds are better.",
        )
    states, may_leave = (torch.stack(each, 1) for each in zip(*found, strict=True))
    if not bool(states.isfinite().all()):
        raise UnsupportedModel(
            "the model computes infinite or undefined hidden states",
            hint="Use --set dtype=float32 or bfloat16.",
        )
    return states, may_leave


def held_out(prompts: int, seed: int) -> Tensor:
    """Return which prompts are not used for training, bool (N,): a fifth of all prompts, chosen at
    random."""
    order = torch.randperm(prompts, generator=torch.Generator().manual_seed(seed))
    return torch.zeros(prompts, dtype=torch.bool).index_fill(0, order[: prompts // HELD_OUT], True)


def exit_layers(logits: Tensor, bias: float, layers: Sequence[int], never: int) -> list[int]:
    """Return for each prompt the layer before which its visual tokens are dropped, or `never` if they
    stay. `logits` are those of the gates, (G, N, 2)."""
    leaves = logits[..., 1] > logits[..., 0] + bias
    return [
        next((layer for layer, leave in zip(layers, each, strict=True) if leave), never)
        for each in leaves.T
    ]


def digest(tensors: Mapping[str, Tensor]) -> str:
    """Return a digest of tensors. A recipe stores the digest of its weights, which are in another file,
    so that weights of another recipe are refused."""
    found = hashlib.sha256()
    for _, tensor in sorted(tensors.items()):
        found.update(tensor.contiguous().view(torch.uint8).numpy().tobytes())
    return found.hexdigest()


def are_gates(file: Path) -> bool:
    """Return whether a file contains the weights of gates, and nothing else."""
    try:
        with opened_weights(file) as (_, shapes):
            return shapes.keys() == dict(ExitGates(0, 0, 0).named_parameters()).keys()
    except ValueError:
        return False


def gate_policy(recipe: Recipe, config: ModelSizes, path: Path) -> GatePolicy:
    """Return the policy of a recipe and of the weights in the file beside it. Raises: ValueError if the
    recipe or the weights are damaged."""
    layers = int(config.text_config.num_hidden_layers)
    chosen = recipe.values.get("layers")
    bias = recipe.values.get("exit_bias")
    if not isinstance(chosen, list) or not 0 < len(chosen) <= layers:
        raise ValueError(f"layers must be a list of 1 to {layers} layers")
    whole_numbers(recipe.values, "layers", len(chosen), layers - 1)
    if min(chosen) < first_exit(config) or chosen != sorted({*chosen}):
        raise ValueError(f"the layers of gates must ascend and begin at {first_exit(config)} or later")
    if type(bias) not in (int, float) or not abs(bias) <= MOST_BIAS:  # type: ignore[arg-type]
        raise ValueError(f"exit_bias must be between -{MOST_BIAS:g} and {MOST_BIAS:g}")
    gates = ExitGates(len(chosen), int(config.text_config.hidden_size), WIDTH)
    tensors = read_weights(path, {name: tuple(p.shape) for name, p in gates.named_parameters()})
    if recipe.values.get("sha256") != digest(tensors):
        raise ValueError("the file of weights beside it belongs to another recipe")
    gates.load_state_dict(tensors)
    return GatePolicy(gates, chosen, float(bias), recipe.visual_tokens)  # type: ignore[arg-type]
