"""What a conversation shows around its answers: the status line."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from flashsloth.images.reader import read_image
from flashsloth_cli.answers import models
from flashsloth_cli.chat.repl import Repl
from flashsloth_cli.config.settings import resolve
from flashsloth_cli.options import Options


@pytest.mark.parametrize(
    ("width", "line"),
    [
        (100, "pie-chart.png and 1 more · {left} · nano · not saved · float32 on cpu"),
        (60, "pie-chart.png and 1 more · {left} · nano"),
        (12, "pie-chart.…"),
    ],
)
def test_the_status_line_keeps_the_picture(home: Path, picture: Path, width: int, line: str) -> None:
    shutil.copy(picture, "pie-chart.png")
    repl = Repl(resolve(Options(model="nano")), plain=True)
    repl.model = models.open_for_chat(repl.options)
    repl.start([read_image(picture), read_image(Path("pie-chart.png"))])
    left = f"{repl.model.facts.context_length - repl.used} tokens left"
    assert repl._toolbar(width) == " " + line.format(left=left)  # drawn by the prompt, which needs a terminal
