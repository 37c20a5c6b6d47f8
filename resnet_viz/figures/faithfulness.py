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
from resnet_viz.wording import number, running_text

HOW_TO_READ = N_("A faithful map: thick falls early, thin rises early.")
MORE = N_(
    "Thick: pixels are painted over, those of the highest values first; thin: put back in the same order. "
    "Deletion and insertion of Petsiuk et al. (2018), with the mean colour of the training images as paint. "
    "Such pictures, grey patches on what was black, are unlike anything in training: part of the change "
    "comes from that and not from what was covered. Compare maps of one network and one image."
)
OF_TWO = N_(
    "The probability is that of {name} if only {name} and {other} are in question: softmax over their two "
    "logits, which depends on the difference of the two alone."
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
    """What the chart shows; with ``classes``, the probability is that of the first among these two."""

    networks: tuple[NetworkFaithfulness, ...]
    classes: tuple[str, str] | None = None


def faithfulness_info(
    entries: Sequence[NetworkFaithfulness], classes: tuple[str, str] | None = None
) -> FaithfulnessInfo:
    """Of the networks measured."""
    return FaithfulnessInfo(tuple(entries), classes)


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
    y = axis(look, _probability(info), tickformat=".0%", range=[-0.03, 1.03])
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
    said = [
        text.format(
            role=entry.look.name,
            deletion=number(entry.deletion_area),
            insertion=number(entry.insertion_area),
        )
        for entry in info.networks
    ]
    return running_text(said if info.classes is None else [*said, _of_two(info.classes)])


def _probability(info: FaithfulnessInfo) -> str:
    if info.classes is None:
        return _("Probability")
    return _("Probability: {name}, not {other}").format(name=info.classes[0], other=info.classes[1])


def _of_two(classes: tuple[str, str]) -> str:
    return _(OF_TWO).format(name=classes[0], other=classes[1])


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


def figure(entries: Sequence[NetworkFaithfulness], classes: tuple[str, str] | None = None) -> Figure:
    """Deletion and insertion of the networks measured; ``classes`` as `FaithfulnessInfo` has them."""
    info = faithfulness_info(entries, classes)
    more = [_(MORE)]
    if classes is not None:
        more.append(_of_two(classes))
    return Figure(
        _("Pixels covered and restored"),
        _(HOW_TO_READ),
        describe(info),
        faithfulness_chart(info),
        lambda: faithfulness_table(info),
        more=running_text(more),
    )
