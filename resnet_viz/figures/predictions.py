"""What both networks predict for an image: the most probable classes as bars."""

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
from resnet_viz.wording import percent

SHOWN = 5
FEW = 20
"""So many classes are looked through; more are searched."""

HOW_TO_READ = N_("Probabilities: those of all classes sum to 100%.")
MORE = N_(
    "A network always predicts one of its classes, whatever the image shows, and is often too confident. "
    "The logits in the table are the scores before softmax, which makes probabilities of them."
)


class NetworkPrediction(NamedTuple):
    """What one network says: probabilities and logits, float64 [classes] each."""

    look: NetworkLook
    probability: npt.NDArray[np.float64]
    logit: npt.NDArray[np.float64]


class PredictionsInfo(NamedTuple):
    """``classes`` are names in the reader's language, ``truth`` the index of the right one."""

    classes: tuple[str, ...]
    truth: int | None
    networks: tuple[NetworkPrediction, ...]

    def shown(self) -> list[int]:
        """Classes worth a bar, the most probable one first; the true one is always among them."""
        if not self.networks:
            return []
        best = np.maximum.reduce([one.probability for one in self.networks])
        order = np.argsort(-best, kind="stable")[:SHOWN].tolist()
        if self.truth is not None and self.truth not in order:
            order.append(self.truth)
        return [int(index) for index in order]


def predictions_info(
    logits: Sequence[tuple[NetworkLook, npt.NDArray[np.float32]]],
    classes: Sequence[str],
    truth: int | None = None,
) -> PredictionsInfo:
    """From the logits [classes] of each network."""
    found = []
    for look, values in logits:
        logit = values.astype(np.float64)
        share = np.exp(logit - logit.max())
        found.append(NetworkPrediction(look, share / share.sum(), logit))
    return PredictionsInfo(tuple(classes), truth, tuple(found))


def predictions_chart(info: PredictionsInfo, look: Theme = LIGHT) -> Chart:
    """Horizontal bars, for each class one a network; the true class carries a mark."""
    indices = info.shown()
    if not indices:
        return empty(look, "predictions")
    names = [_label(info, index) for index in indices]
    data = [_bars(one, indices, names) for one in info.networks]
    x = axis(look, _("Probability"), range=[0, 1.12], tickformat=".0%", tickvals=[0, 0.25, 0.5, 0.75, 1])
    # Plotly counts from below: the first class and its plain bar belong on top.
    y = axis(look, "", autorange="reversed", ticks="")
    return {"data": data, "layout": layout(look, "predictions", x, y, barmode="group", bargap=0.16)}


def predictions_table(info: PredictionsInfo) -> Columns:
    """One row a class: in the order of the labels, or the most probable first where there are many."""
    order = np.arange(len(info.classes))
    if len(order) > FEW and info.networks:
        order = np.argsort(-np.maximum.reduce([one.probability for one in info.networks]), kind="stable")
    table: Columns = {
        _("class"): np.array([info.classes[index] for index in order], dtype=np.str_),
        _("true class"): np.array(
            [_("yes") if index == info.truth else "" for index in order], dtype=np.str_
        ),
    }
    for one in info.networks:
        table[_("{role}, probability").format(role=one.look.name)] = one.probability[order]
        table[_("{role}, logit").format(role=one.look.name)] = one.logit[order]
    return table


def describe(info: PredictionsInfo) -> str:
    """The chart in words, for those who do not see it."""
    parts = []
    for one in info.networks:
        best = int(one.probability.argmax())
        text = _("{role} network: {name}, {share}.")
        share = percent(float(one.probability[best]))
        parts.append(text.format(role=one.look.name, name=info.classes[best], share=share))
    if info.truth is not None:
        parts.append(_("True class: {name}.").format(name=info.classes[info.truth]))
    return " ".join(parts)


def _label(info: PredictionsInfo, index: int) -> str:
    return f"✓ {info.classes[index]}" if index == info.truth else info.classes[index]


def _bars(one: NetworkPrediction, indices: list[int], names: list[str]) -> dict[str, Any]:
    shares = one.probability[indices]
    # Told apart in grey as well, as the lines of other charts are by their dashes.
    pattern = "" if one.look.dash == "solid" else "/"
    return {
        "type": "bar",
        "orientation": "h",
        "name": one.look.name,
        "x": shares.astype(np.float32),
        "y": names,
        "text": [percent(float(share)) for share in shares],
        "textposition": "outside",
        "constraintext": "none",
        "cliponaxis": False,
        "marker": {
            "color": one.look.colour,
            "pattern": {"shape": pattern, "fillmode": "overlay", "size": 6, "solidity": 0.25},
        },
        "hovertemplate": f"%{{y}}: %{{x:.1%}}<extra>{one.look.name}</extra>",
    }


def figure(
    logits: Sequence[tuple[NetworkLook, npt.NDArray[np.float32]]],
    classes: Sequence[str],
    truth: int | None = None,
) -> Figure:
    """From the logits [classes] of each network."""
    info = predictions_info(logits, classes, truth)
    return Figure(
        _("Predictions"),
        _(HOW_TO_READ),
        describe(info),
        predictions_chart(info),
        lambda: predictions_table(info),
        more=_(MORE),
        best_first=True,
    )
