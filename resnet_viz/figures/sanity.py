"""Whether a map depends on what was learned: its likeness to itself as weights are randomised.

Cascading randomisation of Adebayo et al. 2018 (arXiv:1810.03292), from the head down.
"""

from collections.abc import Sequence
from typing import NamedTuple

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

HOW_TO_READ = N_("A map that depends on what was learned falls away from 1.")
MORE = N_(
    "Left to right: more layers get random weights, starting at the classifier. Cascading randomisation of "
    "Adebayo et al. (2018); the random weights come from another seed than the run's own. They found that "
    "Guided Backprop and Guided Grad-CAM changed little on their networks; the lines show what holds for "
    "these networks and this image. A map that is still near 1 with all weights random shows the image "
    "rather than the network."
)
MEASURES = {"rank_correlation": N_("Rank correlation"), "similarity": N_("Structural similarity (SSIM)")}
_ON_AXIS = {"rank_correlation": N_("Rank correlation"), "similarity": N_("SSIM")}


class NetworkSanity(NamedTuple):
    """One network: ``layers`` as they were randomised, first "" for none; values float32 [layers]."""

    look: NetworkLook
    layers: tuple[str, ...]
    rank_correlation: npt.NDArray[np.float32]
    similarity: npt.NDArray[np.float32]


class SanityInfo(NamedTuple):
    """``measure`` is a key of `MEASURES`."""

    measure: str
    networks: tuple[NetworkSanity, ...]


def sanity_info(entries: Sequence[NetworkSanity], measure: str) -> SanityInfo:
    """What the chart of ``measure`` shows."""
    return SanityInfo(measure, tuple(entries))


def sanity_chart(info: SanityInfo, look: Theme = LIGHT) -> Chart:
    """A line for each network over the share of it that is random; NaN, a constant map, leaves a gap."""
    if not info.networks:
        return empty(look, "sanity")
    data = []
    for entry in info.networks:
        value = getattr(entry, info.measure)
        name = entry.look.name
        data.append(
            {
                "type": "scatter",
                "mode": "lines+markers",
                "name": name,
                "x": np.linspace(0, 1, len(entry.layers), dtype=np.float32),
                "y": value.astype(np.float32),
                "customdata": [layer or _("nothing") for layer in entry.layers],
                "line": entry.look.line(width=2),
                "marker": {"color": entry.look.colour, "symbol": entry.look.symbol, "size": 7},
                "hovertemplate": f"%{{customdata}}: %{{y:.3f}}<extra>{name}</extra>",
            }
        )
    x = axis(look, _("Layers with random weights"), tickformat=".0%", range=[-0.03, 1.03])
    y = axis(look, _(_ON_AXIS[info.measure]), range=[-1.05, 1.05], zeroline=True, zerolinecolor=look.grid)
    return {"data": data, "layout": layout(look, f"sanity {info.measure}", x, y, hovermode="closest")}


def sanity_table(info: SanityInfo) -> Columns:
    """One row a network and randomised layer."""
    if not info.networks:
        return {}
    return {
        _("network"): np.array([e.look.name for e in info.networks for _l in e.layers], dtype=np.str_),
        _("randomised down to"): np.array(
            [layer for e in info.networks for layer in e.layers], dtype=np.str_
        ),
        _("rank correlation"): np.concatenate([e.rank_correlation for e in info.networks]).astype(np.float64),
        _("SSIM"): np.concatenate([e.similarity for e in info.networks]).astype(np.float64),
    }


def describe(info: SanityInfo) -> str:
    """The chart in words, for those who do not see it."""
    parts = [f"{_(MEASURES[info.measure])}."]
    for entry in info.networks:
        value = getattr(entry, info.measure)
        text = _("{role}: {first} with a random classifier, {last} with all weights random.")
        parts.append(
            text.format(role=entry.look.name, first=number(float(value[1])), last=number(float(value[-1])))
        )
    return " ".join(parts)


def figure(entries: Sequence[NetworkSanity], measure: str) -> Figure:
    """The check in ``measure``, a key of `MEASURES`."""
    info = sanity_info(entries, measure)
    return Figure(
        _(MEASURES[measure]),
        _(HOW_TO_READ),
        describe(info),
        sanity_chart(info),
        lambda: sanity_table(info),
        more=_(MORE),
    )
