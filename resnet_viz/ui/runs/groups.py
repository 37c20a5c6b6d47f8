"""Races, sweeps and other groups of runs: the table of them, and what can be done with whole groups."""

from collections.abc import Sequence
from dataclasses import replace
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
from resnet_viz.ui.runs.actions import attempt, runs_actions
from resnet_viz.ui.runs.compare import compared
from resnet_viz.ui.runs.files import export_runs
from resnet_viz.ui.runs.filter import show_runs_of
from resnet_viz.ui.runs.group_rows import bundled_rows, columns, read_spec, row_of, title_of
from resnet_viz.ui.runs.paged import Found, Listed, following
from resnet_viz.ui.runs.rows import bundled_id, recordings
from resnet_viz.ui.runs.state import GROUPS, PAGE_ROWS

_SORT_KEYS: Final[dict[str, GroupSortKey]] = {key: key for key in get_args(GroupSortKey)}


def list_groups(query: RunQuery) -> Listed:
    """The groups with a run that fits."""
    order = GROUPS.sorting()
    library = server.store().library
    wanted = replace(query, limit=PAGE_ROWS, offset=GROUPS.first_row())
    key, descending = _SORT_KEYS.get(order.key, "created"), order.descending
    found = library.find_groups(wanted, key, descending=descending)
    bundled = bundled_rows(query)
    start = max(0, GROUPS.first_row() - found.total)
    return Listed(
        GROUPS,
        columns(),
        [*map(row_of, found.rows), *bundled[start : start + PAGE_ROWS - len(found.rows)]],
        found.total + len(bundled),
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


def chosen_groups() -> None:
    """The card of the chosen groups, if there are any."""
    groups = _found()
    bundled = [found for found in recordings() if bundled_id(found) in GROUPS.chosen()]
    if not groups and not bundled:
        return
    own = [run for group in groups for run in server.store().runs(group=group.id)]
    every = _with_reused(groups, own)
    recorded = [bundled_id(recording, run) for recording in bundled for run in recording.runs]
    count = len(groups) + len(bundled)
    with st.container(border=True, key="groups_chosen_card"):
        with st.container(horizontal=True, vertical_alignment="center"):
            text = ngettext("{count} group selected", "{count} groups selected", count)
            st.subheader(text.format(count=count), anchor=False, width="content")
            st.button(
                _("Clear selection"),
                icon=":material/close:",
                on_click=GROUPS.choose,
                args=([],),
                key="groups_none",
            )
            if len(groups) == 1 and not bundled:
                _links(groups[0], own)
        if own:
            runs_actions(own, of_groups=[group.id for group in groups])
        if len(groups) == 1 and not bundled:
            _labels(groups[0])
        if every:
            export_runs(every)
        if bundled:
            st.caption(_("Bundled recordings can be compared, but not changed or deleted."))
        compared(every, recorded, key="groups_compare")


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


def _links(group: GroupSummary, own: Sequence[RunRecord]) -> None:
    spec = read_spec(group.kind, group.spec_json)
    if isinstance(spec, Experiment):
        kind = KINDS[group.kind]
        page = pages.named(kind.page)
        link = kind.to_link(kind.preset_of(spec), spec) | {kind.name: group.id}
        st.page_link(
            page.path,
            label=_("Open on the {page} page").format(page=_(page.title)),
            icon=page.icon,
            query_params=link,
        )
    if own:
        st.button(
            _("List its runs"),
            icon=":material/table_rows:",
            on_click=show_runs_of,
            args=(group.id,),
            key="groups_list_runs",
        )


def _labels(group: GroupSummary) -> None:
    if not may_change(group):
        return
    library = server.store().library
    with (
        st.expander(_("Name and notes"), icon=":material/edit:", key=f"groups_edit_{group.id}"),
        st.form(f"groups_labels_{group.id}", border=False),
    ):
        name = st.text_input(
            _("Name"),
            group.name,
            max_chars=LONGEST["name"],
            placeholder=title_of(group.kind, read_spec(group.kind, group.spec_json)),
            key=f"groups_name_{group.id}",
        )
        written = st.text_area(
            _("Notes"), group.notes, max_chars=LONGEST["notes"], key=f"groups_notes_{group.id}"
        )
        saved = st.form_submit_button(_("Save"), icon=":material/save:", key=f"groups_save_{group.id}")
        if saved and attempt(lambda: library.label_group(group.id, name=name, notes=written)):
            st.rerun()


@in_readers_language
def _took_order() -> None:
    GROUPS.took_order(tuple(_SORT_KEYS))
