"""Fixtures for all tests: the built-in model, tiny random ones in the native and the official layout, a
hub."""

from __future__ import annotations

import errno
import functools
import gc
import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import settings

pytest_plugins = ["messages"]
pytest.register_assert_rewrite("fake_hub")
from fake_hub import fake_hub, hub_here  # noqa: F401

# until all tests are collected: torch and transformers make a million objects while they are imported
gc.disable()

# set before torch is imported, as the command line does: long spinning makes threads 10 times slower on
# a busy machine
os.environ.setdefault("GOMP_SPINCOUNT", "1000")
# the same order of summation on every x86 processor: with MKL's AVX-512 kernels one recorded EmbQ
# misses its tolerance by 1%
os.environ.setdefault("MKL_CBWR", "AVX2")
# tests keep no conversations in the user's history; tests of the history set a home of their own
os.environ.setdefault("FLASHSLOTH_NO_HISTORY", "1")
# without a card Triton's kernels are interpreted, which is decided when Triton is imported
if not Path("/dev/nvidiactl").exists():
    os.environ.setdefault("TRITON_INTERPRET", "1")
# each worker is a process of its own: together they use all cores
if "PYTEST_XDIST_WORKER" in os.environ:
    os.environ.setdefault("OMP_NUM_THREADS", "1")

# programs that tests start, about a hundred, would each compile the package
os.environ.pop("PYTHONDONTWRITEBYTECODE", None)

# the same examples on every run; to look for new ones: pytest --hypothesis-profile=search
settings.register_profile("default", deadline=None, derandomize=True, database=None)
settings.register_profile("few", deadline=None, derandomize=True, database=None, max_examples=10)
settings.register_profile("search", deadline=None, database=None, max_examples=5000, print_blob=True)
settings.load_profile("default")


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--without-models",
        action="store_true",
        help="the contracts, and the tests that open no model and start no process, with few random "
        "examples: those with the fixture `opens_models` are left out, and others that do are skipped",
    )


def pytest_configure(config: pytest.Config) -> None:
    """Hide CUDA devices but from `-m gpu` and `--card real`; accept Ctrl-C; make a home. So tests do
    the same everywhere."""
    if config.option.without_models:
        settings.load_profile("few")
    if "PYTEST_XDIST_WORKER" not in os.environ:  # workers inherit it
        # not the user's, where kernels would be kept
        home = tempfile.TemporaryDirectory(prefix="flashsloth-tests-")
        config.add_cleanup(home.cleanup)
        os.environ["FLASHSLOTH_HOME"] = home.name
    if config.option.markexpr != "gpu" and getattr(config.option, "card", None) != "real":
        os.environ["CUDA_VISIBLE_DEVICES"] = ""
    # shells start `pytest &` with SIGINT ignored, which programs that tests interrupt would inherit,
    # and never end
    if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
        signal.signal(signal.SIGINT, signal.default_int_handler)


def pytest_collection_finish() -> None:
    """Collect garbage from now on, without visiting again what is imported by now."""
    gc.freeze()
    gc.enable()


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_auto_num_workers(config: pytest.Config) -> int:
    """Return the number of workers of `-n auto`: one a core, one more for slow tests, some of which
    wait for clocks, and at most 4, as each holds a model or two."""
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    return min(cores + config.option.markexpr.startswith("slow"), 4)


_connect = socket.socket.connect


def _connect_locally(self: socket.socket, address: Any) -> None:
    """Connect to this machine only."""
    host = address[0] if isinstance(address, tuple) else "127.0.0.1"  # AF_UNIX
    assert host in ("127.0.0.1", "::1", "localhost"), f"a test tried to connect to {address}"
    _connect(self, address)


socket.socket.connect = _connect_locally  # type: ignore[method-assign]


@pytest.fixture(scope="session")
def opens_models() -> None:
    """For fixtures and tests that open a model, start the program or compile kernels: with
    `--without-models` their tests are not even prepared."""


def may_open(item: pytest.Item) -> bool:
    """Return whether a test needs the fixture `opens_models`. Tests of contracts always run."""
    return "opens_models" in getattr(item, "fixturenames", ()) and not is_contract(item)


def is_contract(item: pytest.Item) -> bool:
    return "contract" in item.path.parts


opening = pytest.MonkeyPatch()


@pytest.hookimpl(tryfirst=True)  # before fixtures
def pytest_runtest_setup(item: pytest.Item) -> None:
    """With `--without-models` skip a test once it builds a model or starts a process."""
    opening.undo()
    if not item.config.option.without_models or is_contract(item):
        return
    from flashsloth.checkpoints import loader
    from flashsloth.hf.modeling import FlashSlothForConditionalGeneration
    from flashsloth.model.network import Network

    def skip(*_: object, **__: object) -> None:
        pytest.skip("it opens a model or starts a process")

    opening.setattr(loader, "load", skip)
    for kind in (Network, FlashSlothForConditionalGeneration, subprocess.Popen):
        opening.setattr(kind, "__init__", skip)


@pytest.fixture(scope="session")
def opened_once():
    """Yield a loader that reads the same weights once. Nothing changes a LoadedModel: a digest at the
    end shows it."""
    from opened_once import OpenedOnce

    shared = OpenedOnce()
    yield shared
    shared.check()


@pytest.fixture(autouse=True)
def _opened_once(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Share opened weights among the tests of a worker, except with tests of opening itself, marked
    `fresh`."""
    if request.config.option.without_models or request.node.get_closest_marker("fresh"):
        return
    if "flashsloth.checkpoints.loader" in sys.modules:
        loader = sys.modules["flashsloth.checkpoints.loader"]
        monkeypatch.setattr(loader, "load", request.getfixturevalue("opened_once").load)


@pytest.fixture(params=["ENOLCK", "EOPNOTSUPP"])
def no_locks(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Folders whose file system has no locks, as some network drives."""
    fcntl = pytest.importorskip("fcntl")

    def refuse(*_: object) -> None:
        raise OSError(getattr(errno, request.param), "")

    monkeypatch.setattr(fcntl, "flock", refuse)


@pytest.fixture
def no_modes(monkeypatch: pytest.MonkeyPatch) -> None:
    """Folders whose file system has no modes, such as exFAT and CIFS."""

    def refuse(*_: object, **__: object) -> None:
        raise PermissionError(errno.EPERM, "Operation not permitted")

    for name in ("chmod", "fchmod", "lchmod"):
        if hasattr(os, name):
            monkeypatch.setattr(os, name, refuse)


@pytest.fixture(scope="session")
def nano(opens_models: None):
    """The built-in model, in float32 on the CPU. Start a new chat in each test; do not change the
    model."""
    import flashsloth

    return flashsloth.open("nano", device="cpu", dtype="float32")


@pytest.fixture(scope="session")
def stripping(opens_models: None, tmp_path_factory: pytest.TempPathFactory):
    """nano with a decoder that drops the space before the first token, as Llama 2's. llguidance does
    not know this decoder."""
    import flashsloth
    from damages import changed
    from flashsloth.utils.paths import NANO_FOLDER

    folder = tmp_path_factory.mktemp("stripping") / "model"
    shutil.copytree(NANO_FOLDER, folder)
    steps = [
        {"type": "Replace", "pattern": {"String": "\u0120"}, "content": " "},
        {"type": "Fuse"},
        {"type": "Strip", "content": " ", "start": 1, "stop": 0},
    ]
    changed("tokenizer.json", decoder={"type": "Sequence", "decoders": steps})(folder)
    return flashsloth.open(folder, device="cpu", dtype="float32")


@pytest.fixture(scope="session")
def tiled_folder(opens_models: None, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A read-only folder of nano that says it was trained with tiles. Its answers from five differ."""
    from damages import changed
    from flashsloth.utils.paths import NANO_FOLDER

    folder = tmp_path_factory.mktemp("tiled") / "model"
    shutil.copytree(NANO_FOLDER, folder)
    changed("config.json", image_hd=True)(folder)
    return folder


@pytest.fixture(scope="session")
def tiled(tiled_folder: Path):
    """The model of `tiled_folder`, in float32 on the CPU."""
    import flashsloth

    return flashsloth.open(tiled_folder, device="cpu", dtype="float32")


@pytest.fixture(scope="session")
def tiny_model(opens_models: None):
    """A random FlashSloth with every part in the smallest size (tiny.py)."""
    import tiny

    return tiny.model()


@pytest.fixture(scope="session")
def receipts(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Draw the data set of examples/finetune-receipts, of which the repository has the rows and six
    pictures."""
    folder = tmp_path_factory.mktemp("drawn") / "finetune-receipts"
    program = Path(__file__).parents[1] / "examples" / "finetune-receipts" / "make_receipts.py"
    subprocess.run([sys.executable, program, "--out", folder], check=True)
    return folder


@pytest.fixture(scope="session")
def preloaded(opens_models: None) -> Iterator[str]:
    """Python in forks of one process that has imported torch; where that is not safe, Python itself."""
    if sys.platform != "linux":
        yield sys.executable
        return
    from paths import ROOT
    from preloaded import installed

    with tempfile.TemporaryDirectory() as folder, installed(Path(folder), ROOT) as program:
        yield str(program)


@pytest.fixture(scope="session")
def drawn(tmp_path_factory: pytest.TempPathFactory) -> Callable[..., Path]:
    """Write rows of data about the drawn pictures of chat/cases, of which there are 40: `drawn(8)`
    returns the file of the first 8."""
    from paths import CASES

    cases = json.loads((CASES / "cases.json").read_text(encoding="utf-8"))
    folder = tmp_path_factory.mktemp("drawn")

    @functools.cache
    def rows(count: int, first: int = 0) -> Path:
        path = folder / f"{first}-{count}.jsonl"
        lines = []
        for case in cases[first : first + count]:
            messages = [
                {"role": role, "content": turn[name]}
                for turn in case["turns"]
                for role, name in (("user", "question"), ("assistant", "answer"))
            ]
            image = str(CASES / case["image"])
            row = {"image": image, "category": case["category"], "messages": messages}
            lines.append(json.dumps(row))
        path.write_text("\n".join(lines))
        return path

    return rows


@pytest.fixture(scope="session")
def native_folder(opens_models: None, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A read-only folder of the tiny model in the native layout; tiny.write_native makes others."""
    import tiny

    return tiny.write_native(tmp_path_factory.mktemp("native"))


@pytest.fixture(scope="session")
def official_folder(opens_models: None, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A read-only folder of the tiny model in the official layout; tiny.write_official makes others."""
    import tiny

    return tiny.write_official(tmp_path_factory.mktemp("official"))


@pytest.fixture(scope="session")
def int4_folder(opens_models: None, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A read-only folder of the built-in model in int4."""
    from flashsloth.checkpoints import resolve, save

    return save.quantize(resolve.find("nano"), tmp_path_factory.mktemp("int4"), "int4")


@pytest.fixture(scope="session")
def tiny_sloth(native_folder: Path):
    import flashsloth

    return flashsloth.open(native_folder, device="cpu", dtype="float32")


# a processor executes those after its best, and every one "neon", whose text has no instructions of its
# own
INSTRUCTION_SETS = "avx512_vnni", "avx_vnni", "avx2", "neon_dot", "neon"


@functools.cache
def executed_sets() -> list[str]:
    """Return the instruction sets for which this machine compiles and executes kernels."""
    from flashsloth.quantization import compiled

    best = compiled.instruction_set()
    known = [
        name for name in INSTRUCTION_SETS if name == "neon" or ("neon" in name) == ("neon" in str(best))
    ]
    return [] if best is None else known[known.index(best) :]


# files of slow tests that take longest, first, so that no worker is left with one of them at the end
LONGEST = (
    "trust/test_checks",
    "card/test_answers",
    "cli/chat/test_prompt",
    "cli/chat/test_at_a_terminal",
    "cli/commands/test_bench",
    "cli/commands/test_other_decoder",
    "contract/test_training_examples",
    "server/page/test_conversation",
    "server/page/test_trouble",
    "card/test_training",
    "benchmark/test_scripts",
    "batch/test_ray_cluster",
    "training/test_survive",
    "parity/test_training",
    "inference/test_families",
    "inference/test_compiled_step",
    "quantization/test_arm",
    "cli/commands/test_train",
    "cli/commands/test_batch",
    "cli/terminal/test_environment_errors",
)


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leave out the tests that open models, with `--without-models`. Put the longest files of slow
    tests first."""
    if config.option.without_models:
        config.hook.pytest_deselected(items=[item for item in items if may_open(item)])
        items[:] = [item for item in items if not may_open(item)]
    if config.option.markexpr.startswith("slow"):
        names = {
            item: item.nodeid.partition("::")[0].removeprefix("tests/").removesuffix(".py")
            for item in items
        }
        items.sort(
            key=lambda item: LONGEST.index(names[item]) if names[item] in LONGEST else len(LONGEST)
        )


def pytest_report_header() -> str:
    missing = [name for name in INSTRUCTION_SETS if name not in executed_sets()]
    return (
        f"kernels: {', '.join(executed_sets())}; this processor does not execute {', '.join(missing)}"
    )


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    if "each_set" in metafunc.fixturenames and not any(
        "each_set" in mark.args[0] for mark in metafunc.definition.iter_markers("parametrize")
    ):
        best, *others = executed_sets() or [NO_KERNELS]
        slow = [pytest.param(name, marks=NIGHTLY) if name == "neon" else name for name in others]
        metafunc.parametrize("each_set", [best, *slow], indirect=True)


NIGHTLY = [pytest.mark.slow, pytest.mark.nightly]
NO_KERNELS = pytest.param(None, marks=pytest.mark.skip("no kernels are compiled on this machine"))


@pytest.fixture
def each_set(
    opens_models: None, request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Compile for each instruction set that this machine executes."""
    from flashsloth.quantization import compiled

    monkeypatch.setattr(compiled, "instruction_set", lambda: request.param)


@pytest.fixture(params=["tiny", pytest.param("nano", marks=NIGHTLY)])
def sloth(opens_models: None, request: pytest.FixtureRequest):
    """The tiny and the built-in model, opened as users do. All ways to answer with nano are in
    generation/test_ways."""
    return request.getfixturevalue({"tiny": "tiny_sloth", "nano": "nano"}[request.param])


def draw(number: int):
    """Draw a picture as nano knows them, a different one for each number."""
    from PIL import Image, ImageDraw

    colours = ["red", "blue", "green", "orange", "purple", "black"]
    image = Image.new("RGB", (200, 150 + 20 * number), "white")
    pen = ImageDraw.Draw(image)
    pen.ellipse((20, 20, 90, 90), fill=colours[number % 6])
    pen.rectangle((110, 40 + 5 * number, 180, 110), fill=colours[(number + 2) % 6])
    if number % 2:
        pen.polygon([(60, 100), (20, 145), (100, 145)], fill=colours[(number + 4) % 6])
    return image


@pytest.fixture(scope="session")
def pictures():
    return [draw(number) for number in range(4)]
