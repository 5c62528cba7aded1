"""Everyday pictures: their facts against their pixels, what they never show, and their questions."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable
from random import Random

import numpy as np
import pytest
from PIL import Image

from flashsloth_synthetic import dialogues, question_templates, sample
from flashsloth_synthetic.catalogue import PAINTS, RGB, VARIANTS
from flashsloth_synthetic.everyday import EVERYDAY, KINDS, POLYGONS, clocks, maps
from flashsloth_synthetic.everyday.boards import board
from flashsloth_synthetic.everyday.drawing import UNREAD, Drawing
from flashsloth_synthetic.everyday.flags import flag
from flashsloth_synthetic.everyday.labelled import labelled_chart, product_label, small_letters
from flashsloth_synthetic.everyday.outdoors import sky
from flashsloth_synthetic.everyday.pages import receipt
from flashsloth_synthetic.everyday.plots import line_plot
from flashsloth_synthetic.everyday.polygons import polygon
from flashsloth_synthetic.everyday.road_signs import road_sign
from flashsloth_synthetic.forms import FORMS
from flashsloth_synthetic.pictures import draw
from flashsloth_synthetic.question_builders import everyday_facts
from flashsloth_synthetic.question_builders.everyday_facts import ask
from flashsloth_synthetic.scene import Everyday, Fact
from flashsloth_synthetic.scene_index import Question


def drawn(drawing: Drawing, count: int = 80) -> list[tuple[Image.Image, Everyday]]:
    rng = Random(drawing.__name__)
    pictures = [drawing(rng) for _ in range(count)]
    return [(image, scene.everyday) for image, scene in pictures if scene.everyday is not None]


def answers(found: Everyday, phrasing: str) -> list[str]:
    return [fact.bare for fact in found.facts if fact.phrasing == phrasing]


def far_from(paint: RGB, hue: str) -> int:
    """Return how far a colour is from the nearest shade of this name."""
    return min(
        sum(abs(a - b) for a, b in zip(paint, shade, strict=True)) for shade in (PAINTS[hue], *VARIANTS[hue])
    )  # fmt: skip


def area(image: Image.Image, hue: str) -> int:
    """Return how many pixels have a colour of this name."""
    pixels = np.asarray(image).astype(int)
    shades = np.array((PAINTS[hue], *VARIANTS[hue]))
    near = np.abs(pixels[:, :, None] - shades).sum(-1).min(-1)
    return int((near < 40).sum())


def test_every_kind_is_drawn_and_has_questions() -> None:
    rng = Random(4)
    scenes = [draw(rng, "everyday")[1] for _ in range(300)]
    kinds = Counter(scene.everyday.kind for scene in scenes if scene.everyday)
    assert kinds.total() == 300
    assert set(kinds) == {*KINDS, *POLYGONS.values()} <= set(FORMS)
    for number, scene in enumerate(scenes):
        turns = dialogues.dialogue(Random(number), scene, for_training=True)
        assert len(turns) >= 4, scene
        assert not any("{" in turn.question for turn in turns)
    assert sample("everyday", 4).turns == sample("everyday", 4).turns


def test_the_stripes_of_a_flag() -> None:
    countries = set[str]()
    for image, found in drawn(flag):
        countries |= set(answers(found, "which country"))
        for fact in found.facts:
            if fact.phrasing == "area order":
                hues, upright = fact.bare.split(", "), "left" in dict(fact.words)["order"]
                for i, hue in enumerate(hues):
                    along = (i + 0.5) / len(hues)
                    x, y = (along, 0.5) if upright else (0.5, along)
                    r, g, b = np.asarray(image)[int(y * image.height), int(x * image.width)].tolist()
                    assert far_from((r, g, b), hue) < 50, (found.name, hue)
    assert {"Ireland", "Netherlands", "Japan", "Sweden"} <= countries


def test_the_bars_and_slices_of_a_chart_have_the_order_of_their_answers() -> None:
    for image, found in drawn(labelled_chart):
        listed = found.details.rpartition(" with ")[2].rpartition(" ")[0]
        hues, names = listed.replace(" and ", ", ").split(", "), answers(found, "labels")[0].split(", ")
        if {"black", "grey"} & {*hues}:  # the colours of print and axes
            continue
        sizes = {name: area(image, hue) for hue, name in zip(hues, names, strict=True)}
        assert set(answers(found, "label most")) == {max(sizes, key=sizes.__getitem__)}, found
        assert set(answers(found, "label least")) == {min(sizes, key=sizes.__getitem__)}, found
        for fact in found.facts:
            if fact.phrasing == "label more":
                one, two = (sizes[dict(fact.words)[slot]] for slot in ("one", "two"))
                assert (fact.bare == "yes") == (one > two)


def test_the_pin_of_a_map_is_where_the_answer_says() -> None:
    places = {place: share for share, place in maps.PLACES.items()}
    seen = 0
    for image, found in drawn(maps.street_map):
        for where, hue in zip(answers(found, "where"), answers(found, "colour"), strict=True):
            pixels = np.asarray(image).astype(int)
            shades = np.array((PAINTS[hue], *VARIANTS[hue]))
            ys, xs = np.nonzero(np.abs(pixels[:, :, None] - shades).sum(-1).min(-1) < 40)
            across, down = places[where]
            assert abs(xs.mean() / image.width - across) < 0.12, found
            assert abs(ys.mean() / image.height - down) < 0.16, found
            seen += 1
        assert (answers(found, "where") == []) == ("pin" not in found.details)
    assert seen > 40


def test_a_polygon_fills_its_part_of_the_picture() -> None:
    for image, found in drawn(polygon):
        _, hue, name, *_ = found.details.split()
        least = 0.02 if name == "crescent" else 0.1
        assert area(image, hue) > least * image.width * image.height, found


def _printed(found: Everyday) -> str:
    assert found.letters is not None
    return "".join(letter.char for letter in found.letters)


def test_a_clock_has_the_numerals_of_its_answer() -> None:
    for _, found in drawn(clocks.clock):
        printed = {*_printed(found)}
        assert answers(found, "clock roman") == ["yes" if printed & {*"IVX"} else "no"]
        expected = "Roman numerals" if printed & {*"IVX"} else "ordinary numbers"
        assert answers(found, "which numerals") == ([expected] if printed else [])


def test_the_darker_end_of_a_sky() -> None:
    seen = Counter[str]()
    for image, found in drawn(sky):
        rows = np.asarray(image.convert("L"), int).mean(1)
        end = len(rows) // 8
        darker, brighter = (
            ("top", "bottom") if rows[:end].mean() < rows[-end:].mean() else ("bottom", "top")
        )
        for fact in found.facts:
            words = dict(fact.words)
            expected = {"darker": darker, "brighter": brighter}.get(words.get("end", ""))
            if fact.phrasing == "which end":
                assert fact.bare == expected, found
            elif fact.phrasing == "is end":
                assert (fact.bare == "yes") == (words["which"] == expected), found
                seen[fact.bare] += 1
    assert set(seen) == {"yes", "no"}


def test_the_colour_of_the_outermost_piece() -> None:
    seen = Counter[str]()
    for image, found in drawn(board, 200):
        pixels = np.asarray(image).astype(int)
        white, black = (np.abs(pixels - level).max(-1) < 4 for level in (250, 30))
        if black.mean() > 0.2:  # the board's own cells
            continue
        for fact in found.facts:
            if fact.phrasing == "piece colour":
                down, across = np.nonzero(white | black)
                along = down if dict(fact.words)["where"] in ("at the top", "at the bottom") else across
                first = dict(fact.words)["where"] in ("at the top", "on the left")
                at = (along.argmin if first else along.argmax)()
                half = image.width // 12  # the edge of a white piece has dark pixels, too
                y, x = max(down[at], half), max(across[at], half)
                around = np.s_[y - half : y + half, x - half : x + half]
                assert (fact.bare == "white") == (white[around].sum() > black[around].sum()), found
                seen[fact.bare] += 1
    assert min(seen.values()) > 20


def test_hard_facts_come_more_often_in_training_alone() -> None:
    """Of this board there are five facts, two of which are hard, with factors of 4 and 3."""
    facts = tuple(
        Fact(phrasing, "Yes.") for phrasing in ("piece at", "piece colour", "count", "count", "colour")
    )
    found = Everyday("chessboard", "a chessboard", "a board", facts, ("board",))
    rng, asked = Random("hard"), Counter[tuple[bool, str]]()
    for _ in range(4000):
        for training in (False, True):
            if (question := ask(rng, found, training)) and question.form == "chessboard":
                asked[training, question.phrasing] += 1
    for training, share in ((False, 1 / 5), (True, 4 / 10)):
        total = sum(count for (when, _), count in asked.items() if when == training)
        assert asked[training, "piece at"] / total == pytest.approx(share, abs=0.05)


def test_each_letter_of_a_word_is_in_its_box() -> None:
    """The boxes are in reading order and cover all the ink."""
    for image, found in drawn(small_letters):
        text, hue = answers(found, "read")[0], answers(found, "text colour")[0]
        background = answers(found, "background")[0]
        letters = found.letters or ()
        assert _printed(found) == text
        lefts = [letter.box[0] for letter in letters]
        assert lefts == sorted(lefts)
        if {hue, background} & {"black", "grey", "white"}:  # their shades are close to others
            continue
        outside = image.copy()
        for letter in letters:
            box = [edge * span for edge, span in zip(letter.box, image.size * 2, strict=True)]
            outside.paste(image.getpixel((0, 0)), [round(edge) for edge in box])
        assert area(outside, hue) <= 0.1 * area(image, hue), found.name


def test_the_letters_of_a_receipt_stay_in_place_on_the_table() -> None:
    for image, found in drawn(receipt):
        shop, total = answers(found, "shop name")[0], answers(found, "receipt total")[0]
        text = _printed(found)
        assert text.startswith(shop.replace(" ", ""))
        assert total in text
        grey = np.asarray(image.convert("L")).astype(int)
        for letter in (found.letters or ())[: len(shop) - 1]:
            left, top, right, bottom = letter.box
            x, y = (
                slice(int(left * image.width), int(right * image.width) + 1),
                slice(int(top * image.height), int(bottom * image.height) + 1),
            )
            assert grey[y, x].min() < 190, (found.details, letter)


def test_what_is_never_drawn() -> None:
    clocks_drawn = [found for _, found in drawn(clocks.clock, 1200)]
    times = {answers(found, "clock time")[0] for found in clocks_drawn}
    assert len(times) > 130
    ten_past_ten = [found for found in clocks_drawn if answers(found, "clock time")[0] == "10:10"]
    assert ten_past_ten
    for found in ten_past_ten:
        assert (
            answers(found, "clock numbers") == ["no"]
            or dict(found.hues)["face of the clock"] != "white"
        )
    polygons = [found.details for _, found in drawn(polygon, 600)]
    assert any("green hexagon" in details for details in polygons)
    assert not any("green hexagon on a white" in details for details in polygons)
    titles = {
        title for _, found in drawn(labelled_chart, 600) for title in answers(found, "chart title")
    }
    assert len(titles) > 60
    assert "Sales by season" not in titles
    for _, found in drawn(line_plot, 300):
        assert {"blue", "dashed orange"} != set(found.details.partition(": ")[2].split(" and "))
    shops = {answers(found, "shop name")[0].lower() for _, found in drawn(receipt, 600)}
    assert len(shops) > 200
    assert "corner shop" not in shops
    signs = [found for _, found in drawn(road_sign, 300)]
    for found in signs:
        if "octagon" in found.shown:
            assert (dict(found.hues)["sky"], dict(found.hues)["ground"]) != ("blue", "green")
    assert {found.kind for found in signs} == {"road sign"}


def test_no_answer_needs_print_that_is_too_small() -> None:
    """Questions for it are asked, and answered honestly."""
    asked = Counter[str]()
    for _, found in (
        pair for drawing in (receipt, labelled_chart, line_plot) for pair in drawn(drawing)
    ):
        rng = Random(7)
        for question in (everyday_facts.fact(rng, found) for _ in range(20)):
            asked[question.full] += 1
            assert not {"shop", "total", "title"} & {*question.full.split()}, question
    assert asked[UNREAD] > 500
    assert sum("but I cannot read its name." in full for full in asked) > 10


def test_large_print_of_a_label_is_read() -> None:
    products = Counter(
        fact.instead
        for _, found in drawn(product_label)
        for fact in found.facts
        if fact.phrasing == "product"
    )
    assert set(products) == {"", UNREAD}


def test_what_is_there_is_never_denied() -> None:
    rng = Random(6)
    for _, found in (pair for drawing in EVERYDAY for pair in drawn(drawing, 12)):
        for _ in range(40):
            question = everyday_facts.exist(rng, found)
            if question.bare == "no":
                noun = str(question.key[1])
                assert noun not in (*found.shown, *found.unsure), found


def test_yes_and_no_both_come_in_every_kind_and_wording(monkeypatch: pytest.MonkeyPatch) -> None:
    kinds, texts = defaultdict[str, Counter[str]](Counter), defaultdict[str, Counter[str]](Counter)
    word: Callable[..., str] = dialogues._wording
    choose: Callable[..., str] = question_templates.wording
    wordings = list[str]()

    def recording(rng: Random, question: Question, *given: object) -> str:
        wordings.clear()
        text = word(rng, question, *given)
        answer = question.full.partition(",")[0].lower()
        if answer in ("yes", "no"):
            kinds[question.form][answer] += 1
            texts[wordings[0]][answer] += 1 if wordings else 0
        return text

    monkeypatch.setattr(
        question_templates, "wording", lambda *given: wordings.append(choose(*given)) or wordings[-1]
    )
    monkeypatch.setattr(dialogues, "_wording", recording)
    rng = Random(8)
    for number in range(1500):
        dialogues.dialogue(Random(number), draw(rng, "everyday")[1], for_training=True)
    assert len(kinds) >= 14
    for form, given in kinds.items():
        if given.total() >= 40:
            assert 0.3 < given["yes"] / given.total() < 0.7, (form, given)
    assert [text for text, given in texts.items() if given.total() >= 16 and len(given) == 1] == []
