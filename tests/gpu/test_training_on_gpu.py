"""Training on a GPU: `make gpu` runs these where there is one, `make test` leaves them out.

Equal means: the losses of the first 50 steps agree within 0.1% between steps that are replayed and steps
that are launched one by one, cuDNN having been told to choose reproducible kernels; where a run is compared
with its own continuation, to the bit.
"""

import gc
import os
import signal
from collections.abc import Iterator
from contextlib import AbstractContextManager
from dataclasses import replace
from pathlib import Path
from unittest.mock import patch

import numpy as np
import pytest
import torch

from resnet_viz.data.load import load
from resnet_viz.events import Desired, Event, Progress, RunState, StateChanged, StepMode, Wish
from resnet_viz.history import RunHistory
from resnet_viz.jobs.capacity import Capacity
from resnet_viz.jobs.supervisor import Supervisor
from resnet_viz.jobs.worker.failures import failure_of
from resnet_viz.store import RunReader, Store, open_store
from resnet_viz.training.capture import WARM_UP, Captures
from resnet_viz.training.device import available_devices
from resnet_viz.training.trainer import Trainer
from tests.jobs.waiting import until, until_state
from tests.made.stored import queue
from tests.training.test_loop import SPEC, assert_same_curves, history, run, stop_at

pytestmark = [pytest.mark.gpu, pytest.mark.timeout(600)]

DEVICE = torch.device(available_devices()[0])
IS_CUDA = DEVICE.type == "cuda"
ON_GPU = SPEC.but(train=SPEC.train.but(device=DEVICE.type, steps=50))
LONG = ON_GPU.but(train=ON_GPU.train.but(steps=100_000, evaluate_every=50_000, probe_every=50_000))
OF_DEVICE = ("step_mode", "step_mode_error", "peak_memory_bytes")


@pytest.fixture(autouse=True)
def _reproducible() -> Iterator[None]:
    assert DEVICE.type != "cpu", "these tests need a GPU; `make gpu` says so"
    before = torch.backends.cudnn.deterministic
    torch.backends.cudnn.deterministic = True
    yield
    torch.backends.cudnn.deterministic = before


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    store = open_store(tmp_path / "home")
    yield store
    store.close()


def curves(found: RunHistory) -> RunHistory:
    facts = {name: value for name, value in found.facts.items() if name not in OF_DEVICE}
    return replace(found, facts=facts)


def one_by_one() -> AbstractContextManager[object]:
    return patch("resnet_viz.training.trainer.Captures.on", lambda device, draws: Captures(None))


def free_bytes() -> int:
    return torch.cuda.mem_get_info()[0] if IS_CUDA else -torch.mps.driver_allocated_memory()


@pytest.mark.parametrize("optimizer", ["sgd", "adam"])
def test_replayed_steps_have_the_losses_of_steps_launched_one_by_one(optimizer: str, tmp_path: Path) -> None:
    rate = {"sgd": 0.1, "adam": 1e-3}[optimizer]
    spec = ON_GPU.but(train=ON_GPU.train.but(optimizer=optimizer, learning_rate=rate))
    replayed = history(list(run(tmp_path / "replayed", spec)), spec)
    with one_by_one():
        eager = history(list(run(tmp_path / "eager", spec)), spec)
    assert replayed.facts["step_mode"] == (StepMode.CAPTURED if IS_CUDA else StepMode.NO_GRAPHS)
    for name in ("train/loss", "test/loss"):
        np.testing.assert_allclose(
            replayed.series[name].value, eager.series[name].value, rtol=1e-3, err_msg=name
        )
    np.testing.assert_allclose(
        replayed.profiles["grad/norm"].value[:10], eager.profiles["grad/norm"].value[:10], rtol=1e-2
    )


@pytest.mark.parametrize("step", [1, WARM_UP, WARM_UP + 1, 31])
def test_a_stopped_run_goes_on_exactly(step: int, tmp_path: Path) -> None:
    whole = history(list(run(tmp_path / "whole", ON_GPU)), ON_GPU)
    desired, note = stop_at(step)
    events: list[Event] = []
    for event in run(tmp_path / "stopped", ON_GPU, desired=desired):
        note(event)
        events.append(event)
    events += run(tmp_path / "stopped", ON_GPU, resume=True)
    assert_same_curves(curves(whole), curves(history(events, ON_GPU)))


@pytest.mark.cuda  # only CUDA says where it is waited for
@pytest.mark.filterwarnings("ignore:Synchronization debug mode is a prototype")
def test_a_replayed_step_waits_for_nothing_but_its_pace(tmp_path: Path) -> None:
    trainer = Trainer(ON_GPU, load(ON_GPU.data, tmp_path), tmp_path)
    for _ in range(trainer.captures.first_calls):
        trainer.update()
    torch.cuda.set_sync_debug_mode("error")
    try:
        for _ in range(20):
            trainer.update()
    finally:
        torch.cuda.set_sync_debug_mode("default")


def test_a_pause_is_obeyed_at_the_step_it_is_asked_at(tmp_path: Path) -> None:
    steps, states = [0], []
    for event in run(tmp_path, LONG, desired=lambda: Desired(Wish.PAUSE if steps[-1] == 100 else Wish.RUN)):
        if isinstance(event, StateChanged):
            states.append(event.state)
            if event.state is RunState.PAUSED:
                break
        if isinstance(event, Progress):
            steps.append(event.step)
    assert (steps[-1], states[-1]) == (100, RunState.PAUSED)


def test_divergence_ends_the_run_and_keeps_its_curves(tmp_path: Path) -> None:
    spec = LONG.but(
        network=LONG.network.but(norm="none"),
        train=LONG.train.but(learning_rate=100.0, schedule="constant"),
    )
    found = history(list(run(tmp_path, spec)), spec)
    assert found.state is RunState.DIVERGED
    assert np.isfinite(found.series["train/loss"].value[:-1]).all()


@pytest.mark.cuda  # only there can a process be given less memory than the device has
def test_too_little_memory_ends_as_a_sentence_and_the_memory_is_given_back(tmp_path: Path) -> None:
    gc.collect()
    torch.cuda.empty_cache()
    before = torch.cuda.memory_reserved()
    spec = ON_GPU.but(network=ON_GPU.network.but(depth=56, width=64), data=ON_GPU.data.but(resolution_px=28))
    torch.cuda.set_per_process_memory_fraction(0.002)
    try:
        with pytest.raises(torch.OutOfMemoryError) as caught:
            list(run(tmp_path, spec.but(train=spec.train.but(batch_size=128))))
        failure = failure_of(caught.value, spec, tmp_path / "log")
    finally:
        torch.cuda.set_per_process_memory_fraction(1.0)
    assert failure.code == "out_of_memory"
    assert "Reduce the batch size" in str(failure)
    del caught
    gc.collect()
    torch.cuda.empty_cache()
    assert torch.cuda.memory_reserved() <= before


def test_several_runs_at_once_have_the_curve_of_one_alone(store: Store, tmp_path: Path) -> None:
    alone = history(list(run(tmp_path / "alone", ON_GPU)), ON_GPU).series["train/loss"]
    with Supervisor(store, capacity=Capacity(cpu_slots=2, cpu_threads=1)) as supervisor:
        runs = queue(store, [ON_GPU] * 4)
        supervisor.wake()
        until_state(store, runs, within_s=300)
    for run_id in runs:
        found = RunReader(store, run_id).history()
        assert found.state is RunState.FINISHED
        np.testing.assert_allclose(found.series["train/loss"].value, alone.value, rtol=1e-3)


def test_a_killed_worker_loses_its_run_which_goes_on_and_the_memory_is_given_back(store: Store) -> None:
    free_before = free_bytes()
    with Supervisor(store, capacity=Capacity(cpu_slots=2, cpu_threads=1)) as supervisor:
        (run_id,) = queue(store, LONG)
        supervisor.wake()
        until(lambda: store.run(run_id).step > 200, within_s=200)
        until(lambda: any(not saved.kept for saved in store.checkpoints(run_id)), within_s=60)
        (worker,) = supervisor._pool.busy()
        os.kill(worker.pid, signal.SIGKILL)
        until_state(store, run_id, RunState.LOST)
        store.resume(run_id)
        supervisor.wake()
        until_state(store, run_id, RunState.RUNNING, within_s=200)
        store.set_desired(run_id, Desired(Wish.STOP))
        until_state(store, run_id, within_s=60)
    until(lambda: free_bytes() >= free_before - 2**26)


def test_memory_is_measured(tmp_path: Path) -> None:
    found = history(list(run(tmp_path, ON_GPU)), ON_GPU)
    assert found.facts["device_name"] != "cpu"
    assert not IS_CUDA or found.facts["peak_memory_bytes"] > 0


def test_evaluating_leaves_no_trace_in_a_replayed_training(tmp_path: Path) -> None:
    often = ON_GPU.but(train=ON_GPU.train.but(evaluate_every=1))
    losses = [
        history(list(run(tmp_path / str(number), spec)), spec).series["train/loss"].value
        for number, spec in enumerate((ON_GPU, often))
    ]
    np.testing.assert_array_equal(losses[0], losses[1])
