"""What holds for every figure: whoever takes it has all that a page or a report needs to show it."""

import importlib
import json
import pkgutil
import re
from collections.abc import Callable

import numpy as np
import pytest

from resnet_viz import figures
from resnet_viz.experiments.experiment import CellHistory
from resnet_viz.figures import (
    accuracy,
    branch_scales,
    comparison,
    credit,
    degradation,
    depth_gradients,
    depth_losses,
    faithfulness,
    gradient_heatmap,
    gradient_profile,
    known,
    layer_statistics,
    loss_maps,
    losses,
    predictions,
    replay,
    responses,
    sanity,
    seed_gaps,
)
from resnet_viz.figures.chart import to_figure
from resnet_viz.figures.families import family_look
from resnet_viz.figures.figure import Figure
from resnet_viz.figures.loss_scale import LossMap
from resnet_viz.findings.race_numbers import judge
from resnet_viz.history import RunHistory
from tests.made.histories import curve, run, table
from tests.made.races import pairs, race

MOST_WORDS = 25
ROWS = [[1.0, 0.5, 0.25, 0.5, 1.0], [2.0, 1.0, 0.5, 1.0, 2.0]]


def _measured(role: str) -> RunHistory:
    series = {name: curve([1, 0.5]) for name in ("train/loss", "train/accuracy", "test/accuracy")}
    profiles = {
        name: table(ROWS) for name in (*gradient_profile.METRICS, "response/std", branch_scales.METRIC)
    }
    return run(role, series=series, profiles=profiles)


RACE = [_measured("plain"), _measured("residual")]
FAMILIES: tuple[str, ...] = ("plain", "residual")
CELLS = [CellHistory(family, depth, 0, _measured(family)) for family in FAMILIES for depth in (8, 14)]
SHARE = np.linspace(0, 1, 5, dtype=np.float32)
COUNT = np.arange(3)
LOOK = family_look("plain")
SANITY = sanity.NetworkSanity(LOOK, ("", "head", "stem"), SHARE[:3], SHARE[:3])
FAITH = faithfulness.NetworkFaithfulness(LOOK, 1 - SHARE, SHARE, SHARE, 0.5, 0.5, 0.2)
STATISTICS = layer_statistics.NetworkStatistics(
    LOOK, ("a", "b", "c"), COUNT, SHARE[:3], SHARE[:3], SHARE[:3], COUNT, COUNT
)


def _losses(family: str, some: bool) -> LossMap:
    return LossMap(family, np.full((3, 3), 0.5 if some else np.nan))


def _gaps() -> Figure:
    found = seed_gaps.figure(judge(race(3), pairs((1.4, 1.5, 1.6), (1.0, 1.0, 1.0))).twins[0])
    assert found is not None
    return found


MADE: dict[str, Callable[[bool], list[Figure]]] = {
    "accuracy": lambda some: [accuracy.figure(RACE if some else [])],
    "branch_scales": lambda some: [branch_scales.figure(RACE if some else [])],
    "comparison": lambda some: [*comparison.figures([("a", r) for r in RACE] if some else []).values()],
    "credit": lambda some: [
        credit.figure(
            credit.CreditInfo(
                LOOK, ("a", "b", "c") if some else (), SHARE[: 3 * some], SHARE[: 3 * some], "bag"
            )
        )
    ],
    "degradation": lambda some: [
        degradation.figure(FAMILIES, CELLS if some else [], published=published)
        for published in ((False, True) if some else (False,))
    ],
    "depth_gradients": lambda some: [depth_gradients.figure(FAMILIES, CELLS if some else [])],
    "depth_losses": lambda some: [depth_losses.figure(FAMILIES, CELLS if some else [])],
    "faithfulness": lambda some: [faithfulness.figure([FAITH] if some else [])],
    "gradient_heatmap": lambda some: [gradient_heatmap.figure(RACE if some else [])],
    "gradient_profile": lambda some: [
        gradient_profile.figure(RACE if some else [], metric) for metric in gradient_profile.METRICS
    ],
    "known": lambda some: [
        known.figure([known.KnownImage(LOOK, COUNT, 2, SHARE[:3])] if some else [], ("a", "b", "c"))
    ],
    "layer_statistics": lambda some: [
        layer_statistics.figure([STATISTICS] if some else [], measure)
        for measure in layer_statistics.MEASURES
    ],
    "loss_maps": lambda some: [
        loss_maps.figure(
            (_losses("plain", some), _losses("residual", some)), SHARE[:3].astype(float), "Loss", ""
        )
    ],
    "losses": lambda some: [losses.figure(RACE if some else [])],
    "predictions": lambda some: [
        predictions.figure([(LOOK, SHARE)] if some else [], ("a", "b", "c", "d", "e"), 1)
    ],
    "replay": lambda some: [*replay.figures(replay.replay_info(RACE if some else [])).values()],
    "responses": lambda some: [responses.figure(RACE if some else [])],
    "sanity": lambda some: [sanity.figure([SANITY] if some else [], measure) for measure in sanity.MEASURES],
    "seed_gaps": lambda some: [_gaps()] if some else [],
}
"""Each module's figures: of something measured, or of nothing."""


def test_this_file_knows_every_figure_of_the_package() -> None:
    modules = {
        module.name: importlib.import_module(f"{figures.__name__}.{module.name}")
        for module in pkgutil.iter_modules(figures.__path__)
    }
    makers = {
        name
        for name, module in modules.items()
        for made in ("figure", "figures")
        if callable(getattr(module, made, None)) and getattr(module, made).__module__ == module.__name__
    }
    assert makers == set(MADE)


@pytest.mark.parametrize("name", MADE)
def test_a_caption_is_one_line_of_at_most_25_words(name: str) -> None:
    """What needs more stands behind the question mark."""
    for figure in MADE[name](True):
        assert figure.title
        assert 0 < len(re.findall(r"[\w‖∂/Δ'-]+", figure.how_to_read)) <= MOST_WORDS
        assert "{" not in figure.title + figure.how_to_read + figure.more + figure.words


@pytest.mark.parametrize("name", MADE)
def test_a_figure_of_something_measured_has_chart_words_and_numbers(name: str) -> None:
    for figure in MADE[name](True):
        assert not figure.is_empty
        assert to_figure(figure.chart).data
        assert len(figure.words) > 20
        (rows,) = {len(column) for column in figure.table().values()}
        assert rows > 0


@pytest.mark.parametrize("name", MADE)
def test_a_figure_of_nothing_is_empty_and_says_so(name: str) -> None:
    for figure in MADE[name](False):
        assert figure.is_empty
        assert figure.title
        assert figure.how_to_read
        assert json.loads(figure.json)["layout"]["annotations"][0]["text"] == "No measurement yet"


@pytest.mark.parametrize("name", ["degradation", "depth_gradients"])
def test_a_layout_for_little_room_goes_along_with_the_same_data(name: str) -> None:
    (figure, *_more) = MADE[name](True)
    sent = json.loads(figure.json)
    beside, stacked = sent["layout"], sent["narrow"]
    assert beside["xaxis"]["domain"][1] < beside["xaxis2"]["domain"][0]
    assert stacked["yaxis"]["domain"][0] > stacked["yaxis2"]["domain"][1]
    assert len(sent["data"]) == len(figure.chart["data"])


def test_too_few_seeds_have_no_figure_of_their_gaps() -> None:
    assert seed_gaps.figure(judge(race(1), pairs([1.5], [1.0])).twins[0]) is None
