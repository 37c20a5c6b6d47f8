"""The film of a race: charts that hold still, and every row of the profile."""

import numpy as np
import pytest

from resnet_viz.figures.chart import to_figure
from resnet_viz.figures.replay import replay_charts, replay_info
from resnet_viz.history import RunHistory
from tests.made.histories import curve, run, table

ROWS = [[1, 0.1, 0.01, 0, 1], [2, 0.2, 0.02, 0.5, 2]]


def film(role: str, losses: list[float]) -> RunHistory:
    return run(
        role,
        series={"train/loss": curve(losses), "test/accuracy": curve([0.25], [4])},
        profiles={"grad/relative": table(ROWS, [0, 2])},
    )


def test_the_film_has_every_row_and_both_roles() -> None:
    info = replay_info([film("residual", [3, 2, 1, 0.5]), film("plain", [3, 3, 3, 3])])
    assert info.steps == 4
    assert [film.line.family for film in info.films] == ["plain", "residual"]
    residual = info.films[1]
    assert residual.step.tolist() == [0, 2]
    np.testing.assert_array_equal(residual.profile, np.array(ROWS, np.float32))
    assert residual.loss.value[-1] == pytest.approx((3 + 2 + 1 + 0.5) / 4)
    assert residual.test_accuracy.step.tolist() == [4]


def test_axes_hold_for_the_whole_training() -> None:
    charts = replay_charts(replay_info([film("plain", [10, 1, 0.1, 1]), film("residual", [1, 1, 1, 1])]))
    for chart in charts.values():
        to_figure(chart)
    low, high = charts["loss"]["layout"]["yaxis"]["range"]
    assert low < -1
    assert high > 1
    assert charts["loss"]["layout"]["xaxis"]["range"] == pytest.approx([0, 4], abs=0.1)
    low, high = charts["profile"]["layout"]["yaxis"]["range"]
    assert low < np.log10(0.01)
    assert high > np.log10(2)
    assert [trace["legendgroup"] for trace in charts["profile"]["data"]] == ["plain", "residual"]
    assert [trace["name"] for trace in charts["profile"]["data"]] == ["Plain", "Residual"]


def test_nothing_measured_gives_an_empty_film() -> None:
    info = replay_info([run("plain")])
    assert (info.steps, info.films) == (0, ())
    for chart in replay_charts(info).values():
        assert chart["data"] == []
