"""Whole forwards: one question, several turns, five tiles, two rows, and no picture."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace

import pytest
import torch
from torch import Tensor
from torch.nn.utils.rnn import pad_sequence

from flashsloth.model.query_groups import find_groups, plan_embq, plan_groups

from . import reference
from .reference import MULTITURN_END, close, close_sampled, expand, golden, names, quick_first


@contextmanager
def watch(model) -> Iterator[dict[str, Tensor]]:
    """Record the visual tokens, EmbQ's inputs, its output, the input of the next layer, and the last
    hidden states."""
    seen: dict[str, Tensor] = {}
    text = model.language_model
    with (
        model.model.projector.register_forward_hook(lambda m, args, out: seen.update(visual=out)),
        text.register_forward_hook(lambda m, args, out: seen.update(final=out.last_hidden_state)),
        text.embq.register_forward_hook(lambda m, args, out: seen.update(before=args[0], after=out)),
        text.layers[model.config.embq_layer].register_forward_pre_hook(
            lambda m, args: seen.update(entering=args[0])
        ),
    ):
        yield seen


def queries(hidden: Tensor, starts: list[int]) -> Tensor:
    """Return the query states of each group: (1, T, D) -> (G, Q, D)."""
    return torch.stack([hidden[0, start : start + reference.QUERIES] for start in starts])


@pytest.mark.parametrize("name", names("prefill"))
def test_prefill(small, name: str) -> None:
    case, hidden_tol = golden(name), golden(name).tol("hidden")
    ids = torch.tensor([expand(case.ids, small.config)])
    starts = case.meta["query_positions"][0]
    groups = find_groups(ids[0].tolist(), small.config)
    assert [[g.question_start, g.query_start] for g in groups] == case.meta["question_ranges"][0]
    pixels = case.pixels()
    with watch(small) as seen:
        logits = small(input_ids=ids, pixel_values=pixels).logits
    embeds = small.model.embed(ids, seen["visual"])
    close(embeds, case["inputs_embeds"], hidden_tol, "inputs_embeds")
    close(queries(seen["before"], starts), case["query_before_embq"], hidden_tol, "queries before EmbQ")
    close(queries(seen["after"], starts), case["query_after_embq"], hidden_tol, "queries after EmbQ")
    close(seen["entering"], case["hidden_entering_layer7"], hidden_tol, "entering layer 7")
    close(seen["final"], case["final_hidden"], hidden_tol, "after the last norm")
    close(logits, case["logits"], case.tol(), "logits")


@pytest.fixture(scope="module")
def dialogue():
    """Return the small model for the prompt with another id for `</s>`."""
    return reference.build("small", eos_token_id=MULTITURN_END)


@pytest.mark.parametrize("name", names("multiturn"))
def test_turns_ask_their_own_questions(dialogue, name: str) -> None:
    """By default each group reads the question of its turn, as the reference does in training."""
    case = golden(name)
    ids = expand(case.ids, dialogue.config)
    recorded = case.meta["training"]
    groups = find_groups(ids, dialogue.config, visual_tokens=81)
    assert [[g.question_start, g.query_start] for g in groups] == recorded["question_ranges"][0]
    with watch(dialogue) as seen:
        logits = dialogue(input_ids=torch.tensor([ids]), pixel_values=case.pixels()).logits
    after = queries(seen["after"], recorded["query_positions"][0])
    close(after, case["query_after_embq_with_labels"], case.tol(), "queries after EmbQ")
    close(logits, case["logits_with_labels"], case.tol(), "logits")


@pytest.mark.parametrize("name", names("multiturn"))
def test_turns_ask_the_first_question_as_the_reference_infers(dialogue, name: str) -> None:
    """In the reference's inference every group reads the first question; an explicit plan reproduces
    it."""
    case = golden(name)
    ids = expand(case.ids, dialogue.config)
    recorded = case.meta["inference"]
    own = plan_groups(
        [(0, g) for g in find_groups(ids, dialogue.config, 81)], reference.QUERIES, len(ids)
    )
    first = [0] * len(own.images)
    plan = replace(own, question_rows=own.question_rows[first], question_mask=own.question_mask[first])
    for rows, mask, (start, end) in zip(
        plan.question_rows, plan.question_mask, recorded["question_ranges"][0], strict=True
    ):
        assert rows[mask].tolist() == list(range(start, end))
    with watch(dialogue) as seen:
        logits = dialogue(
            input_ids=torch.tensor([ids]), pixel_values=case.pixels(), embq_plan=plan
        ).logits
    after = queries(seen["after"], recorded["query_positions"][0])
    close(after, case["query_after_embq_inference"], case.tol(), "queries after EmbQ")
    close(logits, case["logits_inference"], case.tol(), "logits")
    assert (
        case["logits_inference"] - case["logits_with_labels"]
    ).abs().max() > 0.1  # the two are told apart


@pytest.mark.slow
@pytest.mark.parametrize("name", quick_first("hd", 0))
def test_five_tiles(small, name: str) -> None:
    case = golden(name)
    assert small.config.visual_tokens(hd=True) == 405
    ids = torch.tensor([expand(case.ids, small.config, 405)])
    pixels = case.pixels()
    assert pixels.shape == (1, 5, 3, 384, 384)
    with watch(small) as seen:
        out = small(input_ids=ids, pixel_values=pixels)
    logits = out.logits[0]
    assert out.image_features.shape == (1, 5 * 729, 1152)
    close(seen["visual"].flatten(0, 1)[None], case["image_embeds"], case.tol(), "visual tokens")
    after = queries(seen["after"], case.meta["query_positions"][0])
    close(after, case["query_after_embq"], case.tol(), "queries after EmbQ")
    close(logits[case["positions"]], case["logits"][0], case.tol(), "logits")
    close(logits.logsumexp(-1), case["logits_lse"][0], case.tol(), "log-sum-exp")
    assert torch.equal(logits.argmax(-1), case["logits_argmax"][0])


def batch(name: str, config, side: str) -> tuple[list[Tensor], Tensor, Tensor, Tensor]:
    """Return the ids of the two rows, and padded ids, mask and pictures."""
    case = golden(name)
    kept = [
        ids[mask > 0].tolist()
        for ids, mask in zip(case["input_ids"], case["attention_mask"], strict=True)
    ]
    rows = [torch.tensor(expand(ids, config)) for ids in kept]
    assert [len(row) for row in rows] == case.meta["valid_lengths"]
    ids = pad_sequence(rows, batch_first=True, padding_side=side)
    mask = pad_sequence([torch.ones_like(row) for row in rows], batch_first=True, padding_side=side)
    empty = case.meta["pixels"]["zero_rows"]
    shown = [i for i in range(len(rows)) if i not in empty]
    return rows, ids, mask, case.pixels()[shown]


@pytest.mark.parametrize("side", ["right", "left"])
@pytest.mark.parametrize("name", names("batch"))
def test_rows_of_a_batch(small, name: str, side: str) -> None:
    case = golden(name)
    rows, ids, mask, pixels = batch(name, small.config, side)
    logits = small(input_ids=ids, attention_mask=mask, pixel_values=pixels).logits
    for number, row in enumerate(rows):
        assert mask[number].sum() == len(row)
        close(
            logits[number][mask[number] > 0], case[f"logits_row{number}"], case.tol(), f"row {number}"
        )


@pytest.mark.parametrize("name", names("textonly"))
def test_no_picture(full, name: str) -> None:
    """Query tokens are inserted without EmbQ, as in the reference's training on rows without a
    picture."""
    case = golden(name)
    ids = expand(case.ids, full.config)
    assert len(ids) == case.meta["seq_len_zero_image"]
    assert plan_embq([ids], full.config, 0) is None
    close_sampled(full(input_ids=torch.tensor([ids])).logits[0], case, case.tol(), "zero_image_")


@pytest.mark.parametrize("name", names("textonly"))
def test_no_picture_as_the_reference_infers(full, name: str) -> None:
    """The reference's inference without a picture embeds `<learnable>` like a word; token embeddings
    reproduce it."""
    case = golden(name)
    embeds = full.get_input_embeddings()(case["input_ids"])
    logits = full(inputs_embeds=embeds).logits[0]
    close_sampled(logits, case, case.tol())
    assert torch.equal(logits.argmax(-1), case["logits_argmax"][0])
