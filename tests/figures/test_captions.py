"""What stands under a chart is true of the quantity that is shown."""

import re

import numpy as np
import pytest
import torch

from resnet_viz.figures import (
    accuracy,
    depth_gradients,
    faithfulness,
    gradient_heatmap,
    gradient_profile,
    layer_statistics,
    losses,
    predictions,
    responses,
    sanity,
    seed_gaps,
)
from resnet_viz.figures.layers import layers_info
from resnet_viz.figures.profile_traces import profile_trace
from resnet_viz.locale import gettext, set_language
from resnet_viz.networks.registry import build
from resnet_viz.probes.responses_and_gradients import measure_flow
from resnet_viz.specs import NetworkSpec
from tests.made.histories import run, table
from tests.networks.shapes import GREY

_CAPTIONS = {
    "responses": responses.HOW_TO_READ,
    "heatmap": gradient_heatmap.HOW_TO_READ,
    "depth gradients": depth_gradients.HOW_TO_READ,
    **gradient_profile.HOW_TO_READ,
    **layer_statistics.HOW_TO_READ,
}


def test_all_layers_learn_at_the_same_pace_is_said_of_updates_alone() -> None:
    """It is wrong of ‖g‖, of ‖∂L/∂x‖, and with Adam of ‖g‖/‖w‖ too."""
    said = {name for name, text in _CAPTIONS.items() if "same pace" in text}
    assert said == {"update/ratio"}


@pytest.mark.parametrize("metric", gradient_profile.METRICS)
def test_every_symbol_of_a_gradient_chart_is_explained(metric: str) -> None:
    more = gradient_profile.more(metric)
    for symbol in set(re.findall(r"Δw|[gxL](?=[ ,‖])", gradient_profile.METRICS[metric].partition("‖")[2])):
        assert f"{symbol} is " in more or f", {symbol} the " in more, symbol


def test_responses_after_batch_normalisation_are_said_to_be_those_of_its_own_parameters() -> None:
    """√(mean γ² + variance of β), whatever the images are: measured here on noise."""
    network = build(NetworkSpec(depth=8, width=4), GREY, 0)
    generator = torch.Generator().manual_seed(0)
    expected = {}
    with torch.no_grad():
        for name, module in network.named_modules():
            if isinstance(module, torch.nn.BatchNorm2d):
                module.weight.uniform_(0.5, 1.5, generator=generator)
                module.bias.uniform_(-1, 1, generator=generator)
                spread = module.weight.square().mean() + module.bias.var(correction=0)
                expected[name] = float(spread.sqrt())
    images = torch.randn(64, 1, 8, 8, generator=generator)
    flow = measure_flow(network, images, torch.zeros(64, dtype=torch.int64))
    sites = {tap.name: tap.response for tap in network.taps}
    wanted = [expected[sites[name]] for name in flow.response_taps]
    np.testing.assert_allclose(flow.response_std, wanted, rtol=1e-3)
    assert "not on the images" in responses.MORE
    assert "over images" in responses.HOW_TO_READ


def test_gradients_of_float32_are_given_with_two_digits() -> None:
    """46.6 and a ratio of 1,709 were shown where float64 has 44.3 and 1,626."""
    history = run("plain", profiles={"grad/relative": table([[46.6, 1.0, 1.0, 1.0, 0.02727]])})
    info = gradient_profile.gradient_profile_info([history])
    assert "47 in stem" in gradient_profile.describe(info)
    assert "0.027 in head" in gradient_profile.describe(info)
    trace = gradient_profile.gradient_profile_chart(info)["data"][0]
    assert "%{y:.2~g}" in trace["hovertemplate"]
    assert (
        "%{y:.3~g}"
        in profile_trace(layers_info([history], "grad/relative").lines[0], log=True)["hovertemplate"]
    )
    assert "47 and" in gradient_heatmap.describe(gradient_heatmap.heatmap_info([history])) or "47 " in (
        gradient_heatmap.describe(gradient_heatmap.heatmap_info([history]))
    )


@pytest.mark.parametrize("language", ["en", "zh"])
def test_a_caption_fits_into_one_line_beside_another_chart(language: str) -> None:
    """Of 430 pixels, with letters of 15; a Chinese one is twice as wide."""
    set_language(language)
    texts = [*_CAPTIONS.values(), losses.HOW_TO_READ, accuracy.HOW_TO_READ, sanity.HOW_TO_READ]
    texts += [faithfulness.HOW_TO_READ, predictions.HOW_TO_READ, seed_gaps.HOW_TO_READ]
    wide = {responses.HOW_TO_READ, depth_gradients.HOW_TO_READ}  # they have the whole width
    for text in set(texts) - wide:
        shown = gettext(text).format(window=losses.WINDOW, residual_family=gettext("residual"))
        halves = sum(2 if ord(letter) > 0x2E80 else 1 for letter in shown)
        assert halves <= 68, shown
