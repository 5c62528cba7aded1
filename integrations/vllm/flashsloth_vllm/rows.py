"""The data that EmbQ stores in the slots of the KV cache, and the plan of a step: which query tokens
are updated, and from which slots.

A slot belongs to one position of one request. vLLM may cache, split or drop positions at any time.
Whatever EmbQ needs of earlier positions is therefore stored in their slots, as keys and values are. A
row has three parts:

    id          the token; a later step finds questions and pictures by it
    state       the hidden state before EmbQ's layer; query tokens attend to those of their question
    features    only of a visual token: the patch features of its window

Letters: T positions of a step, L positions of a request, B blocks of the cache, N slots of a block, Q
query tokens of a group, D text width, V vision width, w the window, P visual tokens of a tile.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import torch
from torch import Tensor

from flashsloth.hf.config import FlashSlothConfig
from flashsloth.model.pooling import to_windows
from flashsloth.model.query_groups import find_groups

ALIGNMENT = 16  # bytes, so that each part can be viewed in its own dtype


@dataclass(frozen=True, slots=True)
class RowLayout:
    """The sizes of a row's parts. Without EmbQ the widths are 0."""

    state_width: int  # D
    feature_width: int  # w*w*V
    dtype: torch.dtype

    @property
    def nbytes(self) -> int:
        return ALIGNMENT + self._padded(self.state_width) + self._padded(self.feature_width)

    def _padded(self, width: int) -> int:
        return -(-width * self.dtype.itemsize // ALIGNMENT) * ALIGNMENT

    def views(self, cache: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        """Return ids (B, N), states (B, N, D) and features (B, N, w*w*V) of rows of bytes, (B, N,
        nbytes)."""
        ids = cache[..., :8].view(torch.int64)[..., 0]
        start = ALIGNMENT + self._padded(self.state_width)
        states = cache[..., ALIGNMENT:start].view(self.dtype)[..., : self.state_width]
        return ids, states, cache[..., start:].view(self.dtype)[..., : self.feature_width]


@dataclass(frozen=True, slots=True)
class GroupLayout:
    """The ids by which `find_groups` finds groups of query tokens. A model without EmbQ may have groups
    too: its query tokens are ordinary tokens with learned embeddings."""

    image_token_id: int
    query_token_id: int
    num_query_tokens: int
    turn_prefix_length: int
    end_token_id: int
    has_embq: bool = True

    @classmethod
    def of(cls, config: FlashSlothConfig) -> GroupLayout:
        return cls(
            image_token_id=config.image_token_id,
            query_token_id=config.query_token_id,
            num_query_tokens=config.num_query_tokens,
            turn_prefix_length=config.turn_prefix_length,
            end_token_id=config.end_token_id,
            has_embq=config.num_query_tokens > 0,
        )


@dataclass(frozen=True, slots=True)
class Step:
    """The positions that vLLM computes in one forward pass, ordered by request."""

    slots: Tensor  # (T,) int64
    starts: list[int]  # the first position of each request in the step, and the end of the last
    lengths: list[int]  # positions of each request up to the end of the step, cached ones included
    block_table: Tensor  # (requests, blocks)

    @property
    def size(self) -> int:
        return self.starts[-1]


@dataclass(frozen=True, slots=True)
class Piece:
    """The query tokens of one group that this step computes: all Q, or some of them."""

    rows: Tensor  # positions in the step
    offsets: Tensor  # which of the Q query tokens
    question: Tensor  # slots of the question
    pictures: Tensor  # slots of the visual tokens before it
    # whether another step computes a part of the question or of the group
    is_split: bool


class SlotRows:
    """The rows of all slots, in memory that belongs to the KV cache: (B blocks, N slots each,
    bytes)."""

    def __init__(self, layout: RowLayout, cache: Tensor) -> None:
        self.block_size = cache.shape[1]
        self.ids, self.states, self.features = layout.views(cache)

    def _at(self, slots: Tensor) -> tuple[Tensor, Tensor]:
        return slots // self.block_size, slots % self.block_size

    def write(self, part: Tensor, slots: Tensor, values: Tensor) -> None:
        """Write one of `ids`, `states` and `features`."""
        part[self._at(slots)] = values.to(part.dtype)

    def read(self, part: Tensor, slots: Tensor) -> Tensor:
        return part[self._at(slots)]

    def slots_of(self, step: Step, request: int) -> Tensor:
        """Return the slots of all positions of a request, (L,)."""
        at = torch.arange(step.lengths[request], device=step.block_table.device)
        return (
            step.block_table[request][at // self.block_size].long() * self.block_size
            + at % self.block_size
        )

    def plan(self, step: Step, ids: Tensor, layout: GroupLayout) -> list[Piece]:
        """Return the pieces of a step whose ids (T,) have been written.

        Ids in an order that FlashSloth never writes have no groups. A client may send control tokens as
        ids.
        """
        is_query = (ids == layout.query_token_id).tolist()
        pieces: list[Piece] = []
        if not layout.has_embq or not any(is_query):
            return pieces
        for request, (start, end) in enumerate(zip(step.starts, step.starts[1:], strict=False)):
            if any(is_query[start:end]):
                pieces += self._plan_request(step, request, layout)
        return pieces

    def _plan_request(self, step: Step, request: int, layout: GroupLayout) -> list[Piece]:
        # 1. The slots of all positions of the request, and the ids that they hold.
        start, end = step.starts[request : request + 2]
        length = step.lengths[request]
        first = length - (end - start)  # the position of the request at which this step begins
        slots = self.slots_of(step, request)
        known = self.read(self.ids, slots).tolist()
        Q = layout.num_query_tokens
        # 2. The groups of query tokens. With 1 visual token for each image, the images of a group count
        #    the visual tokens before it.
        try:
            groups = find_groups(complete_group(known, layout), layout, visual_tokens=1)
        except ValueError:
            return []
        visual = [position for position, token in enumerate(known) if token == layout.image_token_id]
        pieces = []
        for group in groups:
            here = range(max(group.query_start, first), min(group.query_start + Q, length))
            if not here:
                continue
            pieces.append(
                Piece(
                    rows=torch.arange(
                        here.start - first + start, here.stop - first + start, device=slots.device
                    ),
                    offsets=torch.arange(
                        here.start - group.query_start,
                        here.stop - group.query_start,
                        device=slots.device,
                    ),
                    question=slots[group.question_start : group.query_start],
                    pictures=slots[visual[: len(group.images)]],
                    is_split=len(here) < Q or group.question_start < first,
                )
            )
        return pieces


def complete_group(ids: Sequence[int], layout: GroupLayout) -> list[int]:
    """Complete the last group if the ids end within it, by the query tokens that later steps
    compute."""
    run = 0
    while run < len(ids) and ids[-1 - run] == layout.query_token_id:
        run += 1
    return [*ids, *[layout.query_token_id] * (-run % layout.num_query_tokens)]


def pack_windows(features: Tensor, window: int, tile_patches: int) -> Tensor:
    """Collect the patch features of the window of each visual token: (pictures, tiles*tile_patches, V)
    -> (pictures, tiles*P, w*w*V). Patches outside the grid are 0."""
    windows = to_windows(features.reshape(-1, tile_patches, features.shape[-1]), window)
    return windows.flatten(2).reshape(features.shape[0], -1, window * window * features.shape[-1])


def patches_in_windows(window: int, tile_patches: int) -> Tensor:
    """Return the indices of the patches of the grid among the P*w*w packed features of a tile."""
    ones = torch.ones(1, tile_patches, 1, device="cpu")
    return pack_windows(ones, window, tile_patches).flatten().nonzero()[:, 0]
