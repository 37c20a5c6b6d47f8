"""The answer to a question of the Lab, measured in this process where it is not known yet."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from concurrent.futures import TimeoutError as StillRunning
from contextlib import contextmanager
from typing import Any, Final

import typer
from rich.progress import Progress

from resnet_viz.cli.console import notes, say
from resnet_viz.errors import InvalidSetting
from resnet_viz.events import RunState
from resnet_viz.jobs.measurements import carry_out_here
from resnet_viz.lab.answers import Asking, ask, known
from resnet_viz.locale import gettext as _
from resnet_viz.processes.channel import Frame
from resnet_viz.store import COMMAND_LINE, MeasurementRecord, Store

_LOOK_S: Final = 0.2


def answered(store: Store, asked: Asking, *, quiet: bool) -> Frame:
    """The result, measured now where it is not known yet; interrupted, the measurement stops.

    Raises:
        InvalidSetting: it cannot be measured.
        typer.Exit: somebody stopped it before there was anything.
    """
    record = _measured(store, asked, quiet=quiet)
    if record.state is RunState.FAILED and record.failure is not None:
        failure = record.failure
        raise InvalidSetting(failure.code, failure.template, **failure.parameters)
    if record.result is None:
        say(_("It was stopped before there was anything to show."))
        raise typer.Exit(1)
    return record.result


def _measured(store: Store, asked: Asking, *, quiet: bool) -> MeasurementRecord:
    there = known(store, asked)
    if there is not None and there.state is RunState.FINISHED:
        return there
    record = ask(store, asked, COMMAND_LINE)
    with ThreadPoolExecutor(1) as thread, _progress(asked, quiet) as progress:
        waiting = thread.submit(carry_out_here, store, record.id)
        try:
            while True:
                try:
                    return waiting.result(timeout=_LOOK_S)
                except StillRunning:
                    progress(store.measurements.get(record.id).share)
        except KeyboardInterrupt:
            store.measurements.stop(record.id)
            raise


@contextmanager
def _progress(asked: Asking, quiet: bool) -> Iterator[Any]:
    if quiet:
        yield lambda _share: None
        return
    with Progress(console=notes, transient=True) as bar:
        task = bar.add_task(_(asked.question.title), total=1.0)
        yield lambda share: bar.update(task, completed=share)
