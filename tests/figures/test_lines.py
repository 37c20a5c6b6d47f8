"""A third network type is a third line in every figure of a race, with a name and a look of its own."""

from collections.abc import Callable
from itertools import pairwise

import pytest

from resnet_viz.figures import accuracy, gradient_heatmap, gradient_profile, losses, responses
from resnet_viz.figures.figure import Figure
from resnet_viz.figures.lines import lines_of
from resnet_viz.history import RunHistory
from tests.made.histories import curve, run, table

NAMES = {"plain": "Plain", "residual": "Residual", "residual+projection": "Residual (projection)"}
FIGURES: dict[str, Callable[[list[RunHistory]], Figure]] = {
    "losses": losses.figure,
    "accuracy": accuracy.figure,
    "gradients": gradient_profile.figure,
    "heat map": gradient_heatmap.figure,
    "responses": responses.figure,
}


def measured(family: str, seed: int = 0) -> RunHistory:
    level = [1.0, 0.5, 0.25, 0.5, 1.0]
    names = ("train/loss", "train/accuracy", "test/accuracy")
    return run(
        family,
        seed,
        series={name: curve([0.9, 0.5, 0.4]) for name in names},
        profiles={name: table([level, level]) for name in ("grad/relative", "response/std")},
    )


def shown(figure: Figure) -> list[str]:
    """What the chart's lines or panels are called, in their order."""
    return list(
        dict.fromkeys(
            trace["name"].partition(", step")[0] for trace in figure.chart["data"] if "name" in trace
        )
    )


@pytest.mark.parametrize("name", FIGURES)
def test_three_network_types_are_three_lines_in_chart_words_and_numbers(name: str) -> None:
    figure = FIGURES[name]([measured(family) for family in NAMES])
    assert shown(figure) == list(NAMES.values())
    assert all(called in figure.words for called in NAMES.values())
    columns = figure.table()
    numbers = [*columns, *(str(value) for column in columns.values() for value in column)]
    assert all(any(called in text for text in numbers) for called in NAMES.values())


@pytest.mark.parametrize("name", FIGURES)
def test_plain_comes_first_and_others_as_the_experiment_has_them(name: str) -> None:
    figure = FIGURES[name]([measured(family) for family in ("residual+projection", "residual", "plain")])
    assert shown(figure) == ["Plain", "Residual (projection)", "Residual"]


def test_the_types_that_were_there_before_look_as_they_did() -> None:
    two = lines_of([measured("plain"), measured("residual")])
    three = lines_of([measured("residual+projection"), measured("plain"), measured("residual")])
    looks = {line.family: line.look for line in three}
    assert all(looks[line.family] == line.look for line in two)
    assert len({line.look.colour for line in three}) == len({line.look.symbol for line in three}) == 3


def test_the_runs_of_a_line_are_its_own_by_seed() -> None:
    (plain, projection) = lines_of(
        [measured("residual+projection", 1), measured("plain"), measured("residual+projection", 0)]
    )
    assert [history.seed for history in projection.histories] == [0, 1]
    assert [history.family for history in plain.histories] == ["plain"]


@pytest.mark.parametrize("count", [1, 2, 3, 4])
def test_the_panels_of_the_heat_map_share_the_height_and_leave_room_for_titles(count: int) -> None:
    families = ("plain", "residual", "residual+projection", "plain+no-norm")[:count]
    layout = gradient_heatmap.figure([measured(family) for family in families]).chart["layout"]
    places = [layout[f"yaxis{number or ''}"]["domain"] for number in [0, *range(2, count + 1)]]
    assert places[0][1] == 1
    assert places[-1][0] == 0
    heights = [top - bottom for bottom, top in places]
    assert max(heights) - min(heights) < 0.001
    gaps = [above[0] - below[1] for above, below in pairwise(places)]
    assert all(gap > 0.069 for gap in gaps)
