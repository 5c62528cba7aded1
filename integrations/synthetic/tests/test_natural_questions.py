"""Questions in people's own words: their answers against the facts of hand-made scenes, and yes as
often as no."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable
from random import Random

import pytest

from flashsloth_synthetic import dialogues, picture, pictures, question_templates
from flashsloth_synthetic.grammar import NUMBERS
from flashsloth_synthetic.question_builders import BUILDERS
from flashsloth_synthetic.scene import Scene, Tag
from flashsloth_synthetic.scene_index import Question, View

from .test_dialogue import SCENES, chart, dollars, find, holds, line, things

BOX = (0.05, 0.1, 0.3, 0.4)
MORE_SCENES = SCENES | {
    "two alike": Scene("shapes", "white", things("green star, green heart")),
    "two unlike": Scene("shapes", "white", things("red star, blue heart")),
    "corner": Scene("shapes", "white", things("red star, red ring", size=0.4)[:1]),
    "repeats": Scene("text", "white", lines=(line("word", "LETTER", "red"),)),
    "big slice": chart("pie chart", ("red", 0.7, None), ("blue", 0.3, None)),
    "small sign": Scene(
        "tag", "grey", lines=(line("word", "EXIT", "white"),), tag=Tag("sign", "green", BOX)
    ),
    "curves": Scene("unlike", "", wider="curves", areas=("red", "blue"), fine_print=True),
    "code": Scene("unlike", "", wider="QR code", areas=("black", "white"), fine_print=True, corners=3),
    "moon": Scene("objects", "white", things("purple moon"), wider="crescent"),
}


def asks(name: str, form: str, count: int = 80) -> list[Question]:
    """Draw questions of a form about a scene."""
    rng, view = Random(f"{name}/{form}"), View(MORE_SCENES[name])
    return [ask for ask in (BUILDERS[form](rng, view, None) for _ in range(count)) if ask]


@pytest.mark.parametrize(
    ("name", "form", "expected"),
    [
        ("shapes", "colour choice", {"The circle is red.", "The heart is grey.", "The background is white."}),
        ("one shape", "colour either", {"It is red.", "The star is red.", "The background is white."}),
        ("row", "no plain colour", {"The dog has several colours."}),
        ("two alike", "pair colour", {"Yes, both are green."}),
        ("two unlike", "both colour", {
            "No, the star is red and the heart is blue.", "No, the heart is blue and the star is red.",
        }),
        ("two alike", "all colour", {"Yes, both are green.", "No, both are green."}),
        ("same", "all colour", {"Yes, they are all green.", "No, they are all green."}),
        ("bars", "all colour", {"No, they are red, blue and green."}),
        ("two unlike", "which coloured", {"The star is red.", "The heart is blue."}),
        ("sign", "palette", {"The sign is green. The text is white. The background is grey."}),
        ("bars", "palette", {"The bars are red, blue and green. The background is white."}),
        ("row", "palette", set()),
        ("shapes", "things of colour", {
            "The star and the circle are red.", "The star is blue.", "The heart is grey.",
            *(f"Nothing is {hue}." for hue in ("orange", "yellow", "green", "purple", "pink", "brown", "black")),
        }),
        ("shapes", "how many colours", {"There are three colours."}),
        ("one object", "is it", {"Yes, it is a frog.", "No, it is a frog."}),
        ("blank", "is it", {"No, the picture is empty."}),
        ("bars", "either kind", {"It is a bar chart."}),
        ("row", "either kind", {"There is a dog.", "There is a cat.", "There is a car."}),
        ("stop sign", "is shape", {"Yes, the sign is an octagon.", "No, the sign is an octagon."}),
        ("sign", "sign shape", {"The sign is a rectangle."}),
        ("same", "all are", {"Yes, they are all rings.", "No, they are all rings."}),
        ("shapes", "all same", {"No, they are stars, a circle and a heart."}),
        ("shapes", "kinds count", {"There are three kinds of shapes."}),
        ("row", "what besides", {
            "There are also a cat and a car.", "There are also a dog and a car.", "There are also a dog and a cat.",
        }),
        ("one shape", "anything else", {"No, there is nothing else."}),
        ("row", "how many", {"There are three objects."}),
        ("bars", "how many", {"There are three bars."}),
        ("bars", "count either", {"There are three bars."}),
        ("column", "which more", {"There are more dogs than bananas."}),
        ("column", "fewer", {
            "Yes, there are fewer bananas than dogs.", "No, there are not fewer dogs than bananas.",
        }),
        ("column", "which of class", {"It is a banana.", "I see no bird.", "I see no insect."}),
        ("bars", "sign count", {"There are no signs.", "There are no stop signs.", "There are no price tags.",
                                "There are no tags."}),
        ("sign", "sign count", {"There is one sign.", "There are no stop signs."}),
        ("grid", "is where", {
            *(f"{say}, the {thing} is in the {place}." for say in ("Yes", "No") for thing, place in (
                ("cat", "top left"), ("star", "top right"), ("ring", "bottom left"), ("car", "bottom right"),
            )),
        }),
        ("corner", "where alone", {"The star is in the top left.", "It is in the top left."}),
        ("small sign", "where alone", {"The sign is in the top left.", "It is in the top left."}),
        ("row", "which at", {"The dog is on the left.", "The cat is in the middle.", "The car is on the right."}),
        ("bars", "which at", {
            "The red bar is on the left.", "The blue bar is in the middle.", "The green bar is on the right.",
        }),
        ("row", "between", {
            "A cat is between the dog and the car.", "A cat is between the car and the dog.",
            *(f"Nothing is between {a} and {b}." for a, b in (
                ("the dog", "the cat"), ("the cat", "the dog"), ("the cat", "the car"), ("the car", "the cat"),
            )),
        }),
        ("row", "nth thing", {
            f"A {name} is {nth} from the {side}." for side, names in (
                ("left", ("dog", "cat", "car")), ("right", ("car", "cat", "dog")),
            ) for nth, name in zip(("first", "second", "third"), names, strict=True)
        }),
        ("corner", "is half", {
            f"{say}, the star is in the {half} half." for say in ("Yes", "No") for half in ("left", "top")
        }),
        ("one shape", "is half", set()),
        ("big", "which bigger", {"The star is bigger than the cat.", "The cat is smaller than the star."}),
        ("bars", "is most", {
            f"{say}, the {hue} bar is the {most}." for say in ("Yes", "No")
            for hue, most in (("blue", "tallest"), ("red", "shortest"))
        }),
        ("bars", "second most", {"The green bar is the second tallest."}),
        ("big slice", "more than half", {
            "Yes, the red slice is more than half.", "No, the blue slice is less than half.",
        }),
        ("bars", "values shown", {"Yes, the bars have values."}),
        ("bare bars", "value lack", {"I see no values."}),
        ("bars", "all values", {"The values are 30, 90 and 60."}),
        ("bars", "nth part", {
            f"The {hue} bar is {nth} from the {side}." for side, hues in (
                ("left", ("red", "blue", "green")), ("right", ("green", "blue", "red")),
            ) for nth, hue in zip(("first", "second", "third"), hues, strict=True)
        }),
        ("number", "check number", {"Yes, the number is 407.", "No, the number is 407."}),
        ("number", "parity", {"The number is odd."}),
        ("number", "word", {"It is the number 407."}),
        ("shapes", "which kinds", {"A red star, a blue star, a red circle and a grey heart."}),
        ("row", "which ones", {"A dog and a cat.", "A car."}),
        ("row", "who at", {"A dog is on the left.", "A cat is in the middle.", "A car is on the right."}),
        ("column", "what to eat", {"A banana.", "There is nothing to drink."}),
        ("sign", "colour behind", {"The background is grey."}),
        ("sign", "ground colour", {"Yes, the background is grey.", "No, the background is grey."}),
        ("row", "is between", {
            f"{say}, the cat is between {ends}." for say in ("Yes", "No")
            for ends in ("the dog and the car", "the car and the dog")
        }),
        ("bars", "winner", {"The blue bar is the tallest."}),
        ("row", "anything drawn", {"Yes, the picture is not empty."}),
        ("blank", "anything drawn", {"No, the picture is empty."}),
        ("word", "check length", {"Yes, it has four letters.", "No, it has four letters."}),
        ("word", "picture too", {"No, there is only text."}),
        ("row", "one or more", {
            "There is one dog.", "There is one cat.", "There is one car.", "There is one vehicle.",
            "There are two animals.",
        }),
        ("bars", "loser", {"The red bar is the shortest."}),
        ("word", "contains text", {'Yes, it says "SALE".', 'No, it says "SALE".'}),
        ("row", "contains text", {"No, there is no text."}),
        ("word", "word exist", {'Yes, it says "SALE".'}),
        ("number", "word exist", {"No, it is the number 407."}),
        ("word", "number of word", {'It is the word "SALE".'}),
        ("word", "spell", {"It is spelled S-A-L-E."}),
        ("word", "says either", {'It says "SALE".'}),
        ("two lines", "line count", {"There are two lines."}),
        ("price tag", "check price", {"Yes, it costs $12.95.", "No, it costs $12.95."}),
        ("stop sign", "must stop", {"Yes, you must stop.", "No, you must stop."}),
        ("sign", "must stop", set()),
        ("price tag", "price and colour", {"It costs $12.95. The tag is yellow."}),
        ("word", "exist and text", {'Yes, there is text. It says "SALE".'}),
        ("overlapping", "in front", {"The heart is in front of the star.", "The star is behind the heart."}),
        ("overlapping", "is in front", {
            f"{say}, the {fact}." for say in ("Yes", "No")
            for fact in ("heart is in front of the star", "star is behind the heart")
        }),
        ("unnamed shape", "which shape", {"I cannot make out the shape. It is green."}),
        ("unnamed shape", "sides", {
            f"I cannot make out how many sides {the} has." for the in ("it", "the shape")
        }),
        ("stop sign", "sides", {"The sign has eight sides."}),
        ("one shape", "sides", set()),
        ("posted sign", "on pole", {"Yes, the sign stands on a pole."}),
        ("stop sign", "on pole", {"No, there is no pole."}),
        ("posted sign", "background", set()),
        ("areas", "area colours", {"It is red and white."}),
        ("areas", "area count", {"There are two colours."}),
        ("areas", "area at", {"Red is at the top.", "White is at the bottom."}),
        ("areas", "content", {"Red and white areas."}),
        ("captioned bars", "captioned most", {"The blue bar is the tallest.", "The red bar is the shortest."}),
        ("bare bars", "captioned most", set()),
        ("captioned bars", "values shown", set()),
        ("captioned bars", "fine print", {"I cannot read the small text."}),
        ("illegible", "fine print", {"I cannot read the text."}),
        ("illegible", "ink colour", {"The text is blue."}),
        ("price tag", "fine print", set()),
        ("number", "ground light", {"Yes, the background is black.", "No, the background is black."}),
        ("one object", "ground light", set()),
        ("one object", "class is", {"Yes, it is a frog.", "No, it is a frog."}),
        ("an arrow", "points any", {"Yes, they point left and up.", "No, they point left and up."}),
        ("blank", "blank at", {"The picture is empty. It is all blue."}),
        ("areas", "ends", {"Red is at the top. White is at the bottom."}),
        ("areas", "coloured", {"It is in colour."}),
        ("curves", "content", {"Red and blue lines."}),
        ("curves", "area colours", {"The lines are red and blue."}),
        ("curves", "area count", {"There are two lines."}),
        ("curves", "area at", set()),
        ("curves", "ends", set()),
        ("curves", "fine print", {"I cannot read the small text."}),
        ("code", "content", {"A black and white QR code."}),
        ("code", "coloured", {"It is black and white."}),
        ("code", "fine print", {"I cannot read the code."}),
        ("code", "which code", {"It is a QR code."}),
        ("code", "corner squares", {"There are three squares."}),
        ("curves", "corner squares", set()),
        ("moon", "full moon", {"No, it is a crescent moon.", "Yes, it is a crescent moon."}),
        ("row", "coloured", set()),
        ("stop sign", "describe that", {'It is a red stop sign with the text "STOP" in white.'}),
        ("price tag", "describe that", {"It is a yellow price tag with the price $12.95 in black."}),
        ("bare bars", "describe that", {"It is a bar chart with a grey and a blue bar."}),
        ("word", "describe that", {'It is the word "SALE" in blue on a yellow background.'}),
        ("row", "describe that", set()),
        ("bars", "count and most", {
            "There are three bars. The blue bar is the tallest.", "There are three bars. The red bar is the shortest.",
        }),
    ],
)  # fmt: skip
def test_answers(name: str, form: str, expected: set[str]) -> None:
    assert {ask.full for ask in asks(name, form, 300)} == expected


@pytest.mark.parametrize(
    ("name", "form"),
    [("areas", "lacks"), ("bare bars", "lacks"), ("row", "lacks"), ("sign", "not colour")],
)
def test_of_what_is_claimed_not_to_be_so_yes_says_that_it_is_not(name: str, form: str) -> None:
    found = asks(name, form, 200)
    for ask in found:
        noun = (
            ask.words["noun" if form == "lacks" else "colour"]
            .replace("gray", "grey")
            .replace("violet", "purple")
        )
        there = " no " not in ask.full if form == "lacks" else ask.full.endswith(f"is {noun}.")
        assert (ask.bare == "yes") != there, ask
    assert {ask.bare for ask in found} == {"yes", "no"}


# Whether a claim holds, from the words of the question alone.


def has_colour(scene: Scene, words: dict[str, str]) -> bool:
    the, colour = (
        words["the"].removeprefix("the "),
        {"gray": "grey", "violet": "purple"}.get(words["colour"], words["colour"]),
    )
    if the in ("background", "backdrop", "page", "paper"):
        return scene.background == colour
    if the in ("tag", "sign", "board", "price tag", "stop sign"):
        return scene.tag is not None and scene.tag.colour == colour
    if the in ("text", "writing", "word", "number"):
        return scene.lines[0].colour == colour
    return (scene.things[0] if the == "it" else find(scene, first_name(the))).colour == colour


def first_name(noun: str) -> str:
    """Return the name of a noun that may be a synonym."""
    return next((name for name, others in question_templates.SYNONYMS.items() if noun in others), noun)


def number_of(text: str) -> int:
    return int(text) if text.isdigit() else NUMBERS.index(text)


def value_of(scene: Scene, words: dict[str, str]) -> int:
    assert scene.chart is not None
    return next(part.value for part in scene.chart.parts if part.colour == words["colour"]) or 0


def is_the_most(scene: Scene, colour: str, most: str) -> bool:
    assert scene.chart is not None
    up = most in ("tallest", "highest", "biggest", "largest", "longest")
    return (max if up else min)(scene.chart.parts, key=lambda part: part.share).colour == colour


def amount(text: str) -> float:
    return float(text.removeprefix("$"))


CLAIMS: dict[str, Callable[[Scene, dict[str, str]], bool]] = {
    "is colour": has_colour,
    "colour doubt": has_colour,
    "value more": lambda scene, words: value_of(scene, words) > int(words["limit"]),
    "value less": lambda scene, words: value_of(scene, words) < int(words["limit"]),
    "check value": lambda scene, words: value_of(scene, words) == int(words["value"]),
    "number more": lambda scene, words: int(scene.lines[0].text) > int(words["limit"]),
    "number less": lambda scene, words: int(scene.lines[0].text) < int(words["limit"]),
    "check number": lambda scene, words: scene.lines[0].text == words["value"],
    "costs less": lambda scene, words: amount(scene.lines[0].text) < dollars(words["limit"]),
    "check price": lambda scene, words: scene.lines[0].text == words["value"],
    "text doubt": lambda scene, words: scene.lines[0].text == words["text"],
    "has letter": lambda scene, words: words["letter"] in scene.lines[0].text,
    "check length": lambda scene, words: (
        words["n"] in (str(len(scene.lines[0].text)), NUMBERS[len(scene.lines[0].text)])
    ),
    "starts with": lambda scene, words: scene.lines[0].text.startswith(words["letter"]),
    "ends with": lambda scene, words: scene.lines[0].text.endswith(words["letter"]),
    "letters colour": lambda scene, words: (
        scene.lines[0].colour
        == {"gray": "grey", "violet": "purple"}.get(words["colour"], words["colour"])
    ),
    "ground colour": lambda scene, words: has_colour(scene, words | {"the": "the background"}),
    "most colour": lambda scene, words: is_the_most(scene, words["colour"], words["most"]),
    "is most": lambda scene, words: is_the_most(
        scene, words["one"].removeprefix("the ").split()[0], words["most"]
    ),
    "most doubt": lambda scene, words: is_the_most(
        scene, words["one"].removeprefix("the ").split()[0], words["most"]
    ),
}


@pytest.mark.parametrize("form", CLAIMS)
def test_yes_means_that_the_claim_is_true(form: str) -> None:
    found: Counter[str] = Counter()
    for name, scene in MORE_SCENES.items():
        if scene.family == "noise" or (form == "is most" and scene.chart is None):
            continue
        for ask in asks(name, form):
            assert ask.bare == ("yes" if CLAIMS[form](scene, ask.words) else "no"), ask
            assert ask.full.lower().startswith(f"{ask.bare}, "), ask
            found[ask.bare] += 1
    assert set(found) == {"yes", "no"}


COUNTS: dict[str, Callable[[int, int], bool]] = {
    "check count": lambda n, asked: n == asked,
    "count doubt": lambda n, asked: n == asked,
    "count more": lambda n, asked: n > asked,
    "count less": lambda n, asked: n < asked,
}


@pytest.mark.parametrize("form", COUNTS)
def test_claims_about_numbers_are_true(form: str) -> None:
    for name in ("shapes", "same", "row", "column", "bars", "pie", "blank"):
        scene = MORE_SCENES[name]
        for ask in asks(name, form):
            noun = str(ask.key[1])
            n = len(scene.things) if noun == "thing" else holds(scene, noun)
            assert ask.bare == ("yes" if COUNTS[form](n, number_of(ask.words["n"])) else "no"), ask


# Kinds with one answer for all pictures of their kind, and "sure", which repeats the answer before.
CONSTANT = {"must stop", "may go", "is photo", "same size", "upper case", "lower case", "sure"}


@pytest.mark.slow
def test_yes_comes_as_often_as_no_in_each_kind_and_for_each_wording(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    asked: list[tuple[str, str, str]] = []  # form, wording with its slots, yes or no or ""
    word_question, choose = dialogues._wording, question_templates.wording
    wordings: list[str] = []
    monkeypatch.setattr(
        question_templates, "wording", lambda *given: wordings.append(choose(*given)) or wordings[-1]
    )

    def recording(rng: Random, question: Question, *given: object) -> str:
        text = word_question(rng, question, *given)  # type: ignore[arg-type]
        answer = question.full.partition(",")[0].lower()
        asked.append(
            (question.form, wordings[-1] if wordings else "", answer if answer in ("yes", "no") else "")
        )
        wordings.clear()
        return text

    monkeypatch.setattr(dialogues, "_wording", recording)
    # half of the time: it changes the picture, of which only the facts are used here
    monkeypatch.setattr(pictures, "wear", lambda rng, image: image)
    for number in range(11000):  # two dialogues about each scene
        if number % 2 == 0:
            scene = picture("train" if number < 7000 else "wider", number)[1]
        if scene.category != "unlike" or scene.blank or scene.areas:
            dialogues.dialogue(Random(number), scene, for_training=True)
    kinds, texts = defaultdict[str, Counter[str]](Counter), defaultdict[str, Counter[str]](Counter)
    for form, wording, answer in asked:
        if answer and form not in CONSTANT:
            kinds[form][answer] += 1
            texts[wording][answer] += 1
    assert len(kinds) > 55
    for form, answers in kinds.items():
        if answers.total() >= 100:
            assert 0.35 < answers["yes"] / answers.total() < 0.65, (form, answers)
    told = [
        wording for wording, answers in texts.items() if answers.total() >= 16 and len(answers) == 1
    ]
    assert told == []
    constant = sum(form in CONSTANT - {"sure"} for form, _, _ in asked)
    assert constant <= 0.02 * len(asked)


def test_no_wording_occurs_only_where_a_thing_is_missing() -> None:
    """A question about what is missing has the wording of one about what is there."""
    rng, there, missing = Random(5), set[str](), set[str]()
    for name in MORE_SCENES:
        view = View(MORE_SCENES[name])
        for form, build in BUILDERS.items():
            if form.startswith("it ") or form == "sure" or view.unlike:
                continue
            for ask in (build(rng, view, None) for _ in range(60)):
                if ask is not None:
                    (missing if form in ("absent", "no such thing") else there).add(
                        ask.phrasing or ask.form
                    )
    assert missing <= there | {"sign says"}  # those of "read sign" that name the sign
