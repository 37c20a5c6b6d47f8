"""The loss chart: what it shows, and that Plotly accepts it."""

import json

import numpy as np
import pytest

from resnet_viz.figures import losses
from resnet_viz.figures.chart import to_figure, to_json
from resnet_viz.figures.theme import DARK, LIGHT, PLAIN, RESIDUAL
from resnet_viz.history import RunHistory
from tests.made.histories import curve, run


def _run(role: str, values: list[float], seed: int = 0) -> RunHistory:
    return run(role, seed, series={"train/loss": curve(values)})


def test_info_smooths_each_seed_before_the_mean_over_seeds() -> None:
    info = losses.loss_info([_run("plain", [4, 2], 1), _run("plain", [2, 4], 0)], window=2)
    (plain,) = info.lines
    assert plain.seeds == (0, 1)
    assert [c.value.tolist() for c in plain.raw] == [[2, 4], [4, 2]]
    assert [c.value.tolist() for c in plain.smooth] == [[2, 3], [4, 3]]
    assert plain.band.mean.tolist() == [3, 3]


def test_last_smoothed_value_is_the_final_loss_of_the_run() -> None:
    values = np.random.default_rng(0).random(100).tolist()
    info = losses.loss_info([_run("residual", values)])
    assert info.lines[0].band.mean[-1] == pytest.approx(sum(values[-20:]) / 20)


def test_one_seed_shows_single_steps_and_their_mean() -> None:
    chart = losses.loss_chart(losses.loss_info([_run("residual", [2, 1]), _run("plain", [3, 2])]))
    figure = to_figure(chart)
    assert figure.layout.yaxis.type == "log"
    assert len(figure.data) == 4
    named = [trace for trace in figure.data if trace.name]
    assert [(t.name, t.line.color, t.line.dash) for t in named] == [
        ("Plain", PLAIN, "dash"),
        ("Residual", RESIDUAL, "solid"),
    ]
    assert named[0].y.tolist() == [3, 2.5]


def test_ten_seeds_show_mean_band_and_points() -> None:
    rng = np.random.default_rng(1)
    runs = [
        _run(role, (rng.random(3000) + 0.5).tolist(), seed)
        for role in ("plain", "residual")
        for seed in range(10)
    ]
    chart = losses.loss_chart(losses.loss_info(runs))
    assert len(chart["data"]) == 6
    bands = [trace for trace in chart["data"] if trace.get("fill") == "toself"]
    assert len(bands) == 2
    assert all(len(trace["x"]) <= 1000 for trace in chart["data"] if "fill" not in trace)
    assert to_figure(chart).data[-1].customdata.shape[1] == 3


def test_a_band_that_reaches_below_zero_stays_on_the_log_axis() -> None:
    chart = losses.loss_chart(
        losses.loss_info([_run("plain", [loss], seed) for seed, loss in enumerate((1.0, 3.0, 9.0))])
    )
    band = next(trace for trace in chart["data"] if trace.get("fill"))
    assert (band["y"] > 0).all()
    line = chart["data"][-1]
    assert line["customdata"][0, 0] < 0  # the hover keeps the number


@pytest.mark.parametrize("values", [[], [2.3], [2.3, np.nan], [np.nan], [0.0, 0.0]])
def test_odd_data_gives_a_valid_chart(values: list[float]) -> None:
    info = losses.loss_info([_run("plain", values)])
    to_figure(losses.loss_chart(info))
    json.loads(to_json(losses.loss_chart(info)))
    assert losses.describe(info)
    losses.loss_table(info)


@pytest.mark.parametrize("look", [LIGHT, DARK])
def test_nothing_measured_says_so(look: object) -> None:
    chart = losses.loss_chart(losses.loss_info([]), DARK if look is DARK else LIGHT)
    figure = to_figure(chart)
    assert not figure.data
    assert figure.layout.annotations[0].text == "No measurement yet"
    assert losses.describe(losses.loss_info([])) == "Training loss: no measurement yet."


def test_table_has_a_row_per_step_and_leaves_gaps_open() -> None:
    columns = losses.loss_table(losses.loss_info([_run("plain", [3, 1]), _run("residual", [2])], window=20))
    assert list(columns) == [
        "step",
        "Plain, seed 0",
        "Plain, seed 0, mean of 20 steps",
        "Residual, seed 0",
        "Residual, seed 0, mean of 20 steps",
    ]
    assert columns["step"].tolist() == [0, 1]
    assert columns["Plain, seed 0, mean of 20 steps"].tolist() == [3, 2]
    assert np.isnan(columns["Residual, seed 0"][1])


def test_text_alternative_states_the_numbers() -> None:
    text = losses.describe(losses.loss_info([_run("plain", [3, 1])]))
    assert "3.00 at step 0" in text
    assert "2.00 at step 1" in text


def test_new_data_keeps_zoom_and_legend() -> None:
    before = losses.loss_chart(losses.loss_info([_run("plain", [3])]))
    after = losses.loss_chart(losses.loss_info([_run("plain", [3, 2])]))
    assert before["layout"]["uirevision"] == after["layout"]["uirevision"]


def test_the_caption_says_over_how_many_steps_the_mean_goes() -> None:
    assert f"mean of {losses.WINDOW} steps" in losses.figure([]).how_to_read
