"""Read the pictures of requests beside the event loop, within limits of time, memory and pixels."""

from __future__ import annotations

import asyncio
import base64
import hashlib
import json
import subprocess
from collections import OrderedDict
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import asdict
from typing import Any, NamedTuple

from PIL import Image
from starlette.concurrency import run_in_threadpool

from flashsloth.config.model_config import FlashSlothConfig
from flashsloth.errors import BadRequest, FlashSlothError, ImageError, ImageTooLarge, ServerError, error_with_code
from flashsloth.images.http_fetch import DOWNLOAD_SECONDS
from flashsloth.processing.image_processor import Pixels, stacked, tower_scaling
from flashsloth.server.messages import ImagePart
from flashsloth.server.protocol import SQUARES
from flashsloth.utils import child

PROCESSES = 2  # that read pictures at the same time
SECONDS = 20.0  # that a picture may take
DOWNLOADS = 2  # http pictures that are fetched and read at the same time; others do not wait for them
REQUEST_PIXELS = 256_000_000  # of all pictures of a request, as they are in their files
RECENT_PICTURES = 16  # whose pixels are kept, of 2 MB or, in five tiles, 9 MB each

KeyedPixels = tuple[bytes, Pixels]


class ReadPicture(NamedTuple):
    """The keyed pixels of a picture, its width and height in the file, and warnings about it."""

    pixels: KeyedPixels
    size: tuple[int, int]
    warnings: list[str]


class PictureProcess:
    """A child process that reads pictures, one at a time."""

    def __init__(self, child: asyncio.subprocess.Process) -> None:
        self.child, self.is_usable = child, True  # again once a reply is complete

    @classmethod
    async def start(cls) -> PictureProcess:
        command, pipe = child.command("flashsloth.server.picture_process"), subprocess.PIPE
        process = await asyncio.create_subprocess_exec(
            *command, stdin=pipe, stdout=pipe, stderr=subprocess.DEVNULL, env=child.environment()
        )
        return cls(process)

    async def read(self, url: str, **options: Any) -> tuple[list[Image.Image], tuple[int, int], list[str]]:
        """Return the squares of the picture at a `data:` or http URL, its width and height in the file, and warnings.
        Options: name, `scale` with the fields of PictureScale, and hd.

        Raises: ImageError; ServerError if the process ended.
        """
        asked, replies, self.is_usable = self.child.stdin, self.child.stdout, False
        assert asked is not None
        assert replies is not None
        data = url.encode()
        try:
            asked.write(json.dumps({**options, "length": len(data)}).encode() + b"\n")
            asked.write(data)
            await asked.drain()
            reply = json.loads(await replies.readline())
            if "error" in reply:
                self.is_usable = True
                raise error_with_code(**reply["error"])
            side, (width, height), warnings = int(reply["side"]), reply["size"], list(reply["warnings"])
            pixels = [await replies.readexactly(3 * side * side) for _ in range(reply["count"])]
            self.is_usable = not reply["retires"]
        except ImageError:
            raise
        except (OSError, EOFError, ValueError, LookupError, TypeError, FlashSlothError) as error:
            raise ServerError(f"{options['name']} cannot be read: its process ended", hint="Send it again.") from error
        return [Image.frombytes("RGB", (side, side), each) for each in pixels], (width, height), warnings

    def kill(self) -> None:
        """End the process, whatever it does."""
        with suppress(ProcessLookupError):  # it has ended
            self.child.kill()


class PictureReader:
    """Reads pictures in child processes, and keeps the pixels of the last ones: in a conversation clients send the same
    ones with each question. All methods are called in one event loop."""

    def __init__(self, config: FlashSlothConfig, *, allow_urls: bool) -> None:
        self.config, self.allow_urls = config, allow_urls
        self._recent: OrderedDict[bytes, ReadPicture] = OrderedDict()
        self._places, self._downloads = asyncio.Semaphore(PROCESSES), asyncio.Semaphore(DOWNLOADS)
        self._processes: list[PictureProcess] = []  # that are idle

    async def read(self, pictures: Sequence[ImagePart], *, hd: bool) -> list[ReadPicture]:
        """Return the tower's pixels of each picture with a key of their content. If the task is cancelled, the process
        that reads one of them is killed. Raises: BadRequest, ImageError, ServerError."""
        for picture in pictures:
            self._check_scheme(picture)
        found, total = [], 0
        for picture in pictures:
            read = self._squares if picture.url.startswith(SQUARES) else self._read
            found.append(await read(picture, hd))
            total += found[-1].size[0] * found[-1].size[1]
            if total > REQUEST_PIXELS:
                problem = f"the pictures of the request have more than {REQUEST_PIXELS:,} pixels together"
                raise BadRequest(
                    problem, param=picture.param, hint="Scale them down, or send them in several requests."
                )
        return found

    async def close(self) -> None:
        for process in self._processes:
            process.kill()
            await process.child.wait()

    def _check_scheme(self, picture: ImagePart) -> None:
        scheme = picture.url[:8].lower()
        if scheme.startswith("data:"):
            return
        if not scheme.startswith(("http://", "https://")):
            raise BadRequest(f"{picture.param}: a picture must be a data: URL", param=picture.param)
        if not self.allow_urls:
            hint = "Send the picture itself as a data: URL, or start the server with --allow-urls."
            raise BadRequest(f"{picture.param}: this server fetches no URLs", param=picture.param, hint=hint)

    async def _read(self, picture: ImagePart, hd: bool) -> ReadPicture:
        """Return keyed pixels, and the size of the picture. An http URL is fetched each time."""
        if picture.url[:5].lower() != "data:":
            return await self._decode(picture, hd)
        name = await run_in_threadpool(lambda: hashlib.sha256(f"{hd} {picture.url}".encode()).digest())
        found = self._recent.pop(name, None) or await self._decode(picture, hd)
        self._recent[name] = found
        if len(self._recent) > RECENT_PICTURES:
            self._recent.popitem(last=False)
        return found

    async def _squares(self, picture: ImagePart, hd: bool) -> ReadPicture:
        """Return the pixels of a picture that the client has scaled as the tower reads it. Raises: BadRequest."""
        side, tiles = self.config.vision_config.image_size, self.config.tiles if hd else 1
        length, param = 3 * side * side, picture.param

        def read() -> ReadPicture:
            try:
                data = base64.b64decode(picture.url[len(SQUARES) :], validate=True)
            except ValueError as error:
                raise BadRequest(f"{param} is not base64", param=param) from error
            if len(data) != tiles * length:
                raise BadRequest(f"{param} has {len(data)} bytes, not {tiles * length}", param=param)
            parts = [data[start : start + length] for start in range(0, len(data), length)]
            squares = [Image.frombytes("RGB", (side, side), part) for part in parts]
            return ReadPicture(keyed(stacked(squares, tower_scaling(self.config))), (side, side), [])

        return await run_in_threadpool(read)

    async def _decode(self, picture: ImagePart, hd: bool) -> ReadPicture:
        config = self.config
        options = {"name": picture.param, "scale": asdict(config.picture_scale), "hd": hd}
        is_data = picture.url[:5].lower() == "data:"
        seconds = SECONDS if is_data else SECONDS + DOWNLOAD_SECONDS
        async with self._places if is_data else self._downloads:
            process = await self._process()
            try:
                async with asyncio.timeout(seconds):
                    images, size, warnings = await process.read(picture.url, **options)
            except TimeoutError as error:
                raise ImageTooLarge(f"{picture.param} takes more than {seconds:g} s to read") from error
            finally:
                if process.is_usable:
                    self._processes.append(process)
                else:
                    process.kill()
        return ReadPicture(keyed(stacked(images, tower_scaling(config))), size, warnings)

    async def _process(self) -> PictureProcess:
        """Return an idle process, or a new one."""
        self._processes = [each for each in self._processes if each.child.returncode is None]
        return self._processes.pop() if self._processes else await PictureProcess.start()


def keyed(pixels: Pixels) -> KeyedPixels:
    """Return pixels with a key of their content."""
    return hashlib.sha256(repr(pixels.shape).encode() + pixels.tobytes()).digest(), pixels
