"""Runs are spread over the GPUs of a machine; the machine is made up, the processes are real."""

from pathlib import Path

from resnet_viz.events import Desired, RunState, Wish
from resnet_viz.jobs.capacity import Capacity
from resnet_viz.jobs.supervisor import Supervisor
from resnet_viz.store import open_store
from tests.jobs.waiting import until, until_state
from tests.made.specs import spec
from tests.made.stored import queue

ENGINE = "tests.jobs.engine_with_gpus"


def test_several_gpus_have_one_run_each_and_the_next_takes_the_one_that_is_free(tmp_path: Path) -> None:
    store = open_store(tmp_path)
    with Supervisor(store, capacity=Capacity(cpu_slots=2, cpu_threads=1), engine=ENGINE) as supervisor:
        until(lambda: supervisor.capacity.slots("cuda") == 3)
        assert supervisor.machine.count("cuda") == 3
        runs = queue(store, [spec(5000, 0.02, device="cuda") for _ in range(4)])
        supervisor.wake()
        until(lambda: sum("used" in store.run(run).facts for run in runs) == 3)
        given = {run: store.run(run).facts["used"] for run in runs if "used" in store.run(run).facts}
        assert sorted(given.values()) == [[0], [1], [2]]
        (waiting,) = set(runs) - set(given)
        assert store.run(waiting).state is RunState.QUEUED
        ended = next(run for run, used in given.items() if used == [1])
        store.set_desired(ended, Desired(Wish.STOP))
        until(lambda: "used" in store.run(waiting).facts)
        assert store.run(waiting).facts["used"][-1] == 1
        for run in runs:
            store.set_desired(run, Desired(Wish.STOP))
        until_state(store, runs)
    store.close()


def test_a_run_on_the_processor_is_given_no_gpu(tmp_path: Path) -> None:
    store = open_store(tmp_path)
    with Supervisor(store, capacity=Capacity(cpu_slots=2, cpu_threads=1), engine=ENGINE) as supervisor:
        (run,) = queue(store, spec(20, device="cpu"))
        supervisor.wake()
        until_state(store, run, RunState.FINISHED)
        assert store.run(run).facts["used"] == []
    store.close()
