"""A cell of an experiment in words: what it is called, its state, and why it ended early."""

from resnet_viz.figures.families import family_name
from resnet_viz.jobs.experiments import FilledCell
from resnet_viz.locale import gettext as _
from resnet_viz.store import RunRecord
from resnet_viz.ui import labels
from resnet_viz.wording import with_commas


def cell_name(place: FilledCell) -> str:
    """Network type, depth and seed."""
    return _("{family}, depth {depth}, seed {seed}").format(
        family=family_name(place.cell.family), depth=place.cell.depth, seed=place.cell.seed
    )


def state_name(place: FilledCell) -> str:
    """Where its run stands; of a cell without one, that it has none."""
    if place.state is None:
        return _("Not trained") if place.retried else _("Deleted")
    state = labels.label(labels.STATES, place.state)
    return with_commas((state, _("reused"))) if place.reused else state


def failure_sentence(run: RunRecord | None) -> str:
    """Why a run ended early, in the reader's language; empty where it did not."""
    if run is None or run.failure is None:
        return ""
    return _(run.failure.template).format(**run.failure.parameters)
