"""What the supervisor wants of a worker process, read from its stdin by a thread."""

import logging
import os
import signal
import threading
from collections.abc import Iterator
from queue import SimpleQueue

from resnet_viz.jobs.protocol import Job, Leave, decode

_log = logging.getLogger(__name__)


class Orders:
    """Jobs as they come, and two flags that outlive them.

    Attributes:
        leaving: stop the run in hand with a checkpoint, and exit.
        orphaned: the supervisor is gone; finish the run in hand, and exit.
    """

    def __init__(self) -> None:
        self.leaving = threading.Event()
        self.orphaned = threading.Event()
        self._jobs: SimpleQueue[Job | None] = SimpleQueue()

    def listen(self, source: int) -> None:
        """Read messages from the file descriptor ``source`` until it ends, in a thread."""
        threading.Thread(target=self._read, args=(source,), name="orders", daemon=True).start()

    def leave_on_signals(self) -> None:
        """Take SIGTERM for an order to leave, and nothing for an interrupt: that one is the server's."""
        signal.signal(signal.SIGTERM, lambda *_: self.leave())
        signal.signal(signal.SIGINT, signal.SIG_IGN)

    def jobs(self) -> Iterator[Job]:
        """The jobs in the order they came; ends when there will be no more or the worker shall leave."""
        while not self.leaving.is_set():
            job = self._jobs.get()
            if job is None:
                return
            yield job

    def take(self, message: object) -> None:
        """Act on one message."""
        match message:
            case Job():
                self._jobs.put(message)
            case Leave():
                self.leave()
            case _:
                _log.error("unexpected message: %s", message)

    def leave(self) -> None:
        """Stop soon, and take no other job."""
        self.leaving.set()
        self._jobs.put(None)

    def orphan(self) -> None:
        """There is nobody left to give jobs or to resume what is paused."""
        self.orphaned.set()
        self._jobs.put(None)

    def _read(self, source: int) -> None:
        # The descriptor itself is read: a buffered sys.stdin that a daemon thread
        # waits in cannot be closed at exit, and Python aborts.
        rest = b""
        try:
            while chunk := os.read(source, 65536):
                *lines, rest = (rest + chunk).split(b"\n")
                for line in lines:
                    self.take(decode(line))
        except (ValueError, KeyError, TypeError):
            _log.exception("not a message; nothing that follows can be trusted")
        finally:
            self.orphan()
