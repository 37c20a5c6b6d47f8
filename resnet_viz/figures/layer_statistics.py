"""How the layers of both networks respond to one image, over depth."""

from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from resnet_viz.figures.chart import Chart
from resnet_viz.figures.figure import Figure
from resnet_viz.figures.looks import NetworkLook
from resnet_viz.figures.tables import Columns
from resnet_viz.figures.theme import LIGHT, Theme, axis, empty, layout
from resnet_viz.locale import N_
from resnet_viz.locale import gettext as _
from resnet_viz.wording import number

MEASURES = {
    "mean": N_("Mean"),
    "std": N_("Standard deviation"),
    "zero_share": N_("Share of zeros (sparsity)"),
    "dead": N_("Silent channels (for this image)"),
}
_ON_AXIS = {"zero_share": N_("Share of zeros"), "dead": N_("Silent channels")}
MORE = {
    "mean": N_("Mean of each ReLU's output over channels and places. Input left, output right."),
    "std": N_("Standard deviation of each ReLU's output over channels and places. Input left, output right."),
    "zero_share": N_("Of each ReLU's output, over channels and places. Input left, output right."),
    "dead": N_(
        "Share of each ReLU's channels. Input left, output right. Silent for this image does not mean "
        "useless: the channel may respond to another image. Whether it is silent for every image is not "
        "measured here."
    ),
}
HOW_TO_READ = {
    "mean": N_("A rising line: the signal grows with depth."),
    "std": N_("Near 0: the same value everywhere."),
    "zero_share": N_("Share of the values that each ReLU sets to zero."),
    "dead": N_("Channels that are zero everywhere for this image."),
}


class NetworkStatistics(NamedTuple):
    """One network: a value for each ReLU in the order of the forward pass, float64 [sites].

    ``position`` int [sites]: number of the weighted layer that feeds it; ``channels`` and ``dead``
    are counts.
    """

    look: NetworkLook
    sites: tuple[str, ...]
    position: npt.NDArray[np.int64]
    mean: npt.NDArray[np.float32]
    std: npt.NDArray[np.float32]
    zero_share: npt.NDArray[np.float32]
    channels: npt.NDArray[np.int64]
    dead: npt.NDArray[np.int64]


class StatisticsInfo(NamedTuple):
    """``measure`` is a key of `MEASURES`; networks without ReLU modules are left out."""

    measure: str
    networks: tuple[NetworkStatistics, ...]

    def value(self, entry: NetworkStatistics) -> npt.NDArray[np.float64]:
        """What is plotted of one network, [sites]; of silent channels their share."""
        if self.measure == "dead":
            return entry.dead / np.maximum(entry.channels, 1)
        found: npt.NDArray[np.float32] = getattr(entry, self.measure)
        return found.astype(np.float64)


def statistics_info(entries: Sequence[NetworkStatistics], measure: str) -> StatisticsInfo:
    """What the chart of ``measure`` shows."""
    return StatisticsInfo(measure, tuple(entry for entry in entries if entry.sites))


def statistics_chart(info: StatisticsInfo, look: Theme = LIGHT) -> Chart:
    """A line over depth for each network."""
    if not info.networks:
        return empty(look, "layer statistics")
    share = info.measure in ("zero_share", "dead")
    data = [_trace(entry, info.value(entry), ".1%" if share else ".3~g") for entry in info.networks]
    x = axis(look, _("Layer, from input to output"), rangemode="tozero")
    title = _(_ON_AXIS.get(info.measure, MEASURES[info.measure]))
    if share:
        y = axis(look, title, tickformat=".0%", range=[-0.03, 1.03])
    else:
        y = axis(look, title, rangemode="tozero")
    return {"data": data, "layout": layout(look, f"statistics {info.measure}", x, y, hovermode="closest")}


def statistics_table(info: StatisticsInfo) -> Columns:
    """One row a site, all measures, network after network."""
    if not info.networks:
        return {}
    return {
        _("network"): np.array([e.look.name for e in info.networks for _site in e.sites], dtype=np.str_),
        _("ReLU"): np.array([site for e in info.networks for site in e.sites], dtype=np.str_),
        _("depth"): np.concatenate([e.position for e in info.networks]),
        _("mean"): np.concatenate([e.mean for e in info.networks]).astype(np.float64),
        _("standard deviation"): np.concatenate([e.std for e in info.networks]).astype(np.float64),
        _("share of zeros"): np.concatenate([e.zero_share for e in info.networks]).astype(np.float64),
        _("channels"): np.concatenate([e.channels for e in info.networks]),
        _("silent channels"): np.concatenate([e.dead for e in info.networks]),
    }


def describe(info: StatisticsInfo) -> str:
    """The chart in words, for those who do not see it."""
    if not info.networks:
        return _("{title}: no measurement yet.").format(title=_(MEASURES[info.measure]))
    parts = [f"{_(MEASURES[info.measure])}."]
    for entry in info.networks:
        value = info.value(entry)
        text = _("{role}: {first} at the first layer, {last} at the last; {low} to {high}.")
        parts.append(
            text.format(
                role=entry.look.name,
                first=number(float(value[0])),
                last=number(float(value[-1])),
                low=number(float(value.min())),
                high=number(float(value.max())),
            )
        )
    return " ".join(parts)


def _trace(entry: NetworkStatistics, value: npt.NDArray[np.float64], hover: str) -> dict[str, Any]:
    name = entry.look.name
    return {
        "type": "scatter",
        "mode": "lines+markers",
        "name": name,
        "x": entry.position.astype(np.int32),
        "y": value.astype(np.float32),
        "customdata": list(entry.sites),
        "line": entry.look.line(width=2),
        "marker": {"color": entry.look.colour, "symbol": entry.look.symbol, "size": 6},
        "hovertemplate": f"%{{customdata}}: %{{y:{hover}}}<extra>{name}</extra>",
    }


def figure(entries: Sequence[NetworkStatistics], measure: str) -> Figure:
    """``measure``, a key of `MEASURES`, over depth."""
    info = statistics_info(entries, measure)
    return Figure(
        _("Output of every ReLU for this image"),
        _(HOW_TO_READ[measure]),
        describe(info),
        statistics_chart(info),
        lambda: statistics_table(info),
        more=_(MORE[measure]),
    )
