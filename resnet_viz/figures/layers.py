"""One quantity over depth at one step: what the profile charts share."""

from collections.abc import Sequence
from math import floor, inf, log10
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from resnet_viz.figures.lines import Line, lines_of
from resnet_viz.figures.tables import Columns
from resnet_viz.history import ProfileTable, RunHistory
from resnet_viz.locale import N_
from resnet_viz.locale import gettext as _
from resnet_viz.wording import count, number

GRADIENT_DIGITS = 2
"""Gradients of deep plain networks are 5 to 7 % off in float32: a third digit would mean nothing."""

LAYER_NAMES = N_(
    "Names of layers: stem is the first convolution, head the classifier, stage1.block1.conv1 the first "
    "convolution of the first block of stage 1; a stage is a group of blocks whose feature maps have one "
    "size."
)


class LineLayers(NamedTuple):
    """One line at ``step``: ``value`` float64 [layers] is the median over seeds.

    ``low`` and ``high`` are the smallest and largest seed. Layers without a
    finite value are NaN; exact zeros are kept as zeros.
    """

    line: Line
    step: int
    seeds: tuple[int, ...]
    layers: tuple[str, ...]
    position: npt.NDArray[np.int32]
    value: npt.NDArray[np.float64]
    low: npt.NDArray[np.float64]
    high: npt.NDArray[np.float64]


class LayersInfo(NamedTuple):
    """``metric`` over depth; ``smallest`` and ``largest`` positive value of the whole training.

    They hold the axis still while one moves through the steps; both are None
    when nothing is positive. ``has_zeros``: some layer was exactly zero at some step.
    """

    metric: str
    lines: tuple[LineLayers, ...]
    smallest: float | None
    largest: float | None
    has_zeros: bool

    @property
    def floor(self) -> float:
        """Where zeros are drawn on a log axis: at least a decade below every positive value."""
        return 10.0 ** (floor(log10(self.smallest)) - 1) if self.smallest else 1e-3


def recorded_steps(histories: Sequence[RunHistory], metric: str) -> npt.NDArray[np.int64]:
    """Ascending steps at which any run has measured ``metric``: the stops of a scrubber."""
    steps = [h.profiles[metric].step for h in histories if metric in h.profiles]
    return np.unique(np.concatenate(steps)) if steps else np.empty(0, np.int64)


def layers_info(histories: Sequence[RunHistory], metric: str, step: int | None = None) -> LayersInfo:
    """``metric`` over depth at the last row recorded at or before ``step``.

    Without ``step``: the latest that every line has come to. Of several seeds,
    only those that have come as far as the line's farthest enter the median.
    """
    tables = [
        (line, [history for history in line.histories if len(history.profiles.get(metric, ()))])
        for line in lines_of(histories)
    ]
    measured = [(line, runs) for line, runs in tables if runs]
    if step is None:
        step = min(
            (max(int(h.profiles[metric].step[-1]) for h in runs) for _line, runs in measured), default=0
        )
    lines = tuple(found for line, runs in measured if (found := _at(line, runs, metric, step)))
    values = [history.profiles[metric].value for _line, runs in measured for history in runs]
    positive = [(value > 0) & np.isfinite(value) for value in values]
    smallest = min(
        (float(v.min(initial=inf, where=p)) for v, p in zip(values, positive, strict=True)), default=inf
    )
    largest = max(
        (float(v.max(initial=0, where=p)) for v, p in zip(values, positive, strict=True)), default=0
    )
    return LayersInfo(
        metric,
        lines,
        smallest if smallest < inf else None,
        largest if largest > 0 else None,
        any(bool((value == 0).any()) for value in values),
    )


def depth_positions(history: RunHistory, taps: Sequence[str]) -> npt.NDArray[np.int32]:
    """Where ``taps`` stand in the network; without the fact ``taps``, their order counts, from 1."""
    known = {tap["name"]: tap["position"] for tap in history.facts.get("taps", ())}
    if not known:
        return np.arange(1, len(taps) + 1, dtype=np.int32)
    return np.array([known[name] for name in taps], dtype=np.int32)


def layers_table(info: LayersInfo) -> Columns:
    """One row per layer: name, position, and the value of each line; NaN where a line lacks the layer."""
    rows: dict[str, int] = {}
    for entry in info.lines:
        for layer, position in zip(entry.layers, entry.position.tolist(), strict=True):
            rows.setdefault(layer, position)
    names = sorted(rows, key=lambda name: rows[name])
    row_of = {name: row for row, name in enumerate(names)}
    table: Columns = {
        _("layer"): np.array(names, dtype=np.str_),
        _("depth"): np.array([rows[name] for name in names], dtype=np.int32),
    }
    for entry in info.lines:
        heading = _("{role}, step {step}").format(role=entry.line.name, step=entry.step)
        columns = {heading: entry.value}
        if len(entry.seeds) > 1:
            columns[_("{run}, smallest seed").format(run=heading)] = entry.low
            columns[_("{run}, largest seed").format(run=heading)] = entry.high
        for name, values in columns.items():
            column = np.full(len(names), np.nan)
            column[[row_of[layer] for layer in entry.layers]] = values
            table[name] = column
    return table


def describe_layers(info: LayersInfo, title: str, digits: int | None = None) -> str:
    """The profile in words: first and last layer, range, zeros and gaps, per line; numbers of ``digits``."""
    if not info.lines:
        return _("{title}: no measurement yet.").format(title=title)
    parts = [f"{title}."]
    for entry in info.lines:
        text = _("{role} at step {step}: {first} in {first_layer}, {last} in {last_layer}; {low} to {high}.")
        finite = entry.value[np.isfinite(entry.value)]
        parts.append(
            text.format(
                role=entry.line.name,
                step=count(entry.step),
                first=number(float(entry.value[0]), digits),
                first_layer=entry.layers[0],
                last=number(float(entry.value[-1]), digits),
                last_layer=entry.layers[-1],
                low=number(float(finite.min()) if len(finite) else None, digits),
                high=number(float(finite.max()) if len(finite) else None, digits),
            )
        )
        if zeros := int((entry.value == 0).sum()):
            parts.append(_("Layers that are exactly 0: {count}.").format(count=zeros))
        if gaps := len(entry.value) - len(finite):
            parts.append(_("Layers without a finite value: {count}.").format(count=gaps))
    return " ".join(parts)


def _at(line: Line, histories: Sequence[RunHistory], metric: str, step: int) -> LineLayers | None:
    rows = [int(np.searchsorted(h.profiles[metric].step, step, side="right")) - 1 for h in histories]
    begun = [(h, h.profiles[metric], row) for h, row in zip(histories, rows, strict=True) if row >= 0]
    if not begun:
        return None
    at = max(int(table.step[row]) for _h, table, row in begun)
    first, reference, _row = begun[0]
    same = [
        (h.seed, _finite(table, row))
        for h, table, row in begun
        if int(table.step[row]) == at and table.taps == reference.taps
    ]
    values = np.stack([value for _seed, value in same])
    known = np.isfinite(values)
    some = known.any(axis=0)
    median = np.full(values.shape[1], np.nan)
    median[some] = np.nanmedian(values[:, some], axis=0)
    return LineLayers(
        line,
        at,
        tuple(seed for seed, _value in same),
        reference.taps,
        depth_positions(first, reference.taps),
        median,
        np.where(some, values.min(axis=0, initial=inf, where=known), np.nan),
        np.where(some, values.max(axis=0, initial=-inf, where=known), np.nan),
    )


def _finite(table: ProfileTable, row: int) -> npt.NDArray[np.float64]:
    value = table.value[row].astype(np.float64)
    return np.where(np.isfinite(value), value, np.nan)
