"""A worker process as its supervisor sees it."""

import logging
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

from resnet_viz.jobs.messages import Job, Leave, Measure, Message, from_values, to_values
from resnet_viz.processes.child import Child

_log = logging.getLogger(__name__)

Report = Callable[["WorkerProcess", Message | None], None]


class WorkerProcess(Child):
    """A started worker, what it was given, and what it says.

    Args:
        home: folder of the history.
        database: its address, where it is not the one in ``home``.
        threads: CPU threads.
        engine: module that computes in place of the real one.
        report: called from a thread with every message, and with None once
            the process has ended.
        task: what it carries out: trainings and measurements, or measurements only.

    Attributes:
        started_at: when, on the monotonic clock.
        ready: whether it can take jobs.
        job: what it was given to carry out.
        has_begun: whether it has taken that up.
        leaving_since: when it was to leave, on the monotonic clock; None while it is wanted.
    """

    def __init__(
        self,
        *,
        home: Path,
        database: str | None,
        threads: int,
        report: Report,
        engine: str | None = None,
        task: str = "train",
    ) -> None:
        super().__init__(task, home=home, database=database, threads=threads, module=engine)
        self.started_at = time.monotonic()
        self.ready = False
        self.leaving_since: float | None = None
        self.job: Job | Measure | None = None
        self.has_begun = False
        self._report = report
        threading.Thread(target=self._listen, name=self.name, daemon=True).start()

    @property
    def is_idle(self) -> bool:
        """Whether it waits for a job."""
        return self.ready and self.job is None and self.leaving_since is None

    def give(self, job: Job | Measure) -> None:
        """Hand ``job`` over."""
        self.job = job
        self.has_begun = False
        self._send(job)

    def leave(self) -> None:
        """Have it stop its run, if any, with a checkpoint, and exit."""
        self.expect_end()
        self._send(Leave())

    def expect_end(self) -> None:
        """Give it no other job: it is about to exit."""
        self.leaving_since = self.leaving_since or time.monotonic()

    def _send(self, message: Message) -> None:
        # Where the process is gone, `_listen` reports it.
        with suppress(OSError):
            self.channel.send(to_values(message))

    def _listen(self) -> None:
        try:
            while (frame := self.channel.receive()) is not None:
                self._report(self, from_values(frame.values))
        except (EOFError, OSError) as error:
            _log.warning("worker %s broke off: %r", self.name, error)
        except ValueError:
            _log.exception("worker %s talks nonsense and is killed", self.name)
            self.kill()
        finally:
            self.wait()
            self._report(self, None)
