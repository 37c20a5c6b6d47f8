"""Estimates from made-up timings, checked by hand; work against the networks themselves."""

import math
import time
from dataclasses import asdict
from typing import Any, get_args

import pytest
from pydantic import TypeAdapter

from resnet_viz.data.catalogue import shape_of
from resnet_viz.errors import InvalidSetting, NotFound
from resnet_viz.events import RunState
from resnet_viz.experiments import estimates
from resnet_viz.experiments.estimates import (
    Calibration,
    Estimate,
    Sample,
    estimate,
    probed_depths,
)
from resnet_viz.experiments.kinds import SWEEP
from resnet_viz.jobs.calibrate import ask_for_probe, estimate_sweep, known_estimate, known_probe
from resnet_viz.jobs.experiments import spec_of, start_experiment
from resnet_viz.jobs.promises import Promise, keep_promise, promise
from resnet_viz.networks.describe import describe
from resnet_viz.networks.families import multiply_adds
from resnet_viz.specs import Block, DataShape, NetworkSpec, Shortcut, TrainSpec
from resnet_viz.store import Store
from tests.jobs.own_server import store
from tests.made.specs import sweep
from tests.made.stored import end, probed
from tests.networks.shapes import CIFAR

__all__ = ["store"]


@pytest.mark.parametrize("block", get_args(Block))
@pytest.mark.parametrize("shortcut", get_args(Shortcut))
@pytest.mark.parametrize("px", [8, 14, 27, 32])
def test_multiply_adds_are_those_of_the_network(block: Block, shortcut: Shortcut, px: int) -> None:
    spec = NetworkSpec(depth=20, width=6, block=block, shortcut=shortcut)
    shape = DataShape(channels=3, px=px, classes=7)
    assert multiply_adds(spec, shape) == describe(spec, shape).multiply_adds


def test_resnet_20_has_the_work_that_the_paper_counts() -> None:
    assert multiply_adds(NetworkSpec(depth=20), CIFAR) == pytest.approx(40.55e6, rel=1e-3)


@pytest.mark.parametrize(
    ("depths", "probed"),
    [
        ((8,), (8,)),
        ((8, 14, 44), (8, 44)),
        ((20, 32, 110), (20, 110)),
        ((8, 56, 110), (8, 56)),
        ((8, 44, 56), (8, 44)),
    ],
)
def test_timed_are_the_ends_unless_that_takes_long(depths: tuple[int, ...], probed: tuple[int, ...]) -> None:
    assert probed_depths(depths) == probed


def _sample(depth: int, update_s: float, memory: int, family: str = "plain") -> Sample:
    return Sample(family, depth, update_s, 0.5, 0.25, 0.0, 1.0, memory)


def test_a_cell_costs_its_steps_tests_and_probes_on_a_line_over_depth() -> None:
    spec = sweep(10, families=("plain",), depths=(8, 14, 20))
    calibration = Calibration((_sample(8, 0.1, 100), _sample(14, 0.2, 160)), 7.0, "cpu")
    # 10 steps; tested at 5 and 10, probed at 0, 5 and 10: 1 + 10 t + 2 · 0.5 + 3 · 0.25.
    seconds = [estimates.cell_seconds(cell, calibration) for cell in spec.cells()]
    assert seconds == pytest.approx([3.75, 4.75, 5.75])
    deepest_first = list(reversed(spec.cells()))
    found = estimate(deepest_first, calibration, slots=2, cold=False)
    assert found.training_s == pytest.approx(14.25)
    assert found.wall_s == pytest.approx(8.5)  # 5.75 beside 4.75, then 3.75 where a slot is free first
    assert found.memory_bytes == 220 + 160
    assert (found.runs, found.steps) == (3, 30)
    work = [multiply_adds(cell.run.network, shape_of(cell.run.data)) for cell in spec.cells()]
    assert found.multiply_adds == sum(work) * (10 * 16 * 3 + 2 * 2000)
    cold = estimate(deepest_first, calibration, slots=2, cold=True)
    assert cold.wall_s == pytest.approx(15.5)


@pytest.mark.parametrize(
    ("steps", "every", "tested", "probed"), [(10, 5, 2, 3), (11, 5, 3, 4), (4, 5, 1, 2), (1, 1, 1, 2)]
)
def test_counts_are_those_of_the_training_loop(steps: int, every: int, tested: int, probed: int) -> None:
    train = TrainSpec(steps=steps, evaluate_every=every, probe_every=every)
    assert (estimates.evaluations(train), estimates.probes(train)) == (tested, probed)


def test_noise_never_makes_deeper_networks_cheaper() -> None:
    spec = sweep(families=("plain",), depths=(8, 14, 20))
    calibration = Calibration((_sample(8, 0.2, 160), _sample(14, 0.1, 100)), 0.0, "cpu")
    seconds = [estimates.cell_seconds(cell, calibration) for cell in spec.cells()]
    assert seconds == sorted(seconds)


def _calibration(*depths: int) -> Calibration:
    samples = [_sample(depth, 0.1, 100, name) for depth in depths for name in ("plain", "residual")]
    return Calibration(tuple(samples), 2.0, "cpu")


def test_finished_cells_cost_nothing_and_a_probe_is_kept(store: Store) -> None:
    spec = sweep()
    assert known_estimate(store, spec) is None
    probe = probed(store, spec, asdict(_calibration(8)))
    assert estimate_sweep(store, spec).runs == 4
    assert estimate_sweep(store, spec.but(seeds=2)).runs == 8
    known = known_probe(store, spec.but(seeds=2))
    assert known is not None
    assert known.id == probe == ask_for_probe(store, spec, "bob").id
    group = start_experiment(store, SWEEP, spec, owner="ada")
    for run_id in group.run_ids:
        end(store, run_id)
    assert estimate_sweep(store, spec.but(seeds=2)).runs == 4
    assert estimate_sweep(store, spec).wall_s == 0


@pytest.mark.parametrize(
    "content",
    [
        {},
        {"start_s": 2.0, "device": "cpu"},
        {"samples": [{"name": "plain", "n": 8}], "start_s": 2.0, "device": "cpu"},
        {"samples": [], "start_s": 2.0, "device": "cpu"},
        *({**asdict(_calibration(8, 14)), "start_s": wrong} for wrong in (math.nan, math.inf, -1)),
    ],
)
def test_a_kept_probe_of_another_version_or_of_times_that_are_none_is_made_anew(
    store: Store, content: Any
) -> None:
    unfit = probed(store, sweep(), content)
    assert known_estimate(store, sweep()) is None
    anew = probed(store, sweep(), asdict(_calibration(8, 14)))
    assert anew != unfit
    assert known_estimate(store, sweep()) == estimate_sweep(store, sweep())
    with pytest.raises(NotFound):
        store.measurements.get(unfit)


def test_what_was_promised_is_remembered_and_of_another_version_forgotten(store: Store) -> None:
    group = start_experiment(store, SWEEP, sweep(), owner="ada")
    cells = spec_of(group).cells()
    assert promise(store, group.id) is None
    keep_promise(store, group.id, Estimate(5.0, 10.0, 1, 4, 120, 1), cells)
    kept = promise(store, group.id)
    assert kept == Promise(10.0, 5.0, frozenset(cell.run.digest() for cell in cells))
    for content in ("", "{", "{}", '{"training_s": "long", "wall_s": 5, "digests": []}', "null"):
        store.cells.set_promise(group.id, content)
        assert promise(store, group.id) is None
    keep_promise(store, group.id, None, cells)
    assert store.cells.promise(group.id) is None


def test_a_real_probe_times_every_family_at_both_depths_in_every_process(store: Store) -> None:
    """Without a server, as on the command line; asked again, the known one is taken."""
    spec = sweep(depths=(8, 14))
    begun = time.monotonic()
    expected = estimate_sweep(store, spec, cold=True)
    taken_s = time.monotonic() - begun
    record = known_probe(store, spec)
    assert record is not None
    assert (record.state, record.share, record.failure) == (RunState.FINISHED, 1.0, None)
    assert record.result is not None
    found = TypeAdapter(Calibration).validate_python(record.result.values)
    assert [(s.depth, s.family) for s in found.samples] == [
        (depth, family) for depth in (8, 14) for family in ("plain", "residual")
    ]
    assert found.device == "cpu"
    assert 0 < found.start_s < taken_s
    for sample in found.samples:
        assert 0 < sample.update_s < taken_s
        assert 0 < sample.evaluate_s < taken_s
        assert 50e6 < sample.memory_bytes < 8e9
    assert estimate_sweep(store, spec, cold=True) == expected
    again = known_probe(store, spec)
    assert again is not None
    assert (again.id, again.attempt) == (record.id, 1)


def test_a_probe_that_cannot_train_says_so_whenever_it_is_looked_at(store: Store) -> None:
    spec = sweep()
    missing = spec.but(run=spec.run.but(train=spec.run.train.but(device="mps")))
    with pytest.raises(InvalidSetting) as refused:
        estimate_sweep(store, missing)
    assert refused.value.code == "probe_failed"
    assert "mps" in str(refused.value).lower()
    record = known_probe(store, missing)
    assert record is not None
    assert str(record.failure) == str(refused.value)
