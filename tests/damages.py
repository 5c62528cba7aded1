"""The damages to the files of a model: what is done to a good folder, the error, and the file or tensor
that it names.

random_damages.py draws further ones. A damaged folder is two levels below a workplace:
`WORKPLACE/outside` holds files that must never be read, `WORKPLACE/evil` code that must never run
(`lay_traps`).
"""

from __future__ import annotations

import codecs
import json
import math
import os
import shutil
import stat
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
    error: type[ModelError] = ModelError
    names: str = ""  # which the message must contain, beside the folder
    refusing: tuple[str, ...] = EVERY
    ends: str = "refused"  # or "opened", with its answer unchanged, or "any" of the two


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


def doubled(head: dict[str, Any], name: str) -> bytes:
    """Return the text of a header with one name twice. Other readers take the first entry, json the
    last: they would read another model."""
    return f"{{{json.dumps(name)}: {json.dumps(head[name])}, {json.dumps(head)[1:]}".encode()


def twice_in_the_header(folder: Path) -> None:
    head, body = split(folder / WEIGHTS)
    (folder / WEIGHTS).write_bytes(join(doubled(head, BIAS), body))


def long_header(name: str) -> Callable[[Path], object]:
    """Write a header of 100 MB, the most that the format allows."""
    return lambda folder: (folder / name).write_bytes(join(b"{" + b" " * 10**8 + b"}"))


def many_shards(folder: Path) -> None:
    text = '"x": "y", ' * 10**7
    (folder / INDEX).write_text(f'{{"weight_map": {{{text} "x": "y"}}}}')


def hole(folder: Path) -> None:
    """Add a tensor of 4 GB, which takes no room on the disk."""
    path, rows = min(folder.glob("*.safetensors")), 2**30
    head, body = split(path)
    offsets = [len(body), len(body) + 4 * rows]
    head["hole"] = {"dtype": "F32", "shape": [rows], "data_offsets": offsets}
    path.write_bytes(join(head, body))
    os.truncate(path, path.stat().st_size + 4 * rows)


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


def _link_to_sibling(path: Path) -> None:
    """Link into a folder whose name begins like its own."""
    sibling = path.parent.with_name(path.parent.name + "-more")
    shutil.copytree(path.parents[2] / "outside", sibling, dirs_exist_ok=True)
    path.symlink_to(f"../{sibling.name}/{path.name}")


REPLACEMENTS: dict[str, Callable[[Path], object]] = {
    "a link that leads outside": lambda path: path.symlink_to(f"../../outside/{path.name}"),
    "a link to a sibling folder": _link_to_sibling,
    "a link to itself": lambda path: path.symlink_to(path.name),
    "a link that leads nowhere": lambda path: path.symlink_to("gone"),
    "a link to zeros": lambda path: path.symlink_to("/dev/zero"),
    "a link to the environment": lambda path: path.symlink_to("/proc/self/environ"),
    "a pipe": os.mkfifo,
    "a socket": lambda path: os.mknod(path, stat.S_IFSOCK | 0o600),
    "a folder": Path.mkdir,
}


def replaced(name: str, what: str) -> Callable[[Path], object]:
    """Move a file outside, and put something else in its place."""

    def do(folder: Path) -> None:
        (outside := folder.parents[1] / "outside").mkdir(exist_ok=True)
        if (folder / name).exists():
            (folder / name).replace(outside / name)
        REPLACEMENTS[what](folder / name)

    return do


def inner_link(name: str) -> Callable[[Path], object]:
    """Replace a file by a link to itself in a folder below."""

    def do(folder: Path) -> None:
        (folder / "real").mkdir(exist_ok=True)
        (folder / name).rename(folder / "real" / name)
        (folder / name).symlink_to(f"real/{name}")

    return do


def replacements(*names: str) -> list[Damage]:
    """Each file replaced by everything that is not a file or leads elsewhere, and by a link that is
    sound."""
    return [
        Damage(f"{name} is {what}", replaced(name, what)) for name in names for what in REPLACEMENTS
    ] + [
        Damage(f"{name} is a link within the folder", inner_link(name), ends="opened") for name in names
    ]


def lay_traps(workplace: Path, model: Path) -> None:
    """Make the folder outside, with a whole model in it, and the evil modules."""
    shutil.copytree(model, workplace / "outside")
    shutil.copyfile(model / TOKENIZER, workplace / "outside" / "tokenizer.4.0.0.json")
    (workplace / "evil").mkdir()
    for name in ("evil", "evil_model"):
        code = f"import os\nos.mkdir({str(workplace / 'sprung')!r})\nclass Evil: pass\n"
        (workplace / "evil" / f"{name}.py").write_text(code)


def naming(file: str, key: str) -> Callable[[Path], object]:
    """Name a tokenizer outside of the folder in a file of another."""

    def do(folder: Path) -> None:
        (outside := folder.parents[1] / "outside").mkdir(exist_ok=True)
        path = shutil.copyfile(folder / TOKENIZER, outside / "tokenizer.4.0.0.json")
        changed(file, **{key: [str(path)] if key.endswith("s") else str(path)})(folder)

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
ENTRY_VALUES: dict[Any, list[Any]] = {  # none is that of BIAS
    "dtype": ["F64", "F16", "I64", "BOOL", "U8", "F8_E4M3", "f32", "", "\x1b[2J", "x" * 10**6, 5, None, ["F32"]],
    "shape": [[10**4000] * 8, [2**62, 2**62], [-1], [0], [1024.0], [math.nan, 1], [1] * 9, [1] * 5000,
              [1] * 100 + [1024], "23", [1025]],
    "data_offsets": [[0, 10**4000], [-8, 0], [0, 2**40], [2**30, 2**31], [8, 16], [0], [24, 0], [-24, 0]],
}  # fmt: skip
ENTRIES: dict[str, Callable[[Path], object]] = {
    **{f"an entry that is {value!r}": entry(value) for value in (5, {})},
    **{f"an entry without {name}": entry(**{name: ...}) for name in ENTRY_VALUES},
    **{f"{name} {ascii(value)[:40]}": entry(**{name: value})
       for name, values in ENTRY_VALUES.items() for value in values},
}  # fmt: skip
DEEP = "[" * 300 + "]" * 300
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
    Damage("a header of 100 MB", long_header(WEIGHTS), DAMAGED, WEIGHTS),
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
    Damage("a deep config.json", content(CONFIG, '{"x": ' + "[" * 10**6), DAMAGED, "nested too deeply", ()),
    Damage("a config.json of 300 brackets", content(CONFIG, DEEP), DAMAGED, CONFIG, ()),
    Damage("a tokenizer.json of a million brackets", content(TOKENIZER, "[" * 10**6), DAMAGED, TOKENIZER, ()),
    Damage("a number of 5,000 digits", content(CONFIG, f'{{"a": {"1" * 5000}}}'), DAMAGED, "too many digits", ()),
    Damage("text for a number", changed(CONFIG, image_token_id="x"), InvalidConfiguration, "image_token_id", ()),
    Damage("a config.json of 8 MB", grown(CONFIG, 2**23 + 1), DAMAGED, CONFIG),
    *rows({ascii(name[:20]): name for name in SHARD_NAMES},
          lambda name: indexed(json.dumps({"weight_map": {"a": name}})), DAMAGED, INDEX),
    Damage("an index without a map", indexed("{}"), DAMAGED, INDEX),
    *rows({f"a map {value}": value for value in ({}, [], {"a": 5}, {"a": None}, None)},
          lambda value: indexed(json.dumps({"weight_map": value})), DAMAGED, INDEX),
    *HUGE,
    Damage("millions of patches", changed(CONFIG, **{"vision_config/image_size": 2**14, "vision_config/patch_size": 1}),
           InvalidConfiguration, "max_position_embeddings"),
    *(Damage(name, changed(CONFIG, **{key: value}), InvalidConfiguration, key.rpartition("/")[2])
      for name, (key, value) in SETTINGS.items()),
    *(Damage(f"the setting {name} {value}", changed(SAMPLING, do_sample=True, **{name: value}),
             InvalidConfiguration, name, ("ask",))
      for name, value in (("temperature", -1), ("top_p", math.nan), ("top_k", 0.5), ("min_p", 7))),
    *(Damage(f"another id of {token}", changed(CONFIG, **{key: 7}), InvalidConfiguration, token)
      for key, token in (("image_token_id", "<image>"), ("query_token_id", "<learnable>"))),
    *(Damage(f"{name} is {what}", replaced(name, what), DAMAGED, name, refusing)
      for what in ("a link that leads outside", "a pipe")
      for name, refusing in ((CONFIG, EVERY), (WEIGHTS, EVERY), (TOKENIZER, EVERY), (SAMPLING, ("ask", "convert")))),
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
      for name in (TOKENIZER, "tokenizer_config.json", "added_tokens.json", "chat_template.jinja", CONFIG)),
    Damage("sampling settings of a terabyte", grown(SAMPLING, 2**40), DAMAGED, SAMPLING, ("ask", "convert")),
    Damage("4 GB of a hole", hole, TensorMismatch, "hole"),
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
    *(Damage(f"a pre-tokenizer {name}", changed(TOKENIZER, pre_tokenizer=part), DAMAGED, "pre_tokenizer")
      for name, part in {
          "that doubles a text 22 times": {"type": "Sequence", "pretokenizers": 22 * [{"type": "ByteLevel"}]},
          "that doubles it twice": {"type": "Sequence", "pretokenizers": 2 * [{"type": "ByteLevel"}]},
          "inside of another": {"type": "Sequence", "pretokenizers": [{"type": "Sequence", "pretokenizers": []}]},
          "of an unknown kind": {"type": "Delimiter"},
          "that is a word": "ByteLevel",
      }.items()),
    Damage("2,000,000 merges", changed(TOKENIZER, **{"model/merges": 2 * 10**6 * [["a", "b"]]}), DAMAGED, "tokens"),
    Damage("20,000 added tokens",
           changed(TOKENIZER, added_tokens=[{"id": n, "content": f"<{n}>", "special": True} for n in range(20000)]),
           DAMAGED, "tokens"),
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
    Damage("an index of a terabyte", grown(INDEX, 2**40), DAMAGED, INDEX),
    Damage("ten million tensors", many_shards, DAMAGED, INDEX, ()),
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
      for name, do in (("cut in two", grown(PICKLE, -(10**5))),
                       ("that is a link", replaced(PICKLE, "a link that leads outside")))),
]  # fmt: skip
# the damages that must be refused; tests/checkpoints/test_damages.py tries them
DAMAGES = {
    "native": MODEL,
    "official": OFFICIAL,
    "sharded": SHARDED,
    "int4": QUANTIZED,
    "trusted": TRUSTED,
}

TOKENIZER_SETTINGS = "tokenizer_config.json"
JINJA = (
    "{{ ''.__class__.__mro__[1].__subclasses__() }}{% for i in range(10**12) %}x{% endfor %}"
    "{{ cycler.__init__.__globals__.os.system('touch SPRUNG') }}{% include '/etc/passwd' %}"
)
AUTO = dict.fromkeys(("AutoConfig", "AutoModel", "AutoTokenizer", "AutoProcessor"), "evil_model.Evil")
PROGRAM = {"x": {"impl": "evil.Evil"}}
CONFIGS = [
    Damage(
        "code for transformers", changed(CONFIG, auto_map=AUTO, trust_remote_code=True), ends="opened"
    ),
    Damage(
        "foreign code", changed(CONFIG, auto_map="evil.Evil", custom_pipelines=PROGRAM), ends="opened"
    ),
    Damage("a long system text", changed(CONFIG, system_prompt="x " * 10**6), ends="any"),
]
TOKENIZERS = [
    Damage("code for transformers",
           changed(TOKENIZER_SETTINGS, auto_map=AUTO, trust_remote_code=True), ends="opened"),
    Damage("a foreign class", changed(TOKENIZER_SETTINGS, tokenizer_class="evil.Evil"), ends="opened"),
    Damage("a template that runs code", content("chat_template.jinja", JINJA), ends="opened"),
    Damage("settings with such a template", changed(TOKENIZER_SETTINGS, chat_template=JINJA), ends="opened"),
    Damage("foreign words",
           changed(TOKENIZER_SETTINGS, vocab_file="/etc/passwd", merges_file="/etc/passwd"), ends="any"),
    Damage("a terabyte of padding", changed(TOKENIZER_SETTINGS, tokenizer_padding={"length": 10**12}), ends="any"),
    Damage("a million letters before each text",
           changed(TOKENIZER, normalizer={"type": "Prepend", "prepend": "x" * 10**6}), ends="any"),
]  # fmt: skip
# the files of a tokenizer in the released layout
SLOW_FILES = ("vocab.json", "merges.txt", "added_tokens.json", "special_tokens_map.json")
# what only a process that is watched can judge: code that may not run, memory, answers that may not
# change; tests/trust/checkpoints.py tries them, and those above
WATCHED = {
    "native": [*CONFIGS, *TOKENIZERS, Damage("300 brackets for sampling", content(SAMPLING, DEEP), ends="any")],
    "official": [Damage("4 GB of a hole", hole)],
    "sharded": [Damage("4 GB of a hole", hole)],
    "int4": [Damage("4 GB of a hole", hole), *CONFIGS],
    "slow": [
        *(Damage(f"a {name} of a terabyte", grown(name, 2**40)) for name in SLOW_FILES),
        *(Damage(f"an id of the end that is {value}", changed("vocab.json", **{"<|endoftext|>": value}), ends="any")
          for value in (-1, 2**40, "x", None, [1])),
    ],
}  # fmt: skip
