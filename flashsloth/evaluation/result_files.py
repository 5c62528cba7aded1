"""Write the files of an evaluation: its wrong answers as JSON Lines, one at a time, so that an
interrupted evaluation leaves a valid file; and a reliability plot, which shows the share of right
answers as a function of their probability."""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from io import FileIO
from pathlib import Path

from PIL import Image, ImageDraw, ImageFont

from flashsloth.evaluation.calibration import Bin
from flashsloth.evaluation.evaluate import ScoredSample
from flashsloth.utils.atomic_write import append, atomic_write, convert_os_errors, open_output


@contextmanager
def error_log(path: Path) -> Iterator[Callable[[ScoredSample], None]]:
    """Yield a function that writes a line for each answer of a sample that is not an exact match. Paths
    of pictures are written relative to the file's folder. The file is created at the first call, even
    if the first sample has no wrong answer. The function raises DiskFull or InputError."""
    # The path is made absolute now, because the working directory may change before the first wrong
    # answer.
    folder = Path(os.path.abspath(path)).parent
    end = 0  # the position after the last complete line
    file: FileIO | None = None

    def add(scored: ScoredSample) -> None:
        nonlocal file, end
        sample = scored.sample
        with convert_os_errors(path):
            # unbuffered, so that no line is lost if the evaluation is killed
            file = file or open(path, "wb", buffering=0, opener=open_output)  # noqa: SIM115 - closed below
            image = None if sample.image is None else _path_from(folder, sample.image)
            for answer in (each for each in scored.turns if not each.exact):
                row = {
                    "image": image,
                    "question": answer.question,
                    "answer": answer.answer,
                    "given": answer.given,
                    "normalised": answer.normalised,
                    "category": sample.category,
                    "turn": answer.turn,
                    "source": sample.source,
                }
                line = (json.dumps(row, ensure_ascii=False) + "\n").encode(errors="replace")
                end = append(file.fileno(), line, end)

    try:
        yield add
    finally:
        if file is not None:
            with suppress(OSError):  # an error of writing was already raised by `add`
                file.close()


def _path_from(folder: Path, image: str) -> str:
    """Return the path of a picture relative to a folder, or the absolute path if it is on another
    drive."""
    absolute = os.path.abspath(image)
    try:
        return Path(os.path.relpath(absolute, folder)).as_posix()
    except ValueError:
        return absolute


SIZE = 640
LEFT = 80
BOTTOM = 64
EDGE = 40
INK = "#333333"
GRID = "#e4e4e4"
IDEAL = "#999999"
DOT = "#1f6fb5"
# the share of a perfectly calibrated bin is within this many standard deviations in 95% of cases
DEVIATIONS = 1.96


def draw_reliability(bins: Sequence[Bin], title: str, target: Path) -> None:
    """Plot the bins as dots, whose area grows with the number of answers. The bars show the range in
    which a perfectly calibrated bin of the same size lies in 95% of cases.

    Raises: InputError, DiskFull.
    """
    # made smaller at the end, so that lines are smooth
    image = Image.new("RGB", (SIZE * 2, SIZE * 2), "white")
    pen = ImageDraw.Draw(image)
    font = ImageFont.load_default(28)

    # Return the pixel of a point of the plot. The image is drawn at twice its final size.
    def at(probability: float, accuracy: float) -> tuple[float, float]:
        side = SIZE - LEFT - EDGE, SIZE - BOTTOM - EDGE
        return 2 * (LEFT + side[0] * probability), 2 * (SIZE - BOTTOM - side[1] * accuracy)

    for part in range(6):
        value = part / 5
        pen.line([at(0, value), at(1, value)], fill=GRID, width=2)
        pen.line([at(value, 0), at(value, 1)], fill=GRID, width=2)
        x, y = at(0, value)
        pen.text((x - 14, y), f"{value:.0%}", fill=INK, font=font, anchor="rm")
        x, y = at(value, 0)
        pen.text((x, y + 14), f"{value:.0%}", fill=INK, font=font, anchor="mt")
    pen.text((2 * LEFT, 2 * EDGE - 20), f"right answers: {title}", fill=INK, font=font, anchor="lb")
    pen.text(
        (2 * (SIZE - EDGE), 2 * SIZE - 16),
        "probability of the answer",
        fill=INK,
        font=font,
        anchor="rb",
    )
    pen.text(
        (2 * LEFT, 2 * SIZE - 16), "bars: if perfectly calibrated", fill=IDEAL, font=font, anchor="lb"
    )
    pen.line([at(0, 0), at(1, 1)], fill=IDEAL, width=3)
    most = max((each.answers for each in bins), default=1)
    for probability, accuracy, count in bins:
        # Draw the range, from the standard deviation of a binomial share with the mean probability of
        # the bin.
        reach = DEVIATIONS * (probability * (1 - probability) / count) ** 0.5
        least = at(probability, max(probability - reach, 0))
        pen.line([least, at(probability, min(probability + reach, 1))], fill=IDEAL, width=6)
        x, y = at(probability, accuracy)
        # the area of a dot, not its radius, is proportional to the number of answers
        radius = 8 + 24 * (count / most) ** 0.5
        pen.ellipse([x - radius, y - radius, x + radius, y + radius], fill=DOT)
    small = image.resize((SIZE, SIZE), Image.Resampling.LANCZOS)
    with convert_os_errors(target), atomic_write(target) as file:
        small.save(file, format="PNG", optimize=True)
