"""Rows never change unnoticed: a run that is resumed must see the same ones."""

from __future__ import annotations

import hashlib

from flashsloth_synthetic import EDITION, SPLITS, sample, training_sample

SHA256 = "2b8ec9100b2d08563f47ffb5ba01f327732421087523eeb87627debde6580772"


def test_rows_change_only_with_the_edition() -> None:
    """Pictures and texts of 15 rows of every split and of 60 training rows. Whoever changes them on
    purpose raises EDITION and writes down the new digest."""
    digest = hashlib.sha256()
    drawn = [sample(split, number) for split in SPLITS for number in range(15)]
    for each in (*drawn, *map(training_sample, range(60))):
        digest.update(b"" if each.image is None else each.image.tobytes())
        digest.update(repr([(turn.question, turn.answer) for turn in each.turns]).encode())
    assert (EDITION, digest.hexdigest()) == (18, SHA256)
