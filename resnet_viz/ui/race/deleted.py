"""Runs of a race that were deleted: which, until when they can be had back, and the way back."""

from collections.abc import Collection, Iterable, Sequence

import streamlit as st

from resnet_viz.errors import ResnetVizError
from resnet_viz.experiments.experiment import Experiment
from resnet_viz.locale import gettext as _
from resnet_viz.locale import ngettext
from resnet_viz.store import RunQuery, RunRecord, RunSummary
from resnet_viz.store.library import UNDO_S
from resnet_viz.ui import labels, server
from resnet_viz.ui.language import in_readers_language
from resnet_viz.ui.moments import moment
from resnet_viz.ui.permissions import may_change
from resnet_viz.wording import in_a_list

_REFUSED = "race_restore_refused"


def show_deleted(group_id: str, race: Experiment, left: Sequence[RunRecord]) -> None:
    """Say what of the race is not among the runs ``left``; nothing where all of it is."""
    if refused := st.session_state.pop(_REFUSED, ""):
        st.error(refused, icon=":material/block:")
    deleted = server.store().library.find(RunQuery(group=group_id, deleted=True)).rows
    if deleted:
        _deleted(group_id, deleted)
    there = {(run.role, run.seed) for run in left} | {(run.role, run.seed) for run in deleted}
    gone = [
        _name(spec.network.role, spec.network.depth, spec.train.seed)
        for spec in race.runs()
        if (spec.network.role, spec.train.seed) not in there
    ]
    if gone:
        st.info(
            _("Deleted permanently: {runs}.").format(runs=in_a_list(gone)), icon=":material/delete_forever:"
        )


def whole_seeds(runs: Iterable[RunRecord]) -> Collection[int]:
    """The seeds of which both networks are there."""
    seeds: dict[str, set[int]] = {"plain": set(), "residual": set()}
    for run in runs:
        seeds[run.role].add(run.seed)
    return seeds["plain"] & seeds["residual"]


def say_incomparable() -> None:
    """In place of a verdict, where no seed has both networks."""
    st.info(
        _("There is no verdict: for every seed, one of the two networks is missing."),
        icon=":material/balance:",
    )


def _deleted(group_id: str, deleted: Sequence[RunSummary]) -> None:
    names = in_a_list(_name(run.role, run.depth, run.seed) for run in sorted(deleted, key=_order))
    first = min(run.deleted_at or 0.0 for run in deleted)
    text = ngettext(
        "{count} run of this race was deleted: {runs}. It can be restored at least until {moment}.",
        "{count} runs of this race were deleted: {runs}. They can be restored at least until {moment}.",
        len(deleted),
    ).format(count=len(deleted), runs=names, moment=moment(first + UNDO_S))
    own = [run.id for run in deleted if may_change(run)]
    with st.container(border=True, horizontal=True, vertical_alignment="center", key="race_deleted"):
        st.markdown(f":material/delete: {text}")
        if own:
            st.button(
                _("Restore"),
                icon=":material/restore_from_trash:",
                on_click=_restore,
                args=(own,),
                key=f"race_restore_{group_id}",
            )
        else:
            st.caption(_("Only the browser that started the race can restore them."))


@in_readers_language
def _restore(run_ids: Sequence[str]) -> None:
    try:
        server.store().library.restore(run_ids)
    except ResnetVizError as error:  # removed for good in the meantime
        st.session_state[_REFUSED] = str(error)


def _order(run: RunSummary) -> tuple[int, str]:
    return run.seed, run.role


def _name(role: str, depth: int, seed: int) -> str:
    network = f"{labels.label(labels.ROLES, role)}-{depth}"
    return _("{network}, seed {seed}").format(network=network, seed=seed)
