"""What a linear classifier calls one image after each block: when does the network know?"""

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
from resnet_viz.wording import percent, running_text

_MORE = N_(
    "After each block a linear classifier of its own is fitted to the block's mean responses on "
    "training images; the network stays as it is (Alain & Bengio 2016). Block 0 is what the first block "
    "gets. An early "
    "classifier that is right may be so by chance: how many test images each gets right is in the numbers."
)


class KnownImage(NamedTuple):
    """One network: class after each site, int64 [sites], its own class, and accuracies [sites]."""

    look: NetworkLook
    said: npt.NDArray[np.int64]
    final: int
    accuracy: npt.NDArray[np.float32]

    @property
    def first(self) -> int | None:
        """The block from which on all classifiers say the network's own class; None for never."""
        agrees = self.said == self.final
        lasting = int(np.logical_and.accumulate(agrees[::-1]).sum())
        return len(self.said) - lasting if lasting else None


def known_chart(entries: Sequence[KnownImage], names: Sequence[str], look: Theme = LIGHT) -> Chart:
    """A step line through the classes for each network."""
    if not entries:
        return empty(look, "known")
    data = [
        {
            "type": "scatter",
            "mode": "lines+markers",
            "name": one.look.name,
            "x": np.arange(len(one.said), dtype=np.int32),
            "y": one.said.astype(np.int32),
            "line": one.look.line(width=2) | {"shape": "hv"},
            "marker": {"color": one.look.colour, "symbol": one.look.symbol, "size": 8},
            "customdata": [names[said] for said in one.said],
            "hovertemplate": f"%{{x}}: %{{customdata}}<extra>{one.look.name}</extra>",
        }
        for one in entries
    ]
    classes = sorted({*(int(said) for one in entries for said in one.said), *(one.final for one in entries)})
    x = axis(look, _("After block (0: before the first)"))
    y = axis(look, _("Class"), tickvals=classes, ticktext=[names[one] for one in classes])
    return {"data": data, "layout": layout(look, "known", x, y, hovermode="closest")}


def known_table(entries: Sequence[KnownImage], names: Sequence[str]) -> Columns:
    """One row a site, network after network."""
    if not entries:
        return {}
    return {
        _("network"): np.array([one.look.name for one in entries for _said in one.said], np.str_),
        _("block"): np.concatenate([np.arange(len(one.said)) for one in entries]),
        _("class"): np.array([names[said] for one in entries for said in one.said], np.str_),
        _("test images right"): np.concatenate([one.accuracy for one in entries]).astype(np.float64),
    }


def describe(entries: Sequence[KnownImage], names: Sequence[str]) -> str:
    """The chart in words."""
    return running_text([sentence_of(one, names) for one in entries])


def sentence_of(one: KnownImage, names: Sequence[str]) -> str:
    """From where on a network knows what it says in the end."""
    if one.first is None:
        text = _("{network}: no classifier after the last block says {name}, as the network does.")
        return text.format(network=one.look.name, name=names[one.final])
    text = _(
        "{network}: from block {block} of {blocks} on a linear classifier says {name}, as the network does "
        "in the end (there it gets {share} of the test images right)."
    )
    return text.format(
        network=one.look.name,
        block=one.first,
        blocks=len(one.said) - 1,
        name=names[one.final],
        share=percent(float(one.accuracy[one.first])),
    )


def figure(entries: Sequence[KnownImage], names: Sequence[str]) -> Figure:
    """``names`` of the classes, in the reader's language."""
    return Figure(
        _("When does the network know?"),
        _("What a linear classifier calls this image after each block."),
        describe(entries, names),
        known_chart(entries, names),
        lambda: known_table(entries, names),
        more=_(_MORE),
        best_first=True,
    )
