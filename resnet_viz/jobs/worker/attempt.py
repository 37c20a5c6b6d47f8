"""One attempt at a run: its events go into the store, its owner's wishes come out of it."""

import logging
import time
from collections.abc import Callable, Generator
from contextlib import closing
from dataclasses import asdict
from pathlib import Path
from typing import Protocol

from resnet_viz.data.download import DownloadProgress
from resnet_viz.errors import ResnetVizError, StoreUnavailable
from resnet_viz.events import Desired, Event, Facts, Failure, Progress, RunState, StateChanged, Wish
from resnet_viz.jobs.messages import Job
from resnet_viz.jobs.worker.failures import disk_full, failure_of, is_disk_full
from resnet_viz.jobs.worker.inbox import Inbox
from resnet_viz.jobs.worker.recording import Recording
from resnet_viz.specs import RunSpec
from resnet_viz.store import Fenced, Store

_POLL_S = 0.05
_PAUSED_S = 0.02
_DOWNLOAD_S = 0.25

_ASK = "cannot ask what to do, going on as before: %s"

_log = logging.getLogger(__name__)


class Train(Protocol):
    """`resnet_viz.training.loop.train`, or what stands in for it."""

    def __call__(
        self,
        spec: RunSpec,
        *,
        folder: Path,
        data_folder: Path,
        threads: int,
        desired: Callable[[], Desired],
        resume: bool = False,
        on_download: Callable[[DownloadProgress], None] | None = None,
    ) -> Generator[Event]:
        """Train and yield what happens."""


class Attempt:
    """Carries out one claimed run.

    What was measured is recorded before the training goes on, so a checkpoint
    is never ahead of the recorded curve and a killed run loses no point:
    training closes a delivery with `Facts` or `Progress` before it writes one.
    """

    def __init__(self, store: Store, job: Job, inbox: Inbox, train: Train, *, home: Path, log: Path) -> None:
        self._store = store
        self._job = job
        self._inbox = inbox
        self._train = train
        self._data_folder = home / "data"
        self._log_file = log
        record = store.run(job.run_id)
        self._spec = record.spec
        self._step = record.step
        self._state = RunState.RUNNING
        self._device = ""
        self._desired = Desired()
        self._asked_at = float("-inf")
        self._told_at = float("-inf")
        self._recording = Recording(inbox)

    def carry_out(self) -> bool:
        """Train to the end, whatever that is; whether this process is fit for another run.

        Not after an accelerator was used, because only the end of the process
        gives its memory back, nor after an error nobody foresaw.

        Raises:
            StoreUnavailable: the end could not be recorded; the reaper will.
        """
        try:
            with self._recording.heart(self._beat):
                self._train_to_the_end()
        except Fenced:
            _log.info("run %s is no longer ours", self._job.run_id)
            return self._device in ("", "cpu")
        except StoreUnavailable:
            raise
        except Exception as error:
            _log.exception("run %s failed", self._job.run_id)
            self._fail(failure_of(error, self._spec, self._log_file))
            return isinstance(error, ResnetVizError) and self._device in ("", "cpu")
        return self._device == "cpu"

    def desired(self) -> Desired:
        """What the run should do now; asks the store once in a while. Raises `Fenced`."""
        if self._inbox.leaving.is_set():
            return Desired(Wish.STOP)
        now = time.monotonic()
        if now - self._asked_at >= _POLL_S:
            self._asked_at = now
            try:
                self._desired = self._store.desired(self._job.run_id, self._job.attempt)
                self._recording.works_again(_ASK)
            except StoreUnavailable as error:
                self._recording.complain(_ASK, error)
        if self._inbox.orphaned.is_set() and self._desired.wish is Wish.PAUSE:
            return Desired(Wish.STOP)
        return self._desired

    def _train_to_the_end(self) -> None:
        resume = self._job.attempt > 1
        while not self._state.is_finished():
            events = self._train(
                self._spec,
                folder=self._store.run_folder(self._job.run_id),
                data_folder=self._data_folder,
                threads=self._job.threads,
                desired=self.desired,
                resume=resume,
                on_download=self._tell_download,
            )
            try:
                self._follow(events)
            except _StoppedError:
                self._change(StateChanged(RunState.STOPPED))
            except OSError as error:
                if not is_disk_full(error):
                    raise
                _log.exception("run %s waits for space", self._job.run_id)
                self._wait_for_space()
                resume = True

    def _follow(self, events: Generator[Event]) -> None:
        pending: list[Event] = []
        with closing(events):
            for event in events:
                pending.append(event)
                match event:
                    case Progress(step):
                        self._step = step
                        # Bare progress is told by the heart: there may be hundreds a second.
                        if len(pending) > 1:
                            self._append(pending)
                        pending = []
                        if self._state is RunState.PAUSED:
                            self._inbox.leaving.wait(_PAUSED_S)
                    case Facts(values):
                        self._device = values.get("device", self._device)
                        self._append([*pending, Progress(self._step)])
                        pending = []
                    case StateChanged():
                        self._append(pending[:-1])
                        self._change(event)
                        pending = []
        if not self._state.is_finished():
            raise RuntimeError("training ended without saying how")

    def _change(self, change: StateChanged) -> None:
        self._append([change])
        self._state = change.state

    def _append(self, events: list[Event]) -> None:
        if events:
            self._recording.record(lambda: self._store.append(self._job.run_id, self._job.attempt, events))

    def _wait_for_space(self) -> None:
        """Stand as paused until the owner resumes or stops the run.

        Where the history is on the full disk too, until something can be
        recorded again: then there is space.
        """
        if self.desired().wish is not Wish.STOP:
            try:
                self._store.set_desired(self._job.run_id, Desired(Wish.PAUSE, self._step))
            except StoreUnavailable as error:
                if not is_disk_full(error):
                    raise
                self._append([Progress(self._step)])
                return
            self._asked_at = float("-inf")
            self._change(StateChanged(RunState.PAUSED, disk_full()))
            while (desired := self.desired()).wish is Wish.PAUSE and desired.until_step <= self._step:
                self._inbox.leaving.wait(_PAUSED_S)
        if self.desired().wish is Wish.STOP:
            self._change(StateChanged(RunState.STOPPED, disk_full()))

    def _tell_download(self, download: DownloadProgress) -> None:
        if self.desired().wish is Wish.STOP:
            raise _StoppedError
        now = time.monotonic()
        if now - self._told_at >= _DOWNLOAD_S or download.done_bytes == download.total_bytes:
            self._told_at = now
            self._append([Facts({"download": asdict(download)})])

    def _fail(self, failure: Failure) -> None:
        try:
            self._change(StateChanged(RunState.FAILED, failure))
        except Fenced:
            _log.info("run %s is no longer ours", self._job.run_id)

    def _beat(self) -> None:
        self._store.heartbeat(self._job.run_id, self._job.attempt, self._step)


class _StoppedError(Exception):
    """The owner stopped the run while its data was on the way."""
