"""Read the pictures of requests in child processes, within limits of time, memory and pixels. The event
loop is not blocked meanwhile."""

from __future__ import annotations

import asyncio
import base64
import hashlib
import itertools
import json
import math
import subprocess
from collections import OrderedDict
from collections.abc import Sequence
from contextlib import ExitStack, suppress
from dataclasses import asdict
from typing import Any, NamedTuple

from PIL import Image
from starlette.concurrency import run_in_threadpool

from flashsloth.errors import BadRequest, ImageError, ImageTooLarge, ServerError, error_with_code
from flashsloth.images.http_fetch import DOWNLOAD_SECONDS
from flashsloth.processing.pictures import PictureProcessor, update_digest
from flashsloth.server.messages import ImagePart
from flashsloth.server.protocol import SQUARES
from flashsloth.sizes.model_sizes import PictureScale
from flashsloth.utils import child, system, tracing

COMMAND = child.command("flashsloth.server.picture_process")
PROCESSES = 2  # maximum number of pictures that are read at the same time
SECONDS = 20.0  # maximum time for reading a picture
# Maximum number of pictures with http URLs that are fetched and read at the same time. They are counted
# separately, so that other pictures do not wait for slow downloads.
DOWNLOADS = 2
# maximum number of pixels of all pictures of a request together, before they are scaled
REQUEST_PIXELS = 256_000_000
RETIRING_PIXELS = 4_000_000  # a process that has read a larger picture ends, to free its memory
# If a client leaves, the process that reads its picture is not killed at once, but may finish what it
# does: its start within START_SECONDS, a picture within FINISH_SECONDS. Starting another process for
# the next client would take longer than reading a small picture.
START_SECONDS = 10.0
FINISH_SECONDS = 1.0
# The errors that `decoded` raises if its process ends.
PROCESS_ENDED = (OSError, ValueError, LookupError, TypeError)
# The operator's variables that a process does not get, because it opens the files of clients. It needs
# the others, such as those that name a proxy.
SECRETS = (
    "FLASHSLOTH_PDF_PASSWORD",
    "FLASHSLOTH_SERVER_KEY",
    "HF_TOKEN",
    "HUGGING_FACE_HUB_TOKEN",
)
RECENT_PICTURES = 16  # number of pictures whose pixels are kept; each takes 2 MB, or 9 MB in five tiles


class ReadPicture(NamedTuple):
    """A picture of a request, as the model reads it.

    Args:
        prepared: a hash of the prepared picture as its key, and the picture as the model's
            PictureProcessor has prepared it.
        size: width and height of the picture in its file.
        param: where the picture is in the request. Its warnings name this place.
        pages: the number of pages of its file.
    """

    prepared: tuple[bytes, Any]
    size: tuple[int, int]
    param: str
    warnings: Sequence[str] = ()
    pages: int = 1

    def at(self, param: str) -> ReadPicture:
        """Return the same picture with another `param`, which its warnings then name."""
        warnings = [each.replace(self.param, param) for each in self.warnings]
        return self._replace(param=param, warnings=warnings)


class PictureProcesses:
    """Child processes that decode pictures, for all models of a server. All methods are called in one
    event loop."""

    def __init__(self) -> None:
        self.places = asyncio.Semaphore(PROCESSES)
        self.downloads = asyncio.Semaphore(DOWNLOADS)
        self._idle: list[subprocess.Popen[bytes]] = []  # processes that wait for the next picture

    async def decode(
        self,
        url: str,
        name: str,
        *,
        seconds: float = SECONDS,
        scale: PictureScale | None = None,
        ways: Sequence[bool | None] = (False,),
        page: int | None = None,
        hosts: Sequence[str] = (),
        crop: str | None = None,
    ) -> tuple[dict[str, Any], bytes]:
        """Decode the picture of a URL. The arguments are those of picture_process.py. Return its facts
        and the RGB bytes of its parts. Raises: the error of the picture, or ServerError if the process
        ended twice."""
        places = self.places if url[:5].lower() == "data:" else self.downloads
        data = url.encode()
        options = {
            "length": len(data),
            "name": name,
            "scale": None if scale is None else asdict(scale),
            "ways": ways,
            "page": page,
            "hosts": hosts,
            "crop": crop,
        }
        request = json.dumps(options).encode() + b"\n" + data
        try:
            async with places, asyncio.timeout(seconds):
                try:
                    facts, pixels = await self.decoded(request)
                # Try once more, because the system may have killed the process although the picture is
                # valid.
                except PROCESS_ENDED:
                    facts, pixels = await self.decoded(request)
        except TimeoutError as error:
            raise ImageTooLarge(f"{name} takes more than {seconds:g} s to read") from error
        except PROCESS_ENDED as error:
            raise ServerError(
                f"{name} cannot be read: its process ended", hint="Send it again."
            ) from error
        if "error" in facts:
            raise error_with_code(**facts["error"])
        return facts, pixels

    async def decoded(self, request: bytes) -> tuple[dict[str, Any], bytes]:
        """Return the reply of a child process to a request.

        If this task is cancelled, the process has FINISH_SECONDS more to finish, and is then killed
        together with the process that draws a page of a PDF for it. The task ends only when they are
        gone, so that until then its picture still counts as one of the PROCESSES pictures that may be
        read at the same time.

        Raises: PROCESS_ENDED, OutOfThreads.
        """
        # 1. Forget idle processes that have ended.
        for dead in [each for each in self._idle if each.poll() is not None]:
            self._idle.remove(dead)
            end(dead)
        # 2. Start a process if none is idle. The loop is necessary because another task may take the
        #    new process before this task continues.
        while not self._idle:
            # The child also ends when this process ends, because that closes the child's stdin.
            started = child.start(
                COMMAND,
                env={name: each for name, each in child.environment().items() if name not in SECRETS},
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
                **system.own_group(),
            )
            await self._in_thread(started, b"", START_SECONDS)
        # 3. Send the request and wait for the reply.
        return await self._in_thread(self._idle.pop(), request, FINISH_SECONDS)

    async def _in_thread(
        self, process: subprocess.Popen[bytes], request: bytes, seconds: float
    ) -> tuple[dict[str, Any], bytes]:
        """Return the reply of a process, which then waits for the next picture. If this task is
        cancelled, give the process `seconds` more to reply, then kill it. Raises: PROCESS_ENDED."""
        # Not with `asyncio.to_thread`: it leaves the call in a queue if it cannot start a thread.
        exchange = asyncio.create_task(run_in_threadpool(self._exchange, process, request))
        try:
            await asyncio.wait({exchange})  # cancelling this does not cancel the exchange
        finally:
            try:
                # This returns at once unless this task was cancelled.
                await asyncio.wait({exchange}, timeout=seconds)
            finally:
                # The event loop decides here, once, whether the process is kept or killed. If the
                # thread decided, it could keep a process that is being killed, and the next picture
                # would get a dead process. If the event loop itself ends, it cancels the exchange, and
                # the process is killed, too.
                if not exchange.done() or exchange.cancelled():
                    system.kill_group(process)
                    # Asking for the exception keeps asyncio from logging it.
                    exchange.add_done_callback(lambda ended: ended.cancelled() or ended.exception())
                    exchange.add_done_callback(lambda _: end(process))
                    # The thread returns when the process and its children have ended. Another
                    # cancellation, for example by the time limit, must not make their place free
                    # before that.
                    while not exchange.done():
                        with suppress(asyncio.CancelledError):
                            await asyncio.wait({exchange})
                elif exchange.exception() is None and process.returncode is None:
                    self._idle.append(process)
                else:
                    end(process)  # it has ended already, unless no thread could be started
        return exchange.result()

    def _exchange(
        self, process: subprocess.Popen[bytes], request: bytes
    ) -> tuple[dict[str, Any], bytes]:
        """Send a request and return the reply. With an empty request return the line that the process
        writes when it has started.

        If the reply is incomplete, the process is ended. It is also ended after a large picture,
        because it would keep the memory of the picture.
        """
        assert process.stdin is not None
        assert process.stdout is not None
        with tracing.span("read" if request else "start"), ExitStack() as ending:
            ending.callback(end, process)
            process.stdin.write(request)
            process.stdin.flush()
            facts = json.loads(process.stdout.readline())
            data = process.stdout.read(facts["bytes"])
            if math.prod(facts.get("size", ())) <= RETIRING_PIXELS:
                ending.pop_all()
            return facts, data

    def close(self) -> None:
        """End the idle processes."""
        while self._idle:
            end(self._idle.pop())


class PictureReader:
    """Reads the pictures of requests for one model, in child processes.

    It keeps the pictures that were prepared last, because in a conversation clients send the
    same pictures with each question. All methods are called in one event loop.
    """

    def __init__(
        self,
        pictures: PictureProcessor,
        processes: PictureProcesses,
        *,
        allow_urls: bool,
        url_hosts: Sequence[str] = (),
    ) -> None:
        self.pictures = pictures
        self.allow_urls = allow_urls
        self.url_hosts = url_hosts  # the hosts of URLs whose addresses need not be public
        self._recent: OrderedDict[tuple[bytes, bool | None], ReadPicture] = OrderedDict()
        self.processes = processes

    async def read(
        self, pictures: Sequence[ImagePart], ways: Sequence[bool | None]
    ) -> list[Sequence[ReadPicture]]:
        """Read the pictures of a request. Return them for each of the `ways`, values of `hd` for which
        a picture is prepared.

        If the task is cancelled, the process that is reading a picture is killed after FINISH_SECONDS.
        Raises: BadRequest, ImageError, ServerError.
        """
        for picture in pictures:
            scheme = picture.url[:8].lower()
            if not scheme.startswith(("data:", "http://", "https://")):
                raise BadRequest(
                    f"{picture.param}: a picture must be a data: URL",
                    param=picture.param,
                    hint='Send the picture itself: "data:image/png;base64," and then its base64.',
                )
            if not (self.allow_urls or scheme.startswith("data:")):
                raise BadRequest(
                    f"{picture.param}: this server fetches no URLs",
                    param=picture.param,
                    hint="Send the picture itself as a data: URL, or start the server with --allow-urls.",
                )
        found: list[Sequence[ReadPicture]] = []
        total = 0
        for picture in pictures:
            try:
                found.append(await self._read(picture, ways))
            except (ImageError, ServerError) as error:
                error.param = picture.param
                raise
            total += math.prod(found[-1][0].size)
            if total > REQUEST_PIXELS:
                raise BadRequest(
                    f"the pictures of the request have more than {REQUEST_PIXELS:,} pixels together",
                    param=picture.param,
                    hint="Scale them down, or send them in several requests.",
                )
        return [*zip(*found, strict=True)]

    async def _read(self, picture: ImagePart, ways: Sequence[bool | None]) -> Sequence[ReadPicture]:
        """Read one picture. An http URL is fetched each time, because its content may change."""
        if picture.url.startswith(SQUARES):
            return await run_in_threadpool(self._squares, picture, ways)
        if picture.url[:5].lower() != "data:":
            return await self._decode(picture, ways, SECONDS + DOWNLOAD_SECONDS)
        digest = await run_in_threadpool(
            lambda: hashlib.sha256(f"{picture.page} {picture.url}".encode()).digest()
        )
        known = {hd: self._recent.pop((digest, hd), None) for hd in ways}
        missing = [hd for hd in ways if known[hd] is None]
        if missing:
            known |= zip(missing, await self._decode(picture, missing, SECONDS), strict=True)
        # This is an LRU cache, in which the most recently used picture comes last.
        found = [each for each in known.values() if each is not None]
        self._recent |= zip([(digest, hd) for hd in ways], found, strict=True)
        while len(self._recent) > RECENT_PICTURES:
            self._recent.popitem(last=False)
        return [each.at(picture.param) for each in found]

    def _squares(self, picture: ImagePart, ways: Sequence[bool | None]) -> Sequence[ReadPicture]:
        """Return, for the only way, a picture that the client has already scaled to the squares that
        the vision tower reads. Raises: BadRequest."""
        scale = self.pictures.scale
        if scale is None or len(ways) > 1:
            raise BadRequest(
                f"{picture.param} has squares, but the picture is needed in its full size",
                param=picture.param,
            )
        side = scale.side
        tiles = 1 + scale.grid**2 if ways[0] else 1
        try:
            data = base64.b64decode(picture.url[len(SQUARES) :], validate=True)
            if len(data) != tiles * 3 * side * side:
                raise ValueError(f"{len(data)} bytes, not {tiles * 3 * side * side}")
        except ValueError as error:
            raise BadRequest(
                f"{picture.param} is not the base64 of pixels in the squares that this model reads: {error}",
                param=picture.param,
            ) from error
        prepared = self._prepared(data, [[(side, side)] * tiles], ways)
        return [ReadPicture(each, (side, side), picture.param) for each in prepared]

    async def _decode(
        self, picture: ImagePart, ways: Sequence[bool | None], seconds: float
    ) -> Sequence[ReadPicture]:
        """Read a picture in a child process. Raises: as `PictureProcesses.decode`."""
        facts, data = await self.processes.decode(
            picture.url,
            picture.param,
            seconds=seconds,
            scale=self.pictures.scale,
            ways=ways,
            page=picture.page,
            hosts=self.url_hosts,
        )
        prepared = await run_in_threadpool(self._prepared, data, facts["parts"], ways)
        size = tuple(facts["size"])
        return [
            ReadPicture(each, size, picture.param, facts["warnings"], facts["pages"])
            for each in prepared
        ]

    def _prepared(
        self,
        data: bytes,
        sizes: Sequence[Sequence[Sequence[int]]],
        ways: Sequence[bool | None],
    ) -> list[tuple[bytes, Any]]:
        """Prepare a picture for each of the ways. `data` has the RGB bytes of the parts for each of
        them, or of the picture alone. Return keys and prepared pictures."""
        left = memoryview(data)
        groups = []
        for group in sizes:
            parts = []
            for width, height in group:
                parts.append(Image.frombytes("RGB", (width, height), left[: 3 * width * height]))
                left = left[3 * width * height :]
            groups.append(parts)
        found = []
        for hd, parts in zip(ways, itertools.cycle(groups), strict=False):
            prepared = self.pictures.prepare_parts(parts, hd=hd)
            digest = hashlib.sha256()
            update_digest(digest, prepared)
            found.append((digest.digest(), prepared))
        return found


def end(process: subprocess.Popen[bytes]) -> None:
    """Kill a process and its children, unless it has ended, and close its pipes."""
    with process:
        system.end_group(process)
