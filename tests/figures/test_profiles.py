"""Gradients and responses over depth: rows, zeros, gaps, seeds."""

from collections.abc import Sequence

import numpy as np
import pytest

from resnet_viz.events import RunState
from resnet_viz.exports.report_figures import race_figures
from resnet_viz.figures import branch_scales, gradient_profile, responses
from resnet_viz.figures.chart import to_figure, to_json
from resnet_viz.figures.layers import layers_info, layers_table, recorded_steps
from resnet_viz.history import RunHistory
from tests.made.histories import LAYERS, run, table

METRIC = "grad/relative"
LEVEL = [1.0, 1.0, 1.0, 1.0, 1.0]


def _run(
    role: str, rows: Sequence[Sequence[float]], steps: list[int] | None = None, seed: int = 0
) -> RunHistory:
    return run(role, seed, RunState.RUNNING, profiles={METRIC: table(rows, steps)})


@pytest.mark.parametrize(("wanted", "shown"), [(0, 0), (9, 0), (10, 10), (24, 10), (25, 25), (10**6, 25)])
def test_scrubbing_shows_the_last_row_at_or_before_the_step(wanted: int, shown: int) -> None:
    rows: list[list[float]] = [[1, 2, 3, 4, 5], [2, 4, 6, 8, 10], LEVEL]
    info = layers_info([_run("plain", rows, [0, 10, 25])], METRIC, wanted)
    assert info.lines[0].step == shown
    assert info.lines[0].value.tolist() == rows[[0, 10, 25].index(shown)]
    assert info.lines[0].position.tolist() == [1, 2, 3, 4, 8]


def test_before_the_first_row_there_is_nothing() -> None:
    info = layers_info([_run("plain", [LEVEL], [10])], METRIC, 5)
    assert info.lines == ()
    assert not to_figure(gradient_profile.gradient_profile_chart(info)).data


def test_latest_is_where_both_networks_have_come_to() -> None:
    info = layers_info([_run("plain", [LEVEL] * 3), _run("residual", [LEVEL] * 2)], METRIC)
    assert [entry.step for entry in info.lines] == [1, 1]


def test_seeds_median_and_range_leave_out_those_that_are_behind() -> None:
    runs = [_run("plain", [LEVEL, [value] * 5], seed=seed) for seed, value in enumerate((1.0, 9.0, 2.0))] + [
        _run("plain", [[100.0] * 5], seed=3)
    ]
    (plain,) = layers_info(runs, METRIC, 1).lines
    assert plain.seeds == (0, 1, 2)
    assert plain.value.tolist() == [2] * 5
    assert plain.low.tolist() == [1] * 5
    assert plain.high.tolist() == [9] * 5


def test_axis_holds_for_all_steps() -> None:
    runs = [_run("plain", [[1e-6, 1, 1, 1, 1], LEVEL, [1, 1, 1, 1, 1e3]])]
    charts = [
        gradient_profile.gradient_profile_chart(gradient_profile.gradient_profile_info(runs, step=step))
        for step in (0, 1, 2)
    ]
    assert charts[0]["layout"]["yaxis"]["range"] == charts[2]["layout"]["yaxis"]["range"]
    low, high = charts[1]["layout"]["yaxis"]["range"]
    assert low < -6 < 3 < high


def test_exact_zeros_stand_on_a_floor_below_everything_and_say_so() -> None:
    runs = [_run("plain", [[0, 0, 2e-20, 1e-3, 1]]), _run("residual", [LEVEL])]
    info = gradient_profile.gradient_profile_info(runs)
    assert info.has_zeros
    assert info.floor == pytest.approx(1e-21, rel=1e-6, abs=0)
    figure = to_figure(gradient_profile.gradient_profile_chart(info))
    (zero,) = [trace for trace in figure.data if trace.name == "Plain: exactly 0"]
    assert list(zero.x) == [1, 2]
    assert list(zero.customdata) == ["stem", "stage1.block1.conv1"]
    assert zero.y == pytest.approx([1e-21, 1e-21], rel=1e-6, abs=0)
    line = next(trace for trace in figure.data if trace.name == "Plain")
    assert np.isnan(line.y).tolist() == [True, True, False, False, False]
    assert figure.layout.shapes[0].y0 == pytest.approx(1e-21, rel=1e-6, abs=0)
    assert figure.layout.annotations[0].y == pytest.approx(-21)
    assert "exactly 0: 2" in gradient_profile.describe(info)


def test_all_zero_is_still_a_chart() -> None:
    info = gradient_profile.gradient_profile_info([_run("plain", [[0] * 5])])
    figure = to_figure(gradient_profile.gradient_profile_chart(info))
    low, high = figure.layout.yaxis.range
    assert low < np.log10(info.floor) < high


def test_not_finite_leaves_a_gap_and_is_counted() -> None:
    info = gradient_profile.gradient_profile_info([_run("plain", [[np.nan, 1, np.inf, 1, 1]])])
    assert np.isnan(info.lines[0].value).tolist() == [True, False, True, False, False]
    assert "without a finite value: 2" in gradient_profile.describe(info)
    to_json(gradient_profile.gradient_profile_chart(info))
    nothing = gradient_profile.gradient_profile_info([_run("plain", [[np.nan] * 5])])
    to_figure(gradient_profile.gradient_profile_chart(nothing))
    assert "–" in gradient_profile.describe(nothing)


@pytest.mark.parametrize("metric", gradient_profile.METRICS)
def test_every_metric_has_a_chart(metric: str) -> None:
    history = run("plain", profiles={metric: table([LEVEL])})
    info = gradient_profile.gradient_profile_info([history], metric)
    figure = to_figure(gradient_profile.gradient_profile_chart(info))
    assert figure.layout.yaxis.type == "log"
    assert figure.layout.yaxis.title.text
    assert gradient_profile.gradient_profile_chart(info)["layout"]["uirevision"].endswith(metric)


def test_a_metric_nobody_measures_is_refused() -> None:
    with pytest.raises(ValueError, match="none of"):
        gradient_profile.gradient_profile_info([], "grad/colour")


def test_ten_seeds_have_a_range_each() -> None:
    runs = [_run(role, [[1.0 + seed] * 5], seed=seed) for role in ("plain", "residual") for seed in range(10)]
    figure = to_figure(gradient_profile.gradient_profile_chart(gradient_profile.gradient_profile_info(runs)))
    assert len(figure.data) == 4


def test_table_joins_the_networks_by_layer() -> None:
    residual = run("residual", profiles={METRIC: table([[5.0, 6.0, 7.0, 8.0]])})
    columns = layers_table(layers_info([_run("plain", [[1, 2, 3, 4, 5]]), residual], METRIC))
    assert columns["layer"].tolist() == list(LAYERS)
    assert columns["depth"].tolist() == [1, 2, 3, 4, 8]
    assert columns["Plain, step 0"].tolist() == [1, 2, 3, 4, 5]
    assert np.isnan(columns["Residual, step 0"][4])


def test_without_known_taps_the_order_counts() -> None:
    history = RunHistory("plain", 0, RunState.FINISHED, profiles={METRIC: table([LEVEL])})
    assert layers_info([history], METRIC).lines[0].position.tolist() == [1, 2, 3, 4, 5]


def test_scrubber_stops() -> None:
    runs = [_run("plain", [LEVEL] * 2, [0, 10]), _run("residual", [LEVEL] * 2, [0, 25])]
    assert recorded_steps(runs, METRIC).tolist() == [0, 10, 25]
    assert recorded_steps([], METRIC).size == 0


def test_responses_are_linear_until_they_span_two_decades() -> None:
    def chart(values: list[float]) -> object:
        history = run("plain", profiles={"response/std": table([values])})
        return to_figure(responses.responses_chart(responses.responses_info([history]))).layout.yaxis.type

    assert chart([1, 0.5, 2, 0]) != "log"
    assert chart([1, 0.5, 2, 1e-4]) == "log"


def test_responses_describe_and_empty() -> None:
    info = responses.responses_info([run("plain", profiles={"response/std": table([[1.0, 0.25]])})])
    assert "1.00 in stem, 0.250 in stage1.block1.conv1" in responses.describe(info)
    assert not to_figure(responses.responses_chart(responses.responses_info([]))).data


def test_of_learned_scales_the_report_has_a_figure_with_a_line_for_who_has_them_and_no_other() -> None:
    """Zero before training is a value, on an axis that shows 0 and the largest of the whole training."""
    scales = table([[0.0] * 3, [0.25, 0.5, 0.125]], [0, 10])
    histories = [run("residual+learned-scale", profiles={branch_scales.METRIC: scales}), run("residual")]
    (figure,) = race_figures(histories)
    assert [trace["name"] for trace in figure.chart["data"]] == ["Residual (learned-scale)"]
    assert figure.chart["data"][0]["y"].tolist() == [0.25, 0.5, 0.125]
    assert "at step 10: 0.250 in stem, 0.125 in stage1.block1.conv2; 0.125 to 0.500" in figure.words
    assert figure.table()["Residual (learned-scale), step 10"].tolist() == [0.25, 0.5, 0.125]
    before = branch_scales.figure(histories, step=0).chart
    assert before["data"][0]["y"].tolist() == [0, 0, 0]
    assert before["layout"]["yaxis"]["range"] == figure.chart["layout"]["yaxis"]["range"] == [0, 0.54]
    assert race_figures([run("residual")]) == []
