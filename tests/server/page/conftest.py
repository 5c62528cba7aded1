"""A browser for the tests of the page: the system's chromium, driven by playwright. Without it they are
skipped."""

from __future__ import annotations

import shutil
from collections import defaultdict
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from flashsloth.chat import FlashSloth
from flashsloth.generation.detail import REFUSALS
from flashsloth_cli.asking.models import NANO_LIMITS
from server.helpers import RunningServer, serving
from server.page.tab import Tab

BROWSERS = (
    "chromium-headless-shell",  # less work than the others with the same pages
    "chromium",
    "chromium-browser",
    "google-chrome",
    "google-chrome-stable",
)
ARGUMENTS = (
    "--no-sandbox",  # tests may run as root; every page that is opened is ours
    "--disable-component-update",
    "--disable-background-networking",
)


@pytest.fixture(
    scope="package"
)  # playwright's loop, in which no other one can run, ends with these tests
def browser(opens_models: None) -> Iterator[Any]:
    playwright = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")
    found = next(filter(None, map(shutil.which, BROWSERS)), None)
    if found is None:
        pytest.skip("no chromium on the PATH (Debian: apt-get install chromium)")
    with playwright.sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=found, args=list(ARGUMENTS))
        yield browser
        browser.close()


@pytest.fixture(scope="module")
def server(nano: FlashSloth) -> Iterator[RunningServer]:
    facts = {"quant": "none", "dtype": "float32", "device": "cpu"}
    facts |= {"note": NANO_LIMITS, "refusals": REFUSALS}
    with serving(lambda: nano, facts=facts) as running:
        yield running


@pytest.fixture(scope="package")
def idle_contexts(browser: Any) -> defaultdict[str, list[Any]]:
    """Contexts in which no tab is open, by their options. Chromium takes longer to make one, with a
    window and processes of its own, than most tests take in it."""
    return defaultdict(list)


@pytest.fixture
def open_tab(browser: Any, idle_contexts: defaultdict[str, list[Any]]) -> Iterator[Callable[..., Tab]]:
    """Open the page of a server in a browser without any state. In the end every tab must have kept to
    the rules: no violation of the policy, no error in the script, no request to another host."""
    tabs: list[tuple[list[Any], Tab]] = []

    def make(
        url: str, *, width: int = 1280, height: int = 800, scheme: str = "light", **options: Any
    ) -> Tab:
        options |= {"viewport": {"width": width, "height": height}, "color_scheme": scheme}
        idle = idle_contexts[repr(sorted(options.items()))]
        if not idle:
            # without the sign of a running answer that turns, which would be drawn 60 times a second
            idle.append(browser.new_context(accept_downloads=True, reduced_motion="reduce", **options))
            idle[0].new_page()  # stays, as the window closes with its last tab
        tabs.append((idle, Tab(idle.pop(), url)))
        return tabs[-1][1]

    yield make
    for idle, tab in tabs:
        tab.close()
        idle.append(tab.context)
    for _, tab in tabs:
        assert tab.elsewhere == []
        assert tab.problems == []


@pytest.fixture
def tab(server: RunningServer, open_tab: Callable[..., Tab], request: pytest.FixtureRequest) -> Tab:
    """Open the page of the module's server. A parameter has options of the tab."""
    return open_tab(server.url, **getattr(request, "param", {}))
