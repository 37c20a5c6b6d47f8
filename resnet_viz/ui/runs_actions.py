"""What can be done with the chosen runs: pin, label, stop, resume, repeat, delete and take that back."""

from collections.abc import Sequence
from typing import Final

import streamlit as st

from resnet_viz.errors import ResnetVizError
from resnet_viz.events import Desired, Wish
from resnet_viz.jobs.races import start_race
from resnet_viz.locale import gettext as _
from resnet_viz.locale import ngettext
from resnet_viz.specs import RaceSpec
from resnet_viz.store import Labels, RunRecord
from resnet_viz.store.labels import LONGEST
from resnet_viz.ui import language, server
from resnet_viz.ui.owner import owner
from resnet_viz.ui.runs_rights import changeable
from resnet_viz.ui.runs_state import choose, chosen_in_history

_DELETED: Final = "runs_deleted_just_now"
_SAID: Final = "runs_said"


def runs_actions(runs: Sequence[RunRecord]) -> None:
    """Buttons for ``runs``, the chosen ones of the history; each only where it can do something."""
    mine = changeable(runs)
    active = [run for run in mine if not run.state.is_finished()]
    resumable = [run for run in mine if run.state.is_resumable() and run.origin == "trained"]
    pinned = bool(mine) and all(run.pinned for run in mine)
    buttons = (
        ("pin", _("Unpin") if pinned else _("Pin"), ":material/keep:", _pin, mine, (not pinned,)),
        ("stop", _("Stop"), ":material/stop:", _stop, active, ()),
        ("resume", _("Resume"), ":material/play_arrow:", _resume, resumable, ()),
        ("again", _("Run again with another seed"), ":material/casino:", _again, list(runs), ()),
        ("delete", _("Delete"), ":material/delete:", _delete, mine, ()),
    )
    with st.container(horizontal=True, gap="small", key="runs_actions"):
        for name, title, icon, action, able, more in buttons:
            ids = [run.id for run in able]
            st.button(
                title, icon=icon, key=f"runs_{name}", on_click=action, args=(ids, *more), disabled=not ids
            )
    if len(mine) < len(runs):
        st.caption(_("Runs that were started in another browser can be seen and exported, but not changed."))
    if len(mine) == 1:
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


def restore(run_ids: Sequence[str]) -> None:
    """Take a deletion back; a callback."""
    language.use()
    st.session_state.pop(_DELETED, None)
    _attempt(lambda: server.store().library.restore(run_ids))
    choose(run_ids)


def say(sentence: str) -> None:
    """Have ``sentence`` shown as what went wrong; for callbacks."""
    st.session_state[_SAID] = sentence


def _attempt(action: object) -> bool:
    """Whether ``action`` went well; otherwise the page says why."""
    assert callable(action)
    try:
        action()
    except ResnetVizError as error:
        say(str(error))
        return False
    return True


def _pin(run_ids: Sequence[str], pinned: bool) -> None:
    language.use()
    _attempt(lambda: server.store().library.label(run_ids, Labels(pinned=pinned)))


def _stop(run_ids: Sequence[str]) -> None:
    language.use()
    for run_id in run_ids:
        server.store().set_desired(run_id, Desired(Wish.STOP))


def _resume(run_ids: Sequence[str]) -> None:
    language.use()
    for run_id in run_ids:
        _attempt(lambda run_id=run_id: server.store().resume(run_id))
    server.wake()


def _again(run_ids: Sequence[str]) -> None:
    """Repeat with the next seed: races as a whole, since half a race compares nothing."""
    language.use()
    store = server.store()
    started: list[str] = []
    groups: dict[str, list[RunRecord]] = {}
    for run_id in run_ids:
        run = store.run(run_id)
        groups.setdefault(run.group_id, []).append(run)

    def start() -> None:
        for group_id, members in groups.items():
            group = store.group(group_id)
            if group.kind == "race":
                race = RaceSpec.from_json(group.spec_json)
                train = race.run.train
                following = train.but(seed=(train.seed + race.seeds) % 2**31)
                started.extend(
                    start_race(store, race.but(run=race.run.but(train=following)), owner()).run_ids
                )
                continue
            seeds = {store.run(run_id).seed for run_id in group.run_ids}
            for run in members:
                following = run.spec.train.but(seed=(max(seeds) + 1) % 2**31)
                spec = run.spec.but(train=following)
                started.extend(store.add_group("single", owner(), spec.to_json(), [spec]).run_ids)

    _attempt(start)
    server.wake()
    choose(started)


def _delete(run_ids: Sequence[str]) -> None:
    language.use()
    deleted: list[str] = []
    if _attempt(lambda: deleted.extend(server.store().library.delete(run_ids))):
        st.session_state[_DELETED] = deleted
        choose([run_id for run_id in chosen_in_history() if run_id not in deleted])


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
            if _attempt(lambda: server.store().library.label([run.id], labels)):
                st.rerun()
