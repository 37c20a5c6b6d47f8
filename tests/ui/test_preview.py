"""What a race will build is drawn before anything runs."""

import re

import pytest

from resnet_viz.experiments.kinds import RACE
from resnet_viz.jobs.experiments import start_experiment
from resnet_viz.ui import server
from resnet_viz.ui.permissions import LOCAL
from tests.ui.test_pages import open_page


def blocks_of(network: str) -> int:
    return len(re.findall(r'<div class="block[ "]', network))


def drawn(**link: str) -> dict[str, str]:
    """HTML of each network that is drawn, by its name."""
    found = {}
    for element in open_page("race", **link).get("html"):
        for part in element.proto.body.split('<div class="network"')[1:]:
            name = re.search(r"<b>(.*?)</b>", part)
            assert name
            found[name[1]] = part
    return found


@pytest.mark.parametrize(("depth", "blocks"), [("8", 3), ("20", 9), ("32", 15), ("38", 18)])
def test_every_block_of_both_networks_is_drawn_and_the_skips_of_one(depth: str, blocks: int) -> None:
    networks = drawn(depth=depth)
    assert [*networks] == [f"Plain-{depth}", f"Residual-{depth}"]
    plain, residual = networks.values()
    for network in (plain, residual):
        assert blocks_of(network) == blocks
        assert network.count("<i></i>") == 2 * blocks
    assert (plain.count(" skip"), residual.count('<div class="block skip')) == (0, blocks)
    assert residual.count("reshaped") == 2, "two stages begin with another size"


def test_of_many_blocks_some_are_drawn_and_the_others_counted() -> None:
    plain, residual = drawn(depth="110").values()
    for network in (plain, residual):
        assert blocks_of(network) == 3 * 4
        assert network.count("×14</span>") == 3, "18 blocks a stage"
    assert residual.count('<div class="block skip') == 3 * 4, "skips are always drawn"


def test_sizes_and_work_are_those_of_the_settings() -> None:
    _plain, residual = drawn(depth="20", width="16", resolution="14").values()
    assert "16 channels, 14×14 px" in residual
    assert "64 channels, 4×4 px" in residual
    assert "9 blocks" in residual
    assert "stage 3: 3 blocks of 2 convolutions, each with a skip connection" in residual


def test_a_third_network_type_is_drawn_too() -> None:
    networks = drawn(depth="20", families="plain,residual,residual+bottleneck")
    assert [*networks] == ["Plain-20", "Residual-20", "Residual (bottleneck)-20"]
    assert networks["Residual (bottleneck)-20"].count("<i></i>") == 3 * 6
    assert networks["Residual (bottleneck)-20"].count("reshaped") == 3, (
        "also the first, to four times the width"
    )


def test_an_open_race_is_shown_in_its_place() -> None:
    group = start_experiment(server.store(), RACE, RACE.start("shallow"), LOCAL)
    assert drawn(race=group.id) == {}
