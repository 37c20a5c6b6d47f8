"""What is recorded says the same as the history it was made from."""

from pathlib import Path

import numpy as np
import pytest

from assets.make_recording import make
from resnet_viz.errors import NotFound
from resnet_viz.events import Event, Facts, Profile, Progress, RunState, Series, StateChanged
from resnet_viz.experiments.experiment import CellHistory, Experiment
from resnet_viz.experiments.kinds import RACE, SWEEP
from resnet_viz.experiments.recordings import read_recording
from resnet_viz.figures.degradation import degradation_info, degradation_table
from resnet_viz.figures.depth_gradients import depth_gradient_info, depth_gradient_table
from resnet_viz.figures.depth_losses import depth_loss_info, depth_loss_table
from resnet_viz.figures.tables import Columns
from resnet_viz.findings.verdict import depth_verdict
from resnet_viz.jobs.experiments import cells_of, start_experiment
from resnet_viz.store import RunReader, Store, open_store
from tests.made.stored import write

STEPS = 30
TAPS = ("stem", "stage1.block1.conv1", "head")
_RUN = RACE.presets["degradation"].spec.run
RUN = _RUN.but(train=_RUN.train.but(steps=STEPS, evaluate_every=10, probe_every=10))


@pytest.fixture
def store(tmp_path: Path) -> Store:
    return open_store(tmp_path / "home")


def train(store: Store, run_id: str, seed: int) -> None:
    """What a worker would have written, with numbers of its own for each run."""
    noise = np.random.default_rng(seed)
    step = np.arange(STEPS, dtype=np.int64)
    gradients = noise.lognormal(size=(STEPS, len(TAPS))).astype(np.float32)
    probed = np.array([0, 10, 20, 29])
    events: list[Event] = [
        Facts({"torch": "2.0", "wall_s": 1.0, "train_loss": 1.0}),
        Series("train/loss", step, noise.lognormal(size=STEPS).astype(np.float32).astype(np.float64)),
        Series("train/accuracy", step, noise.integers(0, 64, STEPS) / 64),
        Series("test/accuracy", step[9::10], noise.uniform(size=3)),
        Profile("grad/relative", TAPS, step, gradients),
        Profile("grad/norm", TAPS, step, gradients),
        Profile("response/std", TAPS[:2], probed, noise.lognormal(size=(4, 2)).astype(np.float32)),
        Progress(STEPS),
        StateChanged(RunState.FINISHED),
    ]
    write(store, run_id, *events)


def same(one: Columns, other: Columns) -> None:
    assert list(one) == list(other)
    for name, column in one.items():
        np.testing.assert_array_equal(column, other[name])


def test_a_recorded_sweep_has_the_verdict_and_the_charts_of_the_live_one(
    store: Store, tmp_path: Path
) -> None:
    spec = Experiment(run=RUN, depths=(8, 14), seeds=2)
    group = start_experiment(store, SWEEP, spec, "me")
    for number, run_id in enumerate(store.group(group.id).run_ids):
        train(store, run_id, number)
    live = [
        CellHistory(
            place.cell.family, place.cell.depth, place.cell.seed, RunReader(store, place.run.id).history()
        )
        for place in cells_of(store, group)
        if place.run is not None
    ]
    npz, parquet = make(store, "small", group.id, "the command", "", tmp_path)
    assert (npz.name, parquet.name) == ("sweep-small.npz", "sweep-small.parquet")
    recording = read_recording(SWEEP, "small", tmp_path)
    cells = list(recording.cells)
    assert depth_verdict(recording.spec, cells).text == depth_verdict(spec, live).text
    families = spec.families
    same(
        degradation_table(degradation_info(families, cells)),
        degradation_table(degradation_info(families, live)),
    )
    same(
        depth_loss_table(depth_loss_info(families, cells)), depth_loss_table(depth_loss_info(families, live))
    )
    same(
        depth_gradient_table(depth_gradient_info(families, cells)),
        depth_gradient_table(depth_gradient_info(families, live)),
    )
    assert {name for cell in cells for name in cell.history.profiles} == {"grad/relative"}
    assert recording.origin.versions["torch"] == "2.0"


def test_a_recorded_race_keeps_every_step_of_what_is_replayed(store: Store, tmp_path: Path) -> None:
    group = start_experiment(store, RACE, RACE.presets["degradation"].spec.but(run=RUN), "me")
    for number, run_id in enumerate(group.run_ids):
        train(store, run_id, number)
    make(store, "small", group.id, "the command", "", tmp_path)
    for run in read_recording(RACE, "small", tmp_path).runs:
        profiles = run.history.profiles
        assert profiles["grad/relative"].step.tolist() == list(range(STEPS))
        assert (
            profiles["grad/norm"].step.tolist() == profiles["response/std"].step.tolist() == [0, 10, 20, 29]
        )


def test_what_is_not_finished_is_not_recorded(store: Store, tmp_path: Path) -> None:
    group = start_experiment(store, SWEEP, Experiment(run=RUN, depths=(8, 14)), "me")
    with pytest.raises(NotFound, match="not finished"):
        make(store, "small", group.id, "the command", "", tmp_path)
    assert not list(tmp_path.glob("sweep-*"))
