"""Answer many requests with one model: one thread decodes them together, and they join and leave
between two tokens.

A newcomer's pictures are encoded and its prompt is prefilled in the same thread; between two blocks of
layers the running answers get their next token, so that they do not stand still.
"""

from __future__ import annotations

import gc
import logging
import threading
import time
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from typing import Any

import torch
from starlette.requests import ClientDisconnect
from torch import Tensor

from flashsloth import devices
from flashsloth.chat import FlashSloth
from flashsloth.errors import OutOfMemory, ServerBusy
from flashsloth.generation.decode_loop import DecodeLoop
from flashsloth.generation.engine import EncodedImage, Engine
from flashsloth.model.vision import tower_blocks
from flashsloth.processing.pixels import Pixels
from flashsloth.server.jobs import Counters, Job, Running, logged
from flashsloth.server.prefix_store import PrefixStore
from flashsloth.sizes.families import FIRST

log = logging.getLogger("flashsloth.server")

# seconds of a newcomer's work after which running answers get a token; a step's own time if that is
# longer
YIELD_AFTER = 0.05
GIVE_UP_SECONDS = 5  # to end the current step after `close` gave up


class ServedModel:
    """The parts of the model that stay while its weights sleep. `facts`: more of /v1/models. `name`:
    None: its own."""

    def __init__(self, model: FlashSloth, facts: dict[str, Any], name: str | None = None) -> None:
        self.config, self.prompt, self.grammars = model.config, model.prompt, model.grammars
        self.generation_defaults, self.device = model.loaded.generation_defaults, model.loaded.device
        self.facts, self.name = {**model.facts.told(), **facts}, name or model.name
        self.grammars.prepare()  # not while others wait for their answers

    def token_bytes(self, token: int) -> bytes:
        return self.grammars.prepare().tokenizer.decode_bytes([token])


class Computation:
    """The model with what is kept of it while it is open."""

    def __init__(self, model: FlashSloth, memory: int) -> None:
        self.model, self.engine = model, model.engine
        self.loop: DecodeLoop[Running] = DecodeLoop(model.engine)
        self.store = PrefixStore(model.engine, memory)


class Scheduler:
    """Owns the thread that computes. Other threads submit jobs and cancel them.

    Args:
        open_model: opens the model; called at the start, and again after the model slept.
        slots: how many requests are answered at once.
        queue: how many more may wait while all slots are taken.
        keep_alive: seconds without a request after which the model's memory is freed; None for never.
        memory: bytes that kept prompts and encoded pictures may take.
    """

    def __init__(
        self,
        open_model: Callable[[], FlashSloth],
        *,
        slots: int = 8,
        queue: int = 64,
        keep_alive: float | None = None,
        memory: int = 10**9,
    ) -> None:
        self.open_model, self.slots, self.queue_limit = open_model, slots, queue
        self.keep_alive, self.memory = keep_alive, memory
        self.counters = Counters()
        self._awake: Computation | None = None
        self.pictures_waiting = 0  # requests whose pictures are being read
        self._waiting: deque[Job] = deque()
        self._joining: Job | None = None
        self._stepping = False
        self._step_seconds = self._last_step = 0.0
        self._condition = threading.Condition()
        self._closing = False
        self._thread = threading.Thread(target=self._run, name="decode", daemon=True)

    # ---- from any thread

    def start(self) -> None:
        """Open the model and start the thread. Raises: the errors of opening."""
        self._wake()
        self._thread.start()

    def submit(self, job: Job) -> None:
        """Queue a job. Raises: ServerBusy if too many wait or the server stops."""
        with self._condition:
            self._refuse_if_full()
            self._waiting.append(job)
            self._condition.notify()

    @contextmanager
    def preparing(self) -> Iterator[None]:
        """Count a request that has no job yet, as its pictures are being read, among those that wait.
        Raises: ServerBusy."""
        with self._condition:
            self._refuse_if_full()
            self.pictures_waiting += 1
        try:
            yield
        finally:
            with self._condition:
                self.pictures_waiting -= 1

    def _refuse_if_full(self) -> None:
        if self._closing:
            raise ServerBusy("the server is stopping")
        if self.active + self.waiting >= self.slots + self.queue_limit:
            raise ServerBusy(f"{self.active} answers run and {self.waiting} requests wait already")

    def cancel(self, job: Job) -> None:
        """End a job's computation; it gets no more events."""
        with self._condition:
            job.cancelled = True
            with suppress(ValueError):  # it does not wait
                self._waiting.remove(job)
                self.counters.cancelled += 1

    def queue_position(self, job: Job) -> int:
        """Return a job's position in the queue, 1 for the next one; 0 if it does not wait."""
        with self._condition:
            return self._waiting.index(job) + 1 if job in self._waiting else 0

    def close(self, timeout: float | None = None) -> None:
        """Finish what runs and waits, then stop the thread. After `timeout` seconds the rest is given
        up."""
        with self._condition:
            self._closing = True
            self._condition.notify()
        self._thread.join(timeout)
        if self._thread.is_alive():
            for job in [*self._waiting, *self._begun]:
                self.cancel(job)
            self._thread.join(GIVE_UP_SECONDS)

    @property
    def _running(self) -> list[Running]:
        """The requests that are being answered, but for the one that joins."""
        awake = self._awake
        return [] if awake is None else awake.loop.running

    @property
    def _begun(self) -> set[Job]:
        return {*(running.job for running in self._running), *filter(None, [self._joining])}

    @property
    def active(self) -> int:
        """How many requests are being answered."""
        return len(self._begun)

    @property
    def waiting(self) -> int:
        """How many requests wait, those whose pictures are being read included."""
        return len(self._waiting) + self.pictures_waiting

    @property
    def is_asleep(self) -> bool:
        return self._awake is None

    @property
    def memory_used(self) -> int:
        """Bytes of kept prompts and encoded pictures."""
        awake = self._awake
        return 0 if awake is None else awake.store.nbytes

    # ---- in the scheduler's thread

    def _run(self) -> None:
        while True:
            try:
                if not self._wait_for_work():
                    return
                self._join_one()
                self._step()
            except Exception as error:  # of no request alone
                log.exception("the computation failed; the next request opens the model again")
                self._drop(error)

    def _drop(self, error: Exception) -> None:
        """Fail what is being answered and forget the computation, whose state is unknown."""
        self.counters.breakdowns += 1
        for job in self._begun:
            self._fail(job, error)
        self._joining = None
        with suppress(Exception):  # where the device fails, freeing its memory does too
            self._sleep()

    def _wait_for_work(self) -> bool:
        """Wait for a request; sleep after idle time. Return False at the end."""
        seconds = None if self._awake is None else self.keep_alive
        with self._condition:
            if self._condition.wait_for(
                lambda: self._waiting or self._running or self._closing, seconds
            ):
                return bool(self._waiting or self._running)
        self._sleep()
        return True

    def _wake(self) -> Computation:
        if self._awake is None:
            self._awake = Computation(self.open_model(), self.memory)
        return self._awake

    def _sleep(self) -> None:
        """Free the memory of the model."""
        if self._awake is not None:
            device, self._awake = self._awake.engine.device, None
            gc.collect()
            devices.release_memory(device)
            devices.release_memory(torch.device("cpu"))

    def _join_one(self) -> None:
        """Prefill the first waiting job, if there is a slot, send its first token and put it into the
        batch."""
        with self._condition:
            if not self._waiting or len(self._running) >= self.slots:
                return
            self._joining = job = self._waiting.popleft()
        try:
            running, logits = self._prefill(job)
            if logits is not None:
                token = self._wake().loop.choose([running], logits[None])
                self._take(running, int(token), logits)  # before anything is copied
            else:
                self.counters.answers += job.request.choices is not None
                running.end()
        except ClientDisconnect:
            self.counters.cancelled += 1
        except Exception as error:  # of this request alone
            self._fail(job, error)
        else:
            if not job.explains:  # which leaves nothing behind
                self._admit(running)
        self._joining = None

    def _admit(self, running: Running) -> None:
        """Keep a prompt for later requests, and let its answer join the others unless it has ended."""
        awake = self._wake()
        awake.store.put(running.state)
        if not running.job.has_ended:
            try:
                awake.loop.join(running)
            except OutOfMemory as error:
                self._fail(running.job, error)

    def _prefill(self, job: Job) -> tuple[Running, Tensor | None]:
        """Compute a job's prompt in a state of its own, as the batch goes on meanwhile. Return also the
        logits (V,); None if no token is to be generated."""
        job.stage = "opening"
        awake, start = self._wake(), time.perf_counter()
        job.stage = "pictures"
        with between_blocks(awake.engine, self._give_way):
            self._give_way()
            images = tuple(self._image(awake, key, pixels) for key, pixels in job.pixels)
            image_ms = (time.perf_counter() - start) * 1000
            state = (
                awake.engine.new_state()
                if job.explains
                else awake.store.new_state(job.request.ids, images)
            )
            running = Running(job, images, state, awake.model)
            running.record.image_ms = image_ms
            job.stage = "prompt"
            logits = running.compute()
        if not job.explains:
            self.counters.prompt_tokens += len(job.request.ids)
            self.counters.cached_tokens += running.record.cached_tokens
        job.stage = "answer"
        return running, logits

    def _image(self, awake: Computation, key: bytes, pixels: Pixels) -> EncodedImage:
        found = awake.store.image(key)
        self.counters.images += 1
        self.counters.image_hits += found is not None
        if found is None:
            found = awake.engine.encode_image(pixels)
            awake.store.add(key, found)
        return found

    def _give_way(self) -> None:
        """Called between the blocks of a newcomer: give the running answers a token if they waited long
        enough. The newcomer gets as much time as they do, at least."""
        if self._stepping:
            return
        if self._joining is not None and self._joining.cancelled:
            raise ClientDisconnect
        if self._running and self._is_due():
            self._step()

    def _is_due(self) -> bool:
        """Return whether the running answers have waited long enough for a token."""
        return time.perf_counter() - self._last_step >= max(YIELD_AFTER, self._step_seconds)

    def _step(self) -> None:
        """Choose and send the next token of the running answers. An error ends all of them, and drops
        the batch and the store, whose content may be wrong."""
        awake, start = self._awake, time.perf_counter()
        if awake is None:
            return
        self._stepping = True
        try:
            self._leave_ended(awake)
            if self._running:
                chosen = awake.loop.step()
                self.counters.steps += 1
                for running, token, logits in chosen:
                    self._take(running, token, logits)
                self._leave_ended(awake)
        except Exception as error:
            for running in self._running:
                self._fail(running.job, error)
            awake.loop = DecodeLoop(awake.engine)
            awake.store.clear()
        finally:
            self._stepping = False
            self._last_step = time.perf_counter()
            self._step_seconds = self._last_step - start
            self.counters.decode_seconds += self._step_seconds

    @torch.inference_mode()
    def _take(self, running: Running, token: int, logits: Tensor) -> None:
        """Append a request's next token, chosen from logits (V,), and send it; end the answer if it is
        the last one."""
        job, record, counters = running.job, running.record, self.counters
        if job.cancelled:
            return
        try:
            event = running.append(token)
            if event is not None:
                counters.tokens += 1
                if record.generated == 1:
                    counters.first_tokens += 1
                    counters.first_token_seconds += record.first - record.asked
                job.send(logged(event, logits, job.logprobs))
            if record.reason is not None and not job.cancelled:
                counters.answers += 1  # before its client can ask for the metrics
                running.end()
        except Exception as error:  # of this request alone
            self._fail(job, error)

    def _leave_ended(self, awake: Computation) -> None:
        """Remove ended and cancelled requests from the batch, keeping their conversations for the next
        question."""
        for running in list(self._running):
            if running.job.has_ended or running.job.cancelled:
                self.counters.cancelled += not running.job.has_ended
                awake.store.put(running.state)
                awake.loop.remove(running.state)
        if not self._running and awake.loop.cache.nbytes > self.memory:
            awake.loop = DecodeLoop(awake.engine)  # its cache has grown, and never shrinks

    def _fail(self, job: Job, error: Exception) -> None:
        """Send an error as a job's last event. Where memory ran out, nothing stays of earlier
        requests."""
        self.counters.failed += not job.has_ended
        with suppress(Exception):  # whose client cannot be told
            job.send(error)
        if isinstance(error, OutOfMemory) and self._awake is not None:
            self._awake.store.clear()


@contextmanager
def between_blocks(engine: Engine, call: Callable[[], None]) -> Iterator[None]:
    """Inside, call back before each block of the vision tower and each layer of the decoder that this
    thread computes. What the call raises ends the forward. Where CUDA graphs are captured nothing is
    called: their work must not be interrupted, and it is short."""
    # of the tower's blocks the first module that each calls: a function may use their parts to compute
    # a block itself
    tower = [block.get_submodule(FIRST) for block in tower_blocks(engine.model.model.vision_tower)]
    blocks = [*tower, *engine.decoder.layers] if engine.graphs.disabled_reason else []
    thread = threading.get_ident()

    def hook(*_: Any) -> None:
        if threading.get_ident() == thread:
            call()

    with ExitStack() as stack:
        for block in blocks:
            stack.enter_context(block.register_forward_pre_hook(hook))
        yield
