"""The main job, end to end: from asking for the degradation race to its verdict."""

import json
import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Self

import psutil

from benchmarks.result import Aim, Bench, Result
from resnet_viz.events import RunState
from resnet_viz.experiments.experiment import Experiment
from resnet_viz.experiments.kinds import RACE
from resnet_viz.jobs.experiments import start_experiment
from resnet_viz.jobs.supervisor import Supervisor
from resnet_viz.store import RunReader, open_store

DEGRADATION = RACE.presets["degradation"].spec
_POLL_S = 0.05
_TIMEOUT_S = 600.0


@dataclass(frozen=True, slots=True)
class Raced:
    """Seconds since the race was asked for, and the final train losses by role."""

    first_point_s: float
    end_s: float
    losses: dict[str, float]


class SupervisedHome:
    """A fresh history with a supervisor, as the server has one."""

    def __init__(self, folder: Path, warm: int) -> None:
        self._store = open_store(folder)
        self._warm = warm
        self._supervisor = Supervisor(self._store, warm=warm)

    def __enter__(self) -> Self:
        self._supervisor.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._supervisor.close()
        self._store.close()

    def until_warm(self) -> None:
        """Wait until every worker is there and has stopped importing and warming up."""
        wait_until(lambda: self._supervisor.machine.torch != "" and self._workers_rest())

    def race(self, spec: Experiment) -> Raced:
        """Start a race and wait for its end."""
        start = time.perf_counter()
        group = start_experiment(self._store, RACE, spec, owner="benchmark")
        self._supervisor.wake()
        first_point_s = self._first_point(group.run_ids) - start
        wait_until(lambda: all(self._store.run(run).state.is_finished() for run in group.run_ids))
        end_s = time.perf_counter() - start
        runs = [self._store.run(run) for run in group.run_ids]
        unfinished = [f"{run.role} {run.state}" for run in runs if run.state is not RunState.FINISHED]
        if unfinished:
            raise RuntimeError(f"the race did not finish: {', '.join(unfinished)}")
        return Raced(first_point_s, end_s, {run.role: float(run.facts["train_loss"]) for run in runs})

    def _first_point(self, run_ids: tuple[str, ...]) -> float:
        readers = [RunReader(self._store, run) for run in run_ids]
        wait_until(lambda: any("train/loss" in reader.history().series for reader in readers))
        return time.perf_counter()

    def _workers_rest(self) -> bool:
        workers = psutil.Process().children()
        if len(workers) < self._warm:
            return False
        before = [sum(worker.cpu_times()[:2]) for worker in workers]
        time.sleep(0.5)
        return all(
            sum(worker.cpu_times()[:2]) - busy < 0.05 for worker, busy in zip(workers, before, strict=True)
        )


def wait_until(holds: Callable[[], bool]) -> None:
    """Poll until ``holds``; raises TimeoutError after ten minutes."""
    deadline = time.monotonic() + _TIMEOUT_S
    while not holds():
        if time.monotonic() > deadline:
            raise TimeoutError("what was waited for did not happen within ten minutes")
        time.sleep(_POLL_S)


def warm(repetitions: int, folder: Path) -> Iterator[Result]:
    """With workers waiting, as in a server that has been up for some seconds."""
    verdict = Result("asked → verdict, warm", "s", aim=Aim("≤", 20))
    first = Result("asked → first loss point, warm", "s", aim=Aim("≤", 1))
    gap = Result("final train loss, plain − residual", "", aim=Aim("≥", 0.3))
    with SupervisedHome(folder, warm=2) as home:
        for _ in range(repetitions):
            home.until_warm()
            raced = home.race(DEGRADATION)
            verdict.values.append(raced.end_s)
            first.values.append(raced.first_point_s)
            gap.values.append(raced.losses["plain"] - raced.losses["residual"])
    yield from (verdict, first, gap)


def cold(repetitions: int, folder: Path) -> Iterator[Result]:
    """Without any worker: the processes start and import torch after the click."""
    first = Result("asked → first loss point, cold", "s", aim=Aim("≤", 8))
    command = Result("python -m resnet_viz race → verdict, cold", "s")
    for number in range(repetitions):
        with SupervisedHome(folder / f"cold-{number}", warm=0) as home:
            first.values.append(home.race(DEGRADATION).first_point_s)
        start = time.perf_counter()
        answer = subprocess.run(
            [sys.executable, "-m", "resnet_viz", "race", "--json"],
            env=os.environ | {"RESNET_VIZ_HOME": str(folder / f"command-{number}")},
            capture_output=True,
            text=True,
            check=True,
        )
        command.values.append(time.perf_counter() - start)
        assert json.loads(answer.stdout)["fair"]
    yield from (first, command)


BENCHES = (
    Bench("race", "the degradation preset with workers waiting", warm),
    Bench("cold", "the degradation preset from nothing", cold),
)
