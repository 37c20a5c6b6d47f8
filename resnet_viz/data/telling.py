"""Telling how far a download is, a few times a second."""

import time
from collections.abc import Callable

from resnet_viz.data.download import DownloadProgress

OnProgress = Callable[[DownloadProgress], None]

TELL_EVERY_S = 0.2


class Teller:
    """Passes progress on a few times a second, the first and the last always."""

    def __init__(self, dataset: str, total_bytes: int, on_progress: OnProgress | None) -> None:
        self._dataset = dataset
        self._total_bytes = total_bytes
        self._on_progress = on_progress
        self._told = float("-inf")

    def __call__(self, done_bytes: int) -> None:
        now = time.monotonic()
        if self._on_progress and (done_bytes == self._total_bytes or now - self._told >= TELL_EVERY_S):
            self._told = now
            self._on_progress(DownloadProgress(self._dataset, done_bytes, self._total_bytes))
