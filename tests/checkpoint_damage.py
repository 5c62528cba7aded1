"""What can be wrong with the files of a model: safetensors headers, JSON, links, pipes, devices and pickles.

A damage is applied to a copy made of hard links, so that a file is removed before another one is written.
`WORKPLACE/outside` holds a model that must never be read, `WORKPLACE/evil` code that must never run.
"""

from __future__ import annotations

import json
import math
import os
import pickle
import re
import shutil
import socket
from collections.abc import Callable
from copy import deepcopy
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from hypothesis import strategies as st

from damages import join, split
from edited_bytes import edited


@dataclass(frozen=True)
class Damage:
    """`apply` does it to a folder; the model must then be refused, opened (with its answer unchanged) or either."""

    what: str
    apply: Callable[[Path], Any]
    expected: str = "any"  # any, refused, opened


def refused(damage: Damage) -> Damage:
    return replace(damage, expected="refused")


def harmless(damage: Damage) -> Damage:
    return replace(damage, expected="opened")


def put(path: Path, content: bytes | str) -> None:
    path.unlink(missing_ok=True)
    path.write_bytes(content if isinstance(content, bytes) else content.encode("utf-8", "surrogatepass"))


def written(name: str, content: bytes | str) -> Damage:
    return Damage(f"{name} is {content[:40]!r}", lambda folder: put(folder / name, content))


def changed(name: str, **values: Any) -> Damage:
    """Set keys of a JSON file; `part__key` sets one a level down."""

    def apply(folder: Path) -> None:
        data = json.loads((folder / name).read_text()) if (folder / name).exists() else {}
        for key, value in values.items():
            part, _, leaf = key.rpartition("__")
            (data.setdefault(part, {}) if part else data)[leaf or key] = value
        put(folder / name, json.dumps(data))

    return Damage(f"{name}: {values!r}", apply)


def huge(name: str) -> Damage:
    """A file of 4 TB that takes no room on the disk."""
    return refused(
        Damage(f"{name} is huge", lambda folder: (put(folder / name, "{}"), os.truncate(folder / name, 2**42)))
    )


# JSON

DEEP: Any = json.loads("[" * 300 + "]" * 300)
EVIL: list[Any] = [
    *(None, True, False, 0, -1, 1, 2, 3, 7, 16, 33, 64, 1024, 10**6, 2**31, 2**53, 2**63, 2**64, 10**400, -(10**4000)),
    *(0.5, -0.5, 1.0, 1e308, 5e-324, math.nan, math.inf, -math.inf),
    *("", "x", "32", "float32", "float16", "bfloat16", "../outside/model", "/etc/passwd", "evil.Evil", "\0", "\ud800"),
    *("\x1b[2J\x07", "a\nb", "x" * 100_000, "{{ ''.__class__.__mro__ }}", "gelu", "relu", "flash_attention_2"),
    *([], [0], [2], [[]], [None], {}, {"a": 1}, {"": None}, [1] * 1000, DEEP),
]
KEYS = re.findall(
    r"\w+",
    """to_dict end_token_id visual_tokens _sizes auto_map attribute_map num_labels problem_type __class__ __init__
keys _attn_implementation attn_implementation dtype quantization_config pruned_heads name_or_path
trust_remote_code vocab vocab_file tokenizer_file gguf_file fast_tokenizer_files init_inputs tokenizer_object
post_processor added_tokens_decoder rope_scaling partial_rotary_factor per_layer_config layer_types merges
transformers_version token extra_special_tokens sub_configs max_length tokenizer_class chat_template
tokenizer_padding tokenizer_truncation unk_id subfolder backend model_type model_input_names padding_side
custom_pipelines eos_token processor_class""",
)
FACTORS = st.sampled_from((-1, 2, 3, 0.5, 10**3, 10**6))


@st.composite
def spoiled(draw: st.DrawFn, data: Any, values: dict[str, list[Any]] | None = None) -> tuple[str, Any]:
    """Change one place of a JSON value: a key added or removed, a number scaled, a value replaced, for the keys of
    `values` often by one of those. Return which place, and the changed value."""
    place = data = deepcopy(data)
    trail = "$"
    while True:
        keys = list(place) if isinstance(place, dict) else list(range(len(place)))
        if isinstance(place, dict) and (not keys or draw(st.integers(0, 3)) == 0):
            key = draw(st.sampled_from(KEYS))
            place[key] = deepcopy(draw(st.sampled_from(EVIL)))
            break
        if not keys:
            place.append(deepcopy(draw(st.sampled_from(EVIL))))
            return f"{trail}[0] added", data
        key = draw(st.sampled_from(keys))
        special = (values or {}).get(str(key), [])
        if isinstance(place[key], dict | list) and place[key] and draw(st.integers(0, 9)) < (4 if special else 7):
            trail += f".{key}"
            place = place[key]
            continue
        match draw(st.sampled_from(("remove", "rename", "scale", "reverse", *["replace"] * 6))):
            case "remove":
                del place[key]
                return f"{trail}.{key} removed", data
            case "rename" if isinstance(place, dict):
                new = draw(st.sampled_from(("", "\x1b[2J", "\ud800", "a\nb", "x" * 300_000, "__metadata__", "../x")))
                place[new] = place.pop(key)
                key = new
            case "scale" if isinstance(place[key], int | float) and abs(place[key]) < 2**64:
                place[key] = place[key] * draw(FACTORS) + draw(st.integers(-1, 1))
            case "reverse" if isinstance(place[key], list) and len(place[key]) > 1:
                place[key] = place[key][::-1]
            case _:
                place[key] = deepcopy(draw(st.sampled_from(special * 5 + EVIL)))
        break
    return f"{trail}.{str(key)[:40]!a} = {str(place[key])[:100]!a}", data


@st.composite
def spoiled_text(draw: st.DrawFn, text: bytes) -> bytes:
    """Change the bytes of a text: blindly, by a piece that parsers stumble over, or by another encoding."""
    pieces = (b"\xff\xfe", b"\0", b"NaN", b"Infinity", b'"', b"{", b"}", b"[" * 5000, b"9" * 5000, b"\xed\xa0\x80")
    match draw(st.sampled_from(("blind", "blind", "piece", "encoding"))):
        case "piece":
            at = draw(st.integers(0, len(text)))
            return text[:at] + draw(st.sampled_from(pieces)) + text[at:]
        case "encoding":
            return text.decode().encode(draw(st.sampled_from(("utf-16", "utf-32", "utf-8-sig"))))
    return draw(edited(text))


@st.composite
def file_damage(draw: st.DrawFn, folder: Path, *patterns: str) -> Damage:
    """Damage one of the files of a sound folder that match the patterns."""
    path = draw(st.sampled_from([path for pattern in patterns for path in sorted(folder.glob(pattern))]))
    text = path.read_bytes()
    if path.suffix != ".json" or draw(st.integers(0, 4)) == 0:
        return Damage(f"{path.name}: bytes", written(path.name, draw(spoiled_text(text))).apply)
    what, data = draw(spoiled(json.loads(text)))
    if draw(st.integers(0, 4)) == 0:
        more, data = draw(spoiled(data))
        what += f" and {more}"
    return Damage(f"{path.name}: {what}", written(path.name, json.dumps(data)).apply)


# Safetensors

DTYPES = ["F64", "F16", "I64", "BOOL", "U8", "F8_E4M3", "f32", "", "x" * 10_000, 5, None, ["F32"]]
SHAPES = [[10**4000] * 8, [2**62, 2**62], [-1], [0], [1.0], [math.nan, 1], [1] * 9, [1] * 5000]


@st.composite
def header_damage(draw: st.DrawFn, folder: Path) -> Damage:
    """Damage a header in its length, its text or its entries, or the tensors' bytes, which no header can tell."""
    path = draw(st.sampled_from(sorted(folder.glob("*.safetensors"))))
    head, body = split(path)
    text, size, expected = json.dumps(head).encode(), path.stat().st_size, "any"
    match draw(st.sampled_from(("length", "text", "cut", "tensors", "twice", *["entry"] * 5))):
        case "length":
            lengths = (0, 1, 2, size - 8, size - 7, size, 2**31, 2**63, 2**64 - 1)
            what, content = "length", join(head, body, draw(st.sampled_from(lengths) | st.integers(0, 2**64 - 1)))
        case "text":
            length = draw(st.sampled_from((None, None, len(text))))
            what, content = "header's text", join(draw(spoiled_text(text)), body, length)
        case "cut":
            cut = draw(st.integers(1, 64))
            what, content = (
                "length of the file",
                draw(st.sampled_from((path.read_bytes()[:-cut], path.read_bytes() + bytes(cut)))),
            )
        case "tensors":
            at, new = draw(st.integers(0, len(body) - 1)), draw(st.sampled_from((b"\0", b"\xff", b"\x7f", b"\x3c\x99")))
            length = min(draw(st.sampled_from((1, 4, 4096))), len(body) - at)
            what, content = "tensors", join(head, body[:at] + (new * length)[:length] + body[at + length :])
        case "twice":
            name = draw(st.sampled_from([name for name in head if name != "__metadata__"]))
            entries = (json.dumps(head[name]), '{"dtype":"F32","shape":[1],"data_offsets":[0,4]}', "5")
            doubled = f"{{{json.dumps(name)}: {draw(st.sampled_from(entries))}, {text.decode()[1:]}"
            what, content, expected = f"{name} twice", join(doubled.encode(), body), "refused"
        case _:
            end = len(body)
            offsets = [[0, 10**4000], [-8, end], [end, 0], [0, end], [end * 10, end * 20], [8, 16]]
            what, head = draw(spoiled(head, {"dtype": DTYPES, "shape": SHAPES, "data_offsets": offsets}))
            content = join(head, body)
    return Damage(f"{path.name}: {what}", written(path.name, content).apply, expected)


def _long_header(filler: bytes, name: str = "model.safetensors") -> Damage:
    """A header of 100 MB, the most that the format allows."""

    def apply(folder: Path) -> None:
        head, body = split(folder / name)
        text, room = json.dumps(head).encode(), 100 * 10**6 - 1000 - len(json.dumps(head))
        if filler == b" ":
            text += b" " * room
        elif filler.startswith(b'{"d'):
            entries = (b',"%010d":%b' % (i, filler) for i in range(room // (len(filler) + 14)))
            text = text[:-1] + b"".join(entries) + b"}"
        else:
            text = text[:-1] + b', "x": [' + filler * (room // 3) + b"0]}"
        put(folder / name, join(text, body))

    return refused(Damage(f"{name}: a header of 100 MB of {filler[:4]!r}", apply))


def sparse(rows: int) -> Damage:
    """A file that claims terabytes and holds a kilobyte: its last tensor is a hole."""

    def apply(folder: Path) -> None:
        path = min(folder.glob("*.safetensors"))
        head, _ = split(path)
        name = max((n for n in head if n != "__metadata__"), key=lambda n: head[n]["data_offsets"][1])
        start = head[name]["data_offsets"][0]
        head[name] = {"dtype": "F32", "shape": [rows], "data_offsets": [start, start + 4 * rows]}
        content = join(head, b"")
        put(path, content)
        try:
            os.truncate(path, len(content) + start + 4 * rows)
        except OSError:  # larger than the file system can name
            os.truncate(path, len(content) + start)

    return refused(Damage(f"{rows} values, all a hole", apply))


FILLERS = (b" ", b'{"dtype":"F32","shape":[0],"data_offsets":[0,0]}', b"[],", b"{},")
LONG_HEADERS = [_long_header(filler) for filler in FILLERS]
LONG_ADAPTER = _long_header(b" ", "adapter_model.safetensors")


# Links and what is not a file


def _link_loop(path: Path, workplace: Path) -> None:
    path.symlink_to(path.with_name("loop"))
    path.with_name("loop").symlink_to(path)


def _socket(path: Path, workplace: Path) -> None:
    with socket.socket(socket.AF_UNIX) as made:
        folder = os.open(path.parent, os.O_RDONLY)  # a socket's address is at most 107 bytes
        try:
            made.bind(f"/proc/self/fd/{folder}/{path.name}")
        finally:
            os.close(folder)


def _link_to_sibling(path: Path, workplace: Path) -> None:
    """Out of the folder into one whose name begins like it."""
    sibling = path.parent.with_name(path.parent.name + "-more")
    shutil.copytree(workplace / "outside", sibling, dirs_exist_ok=True)
    path.symlink_to(f"../{sibling.name}/{path.name}")


REPLACEMENTS: dict[str, Callable[[Path, Path], Any]] = {
    "a link that leads outside": lambda path, workplace: path.symlink_to(workplace / "outside" / path.name),
    "a relative link that leads outside": lambda path, _: path.symlink_to(f"../../outside/{path.name}"),
    "a link to a sibling folder": _link_to_sibling,
    "a link to itself": lambda path, _: path.symlink_to(path.name),
    "a loop of links": _link_loop,
    "a link that leads nowhere": lambda path, _: path.symlink_to("gone"),
    "a pipe": lambda path, _: os.mkfifo(path),
    "a socket": _socket,
    "a folder": lambda path, _: path.mkdir(),
    **{f"a link to {target}": lambda path, _, target=target: path.symlink_to(target)
       for target in ("/dev/zero", "/dev/null", "/proc/self/environ")},
}  # fmt: skip


def replaced(name: str, what: str) -> Damage:
    def apply(folder: Path) -> None:
        (folder / name).unlink(missing_ok=True)
        REPLACEMENTS[what](folder / name, folder.parents[1])

    return Damage(f"{name} is {what}", apply, "refused")


def _inner_link(name: str) -> Damage:
    def apply(folder: Path) -> None:
        (folder / "real").mkdir(exist_ok=True)
        (folder / name).rename(folder / "real" / name)
        (folder / name).symlink_to(f"real/{name}")

    return Damage(f"{name} is a link within the folder", apply, "opened")


def replacements(*names: str) -> list[Damage]:
    """Each file replaced by everything that is not a file or leads elsewhere, and by a link that is sound."""
    return [replaced(name, what) for name in names for what in REPLACEMENTS] + [_inner_link(name) for name in names]


class _Trap:
    """Makes a folder when it is unpickled."""

    def __init__(self, path: Path) -> None:
        self.path = str(path)

    def __reduce__(self) -> tuple[Any, ...]:
        return (os.mkdir, (self.path,))


def _pickles(folder: Path) -> None:
    for name in ("pytorch_model.bin", "training_args.bin", "optimizer.pt"):
        (folder / name).write_bytes(pickle.dumps(_Trap(folder.parents[1] / "sprung")))


def _pickles_alone(folder: Path) -> None:
    _pickles(folder)
    for path in folder.glob("*.safetensors*"):
        path.unlink()


TRAPS = [
    replaced("chat_template.jinja", "a pipe"),
    Damage("pickles beside the weights", _pickles, "opened"),
    Damage("pickles alone", _pickles_alone, "refused"),
]


def lay_traps(workplace: Path, model: Path) -> None:
    """Make the folder outside, with a whole model in it, and the evil modules."""
    shutil.copytree(model, workplace / "outside")
    shutil.copyfile(model / "tokenizer.json", workplace / "outside" / "tokenizer.4.0.0.json")
    (workplace / "evil").mkdir()
    for name in ("evil", "evil_model"):
        code = f"import os\nos.mkdir({str(workplace / 'sprung')!r})\nclass Evil: pass\n"
        (workplace / "evil" / f"{name}.py").write_text(code)
