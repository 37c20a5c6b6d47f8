"""Forks of a race's networks: started here, drawn as branches of their parents, each with a line of words."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import partial
from html import escape

import streamlit as st

from resnet_viz.errors import ResnetVizError
from resnet_viz.events import Desired, Wish
from resnet_viz.experiments.forks import CHANGE_NAMES, CHANGED, fork_words, possible_changes
from resnet_viz.figures.families import family_look, family_name
from resnet_viz.findings.fork_words import fork_sentences
from resnet_viz.history import Branch, RunHistory
from resnet_viz.jobs.experiments import FilledCell
from resnet_viz.jobs.forks import forkable_steps, start_fork
from resnet_viz.locale import gettext as _
from resnet_viz.ui import server
from resnet_viz.ui.experiment.cell_words import failure_sentence, state_name
from resnet_viz.ui.experiment.view import ExperimentView, Standing, histories_of, read_history
from resnet_viz.ui.language import in_readers_language
from resnet_viz.ui.live.following import Following
from resnet_viz.ui.live.progress import progress_html
from resnet_viz.ui.network_card import network_card
from resnet_viz.ui.permissions import may_change, owner
from resnet_viz.ui.press import pressed, waits
from resnet_viz.ui.translated import choose
from resnet_viz.wording import after_steps, running_text

_LOOK_EVERY_S = 5.0
"""While the race runs, more steps are kept."""


def compared(standing: Standing) -> list[RunHistory]:
    """What was recorded of each cell that has a run, and of the forks, which are branches."""
    branches = []
    for place in standing.view.forks:
        fork = place.cell.run.fork
        if place.run is not None and fork is not None:
            history = place.recorded(read_history(place.run)).history
            branches.append(replace(history, branch=Branch(place.run.id, fork.step, CHANGED[fork.change])))
    return [*histories_of(standing), *branches]


def show_forks(standing: Standing, following: Following[Standing]) -> None:
    """What was forked so far, then what can be."""
    view = standing.view
    st.subheader(_("Fork at a step"), anchor="fork")
    st.caption(
        _(
            "Continue a network from a kept step with one difference. Up to that step the fork is the same "
            "run: same weights, batches and random numbers. The verdict above is about the race alone."
        )
    )
    for place in view.forks:
        _show_fork(place, following)
    changeable = [run for run in view.runs if may_change(run)]
    if changeable:
        st.fragment(_choose_fork, run_every=None if view.settled else _LOOK_EVERY_S)(view)
    else:
        st.caption(_("Started in another browser: you can watch it, but not fork it."))


def _show_fork(place: FilledCell, following: Following[Standing]) -> None:
    run = place.run
    if run is None:
        return
    with network_card(family_look(place.cell.family), "fork", run.id):
        following.text(("fork", run.id), partial(_line, run.id))
        if not may_change(run):
            return
        if not run.state.is_finished():
            _button("stop", _("Stop"), ":material/stop:", run.id, _stop)
        elif run.state.is_resumable():
            _button("resume", _("Continue"), ":material/play_arrow:", run.id, _resume)


def _line(run_id: str, standing: Standing) -> str:
    view = standing.view
    places = {place.run.id: place for place in (*view.cells, *view.forks) if place.run is not None}
    place = places.get(run_id)
    if place is None or place.run is None or place.run.spec.fork is None:  # deleted since
        return f'<p class="fine">{escape(_("Deleted"))}</p>'
    run, fork = place.run, place.run.spec.fork
    name = _("{name}: {text}").format(name=_name(view, place, forked=False), text=fork_words(fork))
    said = [str(one) for one in fork_sentences(fork, read_history(run), _parent_history(places, place))]
    if why := failure_sentence(run):
        said.append(why)
    done = _("Step {done} of {total}").format(done=f"{run.step:,}", total=f"{run.total_steps:,}")
    badge = f'<span class="state grey">{escape(state_name(place))}</span>'
    return (
        f'<div class="run-line"><h3 class="run-card">{escape(name)} {badge}</h3>'
        f"{progress_html(run.step / run.total_steps, done, name=name)}"
        f"<p>{escape(running_text(said))}</p></div>"
    )


def _parent_history(places: dict[str, FilledCell], place: FilledCell) -> RunHistory:
    fork = place.cell.run.fork
    parent = places[fork.run].run if fork is not None else None
    assert parent is not None  # else the fork would not be among them
    return read_history(parent)


def _name(view: ExperimentView, place: FilledCell, *, forked: bool = True) -> str:
    name = family_name(place.cell.family)
    if view.spec.seeds > 1:
        name = _("{network}, seed {seed}").format(network=name, seed=place.cell.seed)
    fork = place.cell.run.fork if forked else None
    return name if fork is None else _("{name}: {text}").format(name=name, text=fork_words(fork))


@in_readers_language
def _choose_fork(view: ExperimentView) -> None:
    """Network, step and difference; only those that there are."""
    store = server.store()
    places = {
        place.run.id: place
        for place in (*view.cells, *view.forks)
        if place.run is not None and may_change(place.run)
    }
    steps = {run_id: forkable_steps(store, store.run(run_id)) for run_id in places}
    able = [run_id for run_id in places if steps[run_id]]
    if not able:
        st.caption(_waits(view))
        return
    # The last choice may have been deleted since.
    if st.session_state.get("race_fork_run") not in able:
        st.session_state["race_fork_run"] = able[0]
    with st.container(horizontal=True, vertical_alignment="bottom", gap="small", key="race_fork_choices"):
        run_id = choose(
            st.selectbox,
            _("Network"),
            able,
            lambda one: _name(view, places[one]),
            key="race_fork_run",
            width=240,
        )
        spec = places[run_id].cell.run
        step = _choose_step(run_id, steps[run_id])
        change = choose(
            st.selectbox,
            _("Difference"),
            list(possible_changes(spec)),
            lambda one: _(CHANGE_NAMES[one]),
            key=f"race_fork_change_{run_id}",
            width=240,
        )
        go = pressed(st.button, _("Fork"), icon=":material/fork_right:", key="race_fork")
    if not go:
        return
    try:
        start_fork(store, run_id, step, change, owner())
    except ResnetVizError as error:
        st.error(str(error), icon=":material/block:")
        return
    server.wake()
    st.rerun()


def _choose_step(run_id: str, kept: Sequence[int]) -> int:
    """The newest kept step, until the reader has chosen one."""
    key, chosen = f"race_fork_step_{run_id}", f"race_fork_chosen_{run_id}"
    # Who presses means the step that was shown.
    if not (waits("race_fork") and st.session_state.get(key) in kept):
        wanted = st.session_state.get(chosen)
        st.session_state[key] = wanted if wanted in kept else kept[-1]
    step: int = choose(
        st.selectbox,
        _("Step"),
        kept,
        after_steps,
        key=key,
        on_change=lambda: st.session_state.update({chosen: st.session_state[key]}),
        width=180,
    )
    return step


def _waits(view: ExperimentView) -> str:
    if not view.settled:
        return _("No step has been kept yet; wait a moment.")
    return _(
        "Nothing can be forked here: the checkpoints were removed, or an earlier version trained this race."
    )


def _button(name: str, title: str, icon: str, run_id: str, action: Callable[[str], None]) -> None:
    st.button(title, icon=icon, key=f"race_fork_{name}_{run_id}", on_click=action, args=(run_id,))


@in_readers_language
def _stop(run_id: str) -> None:
    store = server.store()
    if may_change(store.run(run_id)):
        store.set_desired(run_id, Desired(Wish.STOP))


@in_readers_language
def _resume(run_id: str) -> None:
    store = server.store()
    run = store.run(run_id)
    if may_change(run) and run.state.is_resumable():
        store.resume(run_id)
        server.wake()
