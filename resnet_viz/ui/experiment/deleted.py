"""Cells whose runs were deleted: which, until when they can be had back, and the way back."""

from collections.abc import Sequence

import streamlit as st

from resnet_viz.errors import ResnetVizError
from resnet_viz.locale import gettext as _
from resnet_viz.locale import ngettext
from resnet_viz.store import RunQuery, RunSummary
from resnet_viz.store.library import UNDO_S
from resnet_viz.ui import labels, server
from resnet_viz.ui.experiment.view import ExperimentView
from resnet_viz.ui.language import in_readers_language
from resnet_viz.ui.moments import moment
from resnet_viz.ui.permissions import may_change
from resnet_viz.wording import in_a_list

_REFUSED = "experiment_restore_refused"


def show_deleted(view: ExperimentView) -> None:
    """Say what of the experiment was deleted; nothing where all of it is there."""
    if refused := st.session_state.pop(_REFUSED, ""):
        st.error(refused, icon=":material/block:")
    if all(place.run is not None for place in view.cells):
        return
    deleted = server.store().library.find(RunQuery(group=view.group.id, deleted=True)).rows
    if deleted:
        _deleted(view, deleted)
    if view.kind.reuses:
        return  # what has no run otherwise was never trained, or somebody else's
    there = {(run.role, run.depth, run.seed) for run in deleted}
    gone = [
        _name(place.cell.family, place.cell.depth, place.cell.seed)
        for place in view.cells
        if place.run is None and place.cell[:3] not in there
    ]
    if gone:
        st.info(
            _("Deleted permanently: {runs}.").format(runs=in_a_list(gone)), icon=":material/delete_forever:"
        )


def _deleted(view: ExperimentView, deleted: Sequence[RunSummary]) -> None:
    names = in_a_list(_name(run.role, run.depth, run.seed) for run in sorted(deleted, key=_order))
    first = min(run.deleted_at or 0.0 for run in deleted)
    text = ngettext(
        "{count} run of this experiment was deleted: {runs}. It can be restored at least until {moment}.",
        "{count} runs of this experiment were deleted: {runs}. They can be restored at least until {moment}.",
        len(deleted),
    ).format(count=len(deleted), runs=names, moment=moment(first + UNDO_S))
    own = [run.id for run in deleted if may_change(run)]
    page = view.kind.page
    with st.container(border=True, horizontal=True, vertical_alignment="center", key=f"{page}_deleted"):
        st.markdown(f":material/delete: {text}")
        if own:
            st.button(
                _("Restore"),
                icon=":material/restore_from_trash:",
                on_click=_restore,
                args=(own,),
                key=f"{page}_restore_{view.group.id}",
            )
        else:
            st.caption(_("Only the browser that started it can restore them."))


@in_readers_language
def _restore(run_ids: Sequence[str]) -> None:
    try:
        server.store().library.restore(run_ids)
    except ResnetVizError as error:  # removed for good in the meantime
        st.session_state[_REFUSED] = str(error)


def _order(run: RunSummary) -> tuple[int, int, str]:
    return run.depth, run.seed, run.role


def _name(family: str, depth: int, seed: int) -> str:
    network = f"{labels.label(labels.ROLES, family)}-{depth}"
    return _("{network}, seed {seed}").format(network=network, seed=seed)
