"""What the supervisor wants of a worker process, heard by a thread."""

import logging
import signal
import threading
from collections.abc import Iterator
from queue import SimpleQueue

from resnet_viz.jobs.messages import Job, Leave, Measure, from_values
from resnet_viz.processes.channel import Channel

_log = logging.getLogger(__name__)


class Inbox:
    """Jobs as they come, and two flags that outlive them.

    Attributes:
        leaving: let go of the job in hand so that it can be taken up again, and exit.
        orphaned: the supervisor is gone; finish the job in hand, and exit.
    """

    def __init__(self) -> None:
        self.leaving = threading.Event()
        self.orphaned = threading.Event()
        self._jobs: SimpleQueue[Job | Measure | None] = SimpleQueue()

    def listen(self, channel: Channel) -> None:
        """Take what comes over ``channel`` until it ends, in a thread."""
        threading.Thread(target=self._listen, args=(channel,), name="inbox", daemon=True).start()

    def leave_on_signal(self) -> None:
        """Take SIGTERM for a wish to leave."""
        signal.signal(signal.SIGTERM, lambda *_: self.leave())

    def jobs(self) -> Iterator[Job | Measure]:
        """The jobs in the order they came; ends when there will be no more or the worker shall leave."""
        while not self.leaving.is_set():
            job = self._jobs.get()
            if job is None:
                return
            yield job

    def take(self, message: object) -> None:
        """Act on one message."""
        match message:
            case Job() | Measure():
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

    def _listen(self, channel: Channel) -> None:
        try:
            while (frame := channel.receive()) is not None:
                self.take(from_values(frame.values))
        except (EOFError, OSError):
            _log.info("the supervisor broke off")
        except ValueError:
            _log.exception("not a message; nothing that follows can be trusted")
        finally:
            self.orphan()
