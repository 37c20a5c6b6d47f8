"""Every task of the table starts as it will be started, and answers."""

import ast
import inspect
from pathlib import Path

import pytest

import resnet_viz
from resnet_viz.jobs.worker.measurement import measure_of
from resnet_viz.processes.child import Child
from resnet_viz.processes.tasks import MEASUREMENTS, TASKS

ROOT = Path(resnet_viz.__file__).parent


@pytest.mark.parametrize("task", TASKS)
def test_it_gets_ready(own_home: Path, task: str) -> None:
    with Child(task, home=own_home) as child, child.deadline(100):
        child.await_ready()


@pytest.mark.parametrize("task", MEASUREMENTS)
def test_a_measurement_has_a_module_that_measures(task: str) -> None:
    measure = measure_of(task)
    assert inspect.isgeneratorfunction(measure)
    assert list(inspect.signature(measure).parameters) == ["values", "bench"]


def test_processes_are_started_in_one_place() -> None:
    starters = [
        str(path.relative_to(ROOT))
        for path in ROOT.rglob("*.py")
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Import | ast.ImportFrom)
        and {"subprocess", "multiprocessing"} & {getattr(node, "module", None), *(a.name for a in node.names)}
    ]
    assert starters == ["processes/child.py"]
