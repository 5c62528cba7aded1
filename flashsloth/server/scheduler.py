"""Continuous batching, which answers many requests with one model. One thread decodes them together,
and requests join and leave between two tokens.

The thread repeats three steps (`Scheduler._run`):

1. It waits for a request. If there is none for `keep_alive` seconds, it frees the model's memory.
2. If there is a free slot, it takes the first waiting request. It encodes the pictures, prefills the
   prompt, sends the first token and adds the request to the batch.
3. It computes one token for each request of the batch, sends the tokens and removes requests that have
   ended or whose clients have left.

Step 2 can take seconds, during which the other answers would get no tokens. Therefore step 2 pauses
before each block of the vision tower and each layer of the decoder, and runs step 3 if the other
answers have waited long enough (`Scheduler._give_way`).

A server may have several models, each with a scheduler of its own (`model_memory.py`).
"""

from __future__ import annotations

import gc
import logging
import math
import threading
import time
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import replace
from typing import Any

import torch
from starlette.requests import ClientDisconnect

from flashsloth import devices
from flashsloth.chat import FlashSloth
from flashsloth.errors import OutOfMemory, ServerBusy
from flashsloth.generation.answer_record import AnswerRecord, Token
from flashsloth.generation.caches import KEPT_MEMORY, KeptCaches
from flashsloth.generation.decode_loop import DecodeLoop, Generation, Prompt
from flashsloth.generation.engine import EncodedImage, KVState
from flashsloth.server.model_memory import ModelMemory
from flashsloth.server.requests import Job, Kind, LoggedToken
from flashsloth.utils.yield_point import yielding_to

log = logging.getLogger("flashsloth.server")

# While a request joins, the running answers wait between two steps. They wait for as long as the last
# step took, but at least for this many seconds. The request that joins therefore gets at least half of
# the time.
YIELD_AFTER = 0.05
IN_TILES = 64  # number of conversations that keep their tiles
GIVE_UP_SECONDS = 5  # how long `close` waits for the current step, after it has cancelled all requests
COUNTERS = {  # help texts by the names of the metrics, without _total
    "answers": "Answers that ended by themselves.",
    "answers_cancelled": "Answers whose client left.",
    "answers_failed": "Answers that ended with an error.",
    "prompt_tokens": "Positions of all prompts.",
    "prompt_tokens_cached": "Positions of prompts that were reused from earlier requests.",
    "tokens": "Generated tokens.",
    "decode_steps": "Steps of all running answers together.",
    "decode_seconds": "Seconds spent in these steps.",
    "images": "Pictures in requests.",
    "images_cached": "Pictures whose stored encoding was reused.",
}


class Running(Generation):
    """The generation of the answer to a job. The pictures of the job are already encoded."""

    def __init__(self, job: Job, prompt: Prompt, state: KVState, model: FlashSloth) -> None:
        record = job.record or AnswerRecord(job.queued)
        super().__init__(model.engine, prompt, state, model.prompt.tokenizer, record)
        self.job = job
        job.record = record
        self.needs_logits = job.body.logprobs
        self.held: list[Token] = []  # the tokens that are sent once the answer is kept

    def compute(self) -> torch.Tensor | None:
        """Compute the prompt as `Generation.compute` does. For an explanation compute the attention
        instead, and return None."""
        if self.job.kind is not Kind.EXPLANATION:
            return super().compute()
        from flashsloth.explain.attention import compute_attention

        pixels = [each for _, each in self.job.prepared]
        self.job.attention = compute_attention(
            self.engine, self.prompt.ids, (), self.prompt.images, pixels
        )
        return None

    def end(self) -> None:
        """Send the last events of a complete answer."""
        for token in self.chosen:
            self.job.send(token)
        self.job.send(self.record.finish())

    def logged(self, event: Token, logits: torch.Tensor) -> Token:
        """Return the event of a token, with log probabilities if the client asks for them. They are
        computed from the model's logits (V,), without the effects of temperature, top_k and other
        settings."""
        if not self.job.body.logprobs:
            return event
        scores = logits.float().log_softmax(-1)
        top = scores.topk(min(self.job.body.top_logprobs, scores.numel()))
        pairs = tuple(zip(top.indices.tolist(), top.values.tolist(), strict=True))
        return LoggedToken(event.text, event.id, float(scores[event.id]), pairs)


class Computation:
    """A model in memory, with its batch and the states that are kept for later requests."""

    def __init__(self, model: FlashSloth, memory: int) -> None:
        self.model = model
        self.engine = model.engine
        self.loop: DecodeLoop[Running] = DecodeLoop(model.engine)
        self.store = KeptCaches(model.engine, memory)


class Scheduler:
    """Owns the thread that computes the answers. Other threads submit jobs and cancel them.

    Args:
        open_model: opens the model; called at the start, and again after its memory was freed.
        slots: the maximum number of requests in the batch.
        queue: the maximum number of requests that may wait in addition.
        keep_alive: seconds without a request after which the model's memory is freed; None for never.
        memory: the number of bytes that stored prompts and encoded pictures may take (KeptCaches).
        model_bytes: the number of bytes that the opened model takes.
        model_memory: the memory that it shares with other models.
    """

    def __init__(
        self,
        open_model: Callable[[], FlashSloth],
        *,
        slots: int = 8,
        queue: int = 64,
        keep_alive: float | None = None,
        memory: int = KEPT_MEMORY,
        model_bytes: int = 0,
        model_memory: ModelMemory | None = None,
    ) -> None:
        self.open_model = open_model
        self.model_bytes = model_bytes
        self.model_memory = model_memory or ModelMemory()
        self.slots = slots
        self.queue_limit = queue
        self.keep_alive = keep_alive
        self.memory = memory
        # These are the metrics of COUNTERS and three more. `breakdowns` counts the errors that ended
        # all answers at once. `first_tokens` counts the answers that have got their first token, and
        # `first_token_seconds` is the sum of the times from their requests to that token.
        self.counters: dict[str, float] = dict.fromkeys(
            (*COUNTERS, "breakdowns", "first_tokens", "first_token_seconds"), 0
        )
        # Other threads may change these attributes, but only while they hold the condition.
        self.pictures_waiting = 0  # number of requests whose pictures are being read
        self._waiting: deque[Job] = deque()
        self._closing = False
        # since when another model waits for the memory of this one
        self._other_waits: float | None = None
        self._condition = threading.Condition()
        # Once the scheduler's thread runs, only that thread changes these attributes.
        self._loaded: Computation | None = None  # None while the model is not in memory
        self._joining: Job | None = None  # the request that joins in step 2
        self._stepping = False  # whether step 3 is running
        self._step_seconds = 0.0
        self._last_step = 0.0  # when the last step ended
        # the ids and the pictures of prompts from one tile, whose answers have then read all tiles
        self._in_tiles: deque[tuple[Sequence[int], list[bytes]]] = deque(maxlen=IN_TILES)
        self._opened = 0.0  # when the model was opened
        self._thread = threading.Thread(target=self._run, name="decode", daemon=True)

    # ---- from any thread

    def start(self, *, asleep: bool = False) -> None:
        """Start the thread. Open the model before, unless it stays `asleep` until its first request.
        Raises: the errors of opening."""
        if not asleep:
            self._load(None)
        self._thread.start()

    def submit(self, job: Job) -> None:
        """Queue a job. Raises: ServerBusy if too many requests wait or the server stops."""
        with self._condition:
            self._refuse_if_full()
            self._waiting.append(job)
            self._condition.notify()

    @contextmanager
    def preparing(self) -> Iterator[None]:
        """While this context lasts, count one more waiting request. Its pictures are still being read,
        so it has no job yet. Raises: ServerBusy."""
        with self._condition:
            self._refuse_if_full()
            self.pictures_waiting += 1
        try:
            yield
        finally:
            with self._condition:
                self.pictures_waiting -= 1

    def _refuse_if_full(self) -> None:
        """Raise ServerBusy if too many requests wait or the server stops. The caller holds the
        condition."""
        if self._closing:
            raise ServerBusy("the server is stopping")
        requests = self.active + self.waiting
        if requests >= self.slots + self.queue_limit:
            raise ServerBusy(f"the server is full: of its {requests} requests {self.waiting} wait")

    def cancel(self, job: Job) -> None:
        """Cancel a job. It is not computed any further and gets no more events."""
        with self._condition:
            job.cancelled = True
            with suppress(ValueError):  # the job may no longer be in the queue
                self._waiting.remove(job)
                self.counters["answers_cancelled"] += 1

    def make_room(self, since: float | None) -> None:
        """Close the model for another one, which waits for its memory `since` this time on the clock
        time.perf_counter. Jobs that came before are answered first. None: no other model waits."""
        with self._condition:
            self._other_waits = since
            self._condition.notify()

    def queue_position(self, job: Job) -> int:
        """Return a job's position in the queue, which is 1 for the next job. Return 0 if it is not in
        the queue."""
        with self._condition:
            return self._waiting.index(job) + 1 if job in self._waiting else 0

    def close(self, timeout: float | None = None) -> None:
        """Answer the running and the waiting requests, then stop the thread. After `timeout` seconds
        the remaining requests are cancelled."""
        with self._condition:
            self._closing = True
            self._condition.notify()
        self._thread.join(timeout)
        if self._thread.is_alive():
            for job in [*self._waiting, *self._active_jobs]:
                self.cancel(job)
            self._thread.join(GIVE_UP_SECONDS)
        # Another model may wait for the memory of this one.
        if not self._thread.is_alive() and self.model_memory.limit < math.inf:
            self._sleep()

    @property
    def _running(self) -> list[Running]:
        """The requests in the batch. The request that is joining is not among them yet."""
        loaded = self._loaded
        return [] if loaded is None else loaded.loop.running

    @property
    def _active_jobs(self) -> set[Job]:
        return {*(running.job for running in self._running), *filter(None, [self._joining])}

    @property
    def active(self) -> int:
        """The number of requests that are being answered."""
        return len(self._active_jobs)

    @property
    def waiting(self) -> int:
        """The number of waiting requests, including those whose pictures are being read."""
        return len(self._waiting) + self.pictures_waiting

    @property
    def is_idle(self) -> bool:
        return not self.active and not self.waiting

    @property
    def last_used(self) -> float:
        """When the model has last computed something, on the clock time.perf_counter."""
        return max(self._last_step, self._opened)

    @property
    def is_asleep(self) -> bool:
        """Whether the model is not in memory."""
        return self._loaded is None

    @property
    def memory_used(self) -> int:
        """The number of bytes that KeptCaches takes."""
        loaded = self._loaded
        return 0 if loaded is None else loaded.store.nbytes

    # ---- in the scheduler's thread

    def _run(self) -> None:
        while True:
            try:
                # 1. Wait for a request.
                if not self._wait_for_work():
                    return
                # 2. Let the first waiting request join.
                self._join_one()
                # 3. Compute one token for each running request.
                self._step()
            # An error of one request is handled where it occurs. An error that arrives here is an error
            # of the computation itself.
            except Exception as error:
                log.exception("the computation failed; the next request opens the model again")
                self._drop(error)

    def _drop(self, error: Exception) -> None:
        """Send the error to the active requests, and discard the computation because its state is
        unknown."""
        self.counters["breakdowns"] += 1
        for job in self._active_jobs:
            self._fail(job, error)
        self._joining = None
        with suppress(Exception):  # if the device has failed, its memory cannot be freed either
            self._sleep()

    def _wait_for_work(self) -> bool:
        """Wait for a request. If none comes for `keep_alive` seconds, or another model needs the
        memory of this one, free that. Return False when the server ends."""
        seconds = None if self._loaded is None else self.keep_alive
        with self._condition:
            self._condition.wait_for(
                lambda: self._has_work() or self._closing or self._other_waits is not None, seconds
            )
            if self._has_work():
                return True
            if self._closing and not self._waiting:
                return False
        # Free the memory only now: `submit` needs the condition, and would have to wait while the
        # memory is freed.
        self._sleep()
        return True

    def _has_work(self) -> bool:
        return bool(self._running) or self._next_job() is not None

    def _next_job(self) -> Job | None:
        """Return the first waiting job, if it may join. It may not if another model has waited for
        longer than it for the memory of this one, unless the job came before this model was opened.
        The caller holds the condition."""
        if not self._waiting:
            return None
        job = self._waiting[0]
        if self._other_waits is None or self._loaded is None:
            return job
        return job if job.queued < max(self._other_waits, self._opened) else None

    def _load(self, job: Job | None) -> Computation:
        """Return the computation. Open the model for a job unless it is in memory. Raises: as
        `ModelMemory.take`, and the errors of opening."""
        if self._loaded is None:
            self.model_memory.take(self, job)
            try:
                self._loaded = Computation(self.open_model(), self.memory)
            except BaseException:
                self.model_memory.give_back(self)
                raise
            self._opened = time.perf_counter()
        return self._loaded

    def _sleep(self) -> None:
        """Free the memory of the model."""
        if self._loaded is not None:
            device = self._loaded.engine.device
            self._loaded = None
            try:
                gc.collect()
                devices.release_memory(device)
                devices.release_memory(torch.device("cpu"))
            finally:
                self.model_memory.give_back(self)

    def _join_one(self) -> None:
        """Prefill the first waiting job if a slot is free, send its first token and add it to the
        batch."""
        # 1. Take the job. It counts as active from here on.
        with self._condition:
            job = self._next_job()
            if job is None or len(self._running) >= self.slots:
                return
            self._joining = self._waiting.popleft()
        try:
            # 2. Prefill its prompt.
            running, logits = self._prefill(job)
            # 3. Send the first token, before the state is copied to the batch. Nothing is generated for
            #    choices, for an explanation, and with max_tokens 0.
            if logits is not None:
                token = self._load(job).loop.choose([running], logits[None])
                self._send_token(running, int(token), logits)
            elif running.prompt.doubt.keeps is False:
                self._ask_again(running)
            else:
                if job.kind is Kind.CHOICE:
                    self.counters["answers"] += 1
                running.end()
        except ClientDisconnect:
            self.counters["answers_cancelled"] += 1
        except Exception as error:  # only this request fails; the others continue
            self._fail(job, error)
        else:
            # 4. Add it to the batch. An explanation leaves no state that could be used again.
            if job.kind is not Kind.EXPLANATION:
                self._admit(running)
        self._joining = None

    def _admit(self, running: Running) -> None:
        """Keep a prompt for later requests, and add its request to the batch unless it has ended."""
        loaded = self._load(running.job)
        loaded.store.put(running.state)
        if not (running.job.has_ended or running.prompt.doubt.keeps is False):
            try:
                loaded.loop.join(running)
            except OutOfMemory as error:
                self._fail(running.job, error)

    def _ask_again(self, running: Running) -> None:
        """Let the job of an answer in doubt join again, before all others, to read all tiles."""
        job = running.job
        self._in_tiles.append((running.prompt.ids, [key for key, _ in job.prepared]))
        job.record = AnswerRecord(
            job.queued,
            image_ms=running.record.image_ms,
            detail_reason=running.record.detail_reason,
        )
        job.take_tiles()
        with self._condition:
            self._waiting.appendleft(job)

    def _keeps_tiles(self, ids: Sequence[int], job: Job) -> bool:
        """Return whether a job, whose prompt has these ids, continues a conversation of which an answer
        has read all tiles."""
        keys = [key for key, _ in job.prepared]
        return any(
            len(ids) > len(earlier) and ids[: len(earlier)] == earlier and keys[: len(shown)] == shown
            for earlier, shown in self._in_tiles
        )

    def _prefill(self, job: Job) -> tuple[Running, torch.Tensor | None]:
        """Compute a job's prompt in a separate state, while the batch continues. Return the running
        request and the logits (V,), which are None if no token is to be generated."""
        assert job.prompt is not None
        if job.in_tiles is not None and self._keeps_tiles(job.prompt.ids, job):
            job.take_tiles()
        # 1. Open the model, unless it is in memory.
        job.stage = "opening"
        loaded = self._load(job)
        start = time.perf_counter()
        # 2. Encode the pictures that are not stored.
        job.stage = "pictures"
        # A pass with CUDA graphs takes little time, and a pass that captures one must not be
        # interrupted.
        captures = not loaded.engine.graphs.disabled_reason
        with yielding_to(None if captures else self._give_way):
            self._give_way()
            images = tuple(self._image(loaded, key, each) for key, each in job.prepared)
            image_ms = (time.perf_counter() - start) * 1000
            # 3. Take the longest stored prefix of the prompt, and compute only the rest. An explanation
            #    needs all positions, so it cannot use a prefix.
            state = (
                loaded.store.new_state()
                if job.kind is Kind.EXPLANATION
                else loaded.store.new_state(job.prompt.ids, images)
            )
            running = Running(job, replace(job.prompt, images=images), state, loaded.model)
            running.record.image_ms += image_ms
            job.stage = "prompt"
            logits = running.compute()
        if job.kind is not Kind.EXPLANATION:
            self.counters["prompt_tokens"] += len(job.prompt.ids)
            self.counters["prompt_tokens_cached"] += running.record.cached_tokens
        job.stage = "answer"
        return running, logits

    def _image(self, loaded: Computation, key: bytes, prepared: Any) -> EncodedImage:
        """Return the encoding of a picture. It is taken from the store if it is there."""
        self.counters["images"] += 1
        image = loaded.store.image(key)
        if image is None:
            image = loaded.engine.encode_image(prepared)
            loaded.store.add(key, image)
        else:
            self.counters["images_cached"] += 1
        return image

    def _give_way(self) -> None:
        """Compute the next token of the running answers if they have waited long enough for it. This is
        called between the blocks of a prefill. Raises: ClientDisconnect if the client of the prefill
        has left."""
        # The decoder layers call this during `_step` too. Then it must not start another step.
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
        """Compute and send the next token of the running answers. An error ends all of these answers.
        The batch and the store are then emptied, because their content may be wrong."""
        loaded = self._loaded
        start = time.perf_counter()
        if loaded is None:
            return
        self._stepping = True
        try:
            # Clients may have left since the last step. Remove their requests, so that no token is
            # computed for them.
            self._remove_ended(loaded)
            if self._running:
                chosen = loaded.loop.step()
                self.counters["decode_steps"] += 1
                for running, token, logits in chosen:
                    self._send_token(running, token, logits)
                self._remove_ended(loaded)
        except Exception as error:
            for running in self._running:
                self._fail(running.job, error)
            loaded.loop = DecodeLoop(loaded.engine)
            loaded.store.clear()
        finally:
            self._stepping = False
            self._last_step = time.perf_counter()
            self._step_seconds = self._last_step - start
            self.counters["decode_seconds"] += self._step_seconds

    @torch.inference_mode()
    def _send_token(self, running: Running, token: int, logits: torch.Tensor) -> None:
        """Append a request's next token, chosen from logits (V,), and send it. End the answer if this
        token is the last one."""
        job = running.job
        record = running.record
        if job.cancelled:
            return
        try:
            event = running.append(token, logits)
            if event is not None:
                self.counters["tokens"] += 1
                if record.generated == 1:
                    self.counters["first_tokens"] += 1
                    self.counters["first_token_seconds"] += record.first - record.asked
                running.held.append(running.logged(event, logits))
            if running.prompt.doubt.keeps is False:
                self._ask_again(running)
                return
            if running.prompt.doubt.keeps:
                for each in running.held:
                    job.send(each)
                running.held.clear()
            if record.reason is not None and not job.cancelled:
                # Count the answer before its last event is sent, because after that the client may ask
                # for the metrics.
                self.counters["answers"] += 1
                running.end()
        except Exception as error:  # only this request fails; the others continue
            self._fail(job, error)

    def _remove_ended(self, loaded: Computation) -> None:
        """Remove ended and cancelled requests from the batch. Their states are kept for the next
        question."""
        for running in list(self._running):
            doubted = running.prompt.doubt.keeps is False
            if running.job.has_ended or running.job.cancelled or doubted:
                if not (running.job.has_ended or doubted):
                    self.counters["answers_cancelled"] += 1
                loaded.store.put(running.state)
                loaded.loop.remove(running.state)
        # The cache of a batch never shrinks. If it has become large and the batch is empty, make a new
        # loop with an empty cache.
        if not self._running and loaded.loop.cache.nbytes > self.memory:
            loaded.loop = DecodeLoop(loaded.engine)

    def _fail(self, job: Job, error: Exception) -> None:
        """Send an error as a job's last event. If memory ran out, drop the stored states."""
        if not job.has_ended:
            self.counters["answers_failed"] += 1
        with suppress(Exception):  # it may be impossible to reach the client
            job.send(error)
        if isinstance(error, OutOfMemory) and self._loaded is not None:
            self._loaded.store.clear()
