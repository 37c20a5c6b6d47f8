"""Whether the places a map points at matter: the class's probability as they go, and as they come back."""

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

HOW_TO_READ = N_("A faithful map: thick falls early, thin rises early.")
MORE = N_(
    "Thick: pixels are painted over, those of the highest values first; thin: put back in the same order. "
    "Deletion and insertion of Petsiuk et al. (2018), with the mean colour of the training images as paint. "
    "Such pictures, grey patches on what was black, are unlike anything in training: part of the change "
    "comes from that and not from what was covered. Compare maps of one network and one image."
)


class NetworkFaithfulness(NamedTuple):
    """One network: ``share`` of the pixels changed and the class's probability, float32 [points] each."""

    look: NetworkLook
    share: npt.NDArray[np.float32]
    deletion: npt.NDArray[np.float32]
    insertion: npt.NDArray[np.float32]
    deletion_area: float
    insertion_area: float
    sensitivity: float


class FaithfulnessInfo(NamedTuple):
    """What the chart shows."""

    networks: tuple[NetworkFaithfulness, ...]


def faithfulness_info(entries: Sequence[NetworkFaithfulness]) -> FaithfulnessInfo:
    """Of the networks measured."""
    return FaithfulnessInfo(tuple(entries))


def faithfulness_chart(info: FaithfulnessInfo, look: Theme = LIGHT) -> Chart:
    """For each network the deletion curve thick and the insertion curve thin."""
    if not info.networks:
        return empty(look, "faithfulness")
    data = []
    for entry in info.networks:
        deletion = _("{role}, painted over").format(role=entry.look.name)
        insertion = _("{role}, put back").format(role=entry.look.name)
        data.append(_trace(entry, entry.deletion, deletion, 2.5))
        data.append(_trace(entry, entry.insertion, insertion, 1.0))
    x = axis(look, _("Pixels changed"), tickformat=".0%", range=[-0.02, 1.02])
    y = axis(look, _("Probability"), tickformat=".0%", range=[-0.03, 1.03])
    return {"data": data, "layout": layout(look, "faithfulness", x, y, hovermode="x unified")}


def faithfulness_table(info: FaithfulnessInfo) -> Columns:
    """One row a share of pixels, the curves of each network beside each other."""
    if not info.networks:
        return {}
    table: Columns = {_("share of pixels"): info.networks[0].share.astype(np.float64)}
    for entry in info.networks:
        name = entry.look.name
        table[_("{role}, painted over").format(role=name)] = entry.deletion.astype(np.float64)
        table[_("{role}, put back").format(role=name)] = entry.insertion.astype(np.float64)
    return table


def describe(info: FaithfulnessInfo) -> str:
    """The chart in words, for those who do not see it."""
    text = _("{role}: area under the deletion curve {deletion}, under the insertion curve {insertion}.")
    return " ".join(
        text.format(
            role=entry.look.name,
            deletion=number(entry.deletion_area),
            insertion=number(entry.insertion_area),
        )
        for entry in info.networks
    )


def _trace(
    entry: NetworkFaithfulness, value: npt.NDArray[np.float32], name: str, width: float
) -> dict[str, Any]:
    return {
        "type": "scatter",
        "mode": "lines",
        "name": name,
        "x": entry.share.astype(np.float32),
        "y": value.astype(np.float32),
        "line": entry.look.line(width=width),
        "hovertemplate": f"%{{y:.1%}}<extra>{name}</extra>",
    }


def figure(entries: Sequence[NetworkFaithfulness]) -> Figure:
    """Deletion and insertion of the networks measured."""
    info = faithfulness_info(entries)
    return Figure(
        _("Pixels covered and restored"),
        _(HOW_TO_READ),
        describe(info),
        faithfulness_chart(info),
        lambda: faithfulness_table(info),
        more=_(MORE),
    )
