"""Trainings within a measurement: as many at once as it has slots, one of them in its own process.

That one begins at once, while the processes of the others start. Two processes of one thread train
a pair faster than one of two. Each training is that of `train`, with the numbers of a run of the
same spec; nothing of it is kept but what it yields.
"""

from collections.abc import Generator, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import ExitStack, closing
from pathlib import Path
from queue import Empty, SimpleQueue
from tempfile import TemporaryDirectory
from typing import Final, NamedTuple

from resnet_viz.errors import ResnetVizError
from resnet_viz.events import Event, StateChanged
from resnet_viz.experiments.experiment import Cell
from resnet_viz.findings.endings import steps_done
from resnet_viz.history import HistoryBuilder, RunHistory
from resnet_viz.jobs.capacity import Capacity, Machine
from resnet_viz.jobs.worker.slices import in_slices
from resnet_viz.locale import N_
from resnet_viz.processes.child import Child, NoAnswer
from resnet_viz.processes.event_frames import events_of
from resnet_viz.processes.measuring import Bench
from resnet_viz.training.device import resolve_device

_LOOK_S: Final = 0.2
_FOLDERS: Final = "resnet-viz-"

_News = tuple[int, list[Event]]
"""Of the training of this place among the cells."""


class Trained(NamedTuple):
    """How far trainings have come: their ``share`` of all steps, and the history of each cell in order."""

    share: float
    histories: tuple[RunHistory, ...]


def train_side_by_side(cells: Sequence[Cell], bench: Bench) -> Generator[Trained]:
    """Train ``cells`` in their order, and yield a few times a second what there is of all of them.

    A training that diverges has ended, as a race's. Closed at any moment, the
    generator ends its processes and removes their files.

    Args:
        cells: what to train; those that are wanted together stand together.
        bench: where; without slots as many at once as would train on the device of the first.

    Raises:
        InvalidSetting: this machine lacks the device or the precision.
        DatasetUnavailable: the images cannot be had.
        ResnetVizError: one of the processes died.
        Fault: one of them brought up an error that nobody foresaw.
    """
    device = resolve_device(cells[0].run.train.device)
    slots = bench.slots or Capacity.of(Machine.here()).slots(device.type)
    others = min(slots, len(cells)) - 1
    waiting: SimpleQueue[int] = SimpleQueue()
    for place in range(len(cells)):
        waiting.put(place)
    news: SimpleQueue[_News] = SimpleQueue()
    builders = [HistoryBuilder() for _ in cells]
    with ExitStack() as stack:  # children are closed before the threads that wait for them
        folder = Path(
            stack.enter_context(TemporaryDirectory(prefix="resnet-viz-", ignore_cleanup_errors=True))
        )
        threads = stack.enter_context(ThreadPoolExecutor(max(1, others)))
        working: list[Future[None]] = []
        for _ in range(others):
            child = stack.enter_context(Child("trainings", home=bench.home, threads=bench.threads))
            working.append(threads.submit(_train_in_child, child, cells, folder, waiting, news))
        own = stack.enter_context(closing(_train_here(cells, folder, waiting, bench)))
        while not all(builder.state.is_finished() for builder in builders):
            yield _so_far(cells, builders)
            for place, events in _next(own, news):
                builders[place].add(events)
            _complain(working)
    yield _so_far(cells, builders)  # the processes are gone: what they took can be counted


def _train_here(
    cells: Sequence[Cell], folder: Path, waiting: SimpleQueue[int], bench: Bench
) -> Generator[_News]:
    for place in _taken(waiting):
        for events in in_slices(cells[place].run, folder / str(place), bench):
            yield place, events


def _train_in_child(
    child: Child, cells: Sequence[Cell], folder: Path, waiting: SimpleQueue[int], news: SimpleQueue[_News]
) -> None:
    child.await_ready()  # before it takes one that another could train meanwhile
    for place in _taken(waiting):
        child.ask("begin", {"run": cells[place].run.to_json(), "folder": str(folder / str(place))})
        has_ended = False
        while not has_ended:
            answer = child.ask("go_on")
            events = events_of(answer.values, answer.arrays)
            has_ended = any(isinstance(event, StateChanged) and event.state.is_finished() for event in events)
            news.put((place, events))


def _taken(waiting: SimpleQueue[int]) -> Iterator[int]:
    """Places of cells that nobody else takes, until there are no more."""
    while True:
        try:
            yield waiting.get_nowait()
        except Empty:
            return


def _next(own: Iterator[_News], news: SimpleQueue[_News]) -> Iterator[_News]:
    """A slice of this process's training, or where it has none some time for the others'; and theirs."""
    found = next(own, None)
    if found is not None:
        yield found
    try:
        if found is None:
            yield news.get(timeout=_LOOK_S)
        while True:
            yield news.get_nowait()
    except Empty:
        return


def _complain(working: Sequence[Future[None]]) -> None:
    """Raise what ended one of the threads too early."""
    try:
        for future in working:
            if future.done():
                future.result()
    except NoAnswer as error:
        raise ResnetVizError(
            "training_process_died",
            N_(
                "A process that trained for this question ended unexpectedly, probably because memory ran "
                "out. Close other programs and try again."
            ),
        ) from error


def _so_far(cells: Sequence[Cell], builders: Sequence[HistoryBuilder]) -> Trained:
    histories = tuple(
        builder.history(cell.family, cell.seed) for cell, builder in zip(cells, builders, strict=True)
    )
    done = sum(
        cell.run.train.steps if found.state.is_finished() else steps_done(found)
        for cell, found in zip(cells, histories, strict=True)
    )
    return Trained(done / sum(cell.run.train.steps for cell in cells), histories)
