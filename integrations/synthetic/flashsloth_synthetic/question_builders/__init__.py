"""Questions with their one true answer: a builder for each form, from the facts of a scene.

A builder is called with the random generator, the scene and the question before. It returns a question of its form, or
None if the scene has none. `question_templates` words it.
"""

from __future__ import annotations

from collections.abc import Callable
from random import Random

from flashsloth_synthetic.question_builders import charts, follow_up, picture, signs, text, things, unanswerable
from flashsloth_synthetic.scene_index import Question, View

Builder = Callable[[Random, View, Question | None], Question | None]

BUILDERS: dict[str, Builder] = {
    "content": picture.content,
    "describe": picture.describe,
    "caption": picture.caption,
    "list": picture.list_things,
    "empty": picture.empty,
    "background": picture.background,
    "whole colour": picture.whole_colour,
    "exist": things.exist,
    "total": things.total,
    "count": things.count,
    "colour": things.colour,
    "colours": things.colours,
    "same colour": things.same_colour,
    "shape": things.shape,
    "side": things.side,
    "where": things.where,
    "order": things.order,
    "neighbour": things.neighbour,
    "relative": things.relative,
    "more": things.more,
    "group": things.group,
    "biggest": things.biggest,
    "direction": things.direction,
    "read": text.read,
    "number": text.which_number,
    "text colour": text.text_colour,
    "word or number": text.word_or_number,
    "first letter": text.first_letter,
    "last letter": text.last_letter,
    "letters": text.letters,
    "says": text.says,
    "line": text.a_line,
    "words": text.words,
    "kind": charts.kind,
    "tallest": charts.tallest,
    "compare": charts.compare,
    "edge": charts.edge,
    "value": charts.value,
    "highest": charts.highest,
    "holder": charts.holder,
    "cost": signs.cost,
    "costs more": signs.costs_more,
    "must": signs.must,
    "tag colour": signs.tag_colour,
    "lack": unanswerable.lack,
    "premise": unanswerable.premise,
    "unknowable": unanswerable.unknowable,
    "sure": follow_up.sure,
    "it colour": follow_up.it_colour,
    "it colours": follow_up.it_colours,
    "it where": follow_up.it_where,
    "it neighbour": follow_up.it_neighbour,
    "it count": follow_up.it_count,
    "it text colour": text.text_colour,
    "it letters": text.letters,
    "it first letter": text.first_letter,
    "it last letter": text.last_letter,
    "it parts": follow_up.it_parts,
    "it value": follow_up.it_value,
}
