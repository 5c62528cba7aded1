"""Check a folder's tokenizer files before transformers reads them.

transformers follows links, reads files of any size, and lets two of these files name other files anywhere.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

from flashsloth.checkpoints.folder import read_json
from flashsloth.errors import CheckpointDamaged
from flashsloth.utils.safe_read import regular_file_in
from flashsloth.utils.text import printable

CONFIG = "tokenizer_config.json"
SPECIAL = "special_tokens_map.json"
READ = (CONFIG, SPECIAL, "tokenizer.json", "added_tokens.json", "vocab.json", "merges.txt", "chat_template.jinja")
FOREIGN = ("tekken.json", "tokenizer.model", "tiktoken.model")  # read as vocabularies if there is no tokenizer.json
MAX_BYTES = 64 * 2**20  # of a file; Gemma 3's tokenizer.json has 33 MB
MAX_TOKEN = 4096  # characters; published ones are runs of some hundred spaces
MAX_STEPS = 4  # in a sequence of decoders
DECODERS = {"ByteLevel", "ByteFallback", "Fuse", "Metaspace", "Strip"}  # none of them makes a text longer
TEMPLATES = "additional_chat_templates"
# keys of the configuration that name other files or replace those of the folder
EXTERNAL_KEYS = ("fast_tokenizer_files", "gguf_file", "vocab", "merges", "tokenizer_object")


def check(folder: Path) -> None:
    """Raise CheckpointDamaged for links out of the folder, oversized files, and files that name others."""
    templates = sorted((folder / TEMPLATES).glob("*.jinja"))
    files = {name: regular_file_in(folder, name, MAX_BYTES) for name in READ}
    for name in FOREIGN:
        regular_file_in(folder, name, None if files["tokenizer.json"] else MAX_BYTES)
    for path in templates:
        regular_file_in(folder, f"{TEMPLATES}/{path.name}", MAX_BYTES)
    stored = read_json(folder / "tokenizer.json", MAX_BYTES, required=False)
    for key, is_bounded in (("normalizer", _is_bounded_normalizer), ("decoder", _is_bounded_decoder)):
        if not _is_each(is_bounded, stored.get(key)):
            raise CheckpointDamaged(  # it may expand each character to a million
                f"{folder / 'tokenizer.json'} has a {key} that changes more of a text than its accents and spaces",
                hint="The tokenizer files belong to another model; copy those that came with the weights.",
            )
    if any(len(text) > MAX_TOKEN for text in _tokens(stored)):
        raise CheckpointDamaged(f"{folder / 'tokenizer.json'} has a token of more than {MAX_TOKEN} characters")
    config = read_json(folder / CONFIG, required=False)
    for key in EXTERNAL_KEYS:
        if config.get(key):
            raise CheckpointDamaged(f"{folder / CONFIG} has the key {key}, which would replace files of the folder")
    for key in read_json(folder / SPECIAL, required=False):
        if not key.endswith(("_token", "_special_tokens")):
            raise CheckpointDamaged(f"{folder / SPECIAL} has the key {printable(key)}, which is not a special token")


def _tokens(stored: dict[str, Any]) -> list[str]:
    """Return the tokens of tokenizer.json: a model's words, alone (Unigram: with scores), and those that were added."""
    model, added = stored.get("model"), stored.get("added_tokens")
    words = model.get("vocab") if isinstance(model, dict) else None
    texts = [w[0] if isinstance(w, list) and w else w for w in words] if isinstance(words, dict | list) else []
    texts += [t.get("content") for t in added if isinstance(t, dict)] if isinstance(added, list) else []
    return [text for text in texts if isinstance(text, str)]


def _is_each(is_bounded: Callable[[dict[str, Any]], bool], part: Any) -> bool:
    """Return whether a normalizer or a decoder of tokenizer.json, or each of a short sequence of them, is bounded."""
    if part is None:
        return True
    if not isinstance(part, dict):
        return False
    inner: Any = [part]
    if part.get("type") == "Sequence":
        inner = part.get("normalizers", part.get("decoders"))
    return (
        isinstance(inner, list)
        and len(inner) <= MAX_STEPS
        and all(isinstance(i, dict) and is_bounded(i) for i in inner)
    )


def _is_bounded_normalizer(step: dict[str, Any]) -> bool:
    """Return whether it does no more than those of base models: compose accents (NFC), put a mark before a text and in
    the place of its spaces (SentencePiece)."""
    kind = step.get("type")
    if kind == "Replace":
        return step.get("pattern") == {"String": " "} and _is_mark(step.get("content"))
    return kind == "NFC" or (kind == "Prepend" and _is_mark(step.get("prepend")))


def _is_bounded_decoder(step: dict[str, Any]) -> bool:
    """Return whether it puts at most one character in the place of each one."""
    if step.get("type") == "Replace":
        pattern = step.get("pattern")
        return isinstance(pattern, dict) and bool(pattern.get("String")) and _is_mark(step.get("content"))
    return step.get("type") in DECODERS


def _is_mark(text: Any) -> bool:
    return isinstance(text, str) and len(text) <= 1
