"""Cells whose runs were deleted: which, until when they can be had back, and the way back."""

from collections.abc import Sequence

import streamlit as st

from resnet_viz.errors import ResnetVizError
from resnet_viz.experiments.experiment import Cell
from resnet_viz.figures.families import family_name
from resnet_viz.locale import gettext as _
from resnet_viz.locale import ngettext
from resnet_viz.store import RunQuery, RunSummary
from resnet_viz.store.library import UNDO_S
from resnet_viz.ui import server
from resnet_viz.ui.experiment.view import ExperimentView
from resnet_viz.ui.language import in_readers_language
from resnet_viz.ui.moments import moment
from resnet_viz.ui.permissions import may_change
from resnet_viz.wording import with_semicolons

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
    there = {run.digest for run in deleted}
    gone = [
        _name(place.cell)
        for place in view.cells
        if place.run is None and place.cell.run.digest() not in there
    ]
    if gone:
        st.info(
            _("Deleted permanently: {runs}.").format(runs=with_semicolons(gone)),
            icon=":material/delete_forever:",
        )


def _deleted(view: ExperimentView, deleted: Sequence[RunSummary]) -> None:
    digests = {run.digest for run in deleted}
    cells = sorted((p.cell for p in view.cells if p.cell.run.digest() in digests), key=_order)
    names = with_semicolons(map(_name, cells))
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


def _order(cell: Cell) -> tuple[int, int, str]:
    return cell.depth, cell.seed, cell.family


def _name(cell: Cell) -> str:
    network = f"{family_name(cell.family)}-{cell.depth}"
    return _("{network}, seed {seed}").format(network=network, seed=cell.seed)
