"""Tokenizers read without transformers: the same ids, text and errors as with it."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path
from random import Random
from typing import Any

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from tokenizers import AddedToken, Regex, decoders, models, normalizers, pre_tokenizers, trainers
from tokenizers import Tokenizer as Backend
from transformers import AutoTokenizer, PreTrainedTokenizerFast

import smollm2
from damages import changed, content
from flashsloth.checkpoints.model_files import read_tokenizer, read_transformers_tokenizer
from flashsloth.errors import CheckpointDamaged
from flashsloth.generation.answer_record import TextStream
from flashsloth.processing.prompt import TextEncoder
from flashsloth.processing.tokenizer import Tokenizer
from flashsloth.utils.paths import NANO_FOLDER
from paths import PARITY
from programs import run_python
from random_damages import file_damage

from . import chat_templates

RELEASED = PARITY / "tokenizer"
STORED, SETTINGS, MAP, ADDED = (
    "tokenizer.json",
    "tokenizer_config.json",
    "special_tokens_map.json",
    "added_tokens.json",
)
KINDS = ("nano", "CodeGen", "SmolLM2", "Qwen2", "sentencepiece", "sentencepiece-every", "unigram")
QWEN2 = (  # the pattern of Qwen 2's pre-tokenizer
    r"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+"
    r"|\s+(?!\S)|\s+"
)
TYPED = (
    "<image>",
    "<learnable>",
    "</s>",
    "<|endoftext|>",
    "<|im_start|>",
    "<|im_end|>",
    "<think>",
    "<|user|>",
    "<s>",
)
SPACES = (
    " ",
    "  ",
    "\t",
    "\n",
    "\r\n",
    "\x0b",
    "\x85",
    "\xa0",
    "\u2003",
    "\u2028",
    "\u3000",
    "\u2581",
    "\ufeff",
)
WORDS = (
    "What's",
    "the",
    "DON'T",
    "naïve",
    "e\u0301",
    "Å",
    "ﬁ",
    "東京",
    "Привет",
    "שלום",
    "नमस्ते",
    "👩‍👩‍👧",
    "1234",
    "3.5",
    "?!",
)


def write_qwen2(folder: Path) -> None:
    """Train a small byte-level BPE as Qwen 2's, with NFC and with an added token that is not marked as
    special."""
    made = Backend(models.BPE())
    made.normalizer = normalizers.NFC()
    split = pre_tokenizers.Split(Regex(QWEN2), behavior="isolated")
    made.pre_tokenizer = pre_tokenizers.Sequence(
        [split, pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=False)]
    )
    made.decoder = decoders.ByteLevel()
    trainer = trainers.BpeTrainer(
        vocab_size=600, initial_alphabet=pre_tokenizers.ByteLevel.alphabet(), show_progress=False
    )
    made.train_from_iterator(texts(1, 300), trainer)
    made.add_special_tokens(["<|endoftext|>", "<|im_start|>", "<|im_end|>"])
    made.add_tokens([AddedToken("<think>", normalized=False)])
    names = {"eos_token": "<|im_end|>", "pad_token": "<|endoftext|>"}
    PreTrainedTokenizerFast(tokenizer_object=made, **names).save_pretrained(folder)


@pytest.fixture(scope="module")
def folder_of(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], Path]:
    """Return the folder of each kind, made at its first use."""
    made = {"nano": NANO_FOLDER, "CodeGen": RELEASED}

    def find(kind: str) -> Path:
        if kind not in made:
            made[kind] = folder = tmp_path_factory.mktemp(kind)
            if kind == "Qwen2":
                write_qwen2(folder)
            elif kind == "SmolLM2":
                AutoTokenizer.from_pretrained(**smollm2.prepare().package()).save_pretrained(folder)
            else:
                chat_templates.make(kind, None).save_pretrained(folder)
        return made[kind]

    return find


def texts(seed: int, count: int) -> Iterator[str]:
    """Random texts: characters of all planes, control characters, words, runs of white space, and
    control tokens."""
    random = Random(seed)
    pieces: list[Callable[[], str]] = [
        lambda: chr(random.randrange(0xE000, 0x110000)),
        lambda: chr(random.randrange(0xD800)),
        lambda: chr(random.randrange(0x20)),
        lambda: chr(random.randrange(0x300)),
        lambda: random.choice(SPACES) * random.choice((1, 1, 2, 3, 8, 31, 40)),
        lambda: random.choice(WORDS),
        lambda: " " + random.choice(WORDS),
        lambda: random.choice(TYPED),
        lambda: random.choice(TYPED)[: random.randint(1, 9)],
    ]
    for _ in range(count):
        yield "".join(random.choice(pieces)() for _ in range(random.choice((0, 1, 2, 5, 12))))


def check_texts(folder: Path, seed: int, count: int) -> None:
    ours, theirs = read_tokenizer(folder), read_transformers_tokenizer(folder)
    assert isinstance(ours, Tokenizer)
    for number, text in enumerate(texts(seed, count)):
        for split in (True, False):
            ids = ours.encode(text, split_special_tokens=split)
            assert ids == theirs.encode(text, split_special_tokens=split)
            assert ids == ours.encode(text, add_special_tokens=False, split_special_tokens=split)
        for skip in (True, False):
            assert ours.decode(ids, skip_special_tokens=skip) == theirs.decode(
                ids, skip_special_tokens=skip
            )
        if number % 20:
            continue  # a stream decodes often
        streams = TextStream(ours), TextStream(theirs)
        pieces, same = ([stream.push(token) for token in ids] + [stream.finish()] for stream in streams)
        assert pieces == same
        assert "".join(pieces) == ours.decode(ids).strip()


@pytest.mark.parametrize("kind", KINDS)
def test_texts(folder_of: Callable[[str], Path], kind: str) -> None:
    """Ids with and without control tokens, text, and text as it is streamed."""
    check_texts(folder_of(kind), 0, 1000)


@pytest.mark.slow
@pytest.mark.parametrize("count", [5000, pytest.param(30_000, marks=pytest.mark.nightly)])
@pytest.mark.parametrize("kind", KINDS)
def test_thousands_of_texts(folder_of: Callable[[str], Path], kind: str, count: int) -> None:
    check_texts(folder_of(kind), 1, count)


@pytest.mark.parametrize("kind", KINDS)
def test_the_whole_tokenizer(folder_of: Callable[[str], Path], kind: str) -> None:
    """What is not seen in texts alone: its tokens, their properties, and what `tokenizers` would
    write."""
    assert opened(read_tokenizer, folder_of(kind)) == opened(
        read_transformers_tokenizer, folder_of(kind)
    )


def test_lone_surrogates_are_errors(folder_of: Callable[[str], Path]) -> None:
    """PromptEncoder refuses them before."""
    for read in (read_tokenizer, read_transformers_tokenizer):
        with pytest.raises((TypeError, UnicodeEncodeError)):
            read(folder_of("nano")).encode("\ud800")


def test_transformers_is_not_imported() -> None:
    program = (
        "import sys; from flashsloth.checkpoints.model_files import read_tokenizer\n"
        "for folder in sys.argv[1:]: print(read_tokenizer(__import__('pathlib').Path(folder)).decode([5, 6]))\n"
        "print({'transformers', 'torch'} & {*sys.modules})"
    )
    assert run_python("-c", program, NANO_FOLDER, RELEASED).splitlines()[-1] == "set()"


def test_nothing_is_removed_from_a_decoded_text(tmp_path: Path) -> None:
    """transformers would remove spaces before punctuation, within and between tokens."""
    made = chat_templates.make("unigram", None)
    made.clean_up_tokenization_spaces = True
    made.save_pretrained(tmp_path)
    tokenizer = read_transformers_tokenizer(tmp_path)
    ids = TextEncoder(tokenizer, (), "").text("a . It 's")
    text = TextStream(tokenizer)
    pieces = [text.push(token) for token in ids]
    assert "".join(pieces) + text.finish() == tokenizer.decode(ids) == "a . It 's"


# Files that transformers may read in another way


def opened(read: Callable[[Path], Any], folder: Path) -> Any:
    """Return all that a tokenizer does, or that it is refused. What is put around a text, and padding,
    are not used."""
    try:
        tokenizer = read(folder)
        names = tokenizer.eos_token, tokenizer.pad_token, tokenizer.unk_token_id
        missing = tokenizer.convert_tokens_to_ids("no token")
    except (
        CheckpointDamaged,
        RecursionError,
    ):  # by transformers for an empty text as the unknown token
        return "refused"
    backend = json.loads(tokenizer.backend_tokenizer.to_str())
    for key in ("post_processor", "padding", "truncation"):
        del backend[key]
    return backend, names, missing, len(tokenizer), tokenizer.get_vocab()


def listed(**changes: Any) -> Callable[[Path], object]:
    """List the added tokens of nano in the settings, one of them changed."""

    def do(folder: Path) -> None:
        tokens = {t.pop("id"): t for t in json.loads((folder / STORED).read_text())["added_tokens"]}
        tokens[1] |= changes
        changed(SETTINGS, added_tokens_decoder=tokens)(folder)

    return do


def listed_again(**changes: Any) -> Callable[[Path], object]:
    """List one of the listed tokens once more, changed."""

    def do(folder: Path) -> None:
        tokens = json.loads((folder / SETTINGS).read_text())["added_tokens_decoder"]
        changed(SETTINGS, added_tokens_decoder={**tokens, "2000": {**tokens["1"], **changes}})(folder)

    return do


def flagged(**changes: Any) -> Callable[[Path], object]:
    """Change the last added token of tokenizer.json, `<image>`."""

    def do(folder: Path) -> None:
        tokens = json.loads((folder / STORED).read_text())["added_tokens"]
        tokens[-1] |= changes
        changed(STORED, added_tokens=tokens)(folder)

    return do


def both(*changes: Callable[[Path], object]) -> Callable[[Path], None]:
    def do(folder: Path) -> None:
        for change in changes:
            change(folder)

    return do


def without_names(folder: Path) -> None:
    data = json.loads((folder / SETTINGS).read_text())
    content(SETTINGS, json.dumps({k: v for k, v in data.items() if not k.endswith("_token")}))(folder)


PADDING = {
    "direction": "Left",
    "pad_to_multiple_of": None,
    "pad_id": 0,
    "pad_type_id": 0,
    "pad_token": "x",
}
CUT = {"max_length": 1, "strategy": "LongestFirst", "stride": 0, "direction": "Right"}
LEFT = {  # to transformers, for nano's files
    "an unknown setting": changed(SETTINGS, fix_mistral_regex=True),
    "a setting of another type": changed(SETTINGS, add_prefix_space="yes"),
    "a side that is none": changed(SETTINGS, padding_side="middle"),
    "padding": changed(STORED, padding={"strategy": {"Fixed": 50}, **PADDING}),
    "truncation": changed(STORED, truncation=CUT),
    "a token that is missing": changed(SETTINGS, eos_token="<end>"),
    "a word as a special token": changed(SETTINGS, eos_token="a"),
    "a token by another name": changed(SETTINGS, image_token="<image>"),
    "an extra token that is missing": changed(SETTINGS, extra_special_tokens=["<extra>"]),
    "extra tokens with names": changed(SETTINGS, extra_special_tokens={"image_token": "<image>"}),
    "extra tokens as objects": changed(
        SETTINGS, extra_special_tokens=[{"content": "<image>", "__type": "AddedToken"}]
    ),
    "an extra token that is not special": flagged(special=False),
    "an extra token that takes spaces": flagged(lstrip=True),
    "a named token that is not special": both(
        flagged(special=False), changed(SETTINGS, eos_token="<image>")
    ),
    "a token that is listed twice": both(listed(), listed_again(rstrip=True)),
    "more tokens in a file": content(ADDED, '{"<image>": 1023}'),
    "a map of special tokens": content(MAP, '{"eos_token": "<image>"}'),
}
LEFT_CODEGEN = {
    "no list of tokens": changed(SETTINGS, added_tokens_decoder=None),
    "a token before each text": changed(SETTINGS, add_bos_token=True),
    "a token after each text": changed(SETTINGS, add_eos_token=True),
    "another vocabulary": content("tokenizer.model.old", b""),
    "a token that is missing": changed(SETTINGS, eos_token="<end>"),
}
READ = {  # by `tokenizers`
    "no settings": content(SETTINGS, None),
    "a list of tokens": listed(),
    "a listed token with other properties": listed(rstrip=True),
    "a list, and a file that it replaces": both(listed(), content(ADDED, '{"<other>": 7}')),
    "a list, and a map that it replaces": both(listed(), content(MAP, '{"eos_token": "<image>"}')),
    "a listed token that is new": listed(content="<new>"),
    "another class": changed(
        SETTINGS, tokenizer_class="LlamaTokenizerFast", add_bos_token=True, legacy=False
    ),
    "a long chat template": changed(SETTINGS, chat_template="{{ messages }}"),
    "no unknown token": changed(SETTINGS, unk_token=None),
}
CASES = [
    *((NANO_FOLDER, name, change, False) for name, change in LEFT.items()),
    *((RELEASED, name, change, False) for name, change in LEFT_CODEGEN.items()),
    *((NANO_FOLDER, name, change, True) for name, change in READ.items()),
    (RELEASED, "CodeGen's own names of tokens", without_names, True),
    (RELEASED, "a space before each text", changed(SETTINGS, add_prefix_space=True), True),
]


@pytest.mark.parametrize(
    ("source", "name", "change", "plain"),
    CASES,
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_files(
    source: Path, name: str, change: Callable[[Path], object], plain: bool, tmp_path: Path
) -> None:
    """Files that `tokenizers` may not read as transformers does are left to it, and all others mean the
    same."""
    copy_tokenizer(source, tmp_path)
    change(tmp_path)
    ours = opened(read_tokenizer, tmp_path)
    assert ours == opened(read_transformers_tokenizer, tmp_path)
    if not isinstance(ours, str):
        assert isinstance(read_tokenizer(tmp_path), Tokenizer) == plain


def copy_tokenizer(source: Path, folder: Path) -> None:
    for path in source.glob("*"):
        if path.name in (STORED, SETTINGS, MAP, ADDED, "vocab.json", "merges.txt"):
            shutil.copy(path, folder)


def as_codegen(folder: Path) -> None:
    """Replace nano's tokenizer.json by CodeGen's files of the same words."""
    listed()(folder)
    stored = json.loads((folder / STORED).read_text())
    (folder / STORED).unlink()
    (folder / "vocab.json").write_text(json.dumps(stored["model"]["vocab"]))
    merges = [" ".join(pair) for pair in stored["model"]["merges"]]
    (folder / "merges.txt").write_text("\n".join(["#version: 0.2", *merges, ""]), encoding="utf-8")
    content(ADDED, '{"<image>": 1023}')(folder)


def has_an_id_twice(folder: Path) -> bool:
    with suppress(OSError, ValueError, LookupError, TypeError, AttributeError):
        whole = folder / STORED
        data = json.loads((whole if whole.exists() else folder / "vocab.json").read_text())
        words = data["model"]["vocab"] if whole.exists() else data
        return len({*words.values()}) < len(words)
    return False


LAYOUTS = {"as it is": both(), "with a list": listed(), "CodeGen": as_codegen}


@given(st.data(), st.sampled_from(sorted(LAYOUTS)))
def test_any_damage(tmp_path_factory: pytest.TempPathFactory, data: st.DataObject, layout: str) -> None:
    """A damaged folder is read as transformers reads it, or refused as there."""
    folder = tmp_path_factory.mktemp("damaged")
    copy_tokenizer(NANO_FOLDER, folder)
    LAYOUTS[layout](folder)
    content(MAP, '{"eos_token": {"content": "</s>", "lstrip": false}}')(folder)
    damage = data.draw(file_damage(folder, "tokenizer*.json", "[a-s]*.json", "merges.txt"))
    damage.do(folder)
    # which of the two words is found differs from one time to the next
    assume(not has_an_id_twice(folder))
    assert opened(read_tokenizer, folder) == opened(read_transformers_tokenizer, folder), damage.name
