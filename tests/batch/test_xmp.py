"""Description and keywords in XMP packets: what is read, what is kept, what is refused."""

from __future__ import annotations

import re
import tracemalloc
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from flashsloth.batch import xmp
from flashsloth.batch.xmp import DC, RDF, Packet, X

DARKTABLE = Path(__file__).with_name("data") / "darktable.xmp"


def packet(blocks: str, prefixes: str = f'xmlns:rdf="{RDF}" xmlns:dc="{DC}"') -> Packet:
    return Packet(
        f'<x:xmpmeta xmlns:x="{X}"><rdf:RDF {prefixes}>{blocks}</rdf:RDF></x:xmpmeta>'.encode()
    )


def again(made: Packet) -> Packet:
    return Packet(made.encode())


def properties(data: bytes) -> dict[str, str]:
    """The elements of a packet by their path, with their attributes, but without description and
    keywords."""
    found: dict[str, str] = {}

    def walk(element: ET.Element, path: str) -> None:
        if element.tag not in (f"{{{DC}}}description", f"{{{DC}}}subject"):
            found[path] = f"{sorted(element.attrib.items())} {(element.text or '').strip()}"
            for number, child in enumerate(element):
                walk(child, f"{path}/{child.tag}[{number}]")

    walk(ET.fromstring(data), "")
    return found


def test_a_new_packet() -> None:
    made = Packet()
    assert (made.text("description"), made.keywords) == ("", [])
    made.set_text("description", ' <A> & "b"\n\x00\x0b\ud800\ufffe🦥 ')
    made.set_keywords(["red", "blue & green"])
    assert again(made).text("description") == '<A> & "b"\n🦥'
    assert again(made).keywords == ["red", "blue & green"]
    assert made.encode().startswith(
        b'<?xml version="1.0" encoding="UTF-8"?>\n<x:xmpmeta xmlns:x="adobe:ns:meta/">'
    )


def test_the_history_of_darktable_stays() -> None:
    before = DARKTABLE.read_bytes()
    made = Packet(before)
    assert (made.text("description"), made.keywords) == ("", [])
    made.set_text("description", "A lake.")
    made.set_keywords(["lake", "sky"])
    after = made.encode()
    assert properties(after) == properties(before)
    assert len(properties(before)) == 9
    for prefix in re.findall(rb"xmlns:\w+=\S+", before):
        assert after.count(prefix.rstrip(b">")) == 1
    assert b'darktable:multi_name="left &amp; right"' in after
    twice = again(made)
    twice.set_text("description", "A pond.")
    assert properties(twice.encode()) == properties(before)
    assert (twice.text("description"), twice.keywords) == ("A pond.", ["lake", "sky"])
    assert twice.encode().count(b"dc:description") == 2


@pytest.mark.parametrize(
    ("block", "description"),
    [
        ('<rdf:Description dc:description=" plain "/>', "plain"),
        ("<rdf:Description><dc:description>plain</dc:description></rdf:Description>", "plain"),
        ('<rdf:Description><dc:description><rdf:Alt><rdf:li xml:lang="de">See</rdf:li></rdf:Alt></dc:description>'
         "</rdf:Description>", "See"),
        ('<rdf:Description/><rdf:Description><q:description xmlns:q="http://purl.org/dc/elements/1.1/">'
         "<rdf:Alt><rdf:li> </rdf:li><rdf:li>b</rdf:li></rdf:Alt></q:description></rdf:Description>", "b"),
        ("<rdf:Description><dc:description><rdf:Alt><rdf:li><rdf:Description><rdf:value>deep</rdf:value>"
         "</rdf:Description></rdf:li></rdf:Alt></dc:description></rdf:Description>", "deep"),
        ('<rdf:Description><dc:description xmlns:dc="http://else.where/">no</dc:description></rdf:Description>', ""),
        ("<rdf:Description><dc:description><rdf:Alt/></dc:description></rdf:Description>", ""),
        ("<!-- no blocks -->", ""),
    ],
)  # fmt: skip
def test_every_form_of_a_description_is_read_replaced_and_appended_to(
    block: str, description: str
) -> None:
    made = packet(block)
    assert made.text("description") == description
    made.append_text("description", "More.")
    assert again(made).text("description") == f"{description}\nMore.".strip()
    made.set_text("description", "Other.")
    assert again(made).text("description") == "Other."
    # private: what is left of the text before is not the description
    assert list(again(made)._texts("dc:description")) == ["Other."]


@pytest.mark.parametrize(
    "block",
    [
        "<rdf:Description/>",
        '<rdf:Description dc:description="plain"/>',
        '<rdf:Description rdf:about="" dc:rights="mine"/>',
        "<rdf:Description><dc:description>plain</dc:description></rdf:Description>",
    ],
)
def test_a_block_without_elements_is_used(block: str) -> None:
    made = packet(block)
    made.set_text("description", "Other.")
    made.set_keywords(["a"])
    assert made.encode().count(b"</rdf:Description>") == 1
    assert made.encode().count(b"<rdf:Description") == 1


def test_carriage_returns_of_another_program_stay() -> None:
    """As characters of its text; a literal one would be read as a newline."""
    title = "<dc:title><rdf:Alt><rdf:li>a&#13;&#10;b&#xD;</rdf:li></rdf:Alt></dc:title>"
    rights = '<rdf:Description dc:rights="c&#13;d">&#13;'
    made = packet(f"{rights}{title}</rdf:Description>")
    before = {element.text for element in made.root.iter()}
    assert "a\r\nb\r" in before
    made.set_text("description", "One.\r\nTwo.\rThree.")
    made.append_text("title", "More.")
    encoded = made.encode()
    assert encoded.count(b"&#13;") == 3
    assert b"\r" not in encoded
    assert again(made).text("title") == "a\r\nb\nMore."
    assert again(made).text("description") == "One.\nTwo.\nThree."


def test_appending_keeps_other_languages() -> None:
    items = '<rdf:li xml:lang="de">See</rdf:li><rdf:li xml:lang="x-default">Lake</rdf:li>'
    made = packet(
        f"<rdf:Description><dc:description><rdf:Alt>{items}</rdf:Alt></dc:description></rdf:Description>"
    )
    assert made.append_text("description", "Blue.")
    assert list(again(made)._texts("dc:description")) == ["See", "Lake\nBlue."]
    assert not again(made).append_text("description", "Blue.")


@pytest.mark.parametrize("name", ["description", "subject"])
def test_nested_items_are_one_text(name: str) -> None:
    """Each within the next, their text would be as often in memory as they are deep."""
    size, depth = 2**21, 90
    tracemalloc.start()
    made = packet(
        f"<dc:Thing><dc:{name}>{'<rdf:li>' * depth}{'x' * size}{'</rdf:li>' * depth}</dc:{name}></dc:Thing>"
    )
    assert [len(text) for text in (made.text("description"), *made.keywords) if text] == [size]
    assert tracemalloc.get_traced_memory()[1] < 12 * size
    tracemalloc.stop()


def test_instructions_and_comments_stay() -> None:
    before = '<?xpacket begin="\ufeff" id="W5M0MpCehiHzreSzNTczkc9d"?>\n<!-- one -->\n'
    inside = '<?a b="c"?><!-- two --><rdf:Description><?d?></rdf:Description>'
    after = "\n<!-- three -->\n<?xpacket end='w'?>\n"
    root = f'<x:xmpmeta xmlns:x="{X}"><rdf:RDF xmlns:rdf="{RDF}" xmlns:dc="{DC}">{inside}</rdf:RDF></x:xmpmeta>'
    made = Packet(f"{before}{root}{after}".encode())
    assert made.encode().decode() == f'<?xml version="1.0" encoding="UTF-8"?>\n{before}{root}{after}'
    made.set_text("description", "A lake.")
    text = made.encode().decode()
    assert all(part in text for part in (before, after, '<?a b="c"?><!-- two -->', "<?d?>"))
    assert again(made).text("description") == "A lake."


def test_prefixes_with_another_meaning() -> None:
    """Whatever `dc` and `rdf` mean around it, what is written is in the right namespaces."""
    root = f'<R:RDF xmlns:R="{RDF}" xmlns:dc="http://else.where/" xmlns:rdf="http://not.rdf/">'
    made = Packet(f'{root}<R:Description R:about="uuid:7" dc:description="theirs"/></R:RDF>'.encode())
    assert made.text("description") == ""
    made.set_text("description", "ours")
    root = ET.fromstring(made.encode())
    assert [each.text for each in root.iter(f"{{{RDF}}}li")] == ["ours"]
    assert root.find(f"{{{RDF}}}Description/{{{DC}}}description/{{{RDF}}}Alt") is not None
    assert root[0].attrib["{http://else.where/}description"] == "theirs"


def test_a_new_block_is_about_what_the_others_are() -> None:
    made = packet('<dc:Thing rdf:about="uuid:7"/>')
    made.set_keywords(["a"])
    assert ET.fromstring(made.encode())[0][1].attrib == {f"{{{RDF}}}about": "uuid:7"}


MANY = " ".join(f"xmlns:a{n}='{n}'" for n in range(1001))
BOMB = "".join(f'<!ENTITY a{n} "{f"&a{n - 1};" * 10}">' for n in range(1, 10))


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"", "no element"),
        (b"dear diary", "syntax error"),
        (b"<html><body/></html>", "no rdf:RDF"),
        (f'<x:xmpmeta xmlns:x="{X}"/>'.encode(), "no rdf:RDF"),
        (f'<rdf:RDF xmlns:rdf="{RDF}">'.encode(), "no element"),
        (
            f'<!DOCTYPE a [<!ENTITY a0 "x">{BOMB}]><rdf:RDF xmlns:rdf="{RDF}">&a9;</rdf:RDF>'.encode(),
            "document type",
        ),
        (
            f'<!DOCTYPE a SYSTEM "file:///etc/passwd"><rdf:RDF xmlns:rdf="{RDF}"/>'.encode(),
            "document type",
        ),
        (f'<rdf:RDF xmlns:rdf="{RDF}"><no:prefix/></rdf:RDF>'.encode(), "prefix"),
        (f'<rdf:RDF xmlns:rdf="{RDF}">{"<a>" * 200}{"</a>" * 200}</rdf:RDF>'.encode(), "too many"),
        *(
            (f'<rdf:RDF xmlns:rdf="{RDF}">{part * 200_001}</rdf:RDF>'.encode(), "too many")
            for part in ("<a/>", "<?a?>")
        ),
        (f'<rdf:RDF xmlns:rdf="{RDF}" {MANY}/>'.encode(), "many"),
        (b" " * (xmp.MAX_BYTES + 1), "more than 16 MB"),
        (b'<?xml version="1.0" encoding="no-such"?><a/>', "encoding"),
    ],
)
def test_what_is_not_xmp_is_refused(data: bytes, reason: str) -> None:
    with pytest.raises(ValueError, match=reason):
        Packet(data)


@settings(max_examples=300, deadline=None)
@given(st.data())
def test_damage_raises_only_value_errors_and_what_is_read_can_be_written(data: st.DataObject) -> None:
    damaged = bytearray(DARKTABLE.read_bytes())
    for _ in range(data.draw(st.integers(1, 4))):
        damaged[data.draw(st.integers(0, len(damaged) - 1))] = data.draw(
            st.sampled_from(b"<>/:='\" aZ&;!-]\n\0\xff")
        )
    try:
        made = Packet(bytes(damaged))
    except ValueError:
        return
    made.set_text("description", "A lake.")
    assert again(made).text("description") == "A lake."


@given(st.text())
def test_any_text_can_be_written(text: str) -> None:
    made = Packet()
    made.set_text("description", text)
    assert (
        again(made).text("description")
        == xmp.clean(text).replace("\r\n", "\n").replace("\r", "\n").strip()
    )
