"""Runs beside each other: one line each, colours by role first, numbers as measured."""

import numpy as np
import pytest

from resnet_viz.figures.chart import to_figure
from resnet_viz.figures.comparison import (
    accuracy_comparison,
    comparison_info,
    curves_table,
    describe,
    gradient_comparison,
    gradient_table,
    loss_comparison,
)
from resnet_viz.figures.theme import OTHERS, PLAIN, RESIDUAL
from resnet_viz.history import RunHistory
from tests.made.histories import curve, run, table


def one(role: str, loss: float) -> RunHistory:
    return run(
        role,
        series={"train/loss": curve([loss, loss / 2]), "test/accuracy": curve([0.5], [2])},
        profiles={"grad/relative": table([[9, 9, 9, 9, 9], [1, 2, 0, 4, 5]], [0, 1])},
    )


INFO = comparison_info([("a", one("plain", 4)), ("b", one("residual", 2)), ("c", one("plain", 8))])


def test_roles_keep_their_colours_and_dashes() -> None:
    assert [line.look.colour for line in INFO.runs] == [PLAIN, RESIDUAL, OTHERS[0]]
    traces = loss_comparison(INFO)["data"]
    assert [trace["line"]["dash"] for trace in traces] == ["dash", "solid", "dash"]
    assert [trace["name"] for trace in traces] == ["a", "b", "c"]


def test_every_chart_is_one_that_plotly_knows() -> None:
    for chart in (loss_comparison(INFO), accuracy_comparison(INFO), gradient_comparison(INFO)):
        assert len(to_figure(chart).data) == 3


def test_numbers_are_the_newest_and_zeros_leave_gaps() -> None:
    assert INFO.runs[0].loss.value.tolist() == [4, 3]
    assert curves_table(INFO, "loss")["c"].tolist() == [8, 6]
    gradients = gradient_table(INFO)
    assert gradients["depth"].tolist() == [1, 2, 3, 4, 8]
    assert gradients["a"].tolist() == [1, 2, 0, 4, 5]
    drawn = gradient_comparison(INFO)["data"][0]["y"]
    assert np.isnan(drawn[2])
    assert drawn[4] == pytest.approx(5)
    assert "a: training loss 3.00 at step 1, test accuracy 50.0%." in describe(INFO)


def test_nothing_measured_gives_empty_charts() -> None:
    info = comparison_info([("a", run("plain"))])
    for chart in (loss_comparison(info), accuracy_comparison(info), gradient_comparison(info)):
        assert chart["data"] == []
