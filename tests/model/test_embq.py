"""EmbQ compared with an implementation group by group and head by head, for questions and images of
several sizes."""

from __future__ import annotations

import pytest
import torch
from torch import Tensor

import tiny
from flashsloth.model.embq import CrossAttention, EmbQ
from flashsloth.model.query_groups import EmbqPlan, QueryGroup, plan_groups

D, V, E, H, N, Q = 16, 12, 8, 4, 5, 2  # all different
SIZES = tiny.config({"hidden_size": D}, {"hidden_size": V}, embq_width=E, embq_heads=H)


def embq(seed: int = 0) -> EmbQ:
    made = EmbQ(SIZES)
    generator = torch.Generator().manual_seed(seed)
    with torch.no_grad():
        for parameter in made.parameters():
            scale = 1.5 * parameter.shape[-1] ** -0.5 if parameter.dim() > 1 else 1
            parameter.copy_(torch.randn(parameter.shape, generator=generator) * scale)
    return made.requires_grad_(False)


def drawn(*shape: int, seed: int = 1) -> Tensor:
    return torch.randn(shape, generator=torch.Generator().manual_seed(seed))


def read(attention: CrossAttention, query: Tensor, keys: Tensor, values: Tensor) -> Tensor:
    """One group: (Q, E), (L, E), (L, C) -> (Q, C)."""
    q, k, v = attention.q_proj(query), attention.k_proj(keys), attention.v_proj(values)
    heads = zip(*(part.chunk(attention.heads, dim=1) for part in (q, k, v)), strict=True)
    return torch.cat([(a @ b.T / a.shape[1] ** 0.5).softmax(dim=1) @ c for a, b, c in heads], dim=1)


def by_hand(made: EmbQ, query: Tensor, question: Tensor, features: Tensor) -> Tensor:
    """One group: query (Q, D), question (L, D), features of its pictures (P*N, V)."""
    guided = torch.zeros(len(query), made.down_text.out_features)
    if len(question):
        text = made.norm_question(made.down_text(question))
        guided = read(made.read_question, made.norm_query(made.down_text(query)), text, text)
    keys = made.norm_picture(made.down_picture(features))
    return query + made.up(read(made.read_picture, guided, keys, features))


GROUPS = [  # row, group
    (0, QueryGroup(1, 4, range(1))),
    (1, QueryGroup(2, 2, range(1, 2))),
    (1, QueryGroup(5, 7, range(1, 3))),
    (2, QueryGroup(0, 1, range(3, 4))),
]
ONE_EACH = [
    (0, QueryGroup(1, 4, range(2, 3))),
    (1, QueryGroup(2, 2, range(1, 2))),
    (1, QueryGroup(5, 7, range(1))),
]


def plan_of(groups: list[tuple[int, QueryGroup]]) -> EmbqPlan:
    plan = plan_groups(groups, Q, 9)
    assert plan is not None
    return plan


def each_by_hand(
    made: EmbQ, hidden: Tensor, features: Tensor, groups: list[tuple[int, QueryGroup]]
) -> Tensor:
    expected = hidden.clone()
    for row, group in groups:
        at = slice(group.query_start, group.query_start + Q)
        patches = features[group.images.start : group.images.stop].flatten(0, 1)
        expected[row, at] = by_hand(
            made, hidden[row, at], hidden[row, group.question_start : group.query_start], patches
        )
    return expected


@pytest.mark.parametrize(
    "groups", [GROUPS, ONE_EACH, ONE_EACH[1:2]], ids=["several", "one each", "no question"]
)
def test_each_group_reads_its_question_and_its_images(groups: list[tuple[int, QueryGroup]]) -> None:
    made, hidden, features = embq(), drawn(3, 9, D), drawn(4, N, V, seed=2)
    before = hidden.clone()
    updated = made(hidden, plan_of(groups), features)
    torch.testing.assert_close(updated, each_by_hand(made, hidden, features, groups), rtol=0, atol=2e-5)
    assert torch.equal(hidden, before)  # out of place
    assert not torch.equal(updated, hidden)


def test_non_contiguous_inputs() -> None:
    made, hidden, features = (
        embq(),
        drawn(9, 3, D).transpose(0, 1),
        drawn(N, 4, V, seed=2).transpose(0, 1),
    )
    expected = each_by_hand(made, hidden, features, GROUPS)
    torch.testing.assert_close(made(hidden, plan_of(GROUPS), features), expected, rtol=0, atol=2e-5)


def test_padding_is_masked() -> None:
    """Padding of the plan reads another row, which may be arbitrarily large."""
    made, hidden, features = embq(), drawn(3, 9, D), drawn(4, N, V, seed=2)
    groups = GROUPS[1:]
    expected = each_by_hand(made, hidden, features, groups)
    hidden[0, 0] = 1e4 * drawn(D, seed=5)
    updated = made(hidden, plan_of(groups), features)
    torch.testing.assert_close(updated[1:], expected[1:], rtol=0, atol=2e-5)


def test_scores_are_float32() -> None:
    """The inputs are exact in bfloat16, but their scores would be equal in bfloat16."""
    read = CrossAttention(2, 2, 1)
    with torch.no_grad():
        for layer in (read.q_proj, read.k_proj, read.v_proj):
            layer.weight.copy_(torch.eye(2))
            layer.bias.zero_()
    read = read.to(torch.bfloat16)
    query = torch.tensor([[[16.0, 1.0]]], dtype=torch.bfloat16)
    keys = torch.tensor([[[16.0, 0.0], [16.0, 1.0]]], dtype=torch.bfloat16)
    values = torch.tensor([[[1.0, 0.0], [0.0, 1.0]]], dtype=torch.bfloat16)
    updated = read(query, *read.project(keys, values))
    expected = torch.tensor([256.0, 257.0]).div(2**0.5).softmax(0)
    assert updated.dtype == torch.bfloat16
    torch.testing.assert_close(updated[0, 0].float(), expected, rtol=0, atol=2e-3)


@pytest.mark.parametrize(
    ("dtype", "kept"),
    [(torch.bfloat16, torch.float32), (torch.float16, torch.float32), (torch.bfloat16, torch.bfloat16)],
)
def test_hidden_states_keep_their_dtype_under_autocast(dtype: torch.dtype, kept: torch.dtype) -> None:
    made, hidden, features = embq(), drawn(3, 9, D), drawn(4, N, V, seed=2)
    with torch.autocast("cpu", dtype):
        updated = made(hidden.to(kept), plan_of(GROUPS), features)
    assert updated.dtype == kept
    exact = made(hidden, plan_of(GROUPS), features)
    assert float((updated.float() - exact).norm() / exact.norm()) < 0.05
