"""What can be done with the chosen runs: pin, stop, continue, repeat, delete and take that back.

All of these are callbacks; what they cannot do, the page says.
"""

from collections.abc import Callable, Iterator, Sequence
from functools import partial
from typing import Final, NamedTuple

import streamlit as st

from resnet_viz.errors import InvalidSetting, NotFound, ResnetVizError
from resnet_viz.events import Desired, Wish
from resnet_viz.experiments.kinds import KINDS
from resnet_viz.jobs.control import hold_back
from resnet_viz.jobs.experiments import spec_of, start_experiment
from resnet_viz.locale import N_, ngettext
from resnet_viz.specs import RunSpec
from resnet_viz.store import GroupRecord, Labels, RunRecord
from resnet_viz.ui import server
from resnet_viz.ui.language import in_readers_language
from resnet_viz.ui.permissions import owner
from resnet_viz.ui.runs.rows import run_name
from resnet_viz.ui.runs.state import GROUPS, RUNS
from resnet_viz.wording import with_semicolons

_DELETED: Final = "runs_deleted_just_now"
_REFUSED: Final = "runs_refused"
_MOST_NAMED: Final = 3


class Deleted(NamedTuple):
    """What was deleted last, and can be had back."""

    run_ids: tuple[str, ...]
    stopped: bool

    def told(self) -> str:
        """That it was, by the names of the first few."""
        count = len(self.run_ids)
        if self.stopped:
            text = ngettext(
                "{count} run was stopped and deleted: {runs}",
                "{count} runs were stopped and deleted: {runs}",
                count,
            )
        else:
            text = ngettext("{count} run was deleted: {runs}", "{count} runs were deleted: {runs}", count)
        return text.format(count=count, runs=names_of(self.run_ids))


def deleted_just_now() -> Deleted | None:
    """The last deletion of this session, until it is undone."""
    found: Deleted | None = st.session_state.get(_DELETED)
    return found


def forget_deletion() -> None:
    """Do not offer to undo it any more."""
    st.session_state.pop(_DELETED, None)


def say(sentence: str) -> None:
    """Have ``sentence`` shown as what went wrong."""
    st.session_state[_REFUSED] = sentence


def take_refusal() -> str:
    """What went wrong since the page was shown last; empty for nothing."""
    return str(st.session_state.pop(_REFUSED, ""))


def attempt(action: Callable[[], object]) -> bool:
    """Whether ``action`` went well; otherwise the page says why, naming runs as people know them."""
    try:
        action()
    except ResnetVizError as error:
        if "id" in error.parameters:
            error.parameters["id"] = named(str(error.parameters["id"]))
        say(str(error))
        return False
    return True


def named(run_id: str) -> str:
    """``Plain-14, seed 0``; what is no run of the history stays as it is."""
    try:
        run = server.store().run(run_id)
    except NotFound:
        return run_id
    return run_name(run.role, run.spec.network.depth, run.seed)


def names_of(run_ids: Sequence[str]) -> str:
    """The first few of them by name."""
    names = with_semicolons(map(named, run_ids[:_MOST_NAMED]))
    return f"{names} …" if len(run_ids) > _MOST_NAMED else names


@in_readers_language
def pin(run_ids: Sequence[str], pinned: bool) -> None:
    """Keep these runs at the top, or not."""
    attempt(lambda: server.store().library.label(run_ids, Labels(pinned=pinned)))


@in_readers_language
def stop(run_ids: Sequence[str]) -> None:
    """Have them end where they are."""
    store = server.store()
    hold_back(store, [store.run(run_id) for run_id in run_ids], Desired(Wish.STOP))


@in_readers_language
def resume(run_ids: Sequence[str]) -> None:
    """Go on with what was stopped or broke off."""
    for run_id in run_ids:
        attempt(partial(server.store().resume, run_id))
    server.wake()


@in_readers_language
def repeat(run_ids: Sequence[str], whole: Sequence[str]) -> None:
    """Run them again with seeds of their own: races as a whole, since half a race compares nothing.

    ``whole``: identifiers of further groups to repeat as a whole.
    """
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
    choose_all_of(started)


@in_readers_language
def delete(run_ids: Sequence[str], stop_first: bool) -> None:
    """Delete so that it can be undone; ``stop_first``: also what is being trained."""
    deleted: set[str] = set()
    if attempt(lambda: deleted.update(server.store().library.delete(run_ids, stop=stop_first))):
        in_order = tuple(run_id for run_id in run_ids if run_id in deleted)
        st.session_state[_DELETED] = Deleted(in_order, stop_first)
        RUNS.choose([run_id for run_id in RUNS.chosen() if run_id not in deleted])


@in_readers_language
def restore(run_ids: Sequence[str]) -> None:
    """Take a deletion back."""
    forget_deletion()
    store = server.store()
    if attempt(lambda: store.library.restore(run_ids)):
        RUNS.choose(run_ids)
        GROUPS.choose(sorted({store.run(run_id).group_id for run_id in run_ids}))


def choose_all_of(groups: Sequence[GroupRecord]) -> None:
    """Choose these groups in their table, and all their runs in that of the runs."""
    GROUPS.choose([group.id for group in groups])
    RUNS.choose([run_id for group in groups for run_id in server.store().group(group.id).run_ids])


def _repeated(group: GroupRecord, members: Sequence[RunRecord], whole: bool) -> Iterator[GroupRecord]:
    """Start ``group`` once more, or of other groups than races and ``whole`` sweeps, these ``members``."""
    store = server.store()
    kind = KINDS.get(group.kind)
    if kind is not None and (whole or not kind.reuses):
        yield start_experiment(store, kind, spec_of(group).with_next_seeds(), owner())
    else:
        seed = 1 + max(store.run(run_id).seed for run_id in group.run_ids)
        for run in members:
            if run.spec.fork is not None:
                raise InvalidSetting(
                    "fork_not_repeatable",
                    N_(
                        "{id} is a fork: with another seed there is no run that it could continue. Train its "
                        "parent with that seed, then fork it."
                    ),
                    id=run.id,
                )
            spec = _with_seed(run.spec, seed)
            yield store.add_group("single", owner(), spec.to_json(), [spec])


def _with_seed(spec: RunSpec, seed: int) -> RunSpec:
    return spec.but(train=spec.train.but(seed=seed % 2**31))
