"""Compute how likely choices are as answers: all questions and choices about the same pictures in one forward.

The rows of all questions follow each other, and after each question come the tokens of its choices as a tree. A mask
lets a row see the common prefix and what precedes it in its own branch. The KV cache of the prefix is only read.

Shapes: T rows of a forward, R rows whose logits are read, V vocabulary.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

import torch
from torch import Tensor

from flashsloth.generation.answer_record import AnswerRecord
from flashsloth.generation.choice_list import ChoicePrompt
from flashsloth.generation.engine import EncodedImage, Engine, KVState
from flashsloth.generation.events import Choice, Event
from flashsloth.inference.packed_decoder import EmbqInputs
from flashsloth.model.query_groups import QueryGroup, find_groups

ROWS = 512  # of a forward; more gain nothing
OTHER = -1  # an id that is in no cache

Ids = tuple[int, ...]


def answer_with_choice(
    engine: Engine,
    prompt: ChoicePrompt,
    state: KVState,
    images: Sequence[EncodedImage],
    record: AnswerRecord,
    temperature: float = 1.0,
) -> list[Event]:
    """Record the likeliest choice as the answer to the only question, and return its events."""
    asked = prompt.first
    record.input_tokens, record.visual_tokens = len(asked), asked.count(engine.image_token)
    record.query_tokens = asked.count(engine.query_token)
    record.cached_tokens = engine.reusable_prefix_length([*prompt.prefix, OTHER], state, images)
    [shares] = choose(engine, prompt, state, images, temperature)
    best = shares.index(max(shares))
    return record.choose(tuple(map(Choice, prompt.choices, shares)), best, prompt.spellings[best][0])


@torch.inference_mode()
def choose(
    engine: Engine,
    prompt: ChoicePrompt,
    state: KVState,
    images: Sequence[EncodedImage] = (),
    temperature: float = 1.0,
) -> list[list[float]]:
    """Return the probability of each choice for each question, the mean over its orders. Afterwards the state covers
    the prefix.

    Raises: OutOfMemory.
    """
    prefix = prompt.prefix
    if engine.reusable_prefix_length([*prefix, OTHER], state, images) < len(prefix):
        engine.prefill(prefix, state, images)
    spellings = [ids for each in prompt.spellings for ids in each]
    owners = [number for number, each in enumerate(prompt.spellings) for _ in each]
    flat = [ids for orders in prompt.questions for ids in orders]
    shares = _shares(_log_probabilities(engine, prefix, state, images, flat, spellings), spellings, owners, temperature)
    means, at = [], 0
    for orders in prompt.questions:
        means.append(shares[at : at + len(orders)].mean(0).tolist())
        at += len(orders)
    return means


def _shares(logs: Tensor, spellings: Sequence[Ids], owners: Sequence[int], temperature: float) -> Tensor:
    """Return the probabilities (Q, C) of the choices from the log probabilities (Q, S) of their spellings. What begins
    with a longer spelling counts for that one alone."""
    likely = (logs - logs.amax(1, keepdim=True)).exp()
    alone = likely.clone()
    for number, short in enumerate(spellings):
        longer = [i for i, ids in enumerate(spellings) if len(ids) > len(short) and ids[: len(short)] == short]
        for i in longer:
            if not any(j != i and spellings[i][: len(spellings[j])] == spellings[j] for j in longer):
                alone[:, number] -= likely[:, i]
    sums = logs.new_zeros(len(logs), owners[-1] + 1).index_add_(1, torch.tensor(owners), alone.clamp_min_(0))
    scaled = (sums.log() / temperature).softmax(1)
    return scaled / scaled.sum(1, keepdim=True)


def _log_probabilities(
    engine: Engine,
    prefix: list[int],
    state: KVState,
    images: Sequence[EncodedImage],
    questions: Sequence[Sequence[int]],
    spellings: Sequence[Ids],
) -> Tensor:
    """Return the log probability (Q, S) of each spelling after each question, in float64 on the host."""
    result = torch.zeros(len(questions), len(spellings), dtype=torch.float64)
    for tree in _trees(questions, spellings):
        logs = _forward(engine, prefix, state, images, tree)
        values = logs[tree.read, tree.targets].double().cpu()
        result.view(-1).index_add_(0, torch.tensor(tree.cells), values)
    return result


@dataclass(slots=True)
class _Tree:
    """The rows of one forward: questions one after another, and the tokens of their choices."""

    tokens: list[int] = field(default_factory=list)
    depths: list[int] = field(default_factory=list)  # positions after the prefix
    parents: list[int] = field(default_factory=list)  # the row that a row continues; -1 for the first of a question
    spans: list[tuple[int, int]] = field(default_factory=list)  # the rows of each question
    wanted: list[int] = field(default_factory=list)  # rows whose logits are read, R
    read: list[int] = field(default_factory=list)  # of each token of a spelling, the number among `wanted`
    targets: list[int] = field(default_factory=list)  # that token
    cells: list[int] = field(default_factory=list)  # its place in the result

    def add_question(self, ids: Sequence[int]) -> None:
        start = len(self.tokens)
        for token in ids:
            self._add(token, len(self.tokens) - 1 if len(self.tokens) > start else -1)
        self.spans.append((start, len(self.tokens)))

    def add_choices(self, spellings: Sequence[Ids], numbers: Sequence[int], first_cell: int) -> None:
        """Add the tokens of these spellings after the last question."""
        rows: dict[Ids, int] = {(): len(self.tokens) - 1}
        found: dict[int, int] = {}
        for number in numbers:
            ids = spellings[number]
            for length, token in enumerate(ids):
                begun = ids[:length]
                if begun not in rows:
                    rows[begun] = len(self.tokens)
                    self._add(begun[-1], rows[begun[:-1]])
                row = rows[begun]
                if row not in found:
                    found[row] = len(self.wanted)
                    self.wanted.append(row)
                self.read.append(found[row])
                self.targets.append(token)
                self.cells.append(first_cell + number)

    def _add(self, token: int, parent: int) -> None:
        self.tokens.append(token)
        self.parents.append(parent)
        self.depths.append(0 if parent < 0 else self.depths[parent] + 1)

    def visible(self) -> Tensor:
        """Return which rows each row sees (T, T)."""
        seen = torch.eye(len(self.tokens), dtype=torch.bool)
        for start, end in self.spans:
            seen[start:end, start:end].logical_or_(torch.ones(end - start, end - start, dtype=torch.bool).tril())
        asked = {row for start, end in self.spans for row in range(start, end)}
        for row, parent in enumerate(self.parents):
            if row not in asked:
                seen[row] |= seen[parent]
        return seen


def _trees(questions: Sequence[Sequence[int]], spellings: Sequence[Ids]) -> Iterator[_Tree]:
    """Yield trees of about ROWS rows. The choices of one question are spread over several if they are long."""
    groups: list[list[int]] = [[]]
    size = 0
    for number, ids in enumerate(spellings):
        if size + len(ids) > ROWS and groups[-1]:
            groups.append([])
            size = 0
        groups[-1].append(number)
        size += len(ids) - 1
    tree = _Tree()
    for number, question in enumerate(questions):
        for group in groups:
            if tree.tokens and len(tree.tokens) + len(question) + sum(len(spellings[n]) - 1 for n in group) > ROWS:
                yield tree
                tree = _Tree()
            tree.add_question(question)
            tree.add_choices(spellings, group, number * len(spellings))
    yield tree


def _forward(engine: Engine, prefix: list[int], state: KVState, images: Sequence[EncodedImage], tree: _Tree) -> Tensor:
    """Return the log probabilities (R, V) of the tokens after the wanted rows."""
    past, rows = len(prefix), len(tree.tokens)
    with engine.computing():
        embq = engine.embq_inputs(_groups(engine, prefix, images, tree), past, rows, images)
        logits = engine.decoder.branches(
            engine.embed([*prefix, *tree.tokens], past, rows, images),
            engine.to_device([past + depth for depth in tree.depths]),
            state.cache,
            past,
            engine.to_device(tree.visible()),
            EmbqInputs(**embq) if embq else None,
            engine.to_device(tree.wanted),
        )
        return engine.mask_placeholders(logits).float().log_softmax(-1)


def _groups(engine: Engine, prefix: list[int], images: Sequence[EncodedImage], tree: _Tree) -> list[QueryGroup]:
    """Return the query group of each question of a tree, as if its rows followed the prefix."""
    tokens = [tree.tokens[start:end] for start, end in tree.spans]
    found = find_groups([*prefix, *tokens[0]], engine.config, images[0].visual_tokens) if images else []
    if not found or not found[-1].images:
        return []
    first, past = found[-1], len(prefix)
    return [
        QueryGroup(first.question_start + start, past + start + ids.index(engine.query_token), first.images)
        for (start, _), ids in zip(tree.spans, tokens, strict=True)
    ]
