"""For `finetune --choices`: fit a temperature for the probabilities of the choices on the evaluation
rows, and store it with the finished model.

To fit the temperature, the model is opened as it will later be opened for answers: with the adapter
merged, and in the default preset of the device.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from flashsloth.chat.answerer import Answerer
from flashsloth.chat.local_model import open_model
from flashsloth.checkpoints import adapter
from flashsloth.checkpoints.folder import read_json
from flashsloth.data.data_files import Rows
from flashsloth.errors import OptionError
from flashsloth.evaluation.calibration import (
    LEAST_PICTURES,
    TemperatureFit,
    fit_temperature,
    matching_choice,
)
from flashsloth.evaluation.evaluate import ScoredSample, evaluate_choices
from flashsloth.generation.answer_settings import AnswerSettings
from flashsloth.training.run_folder import write_json
from flashsloth.utils.progress import Progress

# maximum number of rows to fit on; more rows would hardly change the one number that is fitted
MAX_ROWS = 2000


@dataclass(frozen=True, slots=True)
class ChoiceRows:
    """At most MAX_ROWS evaluation rows, each with an answer that begins with one of the choices."""

    choices: tuple[str, ...]
    rows: Rows
    answers: int
    pictures: int

    @property
    def are_enough(self) -> bool:
        return self.pictures >= LEAST_PICTURES

    @property
    def note(self) -> str:
        """A sentence for the user, shown before the run."""
        found = (
            f"{self.answers:,} answers about {self.pictures:,} pictures begin with one of the choices"
        )
        then = (
            "a temperature is fitted to them after the last step"
            if self.are_enough
            else f"no temperature is fitted, because at least {LEAST_PICTURES} pictures are needed"
        )
        return f"note: {found}: {then}"


def select_rows(evaluation: Rows, choices: tuple[str, ...], seed: int) -> ChoiceRows:
    """Select the rows to fit on. If there are more than MAX_ROWS, they are selected at random. Raises:
    OptionError if no answer begins with a choice."""
    counts = {}  # row -> number of its answers that begin with a choice
    for number, row in enumerate(evaluation):
        count = sum(matching_choice(turn.answer, choices) is not None for turn in row.turns)
        if count:
            counts[number] = count
    if not counts:
        raise OptionError(
            f"no answer of the {len(evaluation):,} evaluation rows begins with one of the choices",
            hint="Name answers of the data, as in --choices yes,no",
        )
    numbers = sorted(np.random.default_rng(seed).permutation(list(counts))[:MAX_ROWS].tolist())
    rows = evaluation.select(numbers)
    pictures = {rows[number].image or rows[number].source for number in range(len(rows))}
    return ChoiceRows(choices, rows, sum(counts[number] for number in numbers), len(pictures))


def fit(
    folder: Path,
    chosen: ChoiceRows,
    *,
    is_adapter: bool,
    device: str,
    hd: bool | None,
    on_progress: Progress,
    stop: Callable[[], bool],
) -> TemperatureFit | None:
    """Open the finished model and fit its temperature. Return None if `stop` returned True.

    Raises: any FlashSlothError that opening the model or answering raises.
    """
    # Open the model with the default settings, because the temperature must fit the probabilities that
    # users will get.
    model = open_model(
        None if is_adapter else folder,
        adapter=folder if is_adapter else None,
        device=device,
        offline=True,
        on_progress=on_progress,
    )
    answerer = Answerer(model, AnswerSettings(hd=hd, choices=chosen.choices))
    # (scored answer, path of its picture); for a row without a picture, file and line of the row
    answers = []
    for done, event in enumerate(evaluate_choices(chosen.rows, answerer), 1):
        if stop():
            return None
        on_progress(done, len(chosen.rows), "choices")
        if isinstance(event, ScoredSample):
            picture = event.sample.image or event.sample.source
            answers += [(answer, picture) for answer in event.turns]
    shares = [[choice.probability for choice in answer.choices] for answer, _ in answers]
    return fit_temperature(
        shares,
        [answer.correct for answer, _ in answers],
        [picture for _, picture in answers],
    )


def store(folder: Path, *, is_adapter: bool, **fitted: float) -> None:
    """Write fitted values into the configuration beside the weights of a finished folder."""
    path = folder / (adapter.OURS if is_adapter else "config.json")
    write_json(path, {**read_json(path), **fitted})


def describe(fitted: TemperatureFit) -> str:
    """Return the result of the fit as a sentence for the user."""
    if fitted.nll is None or fitted.fitted_nll is None:
        return f"no temperature of choices: {fitted.pictures} pictures are too few, {LEAST_PICTURES} are needed"
    on = f"on {fitted.answers:,} answers"
    if not fitted.kept:
        return f"no temperature of choices: it would lower nll {fitted.nll:.3f} by {fitted.gain:.3f} {on}, within noise"
    return f"choices at temperature {fitted.temperature:.3g}: nll {fitted.nll:.3f} to {fitted.fitted_nll:.3f} {on}"
