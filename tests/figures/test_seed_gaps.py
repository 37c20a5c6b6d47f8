"""The gaps of a race's seeds: points, mean, interval, and what is too small to count."""

import json

import numpy as np
import pytest

from resnet_viz.figures import seed_gaps
from resnet_viz.figures.chart import to_figure, to_json
from resnet_viz.figures.theme import DARK, LIGHT
from resnet_viz.findings.race_numbers import judge
from tests.made.races import pairs, race


def test_three_seeds_have_points_a_mean_and_its_interval() -> None:
    info = seed_gaps.seed_gap_info(judge(race(3), pairs((1.4, 1.5, 1.6), (1.0, 1.0, 1.0))).twins[0])
    assert info.seed.tolist() == [0, 1, 2]
    np.testing.assert_allclose(info.gap, [0.4, 0.5, 0.6])
    reach = 4.30265 * 0.1 / 3**0.5
    assert (info.low, info.mean, info.high) == pytest.approx((0.5 - reach, 0.5, 0.5 + reach), rel=1e-5)
    points, mean = to_figure(seed_gaps.seed_gap_chart(info)).data
    assert points.x.tolist() == pytest.approx([0.4, 0.5, 0.6])
    assert mean.error_x.array[0] == pytest.approx(reach, rel=1e-5)
    band = seed_gaps.seed_gap_chart(info)["layout"]["shapes"][0]
    assert (band["x0"], band["x1"]) == pytest.approx((-0.115, 0.115), abs=1e-3)
    assert "seed 1: +0.500" in seed_gaps.describe(info)
    assert "95% confidence interval 0.252 to 0.748" in seed_gaps.describe(info)


@pytest.mark.parametrize("seeds", [0, 1, 2])
@pytest.mark.parametrize("look", [LIGHT, DARK])
def test_few_seeds_have_no_interval(seeds: int, look: object) -> None:
    info = seed_gaps.seed_gap_info(judge(race(), pairs([1.5] * seeds, [1.0] * seeds)).twins[0])
    assert np.isnan(info.low)
    chart = seed_gaps.seed_gap_chart(info, DARK if look is DARK else LIGHT)
    json.loads(to_json(chart))
    assert len(to_figure(chart).data) == (2 if seeds else 0)
    assert len(next(iter(seed_gaps.seed_gap_table(info).values()))) == seeds
    assert seed_gaps.describe(info)
