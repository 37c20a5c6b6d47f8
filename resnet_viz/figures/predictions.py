"""What both networks take an image for: the most probable classes as bars."""

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from resnet_viz.figures.chart import Chart
from resnet_viz.figures.tables import Columns
from resnet_viz.figures.theme import COLOURS, LIGHT, ROLES, Theme, axis, empty, layout, role_name
from resnet_viz.locale import N_
from resnet_viz.locale import gettext as _
from resnet_viz.specs import Role
from resnet_viz.wording import percent

SHOWN = 5

HOW_TO_READ = N_(
    "How the network shares out 100 % among the classes. It has to name one of them, whatever the image "
    "shows, and is often surer than it should be."
)
_PATTERNS: dict[Role, str] = {"plain": "/", "residual": ""}


class PredictionsInfo(NamedTuple):
    """Probabilities and logits, float64 [classes] each, of every network in the order plain, residual.

    ``classes`` are names in the reader's language, ``truth`` the index of the right one.
    """

    classes: tuple[str, ...]
    truth: int | None
    probability: dict[Role, npt.NDArray[np.float64]]
    logit: dict[Role, npt.NDArray[np.float64]]

    def shown(self) -> list[int]:
        """Classes worth a bar, the most probable one first; the true one is always among them."""
        if not self.probability:
            return []
        best = np.maximum.reduce(list(self.probability.values()))
        order = np.argsort(-best, kind="stable")[:SHOWN].tolist()
        if self.truth is not None and self.truth not in order:
            order.append(self.truth)
        return [int(index) for index in order]


def predictions_info(
    logits: Mapping[Role, npt.NDArray[np.float32]], classes: Sequence[str], truth: int | None = None
) -> PredictionsInfo:
    """From the logits [classes] of each network."""
    known = {role: logits[role].astype(np.float64) for role in ROLES if role in logits}
    shares = {role: np.exp(value - value.max()) for role, value in known.items()}
    return PredictionsInfo(
        tuple(classes), truth, {role: share / share.sum() for role, share in shares.items()}, known
    )


def predictions_chart(info: PredictionsInfo, look: Theme = LIGHT) -> Chart:
    """Horizontal bars, for each class one a network; the true class carries a mark."""
    indices = info.shown()
    if not indices:
        return empty(look, "predictions")
    names = [_label(info, index) for index in indices]
    data = [_bars(role, info.probability[role][indices], names, look) for role in info.probability]
    x = axis(look, _("Probability"), range=[0, 1.12], tickformat=".0%", tickvals=[0, 0.25, 0.5, 0.75, 1])
    # Plotly counts from below: the first class and its plain bar belong on top.
    y = axis(look, "", autorange="reversed", ticks="", tickfont={"size": 14})
    return {"data": data, "layout": layout(look, "predictions", x, y, barmode="group", bargap=0.28)}


def how_to_read() -> str:
    """One line for people who see the chart for the first time."""
    return _(HOW_TO_READ)


def predictions_table(info: PredictionsInfo) -> Columns:
    """One row a class, in the order of the labels."""
    table: Columns = {
        _("class"): np.array(info.classes, dtype=np.str_),
        _("true class"): np.array(
            [_("yes") if index == info.truth else "" for index in range(len(info.classes))], dtype=np.str_
        ),
    }
    for role in info.probability:
        table[_("{role}, probability").format(role=role_name(role))] = info.probability[role]
        table[_("{role}, logit").format(role=role_name(role))] = info.logit[role]
    return table


def describe(info: PredictionsInfo) -> str:
    """The chart in words, for those who do not see it."""
    parts = []
    for role, shares in info.probability.items():
        best = int(shares.argmax())
        text = _("{role} network: {name}, {share}.")
        parts.append(
            text.format(role=role_name(role), name=info.classes[best], share=percent(float(shares[best])))
        )
    if info.truth is not None:
        parts.append(_("True class: {name}.").format(name=info.classes[info.truth]))
    return " ".join(parts)


def _label(info: PredictionsInfo, index: int) -> str:
    return f"✓ {info.classes[index]}" if index == info.truth else info.classes[index]


def _bars(role: Role, shares: npt.NDArray[np.float64], names: list[str], look: Theme) -> dict[str, Any]:
    return {
        "type": "bar",
        "orientation": "h",
        "name": role_name(role),
        "x": shares.astype(np.float32),
        "y": names,
        "text": [percent(float(share)) for share in shares],
        "textposition": "outside",
        "cliponaxis": False,
        "marker": {
            "color": COLOURS[role],
            "pattern": {"shape": _PATTERNS[role], "fillmode": "overlay", "size": 6, "solidity": 0.25},
        },
        "hovertemplate": f"%{{y}}: %{{x:.2%}}<extra>{role_name(role)}</extra>",
    }
