"""The recorded sweep: what the page shows while no sweep of one's own is open."""

import streamlit as st

from resnet_viz.errors import InvalidSetting, NotFound
from resnet_viz.experiments.experiment import Experiment
from resnet_viz.experiments.kinds import SWEEP
from resnet_viz.experiments.recordings import Recording
from resnet_viz.findings.verdict import verdict
from resnet_viz.locale import gettext as _
from resnet_viz.ui.depth.charts import SECTIONS, depth_charts
from resnet_viz.ui.experiment.jumps import jumps
from resnet_viz.ui.experiment.verdict import show_headline, show_verdict
from resnet_viz.ui.language import in_readers_language
from resnet_viz.ui.linked_form import DEPTH_FORM
from resnet_viz.ui.live.following import still
from resnet_viz.ui.recordings import made_on, recorded_sweep, show_origin
from resnet_viz.ui.settings_form import in_short


def show_recorded_sweep() -> None:
    """The recording: its curve, its verdict, where it comes from, and how to make one's own."""
    try:
        recording = recorded_sweep()
    except (NotFound, InvalidSetting) as error:
        _own_sweep(None)
        st.warning(str(error), icon=":material/movie_off:")
        return
    spec, cells = recording.spec, list(recording.cells)
    with st.container(horizontal=True, vertical_alignment="center", key="experiment_head", gap="small"):
        title = _("Depths {first} to {last}, plain and residual")
        st.header(title.format(first=spec.depths[0], last=spec.depths[-1]), anchor=False, width="content")
        st.badge(_("Recording"), icon=":material/movie:", color="gray")
    found = verdict(SWEEP, spec, cells)
    show_headline(SWEEP, found)
    jumps(SECTIONS)

    def between() -> None:
        show_verdict(SWEEP, found)
        _own_sweep(spec)
        _origin(recording)

    depth_charts(still(cells), lambda cells: cells, spec, between, name=f"recorded-{recording.name}")


def _origin(recording: Recording) -> None:
    spec = recording.spec
    with st.expander(_("About this recording"), icon=":material/movie:"):
        asked = _(
            "{cells} runs of {steps} steps, batch size {batch} · {dataset}, {images} images, {side}×{side} px"
        )
        st.markdown(asked.format(cells=len(recording.cells), **in_short(spec.run)))
        text = _(
            "This is a recording, not a sweep of this machine: {count} networks were trained on {day} on "
            "{cores} CPU cores ({processor}) with PyTorch {torch}, by the command `{command}`. {note}"
        )
        show_origin(recording, made_on(recording, text, count=len(recording.cells)))


def _own_sweep(recorded: Experiment | None) -> None:
    with st.container(border=True, key="depth_empty"):
        st.subheader(_("Your own sweep"), anchor=False)
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
                _("Use the settings of this recording"),
                icon=":material/tune:",
                on_click=_take_settings,
                args=(recorded,),
                key="depth_recorded_settings",
            )


@in_readers_language
def _take_settings(spec: Experiment) -> None:
    DEPTH_FORM.open(None, SWEEP.preset_of(spec), spec)
