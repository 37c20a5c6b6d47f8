"""The worker process on its own, over its pipes."""

import os
import signal
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from resnet_viz.events import RunState
from resnet_viz.jobs.messages import Begun, Done, Job, Leave, Message, Ready, from_values, to_values
from resnet_viz.processes.child import Child
from resnet_viz.store import Store
from tests.jobs.complete import assert_complete
from tests.jobs.conftest import FAKE
from tests.jobs.waiting import until
from tests.made.specs import spec
from tests.made.stored import claimed, queue


class Worker(Child):
    """A started worker, spoken to by messages."""

    def send(self, message: Message) -> None:
        self.channel.send(to_values(message))

    def hear(self) -> Message:
        return from_values(self.hear_values())

    def hear_values(self) -> dict[str, Any]:
        frame = self.channel.receive()
        assert frame is not None
        return frame.values

    def close_stdin(self) -> None:
        self.channel._outgoing.close()

    def ends(self) -> int:
        until(lambda: self.exit_code is not None)
        return self.exit_code or 0


@pytest.fixture
def worker(own_store: Store) -> Iterator[Worker]:
    with Worker("train", home=own_store.home, module=FAKE) as worker:
        yield worker


def next_job(store: Store, steps: int = 20, step_s: float = 0.002) -> Job:
    (run_id,) = queue(store, spec(steps, step_s))
    return Job(run_id, claimed(store, run_id), 1)


def test_it_says_what_it_has_and_takes_one_job_after_the_other(own_store: Store, worker: Worker) -> None:
    first = worker.hear_values()
    assert first["ready"]["devices"][0]["kind"] == "cpu"
    jobs = [next_job(own_store) for _ in range(3)]
    for job in jobs:
        worker.send(job)
    for job in jobs:
        assert worker.hear() == Begun(job.run_id)
        assert worker.hear() == Done(job.run_id, reusable=True)
        assert_complete(own_store, job.run_id)
    worker.close_stdin()
    assert worker.ends() == 0
    assert worker.log.read_text() == ""


def test_without_a_server_it_finishes_its_run_and_goes(own_store: Store, worker: Worker) -> None:
    job = next_job(own_store, steps=60, step_s=0.02)
    worker.send(job)
    assert isinstance(worker.hear(), Ready)
    assert worker.hear() == Begun(job.run_id)
    worker.close_stdin()
    assert worker.ends() == 0
    assert_complete(own_store, job.run_id)


@pytest.mark.parametrize(
    "ask", [lambda worker: worker.send(Leave()), lambda worker: os.kill(worker.pid, signal.SIGTERM)]
)
def test_told_to_leave_it_stops_its_run_with_a_checkpoint(
    own_store: Store, worker: Worker, ask: Callable[[Worker], None]
) -> None:
    job = next_job(own_store, steps=5000, step_s=0.02)
    assert isinstance(worker.hear(), Ready)
    worker.send(job)
    until(lambda: own_store.run(job.run_id).step > 2)
    ask(worker)
    assert worker.ends() == 0
    run = own_store.run(job.run_id)
    assert run.state is RunState.STOPPED
    assert [saved.step for saved in own_store.checkpoints(job.run_id)] == [run.step]


def test_an_interrupt_does_nothing(own_store: Store, worker: Worker) -> None:
    assert isinstance(worker.hear(), Ready)
    os.kill(worker.pid, signal.SIGINT)
    job = next_job(own_store)
    worker.send(job)
    assert [worker.hear(), worker.hear()] == [Begun(job.run_id), Done(job.run_id, reusable=True)]


def test_nonsense_on_stdin_ends_it_with_a_trace(own_store: Store, worker: Worker) -> None:
    assert isinstance(worker.hear(), Ready)
    worker.channel._outgoing.write(b"hello\n")
    assert worker.ends() == 0
    assert "not a message" in worker.log.read_text()
