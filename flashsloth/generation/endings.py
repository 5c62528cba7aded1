"""Complete a constrained answer in few bytes, so that it is valid when `max_tokens` is reached.

The bytes that complete an answer are called its ending (`end` in the code). An ending cannot be read
off the grammar, so a search appends bytes to a copy of the parser until the answer is valid. This takes
some microseconds for each byte. At each position the search appends:

1. the bytes that the grammar forces;
2. otherwise a byte that closes a value;
3. otherwise a byte that was not used recently.
"""

from __future__ import annotations

import random
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import TYPE_CHECKING

from flashsloth.generation.json_schema import parser_limits

if TYPE_CHECKING:
    from llguidance import LLMatcher, LLTokenizer

CLOSING = [b'"', b"}", b"]"]
REPEATED = 8  # after this many equal closing bytes in a row, other bytes are tried before this byte
DIGITS = [bytes([byte]) for byte in b",:0123456789"]
SIGNS = [
    bytes([byte])
    for byte in b"@.-/TZtn[{zyxwvusrqponmlkjihgfedcbaYXWVUSRQPONMLKJIHGFEDCBA_!#$%&'()*+;<=>?\\^`|~"
]
OTHER = [bytes([byte]) for byte in (*range(0x80, 0x100), *range(0x21), 0x7F)]
# how many random orders of the bytes are tried if the order of the lists above leads to no ending
TRIES = 6
TRIED = 256  # the maximum number of bytes of an ending that is found with a random order
COMPARED = 12  # how many bytes of a list `shortest` tries at one position
STEPS = 1_500  # the maximum number of bytes that `shortest` appends in all its searches
# The maximum number of checks in the search for the shortest answer of a grammar. A check finds out
# whether the grammar allows a byte at the current position, and takes 2 to 5 us.
CHECKS = 400_000


@dataclass(slots=True)
class Budget:
    """The number of checks that the searches for one answer may still make. It is a number of checks,
    not a time, so that a question gets the same answer on a busy machine."""

    checks: int


class Endings:
    """Searches for endings of answers, and converts them to the tokens of one model.

    Args:
        end_token: the id of the token that ends an answer.
    """

    def __init__(self, tokenizer: LLTokenizer, end_token: int) -> None:
        self.tokenizer = tokenizer
        self.end_token = end_token
        texts = (
            (tokenizer.decode_bytes([token]), token) for token in reversed(range(tokenizer.vocab_size))
        )
        self._byte_tokens = {text[0]: token for text, token in texts if len(text) == 1}

    def matcher(self, grammar: str) -> LLMatcher:
        """Return a parser of a grammar, which takes 1 to 20 ms. If llguidance refuses the grammar, the
        method `is_error` of the parser returns True.

        Each answer gets its own parser. Copies of one parser share one lexer, whose number of states is
        limited, so one answer could use up the states that another needs.
        """
        from llguidance import LLMatcher

        return LLMatcher(self.tokenizer, grammar, log_level=0, limits=parser_limits())

    def quick(
        self, matcher: LLMatcher, most: int, budget: Budget, hints: Iterable[bytes] = ()
    ) -> bytes | None:
        """Return the first ending that is found, of at most `most` bytes; None if none was found.
        `hints` are texts that the ending may need. The search appends a hint as a whole, where it
        otherwise appends a single byte."""
        # The first search may use up all checks that it gets. Half of the budget is kept for the
        # searches with random orders.
        half = Budget(budget.checks // 2)
        budget.checks -= half.checks
        end = self._end(matcher.deep_copy(), b"", most, half, hints)
        budget.checks += half.checks
        for seed in range(TRIES):
            if end is not None:
                break
            end = self._end(
                matcher.deep_copy(), b"", min(most, TRIED), budget, hints, random.Random(seed)
            )
        return end

    def shortest(self, matcher: LLMatcher, most: int, hints: Sequence[bytes] = ()) -> bytes | None:
        """Return the shortest of many endings, of at most `most` bytes; None if none was found."""
        budget = Budget(CHECKS)
        best = self.quick(matcher, most, budget, hints)
        at = 0
        steps = 0
        copy = matcher.deep_copy()
        # Walk along the best ending. At each position try the other steps that the grammar allows, and
        # keep each ending that is shorter than the best one so far.
        while best is not None and at < len(best) and steps < STEPS:
            following = [*islice(self._following(copy, [*CLOSING, *DIGITS], budget), COMPARED)]
            following += self._following(copy, hints, budget)
            following += islice(self._following(copy, SIGNS, budget), COMPARED)
            for step in following if len(following) > 1 else ():
                limit = len(best) - at - 1
                end = self._end(copy.deep_copy(), step, limit, budget, hints)
                if end is None:
                    steps += limit
                else:
                    steps += len(end)
                    best = best[:at] + end
            self._append(copy, best[at : at + 1])
            at += 1
        return best

    def tokens(self, matcher: LLMatcher, end: bytes) -> list[int]:
        """Return the tokens of an ending."""
        tokens = self.tokenizer.tokenize_bytes(end)
        return tokens if self.fits(matcher, tokens) else self._bytes(end)

    def fits(self, matcher: LLMatcher, tokens: Sequence[int]) -> bool:
        """Return whether the grammar allows these tokens and then the end of the answer."""
        return matcher.validate_tokens([*tokens, self.end_token]) == len(tokens) + 1

    def _end(
        self,
        matcher: LLMatcher,
        end: bytes,
        most: int,
        budget: Budget,
        hints: Iterable[bytes],
        chance: random.Random | None = None,
    ) -> bytes | None:
        """Return an ending that begins with the bytes `end`; None if none was found. The search changes
        the matcher."""
        groups = [CLOSING.copy(), [*hints, *DIGITS, *SIGNS], OTHER.copy()]
        step = end
        while self._append(matcher, step) and len(end) <= most:
            if matcher.is_accepting():
                return end
            step = matcher.compute_ff_bytes() or self._choose(matcher, groups, end, budget, chance)
            if not step:  # the budget is spent, or the parser has stopped at one of its limits
                return None
            end += step
        return None

    def _choose(
        self,
        matcher: LLMatcher,
        groups: list[list[bytes]],
        end: bytes,
        budget: Budget,
        chance: random.Random | None,
    ) -> bytes:
        """Return the next step of the search: the bytes to append, or b"" if no bytes may follow."""
        # Of the closing bytes a quote is tried first. Directly after an opening bracket the quote is
        # tried last.
        groups[0].sort(key=lambda step: (step == b'"') == end.endswith((b"[", b"{")))
        for group in groups:
            if chance is not None:
                chance.shuffle(group)
            for step in self._following(matcher, group, budget):
                # Move the step to the end of its group, so that it is tried last next time. A closing
                # byte stays in place until it was used REPEATED times in a row. Then it moves to the
                # second group.
                if chance is None and (step not in CLOSING or end.endswith(step * REPEATED)):
                    group.remove(step)
                    groups[1 if step in CLOSING else groups.index(group)].append(step)
                return step
        return b""

    def _following(self, matcher: LLMatcher, steps: Iterable[bytes], budget: Budget) -> Iterator[bytes]:
        """Yield the steps that may follow, until the budget is used up."""
        for step in steps:
            if budget.checks <= 0:
                return
            budget.checks -= 1
            tokens = self._bytes(step)
            if tokens and matcher.validate_tokens(tokens) == len(tokens):
                yield step

    def _append(self, matcher: LLMatcher, text: bytes) -> bool:
        return not text or matcher.consume_tokens(self._bytes(text))

    def _bytes(self, text: bytes) -> list[int]:
        """Return a token for each byte; an empty list if one of the bytes has no token."""
        tokens = [self._byte_tokens.get(byte, -1) for byte in text]
        return [] if -1 in tokens else tokens
