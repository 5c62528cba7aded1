"""Query groups and EmbQ plans of random conversations with known positions."""

from __future__ import annotations

from dataclasses import dataclass, field

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

import tiny
from flashsloth.model.query_groups import (
    QueryGroup,
    find_groups,
    plan_embq,
    plan_groups,
    safe_prefix_length,
    unpadded,
)

IMAGE, QUERY, END, PAD = 90, 91, 92, -1


LAYOUT = tiny.config(
    {"eos_token_id": END}, num_query_tokens=3, image_token_id=IMAGE, query_token_id=QUERY
)
Q = LAYOUT.num_query_tokens
words = st.lists(st.integers(1, 80), max_size=6)


@dataclass
class Row:
    """One conversation: its ids, and for each turn the start of the question and of its query
    tokens."""

    ids: list[int] = field(default_factory=list)
    turns: list[tuple[int, int]] = field(default_factory=list)
    has_image: bool = False


@st.composite
def conversations(draw: st.DrawFn, visual_tokens: int, min_turns: int = 0) -> Row:
    """`{system} USER: <image>*P \\n {question} <query>*Q ASSISTANT: {answer} </s> USER : {question}
    <query>*Q …`, ending anywhere after the last query tokens, with padding in front."""
    row = Row([PAD] * draw(st.integers(0, 4)), has_image=draw(st.booleans()))
    row.ids += draw(words)
    if row.has_image:
        row.ids += [IMAGE] * visual_tokens + [7]
    for turn in range(draw(st.integers(min_turns, 4))):
        if turn:
            row.ids += [*draw(words), END, 8, 9]  # the answer, `</s>`, `USER`, `:`
        start = len(row.ids)
        row.ids += draw(words)
        row.turns.append((start, len(row.ids)))
        row.ids += [QUERY] * Q
    row.ids += draw(words)
    return row


@st.composite
def batches(draw: st.DrawFn) -> tuple[list[Row], int]:
    """Rows of one length, padded on the left as in a batch, and the number of visual tokens of an
    image."""
    visual_tokens = draw(st.integers(1, 5))
    rows = draw(st.lists(conversations(visual_tokens), min_size=1, max_size=4))
    longest = max(len(row.ids) for row in rows)
    for row in rows:
        padding = longest - len(row.ids)
        row.ids = [PAD] * padding + row.ids
        row.turns = [(start + padding, end + padding) for start, end in row.turns]
    return rows, visual_tokens


@given(batches())
def test_plan_has_the_rows_of_query_tokens_and_questions(batch: tuple[list[Row], int]) -> None:
    rows, visual_tokens = batch
    plan = plan_embq([row.ids for row in rows], LAYOUT, visual_tokens)
    expected = [(n, turn) for n, row in enumerate(rows) if row.has_image for turn in row.turns]
    if not expected:
        assert plan is None
        return
    assert plan is not None
    length, longest = len(rows[0].ids), max(end - start for _, (start, end) in expected)
    questions = [[number * length + i for i in range(start, end)] for number, (start, end) in expected]
    queries = [[number * length + end + i for i in range(Q)] for number, (_, end) in expected]
    has_image = [n for n, row in enumerate(rows) if row.has_image]
    assert plan.query_rows.tolist() == queries
    # padding repeats the first row: a card would add up the gradients of a row that all padding reads
    # one by one
    padding = [(question or [0])[:1] * (longest - len(question)) for question in questions]
    assert plan.question_rows.tolist() == [a + b for a, b in zip(questions, padding, strict=True)]
    assert plan.question_mask.tolist() == [
        [i < len(question) for i in range(longest)] for question in questions
    ]
    assert plan.images.tolist() == [[has_image.index(number)] for number, _ in expected]


@given(conversations(2, min_turns=1), st.data())
def test_safe_prefix_does_not_divide_a_question(row: Row, data: st.DataObject) -> None:
    length = data.draw(st.integers(0, len(row.ids)))
    cut = safe_prefix_length(row.ids, LAYOUT, length)
    assert 0 <= cut <= length
    divided = [(start, query) for start, query in row.turns if start < cut < query + Q]
    divides = [(start, query) for start, query in row.turns if start < length < query + Q]
    if not row.has_image:
        assert cut == length
        return
    assert not divided
    assert cut == (divides[0][0] if divides else length)  # and is the longest


@given(conversations(2, min_turns=1), st.data())
def test_plan_after_a_safe_prefix_equals_the_end_of_the_whole_plan(
    row: Row, data: st.DataObject
) -> None:
    past = safe_prefix_length(row.ids, LAYOUT, data.draw(st.integers(0, len(row.ids))))
    whole, rest = plan_embq([row.ids], LAYOUT, 2), plan_embq([row.ids], LAYOUT, 2, past)
    kept = [g for g, (_, query) in enumerate(row.turns) if query >= past] if row.has_image else []
    if not kept:
        assert rest is None
        return
    assert whole is not None
    assert rest is not None
    assert torch.equal(rest.query_rows, whole.query_rows[kept] - past)
    assert torch.equal(rest.images, whole.images[kept])
    for group, before in enumerate(kept):
        now = rest.question_rows[group][rest.question_mask[group]]
        assert torch.equal(now, whole.question_rows[before][whole.question_mask[before]] - past)
        assert (now >= 0).all()


@given(conversations(2, min_turns=1), st.data())
def test_a_partly_cached_question_is_refused(row: Row, data: st.DataObject) -> None:
    past = data.draw(st.integers(0, len(row.ids)))
    reaches = [(start, query) for start, query in row.turns if start < past <= query]
    if row.has_image and reaches:
        with pytest.raises(ValueError, match=rf"position {reaches[0][0]} .* {past} cached"):
            plan_embq([row.ids], LAYOUT, 2, past)
    elif all(not query < past < query + Q for _, query in row.turns):
        plan_embq([row.ids], LAYOUT, 2, past)


def test_safe_prefix_for_an_image_of_one_token() -> None:
    row = [IMAGE, 7, 1, 2, *[QUERY] * 3]
    assert [safe_prefix_length(row, LAYOUT, length) for length in range(8)] == [0, 1, 2, 2, 2, 2, 2, 7]


def test_plan_of_several_rows_with_a_cache() -> None:
    """Row numbers count only the positions after the cached ones."""
    first = [5, IMAGE, 7, 1, *[QUERY] * 3, 2, END, 8, 9, 4, *[QUERY] * 3, 6]
    second = [IMAGE, 7, 1, 2, *[QUERY] * 3, END, 8, 9, 4, 5, *[QUERY] * 3, 6]
    past, length = 10, 16 - 10
    plan = plan_embq([first, second], LAYOUT, 1, past)
    assert plan is not None
    assert plan.query_rows.tolist() == [[2, 3, 4], [length + 2, length + 3, length + 4]]
    assert plan.question_rows.tolist() == [[1, 1], [length, length + 1]]
    assert plan.question_mask.tolist() == [[True, False], [True, True]]
    assert plan.images.tolist() == [[0], [1]]


def test_an_incomplete_run_of_query_tokens_is_refused() -> None:
    for run in (1, 2, 4, 5, 7):
        with pytest.raises(ValueError, match=f"runs of 3.* position {4 + run // Q * Q} "):
            find_groups([IMAGE, 7, 1, 2, *[QUERY] * run, 3], LAYOUT, 1)


def test_two_adjacent_runs_are_two_groups() -> None:
    groups = find_groups([IMAGE, 7, 1, *[QUERY] * 6], LAYOUT, 1)
    assert groups == [QueryGroup(2, 3, range(1)), QueryGroup(6, 6, range(1))]


def test_a_question_shorter_than_its_prefix_is_empty() -> None:
    assert find_groups([IMAGE, QUERY, QUERY, QUERY], LAYOUT, 1) == [QueryGroup(1, 1, range(1))]
    assert find_groups([IMAGE, 7, 1, END, QUERY, QUERY, QUERY], LAYOUT, 1) == [
        QueryGroup(4, 4, range(1))
    ]


def test_several_images_in_one_row() -> None:
    """A question sees all images before it in its row."""
    ids = [IMAGE, IMAGE, 7, 1, *[QUERY] * 3, 2, END, 8, 9, IMAGE, IMAGE, 7, 4, 5, *[QUERY] * 3]
    first, second = find_groups(ids, LAYOUT, 2, first_image=4)
    assert (first.images, second.images) == (range(4, 5), range(4, 6))
    assert (second.question_start, second.query_start) == (14, 16)
    plan = plan_embq([ids, ids], LAYOUT, 2)
    assert plan is not None
    assert plan.images.tolist() == [[0, 0], [0, 1], [2, 2], [2, 3]]
    assert plan.image_mask.tolist() == [[True, False], [True, True]] * 2
    assert plan.image_mask.dtype == torch.bool


def test_no_plan_without_embq() -> None:
    layout = tiny.config(
        {"eos_token_id": END}, num_query_tokens=0, image_token_id=IMAGE, query_token_id=QUERY
    )
    row = [IMAGE, IMAGE, 7, 1, 2, 3, *[QUERY] * 3, 4, END, 8, 9, 5]
    assert find_groups(row, layout, 2) == []
    assert plan_embq([row], layout, 2) is None
    assert safe_prefix_length(row, layout, 5) == 5
    assert plan_groups([], Q, 10) is None
    assert plan_embq([], LAYOUT, 2) is None


def test_padding_is_marked() -> None:
    ids = torch.tensor([[9, 9, 1, 2, 3], [4, 5, 6, 9, 9]])
    mask = torch.tensor([[0, 0, 1, 1, 1], [1, 1, 1, 0, 0]])
    marked = [[-1, -1, 1, 2, 3], [4, 5, 6, -1, -1]]
    assert unpadded(ids, mask) == unpadded(ids, mask.bool()) == marked
    longer = torch.cat((torch.zeros(2, 3, dtype=mask.dtype), mask), dim=1)  # of cached positions too
    assert unpadded(ids, longer) == marked
    assert unpadded(ids, None) == unpadded(ids, mask[None, None]) == ids.tolist()
