"""Write a copy of a model in int4 that is rounded by GPTQ for the dialogues of a data set.

1. `read_calibration` reads dialogues in the order of the file, as `evaluate` reads them, until they
   have enough positions.
2. `Calibration.write` encodes their pictures, rounds one layer after another (checkpoints/moments.py),
   and writes the copy.
"""

from __future__ import annotations

import shutil
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import torch

from flashsloth import devices
from flashsloth.chat.local_model import ModelParts
from flashsloth.checkpoints import loader, moments, save
from flashsloth.checkpoints.load_plan import LoadPlan
from flashsloth.data.sample import encode_chat
from flashsloth.data.validate import RowError, row_error
from flashsloth.errors import (
    BadRow,
    ContextTooLong,
    DataError,
    DiskFull,
    ImageError,
    NoRowsLeft,
    OutOfMemory,
)
from flashsloth.evaluation.evaluate import open_dataset, read_picture
from flashsloth.generation.engine import Engine
from flashsloth.inference.decoder import Decoder
from flashsloth.processing.prompt import check_length
from flashsloth.quantization import gptq
from flashsloth.utils import folder_swap
from flashsloth.utils.progress import Progress, ignore
from flashsloth.utils.text import printable

POSITIONS = 16_000  # how many positions are read by default; the copy is worse with fewer
LEAST_POSITIONS = 8_000
# Of a thread in a second, about. A processor that multiplies bfloat16 computes several times more.
OPERATIONS = 5e10


@dataclass(slots=True)
class Calibration:
    """The dialogues for which a model is rounded.

    Args:
        data: the name of the data file without its folder, and its digest.
        files: those of the model.
        dialogues: the ids of each dialogue, and its picture as a PictureProcessor has prepared it.
        skipped: the rows that cannot be used.
    """

    plan: LoadPlan
    data: Mapping[str, Any]
    files: loader.ModelFiles
    dialogues: list[tuple[list[int], Any]] = field(default_factory=list)
    skipped: list[RowError] = field(default_factory=list)

    @property
    def positions(self) -> int:
        return sum(len(ids) for ids, _ in self.dialogues)

    def cost(self, target: Path) -> tuple[float, int]:
        """Return about how many seconds and bytes of memory the copy takes. Raises: OutOfMemory,
        DiskFull."""
        plan = self.plan
        text = plan.config.text_config
        # A dialogue runs through the layers, and adds to the moments; its picture through the tower.
        operations = 6 * self.positions * plan.elements
        # The inputs of a layer, and what EmbQ reads of pictures; a layer with its values before and
        # after rounding; the moments of a layer, and the inversion of a block of them in 64 bit.
        values = self.positions * (text.hidden_size + 10 * plan.config.vision_config.hidden_size)
        widest = min(text.hidden_size + text.intermediate_size, gptq.BLOCK)
        memory = plan.required_bytes(plan.preset) + values * plan.dtype.itemsize
        memory += 12 * plan.elements // text.num_hidden_layers + 60 * widest**2
        free = devices.free_memory(plan.device)
        if memory > free:
            raise OutOfMemory(
                f"calibration needs {memory / 1e9:.1f} GB of memory, {free / 1e9:.1f} GB are free",
                hint="Close other programs, or leave --calibrate out.",
            )
        folder = next(path for path in target.absolute().parents if path.exists())
        if shutil.disk_usage(folder).free < plan.weight_bytes(plan.preset):
            raise DiskFull(
                f"the disk is full: {target} does not fit",
                hint="Free some space, or choose another folder.",
            )
        return operations / (OPERATIONS * torch.get_num_threads()), memory

    def write(self, target: Path, on_progress: Progress) -> Path:
        """Round the model, and write the copy. Progress is reported in passes of a dialogue through a
        layer. A picture counts as half as many as the model has layers."""
        layers = self.plan.config.text_config.num_hidden_layers
        total = len(self.dialogues) * (layers + layers // 2)
        done = 0

        def advance(steps: int = 1) -> None:
            nonlocal done
            done += steps
            on_progress(done, total, "")

        def measure(model: Any, kind: Any) -> moments.Moments:
            """Encode the dialogues, with the parts of the model that are outside of its layers."""
            make_encoder = self.files.make_encoder
            encoder = None if make_encoder is None else make_encoder(model)
            engine = Engine(model.eval(), Decoder(model), encoder)
            prompts = []
            for number, (ids, prepared) in enumerate(self.dialogues):
                image = None if prepared is None else engine.encode_image(prepared)
                prompts.append(engine.prompt_inputs(ids, image))
                self.dialogues[number] = ids, None  # release the picture
                advance(layers // 2)
            return moments.Moments(model, kind, prompts, advance)

        built = self.plan.build(measure=measure)
        method = {
            "scales": "weighted by the mean squares of the inputs of data",
            "rounding": f"GPTQ, damping {gptq.DAMPING}",
            **self.data,
            "rows": len(self.dialogues),
            "positions": self.positions,
        }
        name = printable(self.plan.source.repo or self.plan.source.folder.name)
        lines = [f"- {key}: {printable(str(value))}\n" for key, value in method.items()]
        card = f"# {name} in int4\n\n{folder_swap.CARD}\n\n{''.join(lines)}"
        save.write_quantized(self.plan, *built, target, method=method, card=card)
        return target


def read_calibration(
    plan: LoadPlan,
    file: str | Path,
    *,
    image_root: str | Path | None = None,
    positions: int = POSITIONS,
    on_progress: Progress = ignore,
) -> Calibration:
    """Read dialogues of a data file, reference answers included, until they have this number of
    positions.

    Raises: DataUnreadable; NoRowsLeft if no row can be used; DataError if the rows have fewer than
        LEAST_POSITIONS.
    """
    config = plan.config
    rows = open_dataset([file], image_root=image_root)
    parts = ModelParts(loader.read_files(plan))
    data = {"data": Path(rows.files[0].path).name, "sha256": rows.sha256()}
    found = Calibration(plan, data, parts.files)
    for number in range(len(rows)):
        sample = None
        try:
            sample = rows[number]
            picture = read_picture(sample)
            prepared = picture and parts.pictures.prepare(picture.image, hd=config.image_hd)
            block = [] if prepared is None else parts.pictures.block(prepared)
            ids = encode_chat(parts.prompt, sample, block=block).input_ids
            check_length(ids, config.text_config.max_position_embeddings, config.image_token_id)
            found.dialogues.append((ids, prepared))
        except (BadRow, ImageError, ContextTooLong) as error:
            found.skipped.append(row_error(error, rows.where(number), sample and sample.image))
        on_progress(min(found.positions, positions), positions, "")
        if found.positions >= positions:
            break
    if not found.dialogues:
        raise NoRowsLeft(
            f"none of {len(rows)} rows can be used; the first: {found.skipped[0]}",
            hint="Run flashsloth data check FILE for details.",
        )
    if found.positions < LEAST_POSITIONS:
        raise DataError(
            f"{file} has {found.positions:,} tokens, visual tokens included; calibration needs at least "
            f"{LEAST_POSITIONS:,}",
            hint="Add rows, or leave --calibrate out.",
        )
    return found
