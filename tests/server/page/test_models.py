"""The page of a server with several models: each conversation has its own."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from PIL import Image

import flashsloth
from server.helpers import RunningServer, serving_models
from server.page.tab import Tab
from server.page.test_conversation import SEE, axe_findings, overflows

pytestmark = pytest.mark.slow

WIDTHS = (360, 1280)


@pytest.fixture(scope="module")
def several() -> Iterator[RunningServer]:
    facts = {"quant": "none", "dtype": "float32", "device": "cpu"}
    models = dict.fromkeys(("nano", "a-model-with-a-rather-long-name-for-a-phone", "third"), opened)
    with serving_models(models, facts=facts) as server:
        yield server


def opened() -> flashsloth.FlashSloth:
    return flashsloth.open("nano", device="cpu")


def model_of(tab: Tab) -> str:
    return str(tab.page.locator("#models").input_value())


@pytest.mark.parametrize("width", WIDTHS)
def test_each_conversation_has_its_model(
    several: RunningServer, open_tab: Callable[..., Tab], pictures: list[Image.Image], width: int
) -> None:
    tab = open_tab(several.url, width=width, height=740)
    tab.wait_for_text("#model", "float32 on cpu")
    assert model_of(tab) == "nano"
    assert axe_findings(tab) == []
    assert not overflows(tab)
    tab.drop_image(pictures[0])
    tab.ask(SEE)
    assert tab.text(".turn.last .meta").startswith("nano · ")
    # the next question of the conversation goes to the chosen model, which counts other tokens
    assert tab.text("#room") != ""
    tab.page.select_option("#models", "third")
    tab.eventually("!document.querySelector('#room').textContent")
    tab.ask("How many shapes are there?")
    assert tab.text(".turn.last .meta").startswith("third · ")
    assert [each["model"] for each in tab.sent] == ["nano", "third"]
    # a reload keeps it, a new conversation begins with it, and an earlier one has its own
    tab.page.reload()
    tab.wait_for_text("#model", "float32 on cpu")
    assert model_of(tab) == "third"
    tab.page.click("#new")
    assert model_of(tab) == "third"
    tab.page.select_option("#models", "nano")
    tab.ask("What can you do?")
    tab.page.click("#earlier")
    assert tab.text("#conversations li .muted").endswith("third")  # the list names it
    tab.page.locator("#conversations li button").first.click()
    assert model_of(tab) == "third"
    assert not overflows(tab)


def test_one_model_is_not_chosen(tab: Tab) -> None:
    tab.wait_for_text("#model", "nano")
    assert not tab.page.locator("#models").is_visible()
