"""Which networks are looked into: those of a race, the bundled pair, published ones, or an own file."""

from collections.abc import Sequence
from contextlib import AbstractContextManager, nullcontext
from typing import Final

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from resnet_viz.errors import NotFound
from resnet_viz.inspection.bundled import BUNDLED, PAIRS, TITLES, pairs_here
from resnet_viz.jobs.forks import FORK
from resnet_viz.locale import gettext as _
from resnet_viz.store import GroupRecord, RunRecord
from resnet_viz.ui import pages, server
from resnet_viz.ui.inspection.cells import Cells, pair_up, titles
from resnet_viz.ui.inspection.link import LINK
from resnet_viz.ui.inspection.networks import (
    PUBLISHED,
    Pair,
    bundled,
    trained,
)
from resnet_viz.ui.inspection.published import choose_published
from resnet_viz.ui.permissions import owner
from resnet_viz.ui.runs.group_rows import name_of
from resnet_viz.ui.weights_upload import weights_upload
from resnet_viz.wording import after_steps

_GROUPS_LISTED: Final = 30
_CHOICE_PX: Final = 244
"""With a popover beside it that is a phone's width."""
_IMPORTED: Final = "inspect_imported"
_CHANGES: Final = "inspect_import_changes"


def choose_networks(bar: DeltaGenerator) -> Pair | None:
    """Show the choice in ``bar``; None where there is nothing to look into yet, which is then said."""
    names, default = _offered()
    if default is None:
        st.info(
            _(
                "There is no trained network here yet, and the bundled pair is not part of this "
                "installation: its files are missing from assets/models. Run a race first; a minute "
                "is enough. Or download a network that others have trained."
            ),
            icon=":material/info:",
        )
        st.page_link(pages.RACE.path, label=_("Go to the race"), icon=pages.RACE.icon)
    _choose_imported(names)
    chosen = LINK.choose(
        "networks",
        list(names),
        default or PUBLISHED,
        lambda key: bar.selectbox(
            _("Networks"),
            list(names),
            format_func=lambda name: _title(name, names[name]),
            key=key,
            label_visibility="collapsed",
            width=_CHOICE_PX,
        ),
        # Whose link says nothing sees the bundled pair; what is preselected for one is not for others.
        unsaid=BUNDLED if default == BUNDLED else "",
    )
    with bar.popover(_("Model file"), help=_("Import a model file"), key="inspect_import_open"):
        _import()
    for change in st.session_state.get(_CHANGES, {}).get(chosen, ()):
        st.caption(f":material/edit: {change}")
    if chosen == PUBLISHED:
        return choose_published()
    group = names[chosen]
    if group is None:
        return Pair(chosen, tuple(map(bundled, PAIRS[chosen])))
    return _choose_runs(bar, group)


def _choose_runs(bar: DeltaGenerator, group: GroupRecord) -> Pair | None:
    """Show which runs of ``group`` and which checkpoint, where there is a choice."""
    cells = pair_up(server.store().runs(group=group.id))
    steps_of = {name: _common_steps(runs) for name, runs in cells.items()}
    if len(cells) == 1 and len(next(iter(steps_of.values()))) < 2:
        choice: AbstractContextManager[object] = nullcontext()
    else:
        choice = bar.popover(_("Run and checkpoint"), key="inspect_checkpoint_open")
    with choice:
        cell = _choose_cell(cells)
        steps = steps_of[cell]
        if steps:
            step = _choose_step(steps)
    if not steps:
        st.info(
            _("These networks have no kept checkpoint yet; look again in a moment."), icon=":material/info:"
        )
        return None
    networks = tuple(trained(run, step) for run in cells[cell])
    return Pair(f"{group.id}-{cell}" if len(cells) > 1 else group.id, networks, cells[cell], steps)


def _import() -> None:
    """Take in a file and choose it."""
    taken = weights_upload("inspect_import")
    if taken is not None:
        st.session_state.setdefault(_CHANGES, {})[taken.group_id] = taken.changes
        st.session_state[_IMPORTED] = taken.group_id
        st.rerun()


def _choose_imported(names: dict[str, GroupRecord | None]) -> None:
    """What the script run before this one has imported; before any widget."""
    imported = st.session_state.pop(_IMPORTED, None)
    if imported in names:
        LINK.choose_now("networks", imported)


def _offered() -> tuple[dict[str, GroupRecord | None], str | None]:
    """Everything there is to choose from, by its name in the link; what is preselected, if there is any."""
    store = server.store()
    groups = [group for group in store.groups(limit=_GROUPS_LISTED) if _has_weights(group)]
    linked = LINK.said("networks")
    if linked and linked not in {*PAIRS, PUBLISHED, *(group.id for group in groups)}:
        groups += _named(linked)
    found: dict[str, GroupRecord | None] = dict.fromkeys(pairs_here())
    found |= {group.id: group for group in groups}
    # A fork alone is half of a comparison.
    own = [group.id for group in groups if group.owner == owner() and group.kind != FORK]
    return found | {PUBLISHED: None}, next(iter([*own, *found]), None)


def _named(group_id: str) -> list[GroupRecord]:
    try:
        group = server.store().group(group_id)
    except NotFound:
        return []
    return [group] if group.id == group_id and _has_weights(group) else []


def _has_weights(group: GroupRecord) -> bool:
    return any(server.store().checkpoints(run_id) for run_id in group.run_ids[:2])


def _title(name: str, group: GroupRecord | None) -> str:
    if group is None:
        if name == PUBLISHED:
            return _("Published networks, ImageNet")
        return _(TITLES[name])
    return f"{name_of(group)} · {group.id}"


def _choose_cell(cells: Cells) -> str:
    first = next(iter(cells))
    if len(cells) == 1:
        return first
    title = titles(cells)
    return LINK.choose(
        "cell",
        list(cells),
        first,
        lambda key: st.selectbox(_("Depth and seed"), list(cells), format_func=title.__getitem__, key=key),
    )


def _choose_step(steps: tuple[int, ...]) -> int:
    if len(steps) == 1:
        return steps[0]
    return LINK.choose(
        "step",
        steps,
        steps[-1],
        lambda key: st.select_slider(
            _("Checkpoint"),
            steps,
            format_func=after_steps,
            key=key,
            help=_("The weights after this many training steps; after 0 steps the network is untrained."),
        ),
    )


def _common_steps(runs: Sequence[RunRecord]) -> tuple[int, ...]:
    kept = [{saved.step for saved in server.store().checkpoints(run.id)} for run in runs]
    return tuple(sorted(set.intersection(*kept))) if kept else ()
