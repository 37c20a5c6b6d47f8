"""The accuracy chart."""

import numpy as np
import pytest

from resnet_viz.figures import accuracy
from resnet_viz.figures.chart import to_figure, to_json
from resnet_viz.history import RunHistory
from tests.made.histories import curve, run


def _run(role: str, test: list[float], seed: int = 0) -> RunHistory:
    steps = [50 * (i + 1) for i in range(len(test))]
    return run(
        role, seed, series={"test/accuracy": curve(test, steps), "train/accuracy": curve([0.1, 0.3, 0.5])}
    )


def test_info_holds_test_per_seed_and_training_smoothed() -> None:
    info = accuracy.accuracy_info([_run("plain", [0.2, 0.4]), _run("plain", [0.4, 0.6], 1)])
    (plain,) = info.lines
    assert plain.seeds == (0, 1)
    assert plain.band.mean == pytest.approx([0.3, 0.5])
    assert plain.train.mean == pytest.approx([0.1, 0.2, 0.3])


def test_chart_runs_from_nothing_to_all() -> None:
    runs = [_run("plain", [0.2, 0.4]), _run("residual", [0.5, 0.7])]
    figure = to_figure(accuracy.accuracy_chart(accuracy.accuracy_info(runs)))
    assert figure.layout.yaxis.range == (0, 1)
    assert [trace.name for trace in figure.data if trace.name] == ["Plain", "Residual"]
    assert figure.data[-1].mode == "lines+markers"


def test_ten_seeds() -> None:
    runs = [_run(role, [0.2 + seed / 100], seed) for role in ("plain", "residual") for seed in range(10)]
    chart = accuracy.accuracy_chart(accuracy.accuracy_info(runs))
    assert len(chart["data"]) == 2 * (1 + 1 + 1 + 1)  # training, band, seeds, mean
    to_figure(chart)


def test_before_the_first_evaluation_only_training_is_shown() -> None:
    info = accuracy.accuracy_info([run("plain", series={"train/accuracy": curve([0.1])})])
    to_json(accuracy.accuracy_chart(info))
    assert len(accuracy.accuracy_chart(info)["data"]) == 1
    assert accuracy.describe(info) == "Test accuracy: no measurement yet."


def test_nothing_measured() -> None:
    info = accuracy.accuracy_info([run("plain")])
    assert not to_figure(accuracy.accuracy_chart(info)).data
    assert accuracy.accuracy_table(info)["step"].size == 0


def test_text_and_table() -> None:
    info = accuracy.accuracy_info([_run("residual", [0.7, 0.693])])
    assert "69.3% at step 100, best 70.0% at step 50" in accuracy.describe(info)
    columns = accuracy.accuracy_table(info)
    assert columns["step"].tolist() == [0, 1, 2, 50, 100]
    assert np.nanmax(columns["Residual, seed 0, test"]) == 0.7
