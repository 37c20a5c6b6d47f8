"""The worker process on its own, over its pipes."""

import json
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from resnet_viz.events import RunState
from resnet_viz.jobs.protocol import Begun, Done, Job, Leave, Message, Ready, decode, encode
from resnet_viz.store import Store
from tests.jobs.conftest import FAKE
from tests.jobs.queue_runs import assert_complete, queue, spec
from tests.jobs.waiting import until

ROOT = Path(__file__).parents[2]


class Worker:
    """A started worker."""

    def __init__(self, home: Path) -> None:
        self.log = home / "worker.log"
        command = [
            sys.executable,
            "-m",
            "resnet_viz.jobs.worker",
            "--home",
            str(home),
            "--log",
            str(self.log),
        ]
        with self.log.open("wb") as log:
            self.process = subprocess.Popen(
                [*command, "--engine", FAKE],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=log,
                cwd=ROOT,
                bufsize=0,
            )

    def send(self, message: Message) -> None:
        assert self.process.stdin is not None
        self.process.stdin.write(encode(message))

    def hear(self) -> Message:
        return decode(self.hear_line())

    def hear_line(self) -> bytes:
        assert self.process.stdout is not None
        return self.process.stdout.readline()

    def close_stdin(self) -> None:
        assert self.process.stdin is not None
        self.process.stdin.close()


@pytest.fixture
def worker(own_store: Store) -> Iterator[Worker]:
    worker = Worker(own_store.home)
    yield worker
    worker.process.kill()
    worker.process.wait()
    for pipe in (worker.process.stdin, worker.process.stdout):
        assert pipe is not None
        pipe.close()


def claimed(store: Store, steps: int = 20, step_s: float = 0.002) -> Job:
    (run_id,) = queue(store, spec(steps, step_s))
    attempt = store.claim(run_id, "worker")
    assert attempt is not None
    return Job(run_id, attempt, 1)


def test_it_says_what_it_has_and_takes_one_job_after_the_other(own_store: Store, worker: Worker) -> None:
    first: dict[str, Any] = json.loads(worker.hear_line())
    assert first["ready"]["devices"][0]["kind"] == "cpu"
    jobs = [claimed(own_store) for _ in range(3)]
    for job in jobs:
        worker.send(job)
    for job in jobs:
        assert worker.hear() == Begun(job.run_id)
        assert worker.hear() == Done(job.run_id, reusable=True)
        assert_complete(own_store, job.run_id)
    worker.close_stdin()
    assert worker.process.wait(timeout=30) == 0
    assert worker.log.read_text() == ""


def test_without_a_server_it_finishes_its_run_and_goes(own_store: Store, worker: Worker) -> None:
    job = claimed(own_store, steps=60, step_s=0.02)
    worker.send(job)
    assert isinstance(worker.hear(), Ready)
    assert worker.hear() == Begun(job.run_id)
    worker.close_stdin()
    assert worker.process.wait(timeout=30) == 0
    assert_complete(own_store, job.run_id)


@pytest.mark.parametrize(
    "ask", [lambda worker: worker.send(Leave()), lambda worker: worker.process.send_signal(signal.SIGTERM)]
)
def test_told_to_leave_it_stops_its_run_with_a_checkpoint(
    own_store: Store, worker: Worker, ask: Callable[[Worker], None]
) -> None:
    job = claimed(own_store, steps=5000, step_s=0.02)
    assert isinstance(worker.hear(), Ready)
    worker.send(job)
    until(lambda: own_store.run(job.run_id).step > 2)
    ask(worker)
    assert worker.process.wait(timeout=30) == 0
    run = own_store.run(job.run_id)
    assert run.state is RunState.STOPPED
    assert [saved.step for saved in own_store.checkpoints(job.run_id)] == [run.step]


def test_an_interrupt_does_nothing(own_store: Store, worker: Worker) -> None:
    assert isinstance(worker.hear(), Ready)
    worker.process.send_signal(signal.SIGINT)
    job = claimed(own_store)
    worker.send(job)
    assert [worker.hear(), worker.hear()] == [Begun(job.run_id), Done(job.run_id, reusable=True)]


def test_nonsense_on_stdin_ends_it_with_a_trace(own_store: Store, worker: Worker) -> None:
    assert isinstance(worker.hear(), Ready)
    assert worker.process.stdin is not None
    worker.process.stdin.write(b"hello\n")
    worker.process.wait(timeout=30)
    assert "JSONDecodeError" in worker.log.read_text()
