"""What is chosen in a table, as the action bar and the comparison need it."""

from collections.abc import Callable, Sequence
from typing import NamedTuple

from resnet_viz.store import RunRecord
from resnet_viz.ui.runs.state import TableState


class Selection(NamedTuple):
    """Runs, or groups of runs, chosen in the table of ``state``.

    Attributes:
        title: how many of what.
        own: the runs of the history that are pinned, stopped or deleted.
        every: those that are compared and exported; of a sweep also the runs that others trained for it.
        bundled: identifiers of recorded runs, which are only compared.
        groups: identifiers of the groups that were chosen with all their runs, if that is how.
        opened: shows the way to the page of what is chosen, if there is one.
        more: shows what else there is to do with just this.
    """

    state: TableState
    title: str
    own: Sequence[RunRecord]
    every: Sequence[RunRecord]
    bundled: Sequence[str]
    groups: Sequence[str]
    opened: Callable[[], None]
    more: Callable[[], None]
