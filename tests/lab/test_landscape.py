"""What does the loss look like from here? What is drawn, and what may be said."""

from pathlib import Path

import numpy as np
import pytest

from resnet_viz.figures.chart import to_figure
from resnet_viz.figures.figure import Figure
from resnet_viz.lab.answers import answer_values, asking
from resnet_viz.lab.panel import Panel
from resnet_viz.lab.question import Choices, Finding, Outcome
from resnet_viz.lab.questions.landscape import QUESTION, bends_down, find, panels
from resnet_viz.processes.channel import Frame
from tests.lab.answered import answer, partials
from tests.lab.pairs import BUNDLED, untrained_pair

PLACES = np.linspace(-1, 1, 11)
ACROSS, UP = np.meshgrid(PLACES, PLACES)
BOWL = 0.3 + ACROSS**2 + UP**2
BUMPS = BOWL + 0.5 * np.abs(np.sin(7 * ACROSS) * np.sin(8 * UP))


def frame(plain: np.ndarray, residual: np.ndarray, **changes: object) -> Frame:
    facts = {
        "families": ["plain", "residual"],
        "layers": "all",
        "images": 128,
        "classes": 10,
        "eigenvalue": {"plain": 30.0, "residual": 10.0},
        "wall_s": 1,
    }
    return Frame({**facts, **changes}, {"places": PLACES, "losses_plain": plain, "losses_residual": residual})


WHOLE = frame(BUMPS, BOWL).values | {"cpu_s": 1, "peak_bytes": 1}


def found(plain: np.ndarray, residual: np.ndarray) -> Finding:
    finding = find(frame(plain, residual))
    assert finding is not None
    return finding


def test_a_bowl_bends_upwards_only_and_noise_as_much_down_as_up() -> None:
    assert bends_down(BOWL) == pytest.approx(0, abs=1e-12)
    assert bends_down(np.random.default_rng(0).normal(size=(200, 200))) == pytest.approx(0.5, abs=0.01)
    assert bends_down(-BOWL) == pytest.approx(1)
    assert bends_down(np.full((11, 11), 2.0)) == 0


@pytest.mark.parametrize(
    ("plain", "residual", "outcome"),
    [
        (BUMPS, BOWL, Outcome.SUPPORTS),
        (BOWL, BUMPS, Outcome.CONTRADICTS),
        (BOWL, 2 * BOWL, Outcome.NO_EFFECT),
        (BUMPS + 3, BOWL, Outcome.UNDECIDED),
    ],
)
def test_the_outcome_follows_from_the_share_of_bending_that_is_downwards(
    plain: np.ndarray, residual: np.ndarray, outcome: Outcome
) -> None:
    """The last one is undecided since its plain network only guesses."""
    assert found(plain, residual).outcome is outcome


def test_the_map_is_in_the_middle_of_the_trained_network_and_both_have_one_scale() -> None:
    cut, maps = panels(frame(BUMPS, BOWL))
    assert isinstance(cut, Panel)
    assert cut.series[2].y[5] == pytest.approx(0.3)
    assert isinstance(maps, Figure)
    drawn = to_figure(maps.chart)
    coloured = [trace for trace in drawn.data if trace.type == "heatmap"]
    assert [trace.coloraxis for trace in coloured] == ["coloraxis", "coloraxis"]
    assert drawn.layout.coloraxis.cmin == pytest.approx(np.log10(0.3), abs=1e-6)
    assert len(maps.table()["training loss"]) == 2 * 121


def test_lines_of_equal_loss_are_the_same_in_both_maps() -> None:
    """Ten from the least to the greatest loss of both, each so many times the one before."""
    _cut, maps = panels(frame(BUMPS, BOWL))
    assert isinstance(maps, Figure)
    lines = [trace for trace in to_figure(maps.chart).data if trace.type == "contour"]
    assert [trace.xaxis for trace in lines] == [None, "x2"]
    assert lines[0].contours == lines[1].contours
    least, greatest = 0.3, max(BUMPS.max(), BOWL.max())
    factor = (greatest / least) ** (1 / 10)
    assert 10 ** lines[0].contours.size == pytest.approx(factor)
    assert f"it grows {factor:.2f} times" in maps.more


def test_both_can_be_seen_in_three_dimensions_on_one_scale_of_height_and_colour() -> None:
    _cut, maps = panels(frame(BUMPS, BOWL))
    assert isinstance(maps, Figure)
    assert maps.solid is not None
    drawn = to_figure(maps.solid.chart)
    plain, residual = drawn.data
    assert (plain.type, plain.scene, residual.scene) == ("surface", "scene", "scene2")
    np.testing.assert_allclose(np.float64(residual.z), np.log10(BOWL), atol=1e-6)
    assert plain.coloraxis == residual.coloraxis == "coloraxis"
    assert drawn.layout.scene.zaxis.range == drawn.layout.scene2.zaxis.range
    assert maps.solid.narrow is not None
    assert maps.solid.narrow["scene"]["domain"]["y"] == [0.5, 1]
    assert maps.solid.table().keys() == maps.table().keys()


def test_programs_get_the_maps_beside_the_cut_and_nothing_where_nothing_is_measured() -> None:
    missing = np.where(ACROSS > 0.9, np.nan, BUMPS)
    values = answer_values(asking(QUESTION), frame(missing, BOWL)._replace(values=WHOLE))
    maps = values["result"]["series"]["maps"]
    assert list(values["result"]["series"]) == ["cut", "maps"]
    assert maps["residual"]["z"] == BOWL.tolist()
    assert maps["plain"]["z"][0][-1] is None
    assert maps["plain"]["x"] == maps["plain"]["y"] == PLACES.tolist()


def test_a_prediction_is_compared_with_the_sharpest_bend() -> None:
    assert isinstance(QUESTION.predict, Choices)
    assert QUESTION.predict.right(frame(BUMPS, BOWL)) == "plain"
    assert QUESTION.predict.right(frame(BUMPS, BOWL, eigenvalue={"plain": 9.0, "residual": 10.0})) == "alike"
    assert QUESTION.predict.right(frame(BUMPS, BOWL, eigenvalue={})) is None


def test_it_grows_from_the_middle_and_untrained_networks_judge_nothing(tmp_path: Path) -> None:
    told = partials("landscape", tmp_path, untrained_pair(tmp_path))
    first = told[0]
    assert np.isfinite(first.arrays["losses_plain"]).sum() == 1
    assert np.isfinite(first.arrays["losses_residual"][5, 5])
    assert find(first) is None
    assert all(len(panels(one)) == 2 for one in (first, told[60]))
    finding = find(told[-1])
    assert finding is not None
    assert finding.outcome is Outcome.UNDECIDED
    assert "guesses" in str(finding.would_tell)


@pytest.mark.timeout(300)
def test_only_where_the_last_layers_are_moved_both_of_the_bundled_pair_are_bowls(tmp_path: Path) -> None:
    finding = QUESTION.find(answer("landscape", tmp_path, BUNDLED, layers="last"))
    assert finding is not None
    assert finding.outcome is Outcome.NO_EFFECT
