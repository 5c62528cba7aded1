"""The streamed pieces joined equal the answer decoded at once."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from tokenizers import AddedToken, decoders, models
from tokenizers import Tokenizer as Backend

from flashsloth.checkpoints.model_files import read_tokenizer
from flashsloth.generation.answer_record import REPLACEMENT, TextStream
from flashsloth.processing.tokenizer import Tokenizer
from flashsloth.utils.paths import NANO_FOLDER


@dataclass
class Parts:
    """A byte-level tokenizer whose vocabulary are the parts: id -> bytes."""

    parts: Sequence[bytes]

    def decode(self, ids: Sequence[int]) -> str:
        return b"".join(self.parts[i] for i in ids).decode("utf-8", errors="replace")

    def convert_ids_to_tokens(self, token: int) -> str:
        return f"part {token}"


def stream_of(parts: Sequence[bytes], stop: Sequence[str] = ()) -> TextStream:
    return TextStream(Parts(parts), stop)


def stream(parts: Sequence[bytes], stop: Sequence[str] = ()) -> tuple[list[str], TextStream]:
    """Return the pieces, the last one from `finish`. Stops pushing after a stop string."""
    text, pieces = stream_of(parts, stop), []
    for token in range(len(parts)):
        pieces.append(text.push(token))
        if text.stopped:
            break
    pieces.append(text.finish())
    return pieces, text


def expected(whole: str, stop: Sequence[str] = ()) -> str:
    """Return the text up to the first stop string to be complete, stripped of white space."""
    whole = whole.lstrip()
    ends = [(whole.find(s) + len(s), whole.find(s)) for s in stop if s and s in whole]
    return (whole[: min(ends)[1]] if ends else whole).rstrip()


@st.composite
def split(draw: st.DrawFn, whole: st.SearchStrategy[bytes]) -> list[bytes]:
    """Bytes cut anywhere, also within characters."""
    data = draw(whole)
    cuts = draw(st.lists(st.integers(0, len(data)), max_size=len(data)))
    edges = [0, *sorted(set(cuts)), len(data)]
    return [data[a:b] for a, b in pairwise(edges) if a < b]


texts = st.text(max_size=40)
spaced = st.text(st.sampled_from("ab \n\té猫🙂"), max_size=30)  # many spaces and wide characters


@given(split((texts | spaced).map(str.encode)))
@example(["\u00e9".encode()[:1], "\u00e9".encode()[1:]])
@example([b" ", b"\n", b"a", b" ", b"\n", b" "])
@example(["\U0001f469\u200d".encode()[:5], "\U0001f469\u200d".encode()[5:], b"a"])
def test_pieces_join_to_the_whole(parts: list[bytes]) -> None:
    whole = b"".join(parts).decode()
    pieces, text = stream(parts)
    assert "".join(pieces) == expected(whole) == whole.strip()
    assert not text.stopped
    if REPLACEMENT not in whole:
        assert not any(REPLACEMENT in piece for piece in pieces)


stops = st.lists(st.text(st.sampled_from("abé "), min_size=1, max_size=4), max_size=3)


@given(split(spaced.map(str.encode)), stops)
@example([b"xab", b"ab", b"c"], ["abc"])  # the first "ab" is not the beginning of it
@example([b"a", b"b", b"a", b"b"], ["bab", "ba"])
@example([b"abcd"], ["abcd", "bc"])
@example([b"a", b"bc", b"d"], ["abcd", "bc"])
@example([b"x  ", b" ", b"ab"], [" ab"])
@example([b"one ST", b"AR ST", b"O"], ["STOP"])
def test_stop_strings_are_not_part_of_the_answer(parts: list[bytes], stop: list[str]) -> None:
    """For any cuts between tokens."""
    whole = b"".join(parts).decode()
    pieces, text = stream(parts, stop)
    assert "".join(pieces) == expected(whole, stop)
    assert text.stopped == any(s in whole.lstrip() for s in stop)


@given(split(spaced.map(str.encode)), stops)
def test_pieces_are_prefixes_of_the_answer(parts: list[bytes], stop: list[str]) -> None:
    """After each token, at most a possible stop string, white space and incomplete characters are
    pending."""
    whole = b"".join(parts).decode()
    text = stream_of(parts, stop)
    answer, out = expected(whole, stop), ""
    for token in range(len(parts)):
        out += text.push(token)
        assert answer.startswith(out)
        assert out == out.strip()
        if text.stopped:
            break
        whole_tokens = [b"".join(parts[:n]) for n in range(token + 2)]
        sure = max((b.decode() for b in whole_tokens if is_text(b)), key=len).strip()
        longest = max((len(s) for s in stop), default=1)
        assert len(out) >= len(sure[: max(0, len(sure) - longest + 1)].rstrip())


def is_text(data: bytes) -> bool:
    return REPLACEMENT not in data.decode(errors="replace")


@given(split(st.binary(max_size=24)))
def test_invalid_utf8(parts: list[bytes]) -> None:
    """Invalid bytes become U+FFFD as when decoded at once; nothing is lost or stays pending."""
    whole = b"".join(parts).decode(errors="replace")
    pieces, _ = stream(parts)
    assert "".join(pieces) == whole.strip()


def test_no_text_after_a_stop_string() -> None:
    text = stream_of([b"one", b" STOP", b" two"], ["", "STOP"])  # empty ones are ignored
    assert [text.push(0), text.push(1)] == ["one", ""]
    assert text.stopped
    assert text.push(2) == ""
    assert text.finish() == ""


def test_a_real_tokenizer() -> None:
    """nano's tokenizer, for any ids."""
    tokenizer = read_tokenizer(NANO_FOLDER)

    @given(st.lists(st.integers(3, len(tokenizer) - 2), max_size=30))
    def check(ids: list[int]) -> None:
        text = TextStream(tokenizer)
        pieces = [text.push(token) for token in ids]
        pieces.append(text.finish())
        assert "".join(pieces) == tokenizer.decode(ids).strip()

    check()


# Decoders, which may make the text of a token depend on its neighbours

SPECIAL = ("<s>", "</s>")
BYTES = [f"<0x{byte:02X}>" for byte in b"\nA\xc3\xa9\xe2\x82\xac\xf0\x9f\x98\x80\xff"]
PIECES = [
    "\u2581It",
    "\u2581",
    "\u2581\u2581",
    "\u2581a",
    "b",
    "\u2581b\u2581",
    "é",
    REPLACEMENT,
    "",
    *BYTES,
]
LEVEL = ["ĠIt", "Ġ", "ĠĠ", "Ġa", "b", "Ċ", "Ã", "©", "Ãī", "ð", "Ł", "ĺ", "Ģ", "Ġâ", "Ĥ", "¬", "ÿ", ""]
WORDS = ["It", "##s", "a", "##", ".", "n't", "##.", "do", "not", "'s", "##" + REPLACEMENT, ""]
SUFFIXED = ["It</w>", "a</w>", "b", "</w>", ".</w>", "é", ""]
HEARD = ["a", "b", "<pad>", "|", ".", "n't", "é", ""]
SPACES = decoders.Replace("\u2581", " ")
LLAMA = [SPACES, decoders.ByteFallback(), decoders.Fuse()]
FIRST = decoders.Strip(" ", 1, 0)
DECODERS: dict[str, tuple[list[str], Any]] = {
    "Llama 2": (PIECES, decoders.Sequence([*LLAMA, FIRST])),
    "two spaces": (PIECES, decoders.Sequence([*LLAMA, decoders.Strip(" ", 2, 0)])),
    "Gemma": (PIECES, decoders.Sequence(LLAMA)),
    "bytes": (PIECES, decoders.ByteFallback()),
    "byte-level": (LEVEL, decoders.ByteLevel()),
    "byte-level, stripped": (LEVEL, decoders.Sequence([decoders.ByteLevel(), FIRST])),
    "replaced, stripped": (
        LEVEL,
        decoders.Sequence([decoders.Replace("Ġ", " "), decoders.Fuse(), FIRST]),
    ),
    "Metaspace": (PIECES, decoders.Metaspace()),
    "Metaspace, first": (PIECES, decoders.Metaspace(prepend_scheme="first")),
    "Metaspace, never": (PIECES, decoders.Metaspace(prepend_scheme="never")),
    "Metaspace, bytes": (
        PIECES,
        decoders.Sequence([decoders.Metaspace(), decoders.ByteFallback(), decoders.Fuse(), FIRST]),
    ),
    "WordPiece": (WORDS, decoders.WordPiece()),
    "WordPiece, as it is": (WORDS, decoders.WordPiece(cleanup=False)),
    "BPE": (SUFFIXED, decoders.BPEDecoder()),
    "CTC": (HEARD, decoders.CTC()),
    "fused": (PIECES, decoders.Fuse()),
    "replaced": (PIECES, SPACES),
    "each stripped": (PIECES, decoders.Sequence([SPACES, FIRST])),
    "none": (PIECES, None),
}


def tokenizer_of(kind: str) -> Tokenizer:
    """Return a tokenizer whose ids are those of its pieces, of special tokens and of an added token."""
    pieces, decoder = DECODERS[kind]
    backend = Backend(models.WordLevel({piece: n for n, piece in enumerate(pieces)}, unk_token="b"))
    if decoder is not None:
        backend.decoder = decoder
    backend.add_special_tokens([AddedToken(each, special=True, normalized=False) for each in SPECIAL])
    backend.add_tokens([AddedToken(" think ", normalized=False)])
    return Tokenizer(backend, kind, None, None, None)


def streamed(tokenizer: Any, ids: Sequence[int], stop: Sequence[str] = ()) -> tuple[list[int], str]:
    """Return the ids up to a stop string, and the pieces joined."""
    text = TextStream(tokenizer, stop)
    out = ""
    pushed = []
    for token in ids:
        pushed.append(token)
        out += text.push(token)
        if text.stopped:
            break
    return pushed, out + text.finish()


def test_every_kind_of_decoder_is_in_the_table() -> None:
    every = {each for each in vars(decoders).values() if isinstance(each, type)}
    kinds = {type(decoder) for _, decoder in DECODERS.values()} | {*map(type, [*LLAMA, FIRST])}
    assert every - kinds == {decoders.Decoder, decoders.DecodeStream}


@pytest.mark.parametrize("kind", DECODERS)
def test_decoders(kind: str) -> None:
    """For any ids: with special tokens, ids that no token has, and bytes that are no text. A few ids
    repeated make runs of spaces and of bytes."""
    tokenizer = tokenizer_of(kind)
    every = st.integers(0, len(tokenizer) + 1)
    few = st.lists(every, min_size=1, max_size=3).flatmap(lambda ids: st.lists(st.sampled_from(ids)))
    texts = st.lists(st.sampled_from(["b", "\n", " a", "a b", "é", "\nA", "€"]), max_size=2)

    @given(st.lists(every) | few, texts)
    def check(ids: list[int], stop: list[str]) -> None:
        pushed, text = streamed(tokenizer, ids, stop)
        assert text == expected(tokenizer.decode(pushed), stop)

    check()


@pytest.mark.parametrize(
    ("kind", "pieces", "text"),
    [
        ("Llama 2", ["\u2581It", "\u2581a", "b", "\u2581", "\u2581", "\u2581a"], "It ab   a"),
        ("Llama 2", ["\u2581It", "</s>", "\u2581a", "<s>", "b"], "It</s> a<s>b"),
        ("Llama 2", ["\u2581", "\u2581It", "<0xC3>", "<0xA9>", "\u2581a"], "Ité a"),
        ("Llama 2", ["b", "<0xC3>", "<0xA9>", "<0xFF>", "\u2581a"], f"b{3 * REPLACEMENT} a"),
        ("Llama 2", ["\u2581It", "<0x0A>", "<0xF0>", "<0x9F>", "<0x98>", "<0x80>"], "It\n😀"),
        ("byte-level, stripped", ["ĠIt", "Ġ", "Ã", "©", "Ġâ", "Ĥ", "¬"], "It é €"),
        ("Metaspace", ["\u2581It", "\u2581a", "\u2581b\u2581", "\u2581a"], "It a b  a"),
        ("WordPiece", ["It", "##s", "a", ".", "do", "n't"], "Its a. don't"),
        ("BPE", ["It</w>", "b", "a</w>", "</w>", "b"], "It ba  b"),
        ("none", ["b", "é", "b"], "b é b"),
    ],
)
def test_texts_of_decoders(kind: str, pieces: list[str], text: str) -> None:
    tokenizer = tokenizer_of(kind)
    ids = [tokenizer.convert_tokens_to_ids(piece) for piece in pieces]
    assert None not in ids
    assert streamed(tokenizer, ids)[1] == text == tokenizer.decode(ids).strip()


def test_a_byte_may_complete_a_stop_string() -> None:
    """Llama 2 writes a new line as a byte: no token more is generated to find out what follows."""
    tokenizer = tokenizer_of("Llama 2")
    ids = [tokenizer.convert_tokens_to_ids(piece) for piece in ("\u2581It", "<0x0A>", "\u2581a")]
    assert streamed(tokenizer, ids, ["\n"]) == (ids[:2], "It")


@pytest.mark.parametrize(
    "pieces", [["\u2581It", "b"], ["\u2581"], ["\u2581It", "\u2581"], ["<0x41>"], BYTES]
)
def test_the_work_for_a_token_does_not_grow_with_the_answer(pieces: list[str]) -> None:
    tokenizer = tokenizer_of("Llama 2")
    ids = [tokenizer.convert_tokens_to_ids(piece) for piece in pieces]
    decoded = []

    class Counting(Parts):
        def decode(self, ids: Sequence[int]) -> str:
            decoded.append(len(ids))
            return tokenizer.decode(ids)

        def convert_ids_to_tokens(self, token: int) -> str:
            return str(tokenizer.convert_ids_to_tokens(token))

    _, text = streamed(Counting(()), ids * 200)
    assert text == tokenizer.decode(ids * 200).strip()
    assert sum(decoded) <= 10 * 200 * len(ids)
