"""Find the questions, query tokens and images in rows of token ids, and make EmbQ's plan: which query
tokens it updates, from which question and which images.

The ids are expanded: an image is a run of P image ids, and a question ends with a run of Q query ids.
Each run of query ids, together with the question before it and the images before that question, is a
group:

    system  <image> x 81  \\n  What is this?  <query> x 9  It is a cat. </s>  USER: Why?  <query> x 9
                              question 1     group 1                               question 2  group 2

Both questions see the image. An answer is generated after the last group.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields

import torch
from torch import Tensor

from flashsloth.devices import uploaded
from flashsloth.sizes.model_sizes import ModelSizes

# The number of positions from the last image token to the start of the question. It is 2 because there
# is a newline between them.
IMAGE_TO_QUESTION = 2


@dataclass(frozen=True, slots=True)
class QueryGroup:
    """One question and its query tokens, as positions in a row."""

    question_start: int
    query_start: int  # end of the question, exclusive
    # the images before the question in its row, as indices among all images of the batch; may be empty
    images: range


@dataclass(frozen=True, slots=True)
class EmbqPlan:
    """The groups of a batch, as row numbers into hidden states flattened to (B*T, D).

    Groups without an image are not in the plan: they have no patches to attend to, and EmbQ leaves
    their query tokens as they are.
    """

    query_rows: Tensor  # (G, Q) int64
    question_rows: Tensor  # (G, L) int64; padding repeats the first row
    question_mask: Tensor  # (G, L) bool, False at padding
    images: Tensor  # (G, M) int64, indices into the image features; padding repeats the first index
    image_mask: Tensor  # (G, M) bool, False at padding

    def to(self, device: torch.device | str) -> EmbqPlan:
        tensors = (getattr(self, field.name) for field in fields(self))
        return EmbqPlan(*(uploaded(tensor, torch.device(device)) for tensor in tensors))


def find_groups(
    ids: Sequence[int], layout: ModelSizes, visual_tokens: int = 0, first_image: int = 0
) -> list[QueryGroup]:
    """Return the query groups of one row of expanded ids, in order; none if the model has no EmbQ.

    A question starts at the same position as in the paper's program (docs/how-it-works.md; golden
    multiturn_0):

    - IMAGE_TO_QUESTION positions after the last image token;
    - in later turns `turn_prefix_length` positions after the `</s>` of the previous turn;
    - at the end of the previous group, if neither an image nor `</s>` comes after it. A second run of
      query ids directly after the first one therefore has an empty question.

    Args:
        visual_tokens: the number of visual tokens of one image, P. If it is 0, the groups get no
            images.
        first_image: number of images in the rows before this one.

    Raises: ValueError if a run of query ids is not a multiple of Q.
    """
    if not layout.has_embq:
        return []
    Q = layout.num_query_tokens
    image_id = layout.image_token_id
    query_id = layout.query_token_id
    end_id = layout.end_token_id
    prefix = layout.turn_prefix_length
    groups: list[QueryGroup] = []
    start = 0  # position of the next question
    image_tokens = 0
    group_end = 0  # position after the last group
    for position, token in enumerate(ids):
        # 1. Image tokens and ends of turns move the start of the next question.
        if token == image_id:
            image_tokens += 1
            start = position + IMAGE_TO_QUESTION
        elif token == end_id:
            start = position + prefix
        # 2. The first token of a run of query tokens makes a group. The other tokens of the run belong
        #    to this group.
        elif token == query_id and position >= group_end:
            group_end = position + Q
            if list(ids[position:group_end]) != [token] * Q:
                raise ValueError(
                    f"query tokens come in runs of {Q}; the run at position {position} is shorter"
                )
            # 3. The group sees all images before it. If its query tokens come before the start that was
            #    computed for its question, the question is empty.
            count = image_tokens // visual_tokens if visual_tokens else 0
            groups.append(
                QueryGroup(min(start, position), position, range(first_image, first_image + count))
            )
            start = group_end
    return groups


def plan_embq(
    rows: Sequence[Sequence[int]], layout: ModelSizes, visual_tokens: int, past_length: int = 0
) -> EmbqPlan | None:
    """Return the plan for a forward over `rows[:, past_length:]`, the part of the sequences that is not
    in the KV cache. Return None if no group in this part has an image.

    `rows` are the whole sequences, because the images of a group may be in the cached part.

    Raises: ValueError if a question is cached only in part: EmbQ needs the hidden states of all its
    tokens. Crop the cache to `safe_prefix_length`.
    """
    # 1. Find the groups of each row that are not cached. The numbers of the images continue from one
    #    row to the next.
    groups: list[tuple[int, QueryGroup]] = []
    images = 0
    for number, ids in enumerate(rows):
        in_row = find_groups(ids, layout, visual_tokens, images)
        groups += [(number, g) for g in in_row if g.images and g.query_start >= past_length]
        if visual_tokens:
            images += list(ids).count(layout.image_token_id) // visual_tokens
    # 2. Refuse a question of which only a part is cached.
    cut = [g for _, g in groups if g.question_start < past_length]
    if cut:
        raise ValueError(
            f"the question at position {cut[0].question_start} reaches into the {past_length} cached positions; "
            "crop the cache to the start of its turn"
        )
    # 3. Convert the positions of the groups to row numbers among the positions that are computed.
    length = len(rows[0]) - past_length if rows else 0
    return plan_groups(groups, layout.num_query_tokens, length, past_length)


def plan_groups(
    groups: Sequence[tuple[int, QueryGroup]], num_query_tokens: int, length: int, past_length: int = 0
) -> EmbqPlan | None:
    """Return the plan for a forward over `length` positions of each row, which follow `past_length`
    cached positions; None if there are no groups. Each item of `groups` is a pair: the number of a row
    in the batch, and a group of this row. Every group must have an image."""
    if not groups:
        return None
    questions = list[range]()
    queries = list[range]()
    for row, group in groups:
        offset = row * length - past_length
        query_start = offset + group.query_start
        questions.append(range(offset + group.question_start, query_start))
        queries.append(range(query_start, query_start + num_query_tokens))
    images = [group.images for _, group in groups]
    return EmbqPlan(torch.tensor(queries), *padded(questions), *padded(images))


def padded(rows: Sequence[Sequence[int]]) -> tuple[Tensor, Tensor]:
    """Return rows of different lengths as int64 (G, longest), and a mask that is False at padding."""
    # Padding repeats the first number of its row, and is 0 in an empty row. The values that are read at
    # padding are masked, but they still get a gradient, which is zero. A GPU adds up the gradients of
    # one position one after another, which would take long if all padding of a batch read position 0.
    longest = max(map(len, rows))
    numbers = [[*row, *[row[0] if row else 0] * (longest - len(row))] for row in rows]
    mask = torch.arange(longest) < torch.tensor([len(row) for row in rows])[:, None]
    return torch.tensor(numbers, dtype=torch.long), mask


def safe_prefix_length(ids: Sequence[int], layout: ModelSizes, length: int) -> int:
    """Return the length of the longest prefix of at most `length` ids whose KV cache can be reused.

    The prefix must not end inside a group with an image: EmbQ needs the hidden states of a question and
    of its query tokens in one forward.
    """
    # With visual_tokens=1 each image token counts as one image. That is enough here, because it matters
    # only whether there is an image before the question, not how many.
    for group in find_groups(ids, layout, visual_tokens=1):
        if group.images and group.question_start < length < group.query_start + layout.num_query_tokens:
            return group.question_start
    return length


def unpadded(input_ids: Tensor, attention_mask: Tensor | None) -> list[list[int]]:
    """Return the rows of ids as lists, with -1 at padding."""
    if isinstance(attention_mask, Tensor) and attention_mask.dim() == 2:
        input_ids = input_ids.masked_fill(attention_mask[:, -input_ids.shape[1] :] == 0, -1)
    return input_ids.tolist()


def check_runs(placeholders: Tensor, length: int, what: str) -> None:
    """Raise ValueError if a run of placeholders has a length that is not a multiple of `length`. The
    tensor `placeholders`, (B, T), is True at placeholders."""
    # `edges` is 1 at the start of a run and -1 after its end.
    edges = torch.nn.functional.pad(placeholders.int(), (1, 1)).diff(dim=1)
    starts = (edges == 1).nonzero()
    ends = (edges == -1).nonzero()
    sizes = ends[:, 1] - starts[:, 1]
    wrong = (sizes % length).nonzero().flatten().tolist()
    if wrong:
        row, position = starts[wrong[0]].tolist()
        raise ValueError(
            f"row {row} has {int(sizes[wrong[0]])} {what} at position {position}, but a run must have a multiple of "
            f"{length}: the prompt was truncated, or its text contains the placeholder"
        )
