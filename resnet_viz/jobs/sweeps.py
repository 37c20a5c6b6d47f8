"""A sweep: its cells are runs in the queue, and a cell that was trained before is never trained again.

A cell's run is found by the digest of its spec, whichever race or sweep
trained it; the group of a sweep holds only the runs that were missing.
"""

from contextlib import suppress
from typing import NamedTuple

from resnet_viz.data.catalogue import fitted
from resnet_viz.errors import InvalidSetting, NotFound
from resnet_viz.events import BROKEN, Desired, RunState, Wish
from resnet_viz.experiments.sweeps import Cell, SweepSpec
from resnet_viz.locale import N_
from resnet_viz.store import GroupRecord, RunRecord, Store

KIND = "sweep"
"""The kind of a sweep's group."""

MOST_ATTEMPTS = 4
"""So often a cell is taken up without anybody asking; after that its failure stands, until it is resumed."""


class SweepCell(NamedTuple):
    """A cell and its run; ``run`` is None where none exists (it was deleted, or is only planned).

    ``reused``: the run belongs to another race or sweep.
    """

    cell: Cell
    run: RunRecord | None
    reused: bool

    @property
    def state(self) -> RunState | None:
        """Where the run stands."""
        return self.run.state if self.run else None

    @property
    def is_settled(self) -> bool:
        """Whether nothing more will happen to it by itself."""
        return self.run is None or (self.state.is_finished() and not goes_on(self.run))  # type: ignore[union-attr]


def start_sweep(store: Store, spec: SweepSpec, owner: str) -> GroupRecord:
    """Queue what ``spec`` lacks, for ``owner``; wake the supervisor afterwards for a quick start.

    The owner's sweep of exactly this spec, if there is one, is taken up again
    instead of a new one being made.

    Raises:
        InvalidSetting: the recipe does not fit its data set; nothing is queued then.
        StoreUnavailable: the history cannot be written.
    """
    spec = fitted_sweep(spec)
    spec_json = spec.to_json()
    same = [group for group in store.groups(kind=KIND, owner=owner) if group.spec_json == spec_json]
    group = same[0] if same else store.add_group(KIND, owner, spec_json, [])
    return resume_sweep(store, group.id)


def extend_sweep(store: Store, sweep_id: str, spec: SweepSpec) -> GroupRecord:
    """Make ``spec``, which has all cells of the sweep and more, its spec, and queue what is missing.

    Raises:
        InvalidSetting: ``spec`` lacks a cell of the sweep, or does not fit its data set.
        NotFound: there is no such sweep.
    """
    group = sweep_group(store, sweep_id)
    spec = fitted_sweep(spec)
    lost = {cell.run.digest() for cell in spec_of(group).cells()} - {c.run.digest() for c in spec.cells()}
    if lost:
        raise InvalidSetting(
            "not_an_extension",
            N_("An extended sweep keeps its runs; {count} would be missing. Start a new sweep instead."),
            field="depths",
            count=len(lost),
        )
    store.cells.queue_missing(group.id, spec.to_json(), [cell.run for cell in queue_order(spec)])
    return store.group(group.id)


def pause_sweep(store: Store, sweep_id: str) -> None:
    """Hold the sweep's own runs: running ones after their step, queued ones in the queue."""
    _wish(store, sweep_id, Desired(Wish.PAUSE))


def resume_sweep(store: Store, sweep_id: str) -> GroupRecord:
    """Go on with a paused, cancelled or broken-off sweep: everything that is not finished is wanted again."""
    group = sweep_group(store, sweep_id)
    spec = spec_of(group)
    store.cells.queue_missing(group.id, spec.to_json(), [cell.run for cell in queue_order(spec)])
    for place in sweep_cells(store, group):
        run = place.run
        if run is None or run.group_id != group.id:
            continue
        if run.state.is_resumable():
            # The supervisor of a server may have been faster.
            with suppress(InvalidSetting):
                store.resume(run.id)
        elif not run.state.is_finished() and run.desired.wish is not Wish.RUN:
            store.set_desired(run.id, Desired())
    return store.group(group.id)


def cancel_sweep(store: Store, sweep_id: str) -> None:
    """Stop the sweep's own runs, with a checkpoint; finished cells stay, and `resume_sweep` goes on."""
    _wish(store, sweep_id, Desired(Wish.STOP))


def sweep_cells(store: Store, group: GroupRecord) -> list[SweepCell]:
    """All cells of the sweep, in the order of its spec, with their runs as they stand."""
    return _filled(store, spec_of(group), group.id)


def planned_cells(store: Store, spec: SweepSpec) -> list[SweepCell]:
    """What a sweep would find before anything is started; raises `InvalidSetting`."""
    found = _filled(store, fitted_sweep(spec), "")
    return [
        place if place.state is RunState.FINISHED else SweepCell(place.cell, None, False) for place in found
    ]


def sweep_group(store: Store, sweep_id: str) -> GroupRecord:
    """The group of the sweep called so; raises `NotFound`, for other groups as well."""
    group = store.group(sweep_id)
    if group.kind != KIND:
        raise NotFound("not_a_sweep", N_("{id} is not a sweep."), id=sweep_id[:60])
    return group


def spec_of(group: GroupRecord) -> SweepSpec:
    """The spec of a sweep's group."""
    return SweepSpec.from_json(group.spec_json)


def fitted_sweep(spec: SweepSpec) -> SweepSpec:
    """``spec`` with the networks' input and classes set from the data; raises `InvalidSetting`."""
    return spec.but(run=fitted(spec.run))


def queue_order(spec: SweepSpec) -> list[Cell]:
    """By seed, then the deepest first: the longest trainings at the end would leave cores idle."""
    return sorted(spec.cells(), key=lambda cell: (cell.seed, -cell.depth))


def goes_on(run: RunRecord) -> bool:
    """Whether an ended run will be taken up again without anybody asking (see `retries`)."""
    if run.desired.wish is not Wish.RUN:
        return False
    broken = run.state in BROKEN and run.attempt < MOST_ATTEMPTS
    return broken or run.state is RunState.STOPPED


def _filled(store: Store, spec: SweepSpec, group_id: str) -> list[SweepCell]:
    cells = [(cell, cell.run.digest()) for cell in spec.cells()]
    runs = store.cells.runs([digest for _cell, digest in cells])
    return [_choose(cell, runs.get(digest, []), group_id) for cell, digest in cells]


def _choose(cell: Cell, runs: list[RunRecord], group_id: str) -> SweepCell:
    """The run to show: a finished one if there is any, of the sweep itself before others."""
    own = [run for run in runs if run.group_id == group_id]
    finished = [run for run in (*own, *runs) if run.state is RunState.FINISHED]
    chosen = next(iter([*finished, *own]), None)
    return SweepCell(cell, chosen, chosen is not None and chosen.group_id != group_id)


def _wish(store: Store, sweep_id: str, desired: Desired) -> None:
    for run in store.runs(group=sweep_group(store, sweep_id).id):
        store.set_desired(run.id, desired)
