"""A model that this process has open, with its weights on a device, its engine and its tokenizer, and
the backend that computes its conversations. This module uses no terminal."""

from __future__ import annotations

import os
from collections.abc import Callable, Generator, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from itertools import islice
from typing import TYPE_CHECKING, Any

import torch

from flashsloth import devices
from flashsloth.chat.chat import Chat, ModelFacts
from flashsloth.chat.conversation import Conversation, ImageOptions, Overflow, Question, Turn
from flashsloth.chat.prompt_ids import PromptIds
from flashsloth.checkpoints import hub, loader, resolve
from flashsloth.checkpoints.adapter import Adapter
from flashsloth.checkpoints.adapter import read as read_adapter
from flashsloth.checkpoints.load_plan import make_plan
from flashsloth.errors import ContextTooLong, InvalidConfiguration, OptionError
from flashsloth.generation import choices
from flashsloth.generation.answer_record import AnswerRecord, Token
from flashsloth.generation.answer_settings import AnswerSettings
from flashsloth.generation.caches import ImageCache, KeptCaches
from flashsloth.generation.decode_loop import Generation, answer_alone
from flashsloth.generation.detail import AUTO, Hd
from flashsloth.generation.engine import EncodedImage, Engine, KVState
from flashsloth.generation.guided_decoding import GrammarCompiler
from flashsloth.processing.pictures import PictureProcessor
from flashsloth.processing.prompt import PromptEncoder
from flashsloth.sizes.model_sizes import ModelSizes
from flashsloth.utils.paths import RECIPE
from flashsloth.utils.progress import Progress, ignore
from flashsloth.utils.safe_read import file_sha256

if TYPE_CHECKING:
    from PIL import Image

    from flashsloth.explain.explanation import Explanation


def open_model(
    model: str | os.PathLike[str] | resolve.ModelSource | None = None,
    *,
    device: str = "auto",
    dtype: str | None = None,
    quant: str | None = None,
    adapter: str | os.PathLike[str] | Adapter | None = None,
    reduce: str | os.PathLike[str] | None = None,
    max_side: int | None = None,
    cache: bool = False,
    image_cache: bool = False,
    offline: bool = False,
    confirm_download: Callable[[hub.Download], bool] | None = None,
    on_progress: Progress | None = None,
    on_note: Callable[[str], None] = ignore,
) -> FlashSloth:
    """Open a model. All its weights are read, checked and moved to the device.

    Args:
        model: a known name ("nano", "flashsloth", "flashsloth-hd"), a hub id with optional "@revision",
            or a folder; or a model that `resolve.find` has found. None opens the adapter's base model,
            or the built-in nano if there is no adapter. A base model that only the adapter names is
            downloaded only if it is a known name.
        device: "auto", "cpu", "cuda", "cuda:N" or "mps".
        dtype: "float32", "bfloat16" or "float16"; None chooses by device and size.
        quant: "auto" or a preset of quantization/presets.TABLE; None is "auto", or "none" if `dtype` is
            given. On a CPU "auto" means int4 for models of a billion parameters and more.
        adapter: a folder that `flashsloth finetune` wrote, or what was read of it; its weights are
            merged into those of the model.
        reduce: a recipe that says which visual tokens are left out. None means the recipe in the
            model's folder, if there is one; "none" uses no recipe.
        max_side: the longest side in pixels to which pictures are reduced, before the model's own
            resizing; None for no limit.
        cache: whether to store a quantized copy of the model in the user's cache, which is opened the
            next time.
        image_cache: whether to store encoded pictures in the user's cache, if encoding them takes more
            than 0.2 s. The next time they are read from there.
        offline: whether to never use the network, even if the model is not cached.
        confirm_download: called before a download; if it returns False, nothing is downloaded and
            ModelUnavailable is raised. None downloads without asking.
        on_progress: called with (done, total, label) while files are downloaded and tensors are read.
        on_note: called with a message for the user before a quantized copy is stored, and if a stored
            one cannot be used.

    Raises: a FlashSlothError: UnknownModel, ModelUnavailable, CheckpointError, OutOfMemory,
    OptionError.
    """
    # 1. Choose the model. An adapter names its base model.
    trained = read_adapter(adapter) if adapter is not None else None
    if model is None:
        model = trained.base if trained is not None else resolve.NANO
        if trained is not None and not offline:
            resolve.check_referenced_model(trained.base, trained.folder)
    # 2. Find the files of the model, or download them.
    source = resolve.find(
        model, offline=offline, confirm=confirm_download, on_progress=on_progress or ignore
    )
    # 3. Read the weights.
    loaded = loader.load(
        source,
        device=device,
        dtype=dtype,
        quant=quant,
        adapter=trained,
        cache=cache,
        on_progress=on_progress or ignore,
        on_note=on_note,
    )
    return FlashSloth(loaded, image_cache=image_cache, reduce=reduce, max_side=max_side)


def read_parts(
    source: resolve.ModelSource,
    *,
    device: str,
    dtype: str | None,
    quant: str | None,
    adapter: Adapter | None,
    reduce: str | os.PathLike[str] | None,
    max_side: int | None,
) -> ModelParts:
    """Read everything of a model but its weights. The arguments are those of `open_model`.

    Raises: a FlashSlothError: CheckpointError, OptionError.
    """
    plan = make_plan(source, device=device, dtype=dtype, quant=quant, adapter=adapter)
    plan.check_tensors()
    return ModelParts(loader.read_files(plan), reduce=reduce, max_side=max_side)


class ModelParts:
    """What reads the questions and the pictures of a model: everything but its weights and what
    computes with them.

    Args:
        files: the tokenizer and the settings of the model.
        reduce, max_side: as in `open_model`.

    Raises: InvalidConfiguration if the sampling settings in the model's folder are out of range.
    """

    def __init__(
        self,
        files: loader.ModelFiles,
        *,
        reduce: str | os.PathLike[str] | None = None,
        max_side: int | None = None,
    ) -> None:
        try:
            AnswerSettings(**files.generation_defaults)
        except OptionError as error:
            path = files.source.folder / "generation_config.json"
            raise InvalidConfiguration(
                f"{path}: {error}", hint="Correct the file or remove it."
            ) from error
        self.files = files
        self.config: ModelSizes = files.config
        # The recipe that says which visual tokens are left out. One that the user names must exist; the
        # model's folder need not have a recipe.
        recipe = files.source.folder / RECIPE if reduce is None else reduce
        is_used = str(recipe) != "none" and (reduce is not None or os.path.isfile(recipe))
        self.recipe = recipe if is_used else None
        self.prompt = PromptEncoder(files.tokenizer, self.config)
        self.pictures: PictureProcessor = files.pictures or PictureProcessor(self.config, files.device)
        self.pictures.max_side = max_side

    @cached_property
    def grammars(self) -> GrammarCompiler:
        """The object that compiles the constraints of answers and keeps the compiled grammars."""
        config = self.config
        return GrammarCompiler(
            self.files.tokenizer, config.text_config.vocab_size, config.end_token_ids
        )

    @cached_property
    def reduction(self) -> str | None:
        """A digest of the recipe; None without a recipe."""
        return None if self.recipe is None else file_sha256(self.recipe)[:16]

    @property
    def name(self) -> str:
        """The name or folder that the model was opened with."""
        return self.files.source.name

    @property
    def facts(self) -> ModelFacts:
        """How the model was opened, and the properties of the model that a conversation needs."""
        files = self.files
        config = self.config
        return ModelFacts(
            name=files.source.name,
            repo=files.source.repo,
            revision=files.source.revision,
            folder=os.fspath(files.source.folder),
            adapter=files.adapter,
            quant=files.quant,
            dtype=files.dtype,
            device=files.device,
            load_ms=files.load_ms,
            generation_defaults=files.generation_defaults,
            system_prompt=config.system_prompt,
            context_length=config.text_config.max_position_embeddings,
            image_hd=config.image_hd,
            visual_tokens=(config.visual_tokens(False), config.visual_tokens(True)),
            picture_scale=self.pictures.scale,
            tile_side=config.picture_scale.side,
            most_pixels=self.pictures.most_pixels,
            max_side=self.pictures.max_side,
            choice_temperature=config.choice_temperature,
            schema_in_prompt=config.schema_in_prompt,
            reduction=self.reduction,
        )


TRIM_EVERY = 200  # number of new conversations after which unused memory is released


class FlashSloth(ModelParts):
    """An opened model. `chat` begins a conversation. Several conversations may be open, but only one of
    them may generate an answer at a time.

    Args:
        loaded: the weights, the tokenizer and the device.
        image_cache: whether encoded pictures are stored in the user's cache, from which
            `encode_image` then reads them.
        reduce, max_side: as in `open_model`.

    Raises: OptionError for a recipe of another model, UnsupportedModel for a decoder that cannot leave
        tokens out, InvalidConfiguration if the sampling settings in the model's folder are out of
        range.
    """

    def __init__(
        self,
        loaded: loader.LoadedModel,
        *,
        image_cache: bool = False,
        reduce: str | os.PathLike[str] | None = None,
        max_side: int | None = None,
    ) -> None:
        super().__init__(loaded, reduce=reduce, max_side=max_side)
        self.loaded = loaded
        encoder = None if loaded.make_encoder is None else loaded.make_encoder(loaded.model)
        self.engine = Engine(loaded.model, loaded.decoder, encoder, oom_hint=loaded.oom_hint)
        self.caches = KeptCaches(self.engine)
        if self.recipe is not None:
            from flashsloth.reduction.recipe import open_policy

            self.engine.reduce(open_policy(self.recipe, self.config))
        self._chats = 0  # number of conversations so far
        self._image_cache: ImageCache | None = None
        if image_cache and loaded.encoder_stamp is not None:
            # The cached keys and values are read by EmbQ, which is part of the decoder. Therefore each
            # class of decoder has its own entries in the cache.
            decoder = type(self.engine.decoder).__name__
            self._image_cache = ImageCache({**loaded.encoder_stamp, "decoder": decoder})

    def encode_image(self, prepared: Any) -> EncodedImage:
        """Encode a picture that `pictures` has prepared, or read it from the cache."""
        if self._image_cache is None:
            return self.engine.encode_image(prepared)
        return self._image_cache.encode(prepared, self.engine)

    @property
    def server(self) -> None:
        """The address of the server that has the model open. It is None, because this process has it
        open."""

    @property
    def warning(self) -> str | None:
        """A warning for the user if CUDA graphs failed, with the reason."""
        graphs = self.engine.graphs
        if not graphs.failures:
            return None
        return f"this runs slower than it could, without CUDA graphs: {graphs.problem}"

    def peak_memory(self) -> int:
        """Return the peak memory so far, in bytes."""
        return devices.peak_memory(self.engine.device)

    def tiles(self, image: Image.Image, *, hd: bool | None) -> list[Image.Image]:
        """Return the parts of a picture as the model sees them, in their order."""
        return self.pictures.tiles(image, hd=hd)

    def chat(
        self,
        *images: Any,
        system: str | None = None,
        hd: Hd | None = None,
        reference: bool = False,
        allow_local: bool = False,
        turns: Sequence[Turn] = (),
        overflow: Overflow = "error",
    ) -> Chat:
        """Begin a conversation about one picture, several or none.

        Args:
            images: the pictures, each as a path, URL, `data:` URL, bytes, file object, PIL picture or
                LoadedImage. If `turns` are given, the pictures of these turns come first, without the
                pictures in `Turn.dropped`. The remaining pictures are shown with the next question. If
                `Turn.images` is None in all turns, all pictures belong to the first turn.
            system: the text before the first turn, instead of the model's own system text; "" for no
                text.
            hd: whether pictures are read in five tiles instead of one; None means the number of tiles
                that the model was trained with. With "auto" all tiles are read only if the answer from
                one tile is in doubt, and from then on.
            reference: whether pictures are read exactly as in the reference implementation, which
                ignores the rotation in EXIF and drops transparency.
            turns: earlier turns to continue from. A turn without token ids is encoded from its text.
            overflow: what happens when the context is full: "error" raises ContextTooLong, and
                "drop-oldest" drops turns from the prompt, with a warning in the answer. `Chat.turns`
                keeps the dropped turns.

        Raises: ImageError, OptionError if the turns count more pictures than are given, or for `hd`
        of a model that reads no tiles.
        """
        self._chats += 1
        # Without this call, the memory of a program that runs for a long time grows by some kilobytes
        # with each conversation.
        if self._chats % TRIM_EVERY == 0:
            devices.release_memory(torch.device("cpu"))
        system = self.config.system_prompt if system is None else system
        self.config.check_hd(hd or None)
        hd = self.config.image_hd if hd is None else hd
        prompts = PromptIds(
            self.prompt,
            self.pictures,
            self.config,
            self.engine.context_length,
            lambda: self.grammars,
        )
        backend = LocalBackend(self, prompts, self.caches.new_state())
        image_options = ImageOptions(reference=reference, allow_local=allow_local)
        chat = Chat(
            system,
            False if hd == AUTO else hd,
            image_options,
            hd == AUTO,
            model=self,
            backend=backend,
        )
        chat.restore(images, [prompts.with_ids(turn) for turn in turns], overflow)
        return chat


@dataclass(eq=False, repr=False)
class LocalBackend:
    """The ChatBackend of an opened model, for one conversation. `state` contains the KV cache of the
    conversation."""

    model: FlashSloth
    prompts: PromptIds
    state: KVState
    # whether an answer is being read; nothing else may write to the KV cache meanwhile
    _answering: bool = False

    def context_used(self, conversation: Conversation) -> int:
        return len(self.prompts.so_far(conversation))

    def prefill(self, conversation: Conversation) -> None:
        with conversation.lock:
            images = self._encode(conversation, conversation.context().pictures)
            # While an answer is being read, only that answer may write to the KV cache.
            if self._answering:
                return
            ids = self.prompts.so_far(conversation)
            # A recipe may choose by the question which visual tokens it leaves out. Then the prompt can
            # be computed only together with the question.
            if self.state.ids[: len(ids)] != ids and not self.model.engine.drops_tokens:
                self.model.engine.prefill(ids, self.state, images)

    def _encode(self, conversation: Conversation, visible: range) -> tuple[EncodedImage, ...]:
        """Encode the pictures that are not encoded yet, and return the visible pictures. The caller
        holds the lock of the conversation."""

        def encode(number: int) -> EncodedImage:
            picture = conversation.pictures[number]
            prepared = picture.prepared
            picture.prepared = None  # frees the pixels
            return self.model.encode_image(prepared)

        conversation.prepare(self.model.pictures)
        conversation.encode(encode)
        return tuple(conversation.encoded[visible.start : visible.stop])

    def generate(
        self, conversation: Conversation, question: Question, record: AnswerRecord
    ) -> Generator[Token, None, None]:
        try:
            # If `prefill` is running in another thread, taking the lock waits for its end. If `prefill`
            # is called later, `_answering` is True, so `prefill` only encodes the pictures.
            with conversation.lock:
                self._answering = True
                for generation in self.attempts(conversation, question, record):
                    tokens = answer_alone(generation)
                    # getting the first token computes the prompt, while the lock is held
                    first = [*islice(tokens, 1)]
            yield from first
            yield from tokens
        finally:
            self._answering = False

    def attempts(
        self, conversation: Conversation, question: Question, record: AnswerRecord
    ) -> Iterator[Generation]:
        """Yield the generation of an answer. If the answer is in doubt, read the pictures in tiles, and
        yield another generation. Raises: as `begin`."""
        warnings = [*record.warnings]
        generation = self.begin(conversation, question, record)
        yield generation
        if generation.prompt.doubt.keeps is not False:
            return
        record.restart(warnings)
        conversation.read_with(question.settings.most_hd)
        try:
            generation = self.begin(conversation, question, record)
        except ContextTooLong:  # one tile must do
            conversation.read_with(False)
            settings = replace(question.settings, detail_threshold=0)
            generation = self.begin(conversation, replace(question, settings=settings), record)
        yield generation

    def begin(self, conversation: Conversation, question: Question, record: AnswerRecord) -> Generation:
        """Encode the pictures of a question and return its generation, whose prompt is not computed
        yet.

        Raises: ContextTooLong, which is raised before the pictures are encoded; OutOfMemory,
            OptionError.
        """
        prompt = self.prompts.encode(conversation, question)
        visible = conversation.context(*conversation.context_of(question)).pictures
        prompt = replace(prompt, images=self._encode(conversation, visible))
        return Generation(self.model.engine, prompt, self.state, self.model.prompt.tokenizer, record)

    def explain(self, conversation: Conversation, number: int) -> Explanation:
        from flashsloth.explain.attention import compute_attention
        from flashsloth.explain.explanation import Explanation, split_words

        turn = conversation.turns[number]
        with conversation.lock:  # `prefill` may compute in another thread
            # The context consists of the pictures and turns that the conversation has now, up to the
            # question of this turn.
            context = conversation.context(number, turn.visible_images)
            encoded = self._encode(conversation, context.pictures)
            ids = self.prompts.ids(conversation, context, turn.question)
            images = [conversation.images[index].image for index in context.pictures]
            pixels = [self.model.pictures.prepare(image, hd=conversation.hd) for image in images]
            found = compute_attention(self.model.engine, ids, turn.token_ids, encoded, pixels)
        words = split_words(self.model.prompt.tokenizer, turn.token_ids)
        layouts = [
            self.model.pictures.layout(image.size, each)
            for image, each in zip(images, pixels, strict=True)
        ]
        return Explanation.of(found, images, layouts, turn.question, words)

    def choose(self, conversation: Conversation, questions: Sequence[Question]) -> list[list[float]]:
        prompt = self.prompts.choices(conversation, questions)
        with conversation.lock:
            images = self._encode(conversation, conversation.context().pictures)
            found = choices.choose(self.model.engine, prompt, self.state, images)
        return [shares for shares, _ in found]
