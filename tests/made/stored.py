"""Runs in a store, as a server and its workers leave them there."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from resnet_viz.events import Event, Facts, Failure, Profile, Progress, RunState, Series, StateChanged
from resnet_viz.experiments.experiment import Experiment
from resnet_viz.experiments.kinds import RACE
from resnet_viz.jobs.calibrate import ask_for_probe
from resnet_viz.jobs.experiments import cells_of, start_experiment
from resnet_viz.processes.channel import Frame
from resnet_viz.specs import RunSpec
from resnet_viz.store import GroupRecord, Store
from tests.made.specs import SMALL_RACE, STEPS

TAPS = ("conv1", "stage1.block1.conv1", "head")


def queue(store: Store, specs: RunSpec | Sequence[RunSpec], owner: str = "ada") -> tuple[str, ...]:
    """Queue ``specs`` as one group; the identifiers of the runs."""
    specs = [specs] if isinstance(specs, RunSpec) else list(specs)
    return store.add_group("race", owner, "{}", specs).run_ids


def queued(store: Store, owner: str = "someone") -> str:
    """A run alone in the queue."""
    return queue(store, RunSpec(), owner)[0]


def claimed(store: Store, run_id: str, worker: str = "worker") -> int:
    """The number of the attempt that ``worker`` begins with this."""
    attempt = store.claim(run_id, worker)
    assert attempt is not None
    return attempt


def write(store: Store, run_id: str, *events: Event) -> None:
    """Have a worker take up a run and tell ``events``."""
    store.append(run_id, claimed(store, run_id), events)


def end(
    store: Store, run_id: str, state: RunState = RunState.FINISHED, failure: Failure | None = None
) -> None:
    """Have a worker take up a run and end it in ``state``."""
    write(store, run_id, StateChanged(state, failure))


def measured(
    loss: npt.NDArray[np.float64],
    accuracy: npt.ArrayLike,
    *,
    tested: float | None = None,
    gradients: Mapping[str, float] | None = None,
    probed: Iterable[int] = (),
    **facts: Any,
) -> list[Event]:
    """What a worker tells of a run with this training loss and accuracy, a step each, but for its end.

    Args:
        tested: the test accuracy after the last step.
        gradients: the relative gradient of each tap, the same at all steps ``probed``.
    """
    step = np.arange(len(loss), dtype=np.int64)
    events: list[Event] = [
        Facts(facts),
        Series("train/loss", step, loss),
        Series("train/accuracy", step, np.broadcast_to(np.asarray(accuracy, np.float64), loss.shape)),
    ]
    if tested is not None:
        events.append(Series("test/accuracy", step[-1:], np.array([tested])))
    if gradients:
        at = np.array([*probed], dtype=np.int64)
        rows = np.tile(np.array([*gradients.values()], np.float32), (len(at), 1))
        events.append(Profile("grad/relative", tuple(gradients), at, rows))
    return [*events, Progress(len(loss))]


def start_race(store: Store, owner: str = "local") -> GroupRecord:
    """Queue `SMALL_RACE`."""
    return start_experiment(store, RACE, SMALL_RACE, owner)


def train_race(store: Store, group: GroupRecord, *, end: RunState | None = RunState.FINISHED) -> None:
    """What two workers would have written: 30 steps, the residual network a loss of 0.5 below."""
    noise = np.random.default_rng(0).normal(0, 0.01, STEPS)
    for run_id in group.run_ids:
        loss = 1.5 + noise - 0.5 * (store.run(run_id).role == "residual")
        events = measured(
            loss,
            0.5,
            tested=0.5,
            gradients=dict.fromkeys(TAPS, 0.1),
            probed=range(STEPS),
            parameters=4934,
            device="cpu",
            threads=1,
            init_digest="abc",
            batch_digests={"30": "def"},
            train_loss=float(loss[-20:].mean()),
        )
        write(store, run_id, *events, *([StateChanged(end)] if end else []))


def train_sweep(store: Store, group: GroupRecord, *, worse_by: float = 0.2) -> None:
    """What workers would have written: plain networks get worse by ``worse_by`` from depth 8 to 14."""
    for place in cells_of(store, group):
        assert place.run is not None
        hurt = worse_by * (place.cell.family == "plain") * (place.cell.depth > 8)
        write(store, place.run.id, *cell(0.3 + hurt), StateChanged(RunState.FINISHED))


def cell(error: float) -> list[Event]:
    """What is told of a run with this training error, but for its end."""
    noise = np.resize(np.array([0.01, -0.01]), STEPS)
    return measured(
        1 + noise,
        1 - error + noise,
        tested=0.6,
        gradients=dict.fromkeys(TAPS, 0.1),
        probed=(0, STEPS - 1),
        device="cpu",
        train_loss=1.0,
        wall_s=2.0,
    )


def probed(store: Store, spec: Experiment, content: Any) -> str:
    """Have the time probe of ``spec`` end with ``content``, as a worker would; its identifier."""
    probe = ask_for_probe(store, spec, "ada")
    attempt = store.measurements.claim(probe.id, "worker", 2)
    assert attempt is not None
    store.measurements.end(probe.id, attempt, RunState.FINISHED, result=Frame(content, {}))
    return probe.id


def timed(store: Store, spec: Experiment) -> None:
    """The time probe of ``spec`` has found that a step takes half a second."""
    costs: dict[str, float] = dict.fromkeys(("evaluate_s", "probe_s", "keep_s", "set_up_s"), 0)
    costs |= {"update_s": 0.5, "memory_bytes": 2**30}
    samples = [{"family": name, "depth": depth} | costs for name in spec.families for depth in spec.depths]
    probed(store, spec, {"samples": samples, "start_s": 1, "device": "cpu"})
