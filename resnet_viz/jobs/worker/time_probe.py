"""The measurement "time": how long steps take here, timed in as many processes as would train at once.

The processes are started for it, cold: how long that takes is measured too.
Without torch; it is imported in those processes.
"""

from collections.abc import Generator, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor, wait
from contextlib import ExitStack
from dataclasses import asdict
from statistics import fmean
from typing import Any, Final

from resnet_viz.errors import InvalidSetting, ResnetVizError
from resnet_viz.experiments.estimates import Sample
from resnet_viz.jobs.capacity import Capacity, Machine
from resnet_viz.locale import N_
from resnet_viz.processes.channel import Frame
from resnet_viz.processes.child import Child, Fault, NoAnswer
from resnet_viz.processes.measuring import Bench, Partial

_TIME_LIMIT_S: Final = 300.0
_LOOK_S: Final = 0.2


def measure(values: Mapping[str, Any], bench: Bench) -> Generator[Partial]:
    """Time a few steps of each of ``runs`` (name and spec as JSON); the result is a `Calibration`.

    Raises:
        InvalidSetting: the probe could not train these networks here.
    """
    capacity = Capacity.of(Machine.here())
    slots = bench.slots or capacity.cpu_slots
    answers = yield from _in_processes(values["runs"], bench, slots)
    known = capacity.slots(answers[0]["device"])
    if not bench.slots and known != slots:  # who asked could not know what it would run on
        answers = yield from _in_processes(values["runs"], bench, known)
    samples = [[Sample(**fields) for fields in answer["samples"]] for answer in answers]
    mean = [_mean(same) for same in zip(*samples, strict=True)]
    yield Partial(
        1.0,
        {
            "samples": [asdict(sample) for sample in mean],
            "start_s": fmean(answer["start_s"] for answer in answers),
            "device": answers[0]["device"],
        },
    )


def _in_processes(
    runs: list[list[str]], bench: Bench, slots: int
) -> Generator[Partial, None, list[dict[str, Any]]]:
    """What ``slots`` processes at once found; their logs are in the home."""
    try:
        with ExitStack() as stack:
            threads = stack.enter_context(ThreadPoolExecutor(slots))
            children = [
                stack.enter_context(Child("steps", home=bench.home, threads=bench.threads))
                for _ in range(slots)
            ]  # closed before the threads that wait for them
            for child in children:
                stack.enter_context(child.deadline(_TIME_LIMIT_S))
                child.put("time", {"runs": runs})
            waiting: list[Future[Frame]] = [threads.submit(child.answer) for child in children]
            while not all(answer.done() for answer in waiting):
                wait(waiting, timeout=_LOOK_S)
                yield Partial(0.9 * sum(answer.done() for answer in waiting) / slots)
            return [answer.result().values for answer in waiting]
    except (Fault, NoAnswer, ResnetVizError) as error:
        raise InvalidSetting(
            "probe_failed",
            N_("The probe could not train these networks on this machine: {reason}"),
            reason=str(error)[:200],
        ) from error


def _mean(same: Sequence[Sample]) -> Sample:
    """The mean over processes, which slow each other down as trainings will."""
    names = ("update_s", "evaluate_s", "probe_s", "keep_s", "set_up_s")
    seconds = {name: fmean(getattr(sample, name) for sample in same) for name in names}
    memory_bytes = round(fmean(sample.memory_bytes for sample in same))
    return Sample(same[0].family, same[0].depth, **seconds, memory_bytes=memory_bytes)
