"""`doctor`: each trouble is found, named and has a remedy; none of them hides another."""

from __future__ import annotations

import re
import shutil
import signal
import tomllib
from importlib import metadata
from pathlib import Path
from types import SimpleNamespace

import pytest
import torch
from huggingface_hub import close_session, constants
from packaging.requirements import Requirement

from fake_hub import FakeHub
from flashsloth.chat import Answer
from flashsloth.utils import system
from flashsloth_cli.commands import doctor
from paths import ROOT

PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
PACKAGES = ("torch", "transformers", "bitsandbytes", "llvmlite")  # whose versions are looked at


@pytest.fixture
def look(home: Path, hub_here: FakeHub):
    """`look(name)` is what that one look finds, on a machine with a hub."""
    return lambda name: doctor.run_check(name, doctor.CHECKS[name])


def broken(monkeypatch: pytest.MonkeyPatch, package: str, version: str | None) -> None:
    """A machine on which a package has this version, or is not there."""
    versions = {name: metadata.version(name) for name in PACKAGES} | {package: version}

    def said(name: str) -> str:
        if versions[name] is None:
            raise metadata.PackageNotFoundError(name)
        return versions[name]

    monkeypatch.setattr(metadata, "version", said)


# The command


def test_all_is_well(cli, hub_here: FakeHub) -> None:
    done = cli("doctor", "--json")
    checks = {check["name"]: check for check in done.document["checks"]}
    assert done.document["schema"] == "flashsloth.doctor/1"
    assert list(checks) == list(doctor.CHECKS)
    for check in checks.values():
        assert set(check) == {"name", "status", "detail", "fix"}
        assert check["status"] in ("ok", "warn", "fail")
        assert check["detail"]
        assert bool(check["fix"]) == (check["status"] != "ok")
    assert done.code == int(any(check["status"] == "fail" for check in checks.values()))
    assert {
        checks[name]["status"]
        for name in ("python", "torch", "transformers", "hub", "settings", "nano")
    } == {"ok"}
    assert re.match(r"opened in [\d.]+ s, answered in [\d.]+ s, ", checks["nano"]["detail"])


def test_text(cli, home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """One that breaks hides no other."""
    looks = {"one": lambda: ("ok", "fine", ""), "two": lambda: ("warn", "so so", "Do\nthis.")}
    monkeypatch.setattr(doctor, "CHECKS", looks)
    done = cli("doctor")
    assert (done.code, done.err) == (0, "")
    assert done.out == "ok    one           fine\nwarn  two           so so\n      fix: Do this.\n"
    monkeypatch.setattr(doctor, "CHECKS", {"zero": lambda: 1 // 0, **looks})
    assert cli("doctor").code == 1
    checks = cli("doctor", "--json").document["checks"]
    assert [check["status"] for check in checks] == ["fail", "ok", "warn"]
    assert checks[0]["detail"].startswith("ZeroDivisionError: ")


def test_a_narrow_terminal(cli, home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Lines are broken at words, beside their name. A path stays whole, so that it can be copied."""
    path = "/a/folder-with-a-name/longer-than-a-line/python3"
    looks = {"python": lambda: ("warn", f"3.11 of this machine, {path}", "Install another one here.")}
    monkeypatch.setattr(doctor, "CHECKS", looks)
    monkeypatch.setenv("COLUMNS", "36")
    monkeypatch.setenv("NO_COLOR", "1")
    monkeypatch.setattr("flashsloth_cli.terminal.streams.is_terminal", lambda stream: True)
    beside = " " * 20
    assert cli("doctor").out.splitlines() == [
        "warn  python        3.11 of this",
        f"{beside}machine,",
        f"{beside}{path}",
        "      fix: Install another one here.",
    ]


def other_torch(folder: Path, monkeypatch: pytest.MonkeyPatch, code: str) -> None:
    """Let the process of the trials import another torch."""
    (folder / "torch").mkdir()
    (folder / "torch" / "__init__.py").write_text(code)
    monkeypatch.syspath_prepend(folder)


def test_a_check_that_crashes(
    cli, hub_here: FakeHub, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its crash is the result, and the checks after it run in another process."""
    other_torch(tmp_path, monkeypatch, "import os\nos.abort()")
    done = cli("doctor", "--json")
    checks = {check["name"]: check for check in done.document["checks"]}
    assert done.code == 1
    assert list(checks) == list(doctor.CHECKS)
    crashed = {check["detail"] for check in checks.values() if "crashed" in check["detail"]}
    assert len(crashed) == 1
    assert checks["torch"]["status"] == checks["nano"]["status"] == "fail"
    assert {checks[name]["status"] for name in ("python", "hub", "settings")} == {"ok"}
    if not system.WINDOWS:
        assert crashed == {f"its process crashed: {signal.strsignal(signal.SIGABRT)}"}


def test_torch_that_cannot_be_loaded(
    cli, hub_here: FakeHub, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    other_torch(tmp_path, monkeypatch, "raise ModuleNotFoundError('no torch here')")
    done = cli("doctor", "--json")
    checks = {check["name"]: check for check in done.document["checks"]}
    assert done.code == 1
    assert checks["torch"]["status"] == "fail"
    assert "ModuleNotFoundError" in checks["torch"]["detail"]
    assert checks["torch"]["fix"] == "pip install --force-reinstall torch"
    for name in ("gpu", "threads", "processor", "memory", "quantization", "nano"):
        assert (checks[name]["status"], checks[name]["fix"]) == ("warn", "Repair torch first.")
    assert {
        checks[name]["status"] for name in ("python", "transformers", "cache", "hub", "settings")
    } == {"ok"}


# The looks


@pytest.mark.parametrize(
    ("package", "version", "status"),
    [
        *[("torch", "2.8.1+cu128", "fail"), ("torch", "2.10.0", "ok"), ("transformers", None, "fail")],
        *[("transformers", "6.0.0", "fail"), ("transformers", "5.100.0.dev0", "ok")],
        *[("transformers", "5.22.9", "fail"), ("transformers", "6.0.0rc1", "fail")],
    ],
)
def test_versions(
    look, monkeypatch: pytest.MonkeyPatch, package: str, version: str | None, status: str
) -> None:
    broken(monkeypatch, package, version)
    found = look(package)
    assert found.status == status
    if status == "fail":
        assert (version or "not installed") in found.detail
        required = Requirement(found.fix.removeprefix("pip install ").strip('"'))
        assert required in map(Requirement, PROJECT["dependencies"])


def test_bitsandbytes_where_it_is_needed(look, monkeypatch: pytest.MonkeyPatch) -> None:
    broken(monkeypatch, "bitsandbytes", None)
    monkeypatch.setattr("torch.cuda.is_available", lambda: False)
    assert look("bitsandbytes").status == "ok"
    monkeypatch.setattr("torch.cuda.is_available", lambda: True)
    assert (look("bitsandbytes").status, look("bitsandbytes").fix) == (
        "warn",
        'pip install "bitsandbytes<1,>=0.50"',
    )


def test_kernels_of_the_processor(look, monkeypatch: pytest.MonkeyPatch) -> None:
    from flashsloth.quantization import compiled, cpu

    monkeypatch.setattr(cpu, "cpu_kind", lambda: "avx2")
    monkeypatch.setattr(compiled, "instruction_set", lambda: None)
    assert (look("processor").status, look("processor").detail) == (
        "ok",
        "avx2; int4 and int8 use torch's kernels",
    )
    monkeypatch.setattr(compiled, "instruction_set", lambda: "avx2")
    broken(monkeypatch, "llvmlite", "0.50.0")
    monkeypatch.setattr(compiled, "takes", lambda *_: False)
    assert (look("processor").status, look("processor").fix) == (
        "warn",
        "pip install --force-reinstall llvmlite",
    )
    monkeypatch.setattr(compiled, "takes", lambda format, *_: format == "int4")
    assert (look("processor").status, look("processor").detail) == (
        "ok",
        "avx2, with compiled kernels for int4",
    )
    broken(monkeypatch, "llvmlite", None)
    assert (look("processor").status, look("processor").fix) == (
        "warn",
        'pip install "llvmlite<1,>=0.45"',
    )
    monkeypatch.setattr(system, "can_make_executable", lambda: False)
    assert look("processor").status == "warn"
    assert "MemoryDenyWriteExecute" in look("processor").fix


@pytest.mark.parametrize(
    ("granted", "can_start", "detail"),
    [
        ((None, ""), True, "4 compute, on 4 processors"),
        ((3, "OMP_THREAD_LIMIT"), True, "3 compute, on 4 processors: limited by OMP_THREAD_LIMIT"),
        ((8, "OMP_THREAD_LIMIT"), True, "4 compute, on 4 processors"),
        ((1, "OMP_DYNAMIC"), True, "1 compute, on 4 processors: limited by OMP_DYNAMIC"),
        (
            (8, "OMP_THREAD_LIMIT"),
            False,
            "1 compute, on 4 processors: limited by ulimit -u, TasksMax or --pids-limit",
        ),
    ],
)
def test_what_limits_the_threads(
    look,
    monkeypatch: pytest.MonkeyPatch,
    granted: tuple[int | None, str],
    can_start: bool,
    detail: str,
) -> None:
    from flashsloth.quantization import cpu
    from flashsloth.utils import system

    monkeypatch.setattr(cpu, "granted_threads", lambda: granted)
    monkeypatch.setattr(cpu, "fitted", type(cpu.fitted)())  # as in a new thread
    monkeypatch.setattr(system, "can_start_threads", lambda _: can_start)
    monkeypatch.setattr("os.cpu_count", lambda: 4)
    before = torch.get_num_threads()
    torch.set_num_threads(4)
    try:
        found = look("threads")
    finally:
        torch.set_num_threads(before)
    assert found.detail == detail
    assert found.status == ("warn" if "limited" in detail else "ok")


def test_a_card_that_torch_does_not_use(look, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(torch.cuda, "is_available", lambda: False)
    monkeypatch.setattr(torch.backends.mps, "is_available", lambda: False)
    monkeypatch.setattr(doctor, "nvidia_cards", list)
    assert look("gpu").status == "ok"
    monkeypatch.setattr(doctor, "nvidia_cards", lambda: ["NVIDIA X1"])
    monkeypatch.setattr(torch.version, "cuda", None)
    assert (look("gpu").status, look("gpu").fix) == ("warn", doctor.CUDA_HELP)
    assert look("gpu").detail.startswith("NVIDIA X1 cannot be used: this build of torch has no CUDA")
    monkeypatch.setattr(torch.version, "cuda", "12.8")
    assert "driver" in look("gpu").fix


def test_cards_as_the_driver_names_them(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    program = home / "nvidia-smi"
    program.write_text("#!/bin/sh\necho 'NVIDIA X1'\necho 'NVIDIA X2'\n")
    program.chmod(0o755)
    monkeypatch.setenv("PATH", str(home))
    assert doctor.nvidia_cards() == ["NVIDIA X1", "NVIDIA X2"]
    program.write_text("#!/bin/sh\nexit 9\n")
    assert doctor.nvidia_cards() == []


def test_memory(look, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FLASHSLOTH_DEVICE", "tpu")
    assert (look("memory").status, look("memory").detail) == ("fail", "unknown device 'tpu'")
    monkeypatch.setenv("FLASHSLOTH_DEVICE", "cpu")
    for free, total, status, said in (
        (8e9, 16e9, "ok", "fits with none, int8, int4"),
        (4e9, 16e9, "ok", "fits with int4"),
        (2e9, 16e9, "warn", "Close other programs: 3.4 GB must be free."),
        (1e9, 2e9, "warn", "Use -m nano."),
    ):
        monkeypatch.setattr("flashsloth.devices.free_memory", lambda _, free=free: int(free))
        monkeypatch.setattr("flashsloth.devices.total_memory", lambda _, total=total: int(total))
        found = look("memory")
        assert found.status == status
        assert said in (found.fix or found.detail)


@pytest.mark.parametrize(
    ("device", "problem", "status", "said"),
    [
        ("cpu", "", "ok", "on cpu: none: torch; int8 (8bit): compiled"),
        ("cuda", "they need Triton", "warn", "on cuda: none: torch; nf4 (4bit): bits"),
        ("cuda", "they need Triton", "warn", "but they need Triton"),
        ("cuda", "", "ok", "int4 (4bit): Triton's kernels"),
    ],
)
def test_what_runs_each_preset(
    look, monkeypatch: pytest.MonkeyPatch, device: str, problem: str, status: str, said: str
) -> None:
    monkeypatch.setattr("flashsloth.devices.choose_device", lambda _: SimpleNamespace(type=device))
    monkeypatch.setattr("flashsloth.quantization.card_products.problem", lambda _: problem)
    assert look("quantization").status == status
    assert said in look("quantization").detail


def test_cache(look, hub_here: FakeHub, monkeypatch: pytest.MonkeyPatch) -> None:
    assert look("cache").status == "ok"
    monkeypatch.setattr(shutil, "disk_usage", lambda _: SimpleNamespace(free=10**9))
    found = look("cache")
    assert (found.status, "1.0 GB free: flashsloth takes 6.4 GB" in found.detail) == ("warn", True)
    assert "HF_HOME" in found.fix
    hub_here.home.write_text("")  # a file in place of the folder
    found = look("cache")
    assert (found.status, "cannot be written to" in found.detail) == ("fail", True)


def test_hub(look, hub_here: FakeHub, monkeypatch: pytest.MonkeyPatch) -> None:
    assert (look("hub").status, look("hub").detail) == ("ok", f"{hub_here.url} answers")
    assert {request.partition(" ")[0] for request in hub_here.requests} == {"HEAD"}
    hub_here.status = 503
    assert look("hub").detail == f"{hub_here.url} cannot be reached: it answers 503"
    for wrong in ("http://127.0.0.1:1", "no-address"):
        monkeypatch.setattr(constants, "ENDPOINT", wrong)
        assert look("hub").status == "warn"
        assert "[Errno" not in look("hub").detail
    monkeypatch.setattr(constants, "HF_HUB_OFFLINE", True)
    asked = len(hub_here.requests)
    assert (look("hub").status, "HF_HUB_OFFLINE" in look("hub").detail) == ("warn", True)
    assert len(hub_here.requests) == asked


@pytest.mark.parametrize(
    ("variable", "value"), [("ALL_PROXY", "socks5://127.0.0.1:9"), ("SSL_CERT_FILE", "/no.pem")]
)
def test_the_hub_is_reached_as_by_downloads(
    look, monkeypatch: pytest.MonkeyPatch, variable: str, value: str
) -> None:
    """The client of downloads reads these variables; Python's own would leave them aside."""
    close_session()
    monkeypatch.setenv(variable, value)
    found = look("hub")
    close_session()
    assert found.status == "warn"
    assert {"ALL_PROXY": "SOCKS proxy", "SSL_CERT_FILE": "SSL_CERT_FILE=/no.pem"}[
        variable
    ] in found.detail


def test_settings(look, home: Path) -> None:
    assert look("settings").status == "ok"
    (home / "config.toml").write_text("modle = 'nano'\n")
    assert (look("settings").status, "Did you mean model?" in look("settings").detail) == ("warn", True)
    (home / "config.toml").write_text("top_k = 'x'\n")
    assert (look("settings").status, look("settings").fix) == ("fail", "Correct that line of the file.")
    assert look("memory").status != "fail"  # which is told once


def test_terminal(look, monkeypatch: pytest.MonkeyPatch) -> None:
    stream = SimpleNamespace(encoding="utf-8")
    monkeypatch.setattr("flashsloth_cli.terminal.streams.answers", lambda: stream)
    assert look("terminal").status == "ok"
    monkeypatch.setenv("TERM", "dumb")
    assert look("terminal").status == "warn"
    stream.encoding = "iso8859-1"
    assert (look("terminal").status, "iso8859-1" in look("terminal").detail) == ("warn", True)


def test_nano_that_says_nothing(look, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Answer, "text", lambda self: "")
    assert look("nano").status == "fail"
