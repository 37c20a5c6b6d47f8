"""Layer × step maps: one scale, honest zeros, few columns."""

import json
from dataclasses import replace

import numpy as np
import pytest

from resnet_viz.figures import gradient_heatmap as heat
from resnet_viz.figures.chart import to_figure, to_json
from resnet_viz.history import RunHistory
from tests.made.histories import LAYERS, run, table


def _run(role: str, rows: list[list[float]], seed: int = 0) -> RunHistory:
    return run(role, seed, profiles={heat.METRIC: table(rows)})


PAIR = [
    _run("plain", [[1e-6, 1e-4, 1e-2, 1, 10], [1, 1, 1, 1, 1]]),
    _run("residual", [[1, 1, 1, 1, 1], [2, 2, 2, 2, 2]]),
]


def test_both_networks_share_the_colour_scale() -> None:
    info = heat.heatmap_info(PAIR)
    assert info.decades == pytest.approx((-6, 1))
    figure = to_figure(heat.heatmap_chart(info))
    assert [trace.coloraxis for trace in figure.data] == ["coloraxis", "coloraxis"]
    assert (figure.layout.coloraxis.cmin, figure.layout.coloraxis.cmax) == pytest.approx((-6, 1))
    assert figure.data[0].z.shape == (5, 2)
    assert figure.data[0].z[:, 0].tolist() == pytest.approx([-6, -4, -2, 0, 1])
    assert list(figure.data[0].y) == list(LAYERS)


def test_one_below_the_other_with_one_zoom() -> None:
    layout = heat.heatmap_chart(heat.heatmap_info(PAIR))["layout"]
    assert layout["yaxis"]["domain"][0] > layout["yaxis2"]["domain"][1]
    assert layout["xaxis2"]["matches"] == "x"


def test_zeros_have_a_colour_off_the_scale() -> None:
    info = heat.heatmap_info([_run("plain", [[0, 0, 1e-3, 1, 1]]), PAIR[1]])
    assert info.decades is not None
    assert info.decades[0] == pytest.approx(-3)
    figure = to_figure(heat.heatmap_chart(info))
    assert len(figure.data) == 3
    zeros = figure.data[1]
    assert zeros.name == "Plain: exactly 0"
    assert (zeros.z[:, 0] == 0).tolist() == [True, True, False, False, False]
    assert np.isnan(figure.data[0].z[:2, 0]).all()
    assert "exactly 0: 2" in heat.describe(info)


def test_not_finite_is_an_empty_cell() -> None:
    info = heat.heatmap_info([_run("plain", [[np.nan, np.inf, 1, 1, 1]])])
    (trace,) = to_figure(heat.heatmap_chart(info)).data
    assert np.isnan(trace.z[:, 0]).tolist() == [True, True, False, False, False]


@pytest.mark.parametrize("rows", [[[0.0] * 5], [[np.nan] * 5], [[1.0] * 5]])
def test_degenerate_maps_are_still_charts(rows: list[list[float]]) -> None:
    chart = heat.heatmap_chart(heat.heatmap_info([_run("plain", rows)]))
    assert chart["layout"]["coloraxis"]["cmin"] < chart["layout"]["coloraxis"]["cmax"]
    json.loads(to_json(chart))
    to_figure(chart)


def test_columns_are_a_choice_that_keeps_first_and_last() -> None:
    rows = [[float(step + 1)] * 5 for step in range(1000)]
    (plain,) = heat.heatmap_info([_run("plain", rows)]).maps
    assert heat.MOST_COLUMNS / 2 < len(plain.step) <= heat.MOST_COLUMNS
    assert (plain.step[0], plain.step[-1]) == (0, 999)
    assert (plain.value[0] == plain.step + 1).all()


def test_one_seed_is_shown_and_it_can_be_chosen() -> None:
    runs = [_run("plain", [[1] * 5], seed=seed) for seed in (3, 1)]
    assert heat.heatmap_info(runs).maps[0].seed == 1
    assert heat.heatmap_info(runs, seed=3).maps[0].seed == 3
    assert heat.heatmap_info(runs, seed=2).maps == ()


def test_table_has_a_row_per_cell() -> None:
    columns = heat.heatmap_table(heat.heatmap_info(PAIR))
    assert {len(column) for column in columns.values()} == {20}
    assert columns["step"][:2].tolist() == [0, 1]
    assert columns["‖g‖ / ‖w‖"][0] == pytest.approx(1e-6)
    assert columns["network"].tolist() == ["Plain"] * 10 + ["Residual"] * 10


def test_nothing_measured() -> None:
    info = heat.heatmap_info([run("plain")])
    assert not to_figure(heat.heatmap_chart(info)).data
    assert heat.heatmap_table(info)["step"].size == 0
    assert "no measurement yet" in heat.describe(info)


def _of_convolutions(history: RunHistory) -> RunHistory:
    """The same numbers of a network without stages."""
    taps = ("stem", "conv1", "conv2", "conv3", "head")
    kinds = ("stem", "conv", "conv", "conv", "head")
    facts = [
        {"name": n, "kind": k, "position": i} for i, (n, k) in enumerate(zip(taps, kinds, strict=True), 1)
    ]
    rows = replace(history.profiles[heat.METRIC], taps=taps)
    return replace(history, profiles={heat.METRIC: rows}, facts={"taps": facts})


def test_only_stages_and_the_classifier_are_named_beside_the_map() -> None:
    """A convolution that belongs to no stage was called the classifier."""
    history = PAIR[0]
    cases = ((history, ["classifier", "stage 1", "stage 2"]), (_of_convolutions(history), ["classifier"]))
    for shown, names in cases:
        axis = to_figure(heat.heatmap_chart(heat.heatmap_info([shown]))).layout.yaxis
        assert sorted(axis.ticktext) == names


def test_maps_of_other_layers_share_no_axis_of_layers() -> None:
    """plotly.js draws none of them otherwise."""
    history = replace(_of_convolutions(PAIR[1]), family="residual+projection")
    layout = heat.heatmap_chart(heat.heatmap_info([*PAIR, history]))["layout"]
    assert [layout[f"xaxis{n}"]["matches"] for n in (2, 3)] == ["x", "x"]
    assert layout["yaxis2"]["matches"] == "y"
    assert "matches" not in layout["yaxis3"]
