"""The streamed pieces joined equal the answer decoded at once."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

from hypothesis import example, given
from hypothesis import strategies as st

from flashsloth.checkpoints.model_files import read_tokenizer
from flashsloth.generation.answer_record import REPLACEMENT, TextStream
from flashsloth.utils.paths import NANO_FOLDER


def stream_of(parts: Sequence[bytes], stop: Sequence[str] = ()) -> TextStream:
    """Return a stream of a byte-level tokenizer's text, whose vocabulary are the parts: id -> bytes."""
    return TextStream(
        lambda ids: b"".join(parts[i] for i in ids).decode("utf-8", errors="replace"), stop
    )


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
    tokenizer.clean_up_tokenization_spaces = False

    @given(st.lists(st.integers(3, len(tokenizer) - 2), max_size=30))
    def check(ids: list[int]) -> None:
        text = TextStream(tokenizer.decode)
        pieces = [text.push(token) for token in ids]
        pieces.append(text.finish())
        assert "".join(pieces) == tokenizer.decode(ids).strip()

    check()
