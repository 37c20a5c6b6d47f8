"""Prints the package index to install PyTorch from, or nothing for pip's usual source.

PyPI's PyTorch for Linux brings NVIDIA's libraries, of several GB. Where no NVIDIA GPU is found, the CPU-only
build does the same work, if its index can be reached and has the locked versions for this Python. On other
systems PyPI's PyTorch is the right one. What is chosen and why is said on stderr.

Runs before anything is installed: standard library only.
"""

import argparse
import platform
import re
import subprocess
import sys
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Final
from urllib.error import URLError
from urllib.request import urlopen

CPU_INDEX: Final = "https://download.pytorch.org/whl/cpu"
PACKAGES: Final = ("torch", "torchvision")
_TIMEOUT_S: Final = 5.0
# PyTorch and all the rest, measured with PyTorch 2.13 (CPU) and 2.15 on Linux x86-64.
_CPU_SIZE: Final = "about 0.4 GB to download, 1.7 GB on disk"
_GPU_SIZE: Final = "about 2 GB to download, 6 GB on disk"


def locked_versions(lock: Path) -> dict[str, str]:
    """The versions of PyTorch's packages in a lock file."""
    lines = lock.read_text(encoding="utf-8").splitlines()
    pins = dict(line.split(" ")[0].split("==") for line in lines if re.match(r"[\w.-]+==", line))
    return {name: pins[name] for name in PACKAGES}


def installed(wanted: dict[str, str]) -> bool:
    """Whether this Python has the wanted versions already, of whatever build (2.15.0, 2.15.0+cpu)."""
    try:
        return all(version(name).partition("+")[0] == number for name, number in wanted.items())
    except PackageNotFoundError:
        return False


def has_nvidia_gpu(root: Path) -> bool:
    """Whether a driver serves an NVIDIA GPU: without one, PyTorch cannot use the GPU either."""
    if any((root / path).exists() for path in ("proc/driver/nvidia/version", "dev/nvidia0")):
        return True
    try:  # WSL has neither of them
        listed = subprocess.run(["nvidia-smi", "-L"], capture_output=True, text=True, timeout=30, check=False)
    except (OSError, subprocess.TimeoutExpired):
        return False
    return listed.returncode == 0 and listed.stdout.startswith("GPU ")


def trouble(index: str, wanted: dict[str, str]) -> str | None:
    """Why ``wanted`` cannot be installed from ``index``; None where it can."""
    python = "cp{}{}".format(*sys.version_info[:2])
    for name, number in wanted.items():
        try:
            with urlopen(f"{index}/{name}/", timeout=_TIMEOUT_S) as answer:
                page = answer.read().decode()
        except (OSError, ValueError) as error:
            return f"{index} cannot be reached ({error.reason if isinstance(error, URLError) else error})"
        build = rf"{name}-{re.escape(number)}(?:(?:\+|%2B)cpu)?-{python}-{python}-"
        wheel = rf"{build}\w*linux\w*_{platform.machine()}\.whl"
        if not re.search(wheel, page):
            return f"{index} has no {name} {number} for this machine and Python"
    return None


def main(arguments: list[str]) -> None:
    """Print what is chosen."""
    summary, _, details = (__doc__ or "").partition("\n")
    parser = argparse.ArgumentParser(description=summary, epilog=details)
    parser.add_argument("lock", type=Path, help="requirements.lock")
    parser.add_argument("--index", default=CPU_INDEX, help="where CPU-only builds are")
    parser.add_argument("--root", type=Path, default=Path("/"), help="where /proc and /dev are")
    asked = parser.parse_args(arguments)
    wanted = locked_versions(asked.lock)
    if installed(wanted):
        return
    if sys.platform != "linux":
        say("Installing PyTorch and the rest: once, a few minutes.")
    elif has_nvidia_gpu(asked.root):
        say(f"Found an NVIDIA GPU: installing PyTorch with its GPU libraries ({_GPU_SIZE}).")
    elif (why := trouble(asked.index, wanted)) is None:
        say(f"Found no NVIDIA GPU: installing the CPU-only PyTorch ({_CPU_SIZE}).")
        say("For the one with GPU libraries: make clean app TORCH_INDEX=")
        print(asked.index)
    else:
        say(f"Found no NVIDIA GPU, but {why}.")
        say(f"Installing the usual PyTorch with GPU libraries instead ({_GPU_SIZE}).")


def say(text: str) -> None:
    """Tell the person, not the script."""
    print(text, file=sys.stderr)


if __name__ == "__main__":
    main(sys.argv[1:])
