"""The pictures of a run for a model whose tower does not learn. Each is encoded once, before the first
step, and kept in a file beside the checkpoints, so that a step costs no tower, and a resumed run reads
the same numbers."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import torch
from PIL import Image
from safetensors import SafetensorError, safe_open
from safetensors.torch import load_file, save
from torch import Tensor

from flashsloth.checkpoints import model_files, safetensors_reader
from flashsloth.checkpoints.compose import Sources
from flashsloth.data.sample import Encoded, Sample, TokenCounter, encode_chat
from flashsloth.errors import ImageError
from flashsloth.generation.engine import EncodedImage
from flashsloth.images.reader import read_image
from flashsloth.processing.prompt import PromptEncoder
from flashsloth.sizes.families import part_of
from flashsloth.training import checkpoints
from flashsloth.utils.atomic_write import atomic_write
from flashsloth.utils.progress import Progress, ignore

if TYPE_CHECKING:
    from flashsloth.vlm.pictures import VlmPictures

THIN = 8
# What a file has besides inputs of the model, which have a row for each visual token: the ids of a
# picture in a prompt, and the `grid` of its EncodedImage.
BLOCK = "block"
GRID = "grid"


@dataclass(eq=False, repr=False)
class EncodedPictures:
    """Encoded pictures in a folder, by the paths of their files.

    Args:
        processor: prepares the pictures.
        hd: as in PictureProcessor.prepare.
        is_encoded: whether `encode` is done, so that a picture without a file is a bad one.
    """

    processor: VlmPictures
    hd: bool | None
    folder: Path
    is_encoded: bool = False
    faults: dict[str, str] = field(default_factory=dict)  # why pictures could not be encoded

    def file(self, image: str) -> Path:
        name = hashlib.sha256(os.path.abspath(image).encode(errors="surrogateescape")).hexdigest()
        return self.folder / f"{name[:32]}.safetensors"

    def is_stored(self, image: str) -> bool:
        """Return whether the file of a picture exists and is not cut."""
        try:
            with safe_open(self.file(image), "pt"):
                return True
        except (OSError, SafetensorError):
            return False

    def prepare(self, image: str) -> Any:
        """Read a picture, and prepare it for the tower. Raises: ImageError."""
        return self.processor.prepare(read_image(image).require_whole().image, hd=self.hd)

    def check(self, image: str) -> None:
        """Read a picture, and prepare it if the model may be unable to. Raises: ImageError."""
        read = read_image(image).require_whole().image
        if is_thin(read):
            self.processor.prepare(read, hd=self.hd)

    def block(self, image: str) -> Sequence[int]:
        """Return the ids of a picture in a prompt. Raises: ImageError."""
        if not self.is_encoded and not self.is_stored(image):
            return self.processor.block(self.prepare(image))
        ids: list[int] = self._read(image)[BLOCK].tolist()
        return ids

    def counter(self, prompt: PromptEncoder, limit: int) -> TokenCounter:
        """Return what counts the tokens of rows."""
        largest = self.processor.largest_block
        return TokenCounter(prompt, self.processor.config, limit, self.encode_row, largest)

    def encode_row(self, prompt: PromptEncoder, sample: Sample, _: int = 0) -> Encoded:
        """Encode a row as encode_chat does. Raises: ImageError."""
        block = [] if sample.image is None else self.block(sample.image)
        return encode_chat(prompt, sample, block=block)

    def inputs(self, image: str) -> dict[str, Tensor]:
        """Return the inputs of the model that replace a picture, by name, and GRID if positions have
        three axes; nothing before `encode` is done. Raises: ImageError if the picture could not be
        encoded."""
        if not self.is_encoded:
            return {}
        found = self._read(image)
        del found[BLOCK]
        return found

    def _read(self, image: str) -> dict[str, Tensor]:
        if not self.is_stored(image):
            raise ImageError(self.faults.get(image, f"{image} could not be read"))
        found: dict[str, Tensor] = load_file(self.file(image))
        return found

    def __getstate__(self) -> dict[str, Any]:
        """Leave out the processor when this object is pickled, because transformers' processors cannot
        be pickled. The processes that read rows do not need it."""
        return {**vars(self), "processor": None}

    def encode(
        self,
        images: Iterable[str],
        sources: Sources,
        device: torch.device,
        dtype: torch.dtype,
        on_progress: Progress = ignore,
    ) -> None:
        """Encode the pictures that are not stored. One that cannot be read gets none.

        Raises: CheckpointError for a damaged tower, DiskFull.
        """
        self.is_encoded = True
        missing = [image for image in images if not self.is_stored(image)]
        if not missing:
            return
        encoder = make_encoder(sources, device, dtype)
        with checkpoints.convert_disk_errors(self.folder):
            self.folder.mkdir(parents=True, exist_ok=True)
        for done, image in enumerate(missing, 1):
            try:
                prepared = self.prepare(image)
                with torch.inference_mode():
                    encoded = EncodedImage(
                        *(each[0] for each in encoder.encode(**encoder.inputs([prepared])))
                    )
                tensors = {"visual_tokens": encoded.tokens}
                if encoded.grid is not None:
                    tensors[GRID] = encoded.grid
                if encoded.deep is not None:
                    tensors["deep"] = encoded.deep.transpose(0, 1)
                tensors[BLOCK] = torch.tensor(self.processor.block(prepared))
                data = save({name: each.cpu().contiguous() for name, each in tensors.items()})
                path = self.file(image)
                with checkpoints.convert_disk_errors(path), atomic_write(path) as file:
                    file.write(data)
            except ImageError as error:
                self.faults[image] = str(error)
            on_progress(done, len(missing), "encoding pictures, once")


def is_thin(image: Image.Image) -> bool:
    """Return whether one side is more than THIN times longer than the other. Image processors refuse
    only such pictures, as a side would be scaled to nothing."""
    return max(image.size) > THIN * min(image.size)


def make_encoder(sources: Sources, device: torch.device, dtype: torch.dtype) -> Any:
    """Read the tower of a model, and return its encoder. Raises: CheckpointError."""
    model = model_files.build_empty(sources.config)
    tower = {name: info for name, info in sources.tensors.items() if part_of(name) == "vision_tower"}
    for name, tensor in safetensors_reader.read_tensors(tower):
        model_files.put(model, name, torch.nn.Parameter(tensor.to(dtype), requires_grad=False))
    model.model.vision.to(device)
    encoder: Any = sources.processor.make_encoder(model)
    # The decoder, from which it would take them, has no weights.
    encoder.device = device
    encoder.dtype = dtype
    return encoder
