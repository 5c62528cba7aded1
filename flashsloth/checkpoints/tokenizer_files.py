"""Check a folder's tokenizer files before transformers reads them.

transformers follows links, reads files of any size, and lets two of these files name other files anywhere.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from flashsloth.checkpoints.safetensors_reader import MAX_JSON, read_json
from flashsloth.errors import CheckpointDamaged
from flashsloth.utils.safe_read import regular_file_in
from flashsloth.utils.text import printable

CONFIG = "tokenizer_config.json"
SPECIAL = "special_tokens_map.json"
READ = (CONFIG, SPECIAL, "tokenizer.json", "added_tokens.json", "vocab.json", "merges.txt", "chat_template.jinja")
FOREIGN = ("tekken.json", "tokenizer.model", "tiktoken.model")  # read as vocabularies if there is no tokenizer.json
MAX_NORMALIZERS = 4  # in a sequence
TEMPLATES = "additional_chat_templates"
# keys of the configuration that name other files or replace those of the folder
EXTERNAL_KEYS = ("fast_tokenizer_files", "gguf_file", "vocab", "merges", "tokenizer_object")


def check(folder: Path) -> None:
    """Raise CheckpointDamaged for links out of the folder, oversized files, and files that name others."""
    templates = sorted((folder / TEMPLATES).glob("*.jinja"))
    files = {name: regular_file_in(folder, name, MAX_JSON) for name in (*READ, *FOREIGN)}
    for path in templates:
        regular_file_in(folder, f"{TEMPLATES}/{path.name}", MAX_JSON)
    if files["tokenizer.json"] and not _is_bounded(read_json(folder / "tokenizer.json").get("normalizer")):
        raise CheckpointDamaged(  # a normalizer may expand each character to a million
            f"{folder / 'tokenizer.json'} has a normalizer that changes more of a text than its accents and spaces",
            hint="The tokenizer files belong to another model; copy those that came with the weights.",
        )
    config = read_json(folder / CONFIG) if files[CONFIG] else {}
    for key in EXTERNAL_KEYS:
        if config.get(key):
            raise CheckpointDamaged(f"{folder / CONFIG} has the key {key}, which would replace files of the folder")
    for key in read_json(folder / SPECIAL) if files[SPECIAL] else ():
        if not key.endswith(("_token", "_special_tokens")):
            raise CheckpointDamaged(f"{folder / SPECIAL} has the key {printable(key)}, which is not a special token")


def _is_bounded(normalizer: Any) -> bool:
    """Return whether a normalizer of tokenizer.json does no more than those of base models: compose accents (NFC), put
    a mark before a text and in the place of its spaces (SentencePiece)."""
    if normalizer is None:
        return True
    kind = normalizer.get("type") if isinstance(normalizer, dict) else None
    if kind == "Sequence":
        inner = normalizer.get("normalizers")
        return isinstance(inner, list) and len(inner) <= MAX_NORMALIZERS and all(map(_is_simple, inner))
    return _is_simple(normalizer)


def _is_simple(normalizer: Any) -> bool:
    if not isinstance(normalizer, dict):
        return False
    kind, mark = normalizer.get("type"), normalizer.get("prepend", normalizer.get("content"))
    if kind == "Replace":
        return normalizer.get("pattern") == {"String": " "} and isinstance(mark, str) and len(mark) <= 1
    return kind == "NFC" or (kind == "Prepend" and isinstance(mark, str) and len(mark) <= 1)
