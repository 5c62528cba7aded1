"""Read the tokenizer files of a model's folder. The files are untrusted."""

from __future__ import annotations

from codecs import BOM_UTF8
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

from flashsloth.checkpoints.folder import read_json
from flashsloth.errors import CheckpointDamaged
from flashsloth.utils.safe_read import regular_file_in
from flashsloth.utils.text import last_line, printable

TOKENIZER_CONFIG = "tokenizer_config.json"
SPECIAL_TOKENS = "special_tokens_map.json"
TOKENIZER_FILES = (
    "tokenizer.json",
    "added_tokens.json",
    "vocab.json",
    "merges.txt",
    "chat_template.jinja",
    TOKENIZER_CONFIG,
    SPECIAL_TOKENS,
)
# vocabulary files that are read if there is no tokenizer.json
VOCABULARIES = ("tekken.json", "tokenizer.model", "tiktoken.model")
MAX_TOKENIZER = 64 * 2**20  # maximum bytes of one file; Gemma 3's tokenizer.json has 33 MB
MAX_TOKEN = 4096  # maximum number of characters; the longest published tokens are some hundred spaces
MAX_STEPS = 4  # maximum number of steps in a sequence of normalizers or decoders
# The allow-list of normalizers and decoders: those that the tokenizers of the supported base models
# use.
STEPS = ("NFC", "Prepend", "Replace", "ByteFallback", "ByteLevel", "Fuse", "Metaspace", "Strip")
# The same of pre-tokenizers. A ByteLevel makes up to two characters of one, so there may be only one.
SPLITS = (
    "BertPreTokenizer",
    "ByteLevel",
    "Digits",
    "Metaspace",
    "Punctuation",
    "Split",
    "Whitespace",
    "WhitespaceSplit",
)
MAX_SPLITS = 16
# With more of them transformers needs a minute to open a file. Gemma 3 has 262,144 words, 514,906
# merges and 6,415 added tokens.
MAX_WORDS = 2**20
MAX_ADDED = 2**14
TEMPLATES = "additional_chat_templates"
# keys of the configuration that name other files, or whose values replace files of the folder
EXTERNAL_KEYS = ("fast_tokenizer_files", "gguf_file", "vocab", "merges", "tokenizer_object")


def read_tokenizer(folder: Path) -> Any:
    """Return the tokenizer of a folder. It is read from `tokenizer.json`, or from the CodeGen files of
    the released checkpoints. If the tokenizer of `processing.tokenizer`, which does not import
    transformers, is certain to encode texts as transformers' tokenizer does, that one is returned.
    Otherwise it is transformers' own tokenizer."""
    from flashsloth.processing import tokenizer

    files = check_tokenizer(folder)
    with _opening_tokenizer(folder):
        found = tokenizer.read(folder, *files)
    return read_transformers_tokenizer(folder) if found is None else found


def read_transformers_tokenizer(folder: Path) -> Any:
    """Return transformers' tokenizer of a folder. This tokenizer is needed to make a processor, to
    apply a chat template, and to change and save the tokenizer."""
    from flashsloth.hf.processor import open_tokenizer

    check_tokenizer(folder)
    with _opening_tokenizer(folder):
        found = open_tokenizer(folder)
    if found is None:
        raise CheckpointDamaged(f"{folder} has neither tokenizer.json nor vocab.json with merges.txt")
    return found


@contextmanager
def _opening_tokenizer(folder: Path) -> Iterator[None]:
    try:
        yield
    # The Rust code of tokenizers panics on some damaged files. The PanicException that it then raises
    # is not a subclass of Exception.
    except BaseException as error:
        if not isinstance(error, Exception) and type(error).__name__ != "PanicException":
            raise
        raise CheckpointDamaged(
            f"{folder}: the tokenizer files cannot be read: {last_line(error)}"
        ) from error


def check_tokenizer(folder: Path) -> tuple[dict[str, Any], dict[str, Any], dict[str, Any]]:
    """Check the untrusted tokenizer files of a folder before transformers opens them.

    transformers follows links, reads files of any size, and lets two of these files name further files
    anywhere on the machine.

    Returns: the contents of tokenizer_config.json, special_tokens_map.json and tokenizer.json; empty
        dictionaries for missing files.

    Raises: CheckpointDamaged for links out of the folder, oversized files, files that name other files,
        and values that could exhaust the memory.
    """
    files = {name: regular_file_in(folder, name, MAX_TOKENIZER) for name in TOKENIZER_FILES}
    for path in filter(None, files.values()):
        with suppress(OSError), path.open("rb") as file:
            # transformers and tokenizers fail on a file with a byte order mark, with an error that does
            # not name the cause
            if file.read(len(BOM_UTF8)) == BOM_UTF8:
                raise CheckpointDamaged(
                    f"{path} begins with a byte order mark", hint="Save the file as UTF-8 without it."
                )
    for name in VOCABULARIES:
        regular_file_in(folder, name, None if files["tokenizer.json"] else MAX_TOKENIZER)
    for path in sorted((folder / TEMPLATES).glob("*.jinja")):
        regular_file_in(folder, f"{TEMPLATES}/{path.name}", MAX_TOKENIZER)
    stored = read_json(folder / "tokenizer.json", MAX_TOKENIZER, required=False)
    for key in ("normalizer", "decoder"):
        # a Replace step, for example, could replace each character of a text by a million characters
        if not _is_bounded(stored.get(key)):
            raise CheckpointDamaged(
                f"{folder / 'tokenizer.json'} has a {key} that changes more of a text than its accents and spaces",
                hint="The tokenizer files belong to another model; copy those that came with the weights.",
            )
    if not _splits_only(stored.get("pre_tokenizer")):
        raise CheckpointDamaged(f"{folder / 'tokenizer.json'} has a pre_tokenizer of another kind")
    config = read_json(folder / TOKENIZER_CONFIG, required=False)
    model = stored.get("model")
    lists = [model.get(name) for name in ("vocab", "merges")] if isinstance(model, dict) else []
    added = [stored.get("added_tokens"), config.get("added_tokens_decoder")]
    for most, counted in ((MAX_WORDS, lists), (MAX_ADDED, added)):
        if any(isinstance(each, list | dict) and len(each) > most for each in counted):
            raise CheckpointDamaged(
                f"{folder}: the tokenizer has more than {most:,} tokens of one kind"
            )
    if any(len(text) > MAX_TOKEN for text in _tokens(stored)):
        raise CheckpointDamaged(
            f"{folder / 'tokenizer.json'} has a token of more than {MAX_TOKEN} characters"
        )
    for key in EXTERNAL_KEYS:
        if config.get(key):
            raise CheckpointDamaged(
                f"{folder / TOKENIZER_CONFIG} has the key {key}, which would replace files of the folder"
            )
    special = read_json(folder / SPECIAL_TOKENS, required=False)
    for key in special:
        if not key.endswith(("_token", "_special_tokens")):
            raise CheckpointDamaged(
                f"{folder / SPECIAL_TOKENS} has the key {printable(key)}, which is not a special token"
            )
    return config, special, stored


def _tokens(stored: dict[str, Any]) -> list[str]:
    """Return the tokens of tokenizer.json: the model's vocabulary and the added tokens. The vocabulary
    of a Unigram model is a list of pairs of a token and its score."""
    model = stored.get("model")
    added = stored.get("added_tokens")
    words = model.get("vocab") if isinstance(model, dict) else None
    texts = []
    if isinstance(words, dict | list):
        texts += [word[0] if isinstance(word, list) and word else word for word in words]
    if isinstance(added, list):
        texts += [token.get("content") for token in added if isinstance(token, dict)]
    return [text for text in texts if isinstance(text, str)]


def _is_bounded(part: Any) -> bool:
    """Return whether a normalizer or a decoder of tokenizer.json can lengthen a text only a little: it
    may prepend at most one character, and replace each character by at most one. In a sequence this is
    required of every step, and the number of steps is limited."""
    if not isinstance(part, dict):
        return part is None
    steps = part.get("normalizers", part.get("decoders")) if part.get("type") == "Sequence" else [part]
    return isinstance(steps, list) and len(steps) <= MAX_STEPS and all(map(_is_bounded_step, steps))


def _splits_only(part: Any) -> bool:
    """Return whether a pre-tokenizer of tokenizer.json only divides a text, or is a ByteLevel once."""
    if part is None:
        return True
    steps = part.get("pretokenizers", [part]) if isinstance(part, dict) else part
    if not isinstance(steps, list) or len(steps) > MAX_SPLITS:
        return False
    kinds = [step.get("type") if isinstance(step, dict) else None for step in steps]
    return all(kind in SPLITS for kind in kinds) and kinds.count("ByteLevel") <= 1


def _is_bounded_step(step: Any) -> bool:
    if not isinstance(step, dict) or step.get("type") not in STEPS:
        return False
    if step.get("stop"):  # a Strip that cuts the end of a text crashes tokenizers for an empty one
        return False
    pattern = step.get("pattern", {"String": " "})
    marks = (step.get("content", ""), step.get("prepend", ""))
    is_text = isinstance(pattern, dict) and bool(pattern.get("String"))
    return is_text and all(isinstance(mark, str) and len(mark) <= 1 for mark in marks)
