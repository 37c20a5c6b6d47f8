"""A download shown to whoever waits for it."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from rich.progress import BarColumn, DownloadColumn, Progress, TaskID, TextColumn, TimeRemainingColumn

from resnet_viz.cli.console import notes, say
from resnet_viz.data.download import DownloadProgress
from resnet_viz.locale import gettext as _


@contextmanager
def shown_download() -> Iterator[Callable[[DownloadProgress], None]]:
    """What to call with progress: a bar on stderr, or a line where nobody looks."""
    columns = (TextColumn("{task.description}"), BarColumn(), DownloadColumn(), TimeRemainingColumn())
    bars = Progress(*columns, console=notes, transient=True)
    tasks: dict[str, TaskID] = {}

    def show(download: DownloadProgress) -> None:
        if download.dataset not in tasks:
            megabytes = max(1, download.total_bytes // 10**6)
            sentence = _("{name} is downloaded once: {total} MB.")
            say(sentence.format(name=download.dataset, total=megabytes))
            tasks[download.dataset] = bars.add_task(download.dataset)
            if notes.is_terminal:
                bars.start()
        bars.update(tasks[download.dataset], completed=download.done_bytes, total=download.total_bytes)

    try:
        yield show
    finally:
        if notes.is_terminal and tasks:
            bars.stop()
