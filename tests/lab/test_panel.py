"""The chart of an answer: what was measured here can be told from everything else."""

from dataclasses import replace

import numpy as np
import pytest

from resnet_viz.figures.chart import to_figure
from resnet_viz.figures.degradation import PUBLISHED_COLOUR
from resnet_viz.figures.theme import PLAIN, RESIDUAL
from resnet_viz.lab.panel import Kind, Panel, Series, panel_figure


def line(family: str = "plain", kind: Kind = "measured", scale: float = 1.0, **more: object) -> Series:
    x = np.arange(1, 5, dtype=np.float64)
    return Series(f"{family} {kind}", x, scale * x, family, kind, **more)  # type: ignore[arg-type]


def panel(*series: Series) -> Panel:
    return Panel("test", "A title", "How to read", "x", "y", series)


def test_measured_lines_look_as_their_network_does_and_published_ones_are_grey() -> None:
    found = to_figure(
        panel_figure(panel(line(), line("residual"), line("", "published"), line("", "theory"))).chart
    )
    plain, residual, published, theory = found.data
    assert (plain.line.color, residual.line.color) == (PLAIN, RESIDUAL)
    assert published.marker.color == theory.line.color == PUBLISHED_COLOUR
    assert published.marker.symbol.endswith("-open")
    assert published.mode == "markers"
    assert theory.line.dash == "dot"


def test_the_answer_before_stays_behind_as_a_faint_line() -> None:
    shown = panel(line(scale=2)).beside(panel(line(), line("", "published")))
    assert [one.kind for one in shown.series] == ["before", "measured"]
    before, now = to_figure(panel_figure(shown).chart).data
    assert before.line.color != now.line.color
    assert list(before.y) == [1, 2, 3, 4]
    assert list(now.y) == [2, 4, 6, 8]


def test_a_band_is_drawn_where_it_has_ends_and_not_between() -> None:
    low = np.array([0.5, np.nan, 2.5, 3.5])
    band, _line = to_figure(panel_figure(panel(line(low=low, high=low + 1))).chart).data
    np.testing.assert_array_equal(band.x, [1, 1, np.nan, 3, 4, 4, 3])
    np.testing.assert_array_equal(band.y, [1.5, 0.5, np.nan, 3.5, 4.5, 3.5, 2.5])
    (_line,) = to_figure(panel_figure(panel(line(low=low * np.nan, high=low * np.nan))).chart).data


def test_the_table_has_every_point_and_says_what_is_not_measured() -> None:
    figure = panel_figure(panel(line(low=np.zeros(4), high=np.ones(4)), line("", "theory")))
    columns = figure.table()
    assert columns["line"].tolist() == ["plain measured"] * 4 + [" theory (theory)"] * 4
    assert columns["from"].tolist()[:4] == [0] * 4
    assert np.isnan(columns["from"][4:]).all()


def test_names_stand_on_an_axis_of_names_and_in_the_table() -> None:
    named = Panel("t", "T", "H", "where", "y", (line(),), x_texts=("a", "b", "c", "d", "e"))
    assert panel_figure(named).table()["where"].tolist() == ["b", "c", "d", "e"]


def test_nothing_measured_yet_is_said() -> None:
    nothing = np.zeros(0)
    figure = panel_figure(panel(Series("Plain", nothing, nothing, "plain")))
    assert figure.is_empty
    assert panel(Series("Plain", np.ones(1), np.array([np.nan]), "plain")).to_values()["Plain"]["y"] == [None]


@pytest.mark.parametrize("marked", ["circle", "square"])
def test_lines_of_one_network_differ_in_their_marks_and_not_in_their_dash_alone(marked: str) -> None:
    """Also where they have too many points for a mark at each."""
    x = np.arange(500, dtype=np.float64)
    families = {"circle": ["residual"], "square": ["residual", "residual+group", "residual+projection"]}
    lines = [Series(f"moment {number}", x, x, families[marked][-1], variant=number) for number in range(3)]
    others = [Series("plain", x, x, "plain"), replace(lines[1], kind="before")]
    nothing = [Series(name, x[:0], x[:0], name) for name in families[marked]]
    *varied, plain, before = to_figure(panel_figure(panel(*nothing, *lines, *others)).chart).data
    assert varied[0].marker.symbol == marked
    for look in ((one.marker.symbol for one in varied), (one.line.dash for one in varied)):
        assert len(set(look)) == 3
    assert {(one.mode, one.marker.maxdisplayed) for one in varied} == {("lines+markers", 9)}
    assert plain.mode == "lines"
    assert before.line.dash == varied[1].line.dash


def test_names_stand_upright_and_whole_where_there_is_little_room() -> None:
    texts = ("with batch normalisation", "neither")
    figure = panel_figure(Panel("t", "T", "H", "where", "y", (line(),), x_texts=texts))
    assert figure.narrow is not None
    narrow = figure.narrow["xaxis"]
    assert (narrow["tickangle"], narrow["ticktext"]) == (-90, ["with batch<br>normalisation", "neither"])
    assert narrow["range"] == figure.chart["layout"]["xaxis"]["range"]
    assert panel_figure(panel(line())).narrow is None


def test_names_beside_each_other_break_between_words() -> None:
    texts = (
        "plain, tanh, delta-orthogonal",
        "residual, batch norm",
        "普通，tanh，Delta 正交",
        "残差，批归一化",
    )
    figure = panel_figure(Panel("t", "T", "H", "where", "y", (line(),), x_texts=texts))
    assert figure.chart["layout"]["xaxis"]["ticktext"] == [
        "plain, tanh,<br>delta-orthogonal",
        "residual, batch<br>norm",
        "普通，tanh，Delta<br>正交",
        "残差，批归一化",
    ]
