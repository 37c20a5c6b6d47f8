"""A run as JSON and CSV: what programs and spreadsheets get."""

import csv
import io
import json
import math

import numpy as np
import pytest

from resnet_viz.errors import NotFound
from resnet_viz.events import Facts, Failure, Profile, Progress, RunState, Series, StateChanged
from resnet_viz.specs import RunSpec
from resnet_viz.store import Store, export_csv, export_json
from tests.made.stored import claimed, queued

HALVES = np.array([[0.5, np.nan], [0.25, np.inf]], np.float32)


@pytest.fixture
def run_id(store: Store) -> str:
    name = queued(store, owner="secret session")
    attempt = claimed(store, name)
    store.append(
        name,
        attempt,
        [
            Facts({"train_loss": 0.75, "threads": 1}),
            Series("train/loss", np.array([0, 1, 2]), np.array([1.5, np.nan, -np.inf])),
            Series("test/accuracy", np.array([2]), np.array([0.1])),
            Profile("grad/relative", ("stem", "head"), np.array([0, 10]), HALVES),
            Progress(3),
            StateChanged(RunState.DIVERGED, Failure("diverged", "Not a number at step {step}.", {"step": 1})),
        ],
    )
    return name


def test_json_has_spec_result_and_every_number(store: Store, run_id: str) -> None:
    exported = json.loads(json.dumps(export_json(store, run_id[:6]), allow_nan=False))
    assert exported.keys() == {"run", "series", "profiles"}
    assert exported["series"] == {
        "train/loss": {"step": [0, 1, 2], "value": [1.5, None, None]},
        "test/accuracy": {"step": [2], "value": [0.1]},
    }
    assert exported["profiles"] == {
        "grad/relative": {"step": [0, 10], "tap": ["stem", "head"], "value": [[0.5, None], [0.25, None]]}
    }
    run = exported["run"]
    assert RunSpec.checked(**run["spec"]) == RunSpec()
    assert (run["id"], run["state"], run["step"], run["role"]) == (run_id, "diverged", 3, "residual")
    assert run["facts"] == {"train_loss": 0.75, "threads": 1}
    assert run["failure"] == {"code": "diverged", "text": "Not a number at step 1."}
    assert "secret session" not in json.dumps(exported)


def test_csv_has_one_row_per_number(store: Store, run_id: str) -> None:
    out = io.StringIO()
    export_csv(store, [run_id], out)
    assert out.getvalue().splitlines()[0] == "run,metric,step,tap,value"
    rows = list(csv.DictReader(io.StringIO(out.getvalue())))
    assert {row["run"] for row in rows} == {run_id}
    assert [(row["metric"], int(row["step"]), row["tap"]) for row in rows] == [
        ("train/loss", 0, ""),
        ("train/loss", 1, ""),
        ("train/loss", 2, ""),
        ("test/accuracy", 2, ""),
        ("grad/relative", 0, "stem"),
        ("grad/relative", 0, "head"),
        ("grad/relative", 10, "stem"),
        ("grad/relative", 10, "head"),
    ]
    values = [float(row["value"]) for row in rows]
    np.testing.assert_array_equal(values, [1.5, math.nan, -math.inf, 0.1, 0.5, math.nan, 0.25, math.inf])


def test_several_runs_stand_under_one_header(store: Store, run_id: str) -> None:
    alone, both = io.StringIO(), io.StringIO()
    export_csv(store, [run_id], alone)
    export_csv(store, [run_id, queued(store), run_id], both)
    header, *rows = alone.getvalue().splitlines()
    assert both.getvalue().splitlines() == [header, *rows, *rows]


def test_a_run_without_numbers_exports_empty(store: Store) -> None:
    name = queued(store)
    exported = export_json(store, name)
    assert (exported["series"], exported["profiles"], exported["run"]["failure"]) == ({}, {}, None)
    out = io.StringIO()
    export_csv(store, [name], out)
    assert out.getvalue() == "run,metric,step,tap,value\n"


def test_an_unknown_run_is_not_found(store: Store) -> None:
    out = io.StringIO()
    with pytest.raises(NotFound):
        export_json(store, "aaaaaaaaaa")
    with pytest.raises(NotFound):
        export_csv(store, [queued(store), "aaaaaaaaaa"], out)
    assert out.getvalue() == ""
