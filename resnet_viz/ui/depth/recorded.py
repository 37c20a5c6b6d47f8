"""The recorded sweep: what the page shows while no sweep of one's own is open."""

import streamlit as st

from resnet_viz.errors import InvalidSetting, NotFound
from resnet_viz.experiments.experiment import Experiment
from resnet_viz.experiments.kinds import SWEEP
from resnet_viz.locale import gettext as _
from resnet_viz.ui.depth.charts import depth_charts
from resnet_viz.ui.experiment.verdict import show_verdict
from resnet_viz.ui.language import in_readers_language
from resnet_viz.ui.linked_form import DEPTH_FORM
from resnet_viz.ui.live.following import still
from resnet_viz.ui.recordings import made_on, recorded_sweep, show_origin
from resnet_viz.ui.settings_form import in_short


def show_recorded_sweep(_asked: Experiment | None) -> None:
    """How to start one's own, then the recording with its verdict and charts."""
    try:
        recording = recorded_sweep()
    except (NotFound, InvalidSetting) as error:
        _own_sweep(None)
        st.warning(str(error), icon=":material/movie_off:")
        return
    spec, cells = recording.spec, list(recording.cells)
    _own_sweep(spec)
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        title = _("Depths {first} to {last}, plain and residual")
        st.header(title.format(first=spec.depths[0], last=spec.depths[-1]), anchor=False, width="content")
        st.badge(_("Recording"), icon=":material/movie:", color="gray")
    asked = _(
        "{cells} runs of {steps} steps, batch size {batch} · {dataset}, {images} images, {side}×{side} px"
    )
    st.markdown(asked.format(cells=len(cells), **in_short(spec.run)))
    text = _(
        "This is a recording, not a sweep of this machine: {count} networks were trained on {day} on "
        "{cores} CPU cores ({processor}) with PyTorch {torch}, by the command `{command}`. {note}"
    )
    show_origin(recording, made_on(recording, text, count=len(cells)))
    show_verdict(SWEEP, spec, cells, lambda _found: None)
    depth_charts(still(cells), lambda cells: cells, spec, name=f"recorded-{recording.name}")


def _own_sweep(recorded: Experiment | None) -> None:
    with st.container(border=True, key="depth_empty"):
        st.subheader(_("No sweep of this machine is open yet; below is a recording"), anchor=False)
        st.markdown(
            "\n".join(
                f"- {line}"
                for line in (
                    _(
                        "Press “Start the sweep”: each chosen depth is trained with and without skip "
                        "connections, the longest runs first. A point appears as soon as a run ends."
                    ),
                    _(
                        "Watch the **training** error. If it rises with depth, the deeper network does not "
                        "overfit: it fails to learn what the shallower one learned."
                    ),
                    _(
                        "You can close the page: training continues. Finished runs, from here or from "
                        "a race, are reused."
                    ),
                )
            )
        )
        if recorded is not None:
            st.button(
                _("Use the settings of the recording below"),
                icon=":material/tune:",
                on_click=_take_settings,
                args=(recorded,),
                key="depth_recorded_settings",
            )


@in_readers_language
def _take_settings(spec: Experiment) -> None:
    DEPTH_FORM.open(None, SWEEP.preset_of(spec), spec)
