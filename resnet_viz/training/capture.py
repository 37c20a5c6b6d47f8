"""Units of work that a GPU is told once and then repeats.

Networks of this size are bound by launches, not by arithmetic: a step at depth 56 is some 1,500 kernels of
a few microseconds each. On CUDA a unit runs a few times as it is, is then recorded into a CUDA graph
(https://docs.pytorch.org/docs/stable/notes/cuda.html#cuda-graphs) and from then on replayed with one
launch. What is recorded are addresses and the numbers that the host passed to kernels, so a unit

- takes no arguments and reads and writes tensors that stay where they are;
- has whatever changes between two calls (batch, learning rate, row of the results) in such tensors;
- never waits for the device, and decides nothing by what it has computed.

Such a unit is the same work whether it is recorded or not, and on a CPU it simply runs. Either all units
of a training are recorded or, after the first one that cannot be, none.
"""

import gc
import logging
from collections.abc import Callable
from typing import Any, Final, Protocol

import torch

from resnet_viz.events import StepMode

Work = Callable[[], None]

WARM_UP: Final = 2
"""Calls of a unit before it is recorded: what libraries and optimisers set up at first use must be there."""

_LONGEST_ERROR: Final = 200

_log = logging.getLogger(__name__)


class Recorder(Protocol):
    """What records units; a stand-in records and replays on a CPU."""

    def warm_up(self, work: Work) -> None:
        """Carry ``work`` out where it will be recorded."""

    def record(self, work: Work) -> Work:
        """What repeats ``work``, without having carried it out; raises RuntimeError where that fails."""

    def give_back(self) -> None:
        """Free the memory of recordings that are no longer wanted."""


class CudaGraphs:
    """Records on one stream, with one pool of memory for all units: they never run at the same time."""

    def __init__(self, device: torch.device) -> None:
        self._device = device
        self._stream = torch.cuda.Stream(device)
        self._pool = torch.cuda.graph_pool_handle()

    def warm_up(self, work: Work) -> None:
        """Carry ``work`` out on the stream of the recording, where libraries keep what is theirs."""
        present = torch.cuda.current_stream(self._device)
        self._stream.wait_stream(present)
        with torch.cuda.stream(self._stream):
            work()
        present.wait_stream(self._stream)

    def record(self, work: Work) -> Work:
        """The replay of a CUDA graph of ``work``."""
        graph = torch.cuda.CUDAGraph()
        with torch.cuda.graph(graph, pool=self._pool, stream=self._stream):
            work()
        replay: Work = graph.replay
        return replay

    def give_back(self) -> None:
        """Free what torch keeps for recordings that nobody holds any more."""
        gc.collect()
        torch.cuda.empty_cache()


class Unit:
    """Work that is carried out at each call, sooner or later by a replay."""

    def __init__(self, work: Work, captures: "Captures") -> None:
        self._work = work
        self._captures = captures
        self._calls = 0
        self._replay: Work | None = None

    def __call__(self) -> None:
        """Carry the work out once."""
        recorder = self._captures.recorder
        if recorder is None:
            self._work()
        elif self._replay is not None:
            self._replay()
        elif self._calls < WARM_UP:
            self._calls += 1
            recorder.warm_up(self._work)
        else:
            self._replay = self._captures.record(self._work)
            # Recording carries nothing out: this call's work is still to be done.
            (self._replay or self._work)()

    def forget(self) -> None:
        """Let go of the recording."""
        self._replay = None


class Captures:
    """The units of one training, and whether they are replayed or why not.

    Args:
        recorder: records the units; None where they run as they are.
        refusal: why there is none; None on a CPU, where there is nothing to gain.
    """

    def __init__(self, recorder: Recorder | None, refusal: StepMode | None = None) -> None:
        self.recorder = recorder
        self._mode = refusal
        self._error = ""
        self._units: list[Unit] = []

    @classmethod
    def on(cls, device: torch.device, *, draws: bool) -> "Captures":
        """Those of a training on ``device``; ``draws`` where its network leaves out something at random."""
        if device.type == "cpu":
            return cls(None)
        if device.type != "cuda":
            return cls(None, StepMode.NO_GRAPHS)
        if draws:
            return cls(None, StepMode.DRAWS)
        return cls(CudaGraphs(device))

    @property
    def first_calls(self) -> int:
        """Calls of a unit that are slower than those that follow."""
        return 1 if self.recorder is None else WARM_UP + 1

    def unit(self, work: Work) -> Unit:
        """``work``, to be called as often as it is wanted."""
        self._units.append(unit := Unit(work, self))
        return unit

    def record(self, work: Work) -> Work | None:
        """What replays ``work``; None when it cannot be recorded, and then nothing is from now on."""
        assert self.recorder is not None
        try:
            replay = self.recorder.record(work)
        except RuntimeError as error:
            _log.warning("the steps are launched one by one from now on: %s", error)
            self._mode = StepMode.NO_MEMORY if isinstance(error, torch.OutOfMemoryError) else StepMode.REFUSED
            self._error = str(error).partition("\n")[0][:_LONGEST_ERROR]
        else:
            self._mode = StepMode.CAPTURED
            return replay
        recorder, self.recorder = self.recorder, None
        for unit in self._units:
            unit.forget()
        recorder.give_back()
        return None

    def facts(self) -> dict[str, Any]:
        """What a run says about how its steps were carried out; empty on a CPU and before it is known."""
        if self._mode is None:
            return {}
        error = {"step_mode_error": self._error} if self._mode is StepMode.REFUSED else {}
        return {"step_mode": self._mode.value, **error}
