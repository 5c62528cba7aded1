"""What the program says when it refuses something, in one file: contract/messages.txt.

A test checks the code and the object, such as a file's name, and calls `record` with all that was said;
`refused` and the `refused` of cli/conftest.py do both. What a test recorded is compared with what the
file has under the test's name. After a change of words `pytest --update` rewrites the file, for the
tests that ran. The words differ between systems and versions of other packages, so they are compared
where constraints.txt was made.
"""

from __future__ import annotations

import difflib
import re
import sys
import tempfile
from collections.abc import Generator, Iterator
from contextlib import contextmanager
from importlib import metadata
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parents[1]
FILE = Path(__file__).parent / "contract" / "messages.txt"
TEMPORARY = tempfile.gettempdir()  # here, because tests replace this function

HEADER = "# What the program says, by test. Written by `pytest --update`.\n"

_said: list[str] = []  # in the test that runs now


def record(said: object) -> None:
    """Compare this text, at the end of the test, with what the file has."""
    _said.append(str(said))


@contextmanager
def refused(code: str, *objects: object) -> Iterator[pytest.ExceptionInfo[Any]]:
    """Expect an error of the library with this code, which names these objects in its message or its
    hint, and record both."""
    from flashsloth.errors import FlashSlothError

    with pytest.raises(FlashSlothError) as caught:
        yield caught
    error = caught.value
    said = f"{error}\n{error.hint}"
    assert error.code == code, said
    assert [each for each in map(str, objects) if each not in said] == [], said
    record(f"{code}: {said}")


# ---- the file


def read() -> dict[str, str]:
    """Return what each test recorded: the lines below its name, which are indented."""
    if not FILE.exists():
        return {}
    found = {}
    for entry in FILE.read_text(encoding="utf-8").rstrip("\n").split("\n\n")[1:]:
        name, *lines = entry.split("\n")
        found[name] = "\n".join(line[2:] for line in lines)
    return found


def write(recorded: dict[str, str]) -> None:
    entries = (
        "\n".join([name, *(f"  {line}" for line in text.split("\n"))])
        for name, text in sorted(recorded.items())
    )
    FILE.write_text("\n\n".join([HEADER.strip(), *entries]) + "\n", encoding="utf-8")


def normal(said: str, arguments: dict[str, Any]) -> str:
    """Return a text without what differs from run to run, as folders of tests and ports, without empty
    lines, and with escapes for control characters."""
    if "tmp_path" in arguments:
        said = said.replace(str(arguments["tmp_path"]), "<tmp>")
    if "tmp_path_factory" in arguments:
        base = re.escape(str(arguments["tmp_path_factory"].getbasetemp()))
        said = re.sub(rf"{base}/([^/\s]*?)\d*(?=[/\s'\",:;.]|$)", r"<\1>", said)
    said = said.replace(str(ROOT), "<project>").replace(TEMPORARY, "<temp>")
    said = re.sub(r"(127\.0\.0\.1|localhost|\[::1\]):\d{4,5}\b", r"\1:<port>", said)
    said = re.sub(r"(\b(?:port|process|stop|runs on) |/servers/0-|/dev/fd/)\d{2,}", r"\1<number>", said)
    said = re.sub(r"\b(?=\d*[a-f])[0-9a-f]{16,64}\b", "<digest>", said)
    lines = (line.rstrip() for line in said.split("\n"))
    return "".join(
        each if each.isprintable() or each == "\n" else each.encode("unicode_escape").decode()
        for each in "\n".join(filter(None, lines))
    )


def differing() -> str:
    """Return what differs here from where constraints.txt was made, or an empty text."""
    if sys.platform != "linux" or sys.version_info[:2] != (3, 11):
        return "not Python 3.11 on Linux"
    if not (ROOT / "constraints.txt").is_file():  # in a copy of a part of the project
        return "without constraints.txt"
    pins = re.findall(r"^([\w.-]+)==([\w.]+)", (ROOT / "constraints.txt").read_text("utf-8"), re.M)
    for name, pinned in pins:
        try:
            installed = metadata.version(name).partition("+")[0]  # torch's is 2.13.0+cpu
        except metadata.PackageNotFoundError:
            continue
        if installed != pinned:
            return f"{name} is {installed}, not {pinned}"
    return ""


# ---- pytest


class Stale(pytest.Item):
    """An entry of the file without a test: it fails, or is removed by --update."""

    def __init__(self, *, entry: str, **rest: Any) -> None:
        super().__init__(**rest)
        self.user_properties.append(("said", [entry, ""]))

    def runtest(self) -> None:
        if not self.config.option.update:
            pytest.fail(f"{FILE.name} has an entry without this test: pytest --update", pytrace=False)


class Messages:
    def __init__(self, config: pytest.Config) -> None:
        self.update: bool = config.option.update
        self.differing = differing()
        self.recorded = read()
        self.changed: dict[str, str] = {}  # by tests of this run

    def pytest_report_header(self) -> str | None:
        return f"messages are not compared: {self.differing}" if self.differing else None

    @pytest.hookimpl(wrapper=True, tryfirst=True)
    def pytest_collection_modifyitems(
        self, session: pytest.Session, config: pytest.Config, items: list[pytest.Item]
    ) -> Generator[None]:
        """Add a test for each stale entry, after others have chosen theirs with -k and -m. Whether an
        entry is stale is known where its file is collected as a whole, or is gone."""
        tests = {item.nodeid for item in items}
        whole = {item.location[0] for item in items}
        if config.getoption("lf", False) or any("::" in each for each in config.args):
            whole = set()
        yield
        for entry in [] if self.differing else sorted(self.recorded):
            file = entry.partition("::")[0]
            if entry not in tests and (file in whole or not (config.rootpath / file).exists()):
                items.append(Stale.from_parent(session, name=entry, nodeid=entry, entry=entry))

    @pytest.hookimpl(wrapper=True)
    def pytest_pyfunc_call(self, pyfuncitem: pytest.Function) -> Generator[None, Any, Any]:
        _said.clear()
        result = yield
        said = normal("\n".join(dict.fromkeys(_said)), pyfuncitem.funcargs)
        recorded = self.recorded.get(pyfuncitem.nodeid, "")
        if self.update:
            pyfuncitem.user_properties.append(("said", [pyfuncitem.nodeid, said]))
        elif said != recorded and not self.differing:
            lines = difflib.unified_diff(recorded.split("\n"), said.split("\n"), "recorded", "said")
            pytest.fail("\n".join([*lines, "if it is meant: pytest --update"]), pytrace=False)
        return result

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Collect what tests recorded, also in the processes of xdist."""
        if self.update and report.when == "call" and report.passed:
            self.changed.update(value for name, value in report.user_properties if name == "said")

    def pytest_sessionfinish(self, session: pytest.Session) -> None:
        if self.changed and not hasattr(session.config, "workerinput"):
            # read again: another run may have written the file meanwhile
            write({name: said for name, said in (read() | self.changed).items() if said})


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--update", action="store_true", help=f"rewrite {FILE.name} for the tests that ran"
    )


def pytest_configure(config: pytest.Config) -> None:
    config.pluginmanager.register(Messages(config))
