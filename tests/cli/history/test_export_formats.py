"""Exported conversations."""

from __future__ import annotations

from dataclasses import replace

from cli.conftest import exported
from flashsloth.history.store import History


def test_models_and_system_text(cli, history: History) -> None:

    session = history.find("00c")
    models = ("nano", "flashsloth", "nano", "flashsloth-hd")
    turns = [replace(session.turns[0], model=model, images=int(not at)) for at, model in enumerate(models)]
    session = history.save(replace(session, model="flashsloth-hd", turns=tuple(turns), system="Be <brief>.\nBe kind."))
    page, text = (exported(cli, form) for form in ("html", "md"))
    for document in (page, text):
        assert "nano, then flashsloth, then flashsloth-hd, " in document
    assert '<p class="about system">System text: Be &lt;brief&gt;.\nBe kind.</p>' in page
    assert "\n\nSystem text: Be &lt;brief>.\nBe kind.\n\n" in text

    session = history.save(replace(session, system=""))
    assert "System text: (none)" in exported(cli, "md")


def test_text_is_neither_markup_nor_a_link(cli, history: History) -> None:
    session = history.find("00c")
    answer = "<script>alert(1)</script> [a](javascript:b) ![c](http://d)\n\n[e]: f\n\n1 < 2 & [g] &lt;"
    history.save(replace(session, turns=(replace(session.turns[0], answer=answer, question="</div><b>"),)))
    page, text = (exported(cli, form) for form in ("html", "md"))
    assert "<script>" not in page
    assert "</div><b>" not in page
    assert "> &lt;/div>&lt;b>" in text
    assert "&lt;script>alert(1)&lt;/script> [a&#93;(javascript:b) ![c&#93;(http://d)" in text
    assert "[e&#93;: f\n\n1 < 2 & [g] &amp;lt;" in text
