"""How long a race will take here, told from what this machine has trained before."""

from collections.abc import Sequence
from statistics import median

from resnet_viz.experiments.experiment import Experiment
from resnet_viz.specs import RunSpec
from resnet_viz.store import RunRecord


def race_seconds(race: Experiment, runs: Sequence[RunRecord], *, at_once: int) -> tuple[float, int] | None:
    """Seconds for ``race`` and how many of the finished ``runs`` say so; None where none is like it.

    A run is like it when all but depth, shortcut, steps and seed agree; a step
    takes time in proportion to depth then. ``at_once`` runs train side by side, as
    those that are judged by did.
    """
    alike = [run for run in runs if run.facts.get("wall_s") and _kind(run.spec) == _kind(race.run)]
    if not alike:
        return None
    per_layer = median(run.facts["wall_s"] / (run.total_steps * run.spec.network.depth) for run in alike)
    members = race.runs()
    rounds = -(-len(members) // at_once)
    return rounds * per_layer * race.run.train.steps * race.run.network.depth, len(alike)


def _kind(run: RunSpec) -> tuple[object, ...]:
    network, train = run.network, run.train
    return (
        network.family,
        network.block,
        network.width,
        network.norm,
        run.data,
        train.batch_size,
        train.optimizer,
        train.precision,
        train.device,
    )
