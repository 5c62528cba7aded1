"""A model folder's tokenizer without transformers, which would load torch: the same ids, from the same files."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any, cast

from flashsloth.checkpoints import safetensors_reader, tokenizer_files
from flashsloth.data.prompt_config import PromptConfig, read_prompt_config
from flashsloth.errors import CheckpointDamaged
from flashsloth.processing.prompt import PromptEncoder
from flashsloth.utils.text import printable

_FLAGS = ("single_word", "lstrip", "rstrip", "normalized", "special")


@dataclass(frozen=True, slots=True)
class LightTokenizer:
    """As much of a tokenizer as PromptEncoder and `show` need."""

    tokenizer: Any

    def encode(self, text: str, *, add_special_tokens: bool = False, split_special_tokens: bool = True) -> list[int]:
        """Text -> ids; control tokens that are typed stay text, whatever is asked for."""
        return list(self.tokenizer.encode(text, add_special_tokens=add_special_tokens).ids)

    def decode(self, ids: list[int]) -> str:
        """Ids -> text, control tokens by their names."""
        return str(self.tokenizer.decode(ids, skip_special_tokens=False))


def load_prompt_encoder(folder: Path) -> tuple[PromptEncoder, PromptConfig]:
    """What makes a model's prompts, and how long they may be.

    Raises: CheckpointDamaged, UnsupportedModel, InvalidConfiguration.
    """
    layout = read_prompt_config(folder)
    return PromptEncoder(read_light_tokenizer(folder), cast(Any, layout)), layout


def read_light_tokenizer(folder: Path) -> LightTokenizer:
    """The tokenizer of a folder: `tokenizer.json`, or the CodeGen files of the released checkpoints.

    Raises: CheckpointDamaged.
    """
    tokenizer_files.check(folder)
    try:
        if (folder / "tokenizer.json").is_file():
            from tokenizers import Tokenizer

            tokenizer = Tokenizer.from_file(str(folder / "tokenizer.json"))
        elif (folder / "vocab.json").is_file() and (folder / "merges.txt").is_file():
            tokenizer = _codegen(folder)
        else:
            raise CheckpointDamaged(f"{folder} has no tokenizer: neither tokenizer.json nor vocab.json with merges.txt")
    except CheckpointDamaged:
        raise
    except BaseException as error:  # a damaged file makes Rust raise Exception or its own panic
        if not isinstance(error, Exception) and type(error).__name__ != "PanicException":
            raise
        raise CheckpointDamaged(f"{folder}: the tokenizer files cannot be read: {printable(str(error))}") from error
    tokenizer.no_padding()  # what tokenizer.json may ask for, and transformers turns off as well
    tokenizer.no_truncation()
    tokenizer.encode_special_tokens = True
    return LightTokenizer(tokenizer)


def _codegen(folder: Path) -> Any:
    """Byte pairs over bytes, as GPT-2 has them, with runs of spaces and tabs as tokens of their own."""
    from tokenizers import AddedToken, Tokenizer, decoders, models, pre_tokenizers

    tokenizer = Tokenizer(models.BPE.from_file(str(folder / "vocab.json"), str(folder / "merges.txt")))
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    tokenizer.decoder = decoders.ByteLevel()
    for text, flags in _added(folder).items():
        token = AddedToken(text, **flags)
        (tokenizer.add_special_tokens if flags["special"] else tokenizer.add_tokens)([token])
    return tokenizer


def _added(folder: Path) -> dict[str, dict[str, bool]]:
    """The tokens beside the vocabulary with their flags, by rising id: adding them in this order gives those ids."""
    path = folder / "tokenizer_config.json"
    listed = safetensors_reader.read_json(path).get("added_tokens_decoder") if path.is_file() else None
    if listed:
        ordered = sorted(listed.items(), key=lambda entry: int(entry[0]))
        return {entry["content"]: {flag: bool(entry.get(flag)) for flag in _FLAGS} for _, entry in ordered}
    path = folder / "added_tokens.json"
    tokens = safetensors_reader.read_json(path) if path.is_file() else {}
    plain = dict.fromkeys(_FLAGS, False)
    names = sorted(tokens, key=lambda text: int(tokens[text]))
    return {text: {**plain, "normalized": not text.strip(), "special": bool(text.strip())} for text in names}
