"""The training loop as a generator of events: whoever consumes it decides what becomes of them."""

import time
from collections.abc import Callable, Generator, Iterator
from pathlib import Path

import torch

from resnet_viz.checkpoint_files import RESUME_FILE
from resnet_viz.data.download import DownloadProgress
from resnet_viz.data.load import load
from resnet_viz.events import Desired, Event, Failure, Progress, Rewound, RunState, StateChanged, Wish
from resnet_viz.locale import N_
from resnet_viz.specs import RunSpec
from resnet_viz.training.checkpoint import read_checkpoint, read_kept_position
from resnet_viz.training.trainer import Trainer

_SAVE_EVERY_S = 5.0  # how much work a killed worker can lose


def train(
    spec: RunSpec,
    *,
    folder: Path,
    data_folder: Path,
    threads: int,
    desired: Callable[[], Desired],
    resume: bool = False,
    flush_s: float = 0.25,
    on_download: Callable[[DownloadProgress], None] | None = None,
) -> Generator[Event]:
    """Train the network of ``spec`` and yield what happens, until it has ended.

    The generator never waits: while the run is paused it yields `Progress` at
    once, again and again, and the consumer sets the pace.

    Args:
        spec: what to train.
        folder: where the run's checkpoints go.
        data_folder: where downloaded data sets are kept.
        threads: CPU threads to compute with.
        desired: asked between steps for what the owner wants.
        resume: go on from the checkpoint in ``folder`` when there is one. A fork always goes on: at
            first from its parent's kept step, which lies there.
        flush_s: longest time between two deliveries of measurements.
        on_download: told about the progress of a download.

    Yields:
        Facts, then StateChanged(running), then per step Progress and at least
        every ``flush_s`` the measurements; at last StateChanged with a finished
        state. A delivery of measurements ends with Facts or Progress, and only
        then is a checkpoint written: a consumer that records at these events is
        never behind the checkpoint.

    Raises:
        InvalidSetting: this machine lacks the device or the precision.
        DatasetUnavailable: the images cannot be had.
        CheckpointDamaged: ``resume`` found a checkpoint that cannot be read.
        OSError: the disk is full.
    """
    torch.set_num_threads(threads)
    trainer = Trainer(spec, load(spec.data, data_folder, on_download), folder)
    yield trainer.facts()
    position = folder / RESUME_FILE
    spent_s = 0.0
    if resume and position.exists():
        spent_s = trainer.restore(read_checkpoint(position))
    elif spec.fork is not None:
        spent_s = trainer.restore(read_kept_position(folder, spec.fork.step))
    if resume:
        yield Rewound(trainer.step)
    yield StateChanged(RunState.RUNNING)
    watch = _Stopwatch(spent_s)
    yield from _observe(trainer, spent_s)
    flushed = float("-inf")  # the first point is delivered at once
    saved = time.monotonic()
    while trainer.step < spec.train.steps:
        wish = desired()
        if wish.wish is Wish.STOP or (wish.wish is Wish.PAUSE and trainer.step >= wish.until_step):
            yield from trainer.drain()[0]
            yield trainer.save_position(watch.elapsed_s)
            if wish.wish is Wish.STOP:
                yield trainer.result(watch.elapsed_s)
                yield StateChanged(RunState.STOPPED)
                return
            watch.stop()
            yield from _paused(trainer.step, desired)
            watch.start()
            continue
        trainer.update()
        now = time.monotonic()
        # What is kept of a step has all up to it, so that a fork goes on as if there had been no break.
        if now - flushed >= flush_s or trainer.must_drain or trainer.is_kept_step:
            events, diverged_at = trainer.drain()
            yield from events
            if diverged_at is not None:
                yield trainer.result(watch.elapsed_s)
                yield StateChanged(RunState.DIVERGED, _divergence(diverged_at))
                return
            flushed = now
            if now - saved >= _SAVE_EVERY_S and trainer.step < spec.train.steps:
                yield trainer.save_position(watch.elapsed_s)
                saved = now
        yield from _observe(trainer, watch.elapsed_s)
        yield Progress(trainer.step)
    yield trainer.result(watch.elapsed_s)
    yield StateChanged(RunState.FINISHED)
    position.unlink(missing_ok=True)  # only now: a kill before the end is recorded must not start anew


def _observe(trainer: Trainer, wall_s: float) -> Iterator[Event]:
    """What is due at this step besides training; after a resume it is simply done again."""
    recipe = trainer.spec.train
    last = trainer.step == recipe.steps
    if trainer.is_kept_step:
        yield trainer.keep(wall_s)
    if last or trainer.step % recipe.probe_every == 0:
        yield from trainer.probe()
    if last or (trainer.step and trainer.step % recipe.evaluate_every == 0):
        yield from trainer.evaluate()


def _paused(step: int, desired: Callable[[], Desired]) -> Iterator[Event]:
    yield StateChanged(RunState.PAUSED)
    while (wish := desired()).wish is Wish.PAUSE and step >= wish.until_step:
        yield Progress(step)
    if wish.wish is not Wish.STOP:
        yield StateChanged(RunState.RUNNING)


def _divergence(step: int) -> Failure:
    return Failure(
        "diverged",
        N_("At step {step} the loss became infinite or NaN; a lower learning rate or a warm-up can help."),
        {"step": step},
    )


class _Stopwatch:
    """Wall time of a training, pauses not counted, over all its attempts."""

    def __init__(self, spent_s: float) -> None:
        self._spent_s = spent_s
        self._since: float | None = time.monotonic()

    @property
    def elapsed_s(self) -> float:
        return self._spent_s + (time.monotonic() - self._since if self._since is not None else 0.0)

    def stop(self) -> None:
        self._spent_s, self._since = self.elapsed_s, None

    def start(self) -> None:
        self._since = time.monotonic()
