"""The learned query tokens, which follow each question and with which EmbQ reads the images."""

from __future__ import annotations

import torch
from torch import Tensor, nn


class QueryTokens(nn.Module):
    """The learned embeddings of the Q query tokens, (Q, D)."""

    def __init__(self, count: int, width: int) -> None:
        super().__init__()
        self.weight = nn.Parameter(torch.empty(count, width))

    def forward(self, word_embedding: Tensor) -> Tensor:
        """Add the embedding of a word to each of them: (D,) -> (Q, D)."""
        return self.weight + word_embedding
