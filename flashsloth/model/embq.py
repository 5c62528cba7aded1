"""EmbQ, the embedded query module (arXiv:2412.04317, section 3). It looks up, in the patches, the
details that the question asks about and that pooling lost.

Q learned query tokens follow each question in the prompt. The first decoder layers treat them as
ordinary tokens. Before layer `embq_layer` EmbQ updates their hidden states once, in two
cross-attentions:

1. The query tokens attend to their question. The result says what is asked.
2. With that result as queries, they attend to all N unpooled patch features of the images.

The later layers and the answer attend to the updated query tokens like to any other token. EmbQ runs in
the prefill only, so it does not make the decoding of further tokens slower.

A question and its query tokens are called a group. The inputs of this module are hidden states, patch
features and an `EmbqPlan`. The plan consists of row numbers; query_groups.py makes it from token ids.
"""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor, nn

from flashsloth.model.query_groups import EmbqPlan
from flashsloth.sizes.model_sizes import ModelSizes

# The attention score of padding. The paper's program uses this number instead of minus infinity, and
# our outputs are equal to the outputs of that program only with the same number (docs/how-it-works.md).
MASKED_SCORE = -1e4


class QueryTokens(nn.Module):
    """The learned embeddings of the Q query tokens, (Q, D), which are the same after every question."""

    def __init__(self, count: int, width: int) -> None:
        super().__init__()
        self.weight = nn.Parameter(torch.empty(count, width))

    def forward(self, word_embedding: Tensor) -> Tensor:
        """Return the embeddings plus `word_embedding`, the embedding of the token
        `query_offset_token_id`: the released model was trained with this sum. Shape: (D,) -> (Q, D)."""
        return self.weight + word_embedding


class EmbQ(nn.Module):
    """Update the hidden states q of the query tokens from the question, then from the patches
    (arXiv:2412.04317, EmbQ):

        q'  = attend(down(q) -> down(question))       (Q, E)    what is asked
        q'' = q + up(attend(q' -> patches))           (Q, D)    what the image says about it

    The patches are the features of all images before the question. The two attentions differ from a
    transformer block: they have no output projection, and no feed-forward layer follows. Queries and
    keys have the reduced width E, which makes the module cheap. The values of the second attention are
    computed directly from the features, so they keep the width V.

    Reference outputs: tests/parity/data/golden_embq_*.npz. Modules are named `..._picture` because
    saved checkpoints have these names; all other names in this file say image.
    """

    def __init__(self, config: ModelSizes) -> None:
        super().__init__()
        vision_width = config.vision_config.hidden_size
        width = config.embq_width
        eps = config.embq_layer_norm_eps
        # the projection of both the query tokens and the question
        self.down_text = nn.Linear(config.text_config.hidden_size, width)
        self.down_picture = nn.Linear(vision_width, width)
        self.norm_query = nn.LayerNorm(width, eps)
        self.norm_question = nn.LayerNorm(width, eps)
        self.norm_picture = nn.LayerNorm(width, eps)
        self.read_question = CrossAttention(width, width, config.embq_heads)
        # The values have the full width V, because they are computed from the features themselves, not
        # from the output of down_picture.
        self.read_picture = CrossAttention(width, vision_width, config.embq_heads)
        self.up = nn.Linear(vision_width, config.text_config.hidden_size)

    def forward(self, hidden: Tensor, plan: EmbqPlan, features: Tensor) -> Tensor:
        """Return a copy of the hidden states in which the query tokens of every group are updated.

        Shape: hidden (B, T, D), features (I, N, V) -> (B, T, D).
        """
        # 1. Project each image once, although several groups may see it. Then gather the keys and
        #    values of each group's images:
        #    (I, H, N, .) -> (G, M, H, N, .) -> (G, H, M*N, .)
        keys, values = (
            x[plan.images].transpose(1, 2).flatten(2, 3) for x in self.project_image(features)
        )
        # 2. Mask the images that are padding. No mask is needed if no group has more than one image.
        mask = None
        if plan.images.shape[1] > 1:
            mask = plan.image_mask.repeat_interleave(features.shape[1], dim=1)
        # 3. Update the query tokens among the rows of the flattened batch.
        inputs = EmbqInputs(plan.query_rows, plan.question_rows, plan.question_mask, keys, values, mask)
        return self.update(hidden.flatten(0, 1), inputs).view_as(hidden)

    def update(self, rows: Tensor, inputs: EmbqInputs) -> Tensor:
        """Return a copy of the rows (R, D) in which the rows of the query tokens are updated."""
        query = rows[inputs.query_rows]
        # Padded positions read an arbitrary row, which `question_mask` excludes from the attention.
        question = rows[inputs.question_rows]
        updated = self.attend(
            query, question, inputs.question_mask, inputs.keys, inputs.values, inputs.feature_mask
        )
        return rows.index_copy(0, inputs.query_rows.flatten(), updated.flatten(0, 1).to(rows.dtype))

    def project_image(self, features: Tensor) -> tuple[Tensor, Tensor]:
        """Return the keys and values of images. They do not depend on the question, so the engine keeps
        them for further questions about the same images.

        Shape: features (I, N, V) -> (I, H, N, E/H), (I, H, N, V/H).
        """
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
        """Return the updated states q'' of the groups' query tokens.

        Shape: query (G, Q, D), question (G, L, D), the rest as in EmbqInputs -> (G, Q, D).
        """
        # For an empty question q' is set to 0 before it attends to the patches. The paper's program
        # takes the mean over the question's padding instead, so the answer of that program depends on
        # the other rows of the batch (docs/how-it-works.md; golden embq_0).
        guided = self.guide(query, question, question_mask) * question_mask.any(dim=1)[:, None, None]
        return query + self.up(self.read_picture(guided, keys, values, feature_mask))

    def guide(self, query: Tensor, question: Tensor, question_mask: Tensor) -> Tensor:
        """Return q', the queries after they attended to their question: (G, Q, D) -> (G, Q, E)."""
        text = self.norm_question(self.down_text(question))
        return self.read_question(
            self.norm_query(self.down_text(query)),
            *self.read_question.project(text, text),
            question_mask,
        )


@dataclass(frozen=True, slots=True)
class EmbqInputs:
    """The row numbers of G groups among all hidden states, and the projected patches of their
    images."""

    query_rows: Tensor  # (G, Q), rows of the query tokens
    question_rows: Tensor  # (G, L), rows of each question; an arbitrary row at padding
    question_mask: Tensor  # (G, L), False at padding
    keys: Tensor  # (G, H, M*N, E/H); or (1, ...) if all groups have the same images
    values: Tensor  # (G, H, M*N, V/H); or (1, ...) as for the keys
    # (G, M*N), False at the features of images that are padding; None without padding
    feature_mask: Tensor | None = None


class CrossAttention(nn.Module):
    """Multi-head cross-attention without an output projection. Scores and softmax are computed in
    float32, whatever the dtype of the model.

    In this class K is the number of keys (the L tokens of a question, or the M*N patch features of the
    images of a group), and C is the width of the values (E or V).
    """

    def __init__(self, width: int, value_width: int, heads: int) -> None:
        super().__init__()
        self.heads = heads
        self.q_proj = nn.Linear(width, width)
        self.k_proj = nn.Linear(width, width)
        self.v_proj = nn.Linear(value_width, value_width)

    def project(self, keys: Tensor, values: Tensor) -> tuple[Tensor, Tensor]:
        """Project keys and values and split their heads.

        Shape: keys (G, K, E), values (G, K, C) -> (G, H, K, E/H), (G, H, K, C/H).
        """
        return split_heads(self.k_proj(keys), self.heads), split_heads(self.v_proj(values), self.heads)

    def forward(self, query: Tensor, k: Tensor, v: Tensor, mask: Tensor | None = None) -> Tensor:
        """Return the attended values.

        Shape: query (G, Q, E); k and v as `project` returns them; mask (G, K), False at the keys that
        are not attended to -> (G, Q, C).
        """
        return (self.weights(query, k, mask).to(v.dtype) @ v).transpose(1, 2).flatten(2)

    def weights(self, query: Tensor, k: Tensor, mask: Tensor | None = None) -> Tensor:
        """Return the attention weights of `forward`, (G, H, Q, K) float32. Each row sums to one."""
        q = split_heads(self.q_proj(query), self.heads)
        scores = (q.float() @ k.float().transpose(-1, -2)) * q.shape[-1] ** -0.5
        if mask is not None:
            scores = scores.masked_fill(~mask[:, None, None, :], MASKED_SCORE)
        return torch.softmax(scores, dim=-1)


def split_heads(x: Tensor, heads: int) -> Tensor:
    """Split the width into heads: (I, N, V) -> (I, H, N, V/H)."""
    return x.view(*x.shape[:-1], heads, x.shape[-1] // heads).transpose(1, 2)
