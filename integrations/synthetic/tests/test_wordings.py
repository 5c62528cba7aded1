"""The wordings of questions: their grammar, those that are held out of training, and how they are
written to files."""

from __future__ import annotations

import json
import re
import zlib
from pathlib import Path
from random import Random

import pytest

from flashsloth_synthetic import (
    question_templates,
    sample,
    training_sample,
    training_samples,
    typing_noise,
    wording_bank,
)
from flashsloth_synthetic.dialogues import dialogue
from flashsloth_synthetic.question_builders.missing import any_words
from flashsloth_synthetic.question_templates import Words
from flashsloth_synthetic.typing_noise import MEANT, noisy, slip
from flashsloth_synthetic.write import by_kinds, write

BANK = {
    key: (*wording_bank.WORDINGS.get(key, ()), *wording_bank.CLAIMS.get(key, ()))
    for key in {*wording_bank.WORDINGS, *wording_bank.CLAIMS}
}


@pytest.mark.parametrize("key", sorted(BANK))
def test_a_wording_can_be_filled(key: str) -> None:
    slots = any_words(Random(0), key) | {"bare": "star", "three": "red", "noun": "star"}
    if key in wording_bank.EVERYDAY:
        slots |= {
            "parts": "glasses",
            "mood": "sad",
            "time": "night",
            "name": "Tea",
            "dash": "dashed",
            "item": "tea",
            "end": "darker",
            "which": "top",
        }
    for wording in BANK[key]:
        for seed in range(3):
            text = question_templates.expand(Random(seed), wording)
            assert not re.search(r"[\[\]|]|<[a-z]|  |^ | $", text), wording
            assert set(re.findall(r"{(\w+)}", text)) <= set(slots), wording
    assert len(set(BANK[key])) == len(BANK[key])


def test_the_bank_fits_the_kinds() -> None:
    old = set(question_templates.PHRASES)
    assert not old & set(wording_bank.KINDS)
    everyday = set(wording_bank.EVERYDAY)
    assert not everyday & (old | set(wording_bank.KINDS))
    assert set(wording_bank.WORDINGS) == old | set(wording_bank.KINDS) | everyday | {"sign says"}
    assert set(wording_bank.CLAIMS) <= set(wording_bank.WORDINGS)
    assert (
        set(wording_bank.STYLES)
        == set(question_templates.STYLES)
        >= set(wording_bank.STYLE_OF.values())
    )


def test_the_wordings_of_keys_with_many_are_held_out_by_checksum() -> None:
    for key, wordings in wording_bank.WORDINGS.items():
        for_training, held_out = wording_bank.split(wordings)
        assert set(for_training) | set(held_out) == set(wordings)
        assert all(zlib.crc32(wording.encode()) % 8 == 0 for wording in held_out)
        if len(wordings) >= 50:
            assert held_out, key
            assert not any(zlib.crc32(wording.encode()) % 8 == 0 for wording in for_training), key


@pytest.fixture
def drawn(monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, str]]:
    """The keys and wordings that questions are worded with."""
    found: list[tuple[str, str]] = []
    choose = question_templates.wording

    def recording(rng: Random, key: str, words: Words | None = None) -> str:
        found.append((key, choose(rng, key, words)))
        return found[-1][1]

    monkeypatch.setattr(question_templates, "wording", recording)
    return found


def is_held_out(key: str, wording: str) -> bool:
    held_out = wording_bank.split(wording_bank.WORDINGS[key])[1] if key in wording_bank.WORDINGS else ()
    return wording in held_out or wording in wording_bank.split(wording_bank.CLAIMS.get(key, ()))[1]


def test_training_never_asks_in_words_that_are_held_out(drawn: list[tuple[str, str]]) -> None:
    for number in range(600):
        training_sample(number)
    assert len(drawn) > 2500
    assert not [each for each in drawn if is_held_out(*each)]
    both = [(key, wording) for key, wording in drawn if key in question_templates.PHRASES]
    old = sum(wording in question_templates.PHRASES[key] for key, wording in both)
    assert 0.3 < old / len(both) < 0.4


@pytest.mark.parametrize("words", ["old", "new", "unseen"])
def test_questions_come_in_the_words_that_are_asked_for(
    words: Words, drawn: list[tuple[str, str]]
) -> None:
    forms = {turn.form for number in range(150) for turn in sample("test", number, words=words).turns}
    for key, wording in drawn:
        assert (wording in question_templates.PHRASES.get(key, ())) == (words == "old"), (key, wording)
        assert is_held_out(key, wording) == (words == "unseen"), (key, wording)
    assert bool(forms & set(wording_bank.KINDS)) == (words != "old")


def test_words_change_no_picture() -> None:
    pictures = [sample("test", 17, words=words).image for words in (None, "old", "new", "unseen")]
    assert len({image.tobytes() for image in pictures if image is not None}) == 1


def test_several_dialogues_are_about_one_picture() -> None:
    for number in range(30):
        first, second, third = training_samples(number, 3)
        alone = training_sample(number)
        assert first.turns == alone.turns
        assert first.image is second.image is third.image
        assert len({first.turns, second.turns, third.turns}) == 3
        if first.image is not None and alone.image is not None:
            assert first.image.tobytes() == alone.image.tobytes()


# Rows of files


def test_a_row_of_each_kind_carries_what_it_refers_to() -> None:
    referring = 0
    for number in range(60):
        turns = sample("test", number).turns
        rows = list(by_kinds(turns))
        assert [row[-1] for _, row in rows] == list(turns)
        for kind, row in rows:
            assert kind == row[-1].form
            assert not row[0].form.startswith(("it ", "and "))
            assert row[0].form not in ("sure", "what else")
            referring += len(row) > 1
    assert referring > 20


def test_written_rows_have_a_kind_as_category(tmp_path: Path) -> None:
    rows = [
        json.loads(row)
        for row in write("test", 6, tmp_path, words="new", by_kind=True).read_text().splitlines()
    ]
    asked = [
        (f"{number}.png", turn)
        for number in range(6)
        for turn in sample("test", number, words="new").turns
    ]
    assert [(row["image"], row["category"]) for row in rows] == [
        (picture, turn.form) for picture, turn in asked
    ]
    assert [row["messages"][-2]["content"] for row in rows] == [turn.question for _, turn in asked]


# Typing


def test_a_slip_makes_no_other_word() -> None:
    rng = Random(1)
    for word in (
        "star",
        "boat",
        "plane",
        "white",
        "read",
        "black",
        "bars",
        "right",
        "cars",
        "even",
        "heart",
        "snail",
    ):
        for _ in range(200):
            typed = set(slip(rng, f"is the {word} there").split())
            assert not {part.rstrip("s") for part in typed} & (MEANT - {word.rstrip("s"), "there"}), (
                word,
                typed,
            )


@pytest.mark.parametrize(("before", "after"), [(1.0, 0.0), (0.0, 1.0)])
def test_a_remark_stands_beside_a_question_and_leaves_it_whole(
    before: float, after: float, monkeypatch: pytest.MonkeyPatch
) -> None:
    changes = {"BEFORE": before, "AFTER": after, "STORY": 1.0}
    changes |= dict.fromkeys(
        ("SLIP", "NO_MARK", "NO_ARTICLE", "LOWER", "QUOTED_LOWER", "CAPITALS"), 0.0
    )
    for name, value in changes.items():
        monkeypatch.setattr(typing_noise, name, value)
    question, rng = "What is the shape?", Random(5)
    typed = [noisy(rng, question) for _ in range(300)]
    whole = str.endswith if before else str.startswith
    assert all(whole(text, question) and len(text) > len(question) for text in typed)
    assert len(set(typed)) > 200


def test_typing_leaves_what_is_quoted() -> None:
    rng = Random(2)
    for _ in range(2000):
        typed = noisy(rng, 'Does the text say "OPEN" or "CLOSED", please?').lower()
        assert re.findall(r"\b(open|closed)\b", typed) == ["open", "closed"], typed


def test_half_of_the_quoted_words_are_typed_without_quotation_marks() -> None:
    rng = Random(3)
    typed = [noisy(rng, 'Does it say "OPEN"?') for _ in range(1000)]
    assert 0.4 < sum('"' in text for text in typed) / len(typed) < 0.6
    assert any(" Open" in text for text in typed)


def test_typing_is_for_training_only() -> None:
    scene = sample("test", 3).scene
    assert scene is not None
    assert dialogue(Random(1), scene) == dialogue(Random(1), scene, for_training=False)
    openings = [turn.question for number in range(80) for turn in sample("test", number).turns]
    assert not [
        text for text in openings if text.startswith(("Hi! ", "I can't see it well. ", "Excuse me"))
    ]
