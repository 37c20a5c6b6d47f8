"""What happened: the records a training yields, the store keeps and the figures show.

Metric keys: ``train/loss``, ``train/accuracy``, ``train/learning_rate`` (every
step); ``test/loss``, ``test/accuracy`` (at intervals and at the end) and, at the
end, ``test/loss_running``, ``test/accuracy_running``: see `NormStatistics`. Profile
keys, one value per tap: ``grad/norm``, ``grad/relative``, ``update/ratio``
(‖g‖, ‖g‖/‖w‖, ‖Δw‖/‖w‖; taps are convolutions and the head);
``response/std`` (convolutions) and ``grad/block_output`` (blocks), measured on
the fixed probe batch; ``branch/scale``, the |α| of blocks that learn it. Step k
is what was measured on the network after k updates, so the first training loss
stands at step 0.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from resnet_viz.locale import N_, gettext


class RunState(StrEnum):
    """Where a run stands. Finished states never change, except through an explicit resume."""

    QUEUED = "queued"
    RUNNING = "running"
    PAUSED = "paused"
    FINISHED = "finished"
    STOPPED = "stopped"
    FAILED = "failed"
    DIVERGED = "diverged"
    LOST = "lost"

    def is_finished(self) -> bool:
        """Whether no worker holds or awaits the run."""
        return self not in (RunState.QUEUED, RunState.RUNNING, RunState.PAUSED)

    def is_resumable(self) -> bool:
        """Whether the run can be taken up again from its last checkpoint."""
        return self in (RunState.STOPPED, RunState.FAILED, RunState.LOST)


BROKEN: Final = frozenset({RunState.FAILED, RunState.LOST})
"""The states of a run that ended without anybody wanting it to."""


class NormStatistics(StrEnum):
    """Which means and variances of batch normalisation the test figures of a run were measured with.

    ``RUNNING`` are those of runs recorded before version 3 of the history: the training's own
    averages, which trail behind the weights.
    """

    REESTIMATED = "re-estimated"
    RUNNING = "running averages"
    AS_TRAINED = "as trained"  # no batch normalisation, nothing to measure anew


class StepMode(StrEnum):
    """How the steps of a run on an accelerator were carried out; runs on a CPU say nothing of it.

    All but the first: launched one by one, and why.
    """

    CAPTURED = "captured"  # recorded into a CUDA graph once, and replayed
    DRAWS = "draws at random"
    NO_GRAPHS = "no graphs"
    NO_MEMORY = "out of memory"
    REFUSED = "refused"


STEP_MODE_NAMES: Final[Mapping[str, str]] = {
    StepMode.CAPTURED: N_("captured once and replayed (CUDA graph)"),
    StepMode.DRAWS: N_("launched one by one: this network leaves out parts at random"),
    StepMode.NO_GRAPHS: N_("launched one by one: this GPU has no CUDA graphs"),
    StepMode.NO_MEMORY: N_("launched one by one: not enough GPU memory to capture them"),
    StepMode.REFUSED: N_("launched one by one: the GPU did not capture them"),
}
"""How steps were carried out, wherever people read it; gettext keys."""


STATE_NAMES: Final[Mapping[str, str]] = {
    RunState.QUEUED: N_("Queued"),
    RunState.RUNNING: N_("Running"),
    RunState.PAUSED: N_("Paused"),
    RunState.FINISHED: N_("Finished"),
    RunState.STOPPED: N_("Stopped"),
    RunState.FAILED: N_("Failed"),
    RunState.DIVERGED: N_("Diverged"),
    RunState.LOST: N_("Interrupted"),
}
"""What a state is called wherever people read it; gettext keys."""


class Wish(StrEnum):
    """What the owner of a run wants of it."""

    RUN = "run"
    PAUSE = "pause"
    STOP = "stop"


@dataclass(frozen=True, slots=True)
class Desired:
    """The wish, and for single steps how far a paused run may go: up to ``until_step`` updates."""

    wish: Wish = Wish.RUN
    until_step: int = 0


@dataclass(frozen=True, slots=True)
class Failure:
    """Why a run ended early: an English template and its parameters (see `errors`)."""

    code: str
    template: str
    parameters: dict[str, str | int | float]

    def __str__(self) -> str:
        return gettext(self.template).format(**self.parameters)


@dataclass(frozen=True, slots=True, eq=False)
class Series:
    """New points of one curve: ``step`` int64 [n], ``value`` float64 [n]."""

    name: str
    step: npt.NDArray[np.int64]
    value: npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True, eq=False)
class Profile:
    """New rows of one quantity over depth: ``step`` int64 [n], ``value`` float32 [n, taps]."""

    name: str
    taps: tuple[str, ...]
    step: npt.NDArray[np.int64]
    value: npt.NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Facts:
    """What is known of a run beyond its spec; later facts add to and replace earlier ones.

    Keys: ``parameters``, ``multiply_adds``, ``device``, ``device_name``,
    ``threads``, ``torch``, ``init_digest``, ``batch_digests`` (step → chained
    digest), ``taps`` (list of {name, kind, position}), ``test_statistics``
    (`NormStatistics`); on an accelerator ``step_mode`` (`StepMode`), ``step_mode_error`` and
    ``peak_memory_bytes`` of the device; and at the end ``train_loss``, ``train_accuracy``, ``test_loss``,
    ``test_accuracy``, ``test_loss_running``, ``test_accuracy_running``, ``wall_s``, ``samples_per_s``.
    """

    values: dict[str, Any]


@dataclass(frozen=True, slots=True)
class Rewound:
    """Training goes on from a checkpoint: what was recorded at or after ``step`` is measured again."""

    step: int


@dataclass(frozen=True, slots=True)
class CheckpointSaved:
    """A checkpoint was written; ``path`` is relative to the run's folder."""

    step: int
    path: str
    size_bytes: int
    kept: bool


@dataclass(frozen=True, slots=True)
class Progress:
    """``step`` updates are done; sent after every step, kept nowhere."""

    step: int


@dataclass(frozen=True, slots=True)
class StateChanged:
    """The run entered ``state``; the last event of a training that ended."""

    state: RunState
    failure: Failure | None = None


Event = Series | Profile | Facts | Rewound | CheckpointSaved | Progress | StateChanged
