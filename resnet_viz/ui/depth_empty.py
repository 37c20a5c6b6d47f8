"""What the page shows while no sweep is open: what will come, and what others have found."""

import streamlit as st

from resnet_viz.figures import published
from resnet_viz.figures.chart import to_json
from resnet_viz.locale import gettext as _
from resnet_viz.ui.exhibit import Exhibit, show

_HEIGHT_PX = 360


def nothing_yet(*, has_earlier: bool) -> None:
    """An explanation, and the published curves, called so; ``has_earlier``: sweeps that can be opened."""
    with st.container(border=True, key="depth_empty"):
        headline = _("No sweep is open") if has_earlier else _("Nothing is measured here yet")
        st.subheader(headline, anchor=False)
        st.markdown(
            "\n".join(
                f"- {line}"
                for line in (
                    _(
                        "Press “Start the sweep”: each chosen depth is trained with and without shortcuts, "
                        "the longest trainings first. A point appears as soon as a training ends."
                    ),
                    _(
                        "Watch the **training** error. If it rises with depth, the deeper network does not "
                        "overfit: it fails to learn what the shallower one learned."
                    ),
                    _(
                        "Closing the page stops nothing, and what has been trained once, here or in a race, "
                        "is never trained again."
                    ),
                )
            )
        )
    shown = Exhibit(
        _("Published, not measured here: test error on CIFAR-10"),
        published.how_to_read(),
        published.describe(),
        to_json(published.published_chart()),
        published.published_table,
    )
    show(shown, key="depth_published_only", filename="published-test-error", height_px=_HEIGHT_PX)
