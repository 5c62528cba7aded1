"""Damages to the files of a model: what is done to a good folder, the error, and the file or tensor
that it names."""

from __future__ import annotations

import codecs
import json
import math
import os
import shutil
import struct
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, NamedTuple

import torch
from safetensors.torch import load_file, save_file
from torch import Tensor

from flashsloth.errors import (
    CheckpointDamaged,
    InvalidConfiguration,
    ModelError,
    NonFiniteWeights,
    PickleRefused,
    TensorMismatch,
    UnsupportedModel,
)

WEIGHTS, CONFIG, TOKENIZER = "model.safetensors", "config.json", "tokenizer.json"
SAMPLING, INDEX, PICKLE = "generation_config.json", "model.safetensors.index.json", "pytorch_model.bin"
QUERY, BIAS = "model.query_tokens.weight", "lm_head.bias"
OFFICIAL_QUERY = "model.learnable_tokens.token"
INNER = "model.language_model.layers.1.inner"  # of a model in int4, as the next
SCALES, TOWER = f"{INNER}.scales_zeros", "model.vision_tower.encoder.layers.0.mlp.fc1"
EVERY = ("convert", "finetune")
OURS = {"quant_method": "flashsloth"}
DAMAGED = CheckpointDamaged


class Damage(NamedTuple):
    """`refusing` are the commands that must refuse it as well, beside `flashsloth.open`, which `ask`
    calls."""

    name: str
    do: Callable[[Path], object]  # to a copy of a good folder
    error: type[ModelError]
    names: str = ""  # which the message must contain, beside the folder
    refusing: tuple[str, ...] = EVERY


def split(path: Path) -> tuple[dict[str, Any], bytes]:
    """Return the header of a safetensors file, and the bytes after it."""
    data = path.read_bytes()
    (length,) = struct.unpack("<Q", data[:8])
    return json.loads(data[8 : 8 + length]), data[8 + length :]


def join(head: Any, body: bytes = b"", length: int | None = None) -> bytes:
    """Return a safetensors file. The header may also be its bytes, and `length` another than theirs."""
    text = head if isinstance(head, bytes) else json.dumps(head).encode()
    return struct.pack("<Q", len(text) if length is None else length) + text + body


def content(name: str, text: bytes | str | None) -> Callable[[Path], object]:
    """Replace the content of a file; None removes it."""

    def do(folder: Path) -> None:
        if text is None:
            (folder / name).unlink()
        else:
            (folder / name).write_bytes(
                text if isinstance(text, bytes) else text.encode("utf-8", "surrogatepass")
            )

    return do


def indexed(text: str) -> Callable[[Path], object]:
    """Replace the weights by an index of shards."""

    def do(folder: Path) -> None:
        content(WEIGHTS, None)(folder)
        content(INDEX, text)(folder)

    return do


def marked(name: str) -> Callable[[Path], object]:
    """Begin a text file with a byte order mark."""
    return lambda folder: (folder / name).write_bytes(codecs.BOM_UTF8 + (folder / name).read_bytes())


LFS_POINTER = f"version https://git-lfs.github.com/spec/v1\noid sha256:{'0' * 64}\nsize 123456789\n"


def grown(name: str, size: int) -> Callable[[Path], object]:
    """Change the size of a file, which takes no room on the disk. A negative size is what is cut
    off."""

    def do(folder: Path) -> None:
        (folder / name).touch()
        os.truncate(folder / name, size if size >= 0 else (folder / name).stat().st_size + size)

    return do


def changed(name: str, **values: Any) -> Callable[[Path], object]:
    """Set keys of a JSON file, which is made if it is missing; `part/key` is one a level down."""

    def do(folder: Path) -> None:
        data = json.loads((folder / name).read_text()) if (folder / name).exists() else {}
        for key, value in values.items():
            *parts, leaf = key.split("/")
            place = data
            for part in parts:
                place = place[part]
            place[leaf] = value
        (folder / name).write_text(json.dumps(data))

    return do


def header(change: Callable[[dict[str, Any]], object]) -> Callable[[Path], object]:
    """Change the header of the weights."""

    def do(folder: Path) -> None:
        head, body = split(folder / WEIGHTS)
        change(head)
        (folder / WEIGHTS).write_bytes(join(head, body))

    return do


def entry(value: Any = None, **values: Any) -> Callable[[Path], object]:
    """Replace the header's entry of BIAS, or some of its values; the value ... removes one."""

    def change(head: dict[str, Any]) -> None:
        new = {**head[BIAS], **values}
        head[BIAS] = {name: new[name] for name in new if new[name] is not ...} if values else value

    return header(change)


def twice_in_the_header(folder: Path) -> None:
    """Other readers take the first entry, json the last: they would read another model."""
    head, body = split(folder / WEIGHTS)
    text = json.dumps(head)
    (folder / WEIGHTS).write_bytes(
        join(f'{{"{BIAS}": {json.dumps(head[BIAS])}, {text[1:]}'.encode(), body)
    )


def tensors(
    change: Callable[[dict[str, Tensor]], object], file: str = WEIGHTS
) -> Callable[[Path], object]:
    """Change the tensors of the weights."""

    def do(folder: Path) -> None:
        stored = load_file(folder / file)
        change(stored)
        save_file(stored, folder / file, {"format": "pt"})

    return do


def tensor(name: str, value: Tensor) -> Callable[[Path], object]:
    return tensors(lambda stored: stored.update({name: value}))


def number(value: float, dtype: torch.dtype, name: str = QUERY) -> Callable[[Path], object]:
    """Store the model in a dtype, with this value in one tensor."""

    def change(stored: dict[str, Tensor]) -> None:
        for each in stored:
            stored[each] = stored[each].to(dtype)
        stored[name][4, 17] = value

    return tensors(change)


def without(*parts: str) -> Callable[[Path], object]:
    """Remove the tensors whose name has one of these parts."""
    return tensors(
        lambda stored: [
            stored.pop(name) for name in list(stored) if any(part in name for part in parts)
        ]
    )


def stored_in_two_shards(folder: Path) -> None:
    first, second = sorted(folder.glob("model-*.safetensors"))[:2]
    name, value = next(iter(load_file(first).items()))
    tensors(lambda stored: stored.update({name: value}), second.name)(folder)
    index = folder / "model.safetensors.index.json"  # it would say which of the two counts
    content = json.loads(index.read_text())
    del content["weight_map"][name]
    index.write_text(json.dumps(content))


def both(*damages: Callable[[Path], object]) -> Callable[[Path], object]:
    return lambda folder: [do(folder) for do in damages]


def pickled(
    change: Callable[[dict[str, Any]], Any] = dict, name: str = PICKLE
) -> Callable[[Path], object]:
    """Store the weights as a pickle of what `change` returns."""

    def do(folder: Path) -> None:
        state: dict[str, Any] = dict(load_file(folder / WEIGHTS))
        (folder / WEIGHTS).unlink()
        torch.save(change(state), folder / name)

    return do


def with_tensor(value: Any, name: str = OFFICIAL_QUERY) -> Callable[[dict[str, Any]], Any]:
    return lambda state: {**state, name: value}


def replacing(text: str, with_text: str, key: str = "String") -> dict[str, Any]:
    return {"type": "Replace", "pattern": {key: text}, "content": with_text}


def linked(name: str) -> Callable[[Path], object]:
    """Replace a file by a link to itself outside of the folder."""

    def do(folder: Path) -> None:
        (outside := folder.with_name("outside")).mkdir()
        (folder / name).rename(outside / name)
        (folder / name).symlink_to(outside / name)

    return do


def naming(file: str, key: str) -> Callable[[Path], object]:
    """Name a tokenizer outside of the folder in a file of another."""

    def do(folder: Path) -> None:
        (outside := folder.with_name("outside")).mkdir()
        path = shutil.copyfile(folder / TOKENIZER, outside / "tokenizer.4.0.0.json")
        changed(file, **{key: [str(path)] if key.endswith("s") else str(path)})(folder)

    return do


def piped(name: str) -> Callable[[Path], object]:
    """Replace a file by a pipe, from which nothing ever comes."""

    def do(folder: Path) -> None:
        (folder / name).unlink()
        os.mkfifo(folder / name)

    return do


def rows(
    cases: Mapping[str, Any],
    do: Callable[[Any], Callable[[Path], object]],
    error: type[ModelError],
    names: str = "",
    refusing: tuple[str, ...] = EVERY,
) -> list[Damage]:
    """Return a row of each case. The commands are tried with the first, `ask` too: they read all in the
    same way."""
    first = tuple(dict.fromkeys(("ask", *refusing)))
    every = enumerate(cases.items())
    return [
        Damage(name, do(case), error, names, () if number else first) for number, (name, case) in every
    ]


FILES: dict[str, bytes] = {  # instead of a safetensors file
    "an empty file": b"",
    "length past the end": join(b"{}", length=100),
    "length of all ones": b"\xff" * 8 + b"{}",
    "a header that is not UTF-8": join(b'{"\xff\xfe": 1}'),
    "a list for a header": join(b"[1, 2]"),
    "a very deep header": join(b"[" * 100_000 + b"]" * 100_000),
    "a header with a very long number": join(b'{"a": ' + b"9" * 10_000 + b"}"),
    "a header of 9 MB": join(b"{" + b" " * 9 * 2**20 + b"}"),
    "an HTML page": b"<!doctype html><html><body>404 Not Found</body></html>",
    "a Git LFS pointer": b"version https://git-lfs.github.com/spec/v1\noid sha256:4d7a2146\nsize 12345\n",
}
ENTRIES: dict[str, Callable[[Path], object]] = {
    **{f"an entry that is {value!r}": entry(value) for value in (5, {})},
    **{f"an entry without {name}": entry(**{name: ...}) for name in ("dtype", "shape", "data_offsets")},
    **{f"offsets {value!r:.40}": entry(data_offsets=value) for value in ([0], [24, 0], [-24, 0], [0, 10**4000])},
    **{f"a shape {str(value)[:40]}": entry(shape=value)
       for value in ([1024.0], "23", [1025], [2**62, 2**62], [1] * 100 + [1024])},
    **{f"a dtype {value[:9]!a}": entry(dtype=value) for value in ("F16", "\x1b[2J", "x" * 10**6)},
}  # fmt: skip
TEXTS = {ascii(text[:8]): text for text in ("", "{", "[]", "null", '"text"', "[" * 100_000, "\0")}
SOME = {name: text for name, text in TEXTS.items() if text in ("{", "[]")}
SHARD = "model-00002-of-00003.safetensors"
SHARD_NAMES = (
    *("../model/model.safetensors", "/etc/passwd", "sub/model.safetensors", "..", "", "model.bin"),
    "model.safetensors/",
    *(
        "./model.safetensors",
        "x" * 5000 + ".safetensors",
        "a\0b.safetensors",
        "\ud800.safetensors",
        "\x1b[2J.x",
    ),
)
HUGE_SIZES: dict[str, dict[str, int]] = {
    "a vocabulary of terabytes": {"text_config/vocab_size": 2**22, "text_config/hidden_size": 2**17},
    "wide layers": {"text_config/hidden_size": 2**17},
    "wide linears": {"text_config/intermediate_size": 2**17},
    "a large picture": {"vision_config/image_size": 2**14, "pooling_window": 2**11},
    "many query tokens": {"num_query_tokens": 2**17, "embq_width": 2**17},
}
HUGE = [Damage(name, changed(CONFIG, **sizes), TensorMismatch) for name, sizes in HUGE_SIZES.items()]
SETTINGS: dict[
    str, tuple[str, Any]
] = {  # of config.json, which would fail in an answer or fill the memory
    "a system text that is not UTF-8": ("system_prompt", "\ud800"),
    "a pooling window larger than the grid": ("pooling_window", 1024),
    "NaN in a layer norm": ("text_config/layer_norm_eps", math.nan),
    "a context of millions": ("text_config/max_position_embeddings", 2**25),
    "thousands of layers": ("text_config/num_hidden_layers", 2**17),
    "a truth value of a million letters": ("image_hd", "x" * 10**6),
    "a tower of control characters": ("vision_config", "\x1b[2J" * 10**5),
}
FUSE = {"type": "Fuse"}
DECODERS: dict[str, Any] = {  # that make answers longer, or crash
    "a thousandfold": replacing("T", "T" * 1000),
    "doubling three times": {"type": "Sequence", "decoders": [replacing("T", "TT")] * 3},
    "nested": {"type": "Sequence", "decoders": [{"type": "Sequence", "decoders": [FUSE]}]},
    "at each place": replacing("", "a", "Regex"),
    "too many": {"type": "Sequence", "decoders": [FUSE] * 5},
    "unknown": {"type": "Unheard"},
    "no object": ["Fuse"],
    "that cuts ends": {"type": "Strip", "content": " ", "start": 0, "stop": 1},
}
PICKLES: dict[str, tuple[Callable[[dict[str, Any]], Any], type[ModelError]]] = {
    "without a tensor": (
        lambda state: {n: w for n, w in state.items() if "token" not in n},
        TensorMismatch,
    ),
    "with a surplus one": (with_tensor(torch.zeros(1), "model.extra"), TensorMismatch),
    "of another shape": (with_tensor(torch.zeros(9, 31)), TensorMismatch),
    "with one under two names": (with_tensor(torch.zeros(9, 32), QUERY), TensorMismatch),
    "with NaN": (with_tensor(torch.full((9, 32), math.nan)), NonFiniteWeights),
    "of whole numbers": (with_tensor(torch.zeros(9, 32, dtype=torch.long)), DAMAGED),
    "that is nested": (lambda state: {"state_dict": state}, DAMAGED),
    "beside other things": (with_tensor(3, "epoch"), DAMAGED),
    "that is a list": (lambda state: [torch.zeros(1)], DAMAGED),
    "without tensors": (lambda state: {}, TensorMismatch),
}

MODEL = [
    *rows(FILES, lambda data: content(WEIGHTS, data), DAMAGED, WEIGHTS),
    *rows(ENTRIES, lambda do: do, DAMAGED, WEIGHTS),
    *rows({ascii(name[:9]): name for name in ("\x1b[2J", "\ud800", "a\nb", "x" * 300_000)},
          lambda name: header(lambda head: head.update({name: head.pop(BIAS)})), DAMAGED, WEIGHTS),
    Damage("a name twice in the header", twice_in_the_header, DAMAGED, WEIGHTS),
    Damage("cut by a byte", grown(WEIGHTS, -1), DAMAGED, WEIGHTS),
    Damage("five bytes too many", lambda f: grown(WEIGHTS, (f / WEIGHTS).stat().st_size + 5)(f), DAMAGED, WEIGHTS),
    *rows({str(dtype): torch.zeros(9, 32).to(dtype)
           for dtype in (torch.int64, torch.uint8, torch.float8_e4m3fn)},
          lambda value: tensor(QUERY, value), UnsupportedModel, QUERY),
    *rows({f"a shape {shape}": torch.zeros(shape) for shape in ((9, 31), (32, 9), (288,), (1, 9, 32))},
          lambda value: tensor(QUERY, value), TensorMismatch, QUERY),
    Damage("a missing tensor", without("query_tokens"), TensorMismatch, f"{QUERY} is missing"),
    Damage("a tensor of no model", tensor("model.extra", torch.zeros(1)), TensorMismatch, "model.extra is not"),
    Damage("two text layers", without("language_model.layers.2."), TensorMismatch, "the weights have 2"),
    Damage("one block of the tower", without("encoder.layers.1."), TensorMismatch, "the weights have 1"),
    Damage("no weights", content(WEIGHTS, None), UnsupportedModel),
    *(Damage(f"{value} in {dtype}", number(value, dtype), NonFiniteWeights, f"{WEIGHTS}: {QUERY}")
      for value, dtype in ((math.nan, torch.float32), (math.inf, torch.float16), (-math.inf, torch.bfloat16),
                           (math.nan, torch.float64))),
    *rows(TEXTS, lambda text: content(CONFIG, text), DAMAGED, CONFIG),
    *rows(SOME, indexed, DAMAGED, INDEX),
    *rows(SOME, lambda text: content(TOKENIZER, text), DAMAGED, TOKENIZER),
    *rows(SOME, lambda text: content(SAMPLING, text), DAMAGED, SAMPLING, ("ask", "convert")),
    Damage("a deep config.json", content(CONFIG, "[" * 100_000), DAMAGED, "nested too deeply", ()),
    Damage("a number of 5,000 digits", content(CONFIG, f'{{"a": {"1" * 5000}}}'), DAMAGED, "too many digits", ()),
    Damage("text for a number", changed(CONFIG, image_token_id="x"), InvalidConfiguration, "image_token_id", ()),
    Damage("a config.json of 8 MB", grown(CONFIG, 2**23 + 1), DAMAGED, CONFIG),
    *rows({ascii(name[:20]): name for name in SHARD_NAMES},
          lambda name: indexed(json.dumps({"weight_map": {"a": name}})), DAMAGED, INDEX),
    Damage("an index without a map", indexed("{}"), DAMAGED, INDEX),
    *rows({f"a map {value}": value for value in ({}, [], {"a": 5}, {"a": None}, None)},
          lambda value: indexed(json.dumps({"weight_map": value})), DAMAGED, INDEX),
    *HUGE,
    *(Damage(name, changed(CONFIG, **{key: value}), InvalidConfiguration, key.rpartition("/")[2])
      for name, (key, value) in SETTINGS.items()),
    *(Damage(f"the setting {name} {value}", changed(SAMPLING, do_sample=True, **{name: value}),
             InvalidConfiguration, name, ("ask",))
      for name, value in (("temperature", -1), ("top_p", math.nan), ("top_k", 0.5), ("min_p", 7))),
    *(Damage(f"another id of {token}", changed(CONFIG, **{key: 7}), InvalidConfiguration, token)
      for key, token in (("image_token_id", "<image>"), ("query_token_id", "<learnable>"))),
    *(Damage(f"a link to {name}", linked(name), DAMAGED, name) for name in (CONFIG, WEIGHTS, TOKENIZER)),
    Damage("a link to sampling settings", linked(SAMPLING), DAMAGED, SAMPLING, ("ask", "convert")),
    *(Damage(f"a pipe for {name}", piped(name), DAMAGED, name) for name in (CONFIG, WEIGHTS, TOKENIZER)),
    Damage("a pipe for sampling settings", piped(SAMPLING), DAMAGED, SAMPLING, ("ask", "convert")),
    *(Damage(f"a Git LFS pointer for {name}", content(name, LFS_POINTER), DAMAGED, f"{name} is a Git LFS pointer", ())
      for name in (CONFIG, WEIGHTS, TOKENIZER)),
    *(Damage(f"a byte order mark in {name}", marked(name), DAMAGED, f"{name} begins with a byte order mark", ())
      for name in (TOKENIZER, "tokenizer_config.json")),
    *(Damage(f"{key} of another folder", naming(file, key), DAMAGED, file)
      for file, key in (
          ("tokenizer_config.json", "fast_tokenizer_files"),
          ("tokenizer_config.json", "gguf_file"),
          ("tokenizer_config.json", "vocab"),
          ("special_tokens_map.json", "tokenizer_file"),
          ("special_tokens_map.json", "vocab_file"),
      )),
    Damage("no tokenizer", content(TOKENIZER, None), DAMAGED, "tokenizer"),
    Damage("no added tokens", content(TOKENIZER, '{"model": {"type": "BPE", "vocab": {}, "merges": []}}'),
           DAMAGED, "'added_tokens' is missing", ()),
    *rows({text: text for text in ("{}", '{"version": "1.0", "model": {"type": "none"}}')},
          lambda text: content(TOKENIZER, text), DAMAGED, "tokenizer"),
    *(Damage(f"a {name} of a terabyte", grown(name, 2**40), DAMAGED, name)
      for name in (TOKENIZER, "tokenizer_config.json", "added_tokens.json", "chat_template.jinja")),
    Damage("a tokenizer.json of 64 MB", grown(TOKENIZER, 2**26 + 1), DAMAGED, TOKENIZER),
    Damage("a tokenizer whose reading panics",
           changed(TOKENIZER, model={"type": "BPE", "vocab": {}, "merges": [["a", "b"]]}, version="0.0"),
           DAMAGED, "tokenizer"),
    Damage("a normalizer that panics",
           changed(TOKENIZER, normalizer={"type": "Precompiled", "precompiled_charsmap": "AAAA"}), DAMAGED),
    Damage("a normalizer that makes a million of a letter",
           changed(TOKENIZER, normalizer=replacing("a", "a" * 10**6)), DAMAGED),
    *(Damage(f"a decoder {name}", changed(TOKENIZER, decoder=decoder), DAMAGED, "decoder")
      for name, decoder in DECODERS.items()),
    Damage("a word of 100,000 letters", changed(TOKENIZER, **{"model/vocab/" + "a" * 10**5: 400}), DAMAGED, "token of"),
    Damage("an added token of 100,000 letters",
           changed(TOKENIZER, added_tokens=[{"id": 0, "content": "a" * 10**5, "special": True}]), DAMAGED, "token of"),
    Damage("a word past the vocabulary", changed(TOKENIZER, **{"model/vocab/!": 10**6}), InvalidConfiguration),
    *rows({ascii(token): token for token in (" ", "\n\n", "\t")},  # which any text has
          lambda token: changed("tokenizer_config.json", extra_special_tokens=[token]), InvalidConfiguration),
]  # fmt: skip
OFFICIAL = [
    *(Damage(f"a list for {name}", changed(CONFIG, **{name: [None]}), InvalidConfiguration, f"{CONFIG}: {name}")
      for name in ("vision_config", "lqformer")),
    Damage("NaN", number(math.nan, torch.float32, OFFICIAL_QUERY), NonFiniteWeights, f"{WEIGHTS}: {OFFICIAL_QUERY}"),
    Damage("a tensor under both names", tensors(lambda t: t.update({QUERY: t[OFFICIAL_QUERY] + 1})),
           TensorMismatch, QUERY),
    *(Damage(f"only {name}", pickled(name=name), PickleRefused, f"({name})")
      for name in (PICKLE, "consolidated.00.pth", "model.pt", "model.ckpt", "weights.pkl")),
]  # fmt: skip
SHARDED = [
    Damage("a missing shard", content(SHARD, None), DAMAGED, SHARD),
    Damage("a tensor in two shards", stored_in_two_shards, TensorMismatch, "is stored twice"),
]
QUANTIZED = [  # nano in int4
    *HUGE,
    Damage("no scales", without(SCALES), TensorMismatch, SCALES),
    Damage("NaN in scales", tensors(lambda t: t[SCALES].fill_(math.nan)), NonFiniteWeights, SCALES),
    *rows({"scales of whole numbers": (SCALES, torch.Tensor.short),
           "scales of another type": (SCALES, torch.Tensor.half),
           "a weight of floats": (f"{INNER}.weight", torch.Tensor.bfloat16),
           "a column less": (f"{INNER}.weight", lambda weight: weight[:, 1:]),
           "a scale less": (SCALES, lambda scales: scales[:, 1:]),
           "a bias of whole numbers": (f"{INNER}.bias", torch.Tensor.char),
           "a tower of floats": (f"{TOWER}.weight", torch.Tensor.bfloat16),
           "other scales of the tower": (f"{TOWER}.scales", torch.Tensor.float)},
          lambda case: tensors(lambda t: t.update({case[0]: case[1](t[case[0]]).contiguous()})), TensorMismatch),
    Damage("an infinite scale of the tower", tensors(lambda t: t[f"{TOWER}.scales"].fill_(math.inf)),
           NonFiniteWeights, f"{TOWER}.scales"),
    Damage("whole numbers where none belong", tensors(lambda t: t.update({QUERY: torch.zeros_like(t[QUERY]).char()})),
           TensorMismatch, QUERY),
    Damage("a tensor of no model", tensor("surplus", torch.zeros(3)), TensorMismatch, "surplus"),
    Damage("a layer less", without("language_model.layers.3."), TensorMismatch),
    *rows({str(value): value for value in (
              {"quant_method": "gptq", "bits": 4},
              *({**OURS, "preset": preset} for preset in ("int3", "nf4", "none", ["int4"], None)))},
          lambda value: changed(CONFIG, quantization_config=value), UnsupportedModel),
    Damage("a quantization that is text", changed(CONFIG, quantization_config="int4"), InvalidConfiguration, "quantiz"),
]  # fmt: skip
TRUSTED = [  # with --allow-pickle
    *(Damage(f"a pickle {name}", pickled(change), error, "", ("convert",))
      for name, (change, error) in PICKLES.items()),
    *(Damage(f"a pickle {name}", both(pickled(), do), DAMAGED, PICKLE, ("convert",))
      for name, do in (("cut in two", grown(PICKLE, -(10**5))), ("that is a link", linked(PICKLE)))),
]  # fmt: skip
DAMAGES = {
    "native": MODEL,
    "official": OFFICIAL,
    "sharded": SHARDED,
    "int4": QUANTIZED,
    "trusted": TRUSTED,
}
