"""An experiment in the history: a group, whose cells are runs in the queue.

Kinds that reuse (`kinds.Kind.reuses`) find a cell's run by the digest of its
spec, whichever experiment trained it, and never train it twice; their group
holds only the runs that were missing. The others train every cell anew.
"""

from collections.abc import Iterable
from contextlib import suppress
from dataclasses import replace
from typing import NamedTuple

from resnet_viz.data.catalogue import check_data
from resnet_viz.errors import InvalidSetting, NotFound
from resnet_viz.events import BROKEN, Desired, RunState, Wish
from resnet_viz.experiments.experiment import Cell, CellHistory, Experiment
from resnet_viz.experiments.kinds import KINDS, Kind
from resnet_viz.history import RunHistory
from resnet_viz.locale import N_
from resnet_viz.store import GroupRecord, RunReader, RunRecord, Store

MOST_ATTEMPTS = 4
"""So often a cell is taken up without anybody asking; after that its failure stands, until it is resumed."""

RETRIED = tuple(kind.name for kind in KINDS.values() if kind.reuses)
"""The kinds whose cells are taken up again by themselves."""


class FilledCell(NamedTuple):
    """A cell and its run; ``run`` is None where none exists (it was deleted, or is only planned).

    ``reused``: the run belongs to another experiment. ``retried``: what breaks off is taken up by itself.
    """

    cell: Cell
    run: RunRecord | None
    reused: bool
    retried: bool

    @property
    def state(self) -> RunState | None:
        """Where the run stands."""
        return self.run.state if self.run else None

    @property
    def is_settled(self) -> bool:
        """Whether nothing more will happen to it by itself."""
        if self.run is None:
            return True
        return self.run.state.is_finished() and not (self.retried and goes_on(self.run))

    def recorded(self, history: RunHistory) -> CellHistory:
        """The cell with what was recorded of its run, which stands for the cell's network type here."""
        family, depth, seed, _run = self.cell
        return CellHistory(family, depth, seed, replace(history, family=family))


def start_experiment(store: Store, kind: Kind, spec: Experiment, owner: str) -> GroupRecord:
    """Queue what ``spec`` lacks, for ``owner``; wake the supervisor afterwards for a quick start.

    Where ``kind`` reuses, the owner's experiment of exactly this spec, if there
    is one, is taken up again instead of a new one being made.

    Raises:
        InvalidSetting: the recipe does not fit its data set; nothing is queued then.
        StoreUnavailable: the history cannot be written.
    """
    check_data(spec.run)
    spec_json = spec.to_json()
    if not kind.reuses:
        return store.add_group(kind.name, owner, spec_json, spec.runs())
    same = [group for group in store.groups(kind=kind.name, owner=owner) if group.spec_json == spec_json]
    group = same[0] if same else store.add_group(kind.name, owner, spec_json, [])
    return resume_experiment(store, group.id)


def extend_experiment(store: Store, group_id: str, spec: Experiment) -> GroupRecord:
    """Make ``spec``, which has all cells of the experiment and more, its spec, and queue what is missing.

    Raises:
        InvalidSetting: ``spec`` lacks a cell of the experiment, or does not fit its data set.
        NotFound: there is no such experiment.
    """
    group = experiment_group(store, group_id)
    check_data(spec.run)
    lost = {cell.run for cell in spec_of(group).cells()} - {cell.run for cell in spec.cells()}
    if lost:
        raise InvalidSetting(
            "not_an_extension",
            N_("An extended experiment keeps its runs; {count} would be missing. Start a new one instead."),
            field="depths",
            count=len(lost),
        )
    _queue_missing(store, group, spec)
    return store.group(group.id)


def pause_experiment(store: Store, group_id: str) -> None:
    """Hold the experiment's own runs: running ones after their step, queued ones in the queue."""
    _wish(store, group_id, Desired(Wish.PAUSE))


def resume_experiment(store: Store, group_id: str) -> GroupRecord:
    """Go on with what was paused, stopped or broke off; where the kind reuses, the deleted as well."""
    group = experiment_group(store, group_id)
    if KINDS[group.kind].reuses:
        _queue_missing(store, group, spec_of(group))
    for run in store.runs(group=group.id):
        if run.state.is_resumable():
            # The supervisor of a server may have been faster.
            with suppress(InvalidSetting):
                store.resume(run.id)
        elif not run.state.is_finished() and run.desired.wish is not Wish.RUN:
            store.set_desired(run.id, Desired())
    return store.group(group.id)


def stop_experiment(store: Store, group_id: str) -> None:
    """Stop the experiment's own runs, with a checkpoint; `resume_experiment` goes on."""
    _wish(store, group_id, Desired(Wish.STOP))


def step_experiment(store: Store, group_id: str) -> None:
    """Have paused runs do one step more; of networks that are compared, the one behind catches up first."""
    paused = [run for run in store.runs(group=group_id) if run.state is RunState.PAUSED]
    # In a race all of a seed are compared, whatever depth their families have.
    several = KINDS[store.group(group_id).kind].has_depths
    turns = {run.id: (run.spec.network.depth if several else 0, run.seed) for run in paused}
    ahead: dict[tuple[int, int], int] = {}
    for run in paused:
        ahead[turns[run.id]] = max(ahead.get(turns[run.id], 0), run.step)
    for run in paused:
        until = ahead[turns[run.id]] + 1
        store.set_desired(run.id, Desired(Wish.PAUSE, until_step=until))


def cells_of(store: Store, group: GroupRecord) -> list[FilledCell]:
    """All cells of the experiment, in the order of its spec, with their runs as they stand."""
    kind, spec = KINDS[group.kind], spec_of(group)
    if kind.reuses:
        return _filled(store, spec, group.id)
    own = {run.spec: run for run in store.runs(group=group.id)}
    return [FilledCell(cell, own.get(cell.run), False, False) for cell in spec.cells()]


def recorded_cells(store: Store, cells: Iterable[FilledCell]) -> list[CellHistory]:
    """What was recorded of each of ``cells`` that has a run, read anew."""
    return [place.recorded(RunReader(store, place.run.id).history()) for place in cells if place.run]


def planned_cells(store: Store, spec: Experiment) -> list[FilledCell]:
    """What an experiment that reuses would find before it is started; raises `InvalidSetting`."""
    check_data(spec.run)
    return [
        place if place.state is RunState.FINISHED else place._replace(run=None, reused=False)
        for place in _filled(store, spec, "")
    ]


def experiment_group(store: Store, group_id: str, kind: Kind | None = None) -> GroupRecord:
    """The group of the experiment called so; raises `NotFound`, for groups of another kind as well."""
    group = store.group(group_id)
    if group.kind not in KINDS or kind not in (None, KINDS[group.kind]):
        raise NotFound("not_an_experiment", N_("{id} is neither a race nor a sweep."), id=group_id[:60])
    return group


def spec_of(group: GroupRecord) -> Experiment:
    """The spec of an experiment's group; raises `InvalidSetting`."""
    return Experiment.from_json(group.spec_json)


def goes_on(run: RunRecord) -> bool:
    """Whether an ended run will be taken up again without anybody asking (see `retries`)."""
    if run.desired.wish is not Wish.RUN:
        return False
    broken = run.state in BROKEN and run.attempt < MOST_ATTEMPTS
    return broken or run.state is RunState.STOPPED


def _queue_missing(store: Store, group: GroupRecord, spec: Experiment) -> None:
    store.cells.queue_missing(group.id, spec.to_json(), spec.runs(), reuse=KINDS[group.kind].reuses)


def _filled(store: Store, spec: Experiment, group_id: str) -> list[FilledCell]:
    cells = [(cell, cell.run.digest()) for cell in spec.cells()]
    runs = store.cells.runs([digest for _cell, digest in cells])
    return [_choose(cell, runs.get(digest, []), group_id) for cell, digest in cells]


def _choose(cell: Cell, runs: list[RunRecord], group_id: str) -> FilledCell:
    """The run to show: a finished one if there is any, of the experiment itself before others."""
    own = [run for run in runs if run.group_id == group_id]
    finished = [run for run in (*own, *runs) if run.state is RunState.FINISHED]
    chosen = next(iter([*finished, *own]), None)
    return FilledCell(cell, chosen, chosen is not None and chosen.group_id != group_id, True)


def _wish(store: Store, group_id: str, desired: Desired) -> None:
    for run in store.runs(group=experiment_group(store, group_id).id):
        store.set_desired(run.id, desired)
