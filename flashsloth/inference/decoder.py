"""The interface of a decoder for the engine, independent of the decoder's layers."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, fields, replace
from typing import Any, NamedTuple

import torch
from torch import Tensor, nn

from flashsloth.inference.kv_cache import KeyValueCache
from flashsloth.inference.reduced_core import PromptRows, Reduction
from flashsloth.model.embq import EmbQ, EmbqInputs
from flashsloth.sizes.families import attention_heads

# the keyword argument that passes the function that applies EmbQ to a text model of transformers
EMBQ = "embq"


@dataclass(frozen=True, slots=True)
class PromptInputs:
    """The inputs of a decoder for a whole prompt: embeddings (T, D), EmbQ's inputs, and the kinds of
    the positions (visual token, query token, padding)."""

    x: Tensor
    embq: EmbqInputs | None
    rows: PromptRows


class Span(NamedTuple):
    """T new positions of the only row of a cache. They attend to the first `extent` positions of the
    cache, among which they are themselves.

    Args:
        positions: a slice; for a captured graph, which is replayed at other positions, a tensor (T,).
            With a tensor no layer may have left positions out of the cache.
        mask: (T, extent), as in scaled_dot_product_attention: bool, True at visible positions; or
            additive, 0 at visible positions and -inf elsewhere. None for a causal mask over T positions
            that begin at 0.
        reduction: the policy that leaves out some of the positions; None if all are computed.
    """

    cache: KeyValueCache
    positions: Tensor | slice
    extent: int
    mask: Tensor | None = None
    reduction: Reduction | None = None


@dataclass(frozen=True, slots=True)
class LogitScale:
    """How a model family scales the output of the head. Granite divides the logits by `logits_scaling`,
    and Gemma caps them at `final_logit_softcapping`. The fields have the same names in the
    configurations of these families."""

    logits_scaling: float | None
    final_logit_softcapping: float | None

    @classmethod
    def of(cls, text: Any) -> LogitScale:
        """Return the scale of a decoder's configuration."""
        return cls(*(getattr(text, field.name, None) for field in fields(cls)))

    def __call__(self, logits: Tensor) -> Tensor:
        if self.logits_scaling:
            logits = logits / self.logits_scaling
        cap = self.final_logit_softcapping
        return torch.tanh(logits / cap) * cap if cap else logits


class Decoder(nn.Module):
    """All layers with EmbQ between them, the final norm and the head.

    `logits` computes new positions of one sequence. `step` and `step_at` compute the next position of
    several sequences. `branches` computes several continuations of one sequence.
    """

    layers: nn.ModuleList
    head: nn.Module
    # whether CUDA graphs can be captured; the positions may then be tensors on the device
    capturable = True

    def __init__(self, model: Any) -> None:
        """`model`: a Network, or a FlashSlothForConditionalGeneration."""
        super().__init__()
        config = model.config
        text = config.text_config
        self.embq: EmbQ | None = model.language_model.embq
        self.embq_layer: int = config.embq_layer
        self.heads = attention_heads(text)
        self.logit_scale = LogitScale.of(text)
        self.limit = int(text.max_position_embeddings)
        self.vocabulary = int(text.vocab_size)

    @property
    def read_per_token(self) -> list[nn.Module]:
        """The modules whose weights are read for each token."""
        return [self.layers, self.head]

    def logits(self, x: Tensor, span: Span, embq: EmbqInputs | None, last: Tensor) -> Tensor:
        """Compute new positions (T, D) and return the logits (V,) of row `last` (1,)."""
        raise NotImplementedError

    def step(self, x: Tensor, lengths: Sequence[int], cache: KeyValueCache) -> Tensor:
        """Append one position to each of the cache's first B rows and return their logits (B, V).

        Args:
            x: embeddings (B, D) of the appended tokens.
            lengths: the number of positions that each row has so far. The cache must have space for one
                more position in each row.
        """
        raise NotImplementedError

    def step_at(self, x: Tensor, positions: Tensor, extent: int, cache: KeyValueCache) -> Tensor:
        """Like `step`, with the rows' lengths as a tensor `positions` (B,) on the device, so that a
        captured graph reads them again each time it is replayed. Rows attend to the first `extent`
        positions of the cache."""
        raise NotImplementedError

    def branches(self, x: Tensor, span: Span, embq: EmbqInputs | None, wanted: Tensor) -> Tensor:
        """Compute T positions that continue the cache in several ways, and return the logits (R, V) of
        the rows `wanted` (R,). The mask of the span must be bool. The cache is read, but not changed.
        """
        raise NotImplementedError

    def card_step(self, device: torch.device, dtype: torch.dtype) -> Any:
        """Return the object that computes decode steps with kernels for NVIDIA's cards; None if torch's
        operators compute the steps."""
        return None

    def card_problem(self, device: torch.device, dtype: torch.dtype) -> str:
        """Return why decode steps are not computed with kernels for NVIDIA's cards; empty if these
        kernels are used."""
        return "its layers run by their family's own forward"

    def apply_embq(self, x: Tensor, inputs: EmbqInputs, left: Tensor | None = None) -> Tensor:
        """Update the hidden states of the query tokens with EmbQ.

        If a reduction policy has left out some of the T rows, `left` has the ascending indices of the
        rows that are still in x; None if x has all rows. Before EmbQ, questions and query tokens are
        never left out."""
        assert self.embq is not None  # the engine makes EmbqInputs only for a model with EmbQ
        if left is not None:
            query, question = (
                torch.searchsorted(left, rows) for rows in (inputs.query_rows, inputs.question_rows)
            )
            inputs = replace(inputs, query_rows=query, question_rows=question)
        return self.embq.update(x, inputs)

    def embq_argument(self, inputs: EmbqInputs | None) -> dict[str, Callable[[Tensor], Tensor]]:
        """Return the argument with which transformers' own text model applies EmbQ; empty without
        inputs."""
        return {} if inputs is None else {EMBQ: lambda hidden: self.apply_embq(hidden[0], inputs)[None]}

    def _head(self, x: Tensor) -> Tensor:
        return self._scaled(self.head(x))

    def _scaled(self, logits: Tensor) -> Tensor:
        """Return the logits of the output of the head, which may have more rows than the vocabulary
        (presets.stored_specs)."""
        return self.logit_scale(logits[..., : self.vocabulary])
