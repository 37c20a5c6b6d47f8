"""A run's records put together: what figures, verdicts and exports read."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from resnet_viz.events import Event, Facts, Profile, Rewound, RunState, Series, StateChanged


@dataclass(frozen=True, slots=True, eq=False)
class Curve:
    """One quantity over training: ``step`` int64 [n] ascending, ``value`` float64 [n]."""

    step: npt.NDArray[np.int64]
    value: npt.NDArray[np.float64]

    def __len__(self) -> int:
        return len(self.step)


@dataclass(frozen=True, slots=True, eq=False)
class ProfileTable:
    """One quantity over training and depth: ``step`` int64 [n], ``value`` float32 [n, taps]."""

    taps: tuple[str, ...]
    step: npt.NDArray[np.int64]
    value: npt.NDArray[np.float32]

    def __len__(self) -> int:
        return len(self.step)


class Branch(NamedTuple):
    """What a fork is where it is drawn beside its parent: the run's identifier, its step, what was changed.

    ``change`` is a gettext key.
    """

    run: str
    step: int
    change: str


@dataclass(frozen=True, slots=True)
class RunHistory:
    """Everything recorded of one run so far; see `events` for the keys.

    ``family``: the network type that it stands for where runs are compared; of a ``branch`` its parent's.
    """

    family: str
    seed: int
    state: RunState
    series: Mapping[str, Curve] = field(default_factory=dict)
    profiles: Mapping[str, ProfileTable] = field(default_factory=dict)
    facts: Mapping[str, Any] = field(default_factory=dict)
    branch: Branch | None = None


class HistoryBuilder:
    """Takes events in the order they happened and joins them to curves and tables."""

    def __init__(self) -> None:
        self._series: dict[str, Curve] = {}
        self._profiles: dict[str, ProfileTable] = {}
        self._facts: dict[str, Any] = {}
        self.state = RunState.QUEUED

    def add(self, events: Iterable[Event]) -> None:
        """Append ``events``; a `Rewound` cuts off what will be measured again."""
        series: dict[str, list[Series]] = {}
        profiles: dict[str, list[Profile]] = {}
        for event in events:
            match event:
                case Series():
                    series.setdefault(event.name, []).append(event)
                case Profile():
                    profiles.setdefault(event.name, []).append(event)
                case Facts():
                    self._facts |= event.values
                case StateChanged():
                    self.state = event.state
                case Rewound():
                    self._join(series, profiles)
                    series, profiles = {}, {}
                    self._cut(event.step)
        self._join(series, profiles)

    def history(self, family: str, seed: int) -> RunHistory:
        """What has been added so far."""
        series, profiles = dict(self._series), dict(self._profiles)
        return RunHistory(family, seed, self.state, series, profiles, dict(self._facts))

    def _join(self, series: dict[str, list[Series]], profiles: dict[str, list[Profile]]) -> None:
        for name, points in series.items():
            old = self._series.get(name)
            parts: list[Series | Curve] = [*([] if old is None else [old]), *points]
            self._series[name] = Curve(
                np.concatenate([part.step for part in parts]), np.concatenate([part.value for part in parts])
            )
        for name, rows in profiles.items():
            before = self._profiles.get(name)
            tables: list[Profile | ProfileTable] = [*([] if before is None else [before]), *rows]
            self._profiles[name] = ProfileTable(
                rows[0].taps,
                np.concatenate([table.step for table in tables]),
                np.concatenate([table.value for table in tables]),
            )

    def _cut(self, step: int) -> None:
        for name, curve in self._series.items():
            keep = int(np.searchsorted(curve.step, step))
            self._series[name] = Curve(curve.step[:keep], curve.value[:keep])
        for name, table in self._profiles.items():
            keep = int(np.searchsorted(table.step, step))
            self._profiles[name] = ProfileTable(table.taps, table.step[:keep], table.value[:keep])
