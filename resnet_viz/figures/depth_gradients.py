"""The gradient over depth of all networks of a sweep: before the first step and at the end."""

from collections.abc import Sequence
from math import log10
from typing import NamedTuple

import numpy as np

from resnet_viz.experiments.experiment import CellHistory
from resnet_viz.figures import gradient_profile
from resnet_viz.figures.chart import Chart
from resnet_viz.figures.families import family_looks, family_name
from resnet_viz.figures.figure import Figure
from resnet_viz.figures.layers import GRADIENT_DIGITS, LayersInfo, LineLayers, layers_info
from resnet_viz.figures.looks import NetworkLook
from resnet_viz.figures.panels import in_second_panel, panel_axes, two_panels
from resnet_viz.figures.profile_traces import zero_trace
from resnet_viz.figures.tables import Columns
from resnet_viz.figures.theme import LIGHT, Theme, empty
from resnet_viz.figures.traces import Trace
from resnet_viz.locale import N_
from resnet_viz.locale import gettext as _
from resnet_viz.wording import number, running_text

METRIC = "grad/relative"

HOW_TO_READ = N_("Falling to the left: the gradient shrinks towards the input; rising: it grows.")
MORE = N_("One line per network; those of the chosen depth are thick.")


class DepthProfile(NamedTuple):
    """‖g‖/‖w‖ of one family at one depth: before the first step and at the last recorded one."""

    family: str
    depth: int
    start: LineLayers | None
    end: LineLayers


class DepthGradientInfo(NamedTuple):
    """What the chart shows, by family and depth, and the ends of the common axis (None: nothing positive)."""

    profiles: tuple[DepthProfile, ...]
    depths: tuple[int, ...]
    smallest: float | None
    largest: float | None
    has_zeros: bool


def depth_gradient_info(families: Sequence[str], cells: Sequence[CellHistory]) -> DepthGradientInfo:
    """Collect ``grad/relative`` of every cell that has begun: the median over seeds."""
    profiles = []
    for name in families:
        for depth in sorted({cell.depth for cell in cells if cell.family == name}):
            histories = [c.history for c in cells if (c.family, c.depth) == (name, depth)]
            end = layers_info(histories, METRIC).lines
            start = layers_info(histories, METRIC, 0).lines
            if end:
                first = start[0] if start and start[0].step == 0 else None
                profiles.append(DepthProfile(name, depth, first, end[0]))
    shown = [entry.value for p in profiles for entry in (p.start, p.end) if entry is not None]
    values = np.concatenate(shown) if shown else np.empty(0)
    positive = values[np.isfinite(values) & (values > 0)]
    return DepthGradientInfo(
        tuple(profiles),
        tuple(sorted({profile.depth for profile in profiles})),
        float(positive.min()) if len(positive) else None,
        float(positive.max()) if len(positive) else None,
        bool((values == 0).any()),
    )


def depth_gradient_chart(
    info: DepthGradientInfo, look: Theme = LIGHT, *, depth: int | None = None, stacked: bool = False
) -> Chart:
    """Step 0 in the first panel, the end in the second; the networks of ``depth`` (the deepest) strong."""
    name = f"depth-gradients/{'stacked' if stacked else 'beside'}"
    if not info.profiles:
        return empty(look, name)
    chosen = info.depths[-1] if depth is None else depth
    looks = family_looks(list(dict.fromkeys(profile.family for profile in info.profiles)))
    floor = LayersInfo(METRIC, (), info.smallest, info.largest, info.has_zeros).floor
    data: list[Trace] = []
    for profile in sorted(info.profiles, key=lambda p: p.depth == chosen):
        style, strong = looks[profile.family], profile.depth == chosen
        if profile.start is not None:
            data += _traces(profile, profile.start, style, floor, strong)
        ends = _traces(profile, profile.end, style, floor, strong)
        begins_here = profile.start is None  # else its legend entry is in the first panel
        data += [in_second_panel(t) | {"showlegend": t["showlegend"] and begins_here} for t in ends]
    y = {"type": "log", "exponentformat": "power", "minorloglabels": "none", "range": _range(info, floor)}
    x = {"rangemode": "tozero"}
    axes = panel_axes(look, _("Layer, from input to output"), "‖g‖ / ‖w‖", x, y, stacked=stacked)
    return two_panels(data, look, name, axes, _("Before the first step"), _("At the end"))


def depth_gradient_table(info: DepthGradientInfo) -> Columns:
    """One row per network, moment and layer."""
    rows = [
        (family_name(profile.family), profile.depth, entry.step, layer, position, value)
        for profile in info.profiles
        for entry in (profile.start, profile.end)
        if entry is not None
        for layer, position, value in zip(
            entry.layers, entry.position.tolist(), entry.value.tolist(), strict=True
        )
    ]
    names, depths, steps, layers, positions, values = zip(*rows, strict=True) if rows else ((),) * 6
    return {
        _("network"): np.array(names, np.str_),
        _("depth"): np.array(depths, np.int32),
        _("step"): np.array(steps, np.int64),
        _("layer"): np.array(layers, np.str_),
        _("position"): np.array(positions, np.int32),
        "‖g‖ / ‖w‖": np.array(values, np.float64),
    }


def describe(info: DepthGradientInfo) -> str:
    """The chart in words: first against last layer of every network."""
    if not info.profiles:
        return _("Gradient of all depths: no measurement yet.")
    parts = [_("Gradient relative to the weights, ‖g‖ / ‖w‖, of all depths.")]
    for profile in info.profiles:
        for entry in (profile.start, profile.end):
            if entry is not None:
                text = _(
                    "{family}, depth {depth}, step {step}: {first} in {first_layer}, {last} in {last_layer}."
                )
                parts.append(
                    text.format(
                        family=family_name(profile.family),
                        depth=profile.depth,
                        step=entry.step,
                        first=number(float(entry.value[0]), GRADIENT_DIGITS),
                        first_layer=entry.layers[0],
                        last=number(float(entry.value[-1]), GRADIENT_DIGITS),
                        last_layer=entry.layers[-1],
                    )
                )
    return " ".join(parts)


def _traces(
    profile: DepthProfile, entry: LineLayers, style: NetworkLook, floor: float, strong: bool
) -> list[Trace]:
    name = _("{family}, depth {depth}").format(family=style.name, depth=profile.depth)
    line: Trace = {
        "type": "scatter",
        "mode": "lines+markers" if strong else "lines",
        "name": name,
        "legendgroup": name,
        "showlegend": strong,
        "x": entry.position,
        "y": np.where(entry.value > 0, entry.value, np.nan).astype(np.float32),
        "customdata": list(entry.layers),
        "line": style.line(width=2.5) if strong else style.line(width=1.2, opacity=0.4),
        "marker": {"color": style.colour, "symbol": style.symbol, "size": 5},
        "hovertemplate": f"%{{customdata}}: %{{y:.{GRADIENT_DIGITS}~g}}<extra>{name}</extra>",
    }
    zeros = [
        trace
        | {"marker": trace["marker"] | {"color": style.colour}, "legendgroup": name, "showlegend": False}
        for trace in zero_trace(entry, floor)
    ]
    return [line, *zeros]


def _range(info: DepthGradientInfo, floor: float) -> list[float]:
    low = log10(floor if info.has_zeros or not info.smallest else info.smallest)
    high = log10(info.largest) if info.largest else low + 3
    margin = max(0.2, 0.04 * (high - low))
    return [low - margin, high + margin]


def figure(families: Sequence[str], cells: Sequence[CellHistory], *, depth: int | None = None) -> Figure:
    """Gradients of a sweep before and after training, those of ``depth`` (the greatest) in front."""
    info = depth_gradient_info(families, cells)
    return Figure(
        _("How the gradient reaches the layers"),
        _(HOW_TO_READ),
        describe(info),
        depth_gradient_chart(info, depth=depth),
        lambda: depth_gradient_table(info),
        narrow=depth_gradient_chart(info, depth=depth, stacked=True)["layout"],
        more=running_text((_(MORE), gradient_profile.more(METRIC))),
    )
