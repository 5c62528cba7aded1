"""Loss, per-token loss and gradients of the recorded training steps, and their rows."""

from __future__ import annotations

import functools
import re

import pytest
import torch
import torch.nn.functional as F
from torch import Tensor

from flashsloth.data.sample import IGNORED, QAPair, Sample, encode_caption, encode_chat
from flashsloth.model.key_mapping import native_name
from flashsloth.model.query_groups import QueryGroup, find_groups, plan_groups
from flashsloth.processing.prompt import PromptEncoder

from .reference import IMAGE_ID, QUERIES, QUERY_ID, Golden, build, close, golden, names
from .test_tokenizer import RECORDED

pytestmark = pytest.mark.slow

CASES = [*names("train"), *names("plain")]
EMBEDDED_ROW = re.compile(r"(.+)\[(\d+)\]")


def batch(case: Golden, visual_tokens: int) -> tuple[Tensor, Tensor, Tensor]:
    """Return ids, labels and mask (B, T) with expanded placeholders, padded on the right."""
    rows = []
    for ids, labels, mask in zip(
        case["input_ids"], case["labels"], case["attention_mask"], strict=True
    ):
        places = {IMAGE_ID: visual_tokens, QUERY_ID: QUERIES}
        count = int(mask.sum())
        times = [places.get(int(i), 1) for i in ids[:count]]
        rows.append([x[:count].repeat_interleave(torch.tensor(times)) for x in (ids, labels)])
    ids = torch.nn.utils.rnn.pad_sequence([r[0] for r in rows], batch_first=True, padding_value=50256)
    labels = torch.nn.utils.rnn.pad_sequence(
        [r[1] for r in rows], batch_first=True, padding_value=IGNORED
    )
    lengths = torch.tensor([len(r[0]) for r in rows])
    return ids, labels, (torch.arange(ids.shape[1]) < lengths[:, None]).long()


def inputs(case: Golden, model: torch.nn.Module) -> dict[str, Tensor]:
    pixels = case.pixels()
    shown = (case["input_ids"] == IMAGE_ID).any(dim=1)
    ids, labels, mask = batch(case, model.config.visual_tokens(pixels.dim() == 5))
    ids = ids.masked_fill(ids == IMAGE_ID, model.config.image_token_id)
    return {"input_ids": ids, "labels": labels, "attention_mask": mask, "pixel_values": pixels[shown]}


def ranges(case: Golden) -> list[list[tuple[int, int]]]:
    """Return the reference's question ranges by row; it reads nothing where the start is after the
    end."""
    return [[(min(s, e), e) for s, e in row] for row in case.meta["question_ranges"]]


def test_question_ranges_are_the_references_own(full) -> None:
    """The ranges agree, except for the rule that the reference applies to a small batch of captions
    (plain_1)."""
    for name in CASES:
        case = golden(name)
        given = inputs(case, full)
        pixels = given["pixel_values"]
        visual = full.config.visual_tokens(pixels.dim() == 5)
        rows = [
            ids[mask.bool()].tolist()
            for ids, mask in zip(given["input_ids"], given["attention_mask"], strict=True)
        ]
        found = [
            [(g.question_start, g.query_start) for g in find_groups(ids, full.config, visual)]
            for ids in rows
        ]
        with_picture = [number for number, modal in enumerate(case.meta["modal"]) if modal == 2]
        same = [found[n] == ranges(case)[n] for n in with_picture]
        assert all(same) if name != "plain_1" else not any(same)


@pytest.mark.parametrize("name", CASES)
def test_training_step(name: str) -> None:
    case = golden(name)
    model = build("full").requires_grad_(True)
    tower = model.model.vision_tower.requires_grad_(False)  # as in the recordings
    # most of the time; both forwards see the same pictures
    tower.forward = functools.cache(tower.forward)
    given = inputs(case, model)
    # a rule that nothing of ours would choose: handed in, so that the rest can be compared
    if name == "plain_1":
        groups = [
            (n, QueryGroup(*row[0], images=range(n, n + 1))) for n, row in enumerate(ranges(case))
        ]
        given["embq_plan"] = plan_groups(groups, QUERIES, given["input_ids"].shape[1])
    with torch.enable_grad():
        output = model(**given, loss_only=True)
        assert output.logits is None
        output.loss.backward()
        nll = per_token(model, given)
    assert [int(n) for n in case["labelled_tokens_per_row"]] == (given["labels"] != IGNORED).sum(
        dim=1
    ).tolist()
    assert float(output.loss) == pytest.approx(case.meta["loss"], rel=case.tol("loss_rel"))
    close(nll, case["nll"], case.tol("nll"), "loss of each labelled token")
    check_gradients(model, case)


def per_token(model: torch.nn.Module, given: dict[str, Tensor]) -> Tensor:
    """Compare with the loss over all logits."""
    with torch.no_grad():
        output = model(**given)
    learned = given["labels"][:, 1:] != IGNORED
    nll = F.cross_entropy(
        output.logits[:, :-1][learned], given["labels"][:, 1:][learned], reduction="none"
    )
    assert float(output.loss) == pytest.approx(float(nll.mean()), rel=1e-6)
    return nll


def check_gradients(model: torch.nn.Module, case: Golden) -> None:
    parameters = dict(model.named_parameters())
    norms = {**case.meta["grad_norms"], **case.meta.get("stage1_trainable_grad_norms", {})}
    assert len(norms) >= 22
    for official, want in norms.items():
        row = EMBEDDED_ROW.fullmatch(official)
        gradient = parameters[native_name(row[1] if row else official)].grad
        assert gradient is not None, official
        got = float((gradient[int(row[2])] if row else gradient).norm())
        assert got == pytest.approx(want, rel=case.tol("grad_norm_rel"), abs=1e-7), official
    for key, official, pick in (
        ("grad_learnable_tokens", "model.learnable_tokens.token", slice(None)),
        ("grad_up_projector_row0", "model.lqformer.up_projector.weight", 0),
        ("grad_pooling_mlp3", "model.pooling.mlp.3.weight", slice(None)),
    ):
        want = case[key]
        got = parameters[native_name(official)].grad[pick]
        assert float((got - want).norm()) <= case.tol("grad_norm_rel") * float(want.norm()) + 1e-7, key


# Rows


def sample(conversation: list[dict[str, str]], *, image: bool, spelling: str = "") -> Sample:
    said = [message["value"] for message in conversation if message["from"] in ("human", "gpt")]
    if conversation[0]["from"] == "gpt":
        said = said[1:]
    turns = tuple(
        QAPair(q.replace("<image>", "").strip() + spelling if image else q + spelling, a)
        for q, a in zip(said[::2], said[1::2], strict=True)
    )
    return Sample(turns, "picture.png" if image else None)


def expanded(ids: list[int], labels: list[int], config) -> tuple[list[int], list[int]]:
    runs = {IMAGE_ID: (config.image_token_id, 81), QUERY_ID: (config.query_token_id, QUERIES)}
    grown = [(runs.get(i, (i, 1)), label) for i, label in zip(ids, labels, strict=True)]
    return (
        [token for (token, times), _ in grown for _ in range(times)],
        [label for (_, times), label in grown for _ in range(times)],
    )


# query tokens behind a typed word; labels lost with a missing `</s>`
FAULTS = {"contains_keyword", "empty_answer"}


@pytest.mark.parametrize("case", RECORDED["training"], ids=lambda c: c["name"])
def test_rows_of_the_second_stage(case, processor, full) -> None:
    """Only in training the reference writes a space before the query tokens; with it ids and labels are
    equal."""
    prompt = PromptEncoder(processor.tokenizer, full.config)
    made = encode_chat(prompt, sample(case["conversations"], image=case["has_image"], spelling=" "), 81)
    want = expanded(case["input_ids"], case["labels"], full.config)
    assert ((made.input_ids, made.labels) == want) == (case["name"] not in FAULTS)
    assert made.input_ids.count(full.config.query_token_id) == QUERIES * made.labels.count(
        full.config.end_token_id
    )


@pytest.mark.parametrize("case", RECORDED["plain"])
def test_rows_of_the_first_stage(case, processor, full) -> None:
    prompt = PromptEncoder(processor.tokenizer, full.config)
    made = encode_caption(prompt, sample(case["conversations"], image=True), 81)
    assert (made.input_ids, made.labels) == expanded(case["input_ids"], case["labels"], full.config)
