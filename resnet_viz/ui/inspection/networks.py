"""The networks that are looked into: one, or two to compare."""

import json
from dataclasses import dataclass
from functools import cache
from typing import Any, Final

from resnet_viz.figures.families import family_look
from resnet_viz.figures.looks import NetworkLook, other_look
from resnet_viz.inspection.bundled import bundled_path, family_of
from resnet_viz.networks.torchvision_catalogue import ZOO, ZooEntry
from resnet_viz.store import RunRecord
from resnet_viz.ui import labels, server

PUBLISHED: Final = "torchvision"

Slot = str
"""What a network looks like: as its role does, or ``other``. No two that are compared have the same."""


@dataclass(frozen=True, slots=True)
class Network:
    """One network as the inspector knows it.

    Attributes:
        reference: what the inspector loads.
        version: changes when the file does.
        step: updates its weights have seen; None where there is only one state of it.
        title: its own name, where it has one.
    """

    slot: Slot
    reference: str
    version: int
    step: int | None = None
    title: str = ""

    @property
    def name(self) -> str:
        """``Plain`` or ``Residual`` in the reader's language, or its own name."""
        return self.title or labels.label(labels.ROLES, self.slot)

    @property
    def name_inside(self) -> str:
        """The name within a sentence."""
        return self.title or self.name.lower()

    @property
    def look(self) -> NetworkLook:
        """How charts draw it."""
        return other_look(self.name) if self.slot == "other" else family_look(self.slot, self.name)

    @property
    def published(self) -> ZooEntry | None:
        """Which of torchvision's it is, if any."""
        kind, _colon, name = self.reference.partition(":")
        return ZOO[name] if kind == PUBLISHED else None

    @property
    def file_stem(self) -> str:
        """Its part of the names of downloads."""
        return self.slot if self.published is None else self.published.name


@dataclass(frozen=True, slots=True)
class Pair:
    """What is compared: one or two networks, plain first; ``steps`` are the checkpoints there are."""

    name: str
    networks: tuple[Network, ...]
    runs: tuple[RunRecord, ...] = ()
    steps: tuple[int, ...] = ()

    def at(self, step: int) -> tuple[Network, ...]:
        """The same networks at another of ``steps``."""
        return tuple(trained(run, step) for run in self.runs)


@cache
def bundled_record() -> dict[str, Any]:
    """What was measured of the bundled networks: of each, and the ``opening_image`` where they differ."""
    file = bundled_path("plain").with_name("models.json")
    record: dict[str, Any] = json.loads(file.read_text(encoding="utf-8"))
    return record


def bundled(name: str) -> Network:
    """The bundled network of `bundled.PAIRS`; raises FileNotFoundError where it is missing."""
    return Network(family_of(name), f"bundled:{name}", bundled_path(name).stat().st_mtime_ns)


def trained(run: RunRecord, step: int) -> Network:
    """The network of a run at a kept checkpoint."""
    store = server.store()
    saved = next(found for found in store.checkpoints(run.id) if found.step == step)
    path = (store.run_folder(run.id) / saved.path).absolute()
    version = path.stat().st_mtime_ns if path.is_file() else 0
    return Network(run.role, f"file:{path}", version, step)
