"""Charts of the Inspect page: predictions, statistics over depth, sanity, faithfulness."""

import numpy as np
import pytest

from resnet_viz.figures import faithfulness, layer_statistics, predictions, sanity
from resnet_viz.figures.chart import Chart, to_figure, to_json
from resnet_viz.figures.families import family_look
from resnet_viz.figures.looks import NetworkLook, other_look

PLAIN, RESIDUAL = family_look("plain"), family_look("residual")
_CLASSES = ("shoe", "shirt", "bag", "coat", "dress", "boot", "hat")


def _logits(best: int) -> np.ndarray[tuple[int], np.dtype[np.float32]]:
    return np.where(np.arange(7) == best, 2.0, -0.1 * np.arange(7)).astype(np.float32)


def valid(chart: Chart) -> None:
    to_figure(chart)
    assert to_json(chart).startswith('{"data"')


def test_probabilities_are_the_softmax_of_the_logits() -> None:
    info = predictions.predictions_info([(PLAIN, np.array([0, np.log(3)], np.float32))], ("a", "b"))
    assert info.networks[0].probability == pytest.approx([0.25, 0.75])


def test_large_logits_do_not_overflow() -> None:
    info = predictions.predictions_info([(PLAIN, np.array([900, -900], np.float32))], ("a", "b"))
    assert info.networks[0].probability.tolist() == [1, 0]


def test_the_true_class_is_always_shown() -> None:
    info = predictions.predictions_info([(PLAIN, _logits(0)), (RESIDUAL, _logits(3))], _CLASSES, truth=6)
    assert info.shown()[:2] == [0, 3]
    assert info.shown()[-1] == 6
    chart = predictions.predictions_chart(info)
    valid(chart)
    assert [trace["name"] for trace in chart["data"]] == ["Plain", "Residual"]
    assert "✓ hat" in chart["data"][0]["y"]
    assert "True class: hat." in predictions.describe(info)
    table = predictions.predictions_table(info)
    assert {len(column) for column in table.values()} == {7}


def test_of_many_classes_the_most_probable_come_first() -> None:
    names = tuple(map(str, range(1000)))
    logits = [np.sin(np.arange(1000) + shift).astype(np.float32) for shift in (0, 1)]
    info = predictions.predictions_info([(PLAIN, logits[0]), (RESIDUAL, logits[1])], names)
    table = predictions.predictions_table(info)
    best = np.maximum(table["Plain, probability"], table["Residual, probability"])
    assert (np.diff(best) <= 0).all()
    order = table["class"].astype(int)
    np.testing.assert_array_equal(table["Plain, logit"], logits[0][order].astype(np.float64))


def test_one_network_is_enough_and_none_is_said() -> None:
    valid(predictions.predictions_chart(predictions.predictions_info([(RESIDUAL, _logits(1))], _CLASSES)))
    nothing = predictions.predictions_chart(predictions.predictions_info([], _CLASSES))
    assert nothing["layout"]["annotations"][0]["text"] == "No measurement yet"


def _statistics(look: NetworkLook, sites: int = 3) -> layer_statistics.NetworkStatistics:
    value = np.linspace(0.1, 0.3, sites, dtype=np.float32)
    count = np.arange(sites)
    names = tuple(f"relu{n}" for n in range(sites))
    return layer_statistics.NetworkStatistics(look, names, count + 1, value, value, value, count + 4, count)


@pytest.mark.parametrize("measure", layer_statistics.MEASURES)
def test_statistics_of_both_networks_share_a_chart(measure: str) -> None:
    info = layer_statistics.statistics_info([_statistics(PLAIN), _statistics(RESIDUAL)], measure)
    chart = layer_statistics.statistics_chart(info)
    valid(chart)
    assert [trace["line"]["dash"] for trace in chart["data"]] == ["dash", "solid"]
    assert "Plain: " in layer_statistics.describe(info)
    assert len(layer_statistics.statistics_table(info)["ReLU"]) == 6


def test_a_channel_that_is_silent_for_one_image_is_not_called_dead() -> None:
    info = layer_statistics.statistics_info([_statistics(PLAIN)], "dead")
    chart = layer_statistics.statistics_chart(info)
    said = [
        layer_statistics.MEASURES["dead"],
        layer_statistics.HOW_TO_READ["dead"],
        layer_statistics.describe(info),
        chart["layout"]["yaxis"]["title"]["text"],
        *layer_statistics.statistics_table(info),
    ]
    assert not any("dead" in text.lower() for text in said)
    assert "no part in the answer" not in layer_statistics.HOW_TO_READ["dead"]
    assert "another image" in layer_statistics.MORE["dead"]


def test_silent_channels_are_a_share() -> None:
    info = layer_statistics.statistics_info([_statistics(PLAIN)], "dead")
    assert info.value(info.networks[0]) == pytest.approx([0, 1 / 5, 2 / 6])


def test_networks_without_rectifiers_are_left_out() -> None:
    info = layer_statistics.statistics_info([_statistics(PLAIN, 0)], "mean")
    valid(layer_statistics.statistics_chart(info))
    assert layer_statistics.statistics_table(info) == {}
    assert "no measurement" in layer_statistics.describe(info)


@pytest.mark.parametrize("measure", sanity.MEASURES)
def test_sanity(measure: str) -> None:
    likeness = np.array([1, 0.2, np.nan], np.float32)
    entry = sanity.NetworkSanity(RESIDUAL, ("", "head", "stem"), likeness, likeness)
    info = sanity.sanity_info([entry], measure)
    chart = sanity.sanity_chart(info)
    valid(chart)
    assert chart["data"][0]["x"].tolist() == [0, 0.5, 1]
    assert "0.200 with a random classifier, – with all weights random" in sanity.describe(info)
    assert len(sanity.sanity_table(info)["SSIM"]) == 3
    valid(sanity.sanity_chart(sanity.sanity_info([], measure)))


def test_faithfulness() -> None:
    share = np.linspace(0, 1, 5, dtype=np.float32)
    entry = faithfulness.NetworkFaithfulness(PLAIN, share, 1 - share, share, 0.5, 0.5, 0.2)
    info = faithfulness.faithfulness_info([entry])
    chart = faithfulness.faithfulness_chart(info)
    valid(chart)
    assert len(chart["data"]) == 2
    assert "deletion curve 0.500" in faithfulness.describe(info)
    assert len(faithfulness.faithfulness_table(info)) == 3
    valid(faithfulness.faithfulness_chart(faithfulness.faithfulness_info([])))


def test_faithfulness_of_two_classes_says_whose_probability_it_is() -> None:
    share = np.linspace(0, 1, 5, dtype=np.float32)
    entry = faithfulness.NetworkFaithfulness(PLAIN, share, 1 - share, share, 0.5, 0.5, 0.2)
    alone, of_two = faithfulness.figure([entry]), faithfulness.figure([entry], ("Coat", "Shirt"))
    assert of_two.chart["layout"]["yaxis"]["title"]["text"] == "Probability: Coat, not Shirt"
    assert alone.chart["layout"]["yaxis"]["title"]["text"] == "Probability"
    for said in (of_two.more, of_two.words):
        assert "that of Coat if only Coat and Shirt are in question" in str(said)
    assert "in question" not in str(alone.more) + alone.words


def test_two_residual_networks_are_told_apart_without_colour() -> None:
    both = (family_look("residual", "ResNet-18"), other_look("ResNet-50"))
    chart = predictions.predictions_chart(
        predictions.predictions_info([(look, _logits(1)) for look in both], _CLASSES)
    )
    valid(chart)
    assert [trace["name"] for trace in chart["data"]] == ["ResNet-18", "ResNet-50"]
    assert len({trace["marker"]["color"] for trace in chart["data"]}) == 2
    assert len({trace["marker"]["pattern"]["shape"] for trace in chart["data"]}) == 2
