"""Single runs: the table of them, and what is chosen in it."""

from collections.abc import Sequence
from dataclasses import replace
from functools import partial
from typing import Final, get_args

import streamlit as st

from resnet_viz.errors import NotFound
from resnet_viz.findings.fork_words import origin_sentences
from resnet_viz.jobs.forks import parent_of
from resnet_viz.locale import gettext as _
from resnet_viz.locale import ngettext
from resnet_viz.store import Labels, RunQuery, RunRecord
from resnet_viz.store.labels import LONGEST
from resnet_viz.store.listing import SortKey
from resnet_viz.ui import labels, server
from resnet_viz.ui.language import in_readers_language
from resnet_viz.ui.permissions import may_change
from resnet_viz.ui.press import pressed
from resnet_viz.ui.runs.actions import attempt
from resnet_viz.ui.runs.filter import show_groups, show_runs_of
from resnet_viz.ui.runs.paged import Found, Listed, following, page_of
from resnet_viz.ui.runs.rows import BUNDLED, bundled_rows, columns, row_of
from resnet_viz.ui.runs.selection import Selection
from resnet_viz.ui.runs.state import PAGE_ROWS, RUNS
from resnet_viz.wording import running_text

_SORT_KEYS: Final[dict[str, SortKey]] = {key: key for key in get_args(SortKey)}


def list_runs(query: RunQuery) -> Listed:
    """The runs that fit; bundled ones stand behind the last of the history."""
    order, library = RUNS.sorting(), server.store().library
    wanted = replace(
        query,
        sort=_SORT_KEYS.get(order.key, "created"),
        descending=order.descending,
        limit=PAGE_ROWS,
        offset=RUNS.first_row(),
    )
    found = library.find(wanted)
    rows, total = page_of(RUNS, list(map(row_of, found.rows)), found.total, bundled_rows(query))
    return Listed(
        RUNS,
        columns(),
        rows,
        total,
        counted=ngettext("{count} run", "{count} runs", total),
        caption=_("Runs"),
        nothing=_("No matching runs. Change the filter, or start a race."),
        on_sorted=_took_order,
        moving=following(
            RUNS,
            Found(wanted, lambda: library.find(wanted).rows),
            found.rows,
            lambda run: (run.state,),
            row_of,
        ),
        note=_(labels.OLD_ACCURACY) if any(labels.is_old(run.test_statistics) for run in found.rows) else "",
    )


def chosen_runs() -> Selection | None:
    """The chosen runs; those that are gone are forgotten."""
    store = server.store()
    runs: list[RunRecord] = []
    for run_id in RUNS.chosen_in_history():
        try:
            run = store.run(run_id)
        except NotFound:
            continue
        if run.deleted_at is None:
            runs.append(run)
    bundled = [run_id for run_id in RUNS.chosen() if run_id.startswith(BUNDLED)]
    count = len(runs) + len(bundled)
    if not count:
        return None
    text = ngettext("{count} run selected", "{count} runs selected", count)
    more = partial(_more, runs)
    return Selection(RUNS, text.format(count=count), runs, runs, bundled, (), lambda: None, more)


def _more(runs: Sequence[RunRecord]) -> None:
    group_ids = {run.group_id for run in runs}
    if len(group_ids) == 1:
        (group_id,) = group_ids
        for key, title, icon, show in (
            ("runs_only_group", _("Only its group"), ":material/filter_alt:", show_runs_of),
            ("runs_its_group", _("Show its group"), ":material/stacks:", show_groups),
        ):
            st.button(title, icon=icon, on_click=show, args=(group_id,), key=key, width="stretch")
    if len(runs) == 1 and (fork := runs[0].spec.fork) is not None:
        known = parent_of(server.store(), runs[0]) is not None
        st.caption(running_text(origin_sentences(fork, is_known=known)))
    if len(runs) == 1 and may_change(runs[0]):
        _labels_form(runs[0])


def _labels_form(run: RunRecord) -> None:
    with st.form(f"runs_labels_{run.id}", border=False):
        name = st.text_input(_("Name"), run.name, max_chars=LONGEST["name"], key=f"runs_name_{run.id}")
        tags = st.text_input(
            _("Tags, separated by commas"), ", ".join(run.tags), max_chars=600, key=f"runs_tags_{run.id}"
        )
        notes = st.text_area(
            _("Notes"), run.notes, max_chars=LONGEST["notes"], height=96, key=f"runs_notes_{run.id}"
        )
        if pressed(st.form_submit_button, _("Save"), icon=":material/save:", key=f"runs_save_{run.id}"):
            written = Labels(name=name, notes=notes, tags=tags.replace("，", ",").split(","))
            if attempt(lambda: server.store().library.label([run.id], written)):
                st.rerun()


@in_readers_language
def _took_order() -> None:
    RUNS.took_order(tuple(_SORT_KEYS))
