"""Read and write the title, description and keywords of an XMP packet. Everything else in the packet is
kept, such as elements, prefixes, comments and processing instructions of other programs.

What FlashSloth writes is recorded in the packet, in a namespace of our own (OURS): the model, the date,
the length and the digest of each text, and the keywords. So `own_text` and `own_keywords` know what is
ours, and that a person has not changed it since.

The prefixes of names are kept as they are written, because some programs find darktable's properties
only by their prefixes. ElementTree would drop them, so this module parses with expat and resolves the
names itself.

A sidecar is untrusted. A packet is refused if it is too large, too deeply nested, or has too many
elements. A document type is refused too, because it could define entities. The source of the format is
the XMP specification, parts 1 and 2.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any
from xml.etree import ElementTree as ET
from xml.parsers import expat

MAX_BYTES = 16 * 2**20  # this is large because darktable's drawn masks take megabytes
MAX_ELEMENTS = 200_000
MAX_DEPTH = 100
MAX_PREFIXES = 1000
X = "adobe:ns:meta/"
RDF = "http://www.w3.org/1999/02/22-rdf-syntax-ns#"
DC = "http://purl.org/dc/elements/1.1/"
OURS = "flashsloth:ns:sidecar/1.0/"
PREFIXES = {
    "dc": DC,
    "rdf": RDF,
    "flashsloth": OURS,
    "digiKam": "http://www.digikam.org/ns/1.0/",
    "lr": "http://ns.adobe.com/lightroom/1.0/",
    "MicrosoftPhoto": "http://ns.microsoft.com/photo/1.0/",
}
# Lists in which other programs keep keywords with their parents: digiKam reads the first of its lists
# that has entries. For each list the text between a parent and a keyword, and the kind of list.
LISTS = {
    "digiKam:TagsList": ("/", "Seq"),
    "MicrosoftPhoto:LastKeywordXMP": ("/", "Bag"),
    "lr:hierarchicalSubject": ("|", "Bag"),
}
# What cameras write into every picture
CAMERA_TEXT = re.compile(
    r"\s*|((OLYMPUS|MINOLTA|KONICA MINOLTA|KODAK|PENTAX|SAMSUNG|SANYO) )?DIGITAL (STILL )?CAMERA|SONY DSC"
)
NOT_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
EMPTY = f'<x:xmpmeta xmlns:x="{X}"><rdf:RDF xmlns:rdf="{RDF}"/></x:xmpmeta>'.encode()


class Packet:
    """An XMP packet. Raises: ValueError with the reason if the bytes are not an XMP packet."""

    def __init__(self, data: bytes = EMPTY) -> None:
        if len(data) > MAX_BYTES:
            raise ValueError(f"it has more than {MAX_BYTES >> 20} MB")
        self._is_new = data is EMPTY
        self._tree = ET.TreeBuilder(insert_comments=True, insert_pis=True)
        self._counts = [0, 0]  # numbers of elements and of prefixes
        # The instructions and comments before the root element, and those after it.
        self._around: tuple[list[str], list[str]] = ([], [])
        # For each open element, the namespaces by prefix.
        self._prefixes: list[dict[str, str]] = [{"xml": "xml", "xmlns": "xmlns"}]
        self._scopes: dict[ET.Element, dict[str, str]] = {}
        parser = expat.ParserCreate()
        parser.buffer_text = True
        parser.StartDoctypeDeclHandler = self._refuse_doctype
        parser.StartElementHandler = self._start
        parser.EndElementHandler = self._end
        parser.CharacterDataHandler = self._tree.data
        parser.CommentHandler = self._comment
        parser.ProcessingInstructionHandler = self._instruction
        try:
            parser.Parse(data, True)
        except (expat.ExpatError, LookupError) as error:
            raise ValueError(str(error)) from error
        self.root = self._tree.close()
        within = [] if self._name(self.root) != f"{X} xmpmeta" else [*self.root]
        rdf = next((each for each in (self.root, *within) if self._is(each, "RDF")), None)
        if rdf is None:
            raise ValueError("it has no rdf:RDF")
        self._rdf = rdf

    def text(self, name: str) -> str:
        """Return the first `title` or `description` that somebody wrote, in any language."""
        return first_text(self._texts(f"dc:{name}"))

    @property
    def keywords(self) -> list[str]:
        """The distinct keywords."""
        return self.items("dc:subject")

    def items(self, name: str) -> list[str]:
        """Return the distinct texts of a property. Its name has one of PREFIXES."""
        return list(dict.fromkeys(filter(None, self._texts(name))))

    def set_text(self, name: str, text: str) -> None:
        """Replace the `title` or `description` in all languages by one text for all languages."""
        self._replace(f"dc:{name}", "Alt", [text], {"xml:lang": "x-default"})

    def append_text(self, name: str, text: str) -> bool:
        """Append lines to the `title` or `description`. They are appended to the text for all languages
        if there is one, else to the first text. If the text in any language already has these lines,
        return False and change nothing."""
        if any(f"\n{clean(text)}\n" in f"\n{each}\n" for each in self._texts(f"dc:{name}")):
            return False
        items = [
            item
            for each in self._properties(f"dc:{name}")
            for item in each.iter()
            if self._is(item, "li")
        ]
        items = [item for item in items if (item.text or "").strip()]
        items.sort(key=lambda item: item.get("xml:lang") != "x-default")
        if items:
            items[0].text = f"{(items[0].text or '').strip()}\n{clean(text)}"
        else:
            self.set_text(name, f"{self.text(name)}\n{text}")
        return True

    def set_keywords(
        self, words: Sequence[str], elsewhere: Mapping[str, Sequence[str]] | None = None
    ) -> None:
        """Replace the keywords. The lists of other programs get the new ones, and lose those that are
        gone, if they have entries. If there were no keywords here, those of the picture count, and its
        lists: `elsewhere` has them by the names `keywords` and those of LISTS."""
        known = set(self.keywords)
        inside = {} if known or elsewhere is None else elsewhere
        known.update(inside.get("keywords", ()))
        gone = known.difference(words)
        self._replace("dc:subject", "Bag", words, {})
        for name, (separator, container) in LISTS.items():
            before = self.items(name) or inside.get(name, ())
            entries = [each for each in before if each.rpartition(separator)[2] not in gone]
            leaves = {each.rpartition(separator)[2] for each in entries}
            new = [each.replace(separator, " ") for each in words if each not in known]
            entries += [each for each in new if each not in leaves]
            if before:
                self._replace(name, container, entries, {})

    # ---- what we wrote

    def own_text(self, name: str, text: str) -> str:
        """Return the end of a `title` or `description` that is ours, or all of it. Return "" if it is
        not as we wrote it, or if there are texts in other languages."""
        length, _, digest = next(self._texts(f"flashsloth:{name}Digest"), "").partition(" ")
        own = text[-int(length) :] if length.isdecimal() and len(length) < 9 else ""
        others = set(self.items(f"dc:{name}")) - {text}
        before = text[: len(text) - len(own)]
        is_own = own and digest == _digest(own) and not others and before[-1:] in ("", "\n")
        return own if is_own else ""

    @property
    def own_keywords(self) -> list[str]:
        """The keywords that are ours and were not removed since."""
        ours = set(self.items("flashsloth:ownKeywords"))
        return [each for each in self.keywords if each in ours]

    def sign(self, model: str, texts: Mapping[str, str], keywords: Sequence[str]) -> None:
        """Record which texts, by name, and which keywords are ours."""
        now = datetime.now(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")
        signed = {"model": model, "date": now}
        signed |= {f"{name}Digest": f"{len(text)} {_digest(text)}" for name, text in texts.items()}
        for name, value in signed.items():
            self._replace(f"flashsloth:{name}", "", [value], {})
        self._replace("flashsloth:ownKeywords", "Bag", keywords, {})

    def encode(self) -> bytes:
        """Return the packet as UTF-8 with an XML declaration, in the same way as darktable and exiv2
        write sidecars."""
        if self._is_new:
            ET.indent(self.root, " ")
        before, after = self._around
        # A carriage return in a text of another program was written as &#13;, as every reader would
        # turn a literal one into a newline. In attributes ElementTree writes it so.
        text = ET.tostring(self.root, encoding="unicode").rstrip().replace("\r", "&#13;")
        return "\n".join(('<?xml version="1.0" encoding="UTF-8"?>', *before, text, *after, "")).encode()

    # ---- parsing

    def _refuse_doctype(self, *_: object) -> None:
        raise ValueError("it has a document type")

    def _start(self, tag: str, attributes: dict[str, str]) -> None:
        scope = self._prefixes[-1]
        declared = {
            name[6:]: uri
            for name, uri in attributes.items()
            if name == "xmlns" or name.startswith("xmlns:")
        }
        if declared:
            scope = {**scope, **declared}
        self._prefixes.append(scope)
        self._count(len(declared))
        if not all(name.partition(":")[0] in scope for name in (tag, *attributes) if ":" in name):
            raise ValueError("it has a prefix without a namespace")
        self._scopes[self._tree.start(tag, attributes)] = scope

    def _end(self, tag: str) -> None:
        self._tree.end(tag)
        self._prefixes.pop()

    def _comment(self, text: str) -> None:
        self._add(f"<!--{text}-->", self._tree.comment, text)

    def _instruction(self, target: str, data: str) -> None:
        self._add(f"<?{f'{target} {data}'.rstrip()}?>", self._tree.pi, target, data)

    def _add(self, source: str, add: Callable[..., object], *texts: str) -> None:
        """Add a comment or an instruction inside the root element to the tree. If it is outside of the
        root, keep its `source`."""
        self._count()
        if len(self._prefixes) > 1:
            add(*texts)
        else:
            self._around[bool(self._scopes)].append(source)

    def _count(self, prefixes: int = 0) -> None:
        self._counts[0] += 1
        self._counts[1] += prefixes
        if (
            self._counts[0] > MAX_ELEMENTS
            or self._counts[1] > MAX_PREFIXES
            or len(self._prefixes) > MAX_DEPTH
        ):
            raise ValueError("it has too many elements")

    # ---- properties

    def _name(self, element: ET.Element, attribute: str | None = None) -> str:
        """Return the name of an element, or of its attribute, in the form "NAMESPACE NAME"."""
        name = element.tag if attribute is None else attribute
        # For a comment the tag is a function and not a text.
        prefix, _, local = name.rpartition(":") if isinstance(name, str) else ("", "", "")
        return f"{self._scopes.get(element, {}).get(prefix, '')} {local}"

    def _is(self, element: ET.Element, name: str) -> bool:
        return self._name(element) == f"{RDF} {name}"

    def _properties(self, name: str) -> Iterator[ET.Element]:
        name = _expanded(name)
        return (each for block in self._rdf for each in block if self._name(each) == name)

    def _texts(self, name: str) -> Iterator[str]:
        """Yield the texts of a property. It may be written as an attribute, an element with text, or a
        list."""
        for block in self._rdf:
            yield from (block.attrib[each].strip() for each in self._attributes(block, name))
        for each in self._properties(name):
            items = list(self._items(each)) or [each]
            yield from ("".join(item.itertext()).strip() for item in items)

    def _items(self, element: ET.Element) -> Iterator[ET.Element]:
        """Yield the items of a list. An item inside another item is a part of the text of that item."""
        for each in element:
            yield from [each] if self._is(each, "li") else self._items(each)

    def _attributes(self, block: ET.Element, name: str) -> list[str]:
        """Return the attributes of a block with this name, which has one of PREFIXES."""
        name = _expanded(name)
        return [each for each in block.attrib if ":" in each and self._name(block, each) == name]

    def _replace(
        self, name: str, container: str, texts: Sequence[str], attributes: dict[str, str]
    ) -> None:
        """Replace a property by a list of texts, or without a `container` by the only text."""
        full_name = _expanded(name)
        for block in self._rdf:
            for attribute in self._attributes(block, name):
                del block.attrib[attribute]
            for each in [each for each in block if self._name(each) == full_name]:
                block.remove(each)
        if not texts:
            return
        block = next((each for each in self._rdf if self._is(each, "Description")), None)
        if block is None:  # an element without others inside is false
            # the new block has the `rdf:about` of the others, as XMP requires
            about = [
                each.attrib[attribute]
                for each in self._rdf
                for attribute in self._attributes(each, "rdf:about")
            ]
            block = self._sub(self._rdf, "rdf:Description", {"rdf:about": about[0] if about else ""})
        made = self._sub(block, name, {})
        if container:
            items = self._sub(made, f"rdf:{container}", {})
            for text in texts:
                self._sub(items, "rdf:li", attributes).text = clean(text)
            ET.indent(made, " ", 3)
        else:
            made.text = clean(texts[0])
        made.tail = "\n"

    def _sub(self, parent: ET.Element, tag: str, attributes: dict[str, Any]) -> ET.Element:
        """Add an element with one of our prefixes. The element declares the prefix if the parent does
        not know it, or uses it for another namespace."""
        scope = self._scopes[parent]
        prefixes = {name.partition(":")[0] for name in (tag, *attributes)} & PREFIXES.keys()
        declared = {
            prefix: PREFIXES[prefix]
            for prefix in sorted(prefixes)
            if scope.get(prefix) != PREFIXES[prefix]
        }
        element = ET.SubElement(
            parent, tag, {f"xmlns:{prefix}": uri for prefix, uri in declared.items()} | attributes
        )
        self._scopes[element] = {**scope, **declared}
        return element


def first_text(texts: Iterable[str]) -> str:
    """Return the first text that is neither empty nor written by a camera, or ""."""
    return next((each for each in texts if not CAMERA_TEXT.fullmatch(each)), "")


def _expanded(name: str) -> str:
    """Return a name with one of PREFIXES in the form "NAMESPACE NAME"."""
    prefix, _, local = name.partition(":")
    return f"{PREFIXES[prefix]} {local}"


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def clean(text: str) -> str:
    """Return a text without characters that XML does not allow, with newlines alone as line ends, and
    without white space around it."""
    return NOT_XML.sub("", text).replace("\r\n", "\n").replace("\r", "\n").strip()
