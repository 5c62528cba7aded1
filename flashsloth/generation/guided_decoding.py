"""Hold answers to grammars: before a token is chosen, forbid those that may not follow, then refuse those after which
the answer could not be whole within its length.

llguidance computes the masks, on the host and outside of CUDA graphs: about 20 us a token for 1,000 tokens of
vocabulary.
"""

from __future__ import annotations

import json
import re
import threading
from collections import OrderedDict
from collections.abc import Callable, Sequence
from contextlib import nullcontext
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import torch
from torch import Tensor

from flashsloth.errors import SchemaError
from flashsloth.generation.constraint import Constraint
from flashsloth.generation.endings import Endings
from flashsloth.generation.json_schema import parser_limits
from flashsloth.utils.text import printable

if TYPE_CHECKING:
    from llguidance import LLMatcher

KEPT = 32  # compiled grammars
KEPT_BYTES = 128 << 20  # of those that take much
MASK_BITS = 32  # tokens in a number of a mask
TRIES = 8  # tokens that may be refused before the one that leads to the end is taken
TOKEN_BYTES = 8  # of an end, for each token that is left
LAST = 32  # tokens before the limit: what is refused earlier only has no end that was found
LONGEST = 8192  # bytes of an end
DIGITS, EXPONENT = 15, 2  # of a number: a float does not hold more
STRING = re.compile(rb'"(?:[^"\\]|\\.)*+"', re.DOTALL)
NUMBER = re.compile(rb"\d[\d.eE+-]*")


@dataclass(frozen=True, slots=True)
class Grammar:
    """A compiled grammar, its shortest answer, and texts that an answer may need."""

    matcher: LLMatcher
    shortest: bytes | None
    hints: tuple[bytes, ...]
    nbytes: int


class GrammarCompiler:
    """Compiles constraints for the tokens of one model. May be used from several threads.

    Args:
        tokenizer: the model's.
        vocabulary: the number of logits.
        end_tokens: the ids that end an answer.
    """

    def __init__(self, tokenizer: Any, vocabulary: int, end_tokens: Sequence[int]) -> None:
        self.vocabulary, self.end_tokens = vocabulary, [*end_tokens]
        self._source = tokenizer
        self._endings: Endings | None = None
        self._compiled: OrderedDict[str, Grammar] = OrderedDict()
        self._lock, self._compiling = threading.Lock(), threading.Lock()

    def prepare(self) -> Endings:
        """Read the tokenizer, which takes up to a second for 50,000 tokens. Optional."""
        with self._lock:
            if self._endings is None:
                from llguidance import LLTokenizer

                text = self._source.backend_tokenizer.to_str()
                tokenizer = LLTokenizer(text, n_vocab=self.vocabulary, eos_token=self.end_tokens)
                self._endings = Endings(tokenizer, self.end_tokens[0])
            return self._endings

    def guide(self, constraint: Constraint) -> Guide:
        """Return the guide of a new answer. Raises: SchemaError."""
        key = constraint.grammar()
        with self._compiling if constraint.nbytes else nullcontext():  # one at a time of those that take much
            with self._lock:
                grammar = self._compiled.pop(key, None)
            grammar = grammar or self._compile(constraint, key)
            with self._lock:
                self._compiled[key] = grammar
                while len(self._compiled) > KEPT or sum(each.nbytes for each in self._compiled.values()) > KEPT_BYTES:
                    self._compiled.popitem(last=False)
        return Guide(grammar, self.vocabulary, self.end_tokens, self.prepare(), numbers=constraint.kind == "schema")

    def _compile(self, constraint: Constraint, text: str) -> Grammar:
        from llguidance import LLMatcher

        endings = self.prepare()
        matcher = LLMatcher(endings.tokenizer, text, log_level=0, limits=parser_limits())
        if matcher.is_error():
            raise SchemaError(f"the schema cannot be held: {printable(matcher.get_error())}")
        hints = tuple(hint for pattern in constraint.patterns if (hint := _match(pattern, endings)))
        return Grammar(matcher, endings.shortest(matcher, LONGEST, hints), hints, constraint.nbytes)


def _match(pattern: str, endings: Endings) -> bytes | None:
    """Return a text that matches a pattern, as JSON writes it; None if none was found."""
    from llguidance import LLMatcher

    regex = LLMatcher.grammar_from_regex(pattern.removeprefix("^").removesuffix("$"))
    matcher = LLMatcher(endings.tokenizer, regex, log_level=0, limits=parser_limits())
    text = None if matcher.is_error() else endings.quick(matcher, LONGEST)
    return None if text is None else json.dumps(text.decode(errors="replace"), ensure_ascii=False)[1:-1].encode()


class Guide:
    """The position of one answer in its grammar, and an end that it can have from there.

    Args:
        numbers: whether the answer is JSON, whose numbers are bounded.
    """

    def __init__(
        self, grammar: Grammar, vocabulary: int, end_tokens: list[int], endings: Endings, *, numbers: bool = True
    ) -> None:
        self.matcher, self.vocabulary, self.end_tokens = grammar.matcher.deep_copy(), vocabulary, end_tokens
        self.left = 0  # tokens that the answer may still have
        self.is_shortened = False  # whether a token was refused because too few are left
        self._grammar, self._endings, self._numbers = grammar, endings, numbers
        self._tail = b""  # of the text: a string or a number that is not whole
        self._end: list[int] | None = None  # tokens; None if no end is known that fits
        self._looked_at: tuple[int, list[int] | None] = -1, None  # a token, and an end after it

    @property
    def is_complete(self) -> bool:
        """Whether the answer is whole and nothing can follow."""
        return self.matcher.is_stopped() and not self.has_failed

    @property
    def is_whole(self) -> bool:
        """Whether the answer may end here."""
        return self.matcher.is_accepting() and not self.has_failed

    @property
    def has_failed(self) -> bool:
        """Whether the grammar became too large while it was followed."""
        return self.matcher.is_error()

    def begin(self, continued: Sequence[int], left: int) -> None:
        """Take the part of an answer that was there before, and the number of tokens that it may still have.
        Raises: SchemaError if that part does not keep to the grammar."""
        if not self.matcher.consume_tokens(list(continued)):
            raise SchemaError("the answer so far does not follow the schema", hint="Ask the question again.")
        self.left, self._tail = left, unfinished(self._endings.tokenizer.decode_bytes(list(continued)))
        end = self._grammar.shortest
        if continued or end is None:
            self._end = self._find_end(self.matcher, left)
        elif len(tokens := self._endings.tokens(self.matcher, end)) <= left:
            self._end = tokens

    def choose(self, logits: Tensor, draw: Callable[[Tensor], Tensor]) -> Tensor:
        """Draw the next token (1,) from logits (V,) in which `forbid` has left those of the grammar."""
        token = draw(logits)
        for _ in range(TRIES):
            if self._may_follow(int(token)):
                return token
            logits = logits.index_fill(0, token, -torch.inf)
            token = draw(logits)
        if self._end is None:
            return token
        end = self._find_end(self.matcher, self.left)  # the one so far may go on with a number that has all its digits
        self._end = self._end if end is None or len(end) > len(self._end) else end
        return torch.full_like(token, [*self._end, *self.end_tokens][0])

    def accept(self, token: int) -> None:
        """Take the next token."""
        if self._end is not None and self._looked_at[0] != token:
            self._looked_at = token, self._end_after(token)
        self.matcher.consume_token(token)
        self.left -= 1
        self._tail = unfinished(self._tail + self._endings.tokenizer.decode_bytes([token]))
        self._end = None if self._end is None else self._looked_at[1]
        self._looked_at = -1, None

    def _may_follow(self, token: int) -> bool:
        if token in self.end_tokens:
            return True
        text = self._tail + self._endings.tokenizer.decode_bytes([token])
        if self._numbers and not all(map(is_bounded, NUMBER.findall(STRING.sub(b"", text).partition(b'"')[0]))):
            return False
        if self._end is None:
            return True
        self._looked_at = token, self._end_after(token)
        refused = self._looked_at[1] is None
        self.is_shortened |= refused and self.left <= len(self._end) + LAST
        return not refused

    def _end_after(self, token: int) -> list[int] | None:
        """Return the tokens of an end after a token, which fits into what is left then; None if none was found."""
        assert self._end is not None
        if self._end[:1] == [token]:
            return self._end[1:]
        if len(self._end) < self.left and self._endings.fits(self.matcher, [token, *self._end]):
            return self._end
        after = self.matcher.deep_copy()
        return self._find_end(after, self.left - 1) if after.consume_token(token) else None

    def _find_end(self, matcher: LLMatcher, left: int) -> list[int] | None:
        end = self._endings.quick(matcher, min(TOKEN_BYTES * left, LONGEST), self._grammar.hints)
        tokens = None if end is None else self._endings.tokens(matcher, end)
        return None if tokens is None or len(tokens) > left else tokens


def unfinished(text: bytes) -> bytes:
    """Return what decides whether the end of a JSON text is in a string, or its last number."""
    text = STRING.sub(b"", text)
    if (quote := text.find(b'"')) >= 0:
        escapes = len(text) - len(text.rstrip(b"\\"))
        return b'"' + b"\\" * (escapes % 2 if quote + 1 < len(text) else 0)
    numbers = NUMBER.findall(text)
    return numbers[-1] if numbers and text.endswith(numbers[-1]) else b""


def is_bounded(number: bytes) -> bool:
    """Return whether a number of JSON has so few digits that a float holds it."""
    mantissa, _, exponent = number.lower().partition(b"e")
    return len(mantissa.replace(b".", b"")) <= DIGITS and len(exponent.strip(b"+-")) <= EXPONENT


def forbid(logits: Tensor, guides: Sequence[Guide | None]) -> Tensor:
    """Return logits (B, V) with -inf at the tokens that may not follow in each row; a row without a guide is as it was.
    A row whose grammar has failed may only end."""
    vocabulary = logits.shape[-1]
    bits = np.full((len(guides), -(-vocabulary // MASK_BITS)), -1, dtype=np.int32)
    for mask, guide in zip(bits, guides, strict=True):  # llguidance's pool would compete with torch's spinning threads
        if guide is not None and not guide.has_failed:
            guide.matcher.unsafe_compute_mask_ptr(mask.ctypes.data, mask.nbytes)
    allowed = np.unpackbits(bits.view(np.uint8), axis=1, count=vocabulary, bitorder="little")
    for row, guide in enumerate(guides):
        if guide is not None and guide.has_failed:
            allowed[row] = 0
            allowed[row, guide.end_tokens] = 1
    forbidden = torch.from_numpy(allowed == 0).to(logits.device)  # at once, as the memory is freed (pytorch#189690)
    return logits.masked_fill(forbidden, -torch.inf)
