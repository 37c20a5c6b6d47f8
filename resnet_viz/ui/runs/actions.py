"""What can be done with the chosen runs: pin, label, stop, resume, repeat, delete and take that back."""

from collections.abc import Callable, Iterator, Sequence
from functools import partial
from typing import Final

import streamlit as st

from resnet_viz.errors import ResnetVizError
from resnet_viz.events import Desired, Wish
from resnet_viz.experiments.kinds import KINDS
from resnet_viz.jobs.control import going, hold_back
from resnet_viz.jobs.experiments import spec_of, start_experiment
from resnet_viz.locale import gettext as _
from resnet_viz.locale import ngettext
from resnet_viz.specs import RunSpec
from resnet_viz.store import GroupRecord, Labels, RunRecord
from resnet_viz.store.labels import LONGEST
from resnet_viz.ui import server
from resnet_viz.ui.language import in_readers_language
from resnet_viz.ui.permissions import changeable, owner
from resnet_viz.ui.runs.state import GROUPS, RUNS

_DELETED: Final = "runs_deleted_just_now"
_SAID: Final = "runs_said"


def runs_actions(runs: Sequence[RunRecord], *, of_groups: Sequence[str] = ()) -> None:
    """Buttons for ``runs`` of the history, each only where it can do something.

    ``of_groups``: identifiers of the groups that were chosen with all their runs, if that is how.
    """
    mine = changeable(runs)
    resumable = [run for run in mine if run.state.is_resumable() and run.origin == "trained"]
    prefix = "groups" if of_groups else "runs"
    pinned = bool(mine) and all(run.pinned for run in mine)
    whole = list(of_groups)
    buttons = (
        ("pin", _("Unpin") if pinned else _("Pin"), ":material/keep:", _pin, mine, (not pinned,)),
        ("stop", _("Stop"), ":material/stop:", _stop, going(server.store(), mine), ()),
        ("resume", _("Continue"), ":material/play_arrow:", _resume, resumable, ()),
        ("again", _("Run again with another seed"), ":material/casino:", _again, list(runs), (whole,)),
        ("delete", _("Delete"), ":material/delete:", _delete, mine, ()),
    )
    with st.container(horizontal=True, gap="small", key=f"{prefix}_actions"):
        for name, title, icon, action, able, more in buttons:
            ids = [run.id for run in able]
            st.button(
                title, icon=icon, key=f"{prefix}_{name}", on_click=action, args=(ids, *more), disabled=not ids
            )
    if len(mine) < len(runs):
        st.caption(_("Runs that were started in another browser can be seen and exported, but not changed."))
    if any(run.state.is_resumable() and run.origin == "imported" for run in mine):
        st.caption(
            _(
                "Imported runs cannot be continued, because files hold no state of training. They can "
                "be run again from the start, with another seed."
            )
        )
    if len(mine) == 1 and not of_groups:
        with st.expander(_("Name, tags and notes"), icon=":material/edit:", key=f"runs_edit_{mine[0].id}"):
            _labels_form(mine[0])


def undo_bar() -> None:
    """What the last action did; after a deletion, the way back."""
    said: str = st.session_state.pop(_SAID, "")
    if said:
        st.error(said, icon=":material/block:")
    deleted: list[str] = st.session_state.get(_DELETED, [])
    if not deleted:
        return
    text = ngettext("{count} run was deleted.", "{count} runs were deleted.", len(deleted))
    with st.container(horizontal=True, vertical_alignment="center", border=True, key="runs_undo_bar"):
        st.markdown(text.format(count=len(deleted)), width="content")
        st.button(_("Undo"), icon=":material/undo:", on_click=restore, args=(deleted,), key="runs_undo")


@in_readers_language
def restore(run_ids: Sequence[str]) -> None:
    """Take a deletion back; a callback."""
    st.session_state.pop(_DELETED, None)
    attempt(lambda: server.store().library.restore(run_ids))
    RUNS.choose(run_ids)


def say(sentence: str) -> None:
    """Have ``sentence`` shown as what went wrong; for callbacks."""
    st.session_state[_SAID] = sentence


def attempt(action: Callable[[], object]) -> bool:
    """Whether ``action`` went well; otherwise the page says why."""
    try:
        action()
    except ResnetVizError as error:
        say(str(error))
        return False
    return True


@in_readers_language
def _pin(run_ids: Sequence[str], pinned: bool) -> None:
    attempt(lambda: server.store().library.label(run_ids, Labels(pinned=pinned)))


@in_readers_language
def _stop(run_ids: Sequence[str]) -> None:
    store = server.store()
    hold_back(store, [store.run(run_id) for run_id in run_ids], Desired(Wish.STOP))


@in_readers_language
def _resume(run_ids: Sequence[str]) -> None:
    for run_id in run_ids:
        attempt(partial(server.store().resume, run_id))
    server.wake()


@in_readers_language
def _again(run_ids: Sequence[str], whole: Sequence[str]) -> None:
    """Repeat with seeds of their own: races as a whole, since half a race compares nothing, and ``whole``."""
    store = server.store()
    groups: dict[str, list[RunRecord]] = {}
    for run_id in run_ids:
        run = store.run(run_id)
        groups.setdefault(run.group_id, []).append(run)
    started: list[GroupRecord] = []

    def start() -> None:
        for group_id, members in groups.items():
            started.extend(_repeated(store.group(group_id), members, group_id in whole))

    attempt(start)
    server.wake()
    if whole:
        GROUPS.choose([group.id for group in started])
    else:
        RUNS.choose([run_id for group in started for run_id in store.group(group.id).run_ids])


def _repeated(group: GroupRecord, members: Sequence[RunRecord], whole: bool) -> Iterator[GroupRecord]:
    """Start ``group`` once more, or of other groups than races and ``whole`` sweeps, these ``members``."""
    store = server.store()
    kind = KINDS.get(group.kind)
    if kind is not None and (whole or not kind.reuses):
        yield start_experiment(store, kind, spec_of(group).with_next_seeds(), owner())
    else:
        seed = 1 + max(store.run(run_id).seed for run_id in group.run_ids)
        for run in members:
            spec = _with_seed(run.spec, seed)
            yield store.add_group("single", owner(), spec.to_json(), [spec])


def _with_seed(spec: RunSpec, seed: int) -> RunSpec:
    return spec.but(train=spec.train.but(seed=seed % 2**31))


@in_readers_language
def _delete(run_ids: Sequence[str]) -> None:
    deleted: list[str] = []
    if attempt(lambda: deleted.extend(server.store().library.delete(run_ids))):
        st.session_state[_DELETED] = deleted
        RUNS.choose([run_id for run_id in RUNS.chosen() if run_id not in deleted])


def _labels_form(run: RunRecord) -> None:
    with st.form(f"runs_labels_{run.id}", border=False):
        left, right = st.columns([2, 3])
        name = left.text_input(_("Name"), run.name, max_chars=LONGEST["name"], key=f"runs_name_{run.id}")
        tags = left.text_input(
            _("Tags, separated by commas"), ", ".join(run.tags), max_chars=600, key=f"runs_tags_{run.id}"
        )
        notes = right.text_area(
            _("Notes"), run.notes, max_chars=LONGEST["notes"], height=124, key=f"runs_notes_{run.id}"
        )
        if st.form_submit_button(_("Save"), icon=":material/save:", key=f"runs_save_{run.id}"):
            labels = Labels(name=name, notes=notes, tags=tags.replace("，", ",").split(","))
            if attempt(lambda: server.store().library.label([run.id], labels)):
                st.rerun()
