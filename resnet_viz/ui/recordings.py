"""What the pages show and say of the bundled recordings."""

from functools import cache
from typing import Final

import streamlit as st

from resnet_viz.experiments import kinds
from resnet_viz.experiments.recordings import Recording, read_recording, recording_file
from resnet_viz.locale import N_
from resnet_viz.locale import gettext as _

RACE: Final = "depth-56"
SWEEP: Final = "fashion-mnist"
_NOTES: Final = (
    N_("The machine was busy with other work: on an idle one the race takes less time."),
    N_("The machine was busy with other work, so the time says nothing about an idle machine."),
)
"""What recordings say about their circumstances, for translation."""


@cache
def recorded_race() -> Recording:
    """The bundled race; raises `NotFound` or `InvalidSetting` where its file is missing or damaged."""
    return read_recording(kinds.RACE, RACE)


@cache
def recorded_sweep() -> Recording:
    """The bundled sweep; raises what `recorded_race` raises."""
    return read_recording(kinds.SWEEP, SWEEP)


def made_on(recording: Recording, text: str, **more: object) -> str:
    """``text``, a translated sentence, with the fields of the recording's origin in their places."""
    origin = recording.origin
    return text.format(
        day=origin.day,
        cores=origin.machine["cores"],
        processor=origin.machine["processor"],
        torch=origin.versions["torch"],
        command=origin.command,
        note=_(origin.note) if origin.note else "",
        **more,
    )


def show_origin(recording: Recording, words: str) -> None:
    """``words`` about the recording, and beside them a download of every number of it as a table."""
    file = recording_file(recording.kind, recording.name, ".parquet")
    row = st.container(horizontal=True, gap="small", vertical_alignment="center")
    row.caption(words)
    row.download_button(
        _("Table for pandas (Parquet)"),
        data=file.read_bytes,
        file_name=f"recorded-{file.name}",
        mime="application/vnd.apache.parquet",
        icon=":material/download:",
        type="tertiary",
        help=_("Every number of this recording as a table for pandas, Polars or DuckDB"),
        on_click="ignore",
        key=f"recorded_{recording.kind.name}_table",
    )
