"""Dialogues about drawn pictures: answers against the facts of hand-made scenes."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from itertools import pairwise
from random import Random

import pytest

from flashsloth_synthetic import dialogues as talk
from flashsloth_synthetic import question_templates, wording_bank
from flashsloth_synthetic.dialogues import Turn, dialogue, without_picture
from flashsloth_synthetic.everyday import KINDS as EVERYDAY_KINDS
from flashsloth_synthetic.everyday import POLYGONS
from flashsloth_synthetic.forms import AFTER, FORMS
from flashsloth_synthetic.grammar import NUMBERS, article, listing, plural, several, there_are
from flashsloth_synthetic.question_builders import BUILDERS
from flashsloth_synthetic.question_builders.unanswerable import CANNOT_TELL
from flashsloth_synthetic.scene import Box, Chart, Letter, Line, Part, Scene, Tag, Thing
from flashsloth_synthetic.scene_index import Question, View

WHOLE: Box = (0.0, 0.0, 1.0, 1.0)
ANIMALS = {"dog", "cat", "frog", "fish"}
COLOURS = {"dog": "", "cat": "", "frog": "green", "car": "red", "banana": "yellow"}


def things(*rows: str, size: float = 0.9) -> tuple[Thing, ...]:
    """Parse rows like "dog, red star, blue arrow up"; `!` makes a thing small."""
    found = []
    across = max(len(row.split(",")) for row in rows)
    for r, row in enumerate(rows):
        for x, text in enumerate(row.split(",")):
            noun = text.strip().rstrip("!")
            part = size / (2 if text.endswith("!") else 1)
            box = (x / across, r / len(rows), (x + part) / across, (r + part) / len(rows))
            if noun in COLOURS:
                found.append(Thing("object", noun, COLOURS[noun], box, r))
            else:
                colour, name, direction = (*noun.split(), "")[:3]
                found.append(Thing("shape", name, colour, box, r, direction))
    return tuple(found)


def line(kind: str, text: str, colour: str, top: float = 0.4) -> Line:
    letters = [Letter(c, (0.1 + 0.1 * i, top, 0.18 + 0.1 * i, top + 0.2)) for i, c in enumerate(text)]
    return Line(kind, text, colour, tuple(letters))  # type: ignore[arg-type]


def chart(kind: str, *parts: tuple[str, float, int | None]) -> Scene:
    box: Box = (0.1, 0.1, 0.9, 0.9)
    return Scene("chart", "white", chart=Chart(kind, tuple(Part(c, s, box, v) for c, s, v in parts)))  # type: ignore[arg-type]


HIDDEN = things("red star, blue heart", size=1.2)
SCENES = {
    "one shape": Scene("shapes", "white", things("red star")),
    "an arrow": Scene("shapes", "grey", things("blue arrow up, red arrow left!")),
    "shapes": Scene("shapes", "white", things("red star, blue star, red circle, grey heart")),
    "same": Scene("shapes", "black", things("green ring, green ring", "green ring, green ring")),
    "one object": Scene("objects", "blue", things("frog")),
    "row": Scene("objects", "white", things("dog, cat, car")),
    "column": Scene("objects", "pink", things("banana", "dog", "dog")),
    "grid": Scene("mixed", "orange", things("cat, red star", "blue ring, car")),
    "big": Scene("mixed", "white", things("cat!, red star")),
    "ragged": Scene("objects", "white", things("cat, frog", "banana")),
    "things and word": Scene("mixed", "white", things("dog, cat"), (line("word", "HAT", "red", 1.1),)),
    "word": Scene("text", "yellow", lines=(line("word", "SALE", "blue"),)),
    "small word": Scene("text", "yellow", lines=(line("word", "garden", "blue"),)),
    "number": Scene("text", "black", lines=(line("number", "407", "white"),)),
    "price": Scene("text", "white", lines=(line("price", "$3.50", "red"),)),
    "two lines": Scene("text", "white", lines=(line("word", "BIG", "red", 0.2), line("number", "12", "red", 0.6))),
    "bars": chart("bar chart", ("red", 0.3, 30), ("blue", 0.9, 90), ("green", 0.6, 60)),
    "bare bars": chart("bar chart", ("grey", 0.8, None), ("blue", 0.2, None)),
    "pie": chart("pie chart", ("red", 0.2, None), ("blue", 0.5, None), ("pink", 0.3, None)),
    "price tag": Scene("tag", "grey", lines=(line("price", "$12.95", "black"),), tag=Tag("price tag", "yellow", WHOLE)),
    "sign": Scene("tag", "grey", lines=(line("word", "EXIT", "white"),), tag=Tag("sign", "green", WHOLE)),
    "stop sign": Scene("tag", "grey", lines=(line("word", "STOP", "white"),), tag=Tag("stop sign", "red", WHOLE)),
    "blank": Scene("unlike", "blue", blank=True, family="blank"),
    "noise": Scene("unlike", "", family="noise"),
    "captioned bars": replace(
        chart("bar chart", ("red", 0.3, None), ("blue", 0.9, None)), wider="captioned chart", fine_print=True,
    ),
    "shelf label": Scene(
        "tag", "grey", lines=(line("price", "$3.50", "black"),), tag=Tag("price tag", "yellow", WHOLE),
        wider="shelf label", fine_print=True,
    ),
    "posted sign": Scene(
        "tag", "", lines=(line("word", "STOP", "white"),), tag=Tag("stop sign", "red", WHOLE, pole=True),
        wider="posted sign",
    ),
    "unnamed shape": Scene("shapes", "black", things("green shape"), wider="unnamed shape"),
    "overlapping": Scene("shapes", "white", HIDDEN, wider="overlapping", front=HIDDEN[1]),
    "areas": Scene(
        "unlike", "", wider="areas", areas=("red", "white"),
        area_places=(("at the top", "red"), ("at the bottom", "white")),
    ),
    "illegible": Scene("text", "white", wider="illegible", fine_print=True, ink="blue"),
}  # fmt: skip


def dialogues(name: str, count: int) -> Iterator[tuple[Turn, ...]]:
    rng = Random(name)
    for _ in range(count):
        yield dialogue(rng, SCENES[name])


def asks(name: str, count: int) -> Iterator[Question]:
    """Yield questions of every builder that applies to the scene."""
    rng, view = Random(name), View(SCENES[name])
    for form, build in BUILDERS.items():
        if not form.startswith("it ") and form != "sure":
            yield from (ask for ask in (build(rng, view, None) for _ in range(count)) if ask)


# The facts, seen another way: every true sentence about things that an answer may be.


def is_called(thing: Thing, noun: str) -> bool:
    names = {thing.name, f"{thing.colour} {thing.name}" if thing.kind == "shape" else thing.name}
    names |= {f"{thing.colour} shape"} if thing.kind == "shape" else {"object"}
    names |= {"animal"} if thing.name in ANIMALS else {"vehicle"} if thing.name == "car" else set()
    names |= {"food"} if thing.name == "banana" else set()
    return noun in names


def holds(scene: Scene, noun: str) -> int:
    """Count the things that a noun names."""
    if noun in ("text", "price", "chart", "sign", "price tag", "stop sign", "bar chart", "pie chart"):
        tag, kind = scene.tag.kind if scene.tag else "", scene.chart.kind if scene.chart else ""
        return int(
            (noun == "text" and bool(scene.lines)) or (noun == "price" and any(x.kind == "price" for x in scene.lines))
            or (noun == "chart" and bool(kind)) or noun in (tag, kind) or (noun == "sign" and tag == "stop sign")
        )  # fmt: skip
    if noun.endswith(("bar", "slice")):
        hue = noun.removesuffix("bar").removesuffix("slice").strip()
        return sum(not hue or part.colour == hue for part in scene.chart.parts) if scene.chart else 0
    return sum(is_called(thing, noun) for thing in scene.things)


def find(scene: Scene, the: str) -> Thing:
    """Return the thing that "the red star" names."""
    (thing,) = [thing for thing in scene.things if is_called(thing, the.lower().removeprefix("the "))]
    return thing


def is_beside(a: Thing, side: str, b: Thing) -> bool:
    x = {"left of": b.box[0] - a.box[2], "right of": a.box[0] - b.box[2]}
    y = {"above": b.box[1] - a.box[3], "below": a.box[1] - b.box[3]}
    return (x | y)[side] >= 0


def groups(pattern: str, text: str) -> tuple[str, ...]:
    match = re.fullmatch(pattern, text)
    assert match, text
    return match.groups()


@pytest.mark.parametrize("name", [name for name, scene in SCENES.items() if scene.category != "unlike"])
def test_counts_and_existence_are_true(name: str) -> None:
    scene = SCENES[name]
    for ask in asks(name, 80):
        if ask.form == "count":
            noun = ask.noun
            assert int(ask.bare) == holds(scene, noun), ask
            assert ask.full == there_are(holds(scene, noun), noun)
        elif ask.form == "exist":
            noun = re.sub(r"^(Yes|No), there is (an? |no )?|\.$", "", ask.full)
            assert (ask.bare == "yes") == (holds(scene, noun) > 0), ask
        elif ask.form == "premise":
            assert holds(scene, str(ask.key[1])) == 0
        elif ask.form == "total":
            assert int(ask.bare) == len(scene.things)


@pytest.mark.parametrize("name", [name for name, scene in SCENES.items() if scene.things])
def test_places_and_colours_are_true(name: str) -> None:
    scene = SCENES[name]
    for ask in asks(name, 80):
        if ask.form == "colour" and (match := re.fullmatch(r"(The .+) is (\w+)\.", ask.full)):
            assert find(scene, match[1]).colour == match[2] == ask.bare
        elif ask.form == "shape" and (
            match := re.fullmatch(r"The (\w+) shape is an? (\w+)\.", ask.full)
        ):
            assert find(scene, f"{match[1]} shape").name == match[2]
        elif ask.form == "neighbour":
            near, side, the = groups(r"(.+) is (left of|right of|above|below) (the .+)\.", ask.full)
            there = [x for x in scene.things if is_beside(x, side, find(scene, the))]
            assert (near == "Nothing") == (not there)
            assert near == "Nothing" or any(is_called(x, near.split(" ", 1)[1]) for x in there)
        elif ask.form == "relative":
            yes, one, side, two = groups(
                r"(Yes|No), (the .+) is (left of|right of|above|below) (the .+)\.", ask.full
            )
            assert is_beside(find(scene, one), side, find(scene, two))
            beside = ask.words["beside"].removeprefix("to the ")
            assert ({"over": "above", "under": "below"}.get(beside, beside) == side) == (yes == "Yes")
        elif ask.form == "direction":
            the, direction = groups(r"(The .+) points (\w+)\.", ask.full)
            assert find(scene, the).direction == direction


def answers(name: str, form: str) -> set[str]:
    return {ask.full for ask in asks(name, 60) if ask.form == form}


@pytest.mark.parametrize(
    ("name", "form", "expected"),
    [
        ("shapes", "content", {"A red star, a blue star, a red circle and a grey heart."}),
        ("column", "content", {"A banana and two dogs."}),
        ("column", "describe", {"The picture shows a banana and two dogs on a pink background."}),
        ("row", "caption", {"A dog, a cat and a car on a white background"}),
        ("column", "list", {"banana, dog"}),
        ("row", "background", {"The background is white."}),
        ("row", "side", {"A dog is on the left.", "A cat is in the middle.", "A car is on the right."}),
        ("column", "side", {"A banana is at the top.", "A dog is in the middle.", "A dog is at the bottom."}),
        ("column", "where", {"The banana is at the top."}),
        ("grid", "where", {
            "The cat is in the top left.", "The star is in the top right.", "The ring is in the bottom left.",
            "The car is in the bottom right.",
        }),
        ("ragged", "where", {
            "The cat is in the top left.", "The frog is in the top right.", "The banana is at the bottom.",
        }),
        ("things and word", "where", {"The text is at the bottom."}),
        ("things and word", "content", {'A dog, a cat and the word "HAT".'}),
        ("row", "order", {"A dog, a cat and a car."}),
        ("grid", "order", set()),
        ("big", "biggest", {"The red star is the biggest.", "The cat is the smallest."}),
        ("row", "biggest", set()),
        ("row", "group", {"It is a car."}),
        ("ragged", "group", {"It is a banana."}),
        ("column", "group", {"It is a banana.", "They are dogs."}),
        ("same", "same colour", {"Yes, they are all green."}),
        ("shapes", "same colour", {"No, they are red, blue and grey."}),
        ("column", "more", {"Yes, there are more dogs than bananas.", "No, there are not more bananas than dogs."}),
        ("same", "where", set()),
        ("word", "content", {'The word "SALE".'}),
        ("word", "describe", {'The picture shows the word "SALE" in blue on a yellow background.'}),
        ("word", "read", {'It says "SALE".', "SALE"}),
        ("word", "first letter", {'The first letter is "S".'}),
        ("word", "last letter", {'The last letter is "E".'}),
        ("word", "letters", {"It has four letters."}),
        ("word", "text colour", {"The text is blue."}),
        ("word", "says", {'Yes, it says "SALE".', 'No, it says "SALE".'}),
        ("number", "number", {"The number is 407."}),
        ("number", "word or number", {"It is a number."}),
        ("number", "letters", {"It has three digits."}),
        ("two lines", "line", {'The top line says "BIG".', 'The bottom line says "12".'}),
        ("two lines", "read", {'It says "BIG 12".', "BIG 12"}),
        ("two lines", "content", {'The word "BIG" and the number 12.'}),
        ("two lines", "first letter", set()),
        ("price", "cost", {"It costs $3.50."}),
        ("bars", "content", {"A bar chart with a red, a blue and a green bar."}),
        ("bars", "kind", {"It is a bar chart."}),
        ("bars", "colours", {"The bars are red, blue and green."}),
        ("bars", "tallest", {"The blue bar is the tallest.", "The red bar is the shortest."}),
        ("bars", "edge", {
            "The red bar is on the left.", "The green bar is on the right.", "The blue bar is in the middle.",
        }),
        ("bars", "value", {"The red bar is 30.", "The blue bar is 90.", "The green bar is 60."}),
        ("bars", "highest", {"The highest value is 90.", "The lowest value is 30."}),
        ("bare bars", "value", set()),
        ("bare bars", "edge", {"The grey bar is on the left.", "The blue bar is on the right."}),
        ("bare bars", "compare", {
            "Yes, the grey bar is taller than the blue bar.", "No, the grey bar is taller than the blue bar.",
            "Yes, the blue bar is shorter than the grey bar.", "No, the blue bar is shorter than the grey bar.",
        }),
        ("pie", "tallest", {"The blue slice is the largest.", "The red slice is the smallest."}),
        ("price tag", "content", {"A price tag of $12.95."}),
        ("price tag", "cost", {"It costs $12.95."}),
        ("price tag", "tag colour", {"The tag is yellow."}),
        ("sign", "content", {'A sign with the word "EXIT".'}),
        ("sign", "must", set()),
        ("stop sign", "content", {"A stop sign."}),
        ("stop sign", "must", {"You must stop."}),
        ("blank", "content", {"The picture is empty. It is all blue."}),
        ("blank", "caption", {"An empty blue picture"}),
        ("blank", "empty", {"Yes, the picture is empty."}),
        ("row", "empty", {"No, the picture is not empty."}),
        ("blank", "total", {"There are no shapes.", "There are no objects.", "There are no things."}),
        ("word", "total", set()),
        ("things and word", "total", set()),
        ("row", "lack", {"I see no text.", "I see no price.", "I see no chart.", "none"}),
        ("bars", "lack", {"I see no price.", "I see no animal.", "I see no vehicle."}),
        ("price tag", "lack", {"I see no chart.", "I see no animal.", "I see no vehicle."}),
    ],
)  # fmt: skip
def test_answers_of_a_form(name: str, form: str, expected: set[str]) -> None:
    assert answers(name, form) == expected


def dollars(limit: str) -> int:
    """Return the number of `$5`, `5 dollars`, `five dollars`."""
    amount = limit.strip("$").partition(" ")[0]
    return NUMBERS.index(amount) if amount in NUMBERS else int(amount)


def test_yes_and_no_match_the_question() -> None:
    for ask in asks("bars", 100):
        if ask.form == "compare":
            height = {"red": 30, "blue": 90, "green": 60}
            one, two = (ask.words[key].removeprefix("the ").split()[0] for key in ("one", "two"))
            taller = height[one] > height[two]
            assert ask.bare == (
                "yes" if taller == (ask.words["more"] in ("taller", "higher", "bigger")) else "no"
            )
    for ask in asks("price tag", 100):
        if ask.form == "costs more":
            assert ask.bare == ("yes" if dollars(ask.words["limit"]) < 12.95 else "no")
    for name in ("word", "number"):
        for ask in asks(name, 60):
            if ask.form == "says":
                assert (ask.words["text"] == SCENES[name].lines[0].text) == (ask.bare == "yes")


def test_bare_answers_match_their_sentences() -> None:
    for name in set(SCENES) - {"noise"}:
        for ask in asks(name, 30):
            style = (ask.style or question_templates.STYLE_OF.get(ask.form, "")) if ask.bare else ""
            full = ask.full.lower()
            if style == "yes or no" and ask.bare != "none":
                assert full.startswith(f"{ask.bare},")
            elif style == "number" and ask.bare not in ("none", "unclear"):
                assert ask.bare.isdigit()
                words = {
                    ask.bare,
                    NUMBERS[int(ask.bare)] if int(ask.bare) < len(NUMBERS) else "",
                }
                assert words & set(re.findall(r"\w+", full)), ask
            elif style == "list" and ask.form == "content":
                assert all(word in full for word in ask.bare.split(", ") if plural(word) not in full)
            elif style and ask.bare not in ("none", "nothing", "neither", "unclear"):
                assert all(part.lower() in full for part in ask.bare.split(", ")), ask


REQUESTS = re.compile(
    r"one word|single word|digits|just the number|number only|only the number|yes or no|yes/no|comma.separated"
    r"|(just|only) the (text|answer|price)|text only|one character|short answer|briefly|no sentence|nothing else", re.I,
)  # fmt: skip
# the key "just read"
JUST_READ = re.compile(r"ocr|text|transcri|copy|\btype\b|what it says|what you read|written|writing")
# "Count the digits.", "Describe it briefly.", "One shape and nothing else?", "Any digits?"
NO_REQUEST = {
    "describe",
    "letters",
    "it letters",
    "lack",
    "absent",
    "only one",
    "number exist",
    "anything written",
}
NO_REQUEST |= {
    "letters colour",
    "check length",
    "words",
    "starts with",
    "ends with",
    "has letter",
    "nth letter",
    "length",
    "letter count",
    "no picture",
}


@pytest.mark.parametrize("name", SCENES)
def test_bare_answers_follow_a_request(name: str) -> None:
    tables = (*question_templates.STYLES.values(), *wording_bank.STYLES.values())
    templates = [template for table in tables for template in table]
    every = {
        question_templates.expand(Random(i), template).lower()
        for template in templates
        for i in range(30)
    }
    for turns in dialogues(name, 120):
        for turn in turns:
            bare = not turn.answer.endswith((".", "!"))
            if turn.form in ("caption", "list"):
                assert bare or turn.answer.endswith("picture.")
            elif bare:
                asked = turn.question.lower()
                assert any(request in asked for request in every) or JUST_READ.search(asked), turn
            elif turn.form not in NO_REQUEST:
                assert not REQUESTS.search(turn.question), turn


def test_unclear_pictures_get_one_answer() -> None:
    answers = {
        turn.answer for turns in dialogues("noise", 500) for turn in turns if turn.form not in NOT_ONE
    }
    assert answers <= {talk.UNCLEAR, "unclear", CANNOT_TELL, f"Yes. {talk.UNCLEAR}"}


NOT_ONE = {"small talk", "sure", *talk.LOOKED_FOR}


def test_of_unclear_pictures_nothing_is_said_to_be_there() -> None:
    turns = [
        turn for turns in dialogues("noise", 500) for turn in turns if turn.form in talk.LOOKED_FOR
    ]
    assert {turn.form for turn in turns} == set(talk.LOOKED_FOR)
    for turn in turns:
        assert turn.answer == "no" or turn.answer.startswith("No, I can make out no "), turn
    answers = {turn.answer for turn in turns}
    assert {"no", "No, I can make out no text.", "No, I can make out no chart."} <= answers


ONCE = (
    "content",
    "describe",
    "caption",
    "list",
    "background",
    "read",
    "total",
    "cost",
    "kind",
    "empty",
    "letters",
)


@pytest.mark.parametrize("name", SCENES)
def test_dialogues_have_four_to_six_different_questions(name: str) -> None:
    for turns in dialogues(name, 200):
        assert 4 <= len(turns) <= 6
        asked = [re.sub(r"\W+", " ", turn.question).strip().lower() for turn in turns]
        assert len(set(asked)) == len(asked)
        for once in ONCE:
            assert (
                sum(turn.form.removeprefix("and ").removeprefix("it ") == once for turn in turns) <= 1
            ), turns
        full = [
            turn.answer for turn in turns if turn.form.endswith("count") and turn.answer.endswith(".")
        ]
        assert len(set(full)) == len(full) or name == "noise"


@pytest.mark.parametrize("name", SCENES)
def test_a_first_question_has_one_answer(name: str) -> None:
    known: dict[str, str] = {}
    rng, scene = Random(name), SCENES[name]
    for _ in range(600):
        turn = dialogue(rng, scene)[0]
        assert not turn.form.startswith(("and ", "it ")), turn
        assert known.setdefault(turn.question.lower().strip("?."), turn.answer) == turn.answer, turn


def test_follow_ups_refer_to_the_turn_before() -> None:
    for name in SCENES:
        for turns in dialogues(name, 150):
            for before, turn in pairwise(turns):
                base = before.form.removeprefix("and ").removeprefix("it ")
                if turn.form == "sure":
                    statement = re.sub("^(Yes|No), ", "", before.answer)
                    assert turn.answer == f"Yes. {statement[0].upper()}{statement[1:]}"
                elif turn.form.startswith(("and ", "it ")):
                    assert turn.form in AFTER[base]
                named = len(SCENES[name].things) > 1 and not before.form.startswith(("it ", "class "))
                if turn.form == "it colour" and named:
                    words = first_names(f"{before.question} {before.answer}".lower())
                    meant = [
                        x
                        for x in SCENES[name].things
                        if x.name in words or (x.colour and x.colour in words)
                    ]
                    assert any(x.colour in turn.answer for x in meant), (before, turn)


def first_names(text: str) -> str:
    """Replace synonyms by the first name."""
    for name, others in question_templates.SYNONYMS.items():
        for other in others:
            text = text.replace(other, name)
    return text.replace("gray", "grey")


def test_every_form_appears() -> None:
    seen = {turn.form for name in SCENES for turns in dialogues(name, 250) for turn in turns}
    others = {"no picture", *EVERYDAY_KINDS, *POLYGONS.values()} - {"word"}
    assert seen == (set(FORMS) - others) | {form for table in AFTER.values() for form in table}


def test_descriptions_are_less_than_a_third_of_first_questions() -> None:
    first = [turns[0].form for name in SCENES for turns in dialogues(name, 50)]
    assert sum(form in ("content", "describe", "caption", "list") for form in first) < 0.33 * len(first)


def test_the_same_seed_gives_the_same_dialogue() -> None:
    for name, scene in SCENES.items():
        assert dialogue(Random(7), scene) == dialogue(Random(7), scene), name
    assert without_picture(Random(7)) == without_picture(Random(7))


def test_the_answer_without_a_picture() -> None:
    rng = Random(0)
    talks = [without_picture(rng) for _ in range(400)]
    assert {len(turns) for turns in talks} == {1, 2, 3}
    for turn in (turn for turns in talks for turn in turns):
        assert turn.form in ("no picture", "small talk")
        assert (turn.answer == talk.UNSEEN) == (turn.form == "no picture")


LEFT_OVER = r"[\[\]{}|]|<\w|\w>|  |\bNone\b|\?\.|\.\.(?!\.| ?$)"  # "bars < 3?" compares


def test_templates_are_filled() -> None:
    rng = Random(1)
    turns = [turn for _ in range(1000) for turn in without_picture(rng)]
    turns += [turn for name in SCENES for every in dialogues(name, 150) for turn in every]
    for turn in turns:
        assert turn.question == turn.question.strip() != ""
        assert turn.answer == turn.answer.strip() != ""
        assert not re.search(LEFT_OVER, turn.question), turn
        assert not re.search(LEFT_OVER + "|[<>]", turn.answer), turn


def test_every_phrasing_expands() -> None:
    fields = set[str]()
    for name, templates in question_templates.PHRASES.items():
        assert len(set(templates)) >= 6, name
        for template in templates:
            for seed in range(5):
                text = question_templates.expand(Random(seed), template)
                assert not re.search(r"[\[\]|<>]", text)
                fields |= set(re.findall(r"{(\w+)}", text))
    assert all(re.fullmatch("[a-z]+", name) for name in fields)
    assert set(question_templates.STYLE_OF.values()) == set(question_templates.STYLES)


def test_english() -> None:
    assert [plural(noun) for noun in ("bus", "strawberry", "red cross", "fish", "ice cream", "smiley", "cactus")] == [
        "buses", "strawberries", "red crosses", "fish", "ice creams", "smileys", "cacti",
    ]  # fmt: skip
    assert (article("owl"), article("red star"), several(2, "dog")) == (
        "an owl",
        "a red star",
        "two dogs",
    )
    assert [there_are(n, "star") for n in range(3)] == [
        "There are no stars.",
        "There is one star.",
        "There are two stars.",
    ]
    assert (listing(["a"]), listing(["a", "b"]), listing(["a", "b", "c"])) == (
        "a",
        "a and b",
        "a, b and c",
    )
