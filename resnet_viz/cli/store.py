"""The history that commands work on, and the runs that people name."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from resnet_viz.cli.command_log import logged_in
from resnet_viz.cli.console import say
from resnet_viz.errors import NotFound, StoreUnavailable
from resnet_viz.experiments.kinds import RACE
from resnet_viz.jobs.forks import forks_of
from resnet_viz.jobs.signs_of_life import STALE_S, find_lost
from resnet_viz.locale import ngettext
from resnet_viz.store import RunQuery, RunRecord, Store, home_folder, open_store
from resnet_viz.wording import duration


@contextmanager
def history() -> Iterator[Store]:
    """The history of this home, closed afterwards; no run in it is called running whose worker is dead."""
    store = open_store(home_folder())
    try:
        with logged_in(store.home / "logs"):
            try:
                find_lost(store, on_wait=_say_wait)
            except StoreUnavailable as error:  # what only reads goes on
                say(str(error))
            yield store
    finally:
        store.close()


def named(store: Store, name: str) -> list[RunRecord]:
    """The run called ``name``, or the runs of the race or sweep called so; raises `NotFound`."""
    try:
        return [store.run(name)]
    except NotFound as error:
        if error.code == "ambiguous_id":
            raise
        return [store.run(run_id) for run_id in store.group(name).run_ids]


def ids_of(
    store: Store, names: Sequence[str], *, deleted: bool = False, with_forks: bool = False
) -> list[str]:
    """The runs that ``names`` stand for, each once; of groups only those that are (not) ``deleted``.

    ``with_forks``: of races their forks too.
    """
    found: dict[str, None] = {}
    for name in names:
        try:
            found[store.run(name).id] = None
        except NotFound as error:
            if error.code == "ambiguous_id":
                raise
            group = store.group(name)
            query = RunQuery(group=group.id, deleted=deleted, pinned_first=False)
            members = [row.id for row in store.library.find(query).rows]
            found |= dict.fromkeys(members)
            if with_forks and group.kind == RACE.name:
                found |= dict.fromkeys(fork.id for fork in forks_of(store, members))
    return list(found)


def _say_wait(count: int) -> None:
    told = ngettext(
        "{count} run gives no sign of life; listening for up to {time} …",
        "{count} runs give no sign of life; listening for up to {time} …",
        count,
    )
    say(told.format(count=count, time=duration(STALE_S)))
