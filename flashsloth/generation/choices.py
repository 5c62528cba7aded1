"""Compute the probabilities of choices as answers, for several questions about the same pictures at
once.

This is tree attention. The questions, each followed by its choices, form a tree of tokens: sequences
share the tokens of their common beginning. One forward pass computes all tokens of the tree, a row for
each. With a mask, a token attends to the common prefix, to its ancestors in the tree and to itself, but
not to other branches. The KV cache of the prefix is read, but not changed. A tree of more than ROWS
tokens is divided among several forward passes.

Shapes: T rows of a forward pass, R rows whose logits are read, V size of the vocabulary, Q questions
(each order of the choices counts as one question), S spellings, C choices.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

import numpy as np
import torch

from flashsloth.generation.answer_record import AnswerRecord, Choice, Token
from flashsloth.generation.choice_list import LEAST_MASS, UNLIKELY, ChoicePrompt
from flashsloth.generation.engine import EncodedImage, Engine, KVState
from flashsloth.inference.decoder import Span
from flashsloth.model.embq import EmbqInputs
from flashsloth.model.query_groups import find_groups, padded
from flashsloth.utils import tracing

ROWS = 512  # the number of rows of a forward pass; more rows would not be faster
# An id that no cache contains. `reusable_prefix_length` never counts the last id, so this id is
# appended to a prefix that may be reused as a whole.
OTHER = -1

Ids = tuple[int, ...]


def answer_with_choice(
    engine: Engine,
    prompt: ChoicePrompt,
    state: KVState,
    images: Sequence[EncodedImage],
    record: AnswerRecord,
) -> list[Token]:
    """Record the most probable choice as the answer to the only question of the prompt, and return its
    tokens."""
    record.cached_tokens = engine.reusable_prefix_length([*prompt.prefix, OTHER], state, images)
    [(shares, record.choices_mass)] = choose(engine, prompt, state, images)
    if record.choices_mass < LEAST_MASS:
        record.warnings.append(UNLIKELY.format(record.choices_mass))
    best = shares.index(max(shares))
    return record.choose(tuple(map(Choice, prompt.choices, shares)), best, prompt.spellings[best][0])


@torch.inference_mode()
def choose(
    engine: Engine, prompt: ChoicePrompt, state: KVState, images: Sequence[EncodedImage] = ()
) -> list[tuple[list[float], float]]:
    """Return for each question the probability of each choice among the choices, and their mass: the
    probability that an answer begins with any of them.

    Both are means over the orders in which the question names the choices. The probabilities are
    adjusted by the model's temperature for choices. Afterwards the KV cache of the state covers the
    prefix of the prompt.

    Raises: OutOfMemory.
    """
    if engine.reusable_prefix_length([*prompt.prefix, OTHER], state, images) < len(prompt.prefix):
        engine.prefill(prompt.prefix, state, images, reduced=False)
    spellings = [ids for each in prompt.spellings for ids in each]
    owners = [number for number, each in enumerate(prompt.spellings) for _ in each]
    flat = [ids for orders in prompt.questions for ids in orders]
    shares, masses = _shares(
        _log_probabilities(engine, prompt.prefix, state, images, flat, spellings), spellings, owners
    )
    counts = [len(orders) for orders in prompt.questions]
    means = []
    for share, mass in zip(torch.split(shares, counts), torch.split(masses, counts), strict=True):
        mean = tempered(share.mean(0).tolist(), engine.config.choice_temperature)
        means.append((mean, float(mass.mean())))
    return means


def tempered(shares: Sequence[float], temperature: float) -> list[float]:
    """Apply a temperature to probabilities. A temperature above 1 makes the probabilities more equal,
    and a temperature below 1 makes them less equal."""
    if temperature == 1:
        return list(shares)
    powers = [share ** (1 / temperature) for share in shares]
    total = sum(powers)
    return [power / total for power in powers]


def _shares(
    logs: torch.Tensor, spellings: Sequence[Ids], owners: Sequence[int]
) -> tuple[torch.Tensor, torch.Tensor]:
    """Return the probabilities (Q, C) of the choices, which sum to one, and their sum (Q,) before that,
    from the log probabilities (Q, S) of their spellings. An answer that begins with "12" counts only
    for the spelling "12", not also for "1"."""
    highest = logs.amax(1, keepdim=True)
    likely = (logs - highest).exp()
    alone = likely.clone()
    for number, ids in enumerate(spellings):
        prefixes = [
            i for i, short in enumerate(spellings) if i != number and ids[: len(short)] == short
        ]
        # The probability of "1" includes those of "12" and "123". Each is subtracted once, from its
        # longest prefix: P("123") from P("12"), and P("12"), which includes P("123"), from P("1").
        if prefixes:
            longest = max(prefixes, key=lambda i: len(spellings[i]))
            alone[:, longest] -= likely[:, number]
    sums = logs.new_zeros(len(logs), owners[-1] + 1).index_add_(
        1, torch.tensor(owners), alone.clamp_min_(0)
    )
    total = sums.sum(1, keepdim=True)
    return sums / total, (total * highest.exp()).squeeze(1)


def _log_probabilities(
    engine: Engine,
    prefix: list[int],
    state: KVState,
    images: Sequence[EncodedImage],
    questions: Sequence[Sequence[int]],
    spellings: Sequence[Ids],
) -> torch.Tensor:
    """Return the log probability (Q, S) of each spelling after each question, in float64 on the CPU."""
    result = torch.zeros(len(questions), len(spellings), dtype=torch.float64)
    for tree in _trees(questions, spellings):
        logs = _forward(engine, prefix, state, images, tree)
        values = logs[tree.read, tree.targets].cpu().double()  # MPS has no float64
        result.view(-1).index_add_(0, torch.tensor(tree.cells), values)
    return result


@dataclass(slots=True)
class _Tree:
    """The rows of one forward pass, which are the tokens of questions and of their choices. Branches
    that begin with the same tokens share the rows of these tokens."""

    tokens: list[int] = field(default_factory=list)
    # for each row, the index of the previous row in its branch; -1 for the first row of a branch
    parents: list[int] = field(default_factory=list)
    # (index of the parent, token) -> index of the row
    rows: dict[tuple[int, int], int] = field(default_factory=dict)
    # for each question, the index of its last row -> the indices of all its rows
    questions: dict[int, list[int]] = field(default_factory=dict)
    # index of a row whose logits are read -> index of its logits among the R rows of logits
    wanted: dict[int, int] = field(default_factory=dict)
    # These three lists have an entry for each token of each spelling:
    # - `read`: the index of the logits that predict the token, among the R rows of logits
    # - `targets`: the token
    # - `cells`: the index in the flattened result (Q*S,) to which the token's log probability is added
    read: list[int] = field(default_factory=list)
    targets: list[int] = field(default_factory=list)
    cells: list[int] = field(default_factory=list)

    def add(
        self, question: Sequence[int], spellings: Sequence[Ids], numbers: Sequence[int], first_cell: int
    ) -> None:
        """Add a question and, after it, the spellings whose indices are in `numbers`. `first_cell` is
        the index of the question's first value in the flattened result (Q*S,)."""
        path: list[int] = []
        for token in question:
            path.append(self._row(path[-1] if path else -1, token))
        self.questions[path[-1]] = path
        for number in numbers:
            row = path[-1]
            for position, token in enumerate(spellings[number]):
                if position:
                    row = self._row(row, spellings[number][position - 1])
                self.read.append(self.wanted.setdefault(row, len(self.wanted)))
                self.targets.append(token)
                self.cells.append(first_cell + number)

    def _row(self, parent: int, token: int) -> int:
        row = self.rows.setdefault((parent, token), len(self.tokens))
        if row == len(self.tokens):
            self.tokens.append(token)
            self.parents.append(parent)
        return row

    def visible(self) -> tuple[torch.Tensor, list[int]]:
        """Return a mask (T, T) of the rows that each row sees, and for each row the number of rows
        before it in its branch."""
        seen = np.eye(len(self.tokens), dtype=bool)
        for row, parent in enumerate(self.parents):
            if parent >= 0:
                seen[row] |= seen[parent]
        return torch.from_numpy(seen), (seen.sum(1) - 1).tolist()


def _trees(questions: Sequence[Sequence[int]], spellings: Sequence[Ids]) -> Iterator[_Tree]:
    """Yield trees of about ROWS rows. If the choices of a question are long, they are divided among
    several trees."""
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
            rows = len(question) + sum(len(spellings[n]) - 1 for n in group)
            if tree.tokens and len(tree.tokens) + rows > ROWS:
                yield tree
                tree = _Tree()
            tree.add(question, spellings, group, number * len(spellings))
    yield tree


@tracing.span("choices")
def _forward(
    engine: Engine, prefix: list[int], state: KVState, images: Sequence[EncodedImage], tree: _Tree
) -> torch.Tensor:
    """Return the log probabilities (R, V) of the tokens after the wanted rows."""
    past = len(prefix)
    # not that of the cache, which may cover further pictures
    first = past - engine.shift(engine.axes(prefix, images))
    visible, depths = tree.visible()
    with engine.computing():
        x = engine.embed([*prefix, *tree.tokens], past, len(tree.tokens), images)
        mask = engine.to_device(torch.nn.functional.pad(visible, (past, 0), value=True))
        span = Span(
            state.cache, engine.to_device([first + depth for depth in depths]), past + len(x), mask
        )
        embq = _embq_inputs(engine, prefix, images, tree)
        logits = engine.decoder.branches(x, span, embq, engine.to_device(list(tree.wanted)))
        return engine.mask_placeholders(logits).float().log_softmax(-1)


def _embq_inputs(
    engine: Engine, prefix: list[int], images: Sequence[EncodedImage], tree: _Tree
) -> EmbqInputs | None:
    """Return EmbQ's inputs for the questions of a tree; None without an image."""
    paths = list(tree.questions.values())
    first = [*prefix, *(tree.tokens[row] for row in paths[0])]
    groups = find_groups(first, engine.config, images[0].visual_tokens) if images else []
    if not groups or not groups[-1].images:
        return None
    start = groups[-1].question_start - len(prefix)  # the start is the same for all questions
    queries = [[row for row in path if tree.tokens[row] == engine.query_token] for path in paths]
    questions = [path[start : path.index(rows[0])] for path, rows in zip(paths, queries, strict=True)]
    question_rows, question_mask = padded(questions)
    shown = [images[number] for number in groups[-1].images]
    keys = torch.cat([image.keys for image in shown], 2)
    values = torch.cat([image.values for image in shown], 2)
    return EmbqInputs(
        query_rows=engine.to_device(queries),
        question_rows=engine.to_device(question_rows),
        question_mask=engine.to_device(question_mask),
        keys=keys,
        values=values,
    )
