"""Races, sweeps and other groups of runs: the table of them, and what can be done with whole groups."""

from collections.abc import Sequence
from dataclasses import replace
from functools import partial
from typing import Final, get_args

import streamlit as st

from resnet_viz.experiments.experiment import Experiment
from resnet_viz.experiments.kinds import KINDS
from resnet_viz.jobs.experiments import cells_of
from resnet_viz.locale import gettext as _
from resnet_viz.locale import ngettext
from resnet_viz.store import GroupSortKey, GroupSummary, RunQuery, RunRecord
from resnet_viz.store.labels import LONGEST
from resnet_viz.ui import labels, pages, server
from resnet_viz.ui.language import in_readers_language
from resnet_viz.ui.permissions import may_change
from resnet_viz.ui.press import pressed
from resnet_viz.ui.runs.actions import attempt
from resnet_viz.ui.runs.filter import show_runs_of
from resnet_viz.ui.runs.group_rows import bundled_rows, columns, read_spec, row_of, title_of
from resnet_viz.ui.runs.paged import Found, Listed, following, page_of
from resnet_viz.ui.runs.rows import bundled_id, recordings
from resnet_viz.ui.runs.selection import Selection
from resnet_viz.ui.runs.state import GROUPS, PAGE_ROWS

_SORT_KEYS: Final[dict[str, GroupSortKey]] = {key: key for key in get_args(GroupSortKey)}


def list_groups(query: RunQuery) -> Listed:
    """The groups with a run that fits."""
    order = GROUPS.sorting()
    library = server.store().library
    wanted = replace(query, limit=PAGE_ROWS, offset=GROUPS.first_row())
    key, descending = _SORT_KEYS.get(order.key, "created"), order.descending
    found = library.find_groups(wanted, key, descending=descending)
    rows, total = page_of(GROUPS, list(map(row_of, found.rows)), found.total, bundled_rows(query))
    return Listed(
        GROUPS,
        columns(),
        rows,
        total,
        counted=ngettext("{count} group", "{count} groups", total),
        caption=_("Races, sweeps and other groups of runs"),
        nothing=_("No matching groups. Change the filter, or start a race."),
        on_sorted=_took_order,
        moving=following(
            GROUPS,
            Found(
                (wanted, key, descending),
                lambda: library.find_groups(wanted, key, descending=descending).rows,
            ),
            found.rows,
            lambda group: group.states,
            row_of,
        ),
        note=_(labels.OLD_ACCURACY) if any(group.old_tests for group in found.rows) else "",
    )


def chosen_groups() -> Selection | None:
    """The chosen groups; those that are gone are forgotten."""
    groups = _found()
    bundled = [found for found in recordings() if bundled_id(found) in GROUPS.chosen()]
    count = len(groups) + len(bundled)
    if not count:
        return None
    own = [run for group in groups for run in server.store().runs(group=group.id)]
    text = ngettext("{count} group selected", "{count} groups selected", count)
    alone = groups[0] if groups and count == 1 else None
    return Selection(
        GROUPS,
        text.format(count=count),
        own,
        _with_reused(groups, own),
        [bundled_id(recording, run) for recording in bundled for run in recording.runs],
        [group.id for group in groups],
        partial(_link, alone),
        partial(_more, alone, own),
    )


def _found() -> list[GroupSummary]:
    """The chosen groups of the history that still are there."""
    library = server.store().library
    return [
        group
        for group_id in GROUPS.chosen_in_history()
        for group in library.find_groups(RunQuery(group=group_id)).rows
    ]


def _with_reused(groups: Sequence[GroupSummary], own: Sequence[RunRecord]) -> list[RunRecord]:
    """``own`` and the runs of others that fill cells of the sweeps among ``groups``."""
    runs = {run.id: run for run in own}
    for group in groups:
        if group.kind in KINDS and read_spec(group.kind, group.spec_json) is not None:
            cells = cells_of(server.store(), server.store().group(group.id))
            runs |= {place.run.id: place.run for place in cells if place.run is not None}
    return list(runs.values())


def _link(group: GroupSummary | None) -> None:
    spec = group and read_spec(group.kind, group.spec_json)
    if group is None or not isinstance(spec, Experiment):
        return
    kind = KINDS[group.kind]
    page = pages.named(kind.page)
    st.page_link(
        page.path,
        label=_("Open on the {page} page").format(page=_(page.title)),
        icon=page.icon,
        query_params=kind.to_link(kind.preset_of(spec), spec) | {kind.name: group.id},
        width="content",
    )


def _more(group: GroupSummary | None, own: Sequence[RunRecord]) -> None:
    if group is None:
        return
    if own:
        st.button(
            _("List its runs"),
            icon=":material/table_rows:",
            on_click=show_runs_of,
            args=(group.id,),
            width="stretch",
            key="groups_list_runs",
        )
    if may_change(group):
        _labels_form(group)


def _labels_form(group: GroupSummary) -> None:
    library = server.store().library
    with st.form(f"groups_labels_{group.id}", border=False):
        name = st.text_input(
            _("Name"),
            group.name,
            max_chars=LONGEST["name"],
            placeholder=title_of(group.kind, read_spec(group.kind, group.spec_json)),
            key=f"groups_name_{group.id}",
        )
        written = st.text_area(
            _("Notes"), group.notes, max_chars=LONGEST["notes"], height=96, key=f"groups_notes_{group.id}"
        )
        saved = pressed(
            st.form_submit_button, _("Save"), icon=":material/save:", key=f"groups_save_{group.id}"
        )
        if saved and attempt(lambda: library.label_group(group.id, name=name, notes=written)):
            st.rerun()


@in_readers_language
def _took_order() -> None:
    GROUPS.took_order(tuple(_SORT_KEYS))
