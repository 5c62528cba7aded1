"""EmbQ, the embedded query module: query tokens attend to their question, then to the patch features of
the images.

A question and its query tokens are a group. This module works on hidden states, patch features and a
plan of rows, without ids.
"""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor, nn

from flashsloth.model.query_groups import EmbqPlan
from flashsloth.sizes.model_sizes import ModelSizes

MASKED_SCORE = -1e4  # of padding, as in the reference (docs/how-it-works.md)


class QueryTokens(nn.Module):
    """The learned embeddings of the Q query tokens after each question, (Q, D)."""

    def __init__(self, count: int, width: int) -> None:
        super().__init__()
        self.weight = nn.Parameter(torch.empty(count, width))

    def forward(self, word_embedding: Tensor) -> Tensor:
        """Add the embedding of a word to each of them: (D,) -> (Q, D)."""
        return self.weight + word_embedding


class EmbQ(nn.Module):
    """Update the query tokens' states: attend to the question, then to the image's patches
    (arXiv:2412.04317, EmbQ).

        q' = attend(down(q) -> down(question))    (E)        q'' = q + up(attend(q' -> patches))    (D)

    The patches are the patch features of all images before the question. Neither attention has an
    output projection, and there is no feed-forward layer. Reference outputs:
    tests/parity/data/golden_embq_*.npz. Modules named `..._picture` keep the names of saved
    checkpoints.

    D is the width of the decoder's hidden states, V of the patch features, E of queries and keys in
    both attentions.
    """

    def __init__(self, config: ModelSizes) -> None:
        super().__init__()
        vision_width = config.vision_config.hidden_size
        width = config.embq_width
        eps = config.embq_layer_norm_eps
        # shared by query and question
        self.down_text = nn.Linear(config.text_config.hidden_size, width)
        self.down_picture = nn.Linear(vision_width, width)
        self.norm_query = nn.LayerNorm(width, eps)
        self.norm_question = nn.LayerNorm(width, eps)
        self.norm_picture = nn.LayerNorm(width, eps)
        self.read_question = CrossAttention(width, width, config.embq_heads)
        # its values have the full width V: they are not made from down_picture's result
        self.read_picture = CrossAttention(width, vision_width, config.embq_heads)
        self.up = nn.Linear(vision_width, config.text_config.hidden_size)

    def forward(self, hidden: Tensor, plan: EmbqPlan, features: Tensor) -> Tensor:
        """Return a copy of the hidden states with every group of the plan updated. The plan has the
        rows of each group's query tokens and question, and the numbers of its images (query_groups.py).

        Shape: hidden (B, T, D), features (I, N, V) -> (B, T, D).
        """
        # projected once for each image; then (G, M, H, N, .) -> (G, H, M*N, .)
        keys, values = (
            x[plan.images].transpose(1, 2).flatten(2, 3) for x in self.project_image(features)
        )
        mask = (
            None
            if plan.images.shape[1] == 1
            else plan.image_mask.repeat_interleave(features.shape[1], dim=1)
        )
        inputs = EmbqInputs(plan.query_rows, plan.question_rows, plan.question_mask, keys, values, mask)
        return self.update(hidden.flatten(0, 1), inputs).view_as(hidden)

    def update(self, rows: Tensor, inputs: EmbqInputs) -> Tensor:
        """Return a copy of the rows (R, D) with those of the groups' query tokens updated."""
        query = rows[inputs.query_rows]
        question = rows[inputs.question_rows]  # the rows at padding are masked
        updated = self.attend(
            query, question, inputs.question_mask, inputs.keys, inputs.values, inputs.feature_mask
        )
        return rows.index_copy(0, inputs.query_rows.flatten(), updated.flatten(0, 1).to(rows.dtype))

    def project_image(self, features: Tensor) -> tuple[Tensor, Tensor]:
        """Return an image's keys and values: features (I, N, V) -> (I, H, N, E/H), (I, H, N, V/H)."""
        return self.read_picture.project(self.norm_picture(self.down_picture(features)), features)

    def attend(
        self,
        query: Tensor,
        question: Tensor,
        question_mask: Tensor,
        keys: Tensor,
        values: Tensor,
        feature_mask: Tensor | None = None,
    ) -> Tensor:
        """Return the groups' updated query states.

        For an empty question q' is 0. In the reference it is the mean over the question's padding, so
        that the answer depends on the other rows of the batch (docs/how-it-works.md; golden embq_0).

        Shape: query (G, Q, D), question (G, L, D), the rest as in EmbqInputs -> (G, Q, D).
        """
        guided = self.guide(query, question, question_mask) * question_mask.any(dim=1)[:, None, None]
        return query + self.up(self.read_picture(guided, keys, values, feature_mask))

    def guide(self, query: Tensor, question: Tensor, question_mask: Tensor) -> Tensor:
        """Return q', the queries after they attended to their question. Shape: as in `attend` -> (G, Q,
        E)."""
        text = self.norm_question(self.down_text(question))
        return self.read_question(
            self.norm_query(self.down_text(query)),
            *self.read_question.project(text, text),
            question_mask,
        )


@dataclass(frozen=True, slots=True)
class EmbqInputs:
    """The rows of G groups among all hidden states, and the projected patches of their images."""

    query_rows: Tensor  # (G, Q), of the query tokens
    question_rows: Tensor  # (G, L), of each question; any row at padding
    question_mask: Tensor  # (G, L), True at the question, not at padding
    keys: Tensor  # (G, H, M*N, E/H); one group, (1, ...), serves all
    values: Tensor  # (G, H, M*N, V/H), likewise
    feature_mask: Tensor | None = (
        None  # (G, M*N), True at the features of images before the question; None for all
    )


class CrossAttention(nn.Module):
    """Multi-head cross-attention without an output projection. Scores and softmax are float32.

    Shape: K keys, the L positions of a question or the M*N patch features of its images; C value width,
    E or V.
    """

    def __init__(self, width: int, value_width: int, heads: int) -> None:
        super().__init__()
        self.heads = heads
        self.q_proj = nn.Linear(width, width)
        self.k_proj = nn.Linear(width, width)
        self.v_proj = nn.Linear(value_width, value_width)

    def project(self, keys: Tensor, values: Tensor) -> tuple[Tensor, Tensor]:
        """Project and split heads: keys (G, K, E), values (G, K, C) -> (G, H, K, E/H), (G, H, K,
        C/H)."""
        return split_heads(self.k_proj(keys), self.heads), split_heads(self.v_proj(values), self.heads)

    def forward(self, query: Tensor, k: Tensor, v: Tensor, mask: Tensor | None = None) -> Tensor:
        """Attend: query (G, Q, E), projected keys and values, mask (G, K) True at keys to use -> (G, Q,
        C)."""
        return (self.weights(query, k, mask).to(v.dtype) @ v).transpose(1, 2).flatten(2)

    def weights(self, query: Tensor, k: Tensor, mask: Tensor | None = None) -> Tensor:
        """Return the attention of `forward`, (G, H, Q, K) float32; each row sums to one."""
        q = split_heads(self.q_proj(query), self.heads)
        scores = (q.float() @ k.float().transpose(-1, -2)) * q.shape[-1] ** -0.5
        if mask is not None:
            scores = scores.masked_fill(~mask[:, None, None, :], MASKED_SCORE)
        return torch.softmax(scores, dim=-1)


def split_heads(x: Tensor, heads: int) -> Tensor:
    """Split the width: (I, N, V) -> (I, H, N, V/H)."""
    return x.view(*x.shape[:-1], heads, x.shape[-1] // heads).transpose(1, 2)
