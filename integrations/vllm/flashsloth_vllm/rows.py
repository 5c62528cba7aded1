"""What a slot of the KV cache keeps for EmbQ, and which query tokens a step has to update from what.

A slot belongs to one position of one request. vLLM may cache, split or drop positions as it likes: what
EmbQ needs of earlier positions lies in their slots, as their keys and values do. A row has three parts:

    id          the token, so that questions and pictures are found again
    state       the hidden state before EmbQ's layer, which query tokens attend to as their question
    features    at visual tokens: the patch features of the token's window

Letters: T positions of a step, L positions of a request, Q query tokens, D text width, V vision width,
w the window.
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
    """The ids by which query groups are found, as `find_groups` wants them. A model without EmbQ has
    groups too: its query tokens are ordinary tokens with learned embeddings."""

    image_token_id: int
    query_token_id: int
    num_query_tokens: int
    turn_prefix_length: int
    end_token_id: int
    has_embq: bool = True

    @classmethod
    def of(cls, config: FlashSlothConfig) -> GroupLayout:
        names = (
            "image_token_id",
            "query_token_id",
            "num_query_tokens",
            "turn_prefix_length",
            "end_token_id",
        )
        return cls(
            **{name: getattr(config, name) for name in names}, has_embq=config.num_query_tokens > 0
        )


@dataclass(frozen=True, slots=True)
class Step:
    """The positions that vLLM computes in one forward, request by request."""

    slots: Tensor  # (T,) int64
    starts: list[int]  # first of a request's positions in the step, and the end of the last
    lengths: list[int]  # positions of each request up to the end of the step, cached ones included
    block_table: Tensor  # (requests, blocks)

    @property
    def size(self) -> int:
        return self.starts[-1]


@dataclass(frozen=True, slots=True)
class Piece:
    """Query tokens of one group in this step: all Q, or those that this step computes."""

    rows: Tensor  # positions in the step
    offsets: Tensor  # which of the Q query tokens
    question: Tensor  # slots of the question
    pictures: Tensor  # slots of the visual tokens before it
    # part of the question or of the group was computed in an earlier step, or comes in a later one
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
        """Return the pieces of a step whose ids (T,) are written already.

        Ids that are not as FlashSloth writes them (control tokens that somebody sent as ids) have no
        groups.
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
        start, end, length = step.starts[request], step.starts[request + 1], step.lengths[request]
        first = length - (end - start)  # position of the request at which this step begins
        slots = self.slots_of(step, request)
        known = self.read(self.ids, slots).tolist()
        Q = layout.num_query_tokens
        try:
            # with 1 visual token for each image, a group's images count the visual tokens before it
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
    """Append the query tokens that later steps compute, if the ids end within a group."""
    run = 0
    while run < len(ids) and ids[-1 - run] == layout.query_token_id:
        run += 1
    return [*ids, *[layout.query_token_id] * (-run % layout.num_query_tokens)]


def pack_windows(features: Tensor, window: int, tile_patches: int) -> Tensor:
    """Give each visual token the features of its window: (I, tiles*N, V) -> (I, tiles*P, w*w*V), 0
    outside the grid."""
    windows = to_windows(features.reshape(-1, tile_patches, features.shape[-1]), window)
    return windows.flatten(2).reshape(features.shape[0], -1, window * window * features.shape[-1])


def patches_in_windows(window: int, tile_patches: int) -> Tensor:
    """Return which of a tile's P*w*w packed features are patches of the grid, as indices."""
    ones = torch.ones(1, tile_patches, 1, device="cpu")
    return pack_windows(ones, window, tile_patches).flatten().nonzero()[:, 0]
