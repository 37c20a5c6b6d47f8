"""The charts of a sweep: infos worked out by hand, charts that Plotly accepts, published set apart."""

import json
from typing import Any

import numpy as np
import pytest

from resnet_viz.events import RunState
from resnet_viz.experiments.experiment import CellHistory
from resnet_viz.figures import degradation, depth_gradients, depth_losses
from resnet_viz.figures.chart import Chart, to_figure, to_json
from resnet_viz.figures.families import family_looks
from resnet_viz.figures.theme import DARK, LIGHT, OTHERS, PLAIN, RESIDUAL, Theme
from tests.made.histories import LAYERS, curve, run, table
from tests.made.sweeps import cell, cells

FAMILIES = ("plain", "residual")
SWEEP = cells(
    {
        "plain": {8: [0.30, 0.32, 0.34], 20: [0.40, 0.44, 0.42]},
        "residual": {8: [0.31, 0.33, 0.32], 20: [0.29, 0.31, 0.30]},
    },
    test=0.5,
)


def draw(chart: Chart) -> list[dict[str, Any]]:
    """The chart's traces, after Plotly has accepted it and JSON has taken it."""
    json.loads(to_json(chart))
    return [trace.to_plotly_json() for trace in to_figure(chart).data]


def test_errors_per_depth_are_means_with_student_s_interval() -> None:
    info = degradation.degradation_info(FAMILIES, SWEEP)
    plain = info.families[0].train
    assert plain.run_depth.tolist() == [8, 8, 8, 20, 20, 20]
    assert plain.run_seed.tolist() == [0, 1, 2, 0, 1, 2]
    np.testing.assert_allclose(plain.run_error, [0.30, 0.32, 0.34, 0.40, 0.44, 0.42])
    np.testing.assert_allclose(plain.mean, [0.32, 0.42])
    # Deviation 0.02 at both depths; t(2) = 4.30265.
    reach = 4.30265 * 0.02 / 3**0.5
    np.testing.assert_allclose(plain.high, [0.32 + reach, 0.42 + reach], rtol=1e-5)
    np.testing.assert_allclose(plain.low, [0.32 - reach, 0.42 - reach], rtol=1e-5)
    assert plain.seeds.tolist() == [3, 3]
    np.testing.assert_allclose(info.families[1].test.mean, [0.5, 0.5])
    assert info.depths == (8, 20)


def test_only_finished_cells_count_and_the_axis_waits_for_the_others() -> None:
    begun = [
        *SWEEP,
        cell("plain", 32, 0.9, state=RunState.RUNNING),
        cell("plain", 44, 0.9, state=RunState.LOST),
    ]
    info = degradation.degradation_info(FAMILIES, begun, depths=(8, 20, 32, 44, 56))
    assert info.families[0].train.depth.tolist() == [8, 20]
    assert info.depths == (8, 20, 32, 44, 56)
    low, high = degradation.degradation_chart(info)["layout"]["xaxis"]["range"]
    assert low < 8 < 56 < high


def test_training_and_test_errors_have_a_panel_each() -> None:
    traces = draw(degradation.degradation_chart(degradation.degradation_info(FAMILIES, SWEEP)))
    lines = [trace for trace in traces if trace["mode"] == "lines+markers"]
    assert [(t["name"], t.get("xaxis", "x"), t.get("showlegend", True)) for t in lines] == [
        ("Plain", "x", True),
        ("Plain", "x2", False),
        ("Residual", "x", True),
        ("Residual", "x2", False),
    ]
    assert sum(trace.get("fill") == "toself" for trace in traces) == 4
    assert sum(trace["mode"] == "markers" for trace in traces) == 4


def test_published_numbers_cannot_be_taken_for_measured_ones() -> None:
    info = degradation.degradation_info(FAMILIES, SWEEP, published=True)
    chart = degradation.degradation_chart(info)
    drawn = to_figure(chart).data
    published = [trace for trace in drawn if "published" in (trace.name or "")]
    measured = [trace for trace in drawn if trace not in published]
    assert len(published) == 3
    for trace in published:
        assert trace.xaxis == "x2", "papers give test errors"
        assert trace.line.color == degradation.PUBLISHED_COLOUR
        assert trace.line.dash == "dot"
        assert "arXiv" in trace.hovertemplate
    assert degradation.PUBLISHED_COLOUR not in str([t.to_plotly_json() for t in measured])
    assert {t.line.dash for t in measured if t.mode == "lines+markers"} == {"dash", "solid"}
    he = next(trace for trace in published if "He 2015" in trace.name)
    assert dict(zip(he.x.tolist(), np.round(he.y * 100, 2).tolist(), strict=True)) == pytest.approx(
        {20: 8.75, 32: 7.51, 44: 7.17, 56: 6.97, 110: 6.43}, abs=1e-4
    )
    sources = degradation.degradation_table(info)["source"]
    assert (sources == "measured").sum() == 12
    assert len(sources) == 12 + 11
    assert "read from the table" in degradation.describe(info)
    assert "papers" not in degradation.figure(FAMILIES, SWEEP).explained
    assert "not measured here" in degradation.figure(FAMILIES, SWEEP, published=True).more


def test_networks_that_diverged_stand_at_the_top_edge() -> None:
    ended = [*SWEEP, *(cell("plain", 32, 0.9, seed, state=RunState.DIVERGED) for seed in range(3))]
    ended.append(cell("residual", 32, 0.9, state=RunState.DIVERGED))
    info = degradation.degradation_info(FAMILIES, ended)
    chart = degradation.degradation_chart(info)
    traces = [t for t in draw(chart) if t.get("marker", {}).get("symbol") == "triangle-up"]
    low, high = chart["layout"]["yaxis"]["range"]
    assert low == 0
    assert [(t.get("xaxis", "x"), t["x"].tolist()) for t in traces] == [("x", [32]), ("x2", [32])] * 2
    for trace in traces:
        assert trace["y"].tolist() == pytest.approx([high])
    assert high > max(info.families[0].test.mean.max(), info.families[0].train.high.max())
    assert "at depth 32 3 of 3 runs diverged" in traces[0]["text"][0]
    assert "Plain: at depth 32 3 of 3 runs diverged." in degradation.describe(info)
    assert "3 of 3 runs diverged" in degradation.degradation_table(info)["source"]
    only = degradation.degradation_info(("plain",), ended[-4:-1])
    assert draw(degradation.degradation_chart(only)), "a sweep in which everything diverged has a chart"


def test_no_interval_of_errors_leaves_what_is_possible() -> None:
    wide = cells({"plain": {8: [0.02, 0.5, 0.9]}})
    train = degradation.degradation_info(("plain",), wide).families[0].train
    assert (train.low.tolist(), train.high.tolist()) == ([0.0], [1.0])


def test_one_seed_has_neither_band_nor_single_points() -> None:
    one = [entry for entry in SWEEP if entry.seed == 0]
    info = degradation.degradation_info(FAMILIES, one)
    assert np.isnan(info.families[0].train.low).all()
    assert {trace["mode"] for trace in draw(degradation.degradation_chart(info))} == {"lines+markers"}


def test_variants_get_colours_of_their_own() -> None:
    looks = family_looks(["residual+projection", "plain", "residual", "plain+no-norm"])
    assert list(looks) == ["residual+projection", "plain", "residual", "plain+no-norm"]
    assert (looks["plain"].colour, looks["residual"].colour) == (PLAIN, RESIDUAL)
    assert {looks["residual+projection"].colour, looks["plain+no-norm"].colour} == set(OTHERS[:2])
    assert (looks["plain+no-norm"].dash, looks["residual+projection"].dash) == ("dash", "solid")
    assert looks["residual+projection"].name == "Residual (projection)"
    assert family_looks(["plain+bottleneck"])["plain+bottleneck"].colour == PLAIN


def _loss_cells() -> list[CellHistory]:
    return [
        CellHistory(name, depth, seed, run(name, seed, series={"train/loss": curve(values)}))
        for name, depth, seed, values in (
            ("plain", 8, 0, [4.0, 2.0]),
            ("plain", 8, 1, [2.0, 2.0]),
            ("plain", 20, 0, [3.0, 3.0]),
            ("residual", 8, 0, [1.0]),
            ("residual", 20, 0, []),
        )
    ]


def test_losses_are_smoothed_then_averaged_over_seeds() -> None:
    info = depth_losses.depth_loss_info(FAMILIES, _loss_cells())
    assert [(c.family, c.depth, c.seeds, c.band.mean.tolist()) for c in info.curves] == [
        ("plain", 8, (0, 1), [3.0, 2.5]),
        ("plain", 20, (0,), [3.0, 3.0]),
        ("residual", 8, (0,), [1.0]),
    ]
    assert info.depths == (8, 20)


def test_the_chosen_depth_stands_out_and_is_drawn_last() -> None:
    info = depth_losses.depth_loss_info(FAMILIES, _loss_cells())
    for depth, strong in ((8, ["Plain, depth 8", "Residual, depth 8"]), (None, ["Plain, depth 20"])):
        drawn = to_figure(depth_losses.depth_loss_chart(info, depth=depth)).data
        named = [trace.name for trace in drawn if trace.showlegend]
        assert named == strong
        assert [trace.name for trace in drawn][-len(strong) :] == strong
        assert min(t.line.width for t in drawn if t.showlegend) > max(
            t.line.width for t in drawn if not t.showlegend
        )
    assert len(depth_losses.depth_loss_table(info)) == 4


def _gradient_cells(rows: list[list[float]], steps: list[int] | None = None) -> list[CellHistory]:
    return [
        CellHistory(name, depth, seed, run(name, seed, profiles={"grad/relative": table(rows, steps)}))
        for name in FAMILIES
        for depth in (8, 20)
        for seed in (0, 1)
    ]


def test_gradients_are_those_before_the_first_step_and_at_the_last() -> None:
    rows: list[list[float]] = [[1e-3, 1e-2, 0.1, 1, 10], [5, 5, 5, 5, 5], [2, 2, 2, 2, 0]]
    info = depth_gradients.depth_gradient_info(FAMILIES, _gradient_cells(rows))
    assert [(p.family, p.depth) for p in info.profiles] == [
        (name, depth) for name in FAMILIES for depth in (8, 20)
    ]
    first = info.profiles[0]
    assert first.start is not None
    np.testing.assert_allclose(first.start.value, rows[0], rtol=1e-6)
    np.testing.assert_allclose(first.end.value, rows[2])
    assert (first.start.step, first.end.step) == (0, 2)
    assert first.end.layers == LAYERS
    assert info.smallest == pytest.approx(1e-3)
    assert info.largest == pytest.approx(10)
    assert info.has_zeros
    drawn = to_figure(depth_gradients.depth_gradient_chart(info)).data
    zeros = [trace for trace in drawn if trace.mode == "markers"]
    assert len(zeros) == 4
    assert all(y < 1e-3 for trace in zeros for y in trace.y)
    legend = [trace.name for trace in drawn if trace.showlegend]
    assert sorted(legend) == ["Plain, depth 20", "Residual, depth 20"]


def test_a_network_that_was_not_measured_at_step_0_has_no_start() -> None:
    info = depth_gradients.depth_gradient_info(FAMILIES, _gradient_cells([[1.0] * 5], [7]))
    assert {profile.start for profile in info.profiles} == {None}
    assert len(draw(depth_gradients.depth_gradient_chart(info))) == 4
    assert len(depth_gradients.depth_gradient_table(info)["layer"]) == 4 * 5


@pytest.mark.parametrize("look", [LIGHT, DARK])
@pytest.mark.parametrize("entries", [[], [cell("plain", 8, 0.5, state=RunState.QUEUED)], SWEEP])
@pytest.mark.parametrize("stacked", [False, True])
def test_any_data_gives_charts_tables_and_words(
    look: Theme, entries: list[CellHistory], stacked: bool
) -> None:
    errors = degradation.degradation_info(FAMILIES, entries, published=bool(entries))
    losses = depth_losses.depth_loss_info(FAMILIES, entries)
    gradients = depth_gradients.depth_gradient_info(FAMILIES, entries)
    draw(degradation.degradation_chart(errors, look, stacked=stacked))
    draw(depth_losses.depth_loss_chart(losses, look))
    draw(depth_gradients.depth_gradient_chart(gradients, look, stacked=stacked))
    for columns in (
        degradation.degradation_table(errors),
        depth_losses.depth_loss_table(losses),
        depth_gradients.depth_gradient_table(gradients),
    ):
        assert len({len(column) for column in columns.values()}) == 1
    assert degradation.describe(errors)
    assert depth_losses.describe(losses)
    assert depth_gradients.describe(gradients)
