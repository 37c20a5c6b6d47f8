"""Runs and weights brought in as files."""

from typing import Final

import streamlit as st

from resnet_viz.errors import InvalidSetting
from resnet_viz.exports import import_runs
from resnet_viz.exports.importing import MAX_BYTES
from resnet_viz.locale import gettext as _
from resnet_viz.ui import pages, server
from resnet_viz.ui.permissions import owner
from resnet_viz.ui.runs.state import RUNS
from resnet_viz.ui.weights_upload import TakenIn, weights_upload
from resnet_viz.wording import with_commas

_MAX_MB: Final = MAX_BYTES // 2**20
_IMPORTED: Final = "runs_imported_weights"


def import_files() -> None:
    """Take in runs that were exported as JSON, and weights as safetensors."""
    runs, weights = st.columns(2, gap="large")
    with runs:
        _import_runs()
    with weights:
        _import_weights()


def _import_runs() -> None:
    with st.form("runs_import", border=False, clear_on_submit=True):
        file = st.file_uploader(
            _("A run, race or sweep exported as JSON, from this or another machine"),
            type=["json"],
            max_upload_size=_MAX_MB,
            key="runs_import_file",
        )
        pressed = st.form_submit_button(_("Import"), icon=":material/upload:", key="runs_import_go")
    if not pressed:
        return
    if file is None:
        st.info(_("Choose a file first."), icon=":material/upload_file:")
        return
    try:
        group = import_runs(server.store(), owner(), file.getvalue())
    except InvalidSetting as refusal:
        st.error(str(refusal), icon=":material/block:")
        return
    RUNS.choose(group.run_ids)
    st.rerun()


def _import_weights() -> None:
    taken = weights_upload("runs_weights")
    if taken is not None:
        st.session_state[_IMPORTED] = taken
        RUNS.choose(server.store().group(taken.group_id).run_ids)
        st.rerun()
    last: TakenIn | None = st.session_state.get(_IMPORTED)
    if last is None:
        return
    with st.container(border=True):
        st.markdown(_("The weights were imported as run {id}.").format(id=_run_of(last)))
        for change in last.changes:
            st.caption(f":material/edit: {change}")
        st.page_link(
            pages.INSPECT.path,
            label=_("Open on the {page} page").format(page=_(pages.INSPECT.title)),
            icon=pages.INSPECT.icon,
            query_params={"networks": last.group_id},
        )


def _run_of(taken: TakenIn) -> str:
    return with_commas(server.store().group(taken.group_id).run_ids)
