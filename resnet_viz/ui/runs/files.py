"""Runs as files, taken away in every format."""

from collections.abc import Sequence
from functools import partial

import streamlit as st

from resnet_viz.exports import FORMATS, ExportFormat, as_download
from resnet_viz.exports.formats import common_stem
from resnet_viz.locale import current_language, set_language
from resnet_viz.locale import gettext as _
from resnet_viz.store import RunRecord
from resnet_viz.ui import server
from resnet_viz.ui.translated import choose


def export_runs(runs: Sequence[RunRecord]) -> None:
    """Choose a format and save ``runs``; made when the button is pressed."""
    chosen = FORMATS[
        choose(
            st.selectbox,
            _("Export as"),
            list(FORMATS),
            lambda name: _(FORMATS[name].title),
            key="runs_format",
        )
    ]
    made = partial(_made, [run.id for run in runs], chosen.name, current_language())
    lacking = chosen.needs_weights and not all(_has_weights(run) for run in runs)
    st.download_button(
        _("Export"),
        data=made,
        file_name=_file_name(runs, chosen),
        mime=chosen.mime if chosen.is_one_file(len(runs)) else "application/zip",
        icon=":material/download:",
        on_click="ignore",
        disabled=lacking,
        type="primary",
        key=f"runs_download_{chosen.name}",
    )
    if lacking:
        st.caption(_("Not all of these runs have weights on disk."))


def _made(run_ids: Sequence[str], name: str, words: str) -> bytes:
    set_language(words)  # made in another thread, when the button is pressed
    return as_download(server.store(), run_ids, name).content


def _has_weights(run: RunRecord) -> bool:
    return any(saved.kept for saved in server.store().checkpoints(run.id))


def _file_name(runs: Sequence[RunRecord], chosen: ExportFormat) -> str:
    stem = common_stem(runs)
    return f"{stem}{chosen.suffix}" if chosen.is_one_file(len(runs)) else f"{stem}-{chosen.name}.zip"
