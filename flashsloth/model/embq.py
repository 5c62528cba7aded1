"""EmbQ, the embedded query module: query tokens look at their question, then at the unpooled picture.

Knows hidden states, a plan of rows, and picture features; knows no token ids and no text model.
"""

from __future__ import annotations

import torch
from torch import Tensor, nn

from flashsloth.model.query_groups import EmbqPlan

MASKED = -1e4  # what the reference adds to the scores of padding (docs/parity.md)


class EmbQ(nn.Module):
    """Fetch from the picture what the question asks for (arXiv:2412.04317, EmbQ; goldens embq_*).

    For each group of Q query states: attend to the question's states, with the result attend to all N unpooled
    features of the picture, or of all pictures that were shown so far, project up and add. No output projection, no
    feed-forward, no norm afterwards.

    Args:
        text_width: D, width of the decoder's hidden states.
        vision_width: V, width of the tower's features.
        width: E, width in which both attentions compare. `heads` must divide E and V.
    """

    def __init__(self, text_width: int, vision_width: int, width: int, heads: int, eps: float = 1e-5) -> None:
        super().__init__()
        self.down_text = nn.Linear(text_width, width)  # shared by query and question
        self.down_picture = nn.Linear(vision_width, width)
        self.norm_query = nn.LayerNorm(width, eps)
        self.norm_question = nn.LayerNorm(width, eps)
        self.norm_picture = nn.LayerNorm(width, eps)
        self.read_question = CrossAttention(width, width, heads)
        # its values are the raw features, not projected down
        self.read_picture = CrossAttention(width, vision_width, heads)
        self.up = nn.Linear(vision_width, text_width)

    def forward(self, hidden: Tensor, plan: EmbqPlan, features: Tensor) -> Tensor:
        """Hidden states with every planned group replaced, out of place.

        Shape: hidden (B, T, D), features (I, N, V) -> (B, T, D).
        """
        rows = hidden.flatten(0, 1)
        query = rows[plan.query_rows]  # (G, Q, D)
        question = rows[plan.question_rows]  # (G, L, D); what padding points at is masked when it is read
        # once a picture, however many groups look at it; then (G, P, H, N, .) -> (G, H, P*N, .)
        keys, values = (x[plan.pictures].transpose(1, 2).flatten(2, 3) for x in self.project_picture(features))
        shown = None if plan.pictures.shape[1] == 1 else plan.picture_mask.repeat_interleave(features.shape[1], dim=1)
        found = self.attend(query, question, plan.question_mask, keys, values, shown)
        return rows.index_copy(0, plan.query_rows.flatten(), found.flatten(0, 1).to(rows.dtype)).view_as(hidden)

    def project_picture(self, features: Tensor) -> tuple[Tensor, Tensor]:
        """What a group reads of a picture: features (I, N, V) -> keys (I, H, N, E/H), values (I, H, N, V/H)."""
        return self.read_picture.project(self.norm_picture(self.down_picture(features)), features)

    def attend(
        self,
        query: Tensor,
        question: Tensor,
        mask: Tensor,
        keys: Tensor,
        values: Tensor,
        shown: Tensor | None = None,
        *,
        reference: bool = False,
    ) -> Tensor:
        """The groups' new states: query (G, Q, D), question (G, L, D), mask (G, L), keys and values by group; shown
        (G, P*N) True at the features that a group may look at, None for all.

        A group with an empty question reads nothing from it. With `reference` it reads what the reference makes of
        its padding, which depends on the other groups of the batch (docs/parity.md; golden embq_0).
        """
        text = self.norm_question(self.down_text(question))
        asked = self.read_question(
            self.norm_query(self.down_text(query)), *self.read_question.project(text, text), mask
        )
        if not reference:
            asked = asked * mask.any(dim=1)[:, None, None]
        return query + self.up(self.read_picture(asked, keys, values, shown))


class CrossAttention(nn.Module):
    """Multi-head cross-attention without an output projection; scores and softmax in fp32."""

    def __init__(self, width: int, value_width: int, heads: int) -> None:
        super().__init__()
        self.heads = heads
        self.q_proj = nn.Linear(width, width)
        self.k_proj = nn.Linear(width, width)
        self.v_proj = nn.Linear(value_width, value_width)

    def project(self, keys: Tensor, values: Tensor) -> tuple[Tensor, Tensor]:
        """keys (G, L, E), values (G, L, C) -> (G, H, L, E/H), (G, H, L, C/H)"""
        return self._split(self.k_proj(keys)), self._split(self.v_proj(values))

    def forward(self, query: Tensor, k: Tensor, v: Tensor, mask: Tensor | None = None) -> Tensor:
        """query (G, Q, E), projected keys and values, mask (G, L) True where a key counts -> (G, Q, C)."""
        q = self._split(self.q_proj(query))
        scores = (q.float() @ k.float().transpose(-1, -2)) * q.shape[-1] ** -0.5  # (G, H, Q, L)
        if mask is not None:
            scores = scores.masked_fill(~mask[:, None, None, :], MASKED)
        return (torch.softmax(scores, dim=-1).to(v.dtype) @ v).transpose(1, 2).flatten(2)

    def _split(self, x: Tensor) -> Tensor:
        """(G, L, C) -> (G, H, L, C/H)"""
        return x.view(*x.shape[:-1], self.heads, x.shape[-1] // self.heads).transpose(1, 2)
