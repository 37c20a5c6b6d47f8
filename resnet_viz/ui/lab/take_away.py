"""What a reader takes away from an answer: the command, the numbers, a script, and a picture for a slide."""

from collections.abc import Sequence

import orjson
import streamlit as st

from resnet_viz.errors import ResnetVizError
from resnet_viz.inspection.bundled import TITLES
from resnet_viz.jobs.capacity import Machine
from resnet_viz.lab.answers import Asking, answer_values, command
from resnet_viz.lab.slide import slide
from resnet_viz.lab.take_away import take_away
from resnet_viz.locale import gettext as _
from resnet_viz.processes.channel import Frame
from resnet_viz.processor import processor_name
from resnet_viz.store import MeasurementRecord, home_folder
from resnet_viz.ui import server
from resnet_viz.ui.lab.slide_buttons import slide_buttons
from resnet_viz.ui.moments import day
from resnet_viz.wording import after_steps, duration


def offer(asked: Asking, result: Frame, measured: Sequence[str]) -> None:
    """All of it below a finished answer; ``measured`` says on which machine and when."""
    values, name = result.values, asked.question.name
    took = _("Measured in {time}; {cpu} of CPU time; at most {memory} MB of memory.")
    st.caption(
        took.format(
            time=duration(values["wall_s"]),
            cpu=duration(values["cpu_s"]),
            memory=f"{values['peak_bytes'] / 1e6:,.0f}",
        )
    )
    with st.expander(_("Take away"), icon=":material/download:", key=f"lab_take_{name}"):
        st.code(command(asked), language="bash")
        with st.container(horizontal=True):
            st.download_button(
                _("The result as JSON"),
                data=lambda: orjson.dumps(answer_values(asked, result)),
                file_name=f"lab-{name}.json",
                mime="application/json",
                icon=":material/download:",
                on_click="ignore",
                key="lab_do_save",
            )
            _script(asked)
        chart = slide(asked, result, _networks(asked), measured)
        slide_buttons(chart, key=f"lab_slide_{name}", filename=f"lab-{name}-slide")


def measured_here(record: MeasurementRecord) -> tuple[str, ...]:
    """On which machine, and when."""
    machine = Machine.here()
    where = _("{processor}, {cores} cores, {system}").format(
        processor=processor_name(), cores=machine.cores, system=machine.system
    )
    ended = record.created_at if record.ended_at is None else record.ended_at
    return where, day(ended)


def _networks(asked: Asking) -> tuple[str, ...]:
    """Which ones, where the question is about trained networks."""
    if asked.question.needs != "pair":
        return ()
    name = _(TITLES[asked.about]) if asked.about in TITLES else asked.about
    step = () if asked.step is None else (after_steps(asked.step),)
    return name, *step


def _script(asked: Asking) -> None:
    """The button for it, or why there is none."""
    try:
        script = take_away(server.store(), asked, home_folder() / "data")
        only = asked.subjects(server.store()).only
    except ResnetVizError as refusal:
        st.caption(str(refusal))
        return
    st.download_button(
        _("Script and data (plain PyTorch)"),
        data=script.zipped,
        file_name=f"lab-{asked.question.name}.zip",
        mime="application/zip",
        icon=":material/code:",
        on_click="ignore",
        help=_("Prints the same numbers without this app; with the weights and images that it reads."),
        key="lab_do_script",
    )
    if only is not None:
        st.caption(str(only), width="content")
