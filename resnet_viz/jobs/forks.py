"""Forks in the history: a run that goes on from a kept step of another, in a group of its own.

Both files of that step are copied into the fork's folder before it is queued, so nothing that becomes of
the parent matters to it any more, and the parent's record stays as it is.
"""

import shutil
from collections.abc import Collection, Iterable
from typing import Final

from resnet_viz.checkpoint_files import kept_file, position_file
from resnet_viz.errors import InvalidSetting, NotFound, StoreUnavailable
from resnet_viz.experiments.forks import forked
from resnet_viz.jobs.experiments import FilledCell
from resnet_viz.kept_files import write_whole
from resnet_viz.locale import N_
from resnet_viz.specs import ForkChange
from resnet_viz.store import RunRecord, Store
from resnet_viz.store.find import new_id

FORK: Final = "fork"
"""The kind of a fork's group."""


def start_fork(store: Store, run_id: str, step: int, change: ForkChange, owner: str) -> RunRecord:
    """Queue a fork of a run, for ``owner``; wake the supervisor afterwards for a quick start.

    Raises:
        NotFound: there is no such run.
        InvalidSetting: nothing that it could go on from was kept of ``step``, it has this fork already, or
            `forked` refuses.
        StoreUnavailable: history or files cannot be written, or the parent's have just been removed.
    """
    parent = store.run(run_id)
    if parent.deleted_at is not None:
        raise InvalidSetting(
            "parent_deleted", N_("Run {id} was deleted; restore it before forking it."), id=parent.id
        )
    spec = forked(parent.spec, parent.id, _checked(store, parent, step), change)
    same = [run for run in forks_of(store, {parent.id}) if run.spec == spec]
    if same:
        raise InvalidSetting(
            "fork_exists",
            N_("Run {id} has this fork already: {fork}. Delete that first to train it again."),
            id=parent.id,
            fork=same[0].id,
        )
    fork_id = new_id()
    folder = store.run_folder(fork_id)
    try:
        for name in (position_file(step), kept_file(step)):
            write_whole(folder / name, (store.run_folder(parent.id) / name).read_bytes(), durable=True)
        store.add_group(FORK, owner, spec.to_json(), [spec], run_ids=(fork_id,))
    except BaseException as error:
        shutil.rmtree(folder, ignore_errors=True)
        if isinstance(error, OSError):
            raise StoreUnavailable(
                "not_usable",
                N_("{file} cannot be read or written: {reason}."),
                file=str(error.filename or folder)[:200],
                reason=error.strerror or str(error),
            ) from error
        raise
    return store.run(fork_id)


def forkable_steps(store: Store, run: RunRecord) -> tuple[int, ...]:
    """Steps of ``run`` of which all is there that training goes on with, ascending; not its last."""
    folder = store.run_folder(run.id)
    return tuple(
        saved.step
        for saved in store.checkpoints(run.id)
        if saved.kept
        and saved.step < run.total_steps
        and (folder / saved.path).is_file()
        and (folder / position_file(saved.step)).is_file()
    )


def forks_of(store: Store, run_ids: Collection[str]) -> list[RunRecord]:
    """The forks of these runs, the oldest first, then the forks of those, and so on."""
    found: list[RunRecord] = []
    parents = set(run_ids)
    while forks := store.runs(kind=FORK, parents=parents):
        found += reversed(forks)
        parents = {run.id for run in forks}
    return found


def forked_cells(store: Store, cells: Iterable[FilledCell]) -> list[FilledCell]:
    """The forks of the runs in ``cells``: each in its parent's cell, with its own spec."""
    places = {place.run.id: place for place in cells if place.run is not None}
    found = []
    for run in forks_of(store, places):
        if run.spec.fork is not None:
            parent = places[run.spec.fork.run]
            places[run.id] = FilledCell(parent.cell._replace(run=run.spec), run, False, False)
            found.append(places[run.id])
    return found


def parent_of(store: Store, run: RunRecord) -> RunRecord | None:
    """The run that ``run``, a fork, goes on from; None where it was deleted or is of another history."""
    if run.spec.fork is None:
        return None
    try:
        parent = store.run(run.spec.fork.run)
    except NotFound:
        return None
    return parent if parent.deleted_at is None else None


def _checked(store: Store, parent: RunRecord, step: int) -> int:
    steps = forkable_steps(store, parent)
    if not steps:
        raise InvalidSetting(
            "nothing_to_fork",
            N_(
                "Run {id} has no step to fork at: its checkpoints were removed, or it was imported or "
                "trained by an earlier version. Train it again."
            ),
            id=parent.id,
        )
    if step not in steps:
        below, above = ([kept for kept in steps if (kept < step) == lower] for lower in (True, False))
        nearest = [*below[-1:], *above[:1]]
        raise InvalidSetting(
            "step_not_kept",
            N_("Step {step} of run {id} was not kept. Nearest: {nearest}."),
            field="step",
            step=step,
            id=parent.id,
            nearest=", ".join(map(str, nearest)),
        )
    return step
