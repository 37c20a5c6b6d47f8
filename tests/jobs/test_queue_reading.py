"""What it costs to keep a long queue: what decides whose turn it is, and each spec once."""

from collections import Counter
from collections.abc import Iterable
from typing import Any

import pytest

from resnet_viz.events import Desired, RunState, StateChanged, Wish
from resnet_viz.jobs.capacity import Capacity
from resnet_viz.jobs.supervisor import Supervisor
from resnet_viz.store import Store
from tests.jobs.conftest import FAKE
from tests.jobs.waiting import until, until_state
from tests.made.specs import spec
from tests.made.stored import queue


def test_a_paused_run_that_is_to_go_on_is_told_from_one_that_stays_paused(own_store: Store) -> None:
    """Nobody else may get its slot in the moment before it says that it runs."""
    (run_id,) = queue(own_store, [spec(5)])
    own_store.claim(run_id, "worker")
    held = (RunState.RUNNING, RunState.PAUSED)
    assert [entry.goes_on for entry in own_store.queue.entries(held)] == [False]
    own_store.set_desired(run_id, Desired(Wish.PAUSE))
    own_store.append(run_id, 1, [StateChanged(RunState.PAUSED)])
    assert [entry.goes_on for entry in own_store.queue.entries(held)] == [False]
    own_store.set_desired(run_id, Desired())
    assert [entry.goes_on for entry in own_store.queue.entries(held)] == [True]


def test_whole_records_are_read_for_no_queued_run_and_its_device_is_asked_once(
    own_store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    run_ids = queue(own_store, [spec(5, seed=seed) for seed in range(60)])
    whole: list[object] = []
    asked: Counter[str] = Counter()
    list_runs, devices = own_store.runs, own_store.queue.devices

    def heard_runs(**conditions: Any) -> object:
        whole.append(conditions)
        return list_runs(**conditions)

    def heard_devices(ids: Iterable[str]) -> dict[str, str]:
        found = devices(ids)
        asked.update(list(found))
        return found

    monkeypatch.setattr(own_store, "runs", heard_runs)
    monkeypatch.setattr(own_store.queue, "devices", heard_devices)
    supervisor = Supervisor(own_store, capacity=Capacity(cpu_slots=2, cpu_threads=1), engine=FAKE)
    assert [supervisor.queue_position(run_id) for run_id in run_ids] == list(range(1, 61))
    with supervisor:
        until_state(own_store, run_ids, RunState.FINISHED)
        until(lambda: supervisor.queue_position(run_ids[-1]) is None)
    assert whole == []
    assert dict(asked) == dict.fromkeys(run_ids, 1)
