"""Downloads of published weights in the background, asked after again and again.

They are threads of the server: no question that takes too long can end them with
its process. Nothing here imports torch.
"""

import threading
import time
from dataclasses import dataclass
from pathlib import Path

from resnet_viz.data.download import DownloadProgress
from resnet_viz.data.obtain import file_path, obtain_file, progress_of
from resnet_viz.inspection.zoo_weights import weights_of, zoo_entry
from resnet_viz.networks.torchvision_catalogue import ZooEntry


@dataclass(frozen=True, slots=True)
class FetchProgress:
    """How much is here of roughly how much, and how fast it has been coming since this try began."""

    done_bytes: int
    total_bytes: int
    bytes_per_s: float


class Fetches:
    """Downloads by the reference of the network that needs them; safe to ask from several threads."""

    def __init__(self, data_folder: Path) -> None:
        self._data_folder = data_folder
        self._lock = threading.Lock()
        self._running: dict[str, _Fetch] = {}

    def ask(self, reference: str) -> FetchProgress | None:
        """None once all that ``reference`` needs is here; until then how far its download is.

        The first question starts the download. One that failed is reported
        once; asking again tries again and goes on from where it broke off.

        Raises:
            NotFound: there is no such network.
            WeightsUnavailable: the download failed.
        """
        entry = zoo_entry(reference)
        if entry is None:
            return None
        with self._lock:
            fetch = self._running.get(reference)
            if fetch is None:
                if file_path(weights_of(entry), self._data_folder).exists():
                    return None  # compared with its checksum when it is loaded
                begun = progress_of(weights_of(entry), self._data_folder).done_bytes
                fetch = self._running[reference] = _Fetch(entry, self._data_folder, begun)
                fetch.start()
            elif not fetch.is_alive():
                del self._running[reference]
                if fetch.error is not None:
                    raise fetch.error
                return None
            return fetch.progress()

    def progress(self, reference: str) -> FetchProgress | None:
        """How far the download is; None where none is going on. Starts nothing and raises nothing."""
        with self._lock:
            fetch = self._running.get(reference)
            if fetch is None or not fetch.is_alive():
                return None
            return fetch.progress()

    def cancel(self, reference: str) -> None:
        """End the download, if there is one; what has come stays, and the next one goes on from there."""
        with self._lock:
            fetch = self._running.pop(reference, None)
        if fetch is not None:
            fetch.cancelled.set()


class _Cancelled(Exception):
    """Nobody wants the file any more."""


class _Fetch(threading.Thread):
    def __init__(self, entry: ZooEntry, data_folder: Path, begun_bytes: int) -> None:
        super().__init__(name=f"fetch {entry.reference}", daemon=True)
        self._entry = entry
        self._data_folder = data_folder
        self._begun_bytes = begun_bytes
        self._begun_at = time.monotonic()
        self.cancelled = threading.Event()
        self.error: Exception | None = None

    def progress(self) -> FetchProgress:
        done = progress_of(weights_of(self._entry), self._data_folder)
        rate = max(0, done.done_bytes - self._begun_bytes) / max(1e-3, time.monotonic() - self._begun_at)
        return FetchProgress(done.done_bytes, done.total_bytes, rate)

    def run(self) -> None:
        try:
            obtain_file(weights_of(self._entry), self._data_folder, self._look)
        except _Cancelled:
            return
        except Exception as error:  # raised again where the question is asked
            self.error = error

    def _look(self, _progress: DownloadProgress) -> None:
        if self.cancelled.is_set():
            raise _Cancelled
