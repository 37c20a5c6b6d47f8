"""Who is credited at every addition of a residual network: what was there already, or what the block adds."""

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from resnet_viz.figures.chart import Chart
from resnet_viz.figures.figure import Figure
from resnet_viz.figures.looks import NetworkLook
from resnet_viz.figures.tables import Columns
from resnet_viz.figures.theme import LIGHT, OTHERS, Theme, axis, empty, layout
from resnet_viz.locale import N_
from resnet_viz.locale import gettext as _
from resnet_viz.wording import number, running_text

Floats = npt.NDArray[np.float32]

_MORE = N_(
    "x is what the skip connection brings, F(x) what the block adds, g the gradient of the class's logit at "
    "their sum. Both parts add up to ⟨g, y⟩, the logit as far as it is linear in y. A negative part speaks "
    "against the class."
)


class CreditInfo(NamedTuple):
    """⟨g, x⟩ and ⟨g, F⟩ of every block, [blocks]; the logit of ``class_name``, minus ``against``'s."""

    look: NetworkLook
    blocks: tuple[str, ...]
    skip: Floats
    branch: Floats
    class_name: str
    against: str | None = None

    @property
    def score(self) -> str:
        """What the parts belong to, in words."""
        if self.against is None:
            return self.class_name
        return _("{name}, not {other}").format(name=self.class_name, other=self.against)


def credit_chart(info: CreditInfo, look: Theme = LIGHT) -> Chart:
    """Two bars on top of each other for each block."""
    if not info.blocks:
        return empty(look, "credit")
    at = np.arange(1, len(info.blocks) + 1, dtype=np.int32)
    data = [
        {
            "type": "bar",
            "name": name,
            "x": at,
            "y": values,
            "customdata": list(info.blocks),
            "marker": {"color": colour},
            "hovertemplate": f"%{{customdata}}: %{{y:.3g}}<extra>{name}</extra>",
        }
        for name, values, colour in (
            (_("skip connection, ⟨g, x⟩"), info.skip, info.look.colour),
            (_("branch, ⟨g, F⟩"), info.branch, OTHERS[2]),
        )
    ]
    x = axis(look, _("Block, from input to output"))
    y = axis(look, _("Part of the logit"))
    return {"data": data, "layout": layout(look, "credit", x, y, barmode="relative", hovermode="closest")}


def credit_table(info: CreditInfo) -> Columns:
    """One row a block."""
    return {
        _("block"): np.array(info.blocks, np.str_),
        "⟨g, x⟩": info.skip.astype(np.float64),
        "⟨g, F⟩": info.branch.astype(np.float64),
        "⟨g, y⟩": (info.skip + info.branch).astype(np.float64),
    }


def describe(info: CreditInfo) -> str:
    """The chart in words."""
    text = _("At the last addition {skip} come from the skip connection and {branch} from the branch.")
    parts = [_("Credit at every addition for {name}.").format(name=info.score)]
    if len(info.blocks):
        parts.append(text.format(skip=number(float(info.skip[-1])), branch=number(float(info.branch[-1]))))
    return running_text(parts)


def figure(info: CreditInfo) -> Figure:
    """The parts of one network's logit, block by block."""
    more = [_(_MORE)]
    if info.against is not None:
        text = _("Here the score is the logit of {name} minus that of {other}.")
        more.append(text.format(name=info.class_name, other=info.against))
    return Figure(
        _("Credit at every addition: {name}").format(name=info.score),
        _("How much of the logit comes past each block, and how much the block adds."),
        describe(info),
        credit_chart(info),
        lambda: credit_table(info),
        more=running_text(more),
        best_first=True,
    )
