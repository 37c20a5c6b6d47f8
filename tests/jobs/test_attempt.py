"""One attempt, in this process, with trainings written out event by event."""

import errno
import threading
import time
from collections.abc import Callable, Generator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from resnet_viz.data.download import DownloadProgress
from resnet_viz.errors import DatasetUnavailable, StoreUnavailable
from resnet_viz.events import (
    CheckpointSaved,
    Desired,
    Event,
    Facts,
    Progress,
    Rewound,
    RunState,
    Series,
    StateChanged,
    Wish,
)
from resnet_viz.jobs.messages import Job
from resnet_viz.jobs.worker import attempt as attempt_module
from resnet_viz.jobs.worker import recording
from resnet_viz.jobs.worker.attempt import Attempt
from resnet_viz.jobs.worker.inbox import Inbox
from resnet_viz.specs import RunSpec
from resnet_viz.store import RunReader, Store, open_store
from tests.jobs.waiting import until
from tests.made.specs import spec
from tests.made.stored import queue

Script = Callable[..., Generator[Event]]
FINISHED = StateChanged(RunState.FINISHED)
RUNNING = StateChanged(RunState.RUNNING)


class Stage:
    """A store with one claimed run, and what is needed to carry it out."""

    def __init__(self, home: Path) -> None:
        self.store = open_store(home)
        self.home = home
        self.run_id = queue(self.store, spec())[0]
        self.inbox = Inbox()
        self.calls: list[dict[str, Any]] = []

    def carry_out(self, script: Script) -> bool:
        number = self.store.claim(self.run_id, "worker-1")
        assert number is not None

        def train(spec: RunSpec, **options: Any) -> Generator[Event]:
            self.calls.append(options)
            return script(**options)

        job = Job(self.run_id, number, 1)
        log = self.home / "logs" / "worker-1.log"
        return Attempt(self.store, job, self.inbox, train, home=self.home, log=log).carry_out()

    def state(self) -> RunState:
        return self.store.run(self.run_id).state

    def steps(self) -> list[int]:
        series = RunReader(self.store, self.run_id).history().series
        return series["train/loss"].step.tolist() if "train/loss" in series else []

    def failure_code(self) -> str:
        failure = self.store.run(self.run_id).failure
        return failure.code if failure else ""


@pytest.fixture
def stage(own_home: Path) -> Generator[Stage]:
    stage = Stage(own_home)
    yield stage
    stage.store.close()


def loss(step: int) -> Series:
    return Series("train/loss", np.array([step]), np.array([1.0]))


def full_disk() -> OSError:
    return OSError(errno.ENOSPC, "No space left on device")


def test_what_was_measured_is_recorded_before_training_goes_on(stage: Stage) -> None:
    """A worker killed while it writes a checkpoint must not leave a gap before it."""
    seen: list[list[int]] = []

    def script(**_: Any) -> Generator[Event]:
        yield RUNNING
        yield loss(0)
        yield Facts({"device": "cpu"})
        seen.append(stage.steps())
        yield CheckpointSaved(1, "resume", 1, kept=False)
        yield loss(1)
        yield Progress(2)
        seen.append(stage.steps())
        assert stage.store.run(stage.run_id).step == 2
        yield FINISHED

    assert stage.carry_out(script)
    assert seen == [[0], [0, 1]]
    assert [saved.step for saved in stage.store.checkpoints(stage.run_id)] == [1]
    assert stage.state() is RunState.FINISHED
    assert [call["resume"] for call in stage.calls] == [False]
    assert stage.calls[0]["folder"] == stage.store.run_folder(stage.run_id)
    assert stage.calls[0]["data_folder"] == stage.home / "data"


def test_a_second_attempt_resumes(stage: Stage) -> None:
    def stopped(**_: Any) -> Generator[Event]:
        yield loss(0)
        yield Progress(1)
        yield StateChanged(RunState.STOPPED)

    def resumed(**_: Any) -> Generator[Event]:
        yield Rewound(0)
        yield loss(0)
        yield FINISHED

    stage.carry_out(stopped)
    stage.store.resume(stage.run_id)
    stage.carry_out(resumed)
    assert [call["resume"] for call in stage.calls] == [False, True]
    assert stage.steps() == [0]


def test_wishes_come_out_of_the_store(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(attempt_module, "_POLL_S", 0.0)
    wishes = [Desired(), Desired(Wish.PAUSE), Desired(Wish.PAUSE, 7), Desired(Wish.STOP)]
    heard = []

    def script(desired: Callable[[], Desired], **_: Any) -> Generator[Event]:
        yield RUNNING
        for wish in wishes:
            stage.store.set_desired(stage.run_id, wish)
            heard.append((desired(), wish))
        yield StateChanged(RunState.STOPPED)

    stage.carry_out(script)
    assert heard == [(wish, wish) for wish in wishes]
    assert stage.state() is RunState.STOPPED


def test_a_paused_training_is_not_asked_a_thousand_times_a_second(stage: Stage) -> None:
    took_s = 0.0

    def script(**_: Any) -> Generator[Event]:
        nonlocal took_s
        yield StateChanged(RunState.PAUSED)
        begun = time.monotonic()
        for _turn in range(20):
            yield Progress(0)
        took_s = time.monotonic() - begun
        yield FINISHED

    stage.carry_out(script)
    assert stage.state() is RunState.FINISHED
    assert took_s > 0.3


def test_signs_of_life_go_on_during_a_long_first_step(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(recording, "BEAT_S", 0.02)

    def script(**_: Any) -> Generator[Event]:
        begun = stage.store.run(stage.run_id).heartbeat_at
        assert begun is not None
        until(lambda: (stage.store.run(stage.run_id).heartbeat_at or 0) > begun)
        yield FINISHED

    assert stage.carry_out(script) is False  # the device was never named
    assert stage.state() is RunState.FINISHED
    assert "heart" not in [thread.name for thread in threading.enumerate()]


def test_a_fenced_attempt_lets_go_silently(stage: Stage) -> None:
    closed = []

    def script(**_: Any) -> Generator[Event]:
        try:
            yield Facts({"device": "cpu"})
            stage.store.append(stage.run_id, 1, [StateChanged(RunState.LOST)])
            stage.store.resume(stage.run_id)
            assert stage.store.claim(stage.run_id, "worker-2") == 2
            yield loss(0)
            yield Progress(1)
            pytest.fail("went on without the run")
        finally:
            closed.append(True)

    assert stage.carry_out(script), "the worker goes on"
    assert closed
    run = stage.store.run(stage.run_id)
    assert (run.state, run.attempt, run.worker) == (RunState.RUNNING, 2, "worker-2")
    assert stage.steps() == []


def test_a_fenced_attempt_learns_it_when_asking(stage: Stage) -> None:
    def script(desired: Callable[[], Desired], **_: Any) -> Generator[Event]:
        yield Facts({"device": "cpu"})
        stage.store.append(stage.run_id, 1, [StateChanged(RunState.LOST)])
        desired()
        pytest.fail("went on without the run")

    assert stage.carry_out(script)
    assert stage.state() is RunState.LOST


def test_leaving_stops_the_run(stage: Stage) -> None:
    def script(desired: Callable[[], Desired], **_: Any) -> Generator[Event]:
        yield RUNNING
        assert desired().wish is Wish.RUN
        stage.inbox.leave()
        assert desired().wish is Wish.STOP
        yield StateChanged(RunState.STOPPED)

    stage.carry_out(script)
    assert stage.state() is RunState.STOPPED
    assert list(stage.inbox.jobs()) == []


def test_an_orphan_runs_on_but_does_not_stay_paused(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(attempt_module, "_POLL_S", 0.0)

    def script(desired: Callable[[], Desired], **_: Any) -> Generator[Event]:
        stage.inbox.orphan()
        assert desired().wish is Wish.RUN
        stage.store.set_desired(stage.run_id, Desired(Wish.PAUSE))
        assert desired().wish is Wish.STOP
        yield StateChanged(RunState.STOPPED)

    stage.carry_out(script)
    assert stage.state() is RunState.STOPPED, "what fails in the script fails the run"
    assert list(stage.inbox.jobs()) == []


def test_a_download_is_visible(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(attempt_module, "_DOWNLOAD_S", 60.0)
    shown = []

    def script(on_download: Callable[[DownloadProgress], None], **_: Any) -> Generator[Event]:
        for done in (0, 1, 2, 3, 4):
            on_download(DownloadProgress("svhn", done, 4))
            shown.append(stage.store.run(stage.run_id).facts["download"])
        yield FINISHED

    stage.carry_out(script)
    assert stage.state() is RunState.FINISHED
    assert shown[0] == {"dataset": "svhn", "done_bytes": 0, "total_bytes": 4}
    assert shown[2]["done_bytes"] == 0, "told a few times a second only"
    assert shown[-1]["done_bytes"] == 4


def test_a_download_can_be_stopped(stage: Stage) -> None:
    def script(on_download: Callable[[DownloadProgress], None], **_: Any) -> Generator[Event]:
        stage.store.set_desired(stage.run_id, Desired(Wish.STOP))
        on_download(DownloadProgress("svhn", 0, 4))
        yield FINISHED

    stage.carry_out(script)
    assert stage.state() is RunState.STOPPED


def breaking(error: Exception, *events: Event) -> Script:
    def script(**_: Any) -> Generator[Event]:
        yield from events
        raise error

    return script


def test_a_refusal_is_recorded_in_its_own_words(stage: Stage) -> None:
    refusal = DatasetUnavailable("offline", "{dataset} is out of reach.", dataset="svhn")
    assert stage.carry_out(breaking(refusal)), "nothing is wrong with the worker"
    run = stage.store.run(stage.run_id)
    assert run.state is RunState.FAILED
    assert run.failure is not None
    assert (run.failure.code, run.failure.parameters) == ("offline", {"dataset": "svhn"})


@pytest.mark.parametrize(
    ("error", "code"), [(MemoryError(), "out_of_memory"), (ZeroDivisionError("oops"), "internal")]
)
def test_a_breakdown_keeps_what_was_recorded(
    stage: Stage, error: Exception, code: str, caplog: pytest.LogCaptureFixture
) -> None:
    script = breaking(error, Facts({"device": "cpu"}), loss(0), Progress(1))
    assert stage.carry_out(script) is False, "the worker is replaced"
    assert stage.state() is RunState.FAILED
    assert stage.failure_code() == code
    assert stage.steps() == [0]
    assert type(error).__name__ in caplog.text
    assert "Traceback" in caplog.text


def test_a_training_without_an_end_is_a_mistake(stage: Stage) -> None:
    def script(**_: Any) -> Generator[Event]:
        yield loss(0)

    stage.carry_out(script)
    assert stage.failure_code() == "internal"


@pytest.mark.parametrize(("device", "fit"), [("cpu", True), ("cuda", False), ("mps", False)])
def test_only_the_end_of_the_process_frees_an_accelerator(stage: Stage, device: str, fit: bool) -> None:
    def script(**_: Any) -> Generator[Event]:
        yield Facts({"device": device})
        yield FINISHED

    assert stage.carry_out(script) is fit


def test_a_full_disk_pauses_the_run_until_its_owner_resumes_it(stage: Stage) -> None:
    def script(resume: bool, **_: Any) -> Generator[Event]:
        if not resume:
            yield loss(0)
            yield Progress(1)
            raise full_disk()
        yield Rewound(1)
        yield loss(1)
        yield Facts({"device": "cpu"})
        yield FINISHED

    def owner() -> None:
        until(lambda: stage.state() is RunState.PAUSED)
        found.append(stage.failure_code())
        stage.store.set_desired(stage.run_id, Desired())

    found: list[str] = []
    thread = threading.Thread(target=owner)
    thread.start()
    assert stage.carry_out(script)
    thread.join()
    assert found == ["disk_full"]
    assert [call["resume"] for call in stage.calls] == [False, True]
    assert stage.state() is RunState.FINISHED
    assert stage.failure_code() == ""
    assert stage.steps() == [0, 1]


def test_a_run_that_waits_for_space_can_be_stopped(stage: Stage) -> None:
    def owner() -> None:
        until(lambda: stage.state() is RunState.PAUSED)
        stage.store.set_desired(stage.run_id, Desired(Wish.STOP))

    thread = threading.Thread(target=owner)
    thread.start()
    stage.carry_out(breaking(full_disk(), RUNNING))
    thread.join()
    assert stage.state() is RunState.STOPPED
    assert stage.failure_code() == "disk_full"


def test_a_run_that_stops_on_a_full_disk_stops(stage: Stage) -> None:
    def script(**_: Any) -> Generator[Event]:
        yield RUNNING
        stage.store.set_desired(stage.run_id, Desired(Wish.STOP))
        raise full_disk()

    stage.carry_out(script)
    assert stage.state() is RunState.STOPPED


def test_where_the_history_is_on_the_full_disk_too_the_run_goes_on_when_there_is_space(
    stage: Stage, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """Not even the pause can be recorded, so nobody could be asked to resume it."""
    monkeypatch.setattr(recording, "RETRY_S", 0.01)
    append = stage.store.append
    refused: list[object] = []

    def nothing_fits(*_: object) -> None:
        refused.append(_)
        if len(refused) == 20:
            monkeypatch.setattr(stage.store, "append", append)
        raise StoreUnavailable("disk_full", "The disk is full.")

    def script(resume: bool, **_: Any) -> Generator[Event]:
        if not resume:
            yield loss(0)
            yield Progress(1)
            monkeypatch.setattr(stage.store, "append", nothing_fits)
            monkeypatch.setattr(stage.store, "set_desired", nothing_fits)
            raise full_disk()
        yield Rewound(1)
        yield loss(1)
        yield Facts({"device": "cpu"})
        yield FINISHED

    assert stage.carry_out(script)
    assert len(refused) == 20
    assert stage.state() is RunState.FINISHED
    assert stage.steps() == [0, 1]
    waits = [record for record in caplog.records if "cannot record" in record.message]
    assert len(waits) == 1, "a disk may stay full for days"


class UnreliableStore(Store):
    """Cannot be written a few times."""

    failures = 3

    def append(self, *arguments: Any) -> None:
        if self.failures:
            self.failures -= 1
            raise StoreUnavailable("history_unavailable", "…")
        super().append(*arguments)


def unreliable(store: Store) -> UnreliableStore:
    return UnreliableStore(store.home, store._database, store._clock)


def plain(**_: Any) -> Generator[Event]:
    yield Facts({"device": "cpu"})
    yield loss(0)
    yield Progress(1)
    yield FINISHED


def test_nothing_is_lost_when_the_store_is_away_for_a_while(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(recording, "RETRY_S", 0.01)
    stage.store = unreliable(stage.store)
    assert stage.carry_out(plain)
    assert stage.steps() == [0]
    assert stage.state() is RunState.FINISHED


def test_a_store_that_stays_away_is_given_up(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(recording, "RETRY_S", 0.01)
    monkeypatch.setattr(recording, "GIVE_UP_S", 0.05)
    store = stage.store = unreliable(stage.store)
    store.failures = 10**9
    with pytest.raises(StoreUnavailable):
        stage.carry_out(plain)
    assert stage.state() is RunState.RUNNING, "the reaper's business"
