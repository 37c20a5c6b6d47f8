"""A worker process as its supervisor sees it."""

import logging
import os
import secrets
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import resnet_viz
from resnet_viz.jobs.protocol import Job, Leave, Message, decode, encode

_log = logging.getLogger(__name__)

_LOGS_S = 30 * 86_400.0

Report = Callable[["WorkerProcess", Message | None], None]


class WorkerProcess:
    """A started worker and the pipes to it.

    Args:
        home: folder of the history.
        database: its address, where it is not the one in ``home``.
        threads: CPU threads.
        engine: module that computes.
        report: called from a thread with every message, and with None once
            the process has ended.

    Attributes:
        ready: whether it can take jobs.
        job: what it was given to carry out.
        has_begun: whether it has taken that up.
        leaving_since: when it was to leave, on the monotonic clock; None while it is wanted.
    """

    def __init__(
        self, *, home: Path, database: str | None, threads: int, engine: str, report: Report
    ) -> None:
        self.name = f"worker-{secrets.token_hex(4)}"
        self.log = home / "logs" / f"{self.name}.log"
        self.ready = False
        self.leaving_since: float | None = None
        self.job: Job | None = None
        self.has_begun = False
        self._report = report
        self.log.parent.mkdir(parents=True, exist_ok=True)
        options = {"home": home, "log": self.log, "threads": threads, "engine": engine}
        command = [sys.executable, "-m", "resnet_viz.jobs.worker"]
        command += [f"--{name}={value}" for name, value in options.items()]
        with self.log.open("ab") as log:
            self._process = subprocess.Popen(
                command,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=log,
                env=worker_environment(threads, database),
                bufsize=0,
                # An interrupt from the terminal is for the server, which then ends its workers
                # gracefully. A group and not a session of its own: with the scheduler's
                # autogroups niceness would mean nothing across sessions.
                process_group=None if os.name == "nt" else 0,
                creationflags=getattr(subprocess, "CREATE_NEW_PROCESS_GROUP", 0)
                | getattr(subprocess, "BELOW_NORMAL_PRIORITY_CLASS", 0),
            )
        threading.Thread(target=self._listen, name=self.name, daemon=True).start()

    @property
    def pid(self) -> int:
        """The process id."""
        return self._process.pid

    @property
    def is_idle(self) -> bool:
        """Whether it waits for a job."""
        return self.ready and self.job is None and self.leaving_since is None

    @property
    def exit_code(self) -> int | None:
        """How the process ended (minus the signal that killed it), or None while it lives."""
        return self._process.poll()

    def give(self, job: Job) -> None:
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

    def kill(self) -> None:
        """End it at once."""
        self._process.kill()

    def close(self) -> None:
        """Let go of the ended process and of its log, if nothing was written there."""
        self._process.wait()
        for pipe in (self._process.stdin, self._process.stdout):
            if pipe is not None:
                pipe.close()
        if self.log.exists() and not self.log.stat().st_size:
            self.log.unlink()

    def _send(self, message: Message) -> None:
        assert self._process.stdin is not None
        # Where the process is gone, `_listen` reports it.
        with suppress(OSError):
            self._process.stdin.write(encode(message))

    def _listen(self) -> None:
        assert self._process.stdout is not None
        try:
            for line in iter(self._process.stdout.readline, b""):
                self._report(self, decode(line))
        finally:
            self._process.wait()
            self._report(self, None)


def worker_environment(threads: int, database: str | None = None) -> dict[str, str]:
    """Environment of a process that computes on so many threads and finds this package and ``database``."""
    environment = dict(os.environ)
    for name in ("OMP_NUM_THREADS", "MKL_NUM_THREADS"):
        environment[name] = str(threads)
    # The package is found wherever the server was started from.
    root = str(Path(resnet_viz.__file__).parents[1])
    environment["PYTHONPATH"] = os.pathsep.join(filter(None, (root, os.environ.get("PYTHONPATH"))))
    if database is not None:
        environment["RESNET_VIZ_DATABASE"] = database
    return environment


def remove_old_logs(home: Path) -> None:
    """Remove what workers and commands wrote more than a month ago."""
    oldest = time.time() - _LOGS_S
    for log in (home / "logs").glob("*-*.log"):
        if log.stat().st_mtime < oldest:
            log.unlink(missing_ok=True)
