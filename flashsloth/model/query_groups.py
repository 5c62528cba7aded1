"""Where the questions, query tokens and pictures stand in a sequence of ids. Pure functions; knows no weights.

The ids are expanded: a picture is a run of image ids, a question is closed by a run of Q query ids. EmbQ must know
for every such run which positions are its question and which picture it may look at.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields
from typing import Protocol

import torch
from torch import Tensor


class TokenLayout(Protocol):
    """The part of FlashSlothConfig that says how a sequence is built."""

    image_token_id: int
    query_token_id: int
    num_query_tokens: int
    turn_prefix_length: int

    @property
    def has_embq(self) -> bool: ...
    @property
    def end_token_id(self) -> int: ...


@dataclass(frozen=True, slots=True)
class QueryGroup:
    """One question and the query tokens behind it, as positions in its row. Half-open, [start, end)."""

    question_start: int
    query_start: int  # also the question's end
    picture: int | None  # index among the pictures of the batch of the last one shown; None: nothing to look at
    num_pictures: int = 1  # at how many pictures, up to and with that one: all that its row has shown so far


@dataclass(frozen=True, slots=True)
class EmbqPlan:
    """The groups of a batch as row numbers into hidden states flattened to (B*T, D). G groups, Q queries, L longest
    question, P most pictures that a group looks at."""

    query_rows: Tensor  # (G, Q) int64
    question_rows: Tensor  # (G, L) int64; padding points at row 0
    question_mask: Tensor  # (G, L) bool, True at question tokens
    pictures: Tensor  # (G, P) int64, indices into the pictures' features; padding points at picture 0
    picture_mask: Tensor  # (G, P) bool, True at pictures

    def to(self, device: torch.device | str) -> EmbqPlan:
        return EmbqPlan(*(getattr(self, field.name).to(device) for field in fields(self)))


def find_groups(
    ids: Sequence[int], layout: TokenLayout, visual_tokens: int = 0, first_picture: int = 0
) -> list[QueryGroup]:
    """The query groups of one row of expanded ids, in order; none where no EmbQ serves them.

    A question begins two after the last image token (the newline between them is not part of it), in later turns
    `turn_prefix_length` after the `</s>` that closed the turn before (docs/parity.md, question ranges; golden
    multiturn_0). It looks at every picture that its row has shown so far. `visual_tokens` is the length of one
    picture's run; `first_picture` the number of pictures in the rows before this one. Raises ValueError if a run of
    query ids is not a multiple of Q.
    """
    if not layout.has_embq:
        return []
    Q = layout.num_query_tokens
    groups: list[QueryGroup] = []
    start = seen = position = 0
    while position < len(ids):
        token = ids[position]
        if token == layout.image_token_id:
            seen += 1
            start = position + 2
        elif token == layout.end_token_id:
            start = position + layout.turn_prefix_length
        elif token == layout.query_token_id:
            if list(ids[position : position + Q]) != [token] * Q:
                raise ValueError(f"query tokens come in runs of {Q}; the run at position {position} is shorter")
            shown = seen // visual_tokens if visual_tokens else 0
            picture = first_picture + shown - 1 if shown else None
            groups.append(QueryGroup(min(start, position), position, picture, max(shown, 1)))
            position += Q
            start = position
            continue
        position += 1
    return groups


def plan_embq(
    rows: Sequence[Sequence[int]], layout: TokenLayout, visual_tokens: int, past_length: int = 0
) -> EmbqPlan | None:
    """The plan for a forward over `rows[:, past_length:]`; None if no group in it has a picture to look at.

    `rows` are the whole sequences, also the part whose keys and values are cached. A question that lies partly in the
    cached part cannot be read any more: ValueError (cut the cache at `safe_cut`).
    """
    groups: list[tuple[int, QueryGroup]] = []
    pictures = 0
    for number, ids in enumerate(rows):
        found = find_groups(ids, layout, visual_tokens, pictures)
        groups += [(number, g) for g in found if g.picture is not None and g.query_start >= past_length]
        if visual_tokens:
            pictures += list(ids).count(layout.image_token_id) // visual_tokens
    cut = [g for _, g in groups if g.question_start < past_length]
    if cut:
        raise ValueError(
            f"the question at position {cut[0].question_start} reaches into the {past_length} cached positions; "
            "crop the cache to the start of its turn"
        )
    length = len(rows[0]) - past_length if rows else 0
    return plan_groups(groups, layout.num_query_tokens, length, past_length)


def plan_groups(
    groups: Sequence[tuple[int, QueryGroup]], num_query_tokens: int, length: int, past_length: int = 0
) -> EmbqPlan | None:
    """Row numbers for (row, group) pairs in a forward over `length` positions a row, `past_length` being cached."""
    if not groups:
        return None
    longest = max(g.query_start - g.question_start for _, g in groups)
    query = torch.empty(len(groups), num_query_tokens, dtype=torch.long)
    question = torch.zeros(len(groups), longest, dtype=torch.long)
    mask = torch.zeros(len(groups), longest, dtype=torch.bool)
    for at, (row, group) in enumerate(groups):
        offset = row * length - past_length
        query[at] = torch.arange(num_query_tokens) + offset + group.query_start
        size = group.query_start - group.question_start
        question[at, :size] = torch.arange(size) + offset + group.question_start
        mask[at, :size] = True
    seen = torch.arange(max(g.num_pictures for _, g in groups))
    counts = torch.tensor([g.num_pictures for _, g in groups])[:, None]
    first = torch.tensor([(g.picture or 0) + 1 - g.num_pictures for _, g in groups])[:, None]
    shown = seen < counts
    return EmbqPlan(query, question, mask, torch.where(shown, first + seen, 0), shown)


def safe_prefix_length(ids: Sequence[int], layout: TokenLayout, length: int) -> int:
    """The largest cut <= `length` that divides no question about a picture from its query tokens: keys and values up to
    it can be kept while everything after it is computed again."""
    for group in find_groups(ids, layout, visual_tokens=1):
        if group.picture is not None and group.question_start < length < group.query_start + layout.num_query_tokens:
            return group.question_start
    return length


def unpadded(input_ids: Tensor, attention_mask: Tensor | None) -> list[list[int]]:
    """The rows as lists with -1 at padding, so that no padding is taken for a token."""
    if attention_mask is not None and attention_mask.dim() == 2:
        input_ids = input_ids.masked_fill(attention_mask[:, -input_ids.shape[1] :] == 0, -1)
    return input_ids.tolist()


def check_runs(places: Tensor, length: int, what: str) -> None:
    """Raise ValueError for a run in places (B, T), True at placeholders, that is not a multiple of `length`."""
    edges = torch.nn.functional.pad(places.int(), (1, 1)).diff(dim=1)  # 1 where a run begins, -1 behind its end
    starts, ends = (edges == 1).nonzero(), (edges == -1).nonzero()
    sizes = ends[:, 1] - starts[:, 1]
    wrong = (sizes % length).nonzero().flatten().tolist()
    if wrong:
        row, position = starts[wrong[0]].tolist()
        raise ValueError(
            f"row {row} has {int(sizes[wrong[0]])} {what} at position {position}, but they come in runs of {length}: "
            "the prompt was truncated, or the placeholder was typed"
        )
