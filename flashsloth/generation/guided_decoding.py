"""Hold answers to grammars: before a token is chosen, forbid those that may not follow.

llguidance computes the masks, on the host and outside of CUDA graphs: about 20 us a token for 1,000 tokens of
vocabulary.
"""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
import torch
from torch import Tensor

from flashsloth.errors import SchemaError
from flashsloth.generation.constraint import Constraint
from flashsloth.utils.text import printable

if TYPE_CHECKING:
    from llguidance import LLMatcher, LLTokenizer

KEPT = 32  # compiled grammars
MASK_BITS = 32  # tokens in a number of a mask


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
        self._tokenizer: LLTokenizer | None = None
        self._compiled: OrderedDict[str, LLMatcher] = OrderedDict()
        self._lock = threading.Lock()

    def prepare(self) -> None:
        """Read the tokenizer, which takes up to a second for 50,000 tokens. Optional."""
        with self._lock:
            self._read_tokenizer()

    def guide(self, constraint: Constraint) -> Guide:
        """Return the guide of a new answer. Raises: SchemaError."""
        grammar = constraint.grammar()
        with self._lock:
            matcher = self._compiled.pop(grammar, None) or self._compile(grammar)
            self._compiled[grammar] = matcher
            if len(self._compiled) > KEPT:
                self._compiled.popitem(last=False)
            return Guide(matcher.deep_copy(), self.vocabulary, self.end_tokens)

    def _compile(self, grammar: str) -> LLMatcher:
        from llguidance import LLMatcher

        matcher = LLMatcher(self._read_tokenizer(), grammar, log_level=0)
        if matcher.is_error():
            raise SchemaError(f"the schema cannot be held: {printable(matcher.get_error())}")
        return matcher

    def _read_tokenizer(self) -> LLTokenizer:
        if self._tokenizer is None:
            from llguidance import LLTokenizer

            text = self._source.backend_tokenizer.to_str()
            self._tokenizer = LLTokenizer(text, n_vocab=self.vocabulary, eos_token=self.end_tokens)
        return self._tokenizer


class Guide:
    """The position of one answer in its grammar."""

    def __init__(self, matcher: LLMatcher, vocabulary: int, end_tokens: list[int]) -> None:
        self.matcher, self.vocabulary, self.end_tokens = matcher, vocabulary, end_tokens

    @property
    def is_complete(self) -> bool:
        """Whether the answer is whole and nothing can follow."""
        return self.matcher.is_stopped() and not self.has_failed

    @property
    def has_failed(self) -> bool:
        """Whether the grammar became too large while it was followed."""
        return self.matcher.is_error()

    def accept(self, token: int) -> None:
        """Take the next token."""
        self.matcher.consume_token(token)

    def accept_all(self, tokens: Sequence[int]) -> None:
        """Take the part of an answer that was there before. Raises: SchemaError if it does not keep to the grammar."""
        if not self.matcher.consume_tokens(list(tokens)):
            raise SchemaError("the answer so far does not follow the schema", hint="Ask the question again.")


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
    forbidden = torch.from_numpy(allowed == 0).to(logits.device, non_blocking=True)
    return logits.masked_fill(forbidden, -torch.inf)
