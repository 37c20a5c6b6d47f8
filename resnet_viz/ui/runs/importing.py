"""Runs and weights brought in as files."""

from typing import Final

import streamlit as st

from resnet_viz.exports import import_runs
from resnet_viz.exports.importing import MAX_BYTES
from resnet_viz.images.names import display_name
from resnet_viz.locale import gettext as _
from resnet_viz.locale import ngettext
from resnet_viz.ui import pages, server
from resnet_viz.ui.import_on_choice import import_on_choice
from resnet_viz.ui.permissions import owner
from resnet_viz.ui.runs.actions import choose_all_of, names_of
from resnet_viz.ui.weights_upload import TakenIn, weights_upload

_MAX_MB: Final = MAX_BYTES // 2**20
_LAST: Final = "runs_imported"


def import_files() -> None:
    """Take in runs that were exported as JSON, and weights as safetensors; what comes in is chosen."""
    runs, weights = st.columns(2, gap="large")
    with runs:
        taken = import_on_choice(
            _("A run, race or sweep exported as JSON, from this or another machine"),
            _import_runs,
            key="runs_import_file",
            most_mb=_MAX_MB,
            types=["json"],
        )
    with weights:
        taken = weights_upload("runs_weights") or taken
    if taken is not None:
        st.session_state[_LAST] = taken
        choose_all_of([server.store().group(taken.group_id)])
        st.rerun()
    last: TakenIn | None = st.session_state.get(_LAST)
    if last is not None:
        _tell(last)


def _import_runs(content: bytes, file_name: str) -> TakenIn:
    group = import_runs(server.store(), owner(), content, name=display_name(file_name))
    return TakenIn(group.id, ())


def _tell(taken: TakenIn) -> None:
    """What was imported last, and where it can be looked at."""
    runs = server.store().runs(group=taken.group_id)
    if not runs:
        return  # deleted since
    with st.container(border=True, key="runs_imported_card"):
        text = ngettext("{count} run was imported: {runs}", "{count} runs were imported: {runs}", len(runs))
        st.markdown(text.format(count=len(runs), runs=names_of([run.id for run in runs])))
        for change in taken.changes:
            st.caption(f":material/edit: {change}")
        if any(server.store().checkpoints(run.id) for run in runs):
            st.page_link(
                pages.INSPECT.path,
                label=_("Open on the {page} page").format(page=_(pages.INSPECT.title)),
                icon=pages.INSPECT.icon,
                query_params={"networks": taken.group_id},
            )
