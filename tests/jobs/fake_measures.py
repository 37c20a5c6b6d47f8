"""Measurements without torch, with every bad habit a test needs; they run in a worker."""

import os
import signal
import time
from collections.abc import Generator, Mapping
from pathlib import Path
from typing import Any, Final

import numpy as np

from resnet_viz.errors import InvalidSetting
from resnet_viz.processes.measuring import Bench, Measure, Partial


def count(values: Mapping[str, Any], bench: Bench) -> Generator[Partial]:
    """Count to ``to``, ``step_s`` a number; a note in ``home`` says that it was cleaned up after."""
    try:
        for number in range(1, values["to"] + 1):
            time.sleep(values["step_s"])
            told = {"counted": number, "pid": os.getpid(), "slots": bench.slots}
            yield Partial(number / values["to"], told, {"squares": np.arange(number) ** 2})
    finally:
        (bench.home / "cleaned_up").touch()


def until_told(values: Mapping[str, Any], bench: Bench) -> Generator[Partial]:
    """Measure until somebody calls `tell`."""
    while not _told(bench.home).exists():
        yield Partial(0.5, {"told": False})
        time.sleep(0.02)
    yield Partial(1.0, {"told": True})


def progress_only(values: Mapping[str, Any], bench: Bench) -> Generator[Partial]:
    yield Partial(0.1, {"kept": True})
    for share in (0.2, 0.3, 0.4):
        yield Partial(share)


def die(values: Mapping[str, Any], bench: Bench) -> Generator[Partial]:
    """The process is killed ``times`` times, then it measures."""
    died = bench.home / "died"
    before = len(died.read_text()) if died.exists() else 0
    if before < values["times"]:
        died.write_text("x" * (before + 1))
        os.kill(os.getpid(), signal.SIGKILL)
    yield Partial(1.0, {"died": before})


def refuse(values: Mapping[str, Any], bench: Bench) -> Generator[Partial]:
    yield Partial(0.5, {"half": True})
    raise InvalidSetting("no_such_block", "There is no block {block}.", block=values["block"])


def stumble(values: Mapping[str, Any], bench: Bench) -> Generator[Partial]:
    yield Partial(0.0)
    raise ZeroDivisionError


def deaf(values: Mapping[str, Any], bench: Bench) -> Generator[Partial]:
    yield Partial(0.5, {"half": True})
    time.sleep(600)


def tell(home: Path) -> None:
    _told(home).touch()


def _told(home: Path) -> Path:
    return home / "told"


def note(home: Path) -> Path:
    return home / "cleaned_up"


MEASURES: Final[dict[str, Measure]] = {
    measure.__name__: measure for measure in (count, until_told, progress_only, die, refuse, stumble, deaf)
}
