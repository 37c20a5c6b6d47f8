"""Runs by what they train: the cells of sweeps, whichever group trained them.

Runs with equal digests are the same experiment, so a cell needs no reference
to its run: it is whichever run has its digest. Only runs trained here count,
and none that was deleted.
"""

from collections.abc import Callable, Collection, Sequence
from dataclasses import replace

from sqlalchemy import and_, func, or_, select, update

from resnet_viz.events import BROKEN, RunState, Wish
from resnet_viz.specs import RunSpec
from resnet_viz.store import lifecycle
from resnet_viz.store.database import Database
from resnet_viz.store.find import find_group, list_trained, new_id
from resnet_viz.store.records import RunRecord
from resnet_viz.store.schema import run_groups, runs

_AT_ONCE = 500  # databases limit the parameters of a statement

_queued = runs.alias("queued")
_twin = runs.alias("twin")
_TWINS = (
    select(_queued.c.id, _twin.c.state)
    .join(run_groups, run_groups.c.id == _queued.c.group_id)
    .join(_twin, and_(_twin.c.digest == _queued.c.digest, _twin.c.id != _queued.c.id))
    .where(
        _queued.c.state == RunState.QUEUED.value,
        _twin.c.origin == "trained",
        _twin.c.deleted_at.is_(None),
        or_(
            _twin.c.state.in_([RunState.RUNNING.value, RunState.FINISHED.value]),
            and_(
                _twin.c.state == RunState.QUEUED.value,
                _twin.c.wish == Wish.RUN.value,
                or_(
                    _twin.c.created_at < _queued.c.created_at,
                    and_(_twin.c.created_at == _queued.c.created_at, _twin.c.id < _queued.c.id),
                ),
            ),
        ),
    )
)
_BROKEN_OFF = (
    select(runs.c.id)
    .join(run_groups, run_groups.c.id == runs.c.group_id)
    .where(runs.c.deleted_at.is_(None), runs.c.wish == Wish.RUN.value)
)


class Cells:
    """What sweeps ask of the history; every method may raise `StoreUnavailable`."""

    def __init__(self, database: Database, clock: Callable[[], float]) -> None:
        self._database = database
        self._clock = clock

    def runs(self, digests: Collection[str]) -> dict[str, list[RunRecord]]:
        """The runs with these digests, those that ended first coming first, then by age."""
        found: dict[str, list[RunRecord]] = {}
        wanted = sorted(digests)
        with self._database.reading() as connection:
            for start in range(0, len(wanted), _AT_ONCE):
                for run in list_trained(connection, wanted[start : start + _AT_ONCE]):
                    found.setdefault(run.digest, []).append(run)
        for same in found.values():
            same.sort(key=lambda run: (run.ended_at or float("inf"), run.created_at, run.id))
        return found

    def queue_missing(
        self, group_id: str, spec_json: str, specs: Sequence[RunSpec], *, reuse: bool = True
    ) -> tuple[str, ...]:
        """Give a group the spec ``spec_json``, and queue those of ``specs`` that it lacks; raises `NotFound`.

        Lacking is what is no run of the group and, where ``reuse``, has finished nowhere either.
        One transaction: whoever calls this twice, or from two processes, queues once.
        """
        now = self._clock()
        by_digest = {spec.digest(): spec for spec in specs}
        with self._database.writing() as connection:
            group = find_group(connection, group_id)
            change = update(run_groups).where(run_groups.c.id == group.id)
            connection.execute(change.values(spec=spec_json))  # and so keeps other callers waiting
            mine = runs.c.group_id == group.id
            done = and_(runs.c.state == RunState.FINISHED.value, runs.c.origin == "trained")
            wanted = list(by_digest)
            for start in range(0, len(wanted), _AT_ONCE):
                query = select(runs.c.digest).where(
                    runs.c.digest.in_(wanted[start : start + _AT_ONCE]),
                    runs.c.deleted_at.is_(None),
                    mine | done if reuse else mine,
                )
                for digest in connection.execute(query).scalars():
                    by_digest.pop(digest, None)
            last = connection.execute(select(func.max(runs.c.position)).where(mine)).scalar()
            missing = list(by_digest.values())
            grown = replace(group, run_ids=tuple(new_id() for _ in missing))
            lifecycle.add_runs(connection, grown, missing, now, 0 if last is None else last + 1)
        return grown.run_ids

    def set_promise(self, group_id: str, promise: str | None) -> None:
        """Keep what was estimated for a group with it, as JSON; None: nothing was."""
        change = update(run_groups).where(run_groups.c.id == group_id).values(promise=promise)
        with self._database.writing() as connection:
            connection.execute(change)

    def promise(self, group_id: str) -> str | None:
        """What `set_promise` kept; None for groups that are gone as well."""
        query = select(run_groups.c.promise).where(run_groups.c.id == group_id)
        with self._database.reading() as connection:
            return connection.execute(query).scalar_one_or_none()

    def held(self, kinds: Sequence[str]) -> dict[str, set[RunState]]:
        """Queued runs of groups of ``kinds`` that should not start now, and why.

        The states are those of other runs with the same digest that have
        finished, run, or come first in the queue; ``paused`` where the run's own
        owner wants it to wait.
        """
        of_kind = run_groups.c.kind.in_(kinds)
        waits = (
            select(runs.c.id)
            .join(run_groups, run_groups.c.id == runs.c.group_id)
            .where(of_kind, runs.c.state == RunState.QUEUED.value, runs.c.wish == Wish.PAUSE.value)
        )
        found: dict[str, set[RunState]] = {}
        with self._database.reading() as connection:
            for run_id, state in connection.execute(_TWINS.where(of_kind)):
                found.setdefault(run_id, set()).add(RunState(state))
            for run_id in connection.execute(waits).scalars():
                found.setdefault(run_id, set()).add(RunState.PAUSED)
        return found

    def broken_off(self, kinds: Sequence[str], most_attempts: int) -> list[str]:
        """Runs of groups of ``kinds`` that ended early though their owner wants them to run.

        Failed and lost ones that have had fewer than ``most_attempts`` attempts,
        and those that were stopped with their server.
        """
        again = or_(
            runs.c.state == RunState.STOPPED.value,
            and_(
                runs.c.state.in_(sorted(state.value for state in BROKEN)),
                runs.c.attempt < most_attempts,
            ),
        )
        with self._database.reading() as connection:
            return list(connection.execute(_BROKEN_OFF.where(run_groups.c.kind.in_(kinds), again)).scalars())
