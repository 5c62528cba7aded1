"""What is drawn: one absolute scale, panels in rows, and files that other programs can read."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image
from tokenizers import Tokenizer as Backend
from tokenizers import decoders, models

from flashsloth.errors import InputError, OptionError
from flashsloth.explain import explanation
from flashsloth.explain.explanation import MAX_WORDS, Explanation, split_words
from flashsloth.processing.tokenizer import Tokenizer


def made(top: float = 3.0, *, pictures: int = 1, words: int = 2, embq: bool = True) -> Explanation:
    maps = tuple(np.linspace(0, top, 16, dtype=np.float32).reshape(4, 4) for _ in range(pictures))
    images = tuple(Image.new("RGB", (120, 60), (200, 30, 30)) for _ in range(pictures))
    text = tuple(f"w{n}" for n in range(words))
    by_word = tuple(maps for _ in range(words))
    question = "a < b & \x1b[31m 猫?"
    stood_out = maps if embq else None
    return Explanation(
        maps, stood_out, maps, None, 0.2, 0.0, question, " ".join(text), images, text, by_word
    )


def titles(explanation: Explanation, **options: bool) -> list[list[str]]:
    return [[panel.title for panel in row] for row in explanation.panels(**options)]


def test_panels() -> None:
    assert titles(made()) == [["the picture", "where it looked", "what stood out"]]
    assert titles(made(pictures=2, embq=False)) == [["the picture", "where it looked"]] * 2
    assert titles(made(), pooling=True)[0][3] == "what pooling kept"
    assert titles(made(words=7), tokens=True)[1:] == [[f"w{n}" for n in range(6)], ["w6"]]


def test_a_long_answer_has_a_panel_for_each_of_its_first_words() -> None:
    long = made(words=MAX_WORDS + 5)
    assert sum(map(len, long.panels(tokens=True)[1:])) == MAX_WORDS
    assert "the last 5 words" in long.heading(tokens=True)[1]


def test_the_scale_is_absolute() -> None:
    """A faint map stays faint: colors go by the value, not by the map's own maximum."""
    faint, strong = (np.asarray(made(top).overlay()) for top in (0.5, 6.0))
    assert np.ptp(faint.mean(-1)) < 0.2 * np.ptp(strong.mean(-1))
    np.testing.assert_array_equal(
        explanation.color(np.float32([6, 7, 600]))[1:], [explanation.CIVIDIS[-1]] * 2
    )
    np.testing.assert_array_equal(explanation.color(np.float32([0])), [explanation.CIVIDIS[0]])


def test_brighter_is_more() -> None:
    brightness = explanation.color(np.linspace(0, explanation.TOP, 100, dtype=np.float32)).astype(
        int
    ) @ [
        30,
        59,
        11,
    ]
    assert (np.diff(brightness) > 0).all()


@pytest.mark.parametrize("tokens", [False, True])
def test_png(tmp_path: Path, tokens: bool) -> None:
    made(pictures=2).save(tmp_path / "a.PNG", tokens=tokens)
    with Image.open(tmp_path / "a.PNG") as image:
        assert image.format == "PNG"
        assert image.size == made(pictures=2).picture(tokens=tokens).size
    assert list(tmp_path.iterdir()) == [tmp_path / "a.PNG"]


def test_wrong_paths(tmp_path: Path) -> None:
    with pytest.raises(OptionError, match=r"a\.jpg"):
        made().save(tmp_path / "a.jpg")
    with pytest.raises(InputError, match="cannot be written"):
        made().save(tmp_path / "none" / "a.png")


def test_words() -> None:
    def words_of(pieces: list[str], decoder: Any = None) -> list[tuple[str, list[int]]]:
        backend = Backend(models.WordLevel({piece: n for n, piece in enumerate(pieces)}, "<unk>"))
        backend.decoder = decoder or decoders.Fuse()
        return split_words(Tokenizer(backend, "", None, None, None), range(len(pieces)))

    expected = [("The", [0]), (" red", [1]), (" apple.", [2, 3, 4, 5]), (" It", [6])]
    assert words_of(["The", " red", " ap", "ple", "", ".", " It"]) == expected
    assert words_of([]) == []
    # the decoder of Llama 2, whose bytes are held back until another token follows them
    steps = [decoders.Replace("_", " "), decoders.ByteFallback(), decoders.Fuse()]
    llama = decoders.Sequence([*steps, decoders.Strip(" ", 1, 0)])
    assert words_of(["_The", "_red", "_ap", "ple", "</s>", ".", "_It"], llama) == [
        ("The", [0]),
        (" red", [1]),
        (" apple</s>.", [2, 3, 4, 5]),
        (" It", [6]),
    ]
    assert words_of(["_caf", "<0xC3>", "<0xA9>", "_red"], llama) == [("café", [0, 1, 2]), (" red", [3])]


def test_the_document() -> None:
    document = made(pictures=2, embq=False).document()
    assert document["unit"] == "times chance"
    assert document["share"] == 0.2
    assert "held" not in document["pictures"][0]
    assert [each["stood_out"] for each in document["pictures"]] == [None, None]
    assert document["pictures"][0]["looked"][3][3] == 3.0
