"""`tools/install.sh` takes the PyTorch that suits the machine; the Python here only notes what it is told."""

import os
import platform
import subprocess
import sys
import threading
from collections.abc import Iterator
from http.server import HTTPServer, SimpleHTTPRequestHandler
from pathlib import Path
from typing import Any

import pytest

from tools.torch_index import locked_versions

ROOT = Path(__file__).parents[1]
LOCK = ROOT / "requirements.lock"
UNREACHABLE = "http://127.0.0.1:9/whl/cpu"  # the discard port: refused at once

# Answers as a fresh environment's Python would, and notes every `pip install`.
PYTHON = """#!/usr/bin/env bash
case "$*" in
    *tools/torch_index.py*) exec "{python}" -S "$@" --index "{index}" --root "{root}" ;;
    *" install "*) echo "$*" >>"{noted}" ;;
esac
"""


class Machine:
    """A machine to install on: with or without a GPU, with an index of CPU-only builds it reaches or not."""

    def __init__(self, folder: Path) -> None:
        self.root = folder / "root"
        self.noted = folder / "installed"
        self.programs = folder / "programs"
        self.venv = folder / "venv"
        self.index = UNREACHABLE
        for made in (self.root, self.programs, self.venv / "bin"):
            made.mkdir(parents=True)
        self.program("nvidia-smi", "exit 9")  # installed, but there is no GPU

    def program(self, name: str, does: str) -> None:
        path = self.programs / name
        path.write_text(f"#!/bin/sh\n{does}\n")
        path.chmod(0o755)

    def install(self, **chosen: str) -> tuple[list[str], str]:
        """What pip was told, the index in place of an option; what the person was told."""
        python = self.venv / "bin" / "python"
        python.write_text(
            PYTHON.format(python=sys.executable, index=self.index, root=self.root, noted=self.noted)
        )
        python.chmod(0o755)
        kept = {
            name: value for name, value in os.environ.items() if name not in ("TORCH_INDEX", "PYTHONPATH")
        }
        finished = subprocess.run(
            ["tools/install.sh", str(self.venv), "requirements.txt"],
            cwd=ROOT,
            env=kept | {"PATH": f"{self.programs}:{os.environ['PATH']}", "NO_PROXY": "*"} | chosen,
            capture_output=True,
            text=True,
            timeout=60,
            check=True,
        )
        return self.noted.read_text().splitlines(), finished.stderr


@pytest.fixture
def machine(tmp_path: Path) -> Machine:
    """A machine without a GPU and without the CPU-only builds' index."""
    return Machine(tmp_path)


class _Quiet(SimpleHTTPRequestHandler):
    def log_message(self, format: str, *args: Any) -> None:
        """Say nothing."""


@pytest.fixture
def index(tmp_path: Path) -> Iterator[str]:
    """An index with the locked versions as CPU-only builds for this machine and Python."""
    python = "cp{}{}".format(*sys.version_info[:2])
    pages = tmp_path / "index"
    for name, number in locked_versions(LOCK).items():
        wheel = f"{name}-{number}%2Bcpu-{python}-{python}-manylinux_2_28_{platform.machine()}.whl"
        (pages / name).mkdir(parents=True)
        (pages / name / "index.html").write_text(f'<a href="/whl/cpu/{wheel}">{wheel}</a>')
    with HTTPServer(("127.0.0.1", 0), lambda *given: _Quiet(*given, directory=str(pages))) as server:
        serving = threading.Thread(target=server.serve_forever, args=(0.05,))
        serving.start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()
        serving.join()


def from_index(asked: list[str]) -> list[str]:
    """The index of every call of pip that names one."""
    return [line.partition("--index-url ")[2].split()[0] for line in asked if "--index-url" in line]


def test_without_a_gpu_it_takes_the_cpu_only_build_and_says_so(machine: Machine, index: str) -> None:
    machine.index = index
    asked, told = machine.install()
    assert from_index(asked) == [index]
    assert asked[0].endswith("--constraint requirements.lock torch torchvision")
    assert asked[1].endswith("--constraint requirements.lock --requirement requirements.txt")
    assert "CPU-only" in told
    assert "TORCH_INDEX=" in told


@pytest.mark.parametrize("path", ["proc/driver/nvidia/version", "dev/nvidia0"])
def test_with_a_gpu_it_takes_the_usual_build(machine: Machine, index: str, path: str) -> None:
    machine.index = index
    (machine.root / path).parent.mkdir(parents=True)
    (machine.root / path).touch()
    asked, told = machine.install()
    assert from_index(asked) == []
    assert "NVIDIA GPU" in told


def test_a_gpu_that_only_nvidia_smi_sees_counts(machine: Machine, index: str) -> None:
    machine.index = index
    machine.program("nvidia-smi", "echo 'GPU 0: NVIDIA GeForce RTX 4090 (UUID: GPU-1)'")
    asked, _ = machine.install()
    assert from_index(asked) == []


def test_where_the_index_cannot_be_reached_it_takes_the_usual_build_and_says_why(machine: Machine) -> None:
    asked, told = machine.install()
    assert from_index(asked) == []
    assert len(asked) == 1
    assert f"{UNREACHABLE} cannot be reached" in told


def test_an_index_without_the_locked_version_for_this_python_is_not_taken(
    machine: Machine, index: str, tmp_path: Path
) -> None:
    machine.index = index
    page = tmp_path / "index" / "torchvision" / "index.html"
    page.write_text(page.read_text().replace("-cp3", "-cp2"))
    asked, told = machine.install()
    assert from_index(asked) == []
    assert f"has no torchvision {locked_versions(LOCK)['torchvision']}" in told


@pytest.mark.parametrize("reachable", [True, False])
@pytest.mark.parametrize("chosen", ["https://example.org/cu130", ""])
def test_a_choice_of_ones_own_goes_first(machine: Machine, index: str, chosen: str, reachable: bool) -> None:
    machine.index = index if reachable else UNREACHABLE
    asked, told = machine.install(TORCH_INDEX=chosen)
    assert from_index(asked) == ([chosen] if chosen else [])
    assert told == ""


@pytest.mark.parametrize("build", ["", "+cpu", "+cu130"])
def test_what_is_installed_stays_whatever_its_build(machine: Machine, index: str, build: str) -> None:
    machine.index = index
    for name, number in locked_versions(LOCK).items():
        facts = machine.venv / f"{name}-{number}.dist-info" / "METADATA"
        facts.parent.mkdir()
        facts.write_text(f"Metadata-Version: 2.1\nName: {name}\nVersion: {number}{build}\n")
    asked, told = machine.install(PYTHONPATH=str(machine.venv))
    assert from_index(asked) == []
    assert told == ""


def test_make_passes_on_what_was_chosen_and_nothing_else(tmp_path: Path) -> None:
    """An exported variable that nobody set would arrive empty, and empty is a choice."""
    for name in ("Makefile", "requirements.txt", "requirements.lock"):
        (tmp_path / name).write_bytes((ROOT / name).read_bytes())
    install = tmp_path / "tools" / "install.sh"
    install.parent.mkdir()
    install.write_text('#!/bin/sh\nmkdir -p .venv\necho "${TORCH_INDEX-unset}" >>told\n')
    install.chmod(0o755)
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("TORCH_", "MAKE"))}
    targets = ["make", "-s", "clean", ".venv/app.stamp"]
    for chosen in ([], ["TORCH_INDEX="], ["TORCH_INDEX=https://example.org"]):
        subprocess.run([*targets, *chosen], cwd=tmp_path, env=kept, check=True)
    assert (tmp_path / "told").read_text().splitlines() == ["unset", "", "https://example.org"]
