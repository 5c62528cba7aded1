"""A model folder's tokenizer without transformers, which would load torch: the same ids, from the same files."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any, cast

from flashsloth.checkpoints import tokenizer_files
from flashsloth.checkpoints.folder import read_json
from flashsloth.data.prompt_config import PromptConfig, read_prompt_config
from flashsloth.errors import CheckpointDamaged
from flashsloth.processing.prompt import PromptEncoder
from flashsloth.utils.text import printable

_FLAGS = ("single_word", "lstrip", "rstrip", "normalized", "special")


@dataclass(frozen=True, slots=True)
class LightTokenizer:
    """The part of a tokenizer that PromptEncoder and `token_spans` use."""

    tokenizer: Any

    @property
    def added_tokens_decoder(self) -> dict[int, Any]:
        return dict(self.tokenizer.get_added_tokens_decoder())

    def encode(self, text: str, *, add_special_tokens: bool = False, split_special_tokens: bool = True) -> list[int]:
        """Return the ids of a text. A control token in the text is encoded as text, unless told otherwise."""
        self.tokenizer.encode_special_tokens = split_special_tokens
        return list(self.tokenizer.encode(text, add_special_tokens=add_special_tokens).ids)

    def decode(self, ids: list[int]) -> str:
        """Return the text of ids, control tokens included."""
        return str(self.tokenizer.decode(ids, skip_special_tokens=False))


def load_prompt_encoder(folder: Path) -> tuple[PromptEncoder, PromptConfig]:
    """Return the prompt encoder of a model folder and its config.

    Raises: CheckpointDamaged, UnsupportedModel, InvalidConfiguration.
    """
    config = read_prompt_config(folder)
    return PromptEncoder(read_light_tokenizer(folder), cast(Any, config)), config


def read_light_tokenizer(folder: Path) -> LightTokenizer:
    """Read the tokenizer of a folder: `tokenizer.json`, or the CodeGen files of the released checkpoints.

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
    except BaseException as error:  # for a damaged file Rust raises Exception or its own PanicException
        if not isinstance(error, Exception) and type(error).__name__ != "PanicException":
            raise
        raise CheckpointDamaged(f"{folder}: the tokenizer files cannot be read: {printable(str(error))}") from error
    tokenizer.no_padding()  # tokenizer.json may turn these on; transformers turns them off as well
    tokenizer.no_truncation()
    return LightTokenizer(tokenizer)


def _codegen(folder: Path) -> Any:
    """Return GPT-2's byte-level BPE with extra tokens for runs of spaces and tabs."""
    from tokenizers import AddedToken, Tokenizer, decoders, models, pre_tokenizers

    tokenizer = Tokenizer(models.BPE.from_file(str(folder / "vocab.json"), str(folder / "merges.txt")))
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    tokenizer.decoder = decoders.ByteLevel()
    for text, flags in _added_tokens(folder).items():
        token = AddedToken(text, **flags)
        (tokenizer.add_special_tokens if flags["special"] else tokenizer.add_tokens)([token])
    return tokenizer


def _added_tokens(folder: Path) -> dict[str, dict[str, bool]]:
    """Return the added tokens with their flags, sorted by id, so that adding them in this order gives these ids."""
    listed = read_json(folder / "tokenizer_config.json", required=False).get("added_tokens_decoder")
    if listed:
        ordered = sorted(listed.items(), key=lambda entry: int(entry[0]))
        return {entry["content"]: {flag: bool(entry.get(flag)) for flag in _FLAGS} for _, entry in ordered}
    tokens = read_json(folder / "added_tokens.json", required=False)
    plain = dict.fromkeys(_FLAGS, False)
    names = sorted(tokens, key=lambda text: int(tokens[text]))
    return {text: {**plain, "normalized": not text.strip(), "special": bool(text.strip())} for text in names}
